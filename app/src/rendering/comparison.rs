//! Marked events side by side.

use leptos::prelude::*;

use super::html;
use crate::address::Address;
use crate::api::ApiError;
use crate::components::compare::Compare;
use crate::components::problem::Problem;

/// The events that an address compares, and which of them there are not.
pub async fn render(address: Address) -> Result<String, ApiError> {
    let service = crate::services::events()?;
    let (mut events, mut missing) = (Vec::new(), Vec::new());
    for id in &address.compare {
        match service.event(address.account.clone(), id.clone(), None).await {
            Ok(event) => events.push(event),
            Err(error) => missing.push(error),
        }
    }
    Ok(html(|| {
        view! {
            {missing.into_iter().map(|error| view! { <Problem error /> }).collect_view()}
            <Compare events address />
        }
    }))
}
