//! Pages as the server sends them, before any script runs.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::support::logs;
use crate::support::server::Server;

#[tokio::test]
async fn the_first_page_leads_to_the_events() {
    let server = Server::open(&logs::ordinary()).await;
    let first = server.get("/").await;
    assert_eq!((first.status, first.header("location")), (StatusCode::SEE_OTHER, "/a/test/events"));
}

#[tokio::test]
async fn events_are_there_without_a_script() {
    let server = Server::open(&logs::ordinary()).await;
    let page = server.get("/a/test/events?q=event:StopInstances").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("StopInstances") && page.body.contains("max"), "no rows");
    // Every script of the page is allowed by the policy that came with it.
    let policy = page.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect(policy);
    assert!(page.body.contains("/pkg/waymark.aaa.js"), "no script");
    for script in page.body.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}> has no nonce");
    }
    let other = server.get("/a/test/events?q=event:StopInstances").await;
    assert_ne!(other.header("content-security-policy"), policy);
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let server = Server::open(&logs::ordinary()).await;
    for address in ["/nowhere", "/a/test/nowhere", "/pkg/waymark.zzz.js"] {
        let page = server.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        assert!(page.header("content-type").starts_with("text/html"), "{address}");
    }
}

#[tokio::test]
async fn server_functions_answer_and_fail_in_the_same_words() {
    let server = Server::open(&logs::ordinary()).await;
    let headers = [("origin", "http://127.0.0.1:3000"), ("content-type", "application/json")];
    let call = async |name: &str, body: serde_json::Value| {
        server.send(Method::POST, &format!("/_fn/{name}"), &headers, &body.to_string()).await
    };
    let connections = call("connections", json!({})).await;
    assert_eq!(connections.json()[0]["account"], "test", "{}", connections.body);

    let request = |q: &str| json!({ "q": q, "from": null, "to": null, "cursor": null, "at": null, "limit": 2, "facets": true, "histogram": true });
    let page = call("events/page", json!({ "account": "test", "request": request("who:jo") })).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!((page.json()["total"].as_u64(), page.json()["rows"].as_array().unwrap().len()), (Some(15), 2));

    let wrong = call("events/page", json!({ "account": "test", "request": request("evnt:x") })).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.body);
    assert_eq!(wrong.json()["position"], json!({ "start": 0, "end": 4 }));
    assert_eq!(wrong.json()["request_id"], wrong.header("x-request-id"));

    let other = call("events/page", json!({ "account": "other", "request": request("") })).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND, "{}", other.body);

    let complete = json!({ "field": "event", "prefix": "st", "q": "", "from": null, "to": null, "limit": 5 });
    let values = call("events/complete", json!({ "account": "test", "request": complete })).await;
    assert_eq!(
        values.json(),
        json!([{ "value": "StopInstances", "label": null, "count": 15 }]),
        "{}",
        values.body
    );
}
