//! From page to page.

use leptos::prelude::*;

use super::icon::Icon;
use crate::address::Address;
use cloudtrail::search::EventPage;

/// Newest, newer, older.
pub fn pager(address: &Address, page: &EventPage) -> impl IntoView + use<> {
    let newest = (page.newer > 0).then(|| address.first_page().href());
    let newer = address.newer().map(|newer| newer.href());
    let older = page.next.as_ref().map(|cursor| address.older(&cursor.to_string()).href());
    view! {
        <nav class="pager" aria-label="Pages">
            <Step href=newest label="Newest" icon="first" class="pager__newest" />
            <Step href=newer label="Newer" icon="chevron-left" class="pager__newer" />
            <Step href=older label="Older" icon="chevron-right" class="pager__older" />
        </nav>
    }
}

/// A step that cannot be taken stays where it is, greyed out: nothing jumps.
#[component]
fn Step(href: Option<String>, label: &'static str, icon: &'static str, class: &'static str) -> impl IntoView {
    let leads_nowhere = href.is_none();
    view! {
        <a
            class=format!("button pager__step {class}")
            href=href
            aria-disabled=leads_nowhere.then_some("true")
            role=leads_nowhere.then_some("link")
        >
            <Icon name=icon />
            {label}
        </a>
    }
}
