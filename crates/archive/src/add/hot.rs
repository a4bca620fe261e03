//! The state of an archive that pages are added to: its event files by day, and the hashes of the days last written.

use cloudtrail::time::{MINUTE, Time};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

use super::{Added, Page};
use crate::ArchiveError;
use crate::catalog::{Commit, FileRecord};
use crate::intake::{Context, Rows, merge_small};
use crate::schema::Hash;
use crate::segment::read_hashes;
use crate::write::write_day;
use crate::writer::forget_replaced;

/// How many hashes are remembered, of as many days as fit: some 40 bytes each.
const REMEMBERED: usize = 500_000;
/// Replaced files are looked through after so many more.
const REPLACED: u64 = 256;

pub struct Hot {
    /// The files that count, by day.
    files: FxHashMap<i64, Vec<FileRecord>>,
    days: FxHashMap<i64, Known>,
    clock: u64,
    /// Days written since small files were last looked for.
    touched: BTreeSet<i64>,
    /// Files replaced since those replaced long ago were last removed, and when that was.
    replaced: u64,
    removed_at: Option<Time>,
}

/// The hashes of all events of a day.
struct Known {
    hashes: FxHashSet<Hash>,
    last_used: u64,
}

impl Hot {
    /// Reads which files there are.
    pub fn load(context: &Context) -> Result<Hot, ArchiveError> {
        let state = context.handle.block_on(context.catalog.state(None))?;
        let mut files: FxHashMap<i64, Vec<FileRecord>> = FxHashMap::default();
        for file in state.files {
            files.entry(file.day).or_default().push(file);
        }
        Ok(Hot {
            files,
            days: FxHashMap::default(),
            clock: 0,
            touched: BTreeSet::new(),
            replaced: 0,
            removed_at: None,
        })
    }

    /// Writes what is new in some pages: a file for each day, and one transaction. Says what became of each page.
    pub(super) fn write(&mut self, context: &Context, pages: &[&Page]) -> Result<Vec<Added>, ArchiveError> {
        let mut added: Vec<Added> =
            pages.iter().map(|page| Added { refused: page.refused, ..Added::default() }).collect();
        let mut days: BTreeMap<i64, Vec<(usize, &Rows)>> = BTreeMap::new();
        for (index, page) in pages.iter().enumerate() {
            for (day, rows) in &page.blocks {
                days.entry(*day).or_default().push((index, rows));
            }
        }
        let mut files = Vec::new();
        let mut fresh_by_day = Vec::new();
        for (day, blocks) in days {
            let known = self.known(context, day)?;
            let mut fresh = FxHashSet::default();
            for (page, rows) in &blocks {
                for hash in &rows.hashes {
                    let is_new = !known.contains(hash) && fresh.insert(*hash);
                    let Added { events, duplicates, .. } = &mut added[*page];
                    *if is_new { events } else { duplicates } += 1;
                }
            }
            let rows: Vec<&Rows> = blocks.iter().map(|(_, rows)| *rows).collect();
            let written = write_day(&context.folders, day, &rows, &|hash| known.contains(hash))?;
            files.extend(written.file);
            fresh_by_day.push((day, fresh));
        }
        let covered: Vec<_> = pages.iter().flat_map(|page| page.covered.iter().cloned()).collect();
        if !files.is_empty() || !covered.is_empty() {
            let what = Commit { files: &files, covered: &covered, ..Commit::default() };
            let now = pages.iter().map(|page| page.now).max().unwrap_or_default();
            let ids = context.commit(what, now)?;
            for (file, id) in files.into_iter().zip(ids) {
                self.touched.insert(file.record.day);
                self.files.entry(file.record.day).or_default().push(FileRecord { id, ..file.record });
            }
        }
        for (day, fresh) in fresh_by_day {
            if let Some(known) = self.days.get_mut(&day) {
                known.hashes.extend(fresh);
            }
        }
        Ok(added)
    }

    /// Merges small files of the days last written, and removes files that were replaced long enough ago.
    pub fn tidy(&mut self, context: &Context, now: Time) -> Result<(), ArchiveError> {
        while let Some(day) = self.touched.pop_first() {
            let Some(files) = self.files.get_mut(&day) else { continue };
            self.replaced += merge_small(context, files, now)?.unwrap_or_default();
        }
        let due = self.removed_at.is_none_or(|at| now.as_millis() - at.as_millis() >= MINUTE);
        if due || self.replaced >= REPLACED {
            forget_replaced(context, now)?;
            (self.replaced, self.removed_at) = (0, Some(now));
        }
        self.forget_days();
        Ok(())
    }

    /// The hashes of a day, from its files if they are not remembered.
    fn known(&mut self, context: &Context, day: i64) -> Result<&FxHashSet<Hash>, ArchiveError> {
        self.clock += 1;
        if !self.days.contains_key(&day) {
            let mut hashes = FxHashSet::default();
            for file in self.files.get(&day).into_iter().flatten() {
                read_hashes(&context.folders.file(&file.path), |hash| {
                    hashes.insert(hash);
                })?;
            }
            self.days.insert(day, Known { hashes, last_used: 0 });
        }
        let known =
            self.days.entry(day).or_insert_with(|| Known { hashes: FxHashSet::default(), last_used: 0 });
        known.last_used = self.clock;
        Ok(&known.hashes)
    }

    /// Lets go of the days written longest ago, until the rest is few enough.
    fn forget_days(&mut self) {
        let mut remembered: usize = self.days.values().map(|known| known.hashes.len()).sum();
        while remembered > REMEMBERED
            && let Some(oldest) =
                self.days.iter().min_by_key(|(_, known)| known.last_used).map(|(day, _)| *day)
            && let Some(known) = self.days.remove(&oldest)
        {
            remembered -= known.hashes.len();
        }
    }
}
