//! The router: pages, server functions, HTTP API and static files, and what guards them.
//!
//! A request passes, from outside in: [`envelope`] (request id, headers, errors in the right form, counting), panic
//! catcher, [`origin`] (Host and Origin), body limit and timeout, session, [`entry`] (who may come in), [`sign_in::redirect`]
//! (pages that need a sign-in), and then the route.

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
/// `/sign-in` and `/sign-out`.
pub mod sign_in;
/// Scripts, styles and fonts.
pub mod site;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use gateway::Gateway;
use gateway::sync::History;
use leptos::config::LeptosOptions;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_sessions::Session;

use crate::clock::Clock;
use crate::services::Accounts;
use crate::session::{Sessions, SignIns};
use crate::vault::{Connection, Vault};
use entry::Entry;
use metrics::Metrics;
use problem::Problem;
use sign_in::SignIn;
use site::Site;

/// What the router works with.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

/// What a [`Context`] is put together from.
pub struct Parts {
    /// The archives that can be looked at.
    pub accounts: Arc<Accounts>,
    /// Who may come in.
    pub entry: Entry,
    /// How AWS accounts are signed in to, where they can be.
    pub sign_in: Option<SignIn>,
    /// Where the event history of AWS accounts is kept once it is fetched.
    pub caches: PathBuf,
    /// The store of sessions.
    pub sessions: Sessions,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Static files.
    pub site: Site,
    /// The clock.
    pub clock: Clock,
}

struct Inner {
    parts: Parts,
    sign_ins: SignIns,
    history: Option<History>,
    options: LeptosOptions,
}

impl Context {
    /// Puts it together, with an empty vault.
    pub fn new(parts: Parts) -> Context {
        let options = parts.site.leptos_options();
        let gateway = parts.sign_in.as_ref().map(|sign_in| sign_in.gateway.clone());
        let history = gateway.clone().map(|gateway| History::new(gateway, parts.caches.clone()));
        let sign_ins = SignIns::new(Arc::new(Vault::new(parts.clock.clone(), gateway)));
        Context { inner: Arc::new(Inner { parts, sign_ins, history, options }) }
    }

    /// The archives that can be looked at.
    pub fn accounts(&self) -> &Arc<Accounts> {
        &self.inner.parts.accounts
    }

    /// Who may come in.
    pub fn entry(&self) -> &Entry {
        &self.inner.parts.entry
    }

    /// How AWS accounts are signed in to, where they can be.
    pub fn sign_in(&self) -> Option<&SignIn> {
        self.inner.parts.sign_in.as_ref()
    }

    /// AWS, where accounts can be signed in to.
    pub fn gateway(&self) -> Option<&Gateway> {
        self.sign_in().map(|sign_in| &sign_in.gateway)
    }

    /// The event history of AWS accounts, where they can be signed in to.
    pub fn history(&self) -> Option<&History> {
        self.inner.history.as_ref()
    }

    /// What sessions are signed in to.
    pub fn sign_ins(&self) -> &SignIns {
        &self.inner.sign_ins
    }

    /// Where credentials lie.
    pub fn vault(&self) -> &Arc<Vault> {
        self.inner.sign_ins.vault()
    }

    /// What a request's session is signed in to now, renewed where that is due and possible. A [`Session`] is among every
    /// request's extensions.
    pub async fn connections_of(&self, session: &Session) -> Vec<Arc<Connection>> {
        sign_in::renewed(self, session).await
    }

    /// The store of sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.inner.parts.sessions
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.parts.metrics
    }

    /// Static files.
    pub fn site(&self) -> &Site {
        &self.inner.parts.site
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.parts.clock
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
    let sessions = context.sessions().layer();
    let timeout = axum::http::StatusCode::SERVICE_UNAVAILABLE;
    Router::new()
        .route("/", get(to_first_account))
        .route("/healthz", get(|| async { "ok\n" }))
        .merge(entry::routes())
        .merge(sign_in::routes())
        .nest("/api/v1", api::routes())
        .merge(pages::functions())
        .fallback(pages::fallback)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(from_fn_with_state(context.clone(), sign_in::redirect))
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
