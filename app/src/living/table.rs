//! The table of events.

use leptos::ev;
use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use crate::address::Address;
use crate::browser;
use crate::columns::Column;
use cloudtrail::search::Field;

/// The link of a row that opens its event; keys go from one to the next.
pub const OPEN: &str = "a.event-table__open";

/// What a mark is called, and what its title says.
pub fn mark_names(is_marked: bool, what: &str) -> (String, &'static str) {
    if is_marked {
        (format!("Unmark {what}"), "Unmark")
    } else {
        (format!("Mark for comparison: {what}"), "Mark for comparison (x)")
    }
}

/// Shows which rows are marked, and whose event is open.
pub fn show_state(address: &Address) {
    for row in browser::find_all("tr.event-table__row") {
        let Some(id) = row.get_attribute("data-id") else { continue };
        let is_open = address.event.as_ref() == Some(&id);
        set(&row, "aria-current", is_open.then_some("true"));
        if let Some(mark) = browser::find_in(&row, "a.mark") {
            let is_marked = address.marked.contains(&id);
            let what = mark.get_attribute("data-what").unwrap_or_default();
            let (name, title) = mark_names(is_marked, &what);
            set(&mark, "class", Some(if is_marked { "mark mark--on" } else { "mark" }));
            set(&mark, "aria-label", Some(&name));
            set(&mark, "title", Some(title));
        }
    }
}

/// The event whose mark a link is.
pub fn id_of_mark(link: &Element) -> Option<String> {
    if !link.class_list().contains("mark") {
        return None;
    }
    link.closest("tr[data-id]").ok().flatten()?.get_attribute("data-id")
}

/// The link that opens the event of a row that was pressed beside its links, if no text is being marked.
pub fn opener_of_row(event: &ev::MouseEvent) -> Option<HtmlElement> {
    let row = browser::closest(event, "tr.event-table__row")?;
    let marks_text = window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !String::from(selection.to_string()).is_empty());
    if marks_text || browser::closest(event, "a, button, summary").is_some() {
        return None;
    }
    browser::find_in(&row, OPEN)
}

/// The field and the value of the cell that was pressed.
pub fn value_of_cell(event: &ev::MouseEvent) -> Option<(Field, String)> {
    let cell = browser::closest(event, "td[data-col]")?;
    let column = Column::from_name(&cell.get_attribute("data-col")?)?;
    Some((column.field(), cell.get_attribute("data-value")?))
}

fn set(element: &Element, name: &str, value: Option<&str>) {
    if element.get_attribute(name).as_deref() == value {
        return;
    }
    let done = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
    // Fails only for names that are not names.
    drop(done);
}
