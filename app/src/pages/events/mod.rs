//! The list of events: `/a/{account}/events`.

use leptos::prelude::*;

/// The list of events, with everything to narrow it down.
#[component]
pub fn Events() -> impl IntoView {}
