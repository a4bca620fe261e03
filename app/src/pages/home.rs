//! The way in.

use leptos::prelude::*;

/// `/` and `/a/{account}`: goes to a list of events.
#[component]
pub fn Home() -> impl IntoView {}
