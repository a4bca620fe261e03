//! Who may come in.
//!
//! Loopback is no authentication: every program and every user of this machine can reach the port. So the person who
//! starts the server gets a start code in the terminal, which opens one browser once; and scripts show a token that
//! lies in a file only that person can read. The demo shows made-up data and lets everyone in. A shared deployment lets in
//! whoever is signed in with AWS credentials.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, Query, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use cloudtrail::time::{HOUR, MINUTE, Time};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tower_sessions::Session;

use super::access::Action;
use super::client::Client;
use super::problem::Problem;
use super::{Context, plain};
use crate::clock::Clock;
use crate::error::chain;
use crate::random;
use crate::services::Witness;
use crate::session::SessionError;
use crate::store::Place;

/// How long a start code can be used.
const CODE_LIFE: i64 = 10 * MINUTE;
/// How long a session lasts. One person, one machine: it does not end earlier when nothing is clicked, since the
/// start code would be gone and the server would have to be started anew.
const SESSION_LIFE: i64 = 12 * HOUR;
/// How the person who started the server is called where others have an ARN.
pub const STARTER: &str = "starter";
/// The session's key for when it began, in milliseconds since 1970.
const SINCE: &str = "since";

/// Who may come in.
#[derive(Clone)]
pub struct Entry {
    inner: Arc<Kind>,
}

enum Kind {
    Anyone,
    /// Whoever is signed in to an AWS account.
    SignedIn,
    Starter {
        code: Mutex<Option<Code>>,
        token: Hash,
    },
}

struct Code {
    hash: Hash,
    until: Time,
}

/// Secrets are compared by their hashes, so that the time a comparison takes says nothing about them.
type Hash = [u8; 32];

/// What the person who started the server is told.
pub struct Secrets {
    /// Opens one browser, once.
    pub code: String,
    /// What scripts show.
    pub token: String,
}

impl Entry {
    /// Anyone who reaches the port.
    pub fn anyone() -> Entry {
        Entry { inner: Arc::new(Kind::Anyone) }
    }

    /// Whoever is signed in to an AWS account.
    pub fn signed_in() -> Entry {
        Entry { inner: Arc::new(Kind::SignedIn) }
    }

    /// Only the person who is told these secrets.
    pub fn starter(clock: &Clock) -> (Entry, Secrets) {
        let secrets = Secrets { code: random::hex(16), token: random::hex(32) };
        let code = Code { hash: hash(&secrets.code), until: clock.now().plus(CODE_LIFE) };
        let kind = Kind::Starter { code: Mutex::new(Some(code)), token: hash(&secrets.token) };
        (Entry { inner: Arc::new(kind) }, secrets)
    }

    /// Takes a start code; each is taken once, and not after its time.
    fn redeem(&self, given: &str, now: Time) -> bool {
        let Kind::Starter { code, .. } = &*self.inner else {
            return false;
        };
        let mut code = code.lock().unwrap_or_else(PoisonError::into_inner);
        match &*code {
            Some(known) if known.until > now && known.hash == hash(given) => {
                *code = None;
                true
            }
            _ => false,
        }
    }

    /// Whether one comes in by signing in to an AWS account, and no other way.
    pub fn is_by_sign_in(&self) -> bool {
        matches!(*self.inner, Kind::SignedIn)
    }

    /// Whether the person who started the server is who comes in.
    pub fn is_starters(&self) -> bool {
        matches!(*self.inner, Kind::Starter { .. })
    }

    fn is_open(&self) -> bool {
        matches!(*self.inner, Kind::Anyone)
    }

    fn knows_token(&self, given: &str) -> bool {
        matches!(&*self.inner, Kind::Starter { token, .. } if *token == hash(given))
    }
}

/// The layer in front of all routes.
pub async fn guard(
    State(context): State<Context>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if is_public(path, &context) {
        return next.run(request).await;
    }
    context.sign_ins().used(&session).await;
    if context.entry().is_open() {
        return next.run(request).await;
    }
    if context.entry().is_by_sign_in() {
        return by_sign_in(&context, &session, request, next).await;
    }
    if path.starts_with("/api/")
        && let Some(header) = request.headers().get(AUTHORIZATION)
    {
        let token = header.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        return match token {
            Some(token) if context.entry().knows_token(token.trim()) => next.run(request).await,
            _ => refused(
                "The token is not this server's. It is in the file whose path the server printed.",
                true,
            ),
        };
    }
    if is_signed_in(&session, context.clock().now()).await {
        return next.run(request).await;
    }
    let is_api = path.starts_with("/api/");
    refused("This Waymark is open only to the person who started it, on this machine.", is_api)
}

/// In a shared deployment: the sign-in pages are everybody's, all else is for those who are signed in.
async fn by_sign_in(context: &Context, session: &Session, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_way_in = path == "/sign-in" || path.starts_with("/sign-in/") || path == "/sign-out";
    if is_way_in || !context.sign_ins().of(session).is_empty() {
        return next.run(request).await;
    }
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD)
        && !["/_fn/", "/api/", "/live/"].iter().any(|prefix| path.starts_with(prefix));
    if is_page {
        return super::sign_in::way_in(context, session, request.uri(), request.headers())
            .await
            .into_response();
    }
    // A page that is open asks for its parts: there was a sign-in when it came.
    if path.starts_with("/_fn/") {
        return super::sign_in::ended_problem().into_response();
    }
    Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", "Not signed in")
        .detail("This Waymark is open to those who are signed in to an AWS account.")
        .help("Open /sign-in in a browser; the session's cookie opens the HTTP API too.")
        .into_response()
}

/// What anyone may see: the way in, whether the server is up, and scripts and styles, which say nothing of events.
fn is_public(path: &str, context: &Context) -> bool {
    path == "/start" || path == "/healthz" || context.site().has(path)
}

async fn is_signed_in(session: &Session, now: Time) -> bool {
    match session.get::<i64>(SINCE).await {
        Ok(Some(since)) => now < Time::from_millis(since).plus(SESSION_LIFE),
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(%error, "a session cannot be read");
            false
        }
    }
}

fn refused(detail: &str, is_api: bool) -> Response {
    let help = if is_api {
        "Send `Authorization: Bearer …` with the token from the file that the server named when it started."
    } else {
        "If that is you, open the link with the start code that Waymark printed in your terminal. It works once and \
         for ten minutes; after that, start Waymark again to get a new one."
    };
    let problem =
        Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", "Not signed in").detail(detail).help(help);
    let mut response = problem.into_response();
    if is_api {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// `/start`: the form that exchanges a code for a session.
pub fn routes() -> axum::Router<Context> {
    axum::Router::new().route("/start", get(form).post(exchange))
}

#[derive(Deserialize)]
struct StartCode {
    #[serde(default)]
    code: String,
}

/// A form rather than the exchange itself: a GET changes nothing, and what only looks ahead (a chat's preview, a
/// prefetching browser) does not use the code up.
async fn form(
    State(context): State<Context>,
    session: Session,
    Query(StartCode { code }): Query<StartCode>,
) -> Response {
    if context.entry().is_open() || is_signed_in(&session, context.clock().now()).await {
        return Redirect::to("/").into_response();
    }
    let body = format!(
        "<p>This opens Waymark in this browser. The code works once.</p>\n\
         <form method=\"post\" action=\"/start\">\n\
         <input type=\"hidden\" name=\"code\" value=\"{}\">\n\
         <button class=\"button button--primary\" type=\"submit\" autofocus>Open Waymark</button>\n</form>",
        plain::escape(&code)
    );
    plain::page("Open Waymark", &body, context.site())
}

async fn exchange(
    State(context): State<Context>,
    session: Session,
    Client(place): Client,
    witness: Witness,
    Form(StartCode { code }): Form<StartCode>,
) -> Response {
    let now = context.clock().now();
    if !context.entry().redeem(code.trim(), now) {
        if context.entry().is_open() || is_signed_in(&session, now).await {
            return Redirect::to("/").into_response();
        }
        if let Err(problem) = witness.write(&[], "", Action::SignInRefused, "start code", "bad code").await {
            return problem.into_response();
        }
        return Problem::new(StatusCode::UNAUTHORIZED, "bad-code", "This code does not open Waymark")
            .detail("It was used already, is older than ten minutes, or is from another start.")
            .help("Start Waymark again to get a new one.")
            .into_response();
    }
    if let Err(problem) = witness.write(&[], "", Action::SignIn, "start code", "ok").await {
        return problem.into_response();
    }
    let opened = async {
        context.sign_ins().enter(&session, STARTER, &place).await?;
        session.insert(SINCE, now.as_millis()).await.map_err(SessionError::from)
    };
    match opened.await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(error) => Problem::internal(format!("cannot open a session: {}", chain(&error))).into_response(),
    }
}

/// When a session came in by the start code.
pub async fn since(session: &Session) -> Option<i64> {
    session.get(SINCE).await.ok().flatten()
}

/// Lets whoever came in by the start code stay when they sign out of AWS accounts: the code is used up, and they are still the
/// person who started the program.
///
/// # Errors
/// When the session cannot be stored.
pub async fn stay(
    context: &Context,
    session: &Session,
    since: i64,
    place: &Place,
) -> Result<(), SessionError> {
    context.sign_ins().enter(session, STARTER, place).await?;
    session.insert(SINCE, since).await.map_err(SessionError::from)
}

fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_once_and_in_time() {
        let start = Time::parse("2026-11-22T09:00:00Z").unwrap();
        let (entry, secrets) = Entry::starter(&Clock::fixed(start));
        assert!(!entry.redeem("", start));
        assert!(!entry.redeem(&secrets.token, start));
        assert!(!entry.redeem(&secrets.code, start.plus(CODE_LIFE)));
        assert!(entry.redeem(&secrets.code, start.plus(CODE_LIFE - 1)));
        assert!(!entry.redeem(&secrets.code, start));
        assert!(entry.knows_token(&secrets.token));
        assert!(!entry.knows_token(&secrets.code) && !entry.knows_token(""));
    }
}
