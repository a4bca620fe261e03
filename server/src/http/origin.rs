//! Checks of `Host` and `Origin`.
//!
//! The server listens on loopback, but a browser on this machine can be sent here by any page. A page of another name
//! that resolves to 127.0.0.1 (DNS rebinding) carries that name in `Host`; a form or script of another page carries
//! its own `Origin`. `tower_http::csrf` looks at `Sec-Fetch-Site` besides.

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// Lets through what was sent to this machine by its own pages or by a program.
pub async fn check(request: Request, next: Next) -> Response {
    let host = match host_of(&request) {
        Some(host) if is_loopback(&host) => host,
        _ => return wrong_host().into_response(),
    };
    let changes_something = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_something && !comes_from(request.headers(), &host) {
        return cross_origin().into_response();
    }
    next.run(request).await
}

/// A request that a page of another origin sent.
pub fn cross_origin() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "cross-origin", "Not from here")
        .detail("This request came from another page. Waymark takes requests only from its own.")
}

fn wrong_host() -> Problem {
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong-host", "Wrong address").detail(
        "Waymark answers only as 127.0.0.1, [::1] or localhost; this request was sent to another name.",
    )
}

/// What the request says it was sent to. Two `Host` headers, or one that contradicts the address, say nothing.
fn host_of(request: &Request) -> Option<String> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = hosts.next().map(|host| host.to_str());
    if hosts.next().is_some() {
        return None;
    }
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    match (host, authority) {
        (None, authority) => authority,
        (Some(Err(_)), _) => None,
        (Some(Ok(host)), None) => Some(host.to_owned()),
        (Some(Ok(host)), Some(authority)) => (host == authority).then_some(authority),
    }
}

/// Whether a `Host` names this machine. Any port will do: a tunnel has its own.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => return address == "::1" && is_port(port),
        None => host,
    };
    let (name, port) = name.find(':').map_or((name, ""), |at| name.split_at(at));
    is_port(port) && (name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost"))
}

/// Nothing, or a colon and digits.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

/// Whether a request that changes something comes from our own page, or from a program that shows its token.
fn comes_from(headers: &HeaderMap, host: &str) -> bool {
    match headers.get(ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| origin == format!("http://{host}")),
        // Browsers always send it; only programs leave it out, and those have no cookie to lend.
        None => headers.contains_key(AUTHORIZATION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_has_these_names() {
        for right in ["127.0.0.1", "127.0.0.1:3000", "localhost:8080", "LOCALHOST", "[::1]:3000", "[::1]"] {
            assert!(is_loopback(right), "{right}");
        }
        for wrong in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:3000",
            "127.0.0.1:3000@evil.example",
            "127.0.0.1:x",
            "[::1].evil.example",
            "[::2]",
            "127.0.0.2",
            "0.0.0.0:3000",
            "localhost:99999",
        ] {
            assert!(!is_loopback(wrong), "{wrong}");
        }
    }
}
