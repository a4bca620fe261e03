//! Buttons that copy a text.

use leptos::prelude::*;

use super::icon::Icon;

/// Copies `text` when pressed ([`crate::living::copy`]); its name says what it copies ("Copy the event id"). Without
/// JavaScript it is not shown, as it could do nothing.
#[component]
pub fn CopyButton(#[prop(into)] text: String, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <button type="button" class="copy" title=label.clone() aria-label=label data-copy=text>
            <Icon name="copy" />
        </button>
    }
}

/// Copies a part of the text that an element around it holds as `data-raw`: the bytes from `start` to `end`. A JSON
/// string is copied as the text it stands for.
#[component]
pub fn CopyPart(start: usize, end: usize, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <button type="button" class="copy" title=label.clone() aria-label=label data-part=format!("{start}-{end}")>
            <Icon name="copy" />
        </button>
    }
}
