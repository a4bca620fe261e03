//! What the pages ask of a server, answered from archives.

/// The archives that can be looked at, by the names they have in addresses.
mod accounts;
/// From texts as people type them to a search.
mod reading;
/// What one request may see.
mod visible;
/// Writing down what one request looks at.
mod witness;

use app::api::ApiError;
use app::api::events::{CompleteRequest, Connection, EventDetail, PageRequest, SavedSearch};
use app::services::{Answer, Events};
use cloudtrail::intake::Report;
use cloudtrail::search::{EventPage, FacetValue, TimeRange};
use cloudtrail::time::Time;

pub use accounts::{Account, Accounts, TakingIn, check_segment, segment_of};
pub use reading::{
    everything_in, field, opened, range, read_cursor, read_search, read_time, read_version, with_id,
};
pub use visible::Visible;
pub use witness::Witness;

use crate::error::chain;
use crate::http::access::Action;
use crate::http::problem::Problem;
use crate::store::{SavedSearch as StoredSearch, Store};
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
    store: Store,
    request_id: Option<String>,
}

impl ArchiveEvents {
    /// For one request, by its id in the log.
    pub fn new(visible: Visible, store: Store, request_id: Option<String>) -> ArchiveEvents {
        ArchiveEvents { visible, store, request_id }
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

    fn now(&self) -> Time {
        self.visible.now()
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
            let searched = as_typed(&request.q, request.from.as_deref(), request.to.as_deref());
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
            visible.look(&account, Action::Search, &searched).await?;
            visible.get(&account, &request.search).await?.search(&request).await
        })
    }

    fn event(&self, account: String, id: String, version: Option<String>) -> Answer<EventDetail> {
        let visible = self.visible.clone();
        self.answer(async move {
            let version = version.as_deref().map(read_version).transpose()?;
            visible.look(&account, Action::Open, &opened(&id, version.as_ref())).await?;
            visible.around(&account, &id).await?.event(&id, version).await
        })
    }

    fn complete(&self, account: String, request: CompleteRequest) -> Answer<Vec<FacetValue>> {
        let visible = self.visible.clone();
        self.answer(async move {
            let (from, to) = (request.from.as_deref(), request.to.as_deref());
            let search = read_search(&request.q, from, to, visible.now())?;
            let field = field("field", &request.field)?;
            let limit = request.limit.min(MAX_COMPLETIONS) as usize;
            let account = visible.get(&account, &search).await?;
            account.complete(&field, &request.prefix, &search, limit).await
        })
    }

    fn reports(&self, account: String) -> Answer<Vec<Report>> {
        let visible = self.visible.clone();
        // No event is asked for, so that none is fetched for it.
        let nothing = everything_in(TimeRange { from: Some(visible.now()), to: Some(visible.now()) });
        self.answer(async move {
            visible.look(&account, Action::Open, "what was taken in").await?;
            visible.get(&account, &nothing).await?.reports().await
        })
    }

    fn saved(&self, account: String) -> Answer<Vec<SavedSearch>> {
        let visible = self.visible.clone();
        let store = self.store.clone();
        self.answer(async move {
            visible.check(&account).await?;
            let saved = store.saved_searches(&account).await;
            let saved = saved.map_err(|error| Problem::internal(chain(&error)))?;
            // A person's name is what stands last in the ARN.
            let short = |arn: String| arn.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
            let one = |StoredSearch { id, name, search, made_by, .. }| SavedSearch {
                id,
                name,
                search,
                made_by: short(made_by),
            };
            Ok(saved.into_iter().map(one).collect())
        })
    }
}

/// A search for the access log.
pub fn as_typed(q: &str, from: Option<&str>, to: Option<&str>) -> String {
    let mut text = q.trim().to_owned();
    for (name, value) in [("from", from), ("to", to)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.push_str(&format!(" {name}={value}"));
        }
    }
    text
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
