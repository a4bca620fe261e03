//! Events: listing, one event, completion, and the reports of taking in.

use serde::{Deserialize, Serialize};

use cloudtrail::chain::{Chain, Related};
use cloudtrail::search::EventRow;
use cloudtrail::time::Time;

mod calls;

pub use calls::*;

/// Something whose events can be looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Its segment in an address: `/a/{account}/…`.
    pub account: String,
    /// Its name for people.
    pub title: String,
    /// What it is.
    pub kind: ConnectionKind,
    /// The same in words, and for an AWS account whose credentials are used.
    pub detail: String,
    /// Whether its events are made up.
    pub demo: bool,
    /// When the sign-in to it ends, if it does.
    pub ends: Option<Time>,
    /// Whether its credentials are renewed by themselves before that.
    pub renews: bool,
}

/// A search with a name, for everybody who may look at the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The search as it stands in an address, behind the `?`.
    pub search: String,
    /// Who saved it, in short.
    pub made_by: String,
}

/// What a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionKind {
    /// Log files, taken in.
    Archive,
    /// An AWS account that the session is signed in to.
    Aws,
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
    /// Where the page starts: [`cloudtrail::search::EventPage::next`] of the page before.
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
    /// How many of these are newer; 0: this record is the newest.
    pub newer: usize,
    /// When it was taken in.
    pub first_seen: Time,
    /// The credentials behind it.
    pub chain: Chain,
    /// Events related to it.
    pub related: Related,
}
