//! How a sign-in ends, and what is seen then.

use std::sync::Arc;

use axum::http::StatusCode;
use cloudtrail::time::{HOUR, MINUTE, Time};
use sandbox::{Events, Options, Sandbox};
use waymark_server::clock::Clock;
use waymark_server::http::sign_in::SignIn;
use waymark_server::serve::sandbox::sign_in;

use crate::support::browser::{Browser, block, with_sandbox};
use crate::support::server::Server;

const HOME: &str = "111122223333";

#[tokio::test]
async fn signing_out_forgets_everything() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "auditor")]).await;
    let cookie = browser.cookie.clone();
    let out = browser.enter("/sign-out", &[]).await;
    assert_eq!(out.header("location"), "/sign-in?out");
    assert!(browser.cookie.is_none(), "the cookie stayed");
    assert!(browser.get("/sign-in?out").await.body.contains("You are signed out"));
    assert!(format!("{:?}", server.context.vault()).contains("sessions: 0"));
    let mut kept = Browser::with_cookie(&server, cookie);
    assert!(!kept.get("/sign-in").await.body.contains("user/auditor"));
}

#[tokio::test]
async fn who_started_the_program_signs_out_of_accounts_and_stays_in() {
    let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
    let now = Time::from_millis(jiff::Timestamp::now().as_millisecond());
    let server = Server::guarded_signing_in(now, |clock| sign_in(&running, clock).unwrap()).await;
    let code = server.secrets.as_ref().unwrap().code.clone();
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::UNAUTHORIZED);
    browser.enter("/start", &[("code", &code)]).await;
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    let before = browser.cookie.clone();
    browser.enter("/sign-out", &[]).await;
    assert_ne!(browser.cookie, before);
    let page = browser.get("/sign-in?out").await;
    assert!(page.status == StatusCode::OK && page.body.contains("You are signed out"), "{}", page.body);
    assert!(!page.body.contains("user/newcomer"), "{}", page.body);
    assert_eq!(browser.get("/a/test/events?q=").await.status, StatusCode::OK);
    // What it was before is worth nothing.
    assert_eq!(Browser::with_cookie(&server, before).get("/sign-in").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_expired_sign_in_says_so_and_leads_back() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let keys = running.session(HOME, "Auditor", "jo", 900).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    let here = format!("/a/{HOME}/events?q=who:jo%20error:*&from=-2h");
    assert!(!browser.get(&here).await.header("location").starts_with("/sign-in"));

    server.pass(16 * MINUTE);
    let away = browser.get(&here).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    let sign_in = away.header("location").to_owned();
    assert!(sign_in.starts_with("/sign-in?next=/a/111122223333/events%3Fq%3D"), "{sign_in}");
    let page = browser.get(&sign_in).await.body;
    assert!(page.contains("Your sign-in has ended") && page.contains(HOME), "{page}");
    let next = format!("name=\"next\" value=\"{}\"", here.replace('&', "&amp;"));
    assert!(page.contains(&next), "{next} is not in {page}");
    let entered = browser.enter("/sign-in/sample", &[("person", "auditor"), ("next", &here)]).await;
    assert_eq!(entered.header("location"), here);
}

#[tokio::test]
async fn an_hour_without_use_ends_it() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    for _ in 0..3 {
        server.pass(50 * MINUTE);
        assert!(browser.get("/sign-in").await.body.contains("user/newcomer"));
    }
    server.pass(HOUR);
    let page = browser.get("/sign-in").await.body;
    assert!(!page.contains("user/newcomer") && page.contains("Your sign-in has ended"), "{page}");
}

#[tokio::test]
async fn twelve_hours_end_it() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    for _ in 0..23 {
        server.pass(30 * MINUTE);
        assert!(browser.get("/sign-in").await.body.contains("user/newcomer"));
    }
    server.pass(30 * MINUTE);
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("Your sign-in has ended"), "{page}");
}

#[tokio::test]
async fn a_session_of_another_start_says_so() {
    let (server, _running) = with_sandbox().await;
    let cookie = Some("waymark-3000=AAAAAAAAAAAAAAAAAAAAAA".to_owned());
    let mut browser = Browser::with_cookie(&server, cookie);
    let page = browser.get("/sign-in?next=/a/111122223333/events").await.body;
    assert!(page.contains("Waymark was restarted"), "{page}");
    assert!(!Browser::new(&server).get("/sign-in").await.body.contains("has ended"));
}

#[tokio::test]
async fn an_account_of_others_is_not_told_from_one_that_does_not_exist() {
    let (server, _running) = with_sandbox().await;
    let mut nobody = Browser::new(&server);
    for account in ["444455556666", "999999999999"] {
        let away = nobody.get(&format!("/a/{account}/events?q=")).await;
        assert_eq!(away.status, StatusCode::SEE_OTHER, "{account}");
        assert_eq!(away.header("location"), format!("/sign-in?next=/a/{account}/events%3Fq%3D"));
    }
    let mut newcomer = Browser::new(&server);
    newcomer.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    for account in ["444455556666", "999999999999"] {
        let page = newcomer.get(&format!("/a/{account}/events?q=")).await;
        assert_eq!(page.header("location"), "", "{account}");
    }
    // Archives are nobody's account.
    assert_eq!(nobody.get("/a/test/events?q=").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_told_in_words() {
    // A port that a sandbox has left may be another's at once: nobody listens on this one.
    let gone = |clock: &Clock| {
        let clock = clock.clone();
        let endpoint = Some("http://127.0.0.1:1".to_owned());
        let options =
            gateway::Options { endpoint, regions: Vec::new(), clock: Arc::new(move || clock.now()) };
        SignIn {
            gateway: gateway::Gateway::new(options),
            people: Vec::new(),
            directories: Vec::new(),
            titles: Default::default(),
        }
    };
    let server = Server::signing_in(Time::from_millis(jiff::Timestamp::now().as_millisecond()), gone).await;
    let (_other, running) = with_sandbox().await;
    let keys = running.session(HOME, "Auditor", "jo", 900).unwrap();
    let page = Browser::new(&server).post("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{}", page.body);
    assert!(page.body.contains("cannot be reached") && page.body.contains("notice--error"), "{}", page.body);
}
