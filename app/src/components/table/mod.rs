//! Events as a table, newest first.

use leptos::prelude::*;

use crate::address::Address;
use crate::columns::{Column, Columns};
use cloudtrail::search::EventRow;

mod cell;

use cell::{Cells, value_of};

/// A value that is longer than this is no longer put into links.
const MAX_VALUE: usize = 1_000;

/// A page of events. Every value is a link that asks for it; the browser adds what the mouse and the keys do
/// ([`crate::living::table`]), and keeps marks and the open row as the address says.
#[component]
pub fn EventTable(rows: Vec<EventRow>, address: Address, columns: Columns) -> impl IntoView {
    let cells = Cells::new(&address, &columns);
    let body = rows.iter().map(|row| row_view(row, &cells, &columns, &address)).collect_view();
    view! {
        <div class="event-table__scroll" role="region" aria-label="Events" tabindex="0">
            <table class="event-table">
                <caption class="visually-hidden">"Events, newest first"</caption>
                <thead>
                    <tr>
                        <th scope="col" class="event-table__head event-table__mark">
                            <span class="visually-hidden">"Compare"</span>
                        </th>
                        {columns.iter().map(head).collect_view()}
                    </tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}

/// The head of a column; dragging one onto another moves it there.
fn head(column: Column) -> impl IntoView {
    view! {
        <th scope="col" class="event-table__head" data-col=column.name() draggable="true">
            {column.title()}
        </th>
    }
}

fn row_view(row: &EventRow, cells: &Cells, columns: &Columns, address: &Address) -> impl IntoView + use<> {
    let is_open = address.event.as_ref() == Some(&row.id);
    let cell = |column: Column| {
        let value = value_of(column, row).filter(|value| value.len() <= MAX_VALUE).map(str::to_owned);
        view! {
            <td
                data-col=column.name()
                data-value=value
                class=format!("event-table__cell cell--{}", column.name())
            >
                {cells.cell(column, row)}
            </td>
        }
    };
    view! {
        <tr
            class="event-table__row"
            class:event-table__row--error=row.error.is_some()
            data-id=row.id.clone()
            aria-current=is_open.then_some("true")
        >
            <td class="event-table__mark">{cells.mark(row)}</td>
            {columns.iter().map(cell).collect_view()}
        </tr>
    }
}
