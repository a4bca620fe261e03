//! What a server must provide: one trait per area. No AWS type and no storage type appears here.
//!
//! The server puts an `Arc<dyn Events>` into the context of every request (pages and server functions alike).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::use_context;

use crate::api::ApiError;
use crate::api::events::{CompleteRequest, Connection, EventDetail, PageRequest, SavedSearch};
use cloudtrail::intake::Report;
use cloudtrail::search::{EventPage, FacetValue};
use cloudtrail::time::Time;

/// An answer on its way.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send>>;

/// Events of the connections that this request's session may see. An account that it may not see answers like one
/// that does not exist: status 404.
pub trait Events: Send + Sync + 'static {
    /// Whether a session can be signed in to AWS accounts, at `/sign-in`.
    fn can_sign_in(&self) -> bool;
    /// The time now.
    fn now(&self) -> Time;
    /// What the account switcher lists.
    fn connections(&self) -> Answer<Vec<Connection>>;
    /// One page of a search. A malformed query, time or cursor is a 400, with the position where there is one.
    fn page(&self, account: String, request: PageRequest) -> Answer<EventPage>;
    /// One event: the newest record of that id, or the one with this hash. Where there is none it is a 404, and a 400 for what is
    /// no hash.
    fn event(&self, account: String, id: String, version: Option<String>) -> Answer<EventDetail>;
    /// Values that complete what was typed, most frequent first.
    fn complete(&self, account: String, request: CompleteRequest) -> Answer<Vec<FacetValue>>;
    /// Searches that were given a name, by name.
    fn saved(&self, account: String) -> Answer<Vec<SavedSearch>>;
    /// What became of the files taken in, newest run first.
    fn reports(&self, account: String) -> Answer<Vec<Report>>;
}

/// The events service of this request.
pub(crate) fn events() -> Result<Arc<dyn Events>, ApiError> {
    use_context::<Arc<dyn Events>>()
        .ok_or_else(|| ApiError::new(500, "Something went wrong", "This server has no source of events."))
}
