//! An address that leads nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, and where to go.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::server::set_status(404);
    view! {
        <Title text="No such page · Waymark" />
        <main class="page page--narrow" id="main" tabindex="-1">
            <h1>"There is no such page"</h1>
            <p>"The address may be cut off. Nothing is lost: " <a href="/" rel="external">"go to the events"</a> "."</p>
        </main>
    }
}
