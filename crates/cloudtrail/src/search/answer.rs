//! The answer to a search. `archive` makes it, `app`, the HTTP API and the command line show it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use super::{Field, TimeRange};
use crate::actor::ActorKind;
use crate::time::{HOUR, Time};

/// One page of events, newest first, and what the whole search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// The rows of this page.
    pub rows: Vec<EventRow>,
    /// How many events match in all: counted, never estimated.
    pub total: u64,
    /// Where the next (older) page starts, if there is one.
    pub next: Option<Cursor>,
    /// How many matching events are newer than this page's first row.
    pub newer: u64,
    /// Counts by value; empty if not asked for.
    pub facets: Vec<Facet>,
    /// Counts over time; absent if not asked for or nothing has a time.
    pub histogram: Option<Histogram>,
    /// What was looked at, and what is missing.
    pub coverage: Coverage,
}

/// What a table shows of one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// `eventID`, or `sha256-…` for a record without one.
    pub id: String,
    /// SHA-256 of the record's canonical JSON, in hex: with `id`, the event's identity.
    pub hash: String,
    /// When it happened.
    pub time: Time,
    /// `eventName`.
    pub event: String,
    /// `eventSource` as recorded, `ec2.amazonaws.com`.
    pub source: String,
    /// `eventCategory`; `Management` where an old record has none.
    pub category: String,
    /// `readOnly`, where the record says.
    pub read_only: Option<bool>,
    /// Who was behind it.
    pub who: String,
    /// What kind of actor that is.
    pub who_kind: ActorKind,
    /// The role that was used.
    pub role: Option<String>,
    /// The account it was recorded for; empty if the record does not say.
    pub account: String,
    /// The account's name, where one is known.
    pub account_name: Option<String>,
    /// `awsRegion`.
    pub region: String,
    /// `sourceIPAddress`.
    pub ip: String,
    /// `userAgent`.
    pub agent: String,
    /// `errorCode`.
    pub error: Option<String>,
    /// `userIdentity.accessKeyId`.
    pub key: Option<String>,
    /// What was acted on; at most [`EventRow::MAX_RESOURCES`].
    pub resources: Vec<String>,
}

impl EventRow {
    /// How many resources a row carries; the record itself has all.
    pub const MAX_RESOURCES: usize = 8;

    /// The service without `.amazonaws.com`, as people say it.
    pub fn service(&self) -> &str {
        self.source.strip_suffix(".amazonaws.com").unwrap_or(&self.source)
    }
}

/// Counts of a field's values among the events found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facet {
    /// The field.
    pub field: Field,
    /// The most frequent values, most frequent first, then by value.
    pub values: Vec<FacetValue>,
    /// How many different values there are in all.
    pub distinct: u64,
    /// How many matching events have no value here.
    pub missing: u64,
}

/// A value and how many events have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FacetValue {
    /// The value, as a search takes it.
    pub value: String,
    /// A name to show instead of it (an account's).
    pub label: Option<String>,
    /// How many events.
    pub count: u64,
}

/// Counts over time, over the whole range of the search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// The range it spans.
    pub from: Time,
    /// Its end (not included).
    pub to: Time,
    /// A bucket's width in milliseconds.
    pub step_ms: i64,
    /// The buckets, oldest first, without gaps.
    pub buckets: Vec<Bucket>,
}

/// One bar: each event is counted once, failures under `errors`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its first instant.
    pub start: Time,
    /// Successful reads.
    pub reads: u64,
    /// Successful writes.
    pub writes: u64,
    /// Calls with an error code.
    pub errors: u64,
}

impl Bucket {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.reads + self.writes + self.errors
    }
}

/// What a search looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// First and last event of the archive (`to` is just after the last); open when it is empty.
    pub data: TimeRange,
    /// The range this search used.
    pub range: TimeRange,
    /// Events in the archive, all categories.
    pub events: u64,
    /// What became of the sources taken in.
    pub sources: SourceCounts,
    /// The catalog's generation that answered.
    pub generation: i64,
    /// Whether files are being taken in right now.
    pub taking_in: bool,
    /// Things a reader must know, in words ("the older pages were re-read after a compaction").
    pub notes: Vec<String>,
    /// How far AWS's event history has been fetched; `None` for log archives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub history: Option<HistoryCoverage>,
}

/// How far the event history of AWS accounts has been fetched: as far as this search needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryCoverage {
    /// The part of the search's range that event history reaches: its first instant, and the first after it.
    pub range: TimeRange,
    /// By what AWS filtered what was fetched for this search. Everything else in the search is Waymark's own work. Empty: AWS
    /// filtered by nothing but the time. More than one only where several accounts are looked at.
    pub filters: Vec<AwsFilter>,
    /// Events since then may not have been delivered yet; `None` if the range ends before.
    pub arriving_from: Option<Time>,
    /// Events before then are no longer kept; `None` if the range begins later.
    pub kept_from: Option<Time>,
    /// How it stands with each Region of each account.
    pub regions: Vec<RegionCoverage>,
}

/// What AWS was asked to filter by: one attribute of LookupEvents, by its whole value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsFilter {
    /// The attribute, as AWS calls it: `EventName`.
    pub attribute: String,
    /// Its value.
    pub value: String,
}

/// How far the event history of one Region of one account has been fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionCoverage {
    /// The account's id.
    pub account: String,
    /// The account's name, where one is known.
    pub account_name: Option<String>,
    /// The Region's name; empty if nothing is known of the whole account.
    pub region: String,
    /// Everything that the search can find from here to the end of the range is there; `None` if nothing of the Region may
    /// be read (yet).
    pub back_to: Option<Time>,
    /// Whether something is being fetched.
    pub fetching: bool,
    /// Why the Region is missing, or why fetching ended early, and what would help.
    pub problem: Option<String>,
    /// Whether that is no failure: the account or its organization keeps the Region closed.
    #[serde(default)]
    pub closed: bool,
}

impl Coverage {
    /// Whether more is on its way: files are being taken in, or Regions fetched.
    pub fn is_growing(&self) -> bool {
        self.taking_in || self.history.as_ref().is_some_and(HistoryCoverage::is_fetching)
    }

    /// Whether nothing is on its way, and no Region is missing or there only in part.
    pub fn is_whole(&self) -> bool {
        !self.is_growing() && self.history.as_ref().is_none_or(HistoryCoverage::is_whole)
    }
}

impl HistoryCoverage {
    /// Whether event history does not reach back to where a range begins. Who asks for as far as it goes asked a moment ago, so that
    /// an hour makes no difference.
    pub fn ends_after(&self, from: Time) -> bool {
        // Where less is kept than AWS has, that is what is said.
        let is_kept = |first: Time| self.kept_from.is_none_or(|kept| kept < first);
        self.range.from.is_some_and(|first| from.plus(HOUR) < first && is_kept(first))
    }

    /// Whether more is on its way.
    pub fn is_fetching(&self) -> bool {
        self.regions.iter().any(|region| region.fetching || region.is_waiting())
    }

    /// Whether the whole range is there of each Region that is not kept closed.
    pub fn is_whole(&self) -> bool {
        let closed = self.regions.iter().filter(|region| region.closed && region.back_to.is_none()).count();
        self.complete() + closed == self.regions.len()
    }

    /// Adds another account's.
    pub fn join(&mut self, other: HistoryCoverage) {
        // The part that is reached in all of them.
        self.range =
            TimeRange { from: self.range.from.max(other.range.from), to: self.range.to.max(other.range.to) };
        self.filters.extend(other.filters);
        self.filters.sort_by(|a, b| (&a.attribute, &a.value).cmp(&(&b.attribute, &b.value)));
        self.filters.dedup();
        self.arriving_from = self.arriving_from.max(other.arriving_from);
        self.kept_from = self.kept_from.max(other.kept_from);
        self.regions.extend(other.regions);
    }

    /// How many accounts there are.
    pub fn accounts(&self) -> usize {
        let mut accounts: Vec<&str> = self.regions.iter().map(|region| region.account.as_str()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts.len()
    }

    /// The Regions of which the whole range is there.
    pub fn complete(&self) -> usize {
        let from = self.range.from;
        self.regions.iter().filter(|region| region.back_to.is_some() && region.back_to <= from).count()
    }
}

impl AwsFilter {
    /// The attribute as people say it.
    pub fn words(&self) -> &str {
        match self.attribute.as_str() {
            "EventId" => "event id",
            "AccessKeyId" => "access key",
            "EventName" => "event name",
            "EventSource" => "service",
            "ReadOnly" => "read-only",
            other => other,
        }
    }
}

impl RegionCoverage {
    /// The account's name, or its id.
    pub fn account_title(&self) -> &str {
        self.account_name.as_deref().unwrap_or(&self.account)
    }

    /// Whether AWS has not answered yet.
    pub fn is_waiting(&self) -> bool {
        self.back_to.is_none() && self.problem.is_none()
    }
}

/// How the sources of an archive fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCounts {
    /// Files taken in whole.
    pub complete: u64,
    /// Files of which the records before a break were kept.
    pub partial: u64,
    /// Files of which nothing was kept.
    pub skipped: u64,
    /// Files kept, but odd.
    pub warned: u64,
    /// Digest files, set aside.
    pub digests: u64,
}

/// A place in a list of events: after the event with this time and identity, in this state of the catalog.
///
/// It prints as an opaque string and says nothing that the list did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The event's time.
    pub time: Time,
    /// The first 16 bytes of its identity, which breaks ties between events of one instant.
    pub tie: u128,
    /// The catalog's generation that the list was read from.
    pub generation: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:032x}-{:x}", self.time.as_millis(), self.tie, self.generation)
    }
}

/// A cursor that Waymark did not make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor of this list; use the one from the previous page, or leave it out")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.rsplitn(3, '-');
        let mut part = || parts.next().ok_or(InvalidCursor);
        let generation = i64::from_str_radix(part()?, 16).map_err(|_| InvalidCursor)?;
        let tie = u128::from_str_radix(part()?, 16).map_err(|_| InvalidCursor)?;
        // A time before 1970 prints in two's complement.
        let time = u64::from_str_radix(part()?, 16).map_err(|_| InvalidCursor)?;
        Ok(Cursor { time: Time::from_millis(time as i64), tie, generation })
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(hour: i64) -> Time {
        Time::from_millis(hour * HOUR)
    }

    fn coverage(change: impl FnOnce(&mut RegionCoverage)) -> Coverage {
        let mut region = RegionCoverage {
            account: "111122223333".to_owned(),
            account_name: None,
            region: "eu-west-1".to_owned(),
            back_to: Some(time(1)),
            fetching: false,
            problem: None,
            closed: false,
        };
        let regions = vec![region.clone()];
        change(&mut region);
        let range = TimeRange { from: Some(time(1)), to: Some(time(2)) };
        let regions = [regions, vec![region]].concat();
        let history =
            HistoryCoverage { range, filters: Vec::new(), arriving_from: None, kept_from: None, regions };
        Coverage { history: Some(history), ..Coverage::default() }
    }

    #[test]
    fn all_is_there_or_it_is_not() {
        let problem = || Some("denied".to_owned());
        assert!(coverage(|_| {}).is_whole());
        assert!(
            coverage(|region| (region.back_to, region.problem, region.closed) = (None, problem(), true))
                .is_whole()
        );
        assert!(coverage(|region| region.problem = problem()).is_whole(), "what went wrong is mended");
        for change in [
            |region: &mut RegionCoverage| region.fetching = true,
            |region: &mut RegionCoverage| region.back_to = None,
        ] {
            let coverage = coverage(change);
            assert!(coverage.is_growing() && !coverage.is_whole());
        }
        let stopped = coverage(|region| (region.back_to, region.problem) = (Some(time(2)), problem()));
        let denied = coverage(|region| (region.back_to, region.problem) = (None, problem()));
        assert!(!stopped.is_growing() && !stopped.is_whole() && !denied.is_growing() && !denied.is_whole());
        assert!(Coverage::default().is_whole());
        assert!(!Coverage { taking_in: true, ..Coverage::default() }.is_whole());
    }
}
