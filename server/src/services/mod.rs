//! What the pages ask of a server, answered from archives.

/// The archives that can be looked at, by the names they have in addresses.
mod accounts;
/// From texts as people type them to a search.
mod reading;
/// What one request may see.
mod visible;

use app::api::ApiError;
use app::api::events::{CompleteRequest, Connection, EventDetail, PageRequest};
use app::services::{Answer, Events};
use cloudtrail::intake::Report;
use cloudtrail::search::{EventPage, FacetValue, TimeRange};

pub use accounts::{Account, Accounts, TakingIn, check_segment, segment_of};
pub use reading::{field, range, read_cursor, read_search, read_time};
pub use visible::Visible;

use crate::http::problem::Problem;
use archive::{Place, Request};

/// How many values a facet has on the page.
const FACET_VALUES: usize = 50;
/// How many bars a histogram has at most on the page.
const BARS: usize = 120;
/// The longest page.
const MAX_ROWS: u32 = 1_000;
/// The longest list of completions.
const MAX_COMPLETIONS: u32 = 100;

/// `app`'s events, from archives; made for each request.
pub struct ArchiveEvents {
    visible: Visible,
    request_id: Option<String>,
}

impl ArchiveEvents {
    /// For one request, by its id in the log.
    pub fn new(visible: Visible, request_id: Option<String>) -> ArchiveEvents {
        ArchiveEvents { visible, request_id }
    }

    /// Answers, and turns a problem into `app`'s error; one of our own is logged here, as it goes no further.
    fn answer<T, F>(&self, work: F) -> Answer<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let request_id = self.request_id.clone();
        Box::pin(async move {
            work.await.map_err(|problem| {
                if let Some(cause) = &problem.cause {
                    let request_id = request_id.as_deref().unwrap_or("none");
                    tracing::error!(request_id, kind = problem.kind, cause, "request failed");
                }
                problem.into_api_error(request_id)
            })
        })
    }
}

impl Events for ArchiveEvents {
    fn can_sign_in(&self) -> bool {
        self.visible.can_sign_in()
    }

    fn connections(&self) -> Answer<Vec<Connection>> {
        let connections = self.visible.list();
        self.answer(async move { Ok(connections) })
    }

    fn page(&self, account: String, request: PageRequest) -> Answer<EventPage> {
        let visible = self.visible.clone();
        self.answer(async move {
            let now = visible.now();
            let search = read_search(&request.q, request.from.as_deref(), request.to.as_deref(), now)?;
            let place = match (given(&request.cursor), given(&request.at)) {
                (Some(cursor), _) => Place::After(read_cursor(cursor)?),
                (None, Some(at)) => Place::At(read_time("at", at, now)?),
                (None, None) => Place::Newest,
            };
            let request = Request {
                search,
                place,
                limit: request.limit.min(MAX_ROWS) as usize,
                facets: request.facets.then_some(FACET_VALUES),
                histogram: request.histogram.then_some(BARS),
            };
            visible.get(&account, request.search.range).await?.search(&request).await
        })
    }

    fn event(&self, account: String, id: String) -> Answer<EventDetail> {
        let visible = self.visible.clone();
        self.answer(async move { visible.get(&account, TimeRange::default()).await?.event(&id).await })
    }

    fn complete(&self, account: String, request: CompleteRequest) -> Answer<Vec<FacetValue>> {
        let visible = self.visible.clone();
        self.answer(async move {
            let (from, to) = (request.from.as_deref(), request.to.as_deref());
            let search = read_search(&request.q, from, to, visible.now())?;
            let field = field("field", &request.field)?;
            let limit = request.limit.min(MAX_COMPLETIONS) as usize;
            let account = visible.get(&account, search.range).await?;
            account.complete(&field, &request.prefix, &search, limit).await
        })
    }

    fn reports(&self, account: String) -> Answer<Vec<Report>> {
        let visible = self.visible.clone();
        self.answer(async move { visible.get(&account, TimeRange::default()).await?.reports().await })
    }
}

/// What was given, unless it is empty: forms send empty fields.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Errors of `app` and of the HTTP API are the same problems.
impl From<Problem> for ApiError {
    fn from(problem: Problem) -> ApiError {
        problem.into_api_error(None)
    }
}
