//! The admin listener: `/metrics`, `/readyz`, `/healthz`. It says nothing about accounts or events but how many.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;

use super::problem::Problem;
use super::{Context, envelope, origin};

/// Its router.
pub fn router(context: Context) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .layer(from_fn_with_state(context.clone(), origin::check))
        .layer(from_fn_with_state(context.clone(), envelope::wrap))
        .with_state(context)
}

/// Whether the database and every archive can be read right now.
async fn ready(State(context): State<Context>) -> Result<&'static str, Problem> {
    let not_ready = |detail: &str, error: &dyn std::error::Error| {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "Not ready").detail(detail);
        Problem { cause: Some(crate::error::chain(error)), ..problem }
    };
    let database = context.store().check().await;
    database.map_err(|error| not_ready("The database cannot be read; the log says why.", &error))?;
    let archives = context.accounts().check().await;
    archives.map_err(|error| not_ready("An archive cannot be read; the log says why.", &error))?;
    Ok("ready\n")
}

async fn metrics(State(context): State<Context>) -> impl IntoResponse {
    let gauges = context.accounts().gauges().await;
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], context.metrics().print(&gauges))
}
