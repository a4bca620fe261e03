//! What was taken in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::address::Address;
use crate::api::views::{Wanted, What, load};
use crate::html::Part;

/// `/a/{account}/taking-in`: what became of the log files, and which were skipped, partial or odd, and why.
#[component]
pub fn Report() -> impl IntoView {
    let params = use_params_map();
    let account = Memo::new(move |_| params.read().get("account").unwrap_or_default());
    let reports = load(Memo::new(move |_| {
        Some(Wanted::new(What::Reports, &Address { account: account.get(), ..Address::default() }))
    }));
    view! {
        <Title text=move || format!("Taking in · {} · Waymark", account.get()) />
        <main class="page report" id="main" tabindex="-1">
            <h1>"What was taken in"</h1>
            <p class="page__lead">
                "Every file that Waymark looked at is accounted for here. What it could not read in full is named, "
                "with the reason; everything else of it was kept."
            </p>
            <Part of=reports skeleton="event" says=true />
        </main>
    }
}
