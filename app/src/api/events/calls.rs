//! The server function of completion: a public HTTP endpoint, so the server behind [`crate::services::Events`] checks
//! the session.
#![allow(missing_docs, reason = "the struct that the macro makes repeats the function's arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::CompleteRequest;
use crate::api::ApiError;
use cloudtrail::search::FacetValue;

/// Values that complete what was typed, with counts.
#[server(prefix = "/_fn", endpoint = "events/complete", input = Json, output = Json)]
pub async fn fetch_values(account: String, request: CompleteRequest) -> Result<Vec<FacetValue>, ApiError> {
    crate::api::with_status(crate::services::events()?.complete(account, request).await)
}
