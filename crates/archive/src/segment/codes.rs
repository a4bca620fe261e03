//! A column as codes into the values that stand in its file.

use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, StringArray};
use parquet::errors::ParquetError;

use super::{Dictionaries, LocalCodes};

/// Codes of a column. Code 0 is "no value"; code n is `ids[n - 1]` in the column's dictionary.
#[derive(Default)]
pub struct CodeColumn {
    codes: Codes,
    /// Dictionary numbers of the values in this file.
    pub ids: Vec<u32>,
}

/// Most files have few different values in a column; two bytes a row then do.
enum Codes {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Codes::Narrow(Vec::new())
    }
}

impl CodeColumn {
    /// The code of a row.
    pub fn code(&self, row: usize) -> u32 {
        match &self.codes {
            Codes::Narrow(codes) => u32::from(codes[row]),
            Codes::Wide(codes) => codes[row],
        }
    }

    /// The dictionary number of a row's value.
    pub fn id(&self, row: usize) -> Option<u32> {
        self.code(row).checked_sub(1).map(|index| self.ids[index as usize])
    }

    /// How many codes there are, "no value" included.
    pub fn code_count(&self) -> usize {
        self.ids.len() + 1
    }

    pub fn memory(&self) -> usize {
        let codes = match &self.codes {
            Codes::Narrow(codes) => codes.len() * 2,
            Codes::Wide(codes) => codes.len() * 4,
        };
        codes + self.ids.len() * 4
    }

    /// What a function says of each code; of "no value", false.
    pub fn map_values(
        &self,
        dictionaries: &Dictionaries,
        column: usize,
        test: impl Fn(&str) -> bool,
    ) -> Vec<bool> {
        let mut answers = vec![false; self.code_count()];
        dictionaries.for_each(column, &self.ids, |position, value| answers[position + 1] = test(value));
        answers
    }

    /// Sets the bits of the rows in `range` whose code has the answer true. `words` has a bit a row of the file.
    pub fn select(&self, answers: &[bool], range: std::ops::Range<usize>, words: &mut [u64]) {
        match &self.codes {
            Codes::Narrow(codes) => select(codes, |code| usize::from(*code), answers, range, words),
            Codes::Wide(codes) => select(codes, |code| *code as usize, answers, range, words),
        }
    }

    /// Adds one to the count of each selected row's code.
    pub fn count(&self, words: &[u64], range: std::ops::Range<usize>, counts: &mut [u32]) {
        match &self.codes {
            Codes::Narrow(codes) => count(codes, |code| usize::from(*code), words, range, counts),
            Codes::Wide(codes) => count(codes, |code| *code as usize, words, range, counts),
        }
    }
}

fn select<C>(
    codes: &[C],
    index: impl Fn(&C) -> usize,
    answers: &[bool],
    range: std::ops::Range<usize>,
    words: &mut [u64],
) {
    let mut row = range.start;
    while row < range.end {
        let word = row / 64;
        let end = range.end.min((word + 1) * 64);
        let mut bits = 0;
        for (offset, code) in codes[row..end].iter().enumerate() {
            bits |= u64::from(answers[index(code)]) << ((row + offset) % 64);
        }
        words[word] |= bits;
        row = end;
    }
}

fn count<C>(
    codes: &[C],
    index: impl Fn(&C) -> usize,
    words: &[u64],
    range: std::ops::Range<usize>,
    counts: &mut [u32],
) {
    let (first, end) = (range.start / 64, range.end.div_ceil(64));
    for (word, bits) in words.iter().enumerate().take(end).skip(first) {
        let mut bits = *bits;
        let base = word * 64;
        if bits == u64::MAX {
            codes[base..base + 64].iter().for_each(|code| counts[index(code)] += 1);
            continue;
        }
        while bits != 0 {
            counts[index(&codes[base + bits.trailing_zeros() as usize])] += 1;
            bits &= bits - 1;
        }
    }
}

/// Reads a column batch by batch.
pub struct CodeColumnBuilder {
    column: usize,
    codes: Vec<u32>,
    ids: Vec<u32>,
    local: LocalCodes,
}

impl CodeColumnBuilder {
    pub fn new(column: usize) -> CodeColumnBuilder {
        CodeColumnBuilder { column, codes: Vec::new(), ids: Vec::new(), local: LocalCodes::default() }
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Adds a batch as Parquet stored it. Its dictionary may hold values that no row of the batch has.
    pub fn push_dictionary(
        &mut self,
        batch: &DictionaryArray<Int32Type>,
        dictionaries: &Dictionaries,
    ) -> Result<(), ParquetError> {
        let values = batch.values().as_any().downcast_ref::<StringArray>();
        let values = values.ok_or_else(|| ParquetError::General("a dictionary without strings".into()))?;
        let ids = dictionaries.intern(self.column, values.iter().map(Option::unwrap_or_default));
        let codes: Vec<u32> = ids.into_iter().map(|id| self.local_code(id)).collect();
        self.codes.extend(batch.keys().iter().map(|key| key.map_or(0, |key| codes[key as usize])));
        Ok(())
    }

    /// Adds values one by one.
    pub fn push_strings<'v>(&mut self, values: impl Iterator<Item = &'v str>, dictionaries: &Dictionaries) {
        for id in dictionaries.intern(self.column, values) {
            let code = self.local_code(id);
            self.codes.push(code);
        }
    }

    fn local_code(&mut self, id: u32) -> u32 {
        *self.local.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len() as u32
        })
    }

    pub fn finish(self) -> CodeColumn {
        let codes = if self.ids.len() < usize::from(u16::MAX) {
            Codes::Narrow(self.codes.iter().map(|code| *code as u16).collect())
        } else {
            Codes::Wide(self.codes)
        };
        CodeColumn { codes, ids: self.ids }
    }
}
