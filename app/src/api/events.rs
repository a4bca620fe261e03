//! Events: listing, one event, completion, and the reports of taking in.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use cloudtrail::chain::{Chain, Related};
use cloudtrail::intake::Report;
use cloudtrail::search::{Coverage, EventPage, EventRow, Facet, FacetValue, Histogram};
use cloudtrail::time::Time;

/// Something whose events can be looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Its segment in an address: `/a/{account}/…`.
    pub account: String,
    /// Its name for people.
    pub title: String,
    /// What it is.
    pub kind: ConnectionKind,
    /// Whether its events are made up.
    pub demo: bool,
}

/// What a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionKind {
    /// Log files, taken in.
    Archive,
}

/// One page of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRequest {
    /// The query as typed.
    pub q: String,
    /// First instant, as typed: RFC 3339, a date, `-2h`, `now`.
    pub from: Option<String>,
    /// First instant after, likewise.
    pub to: Option<String>,
    /// Where the page starts: [`EventPage::next`] of the page before.
    pub cursor: Option<String>,
    /// Starts the page at a time instead: the newest event that is not after it comes first.
    pub at: Option<String>,
    /// How many rows at most; 0 is allowed and gives counts only.
    pub limit: u32,
    /// Whether to count values.
    pub facets: bool,
    /// Whether to count over time.
    pub histogram: bool,
}

/// A wish for values that complete what was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteRequest {
    /// A field's short name, or a JSON path.
    pub field: String,
    /// How the value begins.
    pub prefix: String,
    /// The rest of the query: only values it finds are offered.
    pub q: String,
    /// First instant, as in [`PageRequest`].
    pub from: Option<String>,
    /// First instant after.
    pub to: Option<String>,
    /// How many values at most.
    pub limit: u32,
}

/// All there is about one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDetail {
    /// What a table shows of it.
    pub row: EventRow,
    /// The record as first seen.
    pub raw: String,
    /// Other records under the same id, newest first.
    pub versions: Vec<EventRow>,
    /// When it was taken in.
    pub first_seen: Time,
    /// The credentials behind it.
    pub chain: Chain,
    /// Events related to it.
    pub related: Related,
}

/// What stands around a list of events: counts by value and over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// How many events match.
    pub total: u64,
    /// Counts by value.
    pub facets: Vec<Facet>,
    /// Counts over time.
    pub histogram: Option<Histogram>,
    /// The same as a picture: SVG that fills its frame.
    pub picture: Option<String>,
    /// What was looked at.
    pub coverage: Coverage,
}

/// What the account switcher lists.
#[server(prefix = "/_fn", endpoint = "connections", input = Json, output = Json)]
pub async fn connections() -> Result<Vec<Connection>, ApiError> {
    super::with_status(crate::services::events()?.connections().await)
}

/// One page of events.
#[server(prefix = "/_fn", endpoint = "events/page", input = Json, output = Json)]
pub async fn page(account: String, request: PageRequest) -> Result<EventPage, ApiError> {
    super::with_status(crate::services::events()?.page(account, request).await)
}

/// The counts around a list of events, and the histogram as a picture.
#[server(prefix = "/_fn", endpoint = "events/overview", input = Json, output = Json)]
pub async fn overview(account: String, request: PageRequest) -> Result<Overview, ApiError> {
    let request = PageRequest { limit: 0, cursor: None, at: None, facets: true, histogram: true, ..request };
    let page = super::with_status(crate::services::events()?.page(account, request).await)?;
    let picture = page.histogram.as_ref().map(crate::charts::histogram::draw);
    Ok(Overview {
        total: page.total,
        facets: page.facets,
        histogram: page.histogram,
        picture,
        coverage: page.coverage,
    })
}

/// One event.
#[server(prefix = "/_fn", endpoint = "events/event", input = Json, output = Json)]
pub async fn event(account: String, id: String) -> Result<EventDetail, ApiError> {
    super::with_status(crate::services::events()?.event(account, id).await)
}

/// Values that complete what was typed, with counts.
#[server(prefix = "/_fn", endpoint = "events/complete", input = Json, output = Json)]
pub async fn complete(account: String, request: CompleteRequest) -> Result<Vec<FacetValue>, ApiError> {
    super::with_status(crate::services::events()?.complete(account, request).await)
}

/// What became of the files taken in, newest run first.
#[server(prefix = "/_fn", endpoint = "events/reports", input = Json, output = Json)]
pub async fn reports(account: String) -> Result<Vec<Report>, ApiError> {
    super::with_status(crate::services::events()?.reports(account).await)
}
