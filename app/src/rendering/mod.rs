//! Pages' parts as HTML, made of what [`crate::services::Events`] answers. The server renders them, whether a page is
//! opened or the browser asks for the next part.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::PageRequest;
use crate::api::views::{Rendering, What};

mod accounts;
mod comparison;
mod event;
mod expiry;
mod failed;
mod list;
mod nothing;
mod overview;
mod report;

/// The name of all AWS accounts in one list, in addresses.
const ALL: &str = "all";

/// Whether an account in an address is an AWS account. Names of archives begin with a letter.
fn is_account_id(account: &str) -> bool {
    account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
}

/// Renders what is wanted. `search` is the part of the page's address behind its `?`.
pub async fn render(what: What, account: &str, id: String, search: &str) -> Result<Rendering, ApiError> {
    let address = Address::parse(account, search);
    let parts = match what {
        What::List => return list::render(address).await,
        What::Event => return event::render(address, id, false).await,
        What::EventPage => return event::render(address, id, true).await,
        What::Overview => overview::render(address).await?,
        What::Facet => vec![overview::render_facet(address, &id).await?],
        What::Comparison => vec![comparison::render(address).await?],
        What::Reports => vec![report::render(account.to_owned()).await?],
        What::Frame => accounts::render_frame(account).await?,
        What::Home => vec![accounts::render_home().await?],
    };
    Ok(Rendering { status: 200, title: String::new(), parts })
}

/// A view as HTML. It is not hydrated, so the marks that this needs are left out; in the text of a view they cannot
/// stand, as there `<` is written otherwise.
fn html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new();
    let html = owner.with(|| view().into_view().to_html());
    owner.cleanup();
    html.replace("<!>", "")
}

/// What an address asks for: a page of at most `limit` rows, or counts only.
fn request(address: &Address, limit: u32) -> PageRequest {
    PageRequest {
        q: address.query().to_owned(),
        from: address.from.clone(),
        to: address.to.clone(),
        cursor: address.cursor.clone(),
        at: address.at.clone(),
        limit,
        facets: false,
        histogram: false,
    }
}
