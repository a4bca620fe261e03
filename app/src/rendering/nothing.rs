//! A list without events says why, and what to do next.

use leptos::prelude::*;

use crate::address::Address;
use crate::components::icon::Icon;
use crate::components::window;
use crate::links::Links;
use crate::text::counted;
use cloudtrail::search::{Coverage, edit};

/// Why nothing is listed, and the way on.
#[component]
pub fn NothingFound(coverage: Coverage, address: Address, total: u64) -> impl IntoView {
    if coverage.events == 0 && coverage.history.is_some() {
        return view! { <NothingFromAws /> }.into_any();
    }
    if coverage.events == 0 {
        return view! { <EmptyArchive address /> }.into_any();
    }
    if total > 0 {
        return view! { <NothingHere address total /> }.into_any();
    }
    let links = Links::new(&address);
    let has_range = address.from.is_some() || address.to.is_some();
    let window = window::label(address.from.as_deref(), address.to.as_deref());
    let looked_at = counted(coverage.events, "event", "events");
    let data = match (coverage.data.from, coverage.data.to) {
        (Some(from), Some(to)) => format!(" They reach from {} to {} UTC.", from.readable(), to.readable()),
        _ => String::new(),
    };
    let whole_time = has_range.then(|| address.with_range(None, None).href());
    let with_reads = links.has_term(edit::WRITES_ONLY).then(|| links.toggle_term(edit::WRITES_ONLY));
    let anything = (!address.query().is_empty()).then(|| links.to(String::new()));
    view! {
        <div class="empty">
            <Icon name="search" />
            <h2 class="empty__title">"No event matches"</h2>
            <p>
                {format!("There are {looked_at} here, but none fits this search")}
                {has_range.then(|| format!(" in this time ({window})"))} "." {data}
            </p>
            <ul class="empty__ways">
                {whole_time.map(|href| view! { <Way href label="Search the whole time" /> })}
                {with_reads.map(|href| view! { <Way href label="Include calls that only read" /> })}
                {anything.map(|href| view! { <Way href label="Clear the search" /> })}
            </ul>
        </div>
    }
    .into_any()
}

/// Matching events exist, but not at this place of the list.
#[component]
fn NothingHere(address: Address, total: u64) -> impl IntoView {
    let count = counted(total, "event matches", "events match");
    view! {
        <div class="empty">
            <Icon name="clock" />
            <h2 class="empty__title">"Nothing this early"</h2>
            <p>{format!("{count}, all of them newer than this place in the list.")}</p>
            <ul class="empty__ways">
                <Way href=address.first_page().href() label="Go to the newest" />
            </ul>
        </div>
    }
}

/// Why, and whether more comes, stands in the notice above: see [`crate::components::coverage`].
#[component]
fn NothingFromAws() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name="account" />
            <h2 class="empty__title">"Nothing from AWS yet"</h2>
            <p>"What has come of this account, and what AWS does not give, stands above."</p>
        </div>
    }
}

#[component]
fn EmptyArchive(address: Address) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name="file" />
            <h2 class="empty__title">"No events yet"</h2>
            <p>
                "Events appear here once log files are taken in. Start Waymark with the folder that CloudTrail "
                "delivers to, or add one to this archive:"
            </p>
            <pre class="empty__command"><code>"waymark serve --logs FOLDER"</code></pre>
            <ul class="empty__ways">
                <Way href=address.report_page() label="See what was taken in" />
            </ul>
        </div>
    }
}

#[component]
fn Way(href: String, label: &'static str) -> impl IntoView {
    view! {
        <li>
            <a class="button" href=href>
                {label}
            </a>
        </li>
    }
}
