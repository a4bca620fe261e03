//! A set of rows: a bit a row.

/// Rows of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Bits {
    pub words: Vec<u64>,
}

impl Bits {
    /// None of so many rows.
    pub fn none(rows: usize) -> Bits {
        Bits { words: vec![0; rows.div_ceil(64)] }
    }

    /// All rows of a range.
    pub fn range(rows: usize, range: std::ops::Range<usize>) -> Bits {
        let mut bits = Bits::none(rows);
        let mut row = range.start;
        while row < range.end {
            let end = range.end.min((row / 64 + 1) * 64);
            let count = end - row;
            let ones = if count == 64 { u64::MAX } else { (1 << count) - 1 };
            bits.words[row / 64] |= ones << (row % 64);
            row = end;
        }
        bits
    }

    pub fn get(&self, row: usize) -> bool {
        self.words[row / 64] >> (row % 64) & 1 == 1
    }

    pub fn insert(&mut self, row: usize) {
        self.words[row / 64] |= 1 << (row % 64);
    }

    pub fn remove(&mut self, row: usize) {
        self.words[row / 64] &= !(1 << (row % 64));
    }

    pub fn and(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub fn or(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Takes out what the other has.
    pub fn without(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether any row of a range is in.
    pub fn any_in(&self, range: std::ops::Range<usize>) -> bool {
        self.from(range.start).next().is_some_and(|row| row < range.end)
    }

    /// The rows in order, from one on.
    pub fn from(&self, start: usize) -> impl Iterator<Item = usize> + '_ {
        let first = start / 64;
        let mut word = self.words.get(first).map_or(0, |word| word & (u64::MAX << (start % 64)));
        let mut index = first;
        std::iter::from_fn(move || {
            while word == 0 {
                index += 1;
                word = *self.words.get(index)?;
            }
            let row = index * 64 + word.trailing_zeros() as usize;
            word &= word - 1;
            Some(row)
        })
    }

    /// How many rows before one are in.
    pub fn count_before(&self, row: usize) -> u64 {
        let whole: u64 = self.words[..row / 64].iter().map(|word| u64::from(word.count_ones())).sum();
        let rest = self.words.get(row / 64).map_or(0, |word| word & ((1 << (row % 64)) - 1));
        whole + u64::from(rest.count_ones())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_like_a_list_of_booleans(
            values in proptest::collection::vec(any::<bool>(), 1..300),
            start in 0usize..300,
            end in 0usize..300,
        ) {
            let rows = values.len();
            let (start, end) = (start.min(rows), end.min(rows));
            let mut bits = Bits::none(rows);
            values.iter().enumerate().filter(|(_, value)| **value).for_each(|(row, _)| bits.insert(row));
            let expected: Vec<usize> = (start..rows).filter(|row| values[*row]).collect();
            prop_assert_eq!(bits.from(start).collect::<Vec<_>>(), expected);
            prop_assert_eq!(bits.count_before(start), (0..start).filter(|row| values[*row]).count() as u64);
            prop_assert_eq!(bits.any_in(start..end.max(start)), (start..end).any(|row| values[row]));
            let range = Bits::range(rows, start.min(end)..end);
            prop_assert_eq!(range.from(0).collect::<Vec<_>>(), (start.min(end)..end).collect::<Vec<_>>());
        }
    }
}
