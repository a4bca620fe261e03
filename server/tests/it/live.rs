//! Changes told while somebody looks.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures::StreamExt;
use serde_json::json;
use tower::ServiceExt;

use crate::support::browser::{Browser, with_sandbox};
use crate::support::server::{HOST, Server};

const HOME: &str = "111122223333";

/// Opens a stream, as the browser of a page does.
async fn open(server: &Server, browser: &Browser<'_>, address: &str) -> axum::response::Response {
    let request =
        Request::get(address).header("host", HOST).header("cookie", browser.cookie.as_deref().unwrap());
    server.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// The next thing that is told.
async fn told(stream: &mut axum::body::BodyDataStream) -> Option<String> {
    loop {
        let piece = stream.next().await?.unwrap();
        let text = String::from_utf8(piece.to_vec()).unwrap();
        if let Some(event) = text.lines().find_map(|line| line.strip_prefix("event: ")) {
            // Browsers pass over an event without data.
            assert!(text.lines().any(|line| line.starts_with("data: ") && line.len() > 6), "{text:?}");
            return Some(event.to_owned());
        }
    }
}

#[tokio::test]
async fn what_comes_is_told_and_the_end_of_a_closed_range_too() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "auditor")]).await;
    let answer = open(&server, &browser, &format!("/live/{HOME}?q=&seen=0-true")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut stream = answer.into_body().into_data_stream();
    assert_eq!(told(&mut stream).await.as_deref(), Some("changed"));
    drop(stream);

    let stopped = json!({
        "eventVersion": "1.11", "eventID": "6b1f0b5e-0000-4000-8000-000000000001", "eventTime": "2026-01-01T00:00:00Z",
        "eventSource": "ec2.amazonaws.com", "eventName": "StopInstances", "awsRegion": "eu-central-1",
        "recipientAccountId": HOME, "eventCategory": "Management", "eventType": "AwsApiCall",
    });
    running.add_events([&*stopped.to_string()]).unwrap();
    let closed = format!("/live/{HOME}?q=&from=2025-12-31&to=2026-01-02&seen=");
    let mut stream = open(&server, &browser, &closed).await.into_body().into_data_stream();
    let mut last = None;
    while let Some(event) = told(&mut stream).await {
        last = Some(event);
    }
    assert_eq!(last.as_deref(), Some("done"));
}

#[tokio::test]
async fn nobody_listens_to_what_they_may_not_see_and_a_sign_out_ends_it() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "auditor")]).await;
    let denied = open(&server, &browser, "/live/999999999999?q=").await;
    assert_eq!(denied.status(), StatusCode::NOT_FOUND);
    let malformed = open(&server, &browser, &format!("/live/{HOME}?q=(")).await;
    assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);

    let cookie = browser.cookie.clone();
    let mut stream =
        open(&server, &browser, &format!("/live/{HOME}?q=&seen=0-true")).await.into_body().into_data_stream();
    assert_eq!(told(&mut stream).await.as_deref(), Some("changed"));
    Browser::with_cookie(&server, cookie).enter("/sign-out", &[]).await;
    let mut last = None;
    while let Some(event) = told(&mut stream).await {
        last = Some(event);
    }
    assert_eq!(last.as_deref(), Some("ended"));
}
