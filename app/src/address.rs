//! The address of a page is its state: what is searched, when, and what is open.

use cloudtrail::search::edit;
use cloudtrail::time::Time;

use crate::columns::Columns;

mod percent;

pub use percent::{decode, encode};

/// How many events can be compared at once.
pub const MAX_COMPARED: usize = 5;
/// How many pages "newer" can step back without starting over.
const MAX_TRAIL: usize = 20;

/// The address of a list of events: `/a/{account}/events?q=&from=&to=&cols=&event=&compare=…`.
///
/// Methods that change what is listed go back to its first page; those that open something leave the list alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The connection's segment.
    pub account: String,
    /// The query; `None` if the address does not say (which is not the same as an empty one).
    pub q: Option<String>,
    /// First instant, as typed.
    pub from: Option<String>,
    /// First instant after, as typed.
    pub to: Option<String>,
    /// The columns, if not those of the preferences.
    pub cols: Option<Columns>,
    /// The event whose drawer is open.
    pub event: Option<String>,
    /// On an event's own page: the hash of the record to show, if not the newest under the event's id.
    pub version: Option<String>,
    /// The events whose comparison is open.
    pub compare: Vec<String>,
    /// The events marked for comparison.
    pub marked: Vec<String>,
    /// Where the page starts.
    pub cursor: Option<String>,
    /// The cursors of the pages before this one, the latest last; the empty one is the first page.
    pub trail: Vec<String>,
    /// Starts the page at a time, as typed.
    pub at: Option<String>,
}

impl Address {
    /// Reads the part of an address behind its `?`.
    pub fn parse(account: &str, search: &str) -> Address {
        let mut address = Address { account: account.to_owned(), ..Address::default() };
        for (key, value) in pairs(search) {
            match key.as_str() {
                "q" => address.q = Some(value),
                "from" => address.from = filled(value),
                "to" => address.to = filled(value),
                "cols" => address.cols = Columns::parse(&value),
                "event" => address.event = filled(value),
                "version" => address.version = filled(value),
                "compare" => address.compare = list(&value, MAX_COMPARED),
                "marked" => address.marked = list(&value, MAX_COMPARED),
                "cursor" => address.cursor = filled(value),
                "trail" if value.is_empty() => address.trail = vec![String::new()],
                "trail" => address.trail = value.split('.').map(str::to_owned).take(MAX_TRAIL).collect(),
                "at" => address.at = filled(value),
                _ => {}
            }
        }
        address
    }

    /// The list of events of an account as it is first shown.
    pub fn list_of(account: &str) -> Address {
        Address { account: account.to_owned(), ..Address::default() }.with_query(edit::WRITES_ONLY)
    }

    /// Reads an address of a list of events as [`Address::href`] prints it; of other pages it is `None`.
    pub fn from_href(href: &str) -> Option<Address> {
        let (path, search) = href.split_once('?')?;
        let account = path.strip_prefix("/a/")?.strip_suffix("/events")?;
        (!account.contains('/')).then(|| Address::parse(&decode(account), search))
    }

    /// Prints it.
    pub fn href(&self) -> String {
        format!("{}?{}", self.list_path(), self.search())
    }

    /// The part before the `?`.
    pub fn list_path(&self) -> String {
        format!("/a/{}/events", encode(&self.account))
    }

    /// The part behind the `?`. The query always stands in it, so that it is never taken for a page opened without one.
    pub fn search(&self) -> String {
        let mut search = format!("q={}", encode(self.query()));
        let mut add = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                search.push('&');
                search.push_str(key);
                search.push('=');
                search.push_str(&encode(value));
            }
        };
        add("from", self.from.as_deref());
        add("to", self.to.as_deref());
        add("cols", self.cols.as_ref().map(Columns::to_string).as_deref());
        add("at", self.at.as_deref());
        add("cursor", self.cursor.as_deref());
        if self.cursor.is_some() && !self.trail.is_empty() {
            add("trail", Some(&self.trail.join(".")));
        }
        add("marked", joined(&self.marked).as_deref());
        add("compare", joined(&self.compare).as_deref());
        add("event", self.event.as_deref());
        add("version", self.version.as_deref());
        search
    }

    /// The query, empty if the address does not say.
    pub fn query(&self) -> &str {
        self.q.as_deref().unwrap_or_default()
    }

    /// Another query over the same time.
    pub fn with_query(&self, query: impl Into<String>) -> Address {
        Address { q: Some(query.into()), ..self.first_page() }
    }

    /// Another time window.
    pub fn with_range(&self, from: Option<String>, to: Option<String>) -> Address {
        Address { from, to, ..self.first_page() }
    }

    /// The window `[from, to)`.
    pub fn with_window(&self, from: Time, to: Time) -> Address {
        self.with_range(Some(from.to_string()), Some(to.to_string()))
    }

    /// Other columns.
    pub fn with_columns(&self, columns: Columns) -> Address {
        Address { cols: Some(columns), ..self.clone() }
    }

    /// With an event's drawer open.
    pub fn with_event(&self, id: &str) -> Address {
        Address { event: Some(id.to_owned()), ..self.clone() }
    }

    /// The list alone, with no event open.
    pub fn without_event(&self) -> Address {
        Address { event: None, version: None, ..self.clone() }
    }

    /// With an event marked for comparison, or no longer; one more than [`MAX_COMPARED`] pushes the first out.
    pub fn with_mark_toggled(&self, id: &str) -> Address {
        let mut marked = self.marked.clone();
        match marked.iter().position(|other| other == id) {
            Some(place) => drop(marked.remove(place)),
            None => {
                if marked.len() == MAX_COMPARED {
                    marked.remove(0);
                }
                marked.push(id.to_owned());
            }
        }
        Address { marked, ..self.clone() }
    }

    /// With the comparison of these events open, and the drawer closed.
    pub fn with_compare(&self, ids: Vec<String>) -> Address {
        Address { compare: ids, event: None, ..self.clone() }
    }

    /// The page that starts behind this cursor, coming from this page.
    pub fn older(&self, cursor: &str) -> Address {
        let mut trail = self.trail.clone();
        // A page reached by time has no cursor to come back to.
        if self.at.is_none() {
            trail.push(self.cursor.clone().unwrap_or_default());
        }
        if trail.len() > MAX_TRAIL {
            trail.remove(0);
        }
        Address { cursor: Some(cursor.to_owned()), trail, at: None, event: None, ..self.clone() }
    }

    /// The page that this one was reached from, if the address remembers.
    pub fn newer(&self) -> Option<Address> {
        let mut trail = self.trail.clone();
        let cursor = trail.pop()?;
        Some(Address { cursor: filled(cursor), trail, event: None, ..self.clone() })
    }

    /// The page that starts at a time.
    pub fn at(&self, time: impl Into<String>) -> Address {
        Address { at: Some(time.into()), ..self.first_page() }
    }

    /// The first page of the same list, with nothing open.
    pub fn first_page(&self) -> Address {
        Address {
            event: None,
            compare: Vec::new(),
            cursor: None,
            trail: Vec::new(),
            at: None,
            ..self.clone()
        }
    }

    /// An event's page of its own; the search goes with it, so that its links keep the window.
    pub fn event_page(&self, id: &str) -> String {
        let mut href =
            format!("/a/{}/events/{}?q={}", encode(&self.account), encode(id), encode(self.query()));
        for (key, value) in [("from", &self.from), ("to", &self.to)] {
            if let Some(value) = value {
                href.push_str(&format!("&{key}={}", encode(value)));
            }
        }
        href
    }

    /// The page of one of several records under an event's id.
    pub fn version_page(&self, id: &str, hash: &str) -> String {
        format!("{}&version={}", self.event_page(id), encode(hash))
    }

    /// The report of what was taken in.
    pub fn report_page(&self) -> String {
        format!("/a/{}/taking-in", encode(&self.account))
    }

    /// Where everything this search finds can be downloaded: `csv`, `jsonl` or `json`.
    pub fn download(&self, format: &str) -> String {
        let mut href =
            format!("/api/v1/{}/events.{format}?q={}", encode(&self.account), encode(self.query()));
        for (key, value) in [("from", &self.from), ("to", &self.to)] {
            if let Some(value) = value {
                href.push_str(&format!("&{key}={}", encode(value)));
            }
        }
        href
    }
}

/// The decoded pairs of a query string.
fn pairs(search: &str) -> impl Iterator<Item = (String, String)> {
    search.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    })
}

fn filled(value: String) -> Option<String> {
    Some(value).filter(|value| !value.trim().is_empty())
}

/// Event ids joined by commas, which neither CloudTrail's ids nor ours contain.
fn list(value: &str, most: usize) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in value.split(',').filter(|id| !id.is_empty()) {
        if ids.len() < most && !ids.iter().any(|other| other == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

fn joined(ids: &[String]) -> Option<String> {
    (!ids.is_empty()).then(|| ids.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(address: &Address) -> Address {
        let href = address.href();
        let (path, search) = href.split_once('?').unwrap();
        assert_eq!(path, "/a/sample/events");
        Address::parse("sample", search)
    }

    #[test]
    fn an_address_says_back_what_it_was_made_of() {
        let address = Address::parse("sample", "")
            .with_query("event:\"100%25 & more\" ü+#?")
            .with_range(Some("-2h".into()), Some("2026-11-22T09:00:00+02:00".into()))
            .with_columns(Columns::parse("who,time").unwrap())
            .with_event("a-b");
        assert_eq!(same(&address), address);
        assert_eq!(Address::from_href(&address.href()), Some(address.clone()));
        assert_eq!(Address::from_href(&address.event_page("e")), None);
        let other = Address { version: Some("0f".into()), ..address.clone() };
        assert_eq!((same(&other), other.without_event().version), (other.clone(), None));
        assert!(
            other.version_page("e", "1e").ends_with("&version=1e")
                && !other.event_page("e").contains("version")
        );
        let marked = address.with_mark_toggled("1").with_mark_toggled("2");
        assert_eq!(same(&marked.with_compare(marked.marked.clone())).compare, ["1", "2"]);
    }

    #[test]
    fn a_form_sends_the_same_address() {
        let address = Address::parse("sample", "?q=who%3Ajo+error%3A*&from=&to=-1h&unknown=1");
        assert_eq!(address.query(), "who:jo error:*");
        assert_eq!((address.from, address.to.as_deref()), (None, Some("-1h")));
        assert_eq!(Address::parse("sample", "from=-1h").q, None);
        assert_eq!(Address::parse("sample", "q=").q.as_deref(), Some(""));
    }

    #[test]
    fn paging_goes_there_and_back() {
        let first = Address::parse("sample", "q=");
        let second = first.older("c1");
        let third = same(&second.older("c2"));
        assert_eq!(third.cursor.as_deref(), Some("c2"));
        assert_eq!(same(&third.newer().unwrap()), second);
        assert_eq!(second.newer().unwrap().href(), first.href());
        assert_eq!(first.newer(), None);
        assert_eq!(first.at("2026-11-22").older("c3").newer(), None);
        assert_eq!(third.with_query("x").cursor, None);
    }

    #[test]
    fn marks_are_bounded_and_toggle() {
        let mut address = Address::parse("sample", "q=");
        for id in ["1", "2", "3", "4", "5", "6"] {
            address = address.with_mark_toggled(id);
        }
        assert_eq!(address.marked, ["2", "3", "4", "5", "6"]);
        assert_eq!(address.with_mark_toggled("3").marked, ["2", "4", "5", "6"]);
        assert_eq!(Address::parse("a", "compare=1,1,2,3,4,5,6").compare, ["1", "2", "3", "4", "5"]);
    }
}
