//! Checks of `Host` and `Origin`.
//!
//! A shared deployment has one origin, and answers to no other. Otherwise the server listens on loopback, but a browser on this machine can be sent here by any page. A page of another name
//! that resolves to 127.0.0.1 (DNS rebinding) carries that name in `Host`; a form or script of another page carries
//! its own `Origin`. `tower_http::csrf` looks at `Sec-Fetch-Site` besides.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{Context, Reach};

/// Lets through what was sent to this server by its own pages or by a program.
pub async fn check(State(context): State<Context>, request: Request, next: Next) -> Response {
    // How the server is doing is asked by programs that know it by another name.
    let is_probe = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    let origin = match (context.reach(), host_of(&request)) {
        (Reach::Loopback { .. }, Some(host)) if is_loopback(&host) => format!("http://{host}"),
        (Reach::Origin(origin), Some(host)) if is_probe || is_host_of(origin, &host) => origin.clone(),
        (reach, _) => return wrong_host(reach).into_response(),
    };
    let changes_something = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes_something && !comes_from(request.headers(), &origin) {
        return cross_origin().into_response();
    }
    next.run(request).await
}

/// A request that a page of another origin sent.
pub fn cross_origin() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "cross-origin", "Not from here")
        .detail("This request came from another page. Waymark takes requests only from its own.")
}

fn wrong_host(reach: &Reach) -> Problem {
    let names = match reach {
        Reach::Loopback { .. } => "127.0.0.1, [::1] or localhost",
        Reach::Origin(origin) => origin,
    };
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong-host", "Wrong address")
        .detail(format!("Waymark answers only as {names}; this request was sent to another name."))
}

/// Whether a `Host` is an origin's, with or without the port that its scheme has anyway.
fn is_host_of(origin: &str, host: &str) -> bool {
    let Some((scheme, own)) = origin.split_once("://") else { return false };
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let plain = |host: &str| host.strip_suffix(usual).unwrap_or(host).to_ascii_lowercase();
    plain(own) == plain(host)
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
fn comes_from(headers: &HeaderMap, own: &str) -> bool {
    match headers.get(ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| origin == own),
        // Browsers always send it; only programs leave it out, and those have no cookie to lend.
        None => headers.contains_key(AUTHORIZATION),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_deployment_has_one_host() {
        for right in ["waymark.example.com", "WAYMARK.example.com", "waymark.example.com:443"] {
            assert!(is_host_of("https://waymark.example.com", right), "{right}");
        }
        for wrong in
            ["", "127.0.0.1", "waymark.example.com:80", "waymark.example.com.evil.example", "example.com"]
        {
            assert!(!is_host_of("https://waymark.example.com", wrong), "{wrong}");
        }
        assert!(is_host_of("http://localhost:3000", "localhost:3000"));
    }

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
