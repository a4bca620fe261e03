//! Listing, one event, counts by value and over time.

use archive::{Place, Request};
use axum::Json;
use axum::extract::{Path, State};

use super::parameters::Parameters;
use super::shapes::{Detail, Facets, HistogramAnswer, List, record};
use crate::http::Context;
use crate::http::access::Action;
use crate::http::problem::Problem;
use crate::services::{Visible, opened, read_cursor, read_version};

const DEFAULT_EVENTS: u64 = 100;
const MOST_EVENTS: u64 = 1_000;
const DEFAULT_VALUES: u64 = 20;
const MOST_VALUES: u64 = 1_000;
const DEFAULT_BARS: u64 = 60;
const MOST_BARS: u64 = 1_000;

/// `GET /api/v1/{account}/events`
pub async fn list(
    State(context): State<Context>,
    visible: Visible,
    Path(account): Path<String>,
    parameters: Parameters,
) -> Result<Json<List>, Problem> {
    let parameters = parameters.only(&["q", "from", "to", "limit", "cursor"])?;
    let place = match parameters.get("cursor") {
        Some(cursor) => Place::After(read_cursor(cursor)?),
        None => Place::Newest,
    };
    let limit = parameters.number("limit", DEFAULT_EVENTS, MOST_EVENTS)? as usize;
    let search = parameters.search(context.clock().now())?;
    visible.look(&account, Action::Search, &parameters.searched()).await?;
    let account = visible.get(&account, &search).await?;
    let request = Request { place, ..Request::newest(search, limit) };
    let page = account.search(&request).await?;
    let raw = account.raw(&request.search.query, &page.rows).await?;
    Ok(Json(List {
        events: raw.into_iter().map(record).collect::<Result<_, _>>()?,
        total: page.total,
        cursor: page.next.map(|cursor| cursor.to_string()),
        coverage: page.coverage.into(),
    }))
}

/// `GET /api/v1/{account}/events/{id}`
pub async fn one(
    visible: Visible,
    Path((account, id)): Path<(String, String)>,
    parameters: Parameters,
) -> Result<Json<Detail>, Problem> {
    let parameters = parameters.only(&["version"])?;
    let version = parameters.get("version").map(read_version).transpose()?;
    visible.look(&account, Action::Open, &opened(&id, version.as_ref())).await?;
    let account = visible.around(&account, &id).await?;
    Ok(Json(Detail::new(account.event(&id, version).await?)?))
}

/// `GET /api/v1/{account}/facets`
pub async fn facets(
    State(context): State<Context>,
    visible: Visible,
    Path(account): Path<String>,
    parameters: Parameters,
) -> Result<Json<Facets>, Problem> {
    let parameters = parameters.only(&["q", "from", "to", "values"])?;
    let values = parameters.number("values", DEFAULT_VALUES, MOST_VALUES)? as usize;
    let search = parameters.search(context.clock().now())?;
    visible.look(&account, Action::Search, &parameters.searched()).await?;
    let account = visible.get(&account, &search).await?;
    let page = account.search(&Request { facets: Some(values), ..Request::newest(search, 0) }).await?;
    Ok(Json(Facets { facets: page.facets, total: page.total, coverage: page.coverage.into() }))
}

/// `GET /api/v1/{account}/histogram`
pub async fn histogram(
    State(context): State<Context>,
    visible: Visible,
    Path(account): Path<String>,
    parameters: Parameters,
) -> Result<Json<HistogramAnswer>, Problem> {
    let parameters = parameters.only(&["q", "from", "to", "bars"])?;
    let bars = parameters.number("bars", DEFAULT_BARS, MOST_BARS)?.max(1) as usize;
    let search = parameters.search(context.clock().now())?;
    visible.look(&account, Action::Search, &parameters.searched()).await?;
    let account = visible.get(&account, &search).await?;
    let page = account.search(&Request { histogram: Some(bars), ..Request::newest(search, 0) }).await?;
    let histogram = page.histogram.map(Into::into);
    Ok(Json(HistogramAnswer { histogram, total: page.total, coverage: page.coverage.into() }))
}
