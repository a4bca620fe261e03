//! Endpoints that are slow, broken, too much asked, or lying: nothing false comes in, and everything comes to an end.

use std::fmt::Write as _;
use std::time::Duration;

use archive::Request;
use cloudtrail::search::{Search, TimeRange, parse};
use cloudtrail::time::{DAY, HOUR, Time};
use gateway::sync::{History, RegionState};
use gateway::{Approval, Gateway, GatewayError, Kind, Lookup, Page, Timing};
use sandbox::{Events, Running, Who};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::reader::still_clock;
use crate::support::{HURRIED, hurried, keys, options, sandbox, system_clock};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";

/// A sandbox without events in which LookupEvents goes wrong, and a gateway.
async fn wrong(fault: &str) -> (Running, Gateway) {
    let sandbox = sandbox(Events::None).await;
    sandbox.set_faults(&format!("[[fault]]\noperation = \"LookupEvents\"\n{fault}")).unwrap();
    let gateway = hurried(sandbox.url(), &[REGION]);
    (sandbox, gateway)
}

async fn lookup(sandbox: &Running, gateway: &Gateway, token: Option<&str>) -> Result<Page, GatewayError> {
    let now = system_clock()();
    // What happens right now is part of it.
    let range = (now.plus(-90 * DAY), now.plus(HOUR));
    let wanted = Lookup { account: ACCOUNT, region: REGION, range, attribute: None, insights: false, token };
    gateway.lookup(&keys(sandbox, Who::Auditor), &wanted).await
}

/// How many lookups the sandbox has seen so far, by its own record.
async fn calls(sandbox: &Running) -> usize {
    sandbox.set_faults("").unwrap();
    let other = hurried(sandbox.url(), &[REGION]);
    lookup(sandbox, &other, None).await.unwrap().records.len()
}

fn said(error: &GatewayError) -> String {
    format!("{}. {} {}", error.title(), error.detail(), error.help().unwrap_or_default())
}

#[tokio::test]
async fn who_is_throttled_slows_down_and_gets_there() {
    let (sandbox, gateway) = wrong("kind = \"throttled\"\ntimes = 2").await;
    // The two of one account and Region go by one limit.
    let (one, other) = tokio::join!(lookup(&sandbox, &gateway, None), lookup(&sandbox, &gateway, None));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(calls(&sandbox).await, 4);

    let (sandbox, gateway) = wrong("kind = \"throttled\"").await;
    let error = lookup(&sandbox, &gateway, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Throttled);
    assert!(said(&error).contains("ThrottlingException") && said(&error).contains("goes on by itself"));
    assert_eq!(calls(&sandbox).await, 3);
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let (sandbox, _) = wrong("delay-ms = 600000").await;
    let timing = Timing { answer: Duration::from_millis(50), tries: 2, ..HURRIED };
    let gateway = Gateway::with_timing(options(sandbox.url(), &[REGION]), timing);
    let error = lookup(&sandbox, &gateway, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unreachable);
    assert!(said(&error).contains("no answer came in time"), "{}", said(&error));
}

#[tokio::test]
async fn what_breaks_off_is_asked_for_again() {
    let (sandbox, gateway) = wrong("kind = \"half-closed\"").await;
    let error = lookup(&sandbox, &gateway, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unreachable, "{error:?}");
    assert!(said(&error).contains("broke off"), "{}", said(&error));
    for kind in ["half-closed", "invalid-json", "empty", "error"] {
        let (sandbox, gateway) = wrong(&format!("kind = \"{kind}\"\ntimes = 2")).await;
        lookup(&sandbox, &gateway, None).await.unwrap();
    }
}

#[tokio::test]
async fn answers_that_are_none_are_told_as_such() {
    let answer = |status: u16, body: &str| format!("kind = \"answer\"\nstatus = {status}\nbody = '{body}'");
    for (fault, kind, words) in [
        ("kind = \"invalid-json\"".to_owned(), Kind::Garbled, "not in the form of this call"),
        ("kind = \"empty\"".to_owned(), Kind::Garbled, "no list of events"),
        (answer(200, "{}"), Kind::Garbled, "no list of events"),
        (answer(200, r#"{"Events":"none"}"#), Kind::Garbled, "not in the form"),
        (answer(200, r#"{"Events":[{"EventTime":"yesterday"}]}"#), Kind::Garbled, "not in the form"),
        (answer(200, r#"{"Events":[[[[[[[["#), Kind::Garbled, "not in the form"),
        (answer(403, "<html>The proxy says no</html>"), Kind::Garbled, "status 403"),
        (answer(200, "<html>Please log in</html>"), Kind::Garbled, "such as a proxy"),
        (answer(502, "<html>Bad gateway</html>"), Kind::Server, "status 502"),
        ("kind = \"error\"".to_owned(), Kind::Server, "InternalFailure"),
        (
            "kind = \"error\"\ncode = \"InvalidTimeRangeException\"\nstatus = 400\nmessage = \"no\""
                .to_owned(),
            Kind::Refused,
            "InvalidTimeRangeException: no",
        ),
    ] {
        let (sandbox, gateway) = wrong(&fault).await;
        let error = lookup(&sandbox, &gateway, None).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{fault}: {error:?}");
        assert!(said(&error).contains(words), "{fault}: {}", said(&error));
    }
}

#[tokio::test]
async fn a_token_that_leads_nowhere_or_round_in_circles_is_noticed() {
    let (sandbox, gateway) = wrong("kind = \"wrong-token\"").await;
    let page = lookup(&sandbox, &gateway, None).await.unwrap();
    let error = lookup(&sandbox, &gateway, page.token.as_deref()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::StaleToken, "{error:?}");

    let (sandbox, gateway) = wrong("kind = \"endless\"").await;
    let page = lookup(&sandbox, &gateway, None).await.unwrap();
    let error = lookup(&sandbox, &gateway, page.token.as_deref()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Garbled, "{error:?}");
    assert!(said(&error).contains("the same page was sent again"), "{}", said(&error));

    let empty = "kind = \"answer\"\nbody = '{\"Events\":[],\"NextToken\":\"on\"}'";
    let (sandbox, gateway) = wrong(empty).await;
    let page = lookup(&sandbox, &gateway, None).await.unwrap();
    assert_eq!((page.records.len(), page.oldest, page.token.as_deref()), (0, None, Some("on")));
    assert_eq!(lookup(&sandbox, &gateway, Some("on")).await.unwrap_err().kind(), Kind::Garbled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_end_ends_in_the_cache_too() {
    // Whoever follows it all the same comes to an end that is none, and not to none at all.
    let (sandbox, _) = wrong("kind = \"endless\"\ntimes = 40").await;
    // What went wrong is not tried again while this runs, however long that takes.
    let options = gateway::Options { clock: still_clock(), ..options(sandbox.url(), &[REGION]) };
    let gateway = Gateway::with_timing(options, HURRIED);
    let (history, _folder) = history(&gateway);
    let credentials = keys(&sandbox, Who::Auditor);
    let caller = gateway.caller(&credentials).await.unwrap();
    let mut changes = history.changes(&caller).await.unwrap();
    let everything = Search { query: parse("").unwrap(), range: TimeRange::default() };
    let view = loop {
        let view = history.open(&credentials, &caller, &everything, PATIENCE).await.unwrap();
        let region = &view.regions[0];
        if region.trouble.is_some() || region.back_to == view.range.0 {
            break view;
        }
        changes.changed().await.unwrap();
    };
    // What is not known to be all is not called complete, and the reason is told.
    let region = &view.regions[0];
    assert!(region.back_to > view.range.0, "{region:?}");
    assert_eq!(region.trouble.as_ref().map(GatewayError::kind), Some(Kind::Garbled), "{region:?}");
}

/// A record as LookupEvents hands it out.
fn event(id: &str, account: &str, time: Time) -> Value {
    let time = Time::from_millis(time.as_millis() / 1_000 * 1_000);
    let record = json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "userName": "jo", "accountId": account},
        "eventTime": time.to_string(),
        "eventSource": "ec2.amazonaws.com",
        "eventName": "StopInstances",
        "awsRegion": REGION,
        "eventID": id,
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
    });
    json!({
        "EventId": id,
        "EventTime": time.as_millis() / 1_000,
        "CloudTrailEvent": record.to_string(),
    })
}

fn answering(events: &[Value]) -> String {
    format!("kind = \"answer\"\nbody = '''{}'''", json!({ "Events": events }))
}

const PATIENCE: Duration = Duration::from_secs(30);

fn history(gateway: &Gateway) -> (History, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (History::new(gateway.clone(), folder.path().to_owned()), folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_asked_for_never_comes_into_a_cache() {
    let now = system_clock()();
    let events = [
        event("own", ACCOUNT, now.plus(-2 * HOUR)),
        event("other-account", "444455556666", now.plus(-2 * HOUR)),
        event("too-old", ACCOUNT, now.plus(-400 * DAY)),
        event("not-yet", ACCOUNT, now.plus(DAY)),
        json!({"EventId": "no-record", "EventTime": 7, "CloudTrailEvent": "nonsense"}),
    ];
    let (sandbox, gateway) = wrong(&answering(&events)).await;
    let page = lookup(&sandbox, &gateway, None).await.unwrap();
    assert_eq!((page.records.len(), page.left_out), (1, 4));

    let (history, _folder) = history(&gateway);
    let credentials = keys(&sandbox, Who::Auditor);
    let caller = gateway.caller(&credentials).await.unwrap();
    let everything = Search { query: parse("").unwrap(), range: TimeRange::default() };
    let view = history.open(&credentials, &caller, &everything, PATIENCE).await.unwrap();
    assert!(matches!(view.regions[0].state, RegionState::Open), "{:?}", view.regions);
    let rows = view.archive.search(&Request::newest(everything, 100)).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["own"]);
}

#[tokio::test]
async fn a_page_may_be_large_but_not_without_end() {
    let now = system_clock()();
    let events: Vec<Value> = (0..50)
        .map(|index| {
            let mut event = event(&index.to_string(), ACCOUNT, now.plus(-HOUR));
            let record = event["CloudTrailEvent"].as_str().unwrap();
            let long = format!("{{\"requestParameters\":\"{}\",", "x".repeat(210_000));
            event["CloudTrailEvent"] = json!(record.replacen('{', &long, 1));
            event
        })
        .collect();
    let (sandbox, gateway) = wrong(&answering(&events)).await;
    let page = lookup(&sandbox, &gateway, None).await.unwrap();
    assert!(page.records.len() == 50 && page.records.iter().map(String::len).sum::<usize>() > 10_000_000);

    let gateway = hurried(without_end().await, &[REGION]);
    let error = lookup(&sandbox, &gateway, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Garbled);
    assert!(said(&error).contains("the answer is too long"), "{}", said(&error));
    let error = gateway.caller(&keys(&sandbox, Who::Auditor)).await.unwrap_err();
    assert!(said(&error).contains("the answer is too long"), "{}", said(&error));
}

/// An endpoint whose answers go on and on.
async fn without_end() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request).await.unwrap();
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ntransfer-encoding: chunked\r\n\r\n";
                stream.write_all(head.as_bytes()).await.unwrap();
                let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
                // Until the other side has had enough.
                while stream.write_all(chunk.as_bytes()).await.is_ok() {}
            });
        }
    });
    url
}

#[tokio::test]
async fn an_endpoint_that_only_listens_is_unreachable_in_words() {
    let sandbox = sandbox(Events::None).await;
    // A port that was free a moment ago may be another's: nobody listens on this one.
    let gateway = hurried("http://127.0.0.1:1".to_owned(), &[REGION]);
    let error = lookup(&sandbox, &gateway, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unreachable);
    assert!(said(&error).contains("refused") && said(&error).contains("proxy"), "{}", said(&error));
}

/// What a person does on the page of Identity Center.
async fn approve(sandbox: &Running, code: &str) {
    let mut body = String::new();
    write!(body, "user_code={code}&person=ana.lima%40example.com&action=approve").unwrap();
    let request = format!(
        "POST /device HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        sandbox.address(),
        body.len()
    );
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_portal_that_lists_without_end_is_left() {
    let sandbox = sandbox(Events::None).await;
    let gateway = hurried(sandbox.url(), &[REGION]);
    let device = gateway.start_device(&sandbox.start_url(), REGION).await.unwrap();
    approve(&sandbox, &device.user_code).await;
    let Approval::Granted(portal) = gateway.device_approval(&device).await.unwrap() else { panic!() };
    assert_eq!(gateway.portal_accounts(&portal).await.unwrap().len(), 2);
    let list = |operation: &str, body: &str| {
        format!("[[fault]]\noperation = \"{operation}\"\nkind = \"answer\"\nbody = '{body}'\n")
    };
    sandbox.set_faults(&list("ListAccounts", r#"{"accountList":[],"nextToken":"on"}"#)).unwrap();
    assert!(gateway.portal_accounts(&portal).await.unwrap().is_empty());
    sandbox.set_faults(&list("ListAccountRoles", r#"{"roleList":[],"nextToken":"on"}"#)).unwrap();
    assert!(gateway.portal_accounts(&portal).await.unwrap().iter().all(|account| account.roles.is_empty()));
    sandbox
        .set_faults("[[fault]]\noperation = \"GetRoleCredentials\"\nkind = \"answer\"\nbody = '{}'")
        .unwrap();
    let error = gateway.portal_role(&portal, ACCOUNT, "ReadOnlyAccess").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Garbled, "{error:?}");
}
