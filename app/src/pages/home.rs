//! The way in.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::address::Address;
use crate::api::views::{Wanted, What, load};
use crate::html::Part;

/// `/`: leads to the events of the first account, or says how to get one.
#[component]
pub fn Home() -> impl IntoView {
    let home = load(Memo::new(|_| Some(Wanted::new(What::Home, &Address::default()))));
    view! {
        <Title text="Waymark" />
        <main class="page page--narrow" id="main" tabindex="-1">
            <Part of=home says=true />
        </main>
    }
}
