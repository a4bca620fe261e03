//! The router: pages, server functions, HTTP API and static files, and what guards them.
//!
//! A request passes, from outside in: [`envelope`] (request id, headers, errors in the right form, counting), panic
//! catcher, [`origin`] (Host and Origin), body limit and timeout, session, [`entry`] (who may come in), and then the
//! route.

/// `/metrics` and `/readyz`, on their own listener.
pub mod admin;
/// `/api/v1`.
pub mod api;
/// Who may come in: start code, session cookie, bearer token.
pub mod entry;
/// What every response carries, and how errors leave.
pub mod envelope;
/// Counters for `/metrics`.
pub mod metrics;
/// Host and Origin checks.
pub mod origin;
/// Pages and server functions.
pub mod pages;
/// Small pages that need no script: sign-in and errors.
pub mod plain;
/// Errors as `application/problem+json`.
pub mod problem;
/// Scripts, styles and fonts.
pub mod site;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use leptos::config::LeptosOptions;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::clock::Clock;
use crate::services::Accounts;
use entry::Entry;
use metrics::Metrics;
use problem::Problem;
use site::Site;

/// What the router works with.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

struct Inner {
    accounts: Arc<Accounts>,
    entry: Entry,
    metrics: Arc<Metrics>,
    site: Site,
    options: LeptosOptions,
    clock: Clock,
}

impl Context {
    /// Puts it together.
    pub fn new(
        accounts: Arc<Accounts>,
        entry: Entry,
        metrics: Arc<Metrics>,
        site: Site,
        clock: Clock,
    ) -> Context {
        let options = site.leptos_options();
        Context { inner: Arc::new(Inner { accounts, entry, metrics, site, options, clock }) }
    }

    /// The accounts that can be looked at.
    pub fn accounts(&self) -> &Arc<Accounts> {
        &self.inner.accounts
    }

    /// Who may come in.
    pub fn entry(&self) -> &Entry {
        &self.inner.entry
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Static files.
    pub fn site(&self) -> &Site {
        &self.inner.site
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }
}

impl FromRef<Context> for LeptosOptions {
    fn from_ref(context: &Context) -> LeptosOptions {
        context.inner.options.clone()
    }
}

/// The largest request body: server functions carry queries, never files.
const MAX_BODY: usize = 256 * 1024;
/// How long a request may take until its answer begins.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The whole server, without its listener.
pub fn router(context: Context) -> Router {
    let sessions = context.entry().session_layer();
    let timeout = axum::http::StatusCode::SERVICE_UNAVAILABLE;
    Router::new()
        .route("/", get(to_first_account))
        .route("/healthz", get(|| async { "ok\n" }))
        .merge(entry::routes())
        .nest("/api/v1", api::routes())
        .merge(pages::functions())
        .fallback(pages::fallback)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn_with_state(context.clone(), entry::guard))
        .layer(sessions)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(timeout, TIMEOUT))
        .layer(CsrfLayer::new())
        .layer(from_fn(origin::check))
        .layer(CatchPanicLayer::custom(envelope::after_panic))
        .layer(from_fn_with_state(context.clone(), envelope::wrap))
        .with_state(context)
}

/// Pages and answers are. Downloads go to a disk on this machine: packing them would take longer than sending them.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("text/csv"))
        .and(NotForContentType::const_new("application/jsonl"))
}

/// `/` shows the first account.
async fn to_first_account(State(context): State<Context>) -> Response {
    match context.accounts().first() {
        Some(account) => Redirect::to(&format!("/a/{}/events", account.segment())).into_response(),
        None => {
            Problem::not_found("There is nothing to look at: this server has no account.").into_response()
        }
    }
}

async fn method_not_allowed() -> Problem {
    Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not this way")
        .detail("This address does not take requests of this method.")
}
