//! More is on its way: the server says when something came, as long as somebody looks, and the page asks again.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventSource;

use crate::api::views::Loaded;
use crate::browser;
use crate::living::table;

/// An open ear.
struct Ear {
    address: String,
    source: EventSource,
    /// Called as long as the source is open.
    _heard: Closure<dyn Fn()>,
}

thread_local! {
    /// A tab has one, and a hidden tab none.
    static OPEN: RefCell<Option<Ear>> = const { RefCell::new(None) };
    /// The event whose row had the focus when the list came anew.
    static ROW: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Remembers where in the list somebody is, who goes on there when it comes anew by itself.
pub fn remember_row() {
    let row = browser::find("tr.event-table__row:focus-within");
    ROW.set(row.and_then(|row| row.get_attribute("data-id")));
}

/// Once the new list stands: gives the focus back to the row that had it.
fn restore_row() {
    let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    let Some(id) = ROW.with_borrow_mut(|row| row.take_if(|_| is_lost)) else { return };
    let rows = browser::find_all("tr.event-table__row");
    let row = rows.iter().find(|row| row.get_attribute("data-id").as_ref() == Some(&id));
    if let Some(link) = row.and_then(|row| browser::find_in(row, table::OPEN)) {
        browser::focus(&link);
    }
}

/// Listens while what was rendered names an address to listen at. A tab that nobody sees does not, and asks again when it is
/// seen.
pub fn follow(page: Loaded, overview: Loaded) {
    let ask_again = move || {
        remember_row();
        page.refetch();
        overview.refetch();
    };
    Effect::new(move |_| {
        page.track();
        // Once the HTML stands.
        request_animation_frame(move || {
            restore_row();
            listen(ask_again);
        });
    });
    Effect::new(move |_| {
        let seen = window_event_listener_untyped("visibilitychange", move |_| {
            if !document().hidden() {
                ask_again();
            }
            listen(ask_again);
        });
        on_cleanup(move || {
            seen.remove();
            close();
        });
    });
}

fn listen(ask_again: impl Fn() + Copy + 'static) {
    let mark = if document().hidden() { None } else { browser::element("[data-live]") };
    let address = mark.as_ref().and_then(|mark| mark.get_attribute("data-live"));
    if OPEN.with_borrow(|open| open.as_ref().map(|open| &open.address) == address.as_ref()) {
        return;
    }
    close();
    let Some((address, mark)) = address.zip(mark) else { return };
    let seen = mark.get_attribute("data-seen").unwrap_or_default();
    let Ok(source) = EventSource::new(&format!("{address}&seen={seen}")) else { return };
    let heard = Closure::<dyn Fn()>::new(ask_again);
    for name in ["changed", "ended"] {
        // It fails for no name.
        drop(source.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref()));
    }
    OPEN.set(Some(Ear { address, source, _heard: heard }));
}

fn close() {
    if let Some(ear) = OPEN.take() {
        ear.source.close();
    }
}
