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
use cloudtrail::search::EventRow;

/// The event's title and everything about it. The address holds the search of the list it was reached from.
pub async fn render(address: Address, id: String, own_page: bool) -> Result<Rendering, ApiError> {
    let detail = crate::services::events()?.event(address.account.clone(), id).await?;
    let row = &detail.row;
    if own_page {
        let title =
            format!("{} by {}, {}", clipped(&row.event, 60), clipped(&row.who, 60), row.time.readable());
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
    let versions = detail.versions.clone();
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
