//! Where someone was in a part of the page, when other HTML takes its place.

use std::cell::RefCell;

use leptos::prelude::*;
use web_sys::Element;

use crate::browser;

/// What was pressed.
struct Place {
    /// Its name, which the new HTML has too if the same is there.
    label: String,
    /// Whether it stands in the menu that stays open while its links are pressed.
    in_menu: bool,
}

thread_local! {
    static PRESSED: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// The menu that stays open.
const MENU: &str = "details.menu--stays";

/// A link was pressed that will change what stands around it.
pub fn keep(link: &Element) {
    let in_menu = link.closest(MENU).ok().flatten().is_some();
    PRESSED.set(Some(Place { label: label(link), in_menu }));
}

/// Once the new HTML is there: opens the menu again, and gives the focus back if it was lost.
pub fn restore_soon() {
    if PRESSED.with_borrow(Option::is_none) {
        return;
    }
    request_animation_frame(|| {
        let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        let Some(place) = PRESSED.take() else { return };
        if place.in_menu
            && let Some(menu) = browser::find(MENU)
        {
            // Fails only for names that are not names.
            drop(menu.set_attribute("open", ""));
        }
        if is_lost && !place.label.is_empty() {
            let links = browser::find_all(".rendered a[href], .rendered button");
            if let Some(same) = links.iter().find(|link| label(link) == place.label) {
                browser::focus(same);
            }
        } else if !is_lost {
            // This HTML came somewhere else; what was pressed is still there.
            PRESSED.set(Some(place));
        }
    });
}

fn label(element: &Element) -> String {
    element
        .get_attribute("aria-label")
        .or_else(|| element.text_content())
        .map(|label| label.trim().to_owned())
        .unwrap_or_default()
}
