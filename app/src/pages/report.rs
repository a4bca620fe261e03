//! What was taken in.

use leptos::prelude::*;

/// `/a/{account}/taking-in`: files that were skipped, partial or odd, and why.
#[component]
pub fn Report() -> impl IntoView {}
