//! Which small event files of a day are merged, and when.

use cloudtrail::time::Time;

use super::Context;
use crate::ArchiveError;
use crate::catalog::{Commit, FileRecord};
use crate::write::merge;

/// A file with this many rows is large enough to be left alone.
const LARGE_FILE: u64 = 100_000;
/// So many smaller files of one day are too many.
const MERGE_FILES: usize = 8;

/// Merges small files of one day if there are many of them. `files` are those of that day that count, before and
/// afterwards.
pub fn merge_small(
    context: &Context,
    files: &mut Vec<FileRecord>,
    now: Time,
) -> Result<Option<u64>, ArchiveError> {
    let Some(merged) = merge(&context.folders, &worth_merging(files))? else { return Ok(None) };
    let what = Commit { files: std::slice::from_ref(&merged), ..Commit::default() };
    let ids = context.commit(what, now)?;
    files.retain(|file| !merged.replaces.contains(&file.id));
    files.extend(ids.first().map(|id| FileRecord { id: *id, ..merged.record.clone() }));
    Ok(Some(merged.replaces.len() as u64))
}

/// The files to merge, from the smallest: each next one only if those before it weigh as much. A row is so rewritten
/// only when its file at least doubles, however small the files are that come.
fn worth_merging(files: &[FileRecord]) -> Vec<FileRecord> {
    let mut small: Vec<FileRecord> = files.iter().filter(|file| file.rows < LARGE_FILE).cloned().collect();
    if small.len() < MERGE_FILES {
        return Vec::new();
    }
    small.sort_by_key(|file| file.rows);
    let mut rows = 0;
    let mut count = 0;
    for file in &small {
        if count >= 2 && (file.rows > rows || rows >= 2 * LARGE_FILE) {
            break;
        }
        rows += file.rows;
        count += 1;
    }
    small.truncate(count);
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(rows: &[u64]) -> Vec<FileRecord> {
        let file = |(id, rows): (usize, &u64)| FileRecord {
            id: id as i64,
            path: String::new(),
            day: 0,
            rows: *rows,
            bytes: 0,
            raw_bytes: 0,
            oldest: Time::MIN,
            newest: Time::MAX,
        };
        rows.iter().enumerate().map(file).collect()
    }

    fn merged(rows: &[u64]) -> Vec<u64> {
        worth_merging(&files(rows)).iter().map(|file| file.rows).collect()
    }

    #[test]
    fn few_files_and_large_ones_are_left_alone() {
        assert!(merged(&[50; 7]).is_empty());
        assert!(merged(&[100_000; 20]).is_empty());
        assert_eq!(merged(&[50; 8]), [50; 8]);
    }

    #[test]
    fn a_file_far_larger_than_what_came_is_not_rewritten_for_it() {
        assert_eq!(merged(&[90_000, 50, 50, 50, 50, 50, 50, 50]), [50; 7]);
        assert_eq!(merged(&[300, 50, 50, 50, 50, 50, 50, 60_000]), [50, 50, 50, 50, 50, 50, 300]);
        // All far apart: the two smallest.
        assert_eq!(merged(&[1, 3, 7, 20, 60, 200, 600, 2_000]), [1, 3]);
    }

    #[test]
    fn rows_that_come_a_page_at_a_time_are_rewritten_a_few_times_only() {
        let mut sizes: Vec<u64> = Vec::new();
        let mut rewritten = 0;
        let pages = 4_000;
        for _ in 0..pages {
            sizes.push(50);
            let chosen = worth_merging(&files(&sizes));
            if !chosen.is_empty() {
                let rows: u64 = chosen.iter().map(|file| file.rows).sum();
                let mut index = 0;
                sizes.retain(|_| {
                    index += 1;
                    !chosen.iter().any(|file| file.id == index - 1)
                });
                sizes.push(rows);
                rewritten += rows;
            }
            assert!(sizes.iter().filter(|rows| **rows < LARGE_FILE).count() < MERGE_FILES);
        }
        let rows = pages * 50;
        assert_eq!(sizes.iter().sum::<u64>(), rows);
        assert!(rewritten < rows * 12, "{} times each", rewritten / rows);
    }
}
