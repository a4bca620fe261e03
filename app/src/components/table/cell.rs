//! What stands in a cell.

use std::sync::Arc;

use leptos::prelude::*;

use crate::address::Address;
use crate::columns::{Column, Columns};
use crate::components::icon::Icon;
use crate::components::timestamp::Timestamp;
use crate::links::Links;
use crate::living::table::mark_names;
use crate::text::{clipped, short_resource, short_role};
use cloudtrail::actor::ActorKind;
use cloudtrail::search::EventRow;

/// How much of a value is put into a cell; CSS cuts it further where there is less room.
const MAX_SHOWN: usize = 160;
/// What is not longer than this needs no title.
const SHORT: usize = 12;
/// How much of a value its title shows.
const MAX_TITLE: usize = 1_000;

/// Makes the cells of a page.
#[derive(Clone)]
pub struct Cells {
    page: Arc<Page>,
}

struct Page {
    address: Address,
    links: Links,
    /// The column whose cells open the event.
    opener: Column,
}

impl Cells {
    /// Cells whose links start from a page.
    pub fn new(address: &Address, columns: &Columns) -> Cells {
        let first = columns.iter().next().unwrap_or(Column::Event);
        let opener = if columns.has(Column::Event) { Column::Event } else { first };
        Cells { page: Arc::new(Page { address: address.clone(), links: Links::new(address), opener }) }
    }

    /// The link that marks an event for comparison. Its name and look follow the address (see
    /// [`crate::living::table::name_mark`]).
    pub fn mark(&self, row: &EventRow) -> impl IntoView + use<> {
        let address = &self.page.address;
        let is_marked = address.marked.contains(&row.id);
        let what = format!("{} at {}", clipped(&row.event, 60), row.time.readable());
        let (name, title) = mark_names(is_marked, &what);
        view! {
            <a
                class="mark"
                class:mark--on=is_marked
                href=address.with_mark_toggled(&row.id).href()
                aria-label=name
                title=title
                data-what=what
                data-noscroll
            >
                <Icon name="check" />
            </a>
        }
    }

    /// A cell's content.
    pub fn cell(&self, column: Column, row: &EventRow) -> AnyView {
        let content = match column {
            Column::Time => view! { <Timestamp time=row.time /> }.into_any(),
            Column::Event => event(row),
            Column::Result => result(row),
            Column::Access => access_word(row),
            _ => plain(column, row),
        };
        if column == self.page.opener {
            return self.opener(row, content);
        }
        let href = value_of(column, row).and_then(|value| self.page.links.include(column.field(), value));
        match href {
            Some(href) => {
                // Short values are never cut, and a title on each would double the page.
                let title = value_of(column, row)
                    .filter(|value| value.len() > SHORT)
                    .map(|value| clipped(value, MAX_TITLE));
                view! {
                    <a class="value" href=href title=title>
                        {content}
                    </a>
                }
                .into_any()
            }
            None => content,
        }
    }

    /// The link that opens the event. It carries the address of the drawer, so that it can be shared.
    fn opener(&self, row: &EventRow, content: AnyView) -> AnyView {
        view! {
            <a
                class="event-table__open"
                href=self.page.address.with_event(&row.id).href()
                title=clipped(&row.event, MAX_TITLE)
                data-noscroll
            >
                {content}
            </a>
        }
        .into_any()
    }
}

/// The value that a cell stands for, as a search takes it.
pub fn value_of(column: Column, row: &EventRow) -> Option<&str> {
    let value = match column {
        // An instant is not worth a search; the histogram and the time range are.
        Column::Time => None,
        Column::Event => Some(row.event.as_str()),
        Column::Who => Some(row.who.as_str()),
        Column::Service => Some(row.service()),
        Column::Resource => row.resources.first().map(String::as_str),
        Column::From => Some(row.ip.as_str()),
        Column::Region => Some(row.region.as_str()),
        Column::Result => row.error.as_deref(),
        Column::Account => Some(row.account.as_str()),
        Column::Role => row.role.as_deref(),
        Column::Key => row.key.as_deref(),
        Column::Agent => Some(row.agent.as_str()),
        Column::Access => row.read_only.map(|read_only| if read_only { "true" } else { "false" }),
        Column::Category => Some(row.category.as_str()),
        Column::Id => Some(row.id.as_str()),
    };
    value.filter(|value| !value.is_empty())
}

/// The event's name, marked as one that reads or writes.
fn event(row: &EventRow) -> AnyView {
    let (class, word) = match (row.error.is_some(), row.read_only) {
        (true, _) => ("access access--error", "failed"),
        (false, Some(false)) => ("access access--write", "write"),
        (false, Some(true)) => ("access access--read", "read"),
        (false, None) => ("access", "unknown"),
    };
    view! {
        <span class=class title=word>
            <span class="visually-hidden">{format!("{word} ")}</span>
        </span>
        <bdi class="cell__text">{clipped(&row.event, MAX_SHOWN)}</bdi>
    }
    .into_any()
}

fn result(row: &EventRow) -> AnyView {
    match &row.error {
        Some(error) => view! {
            <span class="result result--error">
                <Icon name="error" />
                <bdi class="cell__text">{clipped(error, MAX_SHOWN)}</bdi>
            </span>
        }
        .into_any(),
        None => view! { <span class="result result--ok">"OK"</span> }.into_any(),
    }
}

fn access_word(row: &EventRow) -> AnyView {
    match row.read_only {
        Some(true) => view! { <span class="access-word access-word--read">"Read"</span> }.into_any(),
        Some(false) => view! { <span class="access-word access-word--write">"Write"</span> }.into_any(),
        None => nothing(),
    }
}

fn plain(column: Column, row: &EventRow) -> AnyView {
    let Some(value) = value_of(column, row) else { return nothing() };
    match column {
        Column::Who => who(row),
        Column::Resource => {
            let more = row.resources.len().saturating_sub(1);
            view! {
                <bdi class="cell__text cell__text--mono">{clipped(short_resource(value), MAX_SHOWN)}</bdi>
                {(more > 0)
                    .then(|| {
                        let others = row.resources[1..].iter().map(|other| clipped(other, 200)).collect::<Vec<_>>();
                        view! {
                            <span class="cell__more" title=others.join("\n")>
                                {format!("+{more}")}
                            </span>
                        }
                    })}
            }
            .into_any()
        }
        Column::Account => {
            let name = row.account_name.as_deref();
            view! {
                <bdi class="cell__text">{clipped(name.unwrap_or(value), MAX_SHOWN)}</bdi>
                {name.map(|_| view! { <span class="cell__minor">{value.to_owned()}</span> })}
            }
            .into_any()
        }
        Column::From | Column::Key | Column::Id | Column::Region => {
            view! { <bdi class="cell__text cell__text--mono">{clipped(value, MAX_SHOWN)}</bdi> }.into_any()
        }
        _ => view! { <bdi class="cell__text">{clipped(value, MAX_SHOWN)}</bdi> }.into_any(),
    }
}

/// Who, marked by kind, with the role beside a person who used one.
fn who(row: &EventRow) -> AnyView {
    let kind = row.who_kind.word();
    let icon = match row.who_kind {
        ActorKind::Human => "human",
        ActorKind::Role => "role",
        ActorKind::Service => "service",
        ActorKind::Account => "account",
        ActorKind::Root => "root",
        ActorKind::Anonymous => "anonymous",
    };
    let role = row.role.as_deref().filter(|role| *role != row.who);
    view! {
        <span class=format!("who who--{kind}") title=kind>
            <Icon name=icon />
            <span class="visually-hidden">{format!("{kind} ")}</span>
        </span>
        <bdi class="cell__text">{clipped(&row.who, MAX_SHOWN)}</bdi>
        {role.map(|role| view! { <bdi class="cell__minor">{clipped(short_role(role), 80)}</bdi> })}
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! {
        <span class="cell__nothing" aria-hidden="true">
            "–"
        </span>
    }
    .into_any()
}
