//! Events that have something in common with this one.

use leptos::prelude::*;

use super::{Places, section};
use crate::address::Address;
use crate::api::events::EventDetail;
use crate::components::timestamp::Timestamp;
use crate::text::grouped;
use cloudtrail::chain::{RelatedBy, RelatedGroup};
use cloudtrail::search::EventRow;

pub(super) fn view(detail: &EventDetail, places: &Places) -> AnyView {
    let groups = &detail.related.groups;
    if groups.is_empty() {
        return ().into_any();
    }
    let groups: Vec<_> =
        groups.iter().enumerate().map(|(index, group)| group_view(group, index == 0, places)).collect();
    section("Related events", None, view! { <div class="related">{groups}</div> })
}

fn group_view(group: &RelatedGroup, is_first: bool, places: &Places) -> impl IntoView + use<> {
    let title = match group.by {
        RelatedBy::Key => "Same access key",
        RelatedBy::Session => "Same session",
        RelatedBy::Resource => "Same resource",
        RelatedBy::SharedEvent => "Same call, in the other account",
        RelatedBy::Around => "Same actor, five minutes around",
    };
    let range = group.range;
    let all = Address {
        from: range.from.map(|time| time.to_string()).or_else(|| places.address.from.clone()),
        to: range.to.map(|time| time.to_string()).or_else(|| places.address.to.clone()),
        ..places.address.with_query(group.query.clone())
    };
    let more = group.total > group.rows.len() as u64;
    let rows: Vec<_> = group.rows.iter().map(|row| row_view(row, places)).collect();
    view! {
        <details class="related__group" open=is_first>
            <summary class="related__title">
                <span>{title}</span>
                <bdi class="related__value mono">{group.value.clone()}</bdi>
                <span class="event__count">{grouped(group.total)}</span>
            </summary>
            <ul class="related__rows">{rows}</ul>
            <a class="related__all" href=all.href()>
                {if more { format!("List all {}", grouped(group.total)) } else { "Show as a list".to_owned() }}
            </a>
        </details>
    }
}

fn row_view(row: &EventRow, places: &Places) -> impl IntoView + use<> {
    view! {
        <li class="related__row">
            <a href=places.event(&row.id) data-noscroll=places.noscroll()>
                <bdi>{row.event.clone()}</bdi>
            </a>
            <bdi class="related__who">{row.who.clone()}</bdi>
            {row.error.clone().map(|error| view! { <span class="badge badge--error"><bdi>{error}</bdi></span> })}
            <span class="related__when">
                <Timestamp time=row.time />
            </span>
        </li>
    }
}
