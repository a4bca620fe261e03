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
    let frame = call("view", json!({ "what": "frame", "account": "test", "id": "", "search": "" })).await;
    assert!(frame.json()["parts"][0].as_str().unwrap().contains("/a/test/events"), "{}", frame.body);

    let list = async |account: &str, search: &str| {
        call("view", json!({ "what": "list", "account": account, "id": "", "search": search })).await
    };
    let page = list("test", "q=who:jo").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!(
        (page.json()["status"].as_u64(), page.json()["title"].as_str()),
        (Some(200), Some("15 events"))
    );

    // It can be put right, so it is shown; and a page that shows it is no good answer.
    let wrong = list("test", "q=evnt:x").await;
    assert_eq!(wrong.status, StatusCode::OK, "{}", wrong.body);
    assert_eq!(wrong.json()["status"], 400);
    assert!(wrong.body.contains("search-problem__wrong"), "{}", wrong.body);
    assert_eq!(server.get("/a/test/events?q=evnt:x").await.status, StatusCode::BAD_REQUEST);

    let facet = json!({ "what": "facet", "account": "test", "id": "nothing", "search": "q=" });
    let facet = call("view", facet).await;
    assert_eq!(facet.status, StatusCode::BAD_REQUEST, "{}", facet.body);
    assert_eq!(facet.json()["title"], "No such field");

    let other = list("other", "q=").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND, "{}", other.body);
    assert_eq!(other.json()["request_id"], other.header("x-request-id"));

    let complete = json!({ "field": "event", "prefix": "st", "q": "", "from": null, "to": null, "limit": 5 });
    let values = call("events/complete", json!({ "account": "test", "request": complete })).await;
    assert_eq!(
        values.json(),
        json!([{ "value": "StopInstances", "label": null, "count": 15 }]),
        "{}",
        values.body
    );
}
