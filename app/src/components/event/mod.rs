//! Everything about one event.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::events::EventDetail;
use cloudtrail::json::Tape;
use cloudtrail::record::Record;
use cloudtrail::search::Query;

mod chain;
mod doors;
mod facts;
mod failure;
mod json;
mod long;
mod pivots;
mod related;
mod resources;
mod sentence;

pub use long::Value;

/// Everything about one event, the sentence first. Its links lead into the search of `address`; other events open in
/// the drawer beside that list, or, with `own_page`, on pages of their own.
#[component]
pub fn EventPanel(detail: EventDetail, address: Address, #[prop(optional)] own_page: bool) -> impl IntoView {
    let places = Places::new(address, own_page);
    let mut tape = Tape::default();
    let record = tape.parse(&detail.raw).ok().and_then(Record::read);
    let Some(record) = record else {
        return view! { <Unreadable raw=detail.raw.clone() /> }.into_any();
    };
    view! {
        <article class="event">
            {sentence::view(&record, &detail, &places)}
            {failure::view(&record)}
            {pivots::view(&record, &detail, &places)}
            {chain::view(&detail, &places)}
            {resources::view(&record, &places)}
            {facts::view(&record, &detail, &places)}
            {related::view(&detail, &places)}
            {json::view(&record, &detail, &places)}
        </article>
    }
    .into_any()
}

/// Where links of a panel lead.
#[derive(Clone, Debug)]
struct Places {
    address: Address,
    query: Option<Query>,
    own_page: bool,
}

/// A part of the panel under a heading.
fn section(title: &'static str, count: Option<String>, content: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="event__section">
            <h3 class="event__heading">
                {title} {count.map(|count| view! { <span class="event__count">{count}</span> })}
            </h3>
            {content}
        </section>
    }
    .into_any()
}

/// What an archive gave out but cannot be read: shown as it is.
#[component]
fn Unreadable(raw: String) -> impl IntoView {
    view! {
        <article class="event">
            <div class="notice notice--error">
                <p class="notice__title">"This record cannot be read as JSON"</p>
                <p>"It is shown as it was stored."</p>
            </div>
            <Value text=raw />
        </article>
    }
}
