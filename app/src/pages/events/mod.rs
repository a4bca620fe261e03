//! The list of events: `/a/{account}/events`. Its address is its state.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_url};

use crate::address::Address;
use crate::api::views::{ListPart, OverviewPart};
use crate::columns::Columns;
use crate::components::search_bar::SearchBar;
use crate::components::window;
use crate::html::Part;
use crate::living;
use crate::prefs::use_prefs;
use cloudtrail::search::edit::WRITES_ONLY;

mod commands;
mod comparison;
mod data;
mod drawer;
mod keys;
mod list;
mod mouse;

use comparison::Comparison;
use data::Data;
use drawer::Drawer;
use list::List;
use mouse::Living;

/// The list of events, with everything to narrow it down.
#[component]
pub fn Events() -> impl IntoView {
    let address = use_address();
    // Reads are the bulk of most logs. That they are left out stands in the address, where it can be taken away.
    let proper = Memo::new(move |_| {
        address.with(|address| address.q.is_none().then(|| address.with_query(WRITES_ONLY).href()))
    });
    #[cfg(feature = "ssr")]
    if let Some(proper) = proper.get_untracked() {
        crate::server::redirect(&proper);
        return ().into_any();
    }
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(proper) = proper.get() {
            navigate(&proper, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    view! { <Page address /> }.into_any()
}

#[component]
fn Page(address: Memo<Address>) -> impl IntoView {
    let prefs = use_prefs();
    let columns: Memo<Columns> =
        Memo::new(move |_| address.read().cols.clone().unwrap_or_else(|| prefs.read().columns.clone()));
    let data = Data::load(address, columns);
    keys::listen(data);
    commands::offer(data);
    living::arriving::follow(data.page, data.overview);
    let living = Living::new(data);

    view! {
        <PageTitle address />
        <main
            class="events"
            id="main"
            tabindex="-1"
            on:click=move |event| living.click(event)
            on:dragstart=move |event| living::columns::start(&event)
            on:dragover=move |event| living::columns::over(&event)
            on:drop=move |event| living.drop_column(event)
        >
            <h1 class="visually-hidden">"Events"</h1>
            <div class="events__search">
                <SearchBar address page=data.page />
                <Part of=data.page place=ListPart::TimeRange as usize />
            </div>
            <Part of=data.page place=ListPart::Toggles as usize />
            <div
                class="events__overview"
                on:pointerdown=move |event| living.histogram.start(&event)
                on:pointermove=move |event| living.histogram.follow(&event)
                on:pointerup=move |event| living.end_drag(event)
                on:pointerout=move |event| living.histogram.leave(&event)
                on:focusin=move |event| living.histogram.point_at(&event)
                on:focusout=move |_| living.histogram.point_at_nothing()
                on:keydown=move |event| living::histogram::walk(&event)
            >
                <Part of=data.overview place=OverviewPart::Histogram as usize skeleton="histogram" />
            </div>
            <div class="events__body">
                <List data />
                <aside class="events__facets" aria-label="Counts by value">
                    <Part of=data.overview place=OverviewPart::Facets as usize skeleton="facets" />
                </aside>
            </div>
            <Comparison data />
            <Drawer data />
        </main>
    }
}

/// The address of this page, as it changes.
pub fn use_address() -> Memo<Address> {
    let url = use_url();
    let params = use_params_map();
    Memo::new(move |_| {
        let account = params.read().get("account").unwrap_or_default();
        Address::parse(&account, url.read().search())
    })
}

/// The tab's title tells one search from another.
#[component]
fn PageTitle(address: Memo<Address>) -> impl IntoView {
    let title = move || {
        let address = address.read();
        let query = match address.query() {
            "" => "All events",
            query => query,
        };
        let query = crate::text::clipped(query, 80);
        let window = match (&address.from, &address.to) {
            (None, None) => String::new(),
            (from, to) => format!(", {}", window::label(from.as_deref(), to.as_deref())),
        };
        format!("{query}{window} · {} · Waymark", address.account)
    };
    view! { <Title text=title /> }
}
