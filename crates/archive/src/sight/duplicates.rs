//! Events that several archives hold: each is counted and shown once, as the first of the archives has it.

use std::cmp::Reverse;
use std::sync::Arc;

use arrow_array::cast::AsArray;

use crate::ArchiveError;
use crate::schema::{Hash, leaf};
use crate::scope::Visible;
use crate::search::Matched;
use crate::segment::Segment;

/// The rows of all archives, without those that an archive before has too. Each comes with what may be seen of it.
pub fn removed(parts: Vec<(Option<Arc<Visible>>, Vec<Matched>)>) -> Result<Vec<Matched>, ArchiveError> {
    let mut kept: Vec<(Option<Arc<Visible>>, Vec<Matched>)> = Vec::with_capacity(parts.len());
    for (visible, mut matched) in parts {
        for (others_visible, others) in &kept {
            if may_share(visible.as_deref(), others_visible.as_deref()) {
                for matched in &mut matched {
                    for other in others {
                        remove(matched, other)?;
                    }
                }
            }
        }
        matched.retain(|matched| !matched.is_empty());
        kept.push((visible, matched));
    }
    Ok(kept.into_iter().flat_map(|(_, matched)| matched).collect())
}

/// Whether the same event may be seen in both.
fn may_share(a: Option<&Visible>, b: Option<&Visible>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.overlaps(b),
        // All of an archive may be seen: it can hold anything.
        _ => true,
    }
}

/// Takes out of a file's rows those that the other file has too.
fn remove(matched: &mut Matched, other: &Matched) -> Result<(), ArchiveError> {
    let (segment, others) = (&*matched.segment, &*other.segment);
    if segment.file.oldest > others.file.newest || segment.file.newest < others.file.oldest {
        return Ok(());
    }
    let (mut rows, mut other_rows) = (Vec::new(), Vec::new());
    let mut mine = matched.rows.from(0).peekable();
    let mut theirs = other.rows.from(0).peekable();
    // Both stand in the same order: newest first, then by hash.
    while let (Some(row), Some(other_row)) = (mine.peek(), theirs.peek()) {
        match place(segment, *row).cmp(&place(others, *other_row)) {
            std::cmp::Ordering::Less => drop(mine.next()),
            std::cmp::Ordering::Greater => drop(theirs.next()),
            std::cmp::Ordering::Equal => {
                rows.push(*row as u32);
                other_rows.push(*other_row as u32);
                // Rows of one file that stand at one place are different events with the same first bytes: next to nobody has
                // met such, and one that stands twice is better than one that is lost.
                mine.next();
                theirs.next();
            }
        }
    }
    drop(mine);
    if rows.is_empty() {
        return Ok(());
    }
    // Eight bytes of a hash are no proof.
    let (hashes, other_hashes) = (hashes(segment, &rows)?, hashes(others, &other_rows)?);
    let bits = Arc::make_mut(&mut matched.rows);
    for ((row, hash), other_hash) in rows.iter().zip(hashes).zip(other_hashes) {
        if hash == other_hash {
            bits.remove(*row as usize);
        }
    }
    Ok(())
}

fn place(segment: &Segment, row: usize) -> (Reverse<i64>, u64) {
    (Reverse(segment.times[row]), segment.ties[row])
}

/// The hashes of some rows, ascending.
fn hashes(segment: &Segment, rows: &[u32]) -> Result<Vec<Hash>, ArchiveError> {
    let mut hashes = Vec::with_capacity(rows.len());
    for batch in segment.fetch(rows, &[leaf::HASH])? {
        let column = batch.column(0).as_fixed_size_binary();
        hashes.extend((0..batch.num_rows()).map(|row| Hash::try_from(column.value(row)).unwrap_or_default()));
    }
    Ok(hashes)
}
