//! Several events side by side.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::events::EventDetail;

/// Up to five events side by side; `address` is the list they were marked in.
#[component]
pub fn Compare(events: Vec<EventDetail>, address: Address) -> impl IntoView {
    let _ = (events, address);
}
