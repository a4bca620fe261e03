//! Writing to an archive: one process at a time.

use cloudtrail::intake::Report;
use cloudtrail::names::AccountNames;
use cloudtrail::time::{MINUTE, Time};
use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::ArchiveError;
use crate::add::Pages;
use crate::catalog::{Catalog, Commit};
use crate::durable::settle;
use crate::intake::{self, Context, IntakeOptions, Known, Objects, Progress, TakenIn};
use crate::reader::Archive;
use crate::schema::FORMAT_VERSION;
use crate::write::{Folders, rebuild};

/// Replaced files are kept this long, so that lists being paged through, and readers in other processes, find them.
const KEEP_REPLACED: i64 = 15 * MINUTE;
/// More of them are not kept, beyond a time that every search has its files open in.
const MOST_REPLACED: i64 = 8_192;
const KEEP_AT_LEAST: i64 = 2 * MINUTE;

/// The one writer of an archive. The lock is held until it is dropped and what it was writing is done.
pub struct Writer {
    archive: Archive,
    catalog: Catalog,
    folders: Folders,
    stop: Stop,
    pages: Arc<Pages>,
    lock: Arc<File>,
}

/// Tells a writer to stop: a run ends after the files in hand, keeping what it has, and a watch ends.
#[derive(Clone, Default)]
pub struct Stop {
    flag: Arc<AtomicBool>,
    told: Arc<Notify>,
}

impl Stop {
    /// Stop now.
    pub fn stop(&self) {
        self.flag.store(true, Ordering::Relaxed);
        self.told.notify_waiters();
    }

    /// Whether it has been told.
    pub fn stopped(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

impl Writer {
    /// Opens an archive for writing, and makes it if it is not there. What a run that died left behind is removed; an
    /// archive of an older format is rebuilt from its raw records.
    pub async fn open(path: &Path) -> Result<Writer, ArchiveError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        check_free(&path)?;
        let folders = Folders::new(&path);
        make(&path, &folders)?;
        let lock = lock(&path)?;
        let catalog = Catalog::open(&path, true).await?;
        let found = catalog.format_version().await?;
        if found > FORMAT_VERSION {
            return Err(ArchiveError::NewerFormat { path, found, known: FORMAT_VERSION });
        }
        let archive = Archive::with(&path, catalog.clone());
        let (stop, pages, lock) = (Stop::default(), Arc::default(), Arc::new(lock));
        let writer = Writer { archive, catalog, folders, stop, pages, lock };
        writer.catalog.set_taking_in(false).await?;
        writer.remove_leftovers().await?;
        if found < FORMAT_VERSION {
            writer.rebuild().await?;
        }
        Ok(writer)
    }

    /// The same archive for reading.
    pub fn archive(&self) -> Archive {
        self.archive.clone()
    }

    /// A handle to stop this writer with.
    pub fn stop_handle(&self) -> Stop {
        self.stop.clone()
    }

    /// Gives the archive's accounts these names, in place of any before.
    pub async fn set_names(&self, names: &AccountNames) -> Result<(), ArchiveError> {
        let accounts: Vec<(String, String)> =
            names.iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect();
        self.catalog.set_accounts(&accounts).await
    }

    /// Takes in files and folders. Sources that have not changed since an earlier run are left alone; an event that the
    /// archive has already is not added again. The report is kept, unless nothing was new.
    pub async fn take_in(
        &self,
        paths: &[PathBuf],
        options: &IntakeOptions,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Report, ArchiveError> {
        intake::check_sources(paths)?;
        let (paths, run_options) = (paths.to_vec(), options.clone());
        self.run(options, move |context| intake::run(context, &paths, &run_options, &progress)).await
    }

    /// Takes in objects of a store that is no file system, as they are handed in, until their [`intake::Feed`] is dropped.
    pub async fn take_in_objects(
        &self,
        objects: Objects,
        options: &IntakeOptions,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Report, ArchiveError> {
        let run_options = options.clone();
        self.run(options, move |context| intake::run_objects(context, objects, &run_options, &progress)).await
    }

    /// What was taken in before, so that it need not be fetched again.
    pub async fn taken_in(&self) -> Result<TakenIn, ArchiveError> {
        Ok(TakenIn { known: Known::new(self.catalog.sources().await?) })
    }

    async fn run(
        &self,
        options: &IntakeOptions,
        run: impl FnOnce(&Context) -> Result<Report, ArchiveError> + Send + 'static,
    ) -> Result<Report, ArchiveError> {
        let alone = self.pages.keep_out().await;
        self.catalog.set_taking_in(true).await?;
        let context = self.context();
        let run = tokio::task::spawn_blocking(move || {
            let _alone = alone;
            run(&context)
        });
        let result = run.await.unwrap_or(Err(ArchiveError::Worker));
        let settled = self.catalog.set_taking_in(false).await;
        // Why the run failed says more than what failed after it.
        let report = result?;
        settled?;
        if report.files > report.unchanged || !report.notes.is_empty() {
            self.catalog.add_report(&report).await?;
        }
        let (context, now) = (self.context(), (options.clock)());
        self.archive.blocking(move || forget_replaced(&context, now)).await?;
        Ok(report)
    }

    /// Takes in files and folders again and again, until told to stop. `seen` gets the report of each run that found
    /// something new.
    pub async fn watch(
        &self,
        paths: &[PathBuf],
        options: &IntakeOptions,
        every: Duration,
        mut seen: impl FnMut(&Report) + Send,
    ) -> Result<(), ArchiveError> {
        let mut known_notes = Vec::new();
        loop {
            // Listening from before the question, so that being told at any moment from here on ends the wait below.
            let told = self.stop.told.notified();
            if self.stop.stopped() {
                return Ok(());
            }
            let report = self.take_in(paths, options, |_| {}).await?;
            if report.files > report.unchanged || report.notes != known_notes {
                seen(&report);
                known_notes = report.notes;
            }
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = told => {}
            }
        }
    }

    /// Removes files under `_tmp`, and event files that the catalog does not know.
    async fn remove_leftovers(&self) -> Result<(), ArchiveError> {
        let known: std::collections::HashSet<PathBuf> =
            self.catalog.known_paths().await?.iter().map(|path| self.folders.file(path)).collect();
        for file in
            files_below(&self.folders.temporary()).into_iter().chain(files_below(&self.folders.events()))
        {
            if !known.contains(&file) {
                remove(&file)?;
            }
        }
        Ok(())
    }

    pub(crate) fn pages(&self) -> &Arc<Pages> {
        &self.pages
    }

    /// What writing needs.
    pub(crate) fn context(&self) -> Context {
        Context {
            catalog: self.catalog.clone(),
            folders: self.folders.clone(),
            handle: Handle::current(),
            stop: self.stop.flag.clone(),
            _lock: self.lock.clone(),
        }
    }

    /// Derives every column anew from the raw records.
    async fn rebuild(&self) -> Result<(), ArchiveError> {
        let now = (IntakeOptions::default().clock)();
        for file in self.catalog.state(None).await?.files {
            let context = self.context();
            let write = move || {
                let rebuilt = rebuild(&context.folders, &file)?;
                context.commit(Commit { files: &rebuilt, ..Commit::default() }, now)
            };
            self.archive.blocking(write).await?;
        }
        self.catalog.set_format_version(FORMAT_VERSION).await?;
        // No list goes on in files of the older format.
        let context = self.context();
        self.archive.blocking(move || forget_replaced(&context, now.plus(KEEP_REPLACED))).await
    }
}

/// Removes files that were replaced long enough ago. Where very many were replaced, as when pages come for hours, not
/// all are kept that long. Blocks.
pub fn forget_replaced(context: &Context, now: Time) -> Result<(), ArchiveError> {
    let Context { catalog, folders, handle, .. } = context;
    let long_ago = now.plus(-KEEP_REPLACED);
    let too_many = handle.block_on(catalog.replaced_before(MOST_REPLACED))?;
    let before = too_many.map_or(long_ago, |time| time.min(now.plus(-KEEP_AT_LEAST)).max(long_ago));
    for path in handle.block_on(catalog.forget_removed(before))? {
        remove(&folders.file(&path))?;
    }
    Ok(())
}

/// Refuses a folder that holds something other than an archive: what no catalog knows is removed from an archive's
/// folders, and that must never be somebody's own files.
fn check_free(folder: &Path) -> Result<(), ArchiveError> {
    if folder.join("catalog.sqlite").exists() {
        return Ok(());
    }
    let is_empty = |path: &Path| std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    // A start that died before it made the catalog leaves these.
    let is_ours = |name: &OsStr, path: &Path| {
        name == "lock" || ((name == "_tmp" || name == "events") && is_empty(path))
    };
    match entries.into_iter().all(|entry| is_ours(&entry.file_name(), &entry.path())) {
        true => Ok(()),
        false => Err(ArchiveError::NotEmpty { path: folder.to_owned() }),
    }
}

/// Makes the folders of an archive, and those missing above it, and their names durable.
fn make(archive: &Path, folders: &Folders) -> Result<(), ArchiveError> {
    let missing = archive.ancestors().take_while(|folder| !folder.exists()).count();
    // Events are nobody else's business on a shared machine.
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    for folder in [archive, &folders.temporary(), &folders.events()] {
        builder.create(folder).map_err(|source| ArchiveError::File {
            action: "create the folder",
            path: folder.to_owned(),
            source,
        })?;
    }
    // Those that something was made in, now or by a run that died over it.
    settle(&folders.events())?;
    archive.ancestors().take(missing + 1).try_for_each(settle)
}

fn lock(folder: &Path) -> Result<File, ArchiveError> {
    let path = folder.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| ArchiveError::File { action: "open", path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ArchiveError::Locked { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(ArchiveError::File { action: "lock", path, source }),
    }
}

fn remove(file: &Path) -> Result<(), ArchiveError> {
    match std::fs::remove_file(file) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(ArchiveError::File { action: "remove", path: file.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// The files in a folder and the folders in it.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries(folder).into_iter().partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| entries(folder)));
    files
}
