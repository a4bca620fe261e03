//! Accounts that are not open, sign-ins that are gone, forms from elsewhere, and forms that make no sense.

use axum::http::{Method, StatusCode};
use cloudtrail::time::MINUTE;
use serde_json::{Value, json};

use crate::support::browser::{Browser, block, encoded, with_sandbox};
use crate::support::server::{Answer, HOST, Server};

const HOME: &str = "111122223333";
const STAGING: &str = "444455556666";
const FORM: &str = "application/x-www-form-urlencoded";
/// Everything that changes what a session is signed in to.
const FORMS: [&str; 7] = [
    "/sign-in/keys",
    "/sign-in/sample",
    "/sign-in/device",
    "/sign-in/device/check",
    "/sign-in/device/choose",
    "/sign-out",
    "/sessions/end-others",
];

/// Calls the server function behind pages, as a page does.
async fn view(browser: &mut Browser<'_>, what: &str, account: &str) -> Answer {
    let origin = format!("http://{HOST}");
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    let body = json!({"what": what, "account": account, "id": "x", "search": "q="}).to_string();
    browser.send(Method::POST, "/_fn/view", &headers, &body).await
}

fn sessions(server: &Server) -> String {
    format!("{:?}", server.context.vault())
}

#[tokio::test]
async fn forms_from_other_sites_sign_nobody_in_or_out() {
    let (server, running) = with_sandbox().await;
    let keys = block(&running.session(HOME, "Auditor", "jo", 900).unwrap());
    let body = encoded(&[("pasted", &keys), ("person", "auditor"), ("directory", "0")]);
    let own = format!("http://{HOST}");
    let elsewhere: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:3001")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", &own), ("sec-fetch-site", "cross-site")],
        &[],
    ];
    let mut signed_in = Browser::new(&server);
    signed_in.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    for headers in elsewhere {
        for address in FORMS {
            let headers = [headers, &[("content-type", FORM)]].concat();
            for mut browser in
                [Browser::new(&server), Browser::with_cookie(&server, signed_in.cookie.clone())]
            {
                let answer = browser.send(Method::POST, address, &headers, &body).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address} {headers:?}");
                assert_eq!(answer.header("set-cookie"), "", "{address} {headers:?}");
            }
        }
    }
    assert!(sessions(&server).contains("sessions: 1"), "{}", sessions(&server));
    assert!(signed_in.get("/sign-in").await.body.contains("user/newcomer"));
    // The same form from the server's own page is taken.
    Browser::new(&server).enter("/sign-in/keys", &[("pasted", &keys)]).await;
}

#[tokio::test]
async fn a_get_signs_nobody_in() {
    let (server, _running) = with_sandbox().await;
    for address in FORMS {
        let answer = Browser::new(&server).get(&format!("{address}?person=auditor")).await;
        assert!(answer.status.is_redirection(), "{address} {}", answer.status);
        assert_eq!(answer.header("set-cookie"), "", "{address}");
    }
    assert!(sessions(&server).contains("sessions: 0"));
}

/// What an answer says, without what is different each time.
fn said(answer: &Answer, account: &str) -> (StatusCode, String) {
    let id = answer.header("x-request-id");
    let policy = answer.header("content-security-policy");
    let mut body = answer.body.replace(id, "ID").replace(account, "ACCOUNT");
    if let Some(nonce) = policy.split_once("'nonce-").and_then(|(_, rest)| rest.split('\'').next()) {
        body = body.replace(nonce, "NONCE");
    }
    // A rendered part is known again by a number made of its text, in which the account stands.
    let numbers =
        body.split(r#"parts\":["#).skip(1).filter_map(|rest| Some(rest.split_once(']')?.0.to_owned()));
    let numbers = numbers.filter(|numbers| !numbers.is_empty());
    for number in numbers.collect::<Vec<_>>() {
        body = body.replace(&number, "NUMBERS");
    }
    (answer.status, body)
}

#[tokio::test]
async fn an_account_that_is_not_open_answers_as_one_that_does_not_exist() {
    let (server, running) = with_sandbox().await;
    // Somebody else is signed in to it, and it is cached here.
    let mut auditor = Browser::new(&server);
    auditor.enter("/sign-in/sample", &[("person", "auditor")]).await;
    assert_eq!(auditor.get(&format!("/api/v1/{STAGING}/events?q=")).await.status, StatusCode::OK);
    let before = auditor.get(&format!("/api/v1/{STAGING}/events?limit=0")).await.json()["total"].clone();

    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    for path in [
        "/a/ACCOUNT/events?q=",
        "/a/ACCOUNT/events/some-id",
        "/a/ACCOUNT/taking-in",
        "/api/v1/ACCOUNT/events?q=",
        "/api/v1/ACCOUNT/events/some-id",
        "/api/v1/ACCOUNT/facets?q=",
        "/api/v1/ACCOUNT/histogram?q=",
        "/api/v1/ACCOUNT/events.csv?q=",
        "/api/v1/ACCOUNT/events.json?q=",
        "/api/v1/ACCOUNT/events.jsonl?q=",
        "/live/ACCOUNT?q=&seen=",
        "/saved-searches/ACCOUNT",
    ] {
        let mut answers = Vec::new();
        for account in [STAGING, "999999999999"] {
            answers.push(said(&browser.get(&path.replace("ACCOUNT", account)).await, account));
        }
        assert_eq!(answers[0], answers[1], "{path}");
        assert!(answers[0].0.is_client_error() || answers[0].0.is_redirection(), "{path} {:?}", answers[0]);
        if path.starts_with("/api/") {
            let problem: Value = serde_json::from_str(&answers[0].1).unwrap();
            assert_eq!(problem["type"], "urn:waymark:problem:unknown-account", "{path}");
        }
    }
    for what in ["list", "event", "event-page", "overview", "facet", "comparison", "reports", "frame"] {
        let other = said(&view(&mut browser, what, STAGING).await, STAGING);
        assert_eq!(other, said(&view(&mut browser, what, "999999999999").await, "999999999999"), "{what}");
    }
    // Nobody asked AWS for it meanwhile: a call would be in its history.
    let after = auditor.get(&format!("/api/v1/{STAGING}/events?limit=0")).await.json()["total"].clone();
    assert_eq!(before, after, "calls were made");
    drop(running);
}

#[tokio::test]
async fn a_sign_in_that_ended_while_a_page_was_open_says_so_and_leads_back() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let keys = running.session(HOME, "Auditor", "jo", 900).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    assert_eq!(view(&mut browser, "list", HOME).await.status, StatusCode::OK);
    server.pass(16 * MINUTE);

    let list = view(&mut browser, "list", HOME).await;
    assert_eq!(list.status, StatusCode::UNAUTHORIZED, "{}", list.body);
    assert_eq!((&list.json()["sign_in"], list.json()["status"].as_u64()), (&Value::Bool(true), Some(401)));
    assert!(list.body.contains("Your sign-in has ended"), "{}", list.body);
    for path in ["events?q=", "events/x", "facets?q=", "histogram?q=", "events.csv?q=", "events.jsonl?q="] {
        let answer = browser.get(&format!("/api/v1/{HOME}/{path}")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {}", answer.body);
        assert_eq!(answer.json()["type"], "urn:waymark:problem:sign-in-ended", "{path}");
    }
    // Nothing is left of all accounts together.
    assert_eq!(view(&mut browser, "list", "all").await.status, StatusCode::UNAUTHORIZED);
    let away = browser.get("/a/all/events?q=").await;
    assert_eq!(away.header("location"), "/sign-in?next=/a/all/events%3Fq%3D");
    // Who is signed in to nothing hears the same of every account, those that there are not among them, with a cookie or without:
    // the first of these answers takes it back, while other parts of the page are still asked for.
    for account in [STAGING, "999999999999"] {
        for browser in [&mut browser, &mut Browser::new(&server)] {
            let answer = view(browser, "list", account).await;
            assert_eq!(said(&answer, account), said(&list, HOME));
            let answer = browser.get(&format!("/api/v1/{account}/events")).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
        }
    }

    // The link leads to the sign-in, which leads back to the page that it was on.
    let here = format!("/a/{HOME}/events?q=who:jo&from=-2h");
    let referer = format!("http://{HOST}{here}");
    let away = browser.send(Method::GET, "/sign-in?back", &[("referer", &referer)], "").await;
    let page = browser.get(away.header("location")).await.body;
    let next = format!("name=\"next\" value=\"{}\"", here.replace('&', "&amp;"));
    assert!(page.contains(&next) && page.contains("Your sign-in has ended"), "{page}");
    let foreign = [("referer", "http://evil.example/a/1/events")];
    let page = browser.send(Method::GET, "/sign-in?back", &foreign, "").await.body;
    assert!(!page.contains("name=\"next\""), "{page}");
}

#[tokio::test]
async fn a_session_whose_credentials_are_gone_says_so_and_leads_back() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    // As after a restart: the session is known, and its credentials were in memory alone.
    let id = browser.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).unwrap().1.to_owned();
    server.context.vault().forget(server.context.store().owner(&id.parse().unwrap()));
    assert_eq!(view(&mut browser, "list", HOME).await.status, StatusCode::UNAUTHORIZED);
    let here = format!("/a/{HOME}/events?q=error:*");
    let away = browser.get(&here).await.header("location").to_owned();
    assert_eq!(away, format!("/sign-in?next=/a/{HOME}/events%3Fq%3Derror:%2A"));
    let page = browser.get(&away).await.body;
    assert!(page.contains("Your sign-in has ended") && page.contains(HOME), "{page}");
    let entered = browser.enter("/sign-in/sample", &[("person", "newcomer"), ("next", &here)]).await;
    assert_eq!(entered.header("location"), here);
    assert_eq!(view(&mut browser, "list", HOME).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_that_is_not_known_any_more_says_so_and_leads_back() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::with_cookie(&server, Some("waymark-3000=AAAAAAAAAAAAAAAAAAAAAA".to_owned()));
    let here = format!("/a/{HOME}/events?q=error:*");
    let away = browser.get(&here).await.header("location").to_owned();
    let page = browser.get(&away).await.body;
    assert!(page.contains("Your sign-in has ended"), "{away} {page}");
    assert!(page.contains(&format!("name=\"next\" value=\"{here}\"")), "{page}");
    // Who never was here is not told that something has ended.
    let mut other = Browser::new(&server);
    let away = other.get(&here).await.header("location").to_owned();
    assert!(!other.get(&away).await.body.contains("has ended"));
}

#[tokio::test]
async fn an_end_is_seen_before_it_comes() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let keys = running.session(HOME, "Auditor", "jo", 900).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    let frame = async |browser: &mut Browser<'_>| {
        let parts = view(browser, "frame", HOME).await.json()["parts"].clone();
        (parts[0].as_str().unwrap().to_owned(), parts[2].as_str().unwrap().to_owned())
    };
    let (menu, banner) = frame(&mut browser).await;
    let ends = keys.expires.unwrap().readable();
    assert!(menu.contains(&format!("Signed in until {} UTC<", &ends[11..16])), "{menu}");
    assert!(banner.contains(" hidden") && banner.contains("data-ends=\"6"), "{banner}");
    assert!(!banner.contains("ends at"), "{banner}");

    server.pass(11 * MINUTE);
    let (_, banner) = frame(&mut browser).await;
    assert!(
        !banner.contains(" hidden") && banner.contains(&format!("ends at {} UTC", &ends[11..16])),
        "{banner}"
    );
    assert!(banner.contains("href=\"/sign-in?back\""), "{banner}");
    // Without a script it is on the page that comes next.
    assert!(browser.get(&format!("/a/{HOME}/events?q=")).await.body.contains("ends at"));
    server.pass(5 * MINUTE);
    let (_, banner) = frame(&mut browser).await;
    assert!(banner.contains("not signed in to 111122223333"), "{banner}");
    // Made-up accounts and log archives have no end.
    let archive = view(&mut Browser::new(&server), "frame", "test").await.json()["parts"][2].clone();
    assert_eq!(archive, "");
}

#[tokio::test]
async fn forms_that_make_no_sense_are_refused_in_words() {
    let (server, _running) = with_sandbox().await;
    let own = format!("http://{HOST}");
    let long = format!("pasted={}", "x".repeat(300_000));
    for (kind, body) in [
        (FORM, ""),
        (FORM, "pasted=%ff%fe&long_lived=%00"),
        (FORM, "pasted=a&pasted=b"),
        (FORM, "&&&===%%%"),
        (FORM, "directory=minus-one&person[]=x"),
        (FORM, long.as_str()),
        ("application/json", "{\"pasted\":\"x\"}"),
        ("multipart/form-data; boundary=x", "--x\r\n\r\nx\r\n--x--"),
        ("text/plain", "pasted=x"),
    ] {
        for address in ["/sign-in/keys", "/sign-in/sample", "/sign-in/device/check", "/sign-in/device/choose"]
        {
            let mut browser = Browser::new(&server);
            let headers = [("origin", own.as_str()), ("content-type", kind)];
            let answer = browser.send(Method::POST, address, &headers, body).await;
            let short = &body[..body.len().min(40)];
            assert!(answer.status.is_client_error(), "{address} {short} {}", answer.status);
            assert!(answer.header("content-type").starts_with("text/html"), "{address} {short}");
            assert!(
                answer.body.contains("<h1") && !answer.body.contains("xxxxxxxxxx"),
                "{address} {}",
                answer.body
            );
        }
    }
    assert!(sessions(&server).contains("sessions: 0"));
}
