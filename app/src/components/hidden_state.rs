//! What a form must send along so that its page keeps its state.

use leptos::prelude::*;

use crate::address::Address;
use crate::columns::Columns;

/// Hidden fields for the parts of an address that a form does not ask for itself.
#[component]
pub fn HiddenState(address: Memo<Address>, asks: &'static [&'static str]) -> impl IntoView {
    let field = move |name: &'static str, value: fn(&Address) -> Option<String>| {
        (!asks.contains(&name)).then_some(move || {
            value(&address.read()).map(|value| view! { <input type="hidden" name=name value=value /> })
        })
    };
    view! {
        {field("q", |address| Some(address.query().to_owned()))}
        {field("from", |address| address.from.clone())}
        {field("to", |address| address.to.clone())}
        {field("cols", |address| address.cols.as_ref().map(Columns::to_string))}
        {field("marked", |address| (!address.marked.is_empty()).then(|| address.marked.join(",")))}
    }
}
