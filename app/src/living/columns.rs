//! A column's head dragged onto another.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::DragEvent;

use crate::browser;
use crate::columns::Column;

/// The kind of data that is dragged; a text from elsewhere is none of ours.
const KIND: &str = "application/x-waymark-column";

/// A drag starts, at a head or elsewhere.
pub fn start(event: &ev::DragEvent) {
    if let (Some(column), Some(data)) = (head(event), event.data_transfer()) {
        // Fails only where the browser forbids to drag at all.
        drop(data.set_data(KIND, column.name()));
    }
}

/// Something is dragged over the page; a head takes a column.
pub fn over(event: &ev::DragEvent) {
    let is_ours = event.data_transfer().is_some_and(|data| data.types().includes(&KIND.into(), 0));
    if is_ours && head(event).is_some() {
        event.prevent_default();
    }
}

/// The column that was dropped, and the one it was dropped on.
pub fn dropped(event: &ev::DragEvent) -> Option<(Column, Column)> {
    let at = head(event)?;
    let column = Column::from_name(&event.data_transfer()?.get_data(KIND).ok()?)?;
    event.prevent_default();
    Some((column, at))
}

fn head(event: &DragEvent) -> Option<Column> {
    let head = browser::closest(event.unchecked_ref(), "th[data-col]")?;
    Column::from_name(&head.get_attribute("data-col")?)
}
