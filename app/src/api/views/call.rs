//! The server function behind pages: a public HTTP endpoint, so the server behind [`crate::services::Events`] checks
//! the session.
#![allow(missing_docs, reason = "the struct that the macro makes repeats the function's arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::{Rendering, What};
use crate::api::ApiError;

/// What is to be shown. `search` is the part of a page's address behind its `?`; `id` says
/// which, where there are several.
#[server(prefix = "/_fn", endpoint = "view", input = Json, output = Json)]
pub async fn view(what: What, account: String, id: String, search: String) -> Result<Rendering, ApiError> {
    crate::api::with_status(crate::rendering::render(what, &account, id, &search).await)
}
