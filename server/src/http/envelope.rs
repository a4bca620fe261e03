//! What every response carries: a request id, security headers, and errors in a form that fits the request.

use std::any::Any;
use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{Context, MAX_BODY, plain};

/// The id under which a request is found in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    fn new() -> RequestId {
        RequestId(crate::random::hex(8))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The header that carries it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer. Every response leaves through it, also those of other layers.
pub async fn wrap(State(context): State<Context>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::new();
    let method = request.method().clone();
    let audience = Audience::of(&request);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    request.extensions_mut().insert(id.clone());

    let mut response = next.run(request).await;
    if let Some(problem) = problem_of(&mut response) {
        response = written(problem, &audience, &id, &context, response.headers().clone());
    }
    secure(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }

    // The route's pattern, never the address: that holds account names and queries.
    let route = route.as_deref().unwrap_or("(page or file)");
    let status = response.status();
    context.metrics().count_request(&method, route, status);
    tracing::debug!(request_id = id.as_str(), %method, route, status = status.as_u16(), took = ?started.elapsed(), "request");
    response
}

/// Who reads the answer.
enum Audience {
    /// A program that uses the HTTP API.
    Program,
    /// The browser's side of `app`.
    App,
    /// A person.
    Person,
}

impl Audience {
    fn of(request: &Request) -> Audience {
        let path = request.uri().path();
        if path.starts_with("/api/") || path == "/readyz" {
            Audience::Program
        } else if path.starts_with("/_fn/") {
            Audience::App
        } else {
            Audience::Person
        }
    }
}

/// The problem a handler left with its response, or that a layer's bare status means.
fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    if response.extensions().get::<tower_http::csrf::ProtectionError>().is_some() {
        return Some(super::origin::cross_origin());
    }
    // What has a type of its own was written for its reader.
    let is_bare =
        response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_bare || !is_error {
        return None;
    }
    Some(match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(MAX_BODY),
        StatusCode::SERVICE_UNAVAILABLE => Problem::new(status, "too-slow", "This took too long")
            .detail("The answer was not ready in time. Ask for a shorter time range."),
        status if status.is_server_error() => Problem::internal(format!("a layer answered {status}")),
        status => Problem::new(status, "bad-request", "The request cannot be read")
            .detail("It is not what this address takes."),
    })
}

fn written(
    problem: Problem,
    audience: &Audience,
    id: &RequestId,
    context: &Context,
    kept: HeaderMap,
) -> Response {
    if problem.status.is_server_error() {
        let cause = problem.cause.as_deref().unwrap_or("no cause known");
        tracing::error!(request_id = id.as_str(), kind = problem.kind, cause, "request failed");
    }
    let status = problem.status;
    let mut response = match audience {
        Audience::Program => {
            let mut response = Json(problem.document(id.as_str())).into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            response
        }
        Audience::App => Json(problem.into_api_error(Some(id.as_str().to_owned()))).into_response(),
        Audience::Person => plain::problem_page(&problem, id.as_str(), context.site()).into_response(),
    };
    *response.status_mut() = status;
    // What a layer had to say beside the problem, such as cookies.
    for (name, value) in
        kept.iter().filter(|(name, _)| *name == WWW_AUTHENTICATE || name.as_str() == "set-cookie")
    {
        response.headers_mut().append(name, value.clone());
    }
    response
}

/// Headers of every response; a page has set its own policy already, with its nonce.
fn secure(headers: &mut HeaderMap) {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: forms would then be sent with `Origin: null`, and the Origin check could not tell them
        // from a stranger's.
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let otherwise = [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)];
    for (name, value) in otherwise {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// The content security policy of everything that is not a page with a nonce.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// What a panic in a handler answers.
pub fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    Problem::internal(format!("panic: {message}")).into_response()
}
