//! Several archives read as one.

use cloudtrail::chain::{Chain, Related};
use cloudtrail::intake::Report;
use cloudtrail::names::AccountNames;
use cloudtrail::search::{Coverage, EventPage, FacetValue, FieldRef, Search, TimeRange};
use std::sync::Arc;

use crate::sight::{Part, Sight};
use crate::{Archive, ArchiveError, RecordStream, Request, StoredEvent};

/// Archives that are read as if they were one: every event once, though several may hold it. Cheap to clone.
///
/// An archive that cannot be read does not hide the others: the coverage of an answer names it. Only a stream ends with an
/// error then, as nobody must take a part of the records for all of them.
#[derive(Clone)]
pub struct Joined {
    parts: Arc<[(String, Archive)]>,
    names: AccountNames,
}

impl From<Archive> for Joined {
    /// One alone answers as it does by itself.
    fn from(archive: Archive) -> Joined {
        Joined { parts: Arc::new([(String::new(), archive)]), names: AccountNames::default() }
    }
}

impl Joined {
    /// Archives and what they are called. Where several hold an event, the first one's is shown.
    pub fn new(parts: Vec<(String, Archive)>) -> Joined {
        Joined { parts: parts.into(), names: AccountNames::default() }
    }

    /// Names of accounts that count before those that the archives know. They make no difference to one alone.
    pub fn with_names(self, names: AccountNames) -> Joined {
        Joined { names, ..self }
    }

    /// Answers a search, as [`Archive::search`] does.
    ///
    /// Cursors go on by the time and identity of an event alone: what comes meanwhile and is older shows up in later pages.
    pub async fn search(&self, request: &Request) -> Result<EventPage, ArchiveError> {
        match &*self.parts {
            [(_, one)] => one.search(request).await,
            _ => self.sight().await?.search(request, Vec::new()).await,
        }
    }

    /// All events of a search, newest first. It ends with an error where an archive cannot be read.
    pub async fn stream(&self, search: &Search) -> Result<RecordStream, ArchiveError> {
        Ok(self.sight().await?.stream(search, true))
    }

    /// The same of what can be read, for what goes with the answer to a search, whose coverage names what is missing.
    pub async fn stream_what_is_there(&self, search: &Search) -> Result<RecordStream, ArchiveError> {
        Ok(self.sight().await?.stream(search, false))
    }

    /// All events with an id, the newest first.
    pub async fn event(&self, id: &str) -> Result<Vec<StoredEvent>, ArchiveError> {
        self.sight().await?.event(id).await
    }

    /// The most frequent values of a field among the events of a search: see [`Archive::complete`].
    pub async fn complete(
        &self,
        field: &FieldRef,
        prefix: &str,
        search: &Search,
        limit: usize,
    ) -> Result<Vec<FacetValue>, ArchiveError> {
        self.sight().await?.complete(field, prefix, search, limit).await
    }

    /// The events that issued the credentials used by an event: see [`Archive::chain`]. It goes from account to account.
    pub async fn chain(&self, event: &StoredEvent) -> Result<Chain, ArchiveError> {
        self.sight().await?.chain(event).await
    }

    /// The events that share something with an event: see [`Archive::related`].
    pub async fn related(&self, event: &StoredEvent) -> Result<Related, ArchiveError> {
        self.sight().await?.related(event).await
    }

    /// What they hold in all, an event in each that has it.
    pub async fn coverage(&self, range: TimeRange) -> Result<Coverage, ArchiveError> {
        Ok(self.sight().await?.coverage(range))
    }

    /// The names of accounts.
    pub async fn names(&self) -> Result<AccountNames, ArchiveError> {
        Ok(self.sight().await?.names().clone())
    }

    /// The reports of the latest runs, the newest first.
    pub async fn reports(&self) -> Result<Vec<Report>, ArchiveError> {
        let mut reports = Vec::new();
        for (_, archive) in &*self.parts {
            reports.extend(archive.reports().await?);
        }
        if self.parts.len() > 1 {
            reports.sort_by_key(|report| std::cmp::Reverse(report.started));
        }
        Ok(reports)
    }

    /// The present states of all. An archive whose catalog cannot be read is left out, unless there is no other.
    async fn sight(&self) -> Result<Arc<Sight>, ArchiveError> {
        if let [(_, one)] = &*self.parts {
            return one.sight().await;
        }
        let (mut parts, mut missing, mut last_error) = (Vec::new(), Vec::new(), None);
        for (title, archive) in &*self.parts {
            match archive.present().await {
                Ok(snapshot) => parts.push(Part { title: title.clone(), archive: archive.clone(), snapshot }),
                Err(error) => {
                    let cause = &error as &dyn std::error::Error;
                    tracing::error!(archive = title, error = cause, "an archive cannot be read");
                    missing.push(title.clone());
                    last_error = Some(error);
                }
            }
        }
        match last_error {
            Some(error) if parts.is_empty() => Err(error),
            _ => Ok(Sight::of_several(parts, missing, &self.names)),
        }
    }
}
