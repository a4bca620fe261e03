//! From page to page, and far jumps by time.

use leptos::prelude::*;

use super::hidden_state::HiddenState;
use super::icon::Icon;
use crate::address::Address;
use cloudtrail::search::EventPage;

/// The id of the field that `g` goes to.
pub const GO_TO: &str = "go-to";

/// Newest, newer, older, and a form that goes to a time.
#[component]
pub fn Pager(address: Memo<Address>, page: Signal<Option<PageEnds>>) -> impl IntoView {
    let newest = move || {
        let away = page.get().is_some_and(|page| page.newer > 0);
        away.then(|| address.read().first_page().href())
    };
    let newer = move || address.read().newer().map(|newer| newer.href());
    let older =
        move || page.get().and_then(|page| page.next).map(|cursor| address.read().older(&cursor).href());
    view! {
        <nav class="pager" aria-label="Pages">
            <Step href=Signal::derive(newest) label="Newest" icon="first" class="pager__newest" />
            <Step href=Signal::derive(newer) label="Newer" icon="chevron-left" class="pager__newer" />
            <Step href=Signal::derive(older) label="Older" icon="chevron-right" class="pager__older" />
        </nav>
    }
}

/// Where a page lies in its list.
#[derive(Clone, Debug, PartialEq)]
pub struct PageEnds {
    /// How many events of the list are newer than the page.
    pub newer: u64,
    /// Where the next page starts.
    pub next: Option<String>,
}

impl From<&EventPage> for PageEnds {
    fn from(page: &EventPage) -> PageEnds {
        PageEnds { newer: page.newer, next: page.next.as_ref().map(ToString::to_string) }
    }
}

/// A step that cannot be taken stays where it is, greyed out: nothing jumps.
#[component]
fn Step(
    href: Signal<Option<String>>,
    label: &'static str,
    icon: &'static str,
    class: &'static str,
) -> impl IntoView {
    view! {
        <a
            class=format!("button pager__step {class}")
            href=move || href.get()
            aria-disabled=move || href.read().is_none().then_some("true")
            role=move || href.read().is_none().then_some("link")
        >
            <Icon name=icon />
            {label}
        </a>
    }
}

/// Goes to a time in the list.
#[component]
pub fn GoToTime(address: Memo<Address>) -> impl IntoView {
    let action = move || format!("/a/{}/events", crate::address::encode(&address.read().account));
    view! {
        <form class="go-to" method="get" action=action data-list>
            <label class="go-to__label" for=GO_TO>
                "Go to"
            </label>
            <input
                id=GO_TO
                class="input input--mono go-to__input"
                name="at"
                type="text"
                value=address.with_untracked(|address| address.at.clone())
                prop:value=move || address.read().at.clone().unwrap_or_default()
                placeholder="2026-11-22T09:30Z"
                title="A date, a time (UTC unless it says otherwise), or an age such as -2h"
                autocomplete="off"
                spellcheck="false"
            />
            <HiddenState address asks=&["at"] />
            <button type="submit" class="button">
                "Go"
            </button>
        </form>
    }
}
