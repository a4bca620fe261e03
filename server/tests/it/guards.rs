//! Who is let in, and what every answer carries.

use axum::http::{Method, StatusCode};
use cloudtrail::time::{HOUR, MINUTE};

use crate::support::logs;
use crate::support::server::{Answer, HOST, Server};

const ORIGIN: &str = "http://127.0.0.1:3000";

/// What a page asks for.
const VIEW: &str = r#"{"what":"frame","account":"test","id":"","search":""}"#;

#[tokio::test]
async fn a_start_code_opens_one_browser_once() {
    let server = Server::guarded().await;
    let code = server.secrets.as_ref().unwrap().code.clone();

    // Looking at the form uses nothing up.
    for _ in 0..2 {
        let form = server.get(&format!("/start?code={code}")).await;
        assert_eq!(form.status, StatusCode::OK);
        assert!(form.body.contains(&code) && form.body.contains("method=\"post\""), "{}", form.body);
    }
    let opened = post_code(&server, &code).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
    assert_eq!(opened.header("location"), "/");
    let cookie = opened.header("set-cookie");
    assert!(cookie.starts_with("waymark-3000="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie} has no {part}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let page = server.get_with("/", &[("cookie", cookie)]).await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/a/test/events"));
    let list = server.get_with("/api/v1/test/events", &[("cookie", cookie)]).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);

    let again = post_code(&server, &code).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    assert!(again.body.contains("used already"), "{}", again.body);

    server.pass(12 * HOUR);
    let late = server.get_with("/", &[("cookie", cookie)]).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_start_code_grows_old() {
    let server = Server::guarded().await;
    let code = server.secrets.as_ref().unwrap().code.clone();
    server.pass(10 * MINUTE);
    assert_eq!(post_code(&server, &code).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(post_code(&server, "").await.status, StatusCode::UNAUTHORIZED);
}

async fn post_code(server: &Server, code: &str) -> Answer {
    let headers = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    server.send(Method::POST, "/start", &headers, &format!("code={code}")).await
}

#[tokio::test]
async fn without_a_session_nothing_is_told() {
    let server = Server::guarded().await;
    for address in ["/", "/a/test/events", "/a/nothing/events", "/nowhere"] {
        let page = server.get(address).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{address}");
        assert!(page.header("content-type").starts_with("text/html"), "{address}");
        assert!(page.body.contains("start code"), "{}", page.body);
        assert!(!page.body.contains("test"), "{}", page.body);
    }
    for address in ["/api/v1/test/events", "/api/v1/nothing/events", "/api/v1/openapi.json"] {
        let answer = server.get(address).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let headers = [("origin", ORIGIN), ("content-type", "application/json")];
    let function = server.send(Method::POST, "/_fn/view", &headers, VIEW).await;
    assert_eq!(function.status, StatusCode::UNAUTHORIZED);
    assert_eq!(function.json()["status"], 401);
}

#[tokio::test]
async fn scripts_show_the_token() {
    let server = Server::guarded().await;
    let secrets = server.secrets.as_ref().unwrap();
    let with =
        async |value: &str| server.get_with("/api/v1/test/events", &[("authorization", value)]).await.status;
    assert_eq!(with(&format!("Bearer {}", secrets.token)).await, StatusCode::OK);
    for wrong in ["Bearer", "Bearer ", "Basic abc", &secrets.token, &format!("Bearer {}", secrets.code)] {
        assert_eq!(with(wrong).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    // The token is for the API alone.
    let bearer = format!("Bearer {}", secrets.token);
    let page = server.get_with("/a/test/events", &[("authorization", &bearer)]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn scripts_and_styles_are_open_and_kept() {
    let server = Server::guarded().await;
    let script = server.get_with("/pkg/waymark.aaa.js", &[("accept-encoding", "br")]).await;
    assert_eq!((script.status, script.body.as_str()), (StatusCode::OK, "(brotli)"));
    assert_eq!(script.header("content-encoding"), "br");
    assert!(script.header("cache-control").contains("immutable"));
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(server.get("/healthz").await.body, "ok\n");
    assert_eq!(server.get("/hash.txt").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn other_names_of_this_machine_are_refused() {
    let server = Server::open(&logs::ordinary()).await;
    for host in ["evil.example", "127.0.0.1.evil.example:3000", "192.168.0.1:3000", ""] {
        for address in ["/healthz", "/api/v1/test/events", "/a/test/events", "/pkg/waymark.aaa.js"] {
            let answer = server.get_with(address, &[("host", host)]).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host} {address}");
            assert!(!answer.body.contains("StopInstances"));
        }
    }
    let two = server.get_with("/healthz", &[("host", HOST), ("host", "evil.example")]).await;
    assert_eq!(two.status, StatusCode::MISDIRECTED_REQUEST);
    for host in ["localhost:3000", "[::1]:3000", "127.0.0.1:8080"] {
        assert_eq!(server.get_with("/healthz", &[("host", host)]).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn other_pages_cannot_send_anything() {
    let server = Server::open(&logs::ordinary()).await;
    let post = async |headers: &[(&str, &str)]| {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        server.send(Method::POST, "/_fn/view", &all, VIEW).await.status
    };
    assert_eq!(post(&[("origin", ORIGIN)]).await, StatusCode::OK);
    assert_eq!(post(&[("origin", ORIGIN), ("sec-fetch-site", "same-origin")]).await, StatusCode::OK);
    for headers in [
        vec![],
        vec![("origin", "null")],
        vec![("origin", "http://evil.example")],
        vec![("origin", "http://localhost:3000")],
        vec![("origin", "http://127.0.0.1:3001")],
        vec![("origin", "https://127.0.0.1:3000")],
        vec![("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(post(&headers).await, StatusCode::FORBIDDEN, "{headers:?}");
    }
}

#[tokio::test]
async fn every_answer_carries_its_headers() {
    let server = Server::open(&logs::ordinary()).await;
    let mut ids = std::collections::HashSet::new();
    for address in [
        "/",
        "/a/test/events?q=",
        "/nowhere",
        "/pkg/nothing.js",
        "/pkg/waymark.aaa.js",
        "/api/v1/test/events",
        "/api/v1/test/events?q=(",
        "/api/v1/test/events.csv",
        "/start",
        "/healthz",
    ] {
        let answer = server.get(address).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{address}");
        }
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{address}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{address}: {policy}");
        if address != "/pkg/waymark.aaa.js" {
            assert_eq!(answer.header("cache-control"), "no-store", "{address}");
        }
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(id.len(), 16, "{address}");
        assert!(ids.insert(id), "{address}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_words() {
    let server = Server::guarded().await;
    let form =
        server.send(Method::POST, "/start", &[("origin", ORIGIN), ("content-type", "text/plain")], "x").await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(form.header("content-type").starts_with("text/html"), "{}", form.body);
    let bearer = format!("Bearer {}", server.secrets.as_ref().unwrap().token);
    let answer = server.get_with("/api/v1/%ff/events", &[("authorization", &bearer)]).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let server = Server::open(&logs::ordinary()).await;
    let headers = [("origin", ORIGIN), ("content-type", "application/json")];
    let body = format!("{{\"account\":\"{}\"}}", "x".repeat(300_000));
    let answer = server.send(Method::POST, "/_fn/view", &headers, &body).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
}
