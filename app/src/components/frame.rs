//! Rail and top bar around every page.

use leptos::prelude::*;

/// Rail and top bar around a page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    view! { <div class="frame">{children()}</div> }
}
