//! A record as a tree: finding in it, folding it, and the path of what is pointed at.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::find::{Found, Text, find};
use crate::browser;

/// Something was typed, into the field that finds in a record or elsewhere.
pub fn input(event: &ev::Event) {
    let field = browser::closest(event, "input.json__search");
    let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else { return };
    if let Some(record) = field.closest(".json").ok().flatten() {
        show(&record, &field.value());
    }
}

/// A press, on a button that folds or unfolds everything or elsewhere.
pub fn click(event: &ev::MouseEvent) {
    let Some(button) = browser::closest(event, "button[data-fold]") else { return };
    let opens = button.get_attribute("data-fold").as_deref() == Some("open");
    let Some(record) = button.closest(".json").ok().flatten() else { return };
    for branch in browser::all_in(&record, "details.json__branch") {
        set_open(&branch, opens);
    }
}

/// Pointer or focus moved: the path of the value there, as it is typed in front of a `:`.
pub fn point(event: &ev::Event) {
    let Some(record) = browser::closest(event, ".json") else { return };
    let Some(line) = browser::find_in(&record, ".json__path") else { return };
    let at = browser::closest(event, "[data-path]").and_then(|node| node.get_attribute("data-path"));
    let at = at.or_else(|| line.get_attribute("data-hint")).unwrap_or_default();
    if line.text_content().as_ref() != Some(&at) {
        line.set_text_content(Some(&at));
    }
}

/// Shows what was found: hits are marked, what has nothing to do with them is hidden, and the way to them unfolds.
/// Otherwise people fold and unfold as they like.
fn show(record: &Element, needle: &str) {
    let nodes = browser::all_in(record, ".json__node");
    let texts: Vec<Text> = nodes.iter().enumerate().map(|(place, node)| text_of(place, node)).collect();
    let found: Found = find(&texts, needle);
    for (place, node) in nodes.iter().enumerate() {
        let classes = node.class_list();
        // Fails only for names that are no class names.
        drop(classes.toggle_with_force("json__node--miss", found.hides(place)));
        drop(classes.toggle_with_force("json__node--hit", found.hits(place)));
        if let (Some(opens), Some(branch)) =
            (found.opens(place), browser::find_in(node, ":scope > details.json__branch"))
        {
            set_open(&branch, opens);
        }
    }
    if let Some(count) = browser::find_in(record, ".json__count") {
        count.set_text_content(Some(&found.say()));
    }
}

/// A node's key and value, and how many nodes it holds.
fn text_of(place: usize, node: &Element) -> Text {
    let text = |selector: &str| browser::find_in(node, selector).and_then(|part| part.text_content());
    let key = text(":scope > .json__key")
        .or_else(|| text(":scope > details > summary > .json__key"))
        .unwrap_or_default();
    let value = text(":scope > .json__value").unwrap_or_default();
    let inside = browser::all_in(node, ".json__node").len();
    Text::new(&key, &value, place + 1 + inside)
}

fn set_open(branch: &HtmlElement, opens: bool) {
    let done = if opens { branch.set_attribute("open", "") } else { branch.remove_attribute("open") };
    // Fails only for names that are not names.
    drop(done);
}
