//! One event: in the drawer, and on its own page.

use leptos::prelude::*;

use super::html;
use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::EventDetail;
use crate::api::views::Rendering;
use crate::components::event::EventPanel;
use crate::components::timestamp::Timestamp;
use crate::text::clipped;

/// The event's title and everything about it. The address holds the search of the list it was reached from.
pub async fn render(address: Address, id: String, own_page: bool) -> Result<Rendering, ApiError> {
    // Links go on from the search alone; beside the list stands the newest.
    let version = address.version.clone().filter(|_| own_page);
    let address = Address { version: None, ..address };
    let detail = crate::services::events()?.event(address.account.clone(), id, version).await?;
    let row = &detail.row;
    if own_page {
        let older = if detail.newer > 0 { ", an older record" } else { "" };
        let (event, who) = (clipped(&row.event, 60), clipped(&row.who, 60));
        let title = format!("{event} by {who}, {}{older}", row.time.readable());
        Ok(Rendering { status: 200, title, parts: vec![html(|| view! { <Page detail address /> })] })
    } else {
        let title = clipped(&row.event, 80);
        Ok(Rendering { status: 200, title, parts: vec![html(|| view! { <EventPanel detail address /> })] })
    }
}

/// The event under its name.
#[component]
fn Page(detail: EventDetail, address: Address) -> impl IntoView {
    let row = &detail.row;
    let account = row.account_name.clone().or_else(|| Some(row.account.clone()).filter(|id| !id.is_empty()));
    let versions = versions(&detail, &address);
    view! {
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
        {versions}
        <div class="card">
            <h2 class="visually-hidden">"All about this event"</h2>
            <EventPanel detail address own_page=true />
        </div>
    }
}

/// The other records under this event's id, each with its address. AWS delivers some events twice, and corrects some later.
fn versions(detail: &EventDetail, address: &Address) -> Option<impl IntoView> {
    let newest = detail.versions.first().filter(|_| detail.newer > 0);
    let newest = newest.map(|newest| newest.hash.clone());
    let is_newest = newest.is_none();
    let others = detail.versions.iter().filter(|version| version.hash != detail.row.hash);
    let others: Vec<_> = others
        .map(|version| {
            // The newest is what the event's own address shows.
            let is_newest = newest.as_ref() == Some(&version.hash);
            let href = match is_newest {
                true => address.event_page(&version.id),
                false => address.version_page(&version.id, &version.hash),
            };
            view! {
                <li>
                    <a href=href title=format!("SHA-256 of the record: {}", version.hash)>
                        "Record " <code>{clipped(&version.hash, 16)}</code>
                    </a>
                    ", "
                    <Timestamp time=version.time />
                    ", "
                    <bdi>{version.event.clone()}</bdi>
                    {is_newest.then_some(", the newest")}
                </li>
            }
        })
        .collect();
    let shown = match is_newest {
        true => "Below is the newest. CloudTrail delivers some events twice and corrects some later.",
        false => "Below is an older one. CloudTrail delivers some events twice and corrects some later.",
    };
    (!others.is_empty()).then(|| {
        view! {
            <section class="notice notice--warning event-page__versions">
                <p class="notice__title">"Other records have the same event id"</p>
                <p>{shown}</p>
                <ul>{others}</ul>
            </section>
        }
    })
}
