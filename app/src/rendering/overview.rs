//! The counts around a list: over time and by value.

use leptos::prelude::*;

use super::{html, request};
use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::{CompleteRequest, PageRequest};
use crate::components::facets::{Facets, values};
use crate::components::histogram::Histogram;
use crate::links::Links;
use cloudtrail::search::Field;

/// How many values a facet shows when asked for more.
const MORE: u32 = 100;

/// The parts in the order of [`crate::api::views::OverviewPart`].
pub async fn render(address: Address) -> Result<Vec<String>, ApiError> {
    let address = address.first_page();
    let wanted = PageRequest { facets: true, histogram: true, ..request(&address, 0) };
    let page = crate::services::events()?.page(address.account.clone(), wanted).await?;
    let histogram = page.histogram.map(|counts| {
        let address = address.clone();
        html(|| view! { <Histogram counts address /> })
    });
    // Counts of nothing help nobody.
    let facets = match page.total {
        0 => String::new(),
        total => html(|| view! { <Facets facets=page.facets total address /> }),
    };
    Ok(vec![histogram.unwrap_or_default(), facets])
}

/// More values of one facet, as the items of its list.
pub async fn render_facet(address: Address, field: &str) -> Result<String, ApiError> {
    let address = address.first_page();
    let field = Field::from_name(field).ok_or_else(|| {
        ApiError::new(400, "No such field", format!("`{field}` is not the name of a field."))
    })?;
    let events = crate::services::events()?;
    let wanted = CompleteRequest {
        field: field.name().to_owned(),
        prefix: String::new(),
        q: address.query().to_owned(),
        from: address.from.clone(),
        to: address.to.clone(),
        limit: MORE,
    };
    let found = events.complete(address.account.clone(), wanted).await?;
    let total = events.page(address.account.clone(), request(&address, 0)).await?.total;
    let links = Links::new(&address);
    Ok(html(|| values(found, field, total, &links)))
}
