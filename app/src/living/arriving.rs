//! More is on its way: the server says when something came, as long as somebody looks, and the page asks again.

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventSource;

use crate::api::views::Loaded;
use crate::browser;

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
}

/// Listens while what was rendered names an address to listen at. A tab that nobody sees does not, and asks again when it is
/// seen.
pub fn follow(page: Loaded, overview: Loaded) {
    let ask_again = move || {
        page.refetch();
        overview.refetch();
    };
    Effect::new(move |_| {
        page.track();
        // Once the HTML stands.
        request_animation_frame(move || listen(ask_again));
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
