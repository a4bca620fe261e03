//! The list by mouse: what happens to presses on what the server rendered.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::Element;

use super::data::Data;
use crate::address::Address;
use crate::browser;
use crate::columns::Column;
use crate::components::toast::toast;
use crate::links::Links;
use crate::living::{columns, facets, histogram, place, table};
use crate::prefs::{Prefs, change, use_prefs};

/// Goes to an address; `true` begins at the top of the page.
type Go = Callback<(String, bool)>;

/// What listens to the page.
#[derive(Clone, Copy)]
pub struct Living {
    data: Data,
    prefs: RwSignal<Prefs>,
    go: Go,
    /// The pointer over the bars.
    pub histogram: histogram::Pointer,
}

impl Living {
    /// Keeps what the server rendered as the address says: marks, and the row whose event is open.
    pub fn new(data: Data) -> Living {
        Effect::new(move |_| {
            data.page.track();
            let address = data.address.get();
            request_animation_frame(move || table::show_state(&address));
        });
        let navigate = use_navigate();
        let go = Callback::new(move |(href, scroll): (String, bool)| {
            navigate(&href, NavigateOptions { scroll, ..NavigateOptions::default() });
        });
        Living { data, prefs: use_prefs(), go, histogram: histogram::Pointer::new() }
    }

    /// A press: on a value with Alt, on a mark, on a link of a rendered part, on a row, on "more".
    pub fn click(self, event: ev::MouseEvent) {
        if self.histogram.was_dragged() {
            // A drag ends with a press on whatever bar is there; it leads nowhere.
            event.prevent_default();
            return;
        }
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        let link = browser::closest(&event, ".rendered a[href]");
        if event.alt_key() {
            if let Some(href) = self.without_value(&event) {
                event.prevent_default();
                self.go.run((href, true));
            }
        } else if let Some(link) = link {
            self.follow(&event, &link);
        } else if let Some(button) = browser::closest(&event, "button.facet__more") {
            facets::load_more(button, self.data.list.get_untracked());
        } else if browser::closest(&event, "button.columns__keep").is_some() {
            let columns = self.data.columns.get_untracked();
            change(self.prefs, |prefs| prefs.columns = columns);
            toast("These columns are now your default.");
        } else if let Some(opener) = table::opener_of_row(&event) {
            // The drawer gives the focus back to where it came from.
            browser::focus(&opener);
            self.follow(&event, &opener);
        }
    }

    /// Follows a link of what the server rendered. It was written before later marks and columns, which stay.
    fn follow(self, event: &ev::MouseEvent, link: &Element) {
        let list = self.data.list.get_untracked();
        let stays = link.has_attribute("data-noscroll");
        let Some(href) = link.get_attribute("href") else { return };
        let href = if let Some(id) = table::id_of_mark(link) {
            list.with_mark_toggled(&id).href()
        } else if let Some(address) = Address::from_href(&href).filter(|_| !link.has_attribute("target")) {
            if address.account != list.account {
                return;
            }
            let cols = if browser::closest(event, ".columns").is_some() { address.cols } else { list.cols };
            Address { marked: list.marked, cols, ..address }.href()
        } else {
            return;
        };
        place::keep(link);
        event.prevent_default();
        self.go.run((href, !stays));
    }

    /// The search without the value that was pressed.
    fn without_value(self, event: &ev::MouseEvent) -> Option<String> {
        let list = self.data.list.get_untracked();
        let (field, value) = match browser::closest(event, ".facet__value") {
            Some(value) => {
                let href = browser::find_in(&value, "a.facet__exclude")?.get_attribute("href")?;
                let address = Address::from_href(&href)?;
                return Some(Address { marked: list.marked, cols: list.cols, ..address }.href());
            }
            None => table::value_of_cell(event)?,
        };
        Links::new(&list).exclude(field, &value)
    }

    /// A column's head was dropped on another.
    pub fn drop_column(self, event: ev::DragEvent) {
        if let Some((column, at)) = columns::dropped(&event) {
            self.place(column, at);
        }
    }

    fn place(self, column: Column, at: Column) {
        let columns = self.data.columns.get_untracked().placed(column, at);
        self.go.run((self.data.list.get_untracked().with_columns(columns).href(), false));
    }

    /// The pointer was let go over the bars: zooms into what it was dragged over.
    pub fn end_drag(self, event: ev::PointerEvent) {
        if let Some((from, to)) = self.histogram.end(&event) {
            self.go.run((self.data.list.get_untracked().with_window(from, to).href(), true));
        }
    }
}
