//! Rows that wait to be written, by day, within a budget of memory.
//!
//! When the budget is used up, the days with most rows are written; the others go on collecting. A day is written by
//! one thread at a time, so that each write sees what the one before it added.

use cloudtrail::time::Time;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use super::small::merge_small;
use super::{Context, Rows, lock};
use crate::ArchiveError;
use crate::catalog::{Commit, FileRecord, NewFile, SourceRecord};
use crate::segment::read_hashes;
use crate::write::write_day;

/// Files are committed in groups of this many, so that a run of many small days does not commit each.
const COMMIT_FILES: usize = 16;

pub struct Pending<'r> {
    context: &'r Context,
    budget: usize,
    now: Time,
    waiting: Mutex<Waiting>,
    /// Told whenever a day has been written.
    written: Condvar,
    finished: Mutex<Finished>,
    given_up: AtomicBool,
    added: AtomicU64,
    duplicates: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    days: FxHashMap<i64, Day>,
    bytes: usize,
    in_hand: FxHashSet<i64>,
    /// How many blocks of each source still wait or are being written.
    blocks: FxHashMap<u32, u32>,
    /// Sources read to their end.
    read: FxHashMap<u32, SourceRecord>,
}

#[derive(Default)]
struct Day {
    blocks: Vec<Rows>,
    sources: Vec<u32>,
    bytes: usize,
}

struct Finished {
    /// The files that count, by day, those of this run included.
    files: FxHashMap<i64, Vec<FileRecord>>,
    uncommitted: Vec<NewFile>,
    sources: Vec<SourceRecord>,
    touched: FxHashSet<i64>,
}

impl<'r> Pending<'r> {
    pub fn new(context: &'r Context, budget: usize, now: Time, files: Vec<FileRecord>) -> Pending<'r> {
        let mut by_day: FxHashMap<i64, Vec<FileRecord>> = FxHashMap::default();
        for file in files {
            by_day.entry(file.day).or_default().push(file);
        }
        Pending {
            context,
            budget,
            now,
            waiting: Mutex::default(),
            written: Condvar::new(),
            finished: Mutex::new(Finished {
                files: by_day,
                uncommitted: Vec::new(),
                sources: Vec::new(),
                touched: FxHashSet::default(),
            }),
            given_up: AtomicBool::new(false),
            added: AtomicU64::new(0),
            duplicates: AtomicU64::new(0),
        }
    }

    /// Another thread failed; nothing waits for it any more.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        self.written.notify_all();
    }

    pub fn given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Events added, and duplicates left out.
    pub fn counts(&self) -> (u64, u64) {
        (self.added.load(Ordering::Relaxed), self.duplicates.load(Ordering::Relaxed))
    }

    /// Takes rows of one source, and writes some days if too much waits.
    pub fn add(&self, source: u32, rows: FxHashMap<i64, Rows>) -> Result<(), ArchiveError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut waiting = lock(&self.waiting);
        *waiting.blocks.entry(source).or_default() += rows.len() as u32;
        for (day, rows) in rows {
            let bytes = rows.bytes();
            waiting.bytes += bytes;
            let entry = waiting.days.entry(day).or_default();
            entry.bytes += bytes;
            entry.blocks.push(rows);
            entry.sources.push(source);
        }
        drop(waiting);
        self.keep_to_budget()
    }

    /// A source has been read to its end; it counts as taken in once all its rows are written.
    pub fn source_read(&self, source: u32, record: SourceRecord) {
        let mut waiting = lock(&self.waiting);
        if waiting.blocks.get(&source).is_none_or(|blocks| *blocks == 0) {
            waiting.blocks.remove(&source);
            drop(waiting);
            lock(&self.finished).sources.push(record);
        } else {
            waiting.read.insert(source, record);
        }
    }

    /// A source could not be read to its end: its rows are kept, but the next run reads it again.
    pub fn source_given_up(&self, source: u32) {
        lock(&self.waiting).read.remove(&source);
    }

    fn keep_to_budget(&self) -> Result<(), ArchiveError> {
        loop {
            let mut waiting = lock(&self.waiting);
            if waiting.bytes <= self.budget || self.given_up() {
                return Ok(());
            }
            let largest = waiting
                .days
                .iter()
                .filter(|(day, _)| !waiting.in_hand.contains(day))
                .max_by_key(|(_, waiting)| waiting.bytes)
                .map(|(day, _)| *day);
            match largest {
                Some(day) => {
                    let rows = take(&mut waiting, day);
                    drop(waiting);
                    self.write(day, rows)?;
                }
                // Everything that waits belongs to days being written: wait for one of them.
                None => drop(self.written.wait(waiting).unwrap_or_else(PoisonError::into_inner)),
            }
        }
    }

    /// Writes everything that waits. Several threads share the work.
    pub fn write_all(&self) -> Result<(), ArchiveError> {
        loop {
            let mut waiting = lock(&self.waiting);
            if waiting.days.is_empty() || self.given_up() {
                return Ok(());
            }
            let next = waiting.days.keys().find(|day| !waiting.in_hand.contains(*day)).copied();
            match next {
                Some(day) => {
                    let rows = take(&mut waiting, day);
                    drop(waiting);
                    self.write(day, rows)?;
                }
                None => drop(self.written.wait(waiting).unwrap_or_else(PoisonError::into_inner)),
            }
        }
    }

    fn write(&self, day: i64, rows: Day) -> Result<(), ArchiveError> {
        // The file is listed before its day is free again, as whoever writes that day next has to see it; and before
        // its sources may count as taken in, as no commit may tell of them without it.
        let written = self.write_file(day, &rows).map(|file| self.list(day, file));
        let mut waiting = lock(&self.waiting);
        waiting.in_hand.remove(&day);
        waiting.bytes -= rows.bytes;
        let mut done = Vec::new();
        for source in rows.sources.iter().filter(|_| written.is_ok()) {
            let Some(blocks) = waiting.blocks.get_mut(source) else { continue };
            *blocks -= 1;
            if *blocks == 0 {
                waiting.blocks.remove(source);
                done.extend(waiting.read.remove(source));
            }
        }
        drop(waiting);
        self.written.notify_all();
        written?;
        let mut finished = lock(&self.finished);
        finished.sources.extend(done);
        let enough = finished.uncommitted.len() >= COMMIT_FILES;
        drop(finished);
        if enough { self.commit() } else { Ok(()) }
    }

    /// Remembers what was written of a day, for the next commit and for whoever writes that day next.
    fn list(&self, day: i64, file: Option<NewFile>) {
        let mut finished = lock(&self.finished);
        finished.touched.insert(day);
        if let Some(file) = file {
            finished.files.entry(day).or_default().push(file.record.clone());
            finished.uncommitted.push(file);
        }
    }

    fn write_file(&self, day: i64, rows: &Day) -> Result<Option<NewFile>, ArchiveError> {
        let files = lock(&self.finished).files.get(&day).cloned().unwrap_or_default();
        let mut known = FxHashSet::default();
        for file in &files {
            read_hashes(&self.context.folders.file(&file.path), |hash| {
                known.insert(hash);
            })?;
        }
        let written = write_day(&self.context.folders, day, &rows.blocks, &|hash| known.contains(hash))?;
        self.duplicates.fetch_add(written.duplicates, Ordering::Relaxed);
        if let Some(file) = &written.file {
            self.added.fetch_add(file.record.rows, Ordering::Relaxed);
        }
        Ok(written.file)
    }

    /// Makes the catalog know what has been written.
    pub fn commit(&self) -> Result<(), ArchiveError> {
        let mut finished = lock(&self.finished);
        if finished.uncommitted.is_empty() && finished.sources.is_empty() {
            return Ok(());
        }
        let new = std::mem::take(&mut finished.uncommitted);
        let sources = std::mem::take(&mut finished.sources);
        // Under the lock, so that commits stand in the order of their files.
        let what = Commit { files: &new, sources: &sources, ..Commit::default() };
        let ids = self.context.commit(what, self.now)?;
        for (file, id) in new.iter().zip(ids) {
            let known = finished.files.entry(file.record.day).or_default();
            known.iter_mut().filter(|known| known.path == file.record.path).for_each(|known| known.id = id);
        }
        Ok(())
    }

    /// Merges the small files of days that have many of them.
    pub fn merge_small(&self) -> Result<(), ArchiveError> {
        let days: Vec<i64> = lock(&self.finished).touched.iter().copied().collect();
        for day in days {
            let mut files = lock(&self.finished).files.get(&day).cloned().unwrap_or_default();
            merge_small(self.context, &mut files, self.now)?;
        }
        Ok(())
    }
}

fn take(waiting: &mut Waiting, day: i64) -> Day {
    waiting.in_hand.insert(day);
    waiting.days.remove(&day).unwrap_or_default()
}
