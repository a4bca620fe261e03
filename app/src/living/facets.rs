//! More values of a facet.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::address::Address;
use crate::api::views::{Wanted, What};
use crate::browser;
use crate::text::grouped;

/// Loads the values that a facet did not show; the button gives way to them.
pub fn load_more(button: Element, list: Address) {
    let Some(field) = button.get_attribute("data-field") else { return };
    let distinct = button.get_attribute("data-distinct").and_then(|count| count.parse::<u64>().ok());
    set_disabled(&button, true);
    spawn_local(async move {
        let values = Wanted::new(What::Facet, &list).of(field.clone()).load().await;
        set_disabled(&button, false);
        // Without an answer what was shown stays.
        let (Ok(values), Some(facet)) = (values, button.closest(".facet").ok().flatten()) else { return };
        let Some(shown) = browser::find_in(&facet, ".facet__values") else { return };
        shown.set_inner_html(&values.part(0).text);
        let rest = distinct.unwrap_or(0).saturating_sub(u64::from(shown.child_element_count()));
        if rest > 0 {
            let hint = format!("{} more: type {field}: in the search, and how they begin", grouped(rest));
            say(&button, &hint);
        }
        button.remove();
    });
}

/// Puts a line behind an element.
fn say(element: &Element, text: &str) {
    if let Ok(line) = document().create_element("p") {
        line.set_class_name("facet__empty");
        line.set_text_content(Some(text));
        // Fails only without a parent, and then nobody would see it.
        drop(element.insert_adjacent_element("afterend", &line));
    }
}

fn set_disabled(button: &Element, is_disabled: bool) {
    if let Some(button) = button.dyn_ref::<HtmlElement>() {
        let done = if is_disabled {
            button.set_attribute("disabled", "")
        } else {
            button.remove_attribute("disabled")
        };
        // Fails only for names that are not names.
        drop(done);
    }
}
