//! What one read sees: a state of one archive, or of several at once as if they were one.
//!
//! Everything that is answered about events goes through here, so that several archives answer as one does.

use cloudtrail::names::AccountNames;
use cloudtrail::search::{Coverage, Expr, Field, FieldRef, Pattern, SourceCounts, Test, TimeRange};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ArchiveError;
use crate::reader::{Archive, Snapshot, StoredEvent, places_newest_first, stored};
use crate::search::Matched;

/// Events that several archives hold.
mod duplicates;

/// One archive in one state.
pub struct Part {
    /// What it is called.
    pub title: String,
    pub archive: Archive,
    pub snapshot: Arc<Snapshot>,
}

/// What one read sees.
pub struct Sight {
    parts: Vec<Part>,
    /// Of all parts.
    names: AccountNames,
    /// What could not be read, where there are several; the others are seen all the same.
    missing: Mutex<Vec<String>>,
}

impl Sight {
    /// One archive.
    pub fn of(archive: &Archive, snapshot: Arc<Snapshot>) -> Arc<Sight> {
        let names = snapshot.names.clone();
        let part = Part { title: String::new(), archive: archive.clone(), snapshot };
        Arc::new(Sight { parts: vec![part], names, missing: Mutex::default() })
    }

    /// Several, the titles of those that cannot be seen, and names of accounts that count before those in the archives.
    pub fn of_several(parts: Vec<Part>, missing: Vec<String>, names: &AccountNames) -> Arc<Sight> {
        // Of two names for one account the first counts.
        let all = parts.iter().rev().flat_map(|part| part.snapshot.names.iter()).chain(names.iter());
        let names = AccountNames::from_iter(all.map(|(id, name)| (id.to_owned(), name.to_owned())));
        Arc::new(Sight { parts, names, missing: Mutex::new(missing) })
    }

    /// Names of accounts.
    pub fn names(&self) -> &AccountNames {
        &self.names
    }

    /// The number of this state. Of several archives it is the sum: it grows when any of them changes, but no cursor can go back to
    /// it.
    pub fn generation(&self) -> i64 {
        self.parts.iter().map(|part| part.snapshot.generation).sum()
    }

    /// From the first event to just after the last.
    pub fn data(&self) -> TimeRange {
        let from = self.parts.iter().filter_map(|part| part.snapshot.data.from).min();
        TimeRange { from, to: self.parts.iter().filter_map(|part| part.snapshot.data.to).max() }
    }

    /// The days that there are events of, the newest first.
    pub fn days(&self) -> Vec<i64> {
        let files = self.parts.iter().flat_map(|part| &part.snapshot.files);
        let mut days: Vec<i64> = files.map(|file| file.day).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.dedup();
        days
    }

    /// All matching rows that may be seen. Of an event that several archives hold there is one row.
    pub fn find(&self, expr: &Expr, range: TimeRange) -> Result<Vec<Matched>, ArchiveError> {
        if let [one] = self.parts.as_slice() {
            return one.archive.find(&one.snapshot, expr, &self.names, range);
        }
        let (mut found, mut last_error) = (Vec::new(), None);
        for part in &self.parts {
            match part.archive.find(&part.snapshot, expr, &self.names, range) {
                Ok(matched) => found.push((part.archive.visible().cloned(), matched)),
                Err(error) => {
                    self.lose(&part.title, &error);
                    last_error = Some(error);
                }
            }
        }
        match last_error {
            Some(error) if found.is_empty() => Err(error),
            _ => duplicates::removed(found),
        }
    }

    /// An archive cannot be read: it is named, and the others are seen.
    fn lose(&self, title: &str, error: &ArchiveError) {
        tracing::error!(
            archive = title,
            error = error as &dyn std::error::Error,
            "an archive cannot be read"
        );
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if !missing.iter().any(|known| known == title) {
            missing.push(title.to_owned());
        }
    }

    /// The titles of archives that could not be read.
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All events with an id, the newest first.
    pub async fn event(self: &Arc<Sight>, id: &str) -> Result<Vec<StoredEvent>, ArchiveError> {
        let test = Test::AnyOf(vec![Pattern::literal(id, false)]);
        let expr = Expr::Field(FieldRef::Known(Field::Id), test);
        self.blocking(move |sight| {
            let found = sight.find(&expr, TimeRange::default())?;
            stored(sight.names(), &places_newest_first(&found))
        })
        .await
    }

    /// What was looked at.
    pub fn coverage(&self, range: TimeRange) -> Coverage {
        let data = self.data();
        let mut sources = SourceCounts::default();
        for SourceCounts { complete, partial, skipped, warned, digests } in
            self.parts.iter().map(|part| part.snapshot.sources)
        {
            sources.complete += complete;
            sources.partial += partial;
            sources.skipped += skipped;
            sources.warned += warned;
            sources.digests += digests;
        }
        let missing = self.missing();
        let note = || format!("The events of {} cannot be read, and are missing here.", missing.join(", "));
        Coverage {
            data,
            range: TimeRange { from: range.from.or(data.from), to: range.to.or(data.to) },
            events: self.parts.iter().map(|part| part.snapshot.events).sum(),
            sources,
            generation: self.generation(),
            taking_in: self.parts.iter().any(|part| part.snapshot.taking_in),
            notes: (!missing.is_empty()).then(note).into_iter().collect(),
            history: None,
        }
    }

    /// Runs work that computes and reads files, off the async threads.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Sight>,
        work: impl FnOnce(&Sight) -> Result<T, ArchiveError> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let sight = self.clone();
        tokio::task::spawn_blocking(move || work(&sight)).await.map_err(|_| ArchiveError::Worker)?
    }
}
