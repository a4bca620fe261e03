//! More is on its way: the server says when something came, as long as somebody looks, and the page asks again.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, HtmlElement};

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
    /// Where somebody was when the list came anew.
    static PLACE: RefCell<Place> = const { RefCell::new(Place { row: None, regions: None, frame: None }) };
    /// The search whose list was asked for by itself.
    static ASKED: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether it is asked again in a while.
    static WAITING: Cell<bool> = const { Cell::new(false) };
}

/// Where in the list somebody is.
struct Place {
    /// The event whose row has the focus.
    row: Option<String>,
    /// The Regions that are unfolded, and whether they have the focus.
    regions: Option<(HtmlElement, bool)>,
    /// The table's frame, and how far it is scrolled within.
    frame: Option<(HtmlElement, i32, i32)>,
}

const REGIONS: &str = "details.coverage__regions";
const FRAME: &str = ".event-table__scroll";

/// Remembers the row that somebody is on, who goes on there when the list comes anew by itself.
pub fn remember_row() {
    let row = browser::find("tr.event-table__row:focus-within");
    PLACE.with_borrow_mut(|place| place.row = row.and_then(|row| row.get_attribute("data-id")));
}

/// The same, and what else stands in the list as somebody left it: right before the same list comes anew by itself.
pub fn remember_place() {
    // It may have been asked for again before this answer came: each that comes finds people somewhere.
    let search = browser::search();
    if ASKED.with_borrow_mut(|asked| asked.take_if(|asked| *asked != search).is_some() || asked.is_none()) {
        return;
    }
    // Whatever else the page does: what is remembered now is for what stands in the next frame.
    request_animation_frame(restore_place);
    remember_row();
    let regions = browser::find(REGIONS).filter(|regions| regions.has_attribute("open"));
    PLACE.with_borrow_mut(|place| {
        place.regions = regions.map(|regions| {
            let has_focus = regions.matches(":focus-within").unwrap_or_default();
            (regions, has_focus)
        });
        place.frame = browser::find(FRAME).map(|frame| {
            let (left, top) = (frame.scroll_left(), frame.scroll_top());
            (frame, left, top)
        });
    });
}

/// Once the new list stands: brings somebody back to where they were. What is still there was not lost.
fn restore_place() {
    let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
    let (row, regions, frame) = PLACE.with_borrow_mut(|place| {
        let regions = place.regions.take_if(|(regions, _)| !regions.is_connected());
        let frame = place.frame.take_if(|(frame, ..)| !frame.is_connected());
        (place.row.take_if(|_| is_lost), regions, frame)
    });
    if let Some((_, left, top)) = frame
        && let Some(frame) = browser::find(FRAME)
    {
        frame.set_scroll_left(left);
        frame.set_scroll_top(top);
    }
    if let Some((_, had_focus)) = regions
        && let Some(regions) = browser::find(REGIONS)
    {
        // Fails only for names that are not names.
        drop(regions.set_attribute("open", ""));
        if is_lost && had_focus {
            browser::focus_within(&regions, "summary");
        }
    }
    let Some(id) = row else { return };
    let rows = browser::find_all("tr.event-table__row");
    let row = rows.iter().find(|row| row.get_attribute("data-id").as_ref() == Some(&id));
    if let Some(link) = row.and_then(|row| browser::find_in(row, table::OPEN)) {
        browser::focus(&link);
    }
}

/// What somebody is busy in: a list that comes anew would close it, and take away what is typed.
const BUSY: &str = ".menu[open], .event-list__tools input:focus";
/// How long to wait then, in milliseconds.
const LATER: u64 = 1_000;

/// Asks for the list once more, as soon as nobody is disturbed by it.
fn ask_again(page: Loaded, overview: Loaded) {
    if browser::find(BUSY).is_some() {
        if !WAITING.replace(true) {
            let later = move || {
                WAITING.set(false);
                // The page may have been left meanwhile.
                if OPEN.with_borrow(Option::is_some) {
                    ask_again(page, overview);
                }
            };
            set_timeout(later, Duration::from_millis(LATER));
        }
        return;
    }
    ASKED.set(Some(browser::search()));
    page.refetch();
    overview.refetch();
}

/// Listens while what was rendered names an address to listen at. A tab that nobody sees does not, and asks again when it is
/// seen.
pub fn follow(page: Loaded, overview: Loaded) {
    let ask_again = move || ask_again(page, overview);
    Effect::new(move |_| {
        page.track();
        // Once the HTML stands.
        request_animation_frame(move || {
            restore_place();
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
