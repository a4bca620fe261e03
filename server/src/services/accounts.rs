//! The archives that can be looked at, by the names they have in addresses.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use app::api::events::EventDetail;
use archive::{Archive, ArchiveError, Joined, Progress, RecordStream, Request, StoredEvent};
use cloudtrail::intake::Report;
use cloudtrail::names::AccountNames;
use cloudtrail::search::{
    Coverage, EventPage, EventRow, FacetValue, FieldRef, HistoryCoverage, Query, Search, TimeRange,
};
use cloudtrail::time::Time;

use super::reading::Version;
use crate::clock::Clock;
use crate::http::metrics::{Gauges, Metrics};
use crate::http::problem::Problem;
use crate::principal::Principals;

/// All of them.
pub struct Accounts {
    list: Vec<Arc<Account>>,
    metrics: Arc<Metrics>,
    clock: Clock,
}

/// One archive and how it is called.
pub struct Account {
    segment: String,
    demo: bool,
    archive: Joined,
    taking_in: TakingIn,
    history: Option<HistoryCoverage>,
    /// Whose sign-in opens it; `None`: it is open to whoever came in.
    allow: Option<Principals>,
    metrics: Arc<Metrics>,
}

/// How far taking in has come, shared by the task that does it and those who ask.
#[derive(Clone, Default)]
pub struct TakingIn {
    running: Arc<AtomicBool>,
    /// Of the run that goes on.
    current: Arc<AtomicU64>,
    /// Of the runs before.
    finished: Arc<AtomicU64>,
}

impl TakingIn {
    /// A run begins.
    pub fn start(&self) {
        self.running.store(true, Ordering::Relaxed);
    }

    /// It has come so far.
    pub fn progress(&self, progress: &Progress) {
        self.current.store(progress.records, Ordering::Relaxed);
    }

    /// It is over.
    pub fn finish(&self) {
        self.finished.fetch_add(self.current.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        self.running.store(false, Ordering::Relaxed);
    }

    fn is_running(&self) -> bool {
        self.running.load(Ordering::Relaxed)
    }

    fn records(&self) -> u64 {
        self.finished.load(Ordering::Relaxed) + self.current.load(Ordering::Relaxed)
    }
}

impl Accounts {
    /// None yet.
    pub fn new(metrics: Arc<Metrics>, clock: Clock) -> Accounts {
        Accounts { list: Vec::new(), metrics, clock }
    }

    /// Adds one. `taking_in` is shared with whoever writes to the archive.
    pub fn add(&mut self, segment: String, demo: bool, archive: Archive, taking_in: TakingIn) {
        let metrics = self.metrics.clone();
        let archive = archive.into();
        let account = Account { segment, demo, archive, taking_in, history: None, allow: None, metrics };
        self.list.push(Arc::new(account));
    }

    /// Adds one that is open only to some; to all others it does not exist.
    pub fn add_for(&mut self, allow: Principals, segment: String, archive: Archive) {
        let (metrics, taking_in) = (self.metrics.clone(), TakingIn::default());
        let allow = Some(allow);
        let archive = archive.into();
        let account = Account { segment, demo: false, archive, taking_in, history: None, allow, metrics };
        self.list.push(Arc::new(account));
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.list.iter()
    }

    /// The one with this name; another is a 404.
    pub fn get(&self, segment: &str) -> Result<Arc<Account>, Problem> {
        self.list.iter().find(|account| account.segment == segment).cloned().ok_or_else(unknown)
    }

    /// An AWS account, or several in one list, as far as one reader may see them.
    pub fn aws(&self, segment: &str, archive: Joined, history: HistoryCoverage) -> Account {
        Account {
            segment: segment.to_owned(),
            demo: false,
            archive,
            taking_in: TakingIn::default(),
            history: Some(history),
            allow: None,
            metrics: self.metrics.clone(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Whether each can be read.
    pub async fn check(&self) -> Result<(), ArchiveError> {
        for account in &self.list {
            account.archive.coverage(TimeRange::default()).await?;
        }
        Ok(())
    }

    /// What is counted of them. An archive that cannot be read counts nothing.
    pub async fn gauges(&self) -> Gauges {
        let mut gauges = Gauges::default();
        for account in &self.list {
            if let Ok(coverage) = account.archive.coverage(TimeRange::default()).await {
                gauges.events += coverage.events;
            }
            gauges.taking_in += u64::from(account.taking_in.is_running());
            gauges.records_read += account.taking_in.records();
        }
        gauges
    }
}

impl Account {
    /// Its name in addresses.
    pub fn segment(&self) -> &str {
        &self.segment
    }

    /// Whether it is open to somebody who is all of these.
    pub fn is_open_to<'a>(&self, principals: impl IntoIterator<Item = &'a str>) -> bool {
        self.allow.as_ref().is_none_or(|allow| principals.into_iter().any(|principal| allow.has(principal)))
    }

    /// Whether its events come from AWS while somebody looks.
    pub fn is_fetched(&self) -> bool {
        self.history.is_some()
    }

    /// Whether its events are made up.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// Searches; counted and timed.
    pub async fn search(&self, request: &Request) -> Result<EventPage, Problem> {
        let started = Instant::now();
        let page = self.archive.search(request).await;
        self.metrics.count_search(started.elapsed());
        let mut page = page?;
        page.coverage.taking_in |= self.taking_in.is_running();
        page.coverage.history = self.history.clone();
        Ok(page)
    }

    /// What a range of it holds, without searching.
    pub async fn coverage(&self, range: TimeRange) -> Result<Coverage, Problem> {
        let coverage = self.archive.coverage(range).await?;
        let taking_in = coverage.taking_in || self.taking_in.is_running();
        Ok(Coverage { taking_in, history: self.history.clone(), ..coverage })
    }

    /// The records of rows that this search found, in their order, as first seen.
    pub async fn raw(&self, query: &Query, rows: &[EventRow]) -> Result<Vec<String>, Problem> {
        let (Some(newest), Some(oldest)) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        // Between the first and the last row's time the search finds these rows and, at those two instants, a few more.
        let range = TimeRange { from: Some(oldest.time), to: Some(newest.time.plus(1)) };
        let mut records = self.archive.stream_what_is_there(&Search { query: query.clone(), range }).await?;
        let mut wanted = rows.iter().peekable();
        let mut raw = Vec::with_capacity(rows.len());
        while wanted.peek().is_some()
            && let Some(batch) = records.next().await
        {
            for event in batch? {
                if wanted.next_if(|row| row.hash == event.row.hash && row.id == event.row.id).is_some() {
                    raw.push(event.raw);
                }
            }
        }
        match wanted.next() {
            None => Ok(raw),
            Some(row) => {
                Err(Problem::internal(format!("the record of event {} is not where its row is", row.id)))
            }
        }
    }

    /// Names of AWS accounts.
    pub async fn names(&self) -> Result<AccountNames, Problem> {
        Ok(self.archive.names().await?)
    }

    /// All records that a search finds, newest first.
    pub async fn stream(&self, search: &Search) -> Result<RecordStream, Problem> {
        Ok(self.archive.stream(search).await?)
    }

    /// The records under an id, newest first. An unknown id is a 404.
    pub async fn records(&self, id: &str) -> Result<Vec<StoredEvent>, Problem> {
        let records = self.archive.event(id).await?;
        if records.is_empty() {
            return Err(Problem {
                kind: "unknown-event",
                title: "No such event",
                ..Problem::not_found("No event of this account has this id.")
            });
        }
        Ok(records)
    }

    /// An event with the credentials behind it and what is related to it: the newest record under its id, or the one with this hash.
    pub async fn event(&self, id: &str, version: Option<Version>) -> Result<EventDetail, Problem> {
        let mut records = self.records(id).await?;
        let newer = match version {
            Some(Version(hash)) => {
                records.iter().position(|event| event.row.hash == hash).ok_or(Problem {
                    kind: "unknown-event",
                    title: "No such record",
                    ..Problem::not_found("No record of this event has this hash.")
                })?
            }
            None => 0,
        };
        let event = records.remove(newer);
        let (chain, related) = tokio::try_join!(self.archive.chain(&event), self.archive.related(&event))?;
        let versions = records.into_iter().map(|other| other.row).collect();
        Ok(EventDetail {
            row: event.row,
            raw: event.raw,
            versions,
            newer,
            first_seen: event.first_seen,
            chain,
            related,
        })
    }

    /// Values of a field that begin so, most frequent first.
    pub async fn complete(
        &self,
        field: &FieldRef,
        prefix: &str,
        search: &Search,
        limit: usize,
    ) -> Result<Vec<FacetValue>, Problem> {
        Ok(self.archive.complete(field, prefix, search, limit).await?)
    }

    /// What became of the files taken in, newest run first.
    pub async fn reports(&self) -> Result<Vec<Report>, Problem> {
        Ok(self.archive.reports().await?)
    }
}

/// What an account answers that there is not, or that is not open to whoever asks: the two look the same.
pub fn unknown() -> Problem {
    Problem {
        kind: "unknown-account",
        title: "No such account",
        ..Problem::not_found("There is no account of this name, or it is not open to you.")
    }
}

/// Says what is wrong with a name that was chosen for addresses.
pub fn check_segment(name: &str) -> Result<(), String> {
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_lowercase());
    let goes_on = characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !begins || !goes_on || name.len() > 63 {
        return Err(format!(
            "`{name}` cannot be a name in addresses; begin with a letter a-z, go on with letters, digits and \
             hyphens, at most 63 in all"
        ));
    }
    if name == "all" {
        return Err("`all` means every account; choose another name".to_owned());
    }
    Ok(())
}

/// A name for addresses made from a folder's.
pub fn segment_of(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut segment = String::new();
    for character in name.chars() {
        match character {
            'a'..='z' => segment.push(character),
            '0'..='9' if !segment.is_empty() => segment.push(character),
            _ if segment.is_empty() || segment.ends_with('-') => {}
            _ => segment.push('-'),
        }
    }
    segment.truncate(63);
    let segment = segment.trim_end_matches('-').to_owned();
    if check_segment(&segment).is_ok() { segment } else { "logs".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_folders() {
        let cases = [
            ("/logs/Invictus", "invictus"),
            ("/logs/2023 Logs (old)", "logs-old"),
            ("/logs/AWSLogs_prod.v2", "awslogs-prod-v2"),
            ("/logs/all", "logs"),
            ("/", "logs"),
            ("/logs/日本", "logs"),
        ];
        for (folder, name) in cases {
            assert_eq!(segment_of(Path::new(folder)), name, "{folder}");
        }
        let long = format!("/{}", "x".repeat(300));
        assert_eq!(segment_of(Path::new(&long)).len(), 63);
    }

    #[test]
    fn chosen_names_are_checked() {
        assert!(check_segment("prod-2").is_ok());
        for wrong in ["", "all", "2prod", "Prod", "a/b", "a b", &"x".repeat(64)] {
            assert!(check_segment(wrong).is_err(), "{wrong}");
        }
    }
}
