//! The shape of what is on its way, so that nothing jumps when it comes.

use leptos::prelude::*;

/// A placeholder: `table`, `histogram`, `facets` or `event`.
#[component]
pub fn Skeleton(of: &'static str) -> impl IntoView {
    let rows = if of == "table" { 14 } else { 0 };
    view! {
        <div class=format!("skeleton skeleton--{of}") aria-hidden="true">
            {(0..rows).map(|_| view! { <div class="skeleton__row"></div> }).collect_view()}
        </div>
    }
}
