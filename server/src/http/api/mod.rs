//! `/api/v1`: the same searches as the pages', for programs. `openapi.json` describes it, and a test holds the two
//! together.

mod download;
mod events;
mod parameters;
mod shapes;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use super::Context;
use super::problem::Problem;

/// The description, in OpenAPI 3.1.
pub const OPENAPI: &str = include_str!("openapi.json");

/// Every path below `/api/v1`, in axum's writing.
pub const PATHS: [&str; 8] = [
    "/openapi.json",
    "/{account}/events",
    "/{account}/events/{id}",
    "/{account}/facets",
    "/{account}/histogram",
    "/{account}/events.csv",
    "/{account}/events.json",
    "/{account}/events.jsonl",
];

/// The routes of [`PATHS`].
pub fn routes() -> Router<Context> {
    let [description, list, one, facets, histogram, csv, json, jsonl] = PATHS;
    Router::new()
        .route(description, get(describe))
        .route(list, get(events::list))
        .route(one, get(events::one))
        .route(facets, get(events::facets))
        .route(histogram, get(events::histogram))
        .route(csv, get(download::csv))
        .route(json, get(download::json))
        .route(jsonl, get(download::jsonl))
        .fallback(|| async {
            Problem::not_found("There is no such path; /api/v1/openapi.json lists what there is.")
        })
}

async fn describe() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}
