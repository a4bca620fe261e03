//! What every value offers.

use leptos::prelude::*;

use crate::address::Address;
use crate::components::copy::CopyButton;
use crate::components::icon::Icon;
use cloudtrail::search::{FieldRef, Query, edit, parse};

/// Only this value, without this value, copy: the doors of a value.
#[component]
pub fn Doors(address: Address, field: FieldRef, #[prop(into)] value: String) -> impl IntoView {
    let query = current(&address);
    let only = address.with_query(edit::include(&query, &field, &value)).href();
    let without = address.with_query(edit::exclude(&query, &field, &value)).href();
    let name = field.to_string();
    view! {
        <span class="doors">
            <a class="door" href=only title="Only events with this" aria-label=format!("Only events with this {name}")>
                <Icon name="include" />
            </a>
            <a
                class="door"
                href=without
                title="Only events without this"
                aria-label=format!("Only events without this {name}")
            >
                <Icon name="exclude" />
            </a>
            <CopyButton text=value label=format!("Copy this {name}") />
        </span>
    }
}

/// The query of an address. Links from a page whose query cannot be read start a new one.
pub(super) fn current(address: &Address) -> Query {
    parse(address.query()).or_else(|_| parse("")).unwrap_or_else(|_| Query {
        text: String::new(),
        expr: cloudtrail::search::Expr::All,
        tokens: Vec::new(),
    })
}

/// The address that also asks for this value.
pub(super) fn only(address: &Address, field: &FieldRef, value: &str) -> String {
    address.with_query(edit::include(&current(address), field, value)).href()
}
