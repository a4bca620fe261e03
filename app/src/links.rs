//! Where the links on values lead: the search of the page, with a value asked for, left out, or no longer.

use cloudtrail::search::{Field, FieldRef, Query, edit, parse};

use crate::address::Address;

/// A value longer than this is shown, but makes no link: a query has its limits, and an address too.
const MAX_VALUE: usize = 1_000;

/// Makes links out of the search of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    address: Address,
    query: Query,
}

/// How a value stands in a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The search does not speak of it.
    Free,
    /// The search asks for it.
    Asked,
    /// The search leaves it out.
    LeftOut,
}

impl Links {
    /// Links from the search of an address. A query that cannot be read counts as empty: its links start anew.
    pub fn new(address: &Address) -> Links {
        let query = parse(address.query()).unwrap_or_else(|_| empty());
        Links { address: address.clone(), query }
    }

    /// The query that links start from.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The search that also asks for this value; `None` if the value is too long or empty.
    pub fn include(&self, field: Field, value: &str) -> Option<String> {
        linkable(value).then(|| self.to(edit::include(&self.query, &FieldRef::Known(field), value)))
    }

    /// The search that leaves this value out.
    pub fn exclude(&self, field: Field, value: &str) -> Option<String> {
        linkable(value).then(|| self.to(edit::exclude(&self.query, &FieldRef::Known(field), value)))
    }

    /// The search that asks for this value if it did not, and no longer does if it did.
    pub fn toggle(&self, field: Field, value: &str) -> Option<String> {
        linkable(value).then(|| self.to(edit::toggle(&self.query, &FieldRef::Known(field), value)))
    }

    /// How a value stands in this search.
    pub fn standing(&self, field: Field, value: &str) -> Standing {
        let field = FieldRef::Known(field);
        if edit::has(&self.query, &field, value).is_some() {
            Standing::Asked
        } else if edit::excludes(&self.query, &field, value).is_some() {
            Standing::LeftOut
        } else {
            Standing::Free
        }
    }

    /// Whether the search has a term such as [`edit::WRITES_ONLY`].
    pub fn has_term(&self, term: &str) -> bool {
        edit::has_term(&self.query, term).is_some()
    }

    /// The search with such a term if it had none, without it if it had.
    pub fn toggle_term(&self, term: &str) -> String {
        self.to(edit::toggle_term(&self.query, term))
    }

    /// The search without one of its tokens.
    pub fn remove_token(&self, index: usize) -> String {
        self.to(edit::remove_token(&self.query, index))
    }

    /// Another search over the same time.
    pub fn to(&self, query: String) -> String {
        self.address.with_query(query).href()
    }
}

fn linkable(value: &str) -> bool {
    !value.is_empty() && value.len() <= MAX_VALUE
}

fn empty() -> Query {
    Query { text: String::new(), expr: cloudtrail::search::Expr::All, tokens: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_the_window_and_go_to_the_first_page() {
        let address = Address::parse("sample", "q=who%3Ajo&from=-2h&cursor=c&event=e");
        let links = Links::new(&address);
        assert_eq!(
            links.include(Field::Event, "StopInstances").unwrap(),
            "/a/sample/events?q=who:jo%20event:StopInstances&from=-2h"
        );
        assert_eq!(links.standing(Field::Who, "jo"), Standing::Asked);
        assert_eq!(links.toggle(Field::Who, "jo").unwrap(), "/a/sample/events?q=&from=-2h");
    }

    #[test]
    fn huge_values_and_unreadable_queries_do_no_harm() {
        let links = Links::new(&Address::parse("sample", "q=%28%28"));
        assert_eq!(links.include(Field::Event, &"x".repeat(100_000)), None);
        assert_eq!(links.include(Field::Event, "a").unwrap(), "/a/sample/events?q=event:a");
    }
}
