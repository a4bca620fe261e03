//! What only a browser has. Called from event handlers and effects, which run nowhere else.

use cloudtrail::time::{MINUTE, Time};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlFormElement, UrlSearchParams};

use crate::prefs::{COOKIE, Prefs};

/// Takes over the page that the server rendered. `data-hydrated` on the document says that it is done.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    leptos::mount::hydrate_body(crate::App);
    // The frame after: by then effects have run and listeners are in place.
    request_animation_frame(|| set_document_attribute("data-hydrated", ""));
}

/// Keeps the preferences in their cookie for a year and shows them on the document.
pub fn keep_prefs(prefs: &Prefs) {
    set_document_attribute("data-theme", prefs.theme.word());
    set_document_attribute("data-density", prefs.density.word());
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", prefs.write());
    // A browser without cookies keeps the preferences until the page is left.
    drop(js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into()));
}

/// Sets an attribute of `<html>`.
fn set_document_attribute(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Fails only for names that are not names.
        drop(root.set_attribute(name, value));
    }
}

/// How far the browser's clock is ahead of UTC at a time, in milliseconds.
pub fn utc_offset(time: Time) -> i64 {
    let date = js_sys::Date::new(&JsValue::from_f64(time.as_millis() as f64));
    // Minutes, and positive west of Greenwich; not a number for a time that no clock shows, which becomes 0.
    -(date.get_timezone_offset() as i64) * MINUTE
}

/// The first element that a selector finds.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// All elements that a selector finds, in order.
pub fn find_all(selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = document().query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|place| nodes.get(place)?.dyn_into().ok()).collect()
}

/// Focuses the first element that a selector finds, once what is being rendered is there.
pub fn focus_soon(selector: impl Into<String>) {
    let selector = selector.into();
    request_animation_frame(move || {
        if let Some(element) = find(&selector) {
            focus(&element);
        }
    });
}

/// Focuses an element.
pub fn focus(element: &HtmlElement) {
    // What cannot take the focus leaves it where it is.
    drop(element.focus());
}

/// Brings the first element that a selector finds into view, once what is being rendered is there.
pub fn scroll_to(selector: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = find(selector) {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// How far the element of an event is scrolled to the right.
pub fn scroll_left(event: &ev::Event) -> i32 {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .map_or(0, |element| element.scroll_left())
}

/// The element of an event, or the nearest around it that a selector finds.
pub fn closest(event: &ev::Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok().flatten()
}

/// Whether a key press goes into a field, a menu or a dialog, or belongs to the browser: then it is no shortcut.
pub fn is_taken(event: &ev::KeyboardEvent) -> bool {
    event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || closest(event, "input, textarea, select, [contenteditable], dialog, .menu[open]").is_some()
        || find("dialog[open]").is_some()
}

/// The part of this view's address behind its `?`.
pub fn search() -> String {
    window().location().search().unwrap_or_default()
}

/// What a form would send, as the part of an address behind the `?`.
pub fn form_search(form: &HtmlFormElement) -> Option<String> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let pairs = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(String::from(pairs.to_string()))
}

/// Where on an element a pointer is, from 0 at its left edge to 1 at its right.
pub fn share_across(event: &ev::PointerEvent, element: &Element) -> f64 {
    let frame = element.get_bounding_client_rect();
    if frame.width() <= 0.0 {
        return 0.0;
    }
    ((f64::from(event.client_x()) - frame.left()) / frame.width()).clamp(0.0, 1.0)
}

/// The first element inside another that a selector finds.
pub fn find_in(element: &Element, selector: &str) -> Option<HtmlElement> {
    element.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Focuses the first element inside another that a selector finds.
pub fn focus_within(element: &Element, selector: &str) {
    if let Some(found) = find_in(element, selector) {
        focus(&found);
    }
}

/// Goes to a field and selects its text.
pub fn enter_field(id: &str) {
    let field =
        document().get_element_by_id(id).and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    if let Some(field) = field {
        focus(&field);
        field.select();
    }
}

/// Leaves the field of an event, so that keys are shortcuts again. A menu or a dialog closes instead, as does what
/// already made use of the event.
pub fn leave_field(event: &ev::KeyboardEvent) {
    if event.default_prevented() || closest(event, "dialog, .menu[open]").is_some() {
        return;
    }
    let field =
        closest(event, "input, textarea, select").and_then(|field| field.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field {
        event.prevent_default();
        // What has the focus can lose it.
        drop(field.blur());
    }
}

/// Closes open menus and says whether there were any. After a click only those that it did not hit, or whose link it
/// followed.
pub fn close_menus(click: Option<&ev::MouseEvent>) -> bool {
    let mut closed = false;
    for menu in find_all("details.menu[open]") {
        let target =
            click.and_then(|click| click.target()).and_then(|target| target.dyn_into::<Element>().ok());
        let stays = target.is_some_and(|target| {
            let follows = target.closest("a[href]").ok().flatten().is_some();
            menu.contains(Some(&target)) && (!follows || menu.class_list().contains("menu--stays"))
        });
        if !stays {
            // Taking away what is there does not fail.
            drop(menu.remove_attribute("open"));
            if click.is_none() {
                focus_within(&menu, "summary");
            }
            closed = true;
        }
    }
    closed
}

/// Gets a file.
pub fn download(address: &str) {
    // An address of ours is one.
    drop(window().location().assign(address));
}

/// Copies the address of this view.
pub fn copy_address() {
    if let Ok(address) = window().location().href() {
        // Without the right to the clipboard nothing is copied; the address bar still has it.
        drop(window().navigator().clipboard().write_text(&address));
    }
}

/// The first element that a selector finds, also one of a picture.
pub fn element(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// All elements that a selector finds, also those of pictures, in order.
pub fn elements(selector: &str) -> Vec<Element> {
    let Ok(nodes) = document().query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|place| nodes.get(place)?.dyn_into().ok()).collect()
}

/// All elements inside another that a selector finds, in order.
pub fn all_in(element: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = element.query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|place| nodes.get(place)?.dyn_into().ok()).collect()
}
