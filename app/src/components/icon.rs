//! Icons.

use leptos::prelude::*;

/// An icon of 16 px that says nothing to a screen reader: the text beside it does.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! { <svg class="icon" width="16" height="16" aria-hidden="true" data-icon=name></svg> }
}
