//! An event's page of its own.

use leptos::prelude::*;

/// An event's page of its own: `/a/{account}/events/{id}`.
#[component]
pub fn EventPage() -> impl IntoView {}
