//! What only a browser has.

use leptos::prelude::*;

use crate::prefs::{COOKIE, Prefs};

/// Takes over the page that the server rendered. `data-hydrated` on the document says that it is done.
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
    let document = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
    // A browser without cookies keeps the preferences until the page is left.
    drop(document);
}

/// Sets an attribute of `<html>`.
fn set_document_attribute(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        // Fails only for names that are not names.
        drop(root.set_attribute(name, value));
    }
}
