//! Reading an archive.

use cloudtrail::intake::Report;
use cloudtrail::names::AccountNames;
use cloudtrail::search::{Coverage, EventRow, SourceCounts, TimeRange};
use cloudtrail::time::Time;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::ArchiveError;
use crate::catalog::{Catalog, FileRecord, State};
use crate::schema::FORMAT_VERSION;
use crate::search::Bits;
use crate::segment::{Dictionaries, Segment};
use crate::sight::Sight;
use crate::write::Folders;

/// Opened files and remembered answers.
mod cache;
/// Completion of values.
mod complete;
/// Only some accounts and Regions.
mod scoped;
/// Whole events.
mod stored;

pub use cache::RowsKey;
pub use stored::{places_newest_first, stored};

use cache::Cache;
use scoped::{Contents, Scoped};

/// An archive opened for reading. Cheap to clone; one process should open a folder once, as opened files are kept.
#[derive(Clone)]
pub struct Archive {
    inner: Arc<Inner>,
    /// `None`: everything is seen.
    scope: Option<Arc<Scoped>>,
}

struct Inner {
    path: PathBuf,
    catalog: Catalog,
    folders: Folders,
    dictionaries: Arc<Dictionaries>,
    cache: Mutex<Cache>,
    present: RwLock<Option<Arc<Snapshot>>>,
    contents: Contents,
}

/// One event as it is stored.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// What a table shows of it.
    pub row: EventRow,
    /// The record as it was first seen.
    pub raw: String,
    /// When it was taken in.
    pub first_seen: Time,
}

/// A state of the archive that an answer is made from.
pub struct Snapshot {
    pub generation: i64,
    pub files: Vec<FileRecord>,
    pub sources: SourceCounts,
    pub names: AccountNames,
    /// From the first event to just after the last.
    pub data: TimeRange,
    pub events: u64,
    pub taking_in: bool,
}

impl From<State> for Snapshot {
    fn from(state: State) -> Snapshot {
        let from = state.files.iter().map(|file| file.oldest).min();
        let to = state.files.iter().map(|file| file.newest.plus(1_000)).max();
        Snapshot {
            generation: state.generation,
            events: state.files.iter().map(|file| file.rows).sum(),
            files: state.files,
            sources: state.sources,
            names: AccountNames::from_iter(state.accounts),
            data: TimeRange { from, to },
            taking_in: state.taking_in,
        }
    }
}

impl Archive {
    /// Opens an archive for reading. Others may read and one may write it at the same time.
    pub async fn open(path: &Path) -> Result<Archive, ArchiveError> {
        let catalog = Catalog::open(path, false).await?;
        match catalog.format_version().await? {
            FORMAT_VERSION => Ok(Archive::with(path, catalog)),
            found if found > FORMAT_VERSION => {
                Err(ArchiveError::NewerFormat { path: path.to_owned(), found, known: FORMAT_VERSION })
            }
            found => Err(ArchiveError::OlderFormat { path: path.to_owned(), found }),
        }
    }

    pub(crate) fn with(path: &Path, catalog: Catalog) -> Archive {
        Archive {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                catalog,
                folders: Folders::new(path),
                dictionaries: Arc::default(),
                cache: Mutex::default(),
                present: RwLock::default(),
                contents: Contents::default(),
            }),
            scope: None,
        }
    }

    /// The archive's folder.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// How many bytes of memory opened files and remembered answers may take. 1 GiB if not set.
    pub fn set_memory(&self, bytes: usize) {
        self.cache().set_budget(bytes);
    }

    /// Makes searches evaluate every record anew. For measuring.
    pub fn forget_answers(&self) {
        self.cache().forget_rows();
    }

    /// What the archive holds and how its sources fared.
    pub async fn coverage(&self, range: TimeRange) -> Result<Coverage, ArchiveError> {
        Ok(self.sight().await?.coverage(range))
    }

    /// The reports of the latest runs, the newest first. A scoped archive shows none: they name files of any accounts.
    pub async fn reports(&self) -> Result<Vec<Report>, ArchiveError> {
        if self.scope.is_some() {
            return Ok(Vec::new());
        }
        self.inner.catalog.reports().await
    }

    /// The names of accounts that were given to this archive.
    pub async fn names(&self) -> Result<AccountNames, ArchiveError> {
        Ok(self.present().await?.names.clone())
    }

    /// All events with an id, the newest first: more than one if AWS delivered it again with another content.
    pub async fn event(&self, id: &str) -> Result<Vec<StoredEvent>, ArchiveError> {
        self.sight().await?.event(id).await
    }

    /// Opens every file ahead of the first search.
    pub async fn warm_up(&self) -> Result<(), ArchiveError> {
        let snapshot = self.present().await?;
        let archive = self.clone();
        self.blocking(move || {
            let files: Vec<&FileRecord> = snapshot.files.iter().collect();
            in_parallel(&files, |file| archive.segment(file).map(|_| ())).map(|_| ())
        })
        .await
    }

    /// What a read of the present state sees.
    pub(crate) async fn sight(&self) -> Result<Arc<Sight>, ArchiveError> {
        Ok(Sight::of(self, self.present().await?))
    }

    /// The present state, as far as it may be seen.
    pub(crate) async fn present(&self) -> Result<Arc<Snapshot>, ArchiveError> {
        let whole = self.whole_present().await?;
        match &self.scope {
            None => Ok(whole),
            Some(scope) => self.scoped_present(scope, whole).await,
        }
    }

    async fn whole_present(&self) -> Result<Arc<Snapshot>, ArchiveError> {
        let (generation, taking_in) = self.inner.catalog.present().await?;
        let known = self.inner.present.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known
            && known.generation == generation
            && known.taking_in == taking_in
        {
            return Ok(known);
        }
        let snapshot = Arc::new(Snapshot::from(self.inner.catalog.state(None).await?));
        *self.inner.present.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// A state by its generation, or the present one. `None` if that generation is forgotten.
    pub(crate) async fn snapshot(
        &self,
        generation: Option<i64>,
    ) -> Result<Option<Arc<Snapshot>>, ArchiveError> {
        let present = self.present().await?;
        match generation {
            None => Ok(Some(present)),
            Some(generation) if generation == present.generation => Ok(Some(present)),
            Some(generation) if self.inner.catalog.remembers(generation).await? => {
                let whole = Arc::new(Snapshot::from(self.inner.catalog.state(Some(generation)).await?));
                match &self.scope {
                    None => Ok(Some(whole)),
                    Some(scope) => self.scoped_snapshot(scope, whole).await.map(Some),
                }
            }
            Some(_) => Ok(None),
        }
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    pub(crate) fn dictionaries(&self) -> &Dictionaries {
        &self.inner.dictionaries
    }

    /// An opened file, from the cache if it is there.
    pub(crate) fn segment(&self, file: &FileRecord) -> Result<Arc<Segment>, ArchiveError> {
        if let Some(segment) = self.cache().segment(file.id) {
            return Ok(segment);
        }
        let path = self.inner.folders.file(&file.path);
        let segment = Arc::new(Segment::load(path, file, &self.inner.dictionaries)?);
        self.cache().add_segment(segment.clone());
        Ok(segment)
    }

    pub(crate) fn remembered_rows(&self, key: &RowsKey) -> Option<Arc<Bits>> {
        self.cache().rows(key)
    }

    pub(crate) fn remember_rows(&self, key: RowsKey, rows: Arc<Bits>) {
        self.cache().add_rows(key, rows);
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.inner.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs work that computes and reads files, off the async threads.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        tokio::task::spawn_blocking(work).await.map_err(|_| ArchiveError::Worker)?
    }
}

/// Works on each item, on all cores; results in order.
pub(crate) fn in_parallel<I: Sync, T: Send>(
    items: &[I],
    work: impl Fn(&I) -> Result<T, ArchiveError> + Sync,
) -> Result<Vec<T>, ArchiveError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return Ok(done) };
            done.push((index, work(item)?));
        }
    };
    let parts: Vec<Result<Vec<(usize, T)>, ArchiveError>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mine = run();
        let others = others.into_iter().map(|other| other.join().unwrap_or(Err(ArchiveError::Worker)));
        std::iter::once(mine).chain(others).collect()
    });
    let mut results = Vec::with_capacity(items.len());
    for part in parts {
        results.extend(part?);
    }
    results.sort_unstable_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
