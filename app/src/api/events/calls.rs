//! The server functions. Each is a public HTTP endpoint: the server behind [`crate::services::Events`] checks the
//! session.
#![allow(missing_docs, reason = "the structs that the macro makes repeat the functions' arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::{CompleteRequest, Connection, EventDetail, Overview, PageRequest};
use crate::api::ApiError;
use cloudtrail::intake::Report;
use cloudtrail::search::{EventPage, FacetValue};

/// What the account switcher lists.
#[server(prefix = "/_fn", endpoint = "connections", input = Json, output = Json)]
pub async fn fetch_connections() -> Result<Vec<Connection>, ApiError> {
    crate::api::with_status(crate::services::events()?.connections().await)
}

/// One page of events.
#[server(prefix = "/_fn", endpoint = "events/page", input = Json, output = Json)]
pub async fn fetch_page(account: String, request: PageRequest) -> Result<EventPage, ApiError> {
    crate::api::with_status(crate::services::events()?.page(account, request).await)
}

/// The counts around a list of events, and the histogram as a picture.
#[server(prefix = "/_fn", endpoint = "events/overview", input = Json, output = Json)]
pub async fn fetch_overview(account: String, request: PageRequest) -> Result<Overview, ApiError> {
    let request = PageRequest { limit: 0, cursor: None, at: None, facets: true, histogram: true, ..request };
    let page = crate::api::with_status(crate::services::events()?.page(account, request).await)?;
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
pub async fn fetch_event(account: String, id: String) -> Result<EventDetail, ApiError> {
    crate::api::with_status(crate::services::events()?.event(account, id).await)
}

/// Values that complete what was typed, with counts.
#[server(prefix = "/_fn", endpoint = "events/complete", input = Json, output = Json)]
pub async fn fetch_values(account: String, request: CompleteRequest) -> Result<Vec<FacetValue>, ApiError> {
    crate::api::with_status(crate::services::events()?.complete(account, request).await)
}

/// What became of the files taken in, newest run first.
#[server(prefix = "/_fn", endpoint = "events/reports", input = Json, output = Json)]
pub async fn fetch_reports(account: String) -> Result<Vec<Report>, ApiError> {
    crate::api::with_status(crate::services::events()?.reports(account).await)
}
