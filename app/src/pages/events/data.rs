//! What the list of events needs, loaded as its address changes.

use leptos::prelude::*;

use crate::address::Address;
use crate::api::ApiError;
use crate::api::events::{EventDetail, Overview, PageRequest, fetch_event, fetch_overview, fetch_page};
use cloudtrail::search::{EventPage, TimeRange, parse};

/// How many events a page has.
pub const PAGE: u32 = 100;

/// The address and what was loaded for it.
#[derive(Clone, Copy)]
pub struct Data {
    /// The address.
    pub address: Memo<Address>,
    /// The address without what is open in it: what links in the list start from.
    pub list: Memo<Address>,
    /// The page of events.
    pub rows: Resource<Result<EventPage, ApiError>>,
    /// The counts around it.
    pub overview: Resource<Result<Overview, ApiError>>,
    /// The id of the event whose drawer is open.
    pub open: Memo<Option<String>>,
    /// That event.
    pub detail: Resource<Option<Result<EventDetail, ApiError>>>,
    /// The events being compared.
    pub compared: Resource<Vec<Result<EventDetail, ApiError>>>,
}

impl Data {
    /// Starts loading. Rows and counts are asked for apart: paging needs no new counts, and rows need not wait.
    pub fn load(address: Memo<Address>) -> Data {
        let list = Memo::new(move |_| Address { compare: Vec::new(), ..address.read().without_event() });
        let rows_wanted = Memo::new(move |_| list.with(page_request));
        let overview_wanted = Memo::new(move |_| {
            let (account, request) = list.with(page_request);
            (account, PageRequest { cursor: None, at: None, ..request })
        });
        let open = Memo::new(move |_| address.read().event.clone());
        let detail_wanted =
            Memo::new(move |_| address.with(|address| (address.account.clone(), address.event.clone())));
        let compared_wanted =
            Memo::new(move |_| address.with(|address| (address.account.clone(), address.compare.clone())));
        Data {
            address,
            list,
            rows: Resource::new(
                move || rows_wanted.get(),
                |(account, request)| async move {
                    check(&request)?;
                    fetch_page(account, request).await
                },
            ),
            overview: Resource::new(
                move || overview_wanted.get(),
                |(account, request)| async move {
                    check(&request)?;
                    fetch_overview(account, request).await
                },
            ),
            open,
            detail: Resource::new(
                move || detail_wanted.get(),
                |(account, event)| async move {
                    match event {
                        Some(id) => Some(fetch_event(account, id).await),
                        None => None,
                    }
                },
            ),
            compared: Resource::new(
                move || compared_wanted.get(),
                |(account, ids)| async move {
                    let mut events = Vec::with_capacity(ids.len());
                    for id in ids {
                        events.push(fetch_event(account.clone(), id).await);
                    }
                    events
                },
            ),
        }
    }

    /// First to last event there is. Read it inside a `Suspense`.
    pub fn whole_range(self) -> Option<TimeRange> {
        Some(self.overview.get()?.ok()?.coverage.data)
    }
}

fn page_request(address: &Address) -> (String, PageRequest) {
    let request = PageRequest {
        q: address.query().to_owned(),
        from: address.from.clone(),
        to: address.to.clone(),
        cursor: address.cursor.clone(),
        at: address.at.clone(),
        limit: PAGE,
        facets: false,
        histogram: false,
    };
    (address.account.clone(), request)
}

/// Finds a query that cannot be read before it is sent anywhere; the answer would be the same.
fn check(request: &PageRequest) -> Result<(), ApiError> {
    let Err(error) = parse(&request.q) else { return Ok(()) };
    #[cfg(feature = "ssr")]
    crate::server::set_status(400);
    Err(ApiError {
        position: Some(error.span),
        help: error.help,
        ..ApiError::new(400, "This search cannot be read", error.message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_cannot_be_read_is_found_here() {
        let request = |q: &str| PageRequest { q: q.to_owned(), ..PageRequest::default() };
        assert!(check(&request("event:a")).is_ok());
        let error = check(&request("event:a )")).unwrap_err();
        assert_eq!((error.status, error.position.map(|span| span.start)), (400, Some(8)));
    }
}
