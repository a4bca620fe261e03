//! The list of events: `/a/{account}/events`. Its address is its state.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_url};

use crate::address::Address;
use crate::columns::Columns;
use crate::components::facets::Facets;
use crate::components::histogram::Histogram;
use crate::components::search_bar::SearchBar;
use crate::components::time_range::{self, TimeRange};
use crate::components::toggles::Toggles;
use crate::links::Links;
use crate::prefs::use_prefs;
use cloudtrail::search::edit;

mod commands;
mod comparison;
mod data;
mod drawer;
mod empty;
mod keys;
mod list;

use comparison::Comparison;
use data::Data;
use drawer::Drawer;
use list::List;

/// The list of events, with everything to narrow it down.
#[component]
pub fn Events() -> impl IntoView {
    let address = use_address();
    // Reads are the bulk of most logs. That they are left out stands in the address, where it can be taken away.
    let proper = Memo::new(move |_| {
        address.with(|address| address.q.is_none().then(|| address.with_query(edit::WRITES_ONLY).href()))
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
    let data = Data::load(address);
    let links = Memo::new(move |_| Links::new(&address.read().without_event()));
    let prefs = use_prefs();
    let columns: Memo<Columns> =
        Memo::new(move |_| address.read().cols.clone().unwrap_or_else(|| prefs.read().columns.clone()));
    keys::listen(data);
    commands::offer(data, links);

    view! {
        <PageTitle address />
        <main class="events" id="main" tabindex="-1">
            <h1 class="visually-hidden">"Events"</h1>
            <div class="events__search">
                <SearchBar address links />
                <TimeRange address data=Signal::derive(move || data.whole_range()) />
            </div>
            <Toggles links />
            <div class="events__overview">
                <Transition fallback=|| {
                    view! { <div class="skeleton skeleton--histogram" aria-hidden="true"></div> }
                }>
                    {move || {
                        let overview = data.overview.get()?.ok()?;
                        let address = data.list.get_untracked();
                        Some(view! { <Histogram overview address /> })
                    }}
                </Transition>
            </div>
            <div class="events__body">
                <List data columns />
                <aside class="events__facets" aria-label="Counts by value">
                    <Transition fallback=|| {
                        view! { <div class="skeleton skeleton--facets" aria-hidden="true"></div> }
                    }>
                        {move || {
                            let overview = data.overview.get()?.ok()?;
                            // Counts of nothing help nobody.
                            let overview = Some(overview).filter(|overview| overview.total > 0)?;
                            let address = data.list.get_untracked();
                            Some(view! { <Facets facets=overview.facets total=overview.total address /> })
                        }}
                    </Transition>
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
            (from, to) => format!(", {}", time_range::label(from.as_deref(), to.as_deref())),
        };
        format!("{query}{window} · {} · Waymark", address.account)
    };
    view! { <Title text=title /> }
}
