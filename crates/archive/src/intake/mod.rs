//! Taking in log files: find them, read their records in parallel, collect them by day, write event files.
//!
//! Crash rules: an event file is written under `_tmp`, made durable and renamed, and its new name made durable; then one
//! transaction makes the catalog know the files and the sources they came from. A run that dies leaves files that no catalog knows (removed when the
//! archive is next opened for writing) and sources that are read again, whose events are told to be duplicates.

use cloudtrail::intake::{Report, SourceNote};
use cloudtrail::time::Time;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::catalog::{Catalog, Commit, SourceRecord};
use crate::write::Folders;

/// Reads one file and says how it ended.
mod file;
/// Objects of a store, handed in with their bytes.
mod objects;
/// Holds rows by day until they are worth a file, within a budget.
mod pending;
/// Rows on their way into a file.
mod rows;
/// Merges small event files.
mod small;
/// Records out of bytes.
mod source;
/// Records that come as texts.
mod texts;
/// Finds the files.
mod walk;

pub use objects::{Feed, Object, ObjectId, Objects, TakenIn, objects};
pub use rows::{Hasher, Rows, hex};
pub use small::merge_small;
pub use texts::read_texts;
pub use walk::{Known, check_sources};

use pending::Pending;
use walk::Source;

/// Where the time comes from; tests fix it.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// How to take in files.
#[derive(Clone)]
pub struct IntakeOptions {
    /// How many threads read and write; 0 for one a core.
    pub threads: usize,
    /// How many bytes of rows may wait in memory before they are written.
    pub memory: usize,
    /// The present time.
    pub clock: Clock,
}

impl Default for IntakeOptions {
    fn default() -> Self {
        let clock: Clock = Arc::new(|| {
            let age = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            Time::from_millis(age.as_millis() as i64)
        });
        IntakeOptions { threads: 0, memory: 96 * 1024 * 1024, clock }
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files finished.
    pub files_done: u64,
    /// Files to look at.
    pub files_total: u64,
    /// Their bytes, as stored.
    pub bytes_done: u64,
    /// All bytes, as stored.
    pub bytes_total: u64,
    /// Records read.
    pub records: u64,
}

/// What writing needs of the archive. Whoever holds it is the archive's one writer.
#[derive(Clone)]
pub struct Context {
    pub catalog: Catalog,
    pub folders: Folders,
    pub handle: Handle,
    pub stop: Arc<AtomicBool>,
    /// The lock of the archive: kept for as long as anything is being written, also when nobody waits for it any more.
    pub _lock: Arc<File>,
}

impl Context {
    /// Makes the catalog know what was written, all of it or nothing, once the files' names are durable: after a loss of
    /// power there is no file missing that the catalog knows. Blocks.
    pub fn commit(&self, what: Commit<'_>, now: Time) -> Result<Vec<i64>, ArchiveError> {
        self.folders.settle(what.files)?;
        self.handle.block_on(self.catalog.commit(what, now))
    }
}

/// Takes in files and folders. Blocks; call it where that is allowed.
pub fn run(
    context: &Context,
    paths: &[PathBuf],
    options: &IntakeOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, ArchiveError> {
    let walked = walk::find(paths)?;
    let bytes = walked.sources.iter().map(|source| source.size).sum();
    let sources = Sources::Files { files: walked.sources, next: AtomicU32::new(0), bytes };
    run_on(context, sources, walked.notes, options, progress)
}

/// Takes in objects until no more are handed in. Blocks; call it where that is allowed.
pub fn run_objects(
    context: &Context,
    objects: Objects,
    options: &IntakeOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, ArchiveError> {
    run_on(context, Sources::Objects(objects), Vec::new(), options, progress)
}

fn run_on(
    context: &Context,
    sources: Sources,
    notes: Vec<SourceNote>,
    options: &IntakeOptions,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Report, ArchiveError> {
    let started = (options.clock)();
    let known = Known::new(context.handle.block_on(context.catalog.sources())?);
    let state = context.handle.block_on(context.catalog.state(None))?;
    let run = Run {
        context,
        options,
        started,
        known,
        sources,
        pending: Pending::new(context, options.memory, started, state.files),
        report: Mutex::new(Report { started, ..Report::default() }),
        counts: Counts::default(),
        failure: Mutex::new(None),
        progress,
    };
    notes.into_iter().for_each(|note| run.note(note));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = if options.threads == 0 { cores } else { options.threads };
    run.tell();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| run.work());
        }
    });
    if let Some(error) = lock(&run.failure).take() {
        return Err(error);
    }
    run.pending.commit()?;
    run.pending.merge_small()?;
    run.finish()
}

/// What is taken in.
enum Sources {
    /// Files that were found before.
    Files { files: Vec<Source>, next: AtomicU32, bytes: u64 },
    /// Objects that are handed in.
    Objects(Objects),
}

impl Sources {
    /// How many there are, and their bytes.
    fn totals(&self) -> (u64, u64) {
        match self {
            Sources::Files { files, bytes, .. } => (files.len() as u64, *bytes),
            Sources::Objects(objects) => objects.totals(),
        }
    }

    /// How many were known before they came here.
    fn known_before(&self) -> u64 {
        match self {
            Sources::Files { .. } => 0,
            Sources::Objects(objects) => objects.unchanged(),
        }
    }
}

struct Run<'r> {
    context: &'r Context,
    options: &'r IntakeOptions,
    started: Time,
    known: Known,
    sources: Sources,
    pending: Pending<'r>,
    report: Mutex<Report>,
    counts: Counts,
    failure: Mutex<Option<ArchiveError>>,
    progress: &'r (dyn Fn(Progress) + Send + Sync),
}

#[derive(Default)]
struct Counts {
    files: AtomicU64,
    unchanged: AtomicU64,
    bytes: AtomicU64,
    records: AtomicU64,
    digests: AtomicU64,
}

impl Run<'_> {
    /// One thread: reads files until there are none, then helps writing what waits.
    fn work(&self) {
        let result = self.read_files().and_then(|()| self.pending.write_all());
        if let Err(error) = result {
            self.pending.give_up();
            lock(&self.failure).get_or_insert(error);
        }
    }

    fn read_files(&self) -> Result<(), ArchiveError> {
        loop {
            let size = match &self.sources {
                Sources::Files { files, next, .. } => {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(source) = files.get(index as usize) else { return Ok(()) };
                    if self.is_over() {
                        return Ok(());
                    }
                    self.take(index, source, |sink| file::read(source, &self.known, sink))?;
                    source.size
                }
                Sources::Objects(objects) => {
                    let Some((index, object)) = objects.next() else { return Ok(()) };
                    if self.is_over() {
                        return Ok(());
                    }
                    let source = object.id.source();
                    self.take(index, &source, |sink| match &object.bytes {
                        Ok(bytes) => file::read_from(&source, bytes.as_slice(), sink),
                        Err(why) => Ok(file::unreadable(&source, why)),
                    })?;
                    source.size
                }
            };
            self.counts.files.fetch_add(1, Ordering::Relaxed);
            self.counts.bytes.fetch_add(size, Ordering::Relaxed);
            self.tell();
        }
    }

    fn is_over(&self) -> bool {
        self.pending.given_up() || self.context.stop.load(Ordering::Relaxed)
    }

    /// Takes in one source, unless it is as it was.
    fn take(
        &self,
        index: u32,
        source: &Source,
        read: impl FnOnce(&mut file::Sink<'_, '_>) -> Result<file::FileRead, ArchiveError>,
    ) -> Result<(), ArchiveError> {
        if self.known.unchanged(source) {
            self.counts.unchanged.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        let mut sink = file::Sink::new(index, self.started, &self.pending, &self.counts.records);
        let read = read(&mut sink)?;
        sink.finish()?;
        if read.unchanged {
            self.counts.unchanged.fetch_add(1, Ordering::Relaxed);
        }
        if read.digest {
            self.counts.digests.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(note) = read.note {
            self.note(note);
        }
        match read.sha256 {
            Some(sha256) => self.pending.source_read(
                index,
                SourceRecord {
                    path: source.path_bytes(),
                    size: source.size,
                    modified: source.modified,
                    sha256,
                    outcome: read.outcome,
                },
            ),
            // It could not be read to its end; the next run tries again.
            None => self.pending.source_given_up(index),
        }
        Ok(())
    }

    fn note(&self, note: SourceNote) {
        let mut report = lock(&self.report);
        if report.notes.len() < Report::MAX_NOTES {
            report.notes.push(note);
        } else {
            report.more_notes += 1;
        }
    }

    fn tell(&self) {
        let (files_total, bytes_total) = self.sources.totals();
        (self.progress)(Progress {
            files_done: self.counts.files.load(Ordering::Relaxed) + self.sources.known_before(),
            files_total,
            bytes_done: self.counts.bytes.load(Ordering::Relaxed),
            bytes_total,
            records: self.counts.records.load(Ordering::Relaxed),
        });
    }

    fn finish(self) -> Result<Report, ArchiveError> {
        let mut report = self.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        report.files = count(&self.counts.files) + self.sources.known_before();
        report.unchanged = count(&self.counts.unchanged) + self.sources.known_before();
        report.bytes = count(&self.counts.bytes);
        report.records = count(&self.counts.records);
        report.digests = count(&self.counts.digests);
        (report.added, report.duplicates) = self.pending.counts();
        report.notes.sort_by(|a, b| a.path.cmp(&b.path));
        report.ended = Some((self.options.clock)());
        Ok(report)
    }
}

/// A poisoned lock only says that another thread died; what it guards is whole after every statement here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
