//! The router: pages, server functions, HTTP API and static files, and what guards them.
//!
//! A request passes, from outside in: [`envelope`] (request id, headers, errors in the right form, counting), panic
//! catcher, [`origin`] (Host and Origin), body limit and timeout, session, [`entry`] (who may come in), [`sign_in::redirect`]
//! (pages that need a sign-in), and then the route.

/// The access log.
pub mod access;
/// `/metrics` and `/readyz`, on their own listener.
pub mod admin;
/// `/api/v1`.
pub mod api;
/// Where a request comes from.
pub mod client;
/// Who may come in: start code, session cookie, bearer token.
pub mod entry;
/// What every response carries, and how errors leave.
pub mod envelope;
/// Deleting what was fetched of an account.
pub mod forget;
/// Telling browsers that something came.
pub mod live;
/// Counters for `/metrics`.
pub mod metrics;
/// Host and Origin checks.
pub mod origin;
/// Pages and server functions.
pub mod pages;
/// A person's sessions, and the access log.
pub mod people;
/// Small pages that need no script: sign-in and errors.
pub mod plain;
/// Errors as `application/problem+json`.
pub mod problem;
/// Saved searches.
pub mod saved;
/// `/sign-in` and `/sign-out`.
pub mod sign_in;
/// Scripts, styles and fonts.
pub mod site;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use cloudtrail::search::Network;
use gateway::Gateway;
use gateway::sync::History;
use leptos::config::LeptosOptions;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_sessions::Session;

use crate::clock::Clock;
use crate::own::Own;
use crate::services::{Accounts, Visible};
use crate::session::{Lasting, Sessions, SignIns, Transport};
use crate::store::Store;
use crate::vault::{Connection, Vault};
use access::AccessLog;
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
    /// The account of the person who started the server, if they brought their own credentials.
    pub own: Option<Own>,
    /// Where the event history of AWS accounts is kept once it is fetched.
    pub caches: PathBuf,
    /// How much of that is kept.
    pub keep: gateway::sync::Options,
    /// Waymark's own database.
    pub store: Store,
    /// The access log.
    pub access: AccessLog,
    /// Whether sign-ins outlive a restart.
    pub lasting: Lasting,
    /// By which names the server is reached.
    pub reach: Reach,
    /// Proxies whose word is believed about whom they stand before.
    pub trusted_proxies: Vec<Network>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Static files.
    pub site: Site,
    /// The clock.
    pub clock: Clock,
}

/// By which names the server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only those of this machine, over plain HTTP.
    Loopback {
        /// The port it listens on.
        port: u16,
    },
    /// One origin, such as `https://waymark.example.com`; a proxy in front ends TLS.
    Origin(String),
}

impl Reach {
    /// How the browser reaches it.
    pub fn transport(&self) -> Transport {
        match self {
            Reach::Origin(origin) if origin.starts_with("https://") => Transport::Tls,
            // Without TLS only origins of this machine are taken.
            Reach::Origin(origin) => Transport::Loopback { port: port_of(origin) },
            Reach::Loopback { port } => Transport::Loopback { port: *port },
        }
    }
}

/// The port in a plain origin, or the one that its scheme has anyway.
fn port_of(origin: &str) -> u16 {
    origin.parse().ok().and_then(|origin: axum::http::Uri| origin.port_u16()).unwrap_or(80)
}

struct Inner {
    parts: Parts,
    sessions: Sessions,
    sign_ins: SignIns,
    history: Option<History>,
    places: live::Places,
    attempts: sign_in::Attempts,
    closing: CancellationToken,
    options: LeptosOptions,
}

impl Context {
    /// Puts it together, with an empty vault.
    pub fn new(parts: Parts) -> Context {
        let options = parts.site.leptos_options();
        let gateway = parts.sign_in.as_ref().map(|sign_in| sign_in.gateway.clone());
        let history = gateway.clone().map(|gateway| {
            let (folder, keep) = (parts.caches.clone(), parts.keep.clone());
            History::with_options(gateway, folder, keep)
        });
        let vault = Vault::new(parts.clock.clone(), gateway);
        let sign_ins = SignIns::new(vault, parts.store.clone(), parts.clock.clone(), parts.lasting);
        let sessions = Sessions::new(&parts.store, parts.reach.transport());
        Context {
            inner: Arc::new(Inner {
                parts,
                sessions,
                sign_ins,
                history,
                places: live::Places::default(),
                attempts: sign_in::Attempts::default(),
                closing: CancellationToken::new(),
                options,
            }),
        }
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
    pub fn vault(&self) -> &Vault {
        self.inner.sign_ins.vault()
    }

    /// What a request's session is signed in to now, renewed where that is due and possible. A [`Session`] is among every
    /// request's extensions. The person who started the server is signed in with their own credentials, unless other ones for
    /// the same account were given.
    pub async fn connections_of(&self, session: &Session) -> Vec<Arc<Connection>> {
        let mut connections = sign_in::renewed(self, session).await;
        if let Some(own) = self.own() {
            match own.connection().await {
                Ok(own) if connections.iter().all(|other| other.account != own.account) => {
                    connections.insert(0, own)
                }
                Ok(_) => {}
                Err(problem) => tracing::warn!(problem, "the person's own credentials cannot be used"),
            }
        }
        connections
    }

    /// The same for what goes on by itself while a page is open: it does not count as use, and renews nothing.
    pub async fn peek_connections(&self, session: &Session) -> Vec<Arc<Connection>> {
        let owner = self.sign_ins().owner(session);
        let mut connections = owner.map(|owner| self.vault().peek(owner)).unwrap_or_default();
        if let Some(own) = self.own()
            && let Ok(own) = own.connection().await
            && connections.iter().all(|other| other.account != own.account)
        {
            connections.insert(0, own);
        }
        connections
    }

    /// Places for those who listen to changes.
    pub fn places(&self) -> &live::Places {
        &self.inner.places
    }

    /// Who has tried to sign in lately.
    pub fn attempts(&self) -> &sign_in::Attempts {
        &self.inner.attempts
    }

    /// Cancelled when the server is told to stop.
    pub fn closing(&self) -> &CancellationToken {
        &self.inner.closing
    }

    /// The account of the person who started the server, if they brought their own credentials.
    pub fn own(&self) -> Option<&Own> {
        self.inner.parts.own.as_ref()
    }

    /// The access log.
    pub fn access(&self) -> &AccessLog {
        &self.inner.parts.access
    }

    /// The store of sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// Waymark's own database.
    pub fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// By which names the server is reached.
    pub fn reach(&self) -> &Reach {
        &self.inner.parts.reach
    }

    /// Proxies whose word is believed about whom they stand before.
    pub fn trusted_proxies(&self) -> &[Network] {
        &self.inner.parts.trusted_proxies
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
        .merge(sign_in::routes(&context))
        .merge(people::routes())
        .merge(saved::routes())
        .merge(live::routes())
        .merge(forget::routes())
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
        .layer(from_fn_with_state(context.clone(), origin::check))
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
async fn to_first_account(visible: Visible) -> Response {
    match visible.list().first() {
        Some(connection) => Redirect::to(&format!("/a/{}/events", connection.account)).into_response(),
        None if visible.can_sign_in() => Redirect::to("/sign-in").into_response(),
        None => {
            Problem::not_found("There is nothing to look at: this server has no account.").into_response()
        }
    }
}

async fn method_not_allowed() -> Problem {
    Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not this way")
        .detail("This address does not take requests of this method.")
}
