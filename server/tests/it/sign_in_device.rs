//! Sign-in by IAM Identity Center, against the sandbox's.

use std::str::FromStr;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use cloudtrail::time::MINUTE;
use sandbox::Running;
use serde_json::json;
use tower_sessions::session::Id;
use tower_sessions::{MemoryStore, Session};

use crate::support::browser::{Browser, decide, with_sandbox};
use crate::support::server::{HOST, Server};

const ANA: &str = "ana.lima@example.com";
const HOME: &str = "111122223333";
const STAGING: &str = "444455556666";

/// Begins, and gives the code that the page shows.
async fn begin(browser: &mut Browser<'_>, next: &str) -> String {
    let begun = browser.enter("/sign-in/device", &[("directory", "0"), ("next", next)]).await;
    assert!(begun.header("location").starts_with("/sign-in/device"), "{}", begun.header("location"));
    let page = browser.get(begun.header("location")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("only if you have just started this sign-in yourself"), "{}", page.body);
    let code = page.body.split_once("<p class=\"sign-in__code\">").unwrap().1;
    code.split('<').next().unwrap().to_owned()
}

/// Comes as far as the choice of accounts.
async fn approved(browser: &mut Browser<'_>, running: &Running) -> String {
    let code = begin(browser, "").await;
    decide(running, &code, "approve").await;
    let granted = browser.enter("/sign-in/device/check", &[]).await;
    assert_eq!(granted.header("location"), "/sign-in/device");
    browser.get("/sign-in/device").await.body
}

#[tokio::test]
async fn a_code_is_approved_and_accounts_are_chosen() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    assert!(browser.get("/sign-in").await.body.contains("IAM Identity Center"));
    let next = "/a/test/events?q=who:ana";
    let code = begin(&mut browser, next).await;
    let early = browser.post("/sign-in/device/check", &[("next", next)]).await;
    assert!(early.body.contains("Not approved yet") && early.body.contains(&code), "{}", early.body);

    decide(&running, &code, "approve").await;
    let granted = browser.enter("/sign-in/device/check", &[("next", next)]).await;
    let choice = browser.get(granted.header("location")).await.body;
    for part in [
        "prod-payments",
        "staging",
        "ReadOnlyAccess\" selected",
        "AdministratorAccess",
        "value=\"/a/test/events?q=who:ana\"",
    ] {
        assert!(choice.contains(part), "{part} is not in {choice}");
    }
    assert!(!choice.contains("security-audit"), "{choice}");

    let roles = [
        (format!("role-{HOME}"), "ReadOnlyAccess"),
        (format!("role-{STAGING}"), "AdministratorAccess"),
        ("next".to_owned(), next),
    ];
    let roles: Vec<_> = roles.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let entered = browser.enter("/sign-in/device/choose", &roles).await;
    assert_eq!(entered.header("location"), next);
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("111122223333:assumed-role/AWSReservedSSO_ReadOnlyAccess_"), "{page}");
    assert!(page.contains("444455556666:assumed-role/AWSReservedSSO_AdministratorAccess_"), "{page}");
    assert!(page.contains(ANA), "{page}");
}

#[tokio::test]
async fn only_what_the_person_has_is_given() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    approved(&mut browser, &running).await;
    for fields in [
        vec![],
        vec![("role-777788889999", "ReadOnlyAccess")],
        vec![("role-111122223333", "Root"), ("role-444455556666", "")],
    ] {
        let refused = browser.post("/sign-in/device/choose", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(refused.body.contains("Choose a role"), "{}", refused.body);
    }
    assert!(!browser.get("/sign-in").await.body.contains("Sign out"));
}

#[tokio::test]
async fn what_is_refused_or_too_late_signs_nobody_in() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let code = begin(&mut browser, "").await;
    decide(&running, &code, "deny").await;
    let denied = browser.post("/sign-in/device/check", &[]).await;
    assert!(denied.body.contains("Waymark was not approved"), "{}", denied.body);
    assert_eq!(browser.get("/sign-in/device").await.header("location"), "/sign-in");

    let code = begin(&mut browser, "").await;
    server.pass(30 * MINUTE);
    decide(&running, &code, "approve").await;
    let late = browser.post("/sign-in/device/check", &[]).await;
    assert!(late.body.contains("no longer good"), "{}", late.body);

    let mut other = Browser::new(&server);
    for address in ["/sign-in/device/check", "/sign-in/device/choose"] {
        let nobody = other.post(address, &[]).await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY, "{address}");
    }
    let unknown = other.post("/sign-in/device", &[("directory", "7")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_code_belongs_to_one_session_and_other_pages_cannot_send_it() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let code = begin(&mut browser, "").await;
    decide(&running, &code, "approve").await;
    let mut other = Browser::new(&server);
    assert_eq!(other.get("/sign-in/device").await.header("location"), "/sign-in");
    assert_eq!(other.post("/sign-in/device/check", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let headers = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    for address in ["/sign-in/device", "/sign-in/device/check", "/sign-in/device/choose"] {
        let answer = browser.send(Method::POST, address, &headers, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
    }
    browser.enter("/sign-in/device/check", &[]).await;
}

/// The ids of the keys that a browser's session has, as a request finds them.
async fn keys(server: &Server, browser: &Browser<'_>) -> Vec<String> {
    let id = browser.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).unwrap().1;
    let session = Session::new(Some(Id::from_str(id).unwrap()), Arc::new(MemoryStore::default()), None);
    let connections = server.context.connections_of(&session).await;
    connections.iter().map(|connection| connection.credentials.access_key_id().to_owned()).collect()
}

#[tokio::test]
async fn credentials_are_renewed_before_they_end() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    approved(&mut browser, &running).await;
    browser.enter("/sign-in/device/choose", &[("role-111122223333", "ReadOnlyAccess")]).await;
    let first = keys(&server, &browser).await;
    assert_eq!(keys(&server, &browser).await, first, "renewed too early");
    server.pass(57 * MINUTE);
    let renewed = keys(&server, &browser).await;
    assert_eq!(renewed.len(), 1);
    assert_ne!(renewed, first);
}

/// Account switcher and banner, as a page gets them.
async fn frame(browser: &mut Browser<'_>) -> (String, String) {
    let origin = format!("http://{HOST}");
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    let body = json!({"what": "frame", "account": HOME, "id": "", "search": ""}).to_string();
    let parts = browser.send(Method::POST, "/_fn/view", &headers, &body).await.json()["parts"].clone();
    (parts[0].as_str().unwrap().to_owned(), parts[2].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_renews_itself_says_so_and_warns_when_it_cannot() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    approved(&mut browser, &running).await;
    browser.enter("/sign-in/device/choose", &[("role-111122223333", "ReadOnlyAccess")]).await;
    let (menu, banner) = frame(&mut browser).await;
    assert!(menu.contains("UTC, renewed by itself"), "{menu}");
    assert_eq!(banner, "", "there is nothing to wait for");
    running.set_faults("[[fault]]\noperation = \"GetRoleCredentials\"\nkind = \"error\"").unwrap();
    server.pass(57 * MINUTE);
    let (_, banner) = frame(&mut browser).await;
    assert!(banner.contains("Your sign-in to prod-payments ends at"), "{banner}");
}

#[tokio::test]
async fn signing_out_closes_the_way_back() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    approved(&mut browser, &running).await;
    let cookie = browser.cookie.clone();
    browser.enter("/sign-out", &[]).await;
    let mut kept = Browser::with_cookie(&server, cookie);
    assert_eq!(kept.get("/sign-in/device").await.header("location"), "/sign-in");
    assert!(format!("{:?}", server.context.vault()).contains("sessions: 0"));
}
