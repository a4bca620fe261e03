//! What the API's answers look like. Times are RFC 3339; a record is the text CloudTrail wrote, number for number.

use app::api::events::EventDetail;
use cloudtrail::chain::{Chain, ChainStep, RelatedGroup};
use cloudtrail::search::{
    AwsFilter, Bucket, Coverage, EventRow, Facet, Histogram, HistoryCoverage, RegionCoverage, SourceCounts,
    TimeRange,
};
use cloudtrail::time::Time;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::http::problem::Problem;

fn rfc3339<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// `/events`
#[derive(Serialize)]
pub struct List {
    pub events: Vec<Box<RawValue>>,
    pub total: u64,
    pub cursor: Option<String>,
    pub coverage: CoverageShape,
}

/// A record's text, as it is.
pub fn record(raw: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(raw)
        .map_err(|error| Problem::internal(format!("a stored record is not JSON: {error}")))
}

/// `/facets`
#[derive(Serialize)]
pub struct Facets {
    pub facets: Vec<Facet>,
    pub total: u64,
    pub coverage: CoverageShape,
}

/// `/histogram`
#[derive(Serialize)]
pub struct HistogramAnswer {
    pub histogram: Option<HistogramShape>,
    pub total: u64,
    pub coverage: CoverageShape,
}

/// A histogram's bars.
#[derive(Serialize)]
pub struct HistogramShape {
    #[serde(serialize_with = "rfc3339")]
    from: Time,
    #[serde(serialize_with = "rfc3339")]
    to: Time,
    step_ms: i64,
    buckets: Vec<BucketShape>,
}

#[derive(Serialize)]
struct BucketShape {
    #[serde(serialize_with = "rfc3339")]
    start: Time,
    reads: u64,
    writes: u64,
    errors: u64,
}

impl From<Histogram> for HistogramShape {
    fn from(histogram: Histogram) -> HistogramShape {
        let Histogram { from, to, step_ms, buckets } = histogram;
        let bucket = |Bucket { start, reads, writes, errors }| BucketShape { start, reads, writes, errors };
        HistogramShape { from, to, step_ms, buckets: buckets.into_iter().map(bucket).collect() }
    }
}

/// What was looked at.
#[derive(Serialize)]
pub struct CoverageShape {
    data: RangeShape,
    range: RangeShape,
    events: u64,
    sources: SourceCounts,
    taking_in: bool,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<HistoryShape>,
}

/// How far AWS's event history has been fetched.
#[derive(Serialize)]
struct HistoryShape {
    range: RangeShape,
    fetching: bool,
    filters: Vec<AwsFilter>,
    arriving_from: Option<String>,
    kept_from: Option<String>,
    regions: Vec<RegionShape>,
}

#[derive(Serialize)]
struct RegionShape {
    account: String,
    account_name: Option<String>,
    region: String,
    back_to: Option<String>,
    fetching: bool,
    problem: Option<String>,
    closed: bool,
}

impl From<HistoryCoverage> for HistoryShape {
    fn from(history: HistoryCoverage) -> HistoryShape {
        let fetching = history.is_fetching();
        let text = |time: Option<Time>| time.map(|time| time.to_string());
        let region = |region: RegionCoverage| RegionShape {
            account: region.account,
            account_name: region.account_name,
            region: region.region,
            back_to: text(region.back_to),
            fetching: region.fetching,
            problem: region.problem,
            closed: region.closed,
        };
        HistoryShape {
            range: history.range.into(),
            fetching,
            filters: history.filters,
            arriving_from: text(history.arriving_from),
            kept_from: text(history.kept_from),
            regions: history.regions.into_iter().map(region).collect(),
        }
    }
}

#[derive(Serialize)]
struct RangeShape {
    from: Option<String>,
    to: Option<String>,
}

impl From<TimeRange> for RangeShape {
    fn from(range: TimeRange) -> RangeShape {
        let text = |time: Option<Time>| time.map(|time| time.to_string());
        RangeShape { from: text(range.from), to: text(range.to) }
    }
}

impl From<Coverage> for CoverageShape {
    fn from(coverage: Coverage) -> CoverageShape {
        let Coverage { data, range, events, sources, generation: _, taking_in, notes, history } = coverage;
        let history = history.map(HistoryShape::from);
        CoverageShape { data: data.into(), range: range.into(), events, sources, taking_in, notes, history }
    }
}

/// `/events/{id}`
#[derive(Serialize)]
pub struct Detail {
    id: String,
    hash: String,
    #[serde(serialize_with = "rfc3339")]
    first_seen: Time,
    record: Box<RawValue>,
    row: Row,
    versions: Vec<Row>,
    newer: usize,
    chain: ChainShape,
    related: Vec<RelatedShape>,
}

impl Detail {
    /// From what is known of an event.
    pub fn new(detail: EventDetail) -> Result<Detail, Problem> {
        let EventDetail { row, raw, versions, newer, first_seen, chain, related } = detail;
        Ok(Detail {
            id: row.id.clone(),
            hash: row.hash.clone(),
            first_seen,
            record: record(raw)?,
            row: row.into(),
            versions: versions.into_iter().map(Row::from).collect(),
            newer,
            chain: chain.into(),
            related: related.groups.into_iter().map(RelatedShape::from).collect(),
        })
    }
}

/// What Waymark reads out of a record.
#[derive(Serialize)]
pub struct Row {
    id: String,
    hash: String,
    #[serde(serialize_with = "rfc3339")]
    time: Time,
    event: String,
    service: String,
    category: String,
    read_only: Option<bool>,
    who: String,
    who_kind: &'static str,
    role: Option<String>,
    account: String,
    account_name: Option<String>,
    region: String,
    ip: String,
    agent: String,
    error: Option<String>,
    key: Option<String>,
    resources: Vec<String>,
}

impl From<EventRow> for Row {
    fn from(row: EventRow) -> Row {
        Row {
            service: row.service().to_owned(),
            who_kind: row.who_kind.word(),
            id: row.id,
            hash: row.hash,
            time: row.time,
            event: row.event,
            category: row.category,
            read_only: row.read_only,
            who: row.who,
            role: row.role,
            account: row.account,
            account_name: row.account_name,
            region: row.region,
            ip: row.ip,
            agent: row.agent,
            error: row.error,
            key: row.key,
            resources: row.resources,
        }
    }
}

#[derive(Serialize)]
struct ChainShape {
    steps: Vec<StepShape>,
    ends_because: String,
}

#[derive(Serialize)]
struct StepShape {
    event: Row,
    issued_key: Option<String>,
    role_arn: Option<String>,
    session_name: Option<String>,
    source_identity: Option<String>,
    mfa: Option<bool>,
    link: cloudtrail::chain::ChainLink,
}

impl From<Chain> for ChainShape {
    fn from(chain: Chain) -> ChainShape {
        let step = |step: ChainStep| StepShape {
            event: step.event.into(),
            issued_key: step.issued_key,
            role_arn: step.role_arn,
            session_name: step.session_name,
            source_identity: step.source_identity,
            mfa: step.mfa,
            link: step.link,
        };
        ChainShape { steps: chain.steps.into_iter().map(step).collect(), ends_because: chain.ends_because }
    }
}

#[derive(Serialize)]
struct RelatedShape {
    by: cloudtrail::chain::RelatedBy,
    value: String,
    query: String,
    range: RangeShape,
    total: u64,
    events: Vec<Row>,
}

impl From<RelatedGroup> for RelatedShape {
    fn from(group: RelatedGroup) -> RelatedShape {
        RelatedShape {
            by: group.by,
            value: group.value,
            query: group.query,
            range: group.range.into(),
            total: group.total,
            events: group.rows.into_iter().map(Row::from).collect(),
        }
    }
}
