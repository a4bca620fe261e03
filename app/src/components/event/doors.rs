//! What every value offers: only this, without this, copy.

use leptos::prelude::*;

use super::Places;
use crate::address::Address;
use crate::components::copy::CopyButton;
use crate::components::icon::Icon;
use cloudtrail::search::{FieldRef, edit, parse};

/// A value longer than this makes no link: a query has its limits, and an address too.
const MAX_VALUE: usize = 1_000;

impl Places {
    /// Links from the search of `address`. A query that cannot be read counts as empty: its links start anew.
    pub(super) fn new(address: Address, own_page: bool) -> Places {
        let query = parse(address.query()).or_else(|_| parse("")).ok();
        Places { address, query, own_page }
    }

    /// Another event.
    pub(super) fn event(&self, id: &str) -> String {
        if self.own_page { self.address.event_page(id) } else { self.address.with_event(id).href() }
    }

    /// Whether the page stays where it is when another event is opened: beside a list it does.
    pub(super) fn noscroll(&self) -> Option<&'static str> {
        (!self.own_page).then_some("")
    }

    /// The search that also asks for this value; `None` if the value is too long or empty.
    pub(super) fn only(&self, field: &FieldRef, value: &str) -> Option<String> {
        self.edited(value, |query| edit::include(query, field, value))
    }

    /// The search that leaves this value out.
    pub(super) fn without(&self, field: &FieldRef, value: &str) -> Option<String> {
        self.edited(value, |query| edit::exclude(query, field, value))
    }

    fn edited(&self, value: &str, with: impl FnOnce(&cloudtrail::search::Query) -> String) -> Option<String> {
        let query = self.query.as_ref().filter(|_| !value.is_empty() && value.len() <= MAX_VALUE)?;
        Some(self.address.with_query(with(query)).href())
    }
}

/// The doors of a value.
pub(super) fn view(places: &Places, field: &FieldRef, value: String) -> AnyView {
    let name = field.to_string();
    let door = |href: Option<String>, icon: &'static str, label: String| {
        href.map(|href| {
            view! {
                <a class="door" href=href title=label.clone() aria-label=label>
                    <Icon name=icon />
                </a>
            }
        })
    };
    let only = door(places.only(field, &value), "include", format!("Only events with this {name}"));
    let without = door(places.without(field, &value), "exclude", format!("Only events without this {name}"));
    view! {
        <span class="doors">{only} {without} <CopyButton text=value label=format!("Copy this {name}") /></span>
    }
    .into_any()
}
