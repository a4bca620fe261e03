//! Each way to sign in, against the sandbox.

use axum::http::{Method, StatusCode};
use sandbox::Who;

use crate::support::browser::{Browser, block, with_sandbox};
use crate::support::server::{HOST, Server};

const HOME: &str = "111122223333";
const DEVICE: &str = "arn:aws:iam::111122223333:mfa/mfa";

/// What a form sends.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// What the page says is wrong with a field.
fn fault(page: &str, field: &str) -> String {
    let start = format!("id=\"{field}-fault\" role=\"alert\">");
    let text = page.split_once(&start).map(|(_, rest)| rest.split("</p>").next().unwrap());
    text.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_sample_identity_takes_one_click() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("value=\"auditor\"") && !page.body.contains("Sign out"), "{}", page.body);
    assert!(browser.cookie.is_none(), "looking at the page opened a session");

    let entered = browser.enter("/sign-in/sample", &[("person", "auditor")]).await;
    assert_eq!(entered.header("location"), format!("/a/{HOME}/events"));
    let cookie = entered.header("set-cookie");
    for part in ["waymark-3000=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie} has no {part}");
    }
    let page = browser.get("/sign-in").await.body;
    for part in [
        "arn:aws:iam::111122223333:user/auditor",
        "arn:aws:sts::444455556666:assumed-role/Auditor/auditor",
        "arn:aws:sts::777788889999:assumed-role/Auditor/auditor",
        "prod-payments",
        "staging",
        "security-audit",
        "Sign out",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let nobody = browser.post("/sign-in/sample", &[("person", "somebody")]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_sign_in_gives_a_new_session_and_keeps_the_accounts() {
    let (server, running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    let first = browser.cookie.clone();
    let keys = running.session("444455556666", "Auditor", "jo", 3600).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    assert_ne!(browser.cookie, first);
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("user/newcomer") && page.contains("assumed-role/Auditor/jo"), "{page}");

    // One role in each account: the later one.
    let keys = running.session("444455556666", "Administrator", "jo", 3600).unwrap();
    browser.enter("/sign-in/keys", &[("pasted", &block(&keys))]).await;
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("assumed-role/Administrator/jo") && !page.contains("Auditor/jo"), "{page}");

    let mut old = Browser::with_cookie(&server, first);
    let page = old.get("/sign-in").await.body;
    assert!(!page.contains("Sign out"), "the old session still opens something");
}

#[tokio::test]
async fn temporary_keys_are_pasted_or_typed() {
    let (server, running) = with_sandbox().await;
    let keys = running.session(HOME, "Auditor", "jo", 3600).unwrap();
    let token = keys.session_token.clone().unwrap();
    let profile = format!(
        "[jo]\r\naws_access_key_id = {}\r\naws_secret_access_key = {}\r\naws_session_token = {token}\r\n",
        keys.access_key_id, keys.secret_access_key
    );
    for fields in [
        vec![("pasted", block(&keys))],
        vec![("pasted", profile)],
        vec![
            ("access_key_id", keys.access_key_id.clone()),
            ("secret_access_key", keys.secret_access_key.clone()),
            ("session_token", token.clone()),
        ],
    ] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut browser = Browser::new(&server);
        browser.enter("/sign-in/keys", &fields).await;
        let page = browser.get("/sign-in").await.body;
        assert!(page.contains("arn:aws:sts::111122223333:assumed-role/Auditor/jo"), "{page}");
        assert!(page.contains("temporary keys"), "{page}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let (server, running) = with_sandbox().await;
    let keys = running.session(HOME, "Auditor", "jo", 3600).unwrap();
    let good = block(&keys);
    let revoked = running.session(HOME, "Auditor", "max", 3600).unwrap();
    running.revoke(&revoked.access_key_id);
    let wrong_secret = good.replace(&keys.secret_access_key, "canary/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXA");
    let over = good.lines().filter(|line| !line.contains("EXPIRATION")).collect::<Vec<_>>().join("\n");
    let over = format!("{over}\nexport AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z");
    let root = block(running.credentials(Who::Root));
    let cases: [(Fields, &str, &str); 10] = [
        (&[], "pasted", "Paste keys here"),
        (&[("pasted", "hello")], "pasted", "access key id is missing"),
        (&[("pasted", &wrong_secret)], "pasted", "does not accept these credentials"),
        (&[("pasted", &block(&revoked))], "pasted", "does not accept these credentials"),
        (&[("pasted", &over)], "pasted", "These keys have expired"),
        (&[("pasted", &root), ("long_lived", "yes")], "pasted", "does not take the root"),
        (&[("pasted", &good), ("role_arn", "Auditor")], "role_arn", "This is no role"),
        (
            &[("pasted", &good), ("role_arn", "arn:aws:iam::111122223333:role/Nobody")],
            "role_arn",
            "AssumeRole",
        ),
        (&[("access_key_id", "AKIA<b>")], "access_key_id", "does not look right"),
        (&[("pasted", &good), ("mfa_serial", DEVICE)], "mfa_code", "Type the code"),
    ];
    for (fields, field, words) in cases {
        let mut browser = Browser::new(&server);
        let page = browser.post("/sign-in/keys", fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {words}: {}", page.body);
        assert!(fault(&page.body, field).contains(words), "{field} {words}: {}", page.body);
        assert!(browser.cookie.is_none(), "{field} {words}");
    }
}

#[tokio::test]
async fn what_is_no_secret_need_not_be_typed_again() {
    let (server, running) = with_sandbox().await;
    let keys = running.session(HOME, "Auditor", "jo", 3600).unwrap();
    let fields = [
        ("access_key_id", keys.access_key_id.as_str()),
        ("secret_access_key", keys.secret_access_key.as_str()),
        ("session_token", keys.session_token.as_deref().unwrap()),
        ("role_arn", "arn:aws:iam::111122223333:role/Vendor"),
        ("external_id", "not-\"it"),
        ("role_session_name", "jo"),
        ("duration", "900"),
        ("mfa_serial", DEVICE),
        ("mfa_code", "135790"),
        ("next", "/a/sample/events?q=who:jo"),
    ];
    let page = Browser::new(&server).post("/sign-in/keys", &fields).await.body;
    assert!(fault(&page, "external_id").contains("An external id has"), "{page}");
    for kept in [
        keys.access_key_id.as_str(),
        "value=\"not-&quot;it\"",
        "value=\"arn:aws:iam::111122223333:role/Vendor\"",
        "value=\"900\" selected",
        "value=\"/a/sample/events?q=who:jo\"",
    ] {
        assert!(page.contains(kept), "{kept} is not in {page}");
    }
    for secret in [keys.secret_access_key.as_str(), keys.session_token.as_deref().unwrap(), "135790"] {
        assert!(!page.contains(secret), "{secret} came back");
    }
}

#[tokio::test]
async fn long_lived_keys_need_a_tick_and_are_exchanged() {
    let (server, running) = with_sandbox().await;
    let keys = block(running.credentials(Who::Auditor));
    let mut browser = Browser::new(&server);
    let warned = browser.post("/sign-in/keys", &[("pasted", &keys)]).await.body;
    assert!(fault(&warned, "long_lived").contains("long-lived"), "{warned}");
    assert!(browser.cookie.is_none());

    browser.enter("/sign-in/keys", &[("pasted", &keys), ("long_lived", "yes")]).await;
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("user/auditor") && page.contains("long-lived keys, exchanged"), "{page}");
    // What is kept has another key, which ends by itself.
    let connections = connections(&server, &browser).await;
    assert!(connections.contains("ASIA") && !connections.contains("AKIA"), "{connections}");
}

/// The keys of a browser's session, by what their `Debug` shows.
async fn connections(server: &Server, browser: &Browser<'_>) -> String {
    let id = browser.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).unwrap().1;
    let vault = server.context.vault();
    let all = vault.of(server.context.store().owner(&id.parse().unwrap()));
    all.iter().map(|connection| format!("{:?}\n", connection.credentials)).collect()
}

#[tokio::test]
async fn a_second_factor_is_shown_where_it_is_asked_for() {
    let (server, running) = with_sandbox().await;
    let keys = block(running.credentials(Who::Mfa));
    let code = running.mfa_code(DEVICE).unwrap();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let form =
        |code| [("pasted", keys.as_str()), ("long_lived", "yes"), ("mfa_serial", DEVICE), ("mfa_code", code)];
    let mut browser = Browser::new(&server);
    let refused = browser.post("/sign-in/keys", &form(wrong)).await.body;
    let said = fault(&refused, "mfa_code");
    assert!(said.contains("does not accept this code") && said.contains("wait for the next one"), "{said}");
    let other = "arn:aws:iam::111122223333:mfa/nobody";
    let unknown =
        [("pasted", keys.as_str()), ("long_lived", "yes"), ("mfa_serial", other), ("mfa_code", &code)];
    let refused = browser.post("/sign-in/keys", &unknown).await.body;
    assert!(fault(&refused, "mfa_serial").contains("does not know this device"), "{refused}");
    browser.enter("/sign-in/keys", &form(&code)).await;
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("arn:aws:iam::111122223333:user/mfa"), "{page}");
}

#[tokio::test]
async fn a_role_is_taken_on_with_what_it_asks_for() {
    let (server, running) = with_sandbox().await;
    let keys = block(running.credentials(Who::Auditor));
    let vendor = "arn:aws:iam::777788889999:role/Vendor";
    let base = [("pasted", keys.as_str()), ("long_lived", "yes"), ("role_arn", vendor)];
    let mut browser = Browser::new(&server);
    let refused = browser.post("/sign-in/keys", &base).await.body;
    assert!(fault(&refused, "role_arn").contains("sts:AssumeRole"), "{refused}");

    let mut fields = base.to_vec();
    fields.extend([("external_id", "waymark-sandbox"), ("role_session_name", "jo.doe"), ("duration", "900")]);
    let entered = browser.enter("/sign-in/keys", &fields).await;
    assert_eq!(entered.header("location"), "/a/777788889999/events");
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("arn:aws:sts::777788889999:assumed-role/Vendor/jo.doe"), "{page}");
    assert!(page.contains("in 15 min"), "{page}");
    assert!(!page.contains("user/auditor"), "only the role was asked for: {page}");

    let admin = block(running.credentials(Who::Administrator));
    let code = running.mfa_code("arn:aws:iam::111122223333:mfa/administrator").unwrap();
    let fields = [
        ("pasted", admin.as_str()),
        ("long_lived", "yes"),
        ("role_arn", "arn:aws:iam::111122223333:role/BreakGlass"),
        ("mfa_serial", "arn:aws:iam::111122223333:mfa/administrator"),
        ("mfa_code", code.as_str()),
    ];
    browser.enter("/sign-in/keys", &fields).await;
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("arn:aws:sts::111122223333:assumed-role/BreakGlass/administrator"), "{page}");
}

#[tokio::test]
async fn only_own_pages_are_returned_to() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/sign-in?next=%2Fa%2Ftest%2Fevents%3Fq%3D").await.body;
    assert!(page.contains("name=\"next\" value=\"/a/test/events?q=\""), "{page}");
    for evil in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/sign-out"]
    {
        let address =
            format!("/sign-in?next={}", evil.replace('\t', "%09").replace('/', "%2F").replace('\\', "%5C"));
        let page = browser.get(&address).await.body;
        assert!(!page.contains("name=\"next\""), "{evil}: {page}");
        let entered = browser.enter("/sign-in/sample", &[("person", "newcomer"), ("next", evil)]).await;
        assert_eq!(entered.header("location"), format!("/a/{HOME}/events"), "{evil}");
    }
    let entered =
        browser.enter("/sign-in/sample", &[("person", "newcomer"), ("next", "/a/test/events?q=")]).await;
    assert_eq!(entered.header("location"), "/a/test/events?q=");
}

#[tokio::test]
async fn other_pages_sign_nobody_in_or_out() {
    let (server, _running) = with_sandbox().await;
    let mut browser = Browser::new(&server);
    browser.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    let own = format!("http://{HOST}");
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![("origin", "null")],
        vec![("origin", own.as_str()), ("sec-fetch-site", "cross-site")],
        vec![],
    ] {
        let mut headers = headers;
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        for (address, body) in
            [("/sign-in/sample", "person=auditor"), ("/sign-in/keys", "pasted=x"), ("/sign-out", "")]
        {
            let answer = browser.send(Method::POST, address, &headers, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address} {headers:?}");
        }
    }
    // Nor does opening an address.
    for address in ["/sign-in/sample?person=auditor", "/sign-in/keys", "/sign-out"] {
        assert_eq!(browser.get(address).await.header("location"), "/sign-in", "{address}");
    }
    let page = browser.get("/sign-in").await.body;
    assert!(page.contains("user/newcomer") && !page.contains("user/auditor"), "{page}");
}

#[tokio::test]
async fn without_aws_there_is_nothing_to_sign_in_to() {
    let server = Server::open(&[]).await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/sign-in/keys", &[("pasted", "x")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/sign-out", &[]).await.status, StatusCode::NOT_FOUND);
}
