//! Everything about one event.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::events::EventDetail;

/// Everything about one event, the sentence first. Its links lead into the search of `address`.
#[component]
pub fn EventPanel(detail: EventDetail, address: Address) -> impl IntoView {
    let _ = (detail, address);
}
