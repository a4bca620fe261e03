//! Buttons that copy.

use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::browser;
use crate::components::icon;
use crate::components::toast::toast;

/// How long a button says that it copied.
const SAID: Duration = Duration::from_millis(1_500);

/// A press, on a button that copies or elsewhere.
pub fn click(event: &ev::MouseEvent) {
    let Some(button) = browser::closest(event, "button.copy") else { return };
    let Some(text) = text_of(&button) else { return };
    event.prevent_default();
    copy(&text, button);
}

/// What a button copies: its own text, or the part that it names of a text around it.
fn text_of(button: &Element) -> Option<String> {
    if let Some(text) = button.get_attribute("data-copy") {
        return Some(text);
    }
    let part = button.get_attribute("data-part")?;
    let raw = button.closest("[data-raw]").ok().flatten()?.get_attribute("data-raw")?;
    part_of(&raw, &part)
}

/// The part `start-end` of a text, in bytes; a JSON string as the text it stands for.
fn part_of(raw: &str, part: &str) -> Option<String> {
    let (start, end) = part.split_once('-')?;
    let text = raw.get(start.parse().ok()?..end.parse().ok()?)?;
    let decoded = text.starts_with('"').then(|| serde_json::from_str::<String>(text).ok()).flatten();
    Some(decoded.unwrap_or_else(|| text.to_owned()))
}

fn copy(text: &str, button: Element) {
    let navigator = window().navigator();
    // Over plain HTTP from another machine browsers have no clipboard.
    let has_clipboard =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|value| value.is_object());
    if !has_clipboard {
        toast("This browser lets a page copy only over HTTPS or on this machine.");
        return;
    }
    let done = Closure::once(move |_: JsValue| say_copied(button));
    let refused = Closure::once(|_: JsValue| toast("The browser did not allow to copy."));
    drop(navigator.clipboard().write_text(text).then2(&done, &refused));
    // One of the two is called, once; the browser owns them until then.
    done.forget();
    refused.forget();
}

/// The button says so for a moment.
fn say_copied(button: Element) {
    let label = button.get_attribute("title").unwrap_or_default();
    show(&button, "Copied", "check", true);
    set_timeout(move || show(&button, &label, "copy", false), SAID);
}

fn show(button: &Element, label: &str, glyph: &str, is_copied: bool) {
    // None of these fails: the names are names.
    drop(button.set_attribute("aria-label", label));
    drop(if is_copied {
        button.set_attribute("data-copied", "")
    } else {
        button.remove_attribute("data-copied")
    });
    if let Ok(Some(path)) = button.query_selector("path") {
        drop(path.set_attribute("d", icon::path(glyph)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_copied_as_what_they_stand_for() {
        let raw = r#"{"a":"x\n\u00fc","b":[1]}"#;
        assert_eq!(part_of(raw, "5-16").unwrap(), "x\nü");
        assert_eq!(part_of(raw, "21-24").unwrap(), "[1]");
        assert_eq!(part_of(raw, "21-99"), None);
        assert_eq!(part_of(raw, "x"), None);
    }
}
