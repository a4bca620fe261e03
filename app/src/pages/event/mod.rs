//! An event's page of its own.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::events::use_address;
use crate::address::Address;
use crate::api::events::{EventDetail, fetch_event};
use crate::components::event::EventPanel;
use crate::components::icon::Icon;
use crate::components::problem::Problem;
use crate::components::timestamp::Timestamp;
use crate::text::clipped;
use cloudtrail::search::EventRow;

/// An event's page of its own: `/a/{account}/events/{id}`. Its address carries the search it was reached from, so
/// that its links keep the time window.
#[component]
pub fn EventPage() -> impl IntoView {
    let address = use_address();
    let params = use_params_map();
    let wanted = Memo::new(move |_| {
        let id = params.read().get("id").unwrap_or_default();
        (address.read().account.clone(), id)
    });
    let event = Resource::new(move || wanted.get(), |(account, id)| fetch_event(account, id));
    view! {
        <main class="page event-page" id="main">
            <nav class="event-page__back" aria-label="Back">
                <a class="button button--quiet" href=move || address.read().without_event().href()>
                    <Icon name="arrow-left" />
                    "Events"
                </a>
            </nav>
            <Transition fallback=|| {
                view! { <div class="skeleton skeleton--event" aria-hidden="true"></div> }
            }>
                {move || Suspend::new(async move {
                    match event.await {
                        Ok(detail) => view! { <Whole detail address=address.get_untracked() /> }.into_any(),
                        Err(error) => view! {
                            <Title text=format!("{} · Waymark", error.title) />
                            <Problem error />
                        }
                        .into_any(),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn Whole(detail: EventDetail, address: Address) -> impl IntoView {
    let row = &detail.row;
    let title = format!("{} by {}, {}", clipped(&row.event, 60), clipped(&row.who, 60), row.time.readable());
    let account = row.account_name.clone().or_else(|| Some(row.account.clone()).filter(|id| !id.is_empty()));
    let versions = detail.versions.clone();
    view! {
        <Title text=format!("{title} · Waymark") />
        <header class="event-page__head">
            <h1>
                <bdi>{row.event.clone()}</bdi>
            </h1>
            <p class="event-page__where">
                <bdi>{row.service().to_owned()}</bdi>
                {(!row.region.is_empty()).then(|| view! { " · " <bdi>{row.region.clone()}</bdi> })}
                {account.map(|account| view! { " · " <bdi>{account}</bdi> })}
                " · "
                <Timestamp time=row.time />
            </p>
        </header>
        <Versions shown=detail.row.hash.clone() versions />
        <div class="card">
            <h2 class="visually-hidden">"All about this event"</h2>
            <EventPanel detail address own_page=true />
        </div>
    }
}

/// The other records under this event's id. AWS delivers some events twice, and corrects some later.
#[component]
fn Versions(shown: String, versions: Vec<EventRow>) -> impl IntoView {
    let others: Vec<_> = versions.into_iter().filter(|version| version.hash != shown).collect();
    (!others.is_empty()).then(|| {
        let others: Vec<_> = others
            .iter()
            .map(|version| {
                view! {
                    <li>
                        <Timestamp time=version.time />
                        " "
                        <bdi>{version.event.clone()}</bdi>
                        " "
                        <code title="SHA-256 of the record">{clipped(&version.hash, 16)}</code>
                    </li>
                }
            })
            .collect();
        view! {
            <section class="notice notice--warning">
                <p class="notice__title">"Other records have the same event id"</p>
                <p>"Below is the newest. CloudTrail delivers some events twice and corrects some later."</p>
                <ul>{others}</ul>
            </section>
        }
    })
}
