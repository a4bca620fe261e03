//! An archive of which only some accounts and Regions are seen.
//!
//! Everything that is read comes through a [`Snapshot`] and through `Archive::find`. Both know the scope, so that no
//! read can forget it: the snapshot has only the files, counts, times and names inside, and a search finds only rows
//! inside.

use cloudtrail::names::AccountNames;
use cloudtrail::search::{SourceCounts, TimeRange};
use cloudtrail::time::Time;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{Archive, Snapshot, in_parallel};
use crate::ArchiveError;
use crate::catalog::FileRecord;
use crate::schema::TextColumn;
use crate::scope::{Scope, Visible};

/// What is seen, and the last state of the archive seen that way.
pub struct Scoped {
    visible: Arc<Visible>,
    present: RwLock<Option<Arc<Snapshot>>>,
}

/// How many events of which accounts and Regions each file has. A file never changes.
#[derive(Default)]
pub struct Contents {
    by_file: Mutex<FxHashMap<i64, Arc<[Content]>>>,
}

/// The events of one account and Region in one file.
struct Content {
    account: Arc<str>,
    region: Arc<str>,
    rows: u64,
    oldest: Time,
    newest: Time,
}

impl Archive {
    /// The same archive, of which nothing is seen outside of these accounts and Regions: no event, no count, no value, no
    /// name of an account, no report of files taken in. Of an archive that is scoped already, only what is in both is seen.
    ///
    /// An event that does not say its account or its Region is outside of every scope. To make one is cheap; answers that
    /// are remembered are remembered by scope.
    pub fn scoped(&self, scopes: Vec<Scope>) -> Archive {
        let visible = Visible::new(scopes);
        let visible = self.visible().map_or(visible.clone(), |before| before.and(&visible));
        let scoped = Scoped { visible: Arc::new(visible), present: RwLock::default() };
        Archive { inner: self.inner.clone(), scope: Some(Arc::new(scoped)) }
    }

    /// What may be seen; `None`: everything.
    pub(crate) fn visible(&self) -> Option<&Arc<Visible>> {
        self.scope.as_ref().map(|scope| &scope.visible)
    }

    /// The present state as far as it may be seen.
    pub(super) async fn scoped_present(
        &self,
        scope: &Scoped,
        whole: Arc<Snapshot>,
    ) -> Result<Arc<Snapshot>, ArchiveError> {
        let known = scope.present.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known
            && known.generation == whole.generation
            && known.taking_in == whole.taking_in
        {
            return Ok(known);
        }
        self.inner.contents.forget_all_but(&whole.files);
        let snapshot = self.scoped_snapshot(scope, whole).await?;
        *scope.present.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// A state as far as it may be seen.
    pub(super) async fn scoped_snapshot(
        &self,
        scope: &Scoped,
        whole: Arc<Snapshot>,
    ) -> Result<Arc<Snapshot>, ArchiveError> {
        let (archive, visible) = (self.clone(), scope.visible.clone());
        self.blocking(move || archive.restrict(&whole, &visible).map(Arc::new)).await
    }

    fn restrict(&self, whole: &Snapshot, visible: &Visible) -> Result<Snapshot, ArchiveError> {
        let contents = in_parallel(&whole.files, |file| self.contents_of(file))?;
        let (mut files, mut events) = (Vec::new(), 0);
        let mut data = TimeRange::default();
        for (file, contents) in whole.files.iter().zip(&contents) {
            let mut seen = contents
                .iter()
                .filter(|content| visible.allows(&content.account, &content.region))
                .peekable();
            if seen.peek().is_some() {
                files.push(file.clone());
            }
            for content in seen {
                events += content.rows;
                data.from = Some(data.from.map_or(content.oldest, |from| from.min(content.oldest)));
                let end = content.newest.plus(1_000);
                data.to = Some(data.to.map_or(end, |to| to.max(end)));
            }
        }
        let names = whole.names.iter().filter(|(account, _)| visible.knows(account));
        let names = names.map(|(account, name)| (account.to_owned(), name.to_owned()));
        Ok(Snapshot {
            generation: whole.generation,
            files,
            // A source is a file of any accounts.
            sources: SourceCounts::default(),
            names: AccountNames::from_iter(names),
            data,
            events,
            taking_in: whole.taking_in,
        })
    }

    fn contents_of(&self, file: &FileRecord) -> Result<Arc<[Content]>, ArchiveError> {
        if let Some(known) = self.inner.contents.lock().get(&file.id) {
            return Ok(known.clone());
        }
        let segment = self.segment(file)?;
        let (account, region) = (TextColumn::Account as usize, TextColumn::Region as usize);
        let (accounts, regions) = (&segment.columns[account], &segment.columns[region]);
        // Rows stand newest first.
        let mut counts: FxHashMap<(u32, u32), (u64, i64, i64)> = FxHashMap::default();
        for (row, time) in segment.times.iter().enumerate() {
            let Some(place) = accounts.id(row).zip(regions.id(row)) else { continue };
            let (rows, _, oldest) = counts.entry(place).or_insert((0, *time, *time));
            *rows += 1;
            *oldest = *time;
        }
        let contents = counts.into_iter().map(|(place, (rows, newest, oldest))| Content {
            account: self.dictionaries().value(account, place.0),
            region: self.dictionaries().value(region, place.1),
            rows,
            oldest: Time::from_millis(oldest),
            newest: Time::from_millis(newest),
        });
        let contents: Arc<[Content]> = contents.collect();
        self.inner.contents.lock().insert(file.id, contents.clone());
        Ok(contents)
    }
}

impl Contents {
    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<i64, Arc<[Content]>>> {
        self.by_file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of files that no longer count, once there are many.
    fn forget_all_but(&self, files: &[FileRecord]) {
        let mut known = self.lock();
        if known.len() > 2 * files.len() + 1_000 {
            let present: FxHashSet<i64> = files.iter().map(|file| file.id).collect();
            known.retain(|id, _| present.contains(id));
        }
    }
}
