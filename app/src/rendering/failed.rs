//! A list that there is no answer for.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::ApiError;
use crate::components::problem::Problem;
use cloudtrail::search::parse;

/// Why there is no list.
#[component]
pub fn Failed(error: ApiError, address: Address) -> impl IntoView {
    // What is wrong with a query stands at the search bar, where it is put right. Times have places too.
    if parse(address.query()).is_err() {
        view! {
            <p class="event-list__unread">
                "The search above cannot be read, so nothing was looked for. Change it where it is underlined."
            </p>
        }
        .into_any()
    } else {
        view! { <Problem error /> }.into_any()
    }
}
