//! What a form must send along so that its page keeps its state.

use leptos::prelude::*;

use crate::address::Address;
use crate::columns::Columns;

/// Hidden fields for the parts of an address that a form does not ask for itself.
#[component]
pub fn HiddenState(address: Address, asks: &'static [&'static str]) -> impl IntoView {
    let field = |name: &'static str, value: Option<String>| {
        value
            .filter(|_| !asks.contains(&name))
            .map(|value| view! { <input type="hidden" name=name value=value /> })
    };
    view! {
        {field("q", Some(address.query().to_owned()))}
        {field("from", address.from.clone())}
        {field("to", address.to.clone())}
        {field("cols", address.cols.as_ref().map(Columns::to_string))}
        {field("marked", (!address.marked.is_empty()).then(|| address.marked.join(",")))}
    }
}
