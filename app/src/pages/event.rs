//! An event's page of its own.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::events::use_address;
use crate::address::Address;
use crate::api::views::{Wanted, What, load};
use crate::components::icon::Icon;
use crate::html::Part;

/// An event's page of its own: `/a/{account}/events/{id}`. Its address carries the search it was reached from, so
/// that its links keep the time window.
#[component]
pub fn EventPage() -> impl IntoView {
    let address = use_address();
    let params = use_params_map();
    let event = load(Memo::new(move |_| {
        let id = params.read().get("id").unwrap_or_default();
        Some(Wanted::new(What::EventPage, &Address { event: None, ..address.get() }).of(id))
    }));
    let title = move || {
        event.get().map(|answer| {
            let name = answer.map_or_else(|error| error.title, |event| event.title);
            view! { <Title text=format!("{name} · Waymark") /> }
        })
    };
    view! {
        <main class="page event-page" id="main" tabindex="-1">
            <nav class="event-page__back" aria-label="Back">
                <a class="button button--quiet" href=move || address.read().without_event().href()>
                    <Icon name="arrow-left" />
                    "Events"
                </a>
            </nav>
            <Transition>{title}</Transition>
            <Part of=event skeleton="event" says=true />
        </main>
    }
}
