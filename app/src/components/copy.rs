//! A button that copies a text.

use leptos::prelude::*;

/// Copies `text` when pressed; its name says what it copies ("Copy the event id").
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(into)] label: String) -> impl IntoView {
    view! { <button type="button" class="copy" aria-label=label data-copy=text></button> }
}
