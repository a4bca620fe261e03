//! Events as a table, newest first.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::address::Address;
use crate::browser;
use crate::columns::{Column, Columns};
use crate::links::Links;
use cloudtrail::search::EventRow;

mod cell;

use cell::{Cells, value_of};

/// The link of a row that opens its event; keys go from one to the next.
pub const OPEN: &str = "a.event-table__open";

/// A page of events. Every value is a link that asks for it; Alt with a press leaves it out. `open` is the event
/// whose drawer stands open.
#[component]
pub fn EventTable(
    rows: Vec<EventRow>,
    address: Address,
    columns: Columns,
    open: Memo<Option<String>>,
) -> impl IntoView {
    let stored = StoredValue::new(rows.clone());
    let list = StoredValue::new(address.clone());
    let navigate = use_navigate();
    let on_click = move |event: ev::MouseEvent| {
        if event.alt_key() {
            if let Some(href) = excluding(&event, stored, list) {
                event.prevent_default();
                navigate(&href, NavigateOptions::default());
            }
        } else if is_on_empty_row(&event)
            && let Some(row) = browser::closest(&event, "tr.event-table__row")
            && let Some(link) = browser::find_in(&row, OPEN)
            && let Some(href) = link.get_attribute("href")
        {
            // The drawer gives the focus back to where it came from.
            browser::focus(&link);
            navigate(&href, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    let cells = Cells::new(&address, &columns);
    let body = rows
        .iter()
        .map(|row| view! { <Row row=row.clone() cells=cells.clone() columns=columns.clone() open /> })
        .collect_view();
    view! {
        <div class="event-table__scroll" role="region" aria-label="Events" tabindex="0">
            <table class="event-table" on:click=on_click>
                <caption class="visually-hidden">"Events, newest first"</caption>
                <Head columns address />
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

/// The heads of the columns; dragging one onto another moves it there.
#[component]
fn Head(columns: Columns, address: Address) -> impl IntoView {
    let dragged = RwSignal::new(None::<Column>);
    let navigate = use_navigate();
    let order = StoredValue::new((columns.clone(), address));
    let head = |column: Column| {
        let navigate = navigate.clone();
        let drop_here = move |event: ev::DragEvent| {
            event.prevent_default();
            if let Some(moved) = dragged.get_untracked() {
                let href = order.with_value(|(columns, address)| {
                    address.with_columns(columns.placed(moved, column)).href()
                });
                let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
                navigate(&href, options);
            }
            dragged.set(None);
        };
        view! {
            <th
                scope="col"
                class="event-table__head"
                data-col=column.name()
                draggable="true"
                on:dragstart=move |_| dragged.set(Some(column))
                on:dragend=move |_| dragged.set(None)
                on:dragover=move |event| {
                    if dragged.get_untracked().is_some() {
                        event.prevent_default();
                    }
                }
                on:drop=drop_here
            >
                {column.title()}
            </th>
        }
    };
    view! {
        <thead>
            <tr>
                <th scope="col" class="event-table__head event-table__mark">
                    <span class="visually-hidden">"Compare"</span>
                </th>
                {columns.iter().map(head).collect_view()}
            </tr>
        </thead>
    }
}

#[component]
fn Row(row: EventRow, cells: Cells, columns: Columns, open: Memo<Option<String>>) -> impl IntoView {
    let id = row.id.clone();
    let is_open = move || open.with(|open| open.as_deref() == Some(id.as_str())).then_some("true");
    view! {
        <tr
            class="event-table__row"
            class:event-table__row--error=row.error.is_some()
            data-id=row.id.clone()
            aria-current=is_open
        >
            <td class="event-table__mark">{cells.mark(&row)}</td>
            {columns
                .iter()
                .map(|column| {
                    view! {
                        <td data-col=column.name() class=format!("event-table__cell cell--{}", column.name())>
                            {cells.cell(column, &row)}
                        </td>
                    }
                })
                .collect_view()}
        </tr>
    }
}

/// The search without the value that was pressed.
fn excluding(
    event: &ev::MouseEvent,
    rows: StoredValue<Vec<EventRow>>,
    list: StoredValue<Address>,
) -> Option<String> {
    let column = browser::closest(event, "td[data-col]")?.get_attribute("data-col")?;
    let column = Column::from_name(&column)?;
    let id = browser::closest(event, "tr[data-id]")?.get_attribute("data-id")?;
    let value = rows.with_value(|rows| {
        let row = rows.iter().find(|row| row.id == id)?;
        value_of(column, row).map(str::to_owned)
    })?;
    list.with_value(|address| Links::new(address).exclude(column.field(), &value))
}

/// Whether a press hit a row beside its links, and marked no text.
fn is_on_empty_row(event: &ev::MouseEvent) -> bool {
    let marks_text = window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !String::from(selection.to_string()).is_empty());
    !marks_text && browser::closest(event, "a, button, summary").is_none()
}

/// The shape of a table that is on its way.
#[component]
pub fn TableSkeleton() -> impl IntoView {
    let row = |_| view! { <div class="skeleton__row"></div> };
    view! {
        <div class="skeleton skeleton--table" aria-hidden="true">
            {(0..14).map(row).collect_view()}
        </div>
    }
}
