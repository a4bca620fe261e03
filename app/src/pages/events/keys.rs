//! The list by keyboard.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::HtmlElement;

use super::data::Data;
use crate::address::Address;
use crate::browser;
use crate::components::search_bar::FIELD;
use crate::living::table::OPEN;
use crate::living::{GO_TO, arriving};

/// Listens for keys as long as the page is there.
pub fn listen(data: Data) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let go = move |address: Address| {
            navigate(&address.href(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
        };
        let handle = window_event_listener(ev::keydown, move |event| {
            if browser::is_taken(&event) {
                // Out of the search, so that `j` is the next event again and no letter.
                if event.key() == "Escape" {
                    browser::leave_field(&event);
                }
                return;
            }
            let address = data.address.read_untracked().clone();
            match event.key().as_str() {
                "j" | "ArrowDown" if event.key() == "j" || is_on_row() => {
                    step(&event, 1, address.event.is_some())
                }
                "k" | "ArrowUp" if event.key() == "k" || is_on_row() => {
                    step(&event, -1, address.event.is_some())
                }
                "x" => press(&event, current_row().as_ref(), "a.mark"),
                "o" => press(&event, current_row().as_ref(), OPEN),
                "c" => press(&event, None, "a.marked__compare"),
                "[" => press(&event, None, "a.pager__newer[href]"),
                "]" => press(&event, None, "a.pager__older[href]"),
                "/" => enter(&event, FIELD),
                "g" => enter(&event, GO_TO),
                "Escape" if address.event.is_some() => go(address.without_event()),
                "Escape" if !address.compare.is_empty() => go(address.with_compare(Vec::new())),
                _ => {}
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Goes so many rows down; with the drawer open it shows that row's event.
fn step(event: &ev::KeyboardEvent, by: isize, shows: bool) {
    let links = browser::find_all(OPEN);
    let here = current_row();
    let place = links.iter().position(|link| here.as_ref().is_some_and(|row| row.contains(Some(link))));
    let next = match place {
        Some(place) => place.saturating_add_signed(by).min(links.len().saturating_sub(1)),
        None => 0,
    };
    if let Some(link) = links.get(next) {
        event.prevent_default();
        browser::focus(link);
        arriving::remember_row();
        if shows && Some(next) != place {
            link.click();
        }
    }
}

/// The row that has the focus, or whose event is open.
fn current_row() -> Option<HtmlElement> {
    browser::find("tr.event-table__row:focus-within")
        .or_else(|| browser::find("tr.event-table__row[aria-current=true]"))
}

fn is_on_row() -> bool {
    browser::find("tr.event-table__row:focus-within").is_some()
}

/// Presses a link, in a row or anywhere.
fn press(event: &ev::KeyboardEvent, row: Option<&HtmlElement>, selector: &str) {
    let link = match row {
        Some(row) => browser::find_in(row, selector),
        None => browser::find(selector),
    };
    if let Some(link) = link {
        event.prevent_default();
        link.click();
    }
}

/// Goes to a field and selects its text.
fn enter(event: &ev::KeyboardEvent, id: &str) {
    event.prevent_default();
    browser::enter_field(id);
}
