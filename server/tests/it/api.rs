//! The HTTP API's contract.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::logs;
use crate::support::server::{Answer, Server};

async fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(&format!("/api/v1/test{path}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

fn ids(list: &Value) -> Vec<String> {
    let events = list["events"].as_array().unwrap();
    events.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_has_records_a_total_and_coverage() {
    let server = Server::open(&logs::ordinary()).await;
    let list = get(&server, "/events").await;
    assert_eq!(list["total"], logs::COUNT);
    assert_eq!(list["cursor"], Value::Null);
    let newest_first: Vec<Value> = logs::ordinary().into_iter().rev().collect();
    assert_eq!(list["events"], Value::Array(newest_first));
    let coverage = &list["coverage"];
    assert_eq!(coverage["events"], logs::COUNT);
    assert_eq!(coverage["data"]["from"], "2026-11-20T09:00:00Z");
    assert_eq!(coverage["sources"]["complete"], 1);
    assert_eq!(coverage["taking_in"], false);

    let stops = get(&server, "/events?q=event:StopInstances&limit=3").await;
    assert_eq!((&stops["total"], ids(&stops).len()), (&json!(15), 3));
    assert!(stops["cursor"].is_string());
    assert_eq!(get(&server, "/events?limit=0").await["events"], json!([]));
}

#[tokio::test]
async fn numbers_stay_as_they_were_written() {
    let server = Server::open(&logs::ordinary()).await;
    let answer = server.get("/api/v1/test/events?limit=1").await;
    assert!(answer.body.contains("\"weight\":1.5"), "{}", answer.body);
}

#[tokio::test]
async fn pages_make_up_the_whole() {
    let server = Server::open(&logs::ordinary()).await;
    let whole = ids(&get(&server, "/events?limit=1000").await);
    let mut pages = Vec::new();
    let mut next = String::new();
    loop {
        let page = get(&server, &format!("/events?limit=7{next}")).await;
        assert_eq!(page["total"], logs::COUNT);
        pages.extend(ids(&page));
        match page["cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(pages, whole);
}

#[tokio::test]
async fn pages_make_up_the_whole_also_within_one_second() {
    let mut records = logs::ordinary();
    records.iter_mut().for_each(|record| record["eventTime"] = json!("2026-11-20T09:00:00Z"));
    let server = Server::open(&records).await;
    let mut seen = Vec::new();
    let mut next = String::new();
    while seen.len() < records.len() {
        let page = get(&server, &format!("/events?limit=7{next}")).await;
        let ids = ids(&page);
        assert!(!ids.is_empty());
        seen.extend(ids);
        next = page["cursor"].as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    }
    assert_eq!(next, "");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), records.len());
}

#[tokio::test]
async fn ranges_are_half_open_and_may_be_relative() {
    let server = Server::open(&logs::ordinary()).await;
    let total = async |range: &str| get(&server, &format!("/events?{range}")).await["total"].clone();
    assert_eq!(total("from=2026-11-20T09:10:00Z&to=2026-11-20T09:20:00Z").await, 10);
    assert_eq!(total("from=2026-11-20T10:10:00%2B01:00&to=2026-11-20T09:20Z").await, 10);
    assert_eq!(total("from=-3d&to=now").await, logs::COUNT);
    assert_eq!(total("from=-1h").await, 0);
    assert_eq!(total("to=2026-11-20").await, 0);
    assert_eq!(total("from=&to=").await, logs::COUNT);
}

#[tokio::test]
async fn one_event_comes_with_what_is_around_it() {
    let server = Server::open(&logs::ordinary()).await;
    let records = logs::ordinary();
    let id = records[3]["eventID"].as_str().unwrap();
    let detail = get(&server, &format!("/events/{id}")).await;
    assert_eq!(detail["record"], records[3]);
    assert_eq!((&detail["row"]["who"], &detail["row"]["event"]), (&json!("max"), &json!("StopInstances")));
    assert_eq!(detail["versions"], json!([]));
    assert!(!detail["related"].as_array().unwrap().is_empty(), "{detail}");

    let unknown = server.get("/api/v1/test/events/none").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["type"], "urn:waymark:problem:unknown-event");
}

#[tokio::test]
async fn each_record_of_an_event_has_an_address() {
    let mut records = logs::ordinary();
    let mut other = records[3].clone();
    other["userAgent"] = json!("corrected");
    records.push(other.clone());
    let server = Server::open(&records).await;
    let id = other["eventID"].as_str().unwrap();
    let newest = get(&server, &format!("/events/{id}")).await;
    assert_eq!((&newest["newer"], newest["versions"].as_array().unwrap().len()), (&json!(0), 1));
    let hash = newest["versions"][0]["hash"].as_str().unwrap();
    let older = get(&server, &format!("/events/{id}?version={hash}")).await;
    assert_eq!((&older["hash"], &older["newer"]), (&json!(hash), &json!(1)));
    assert_eq!(older["versions"], json!([newest["row"]]));
    let mut both = [&newest["record"], &older["record"]].map(|record| record["userAgent"].as_str().unwrap());
    both.sort_unstable();
    assert_eq!(both, ["aws-cli/2.17.0", "corrected"]);
    let own = newest["hash"].as_str().unwrap();
    assert_eq!(get(&server, &format!("/events/{id}?version={own}")).await, newest);

    let status = async |version: &str| {
        let answer = server.get(&format!("/api/v1/test/events/{id}?version={version}")).await;
        (answer.status, answer.json()["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned())
    };
    assert_eq!(status(&"0".repeat(64)).await, (StatusCode::NOT_FOUND, "unknown-event".to_owned()));
    assert_eq!(status("0f").await, (StatusCode::BAD_REQUEST, "bad-parameter".to_owned()));

    // On the page each leads to the other, and the newest has the event's own address.
    let page = server.get(&format!("/a/test/events/{id}?q=who:max")).await;
    let there = format!("/a/test/events/{id}?q=who:max&amp;version={hash}");
    assert!(page.body.contains(&there) && page.body.contains("Below is the newest"), "{}", page.body);
    let page = server.get(&there.replace("&amp;", "&")).await;
    let back = format!("href=\"/a/test/events/{id}?q=who:max\"");
    assert!(page.body.contains(&back) && page.body.contains("Below is an older one"), "{}", page.body);
    assert!(page.body.contains(", an older record · Waymark</title>"), "{}", page.body);
    // What else the page leads to is not about a version.
    assert_eq!(page.body.matches("version=").count(), 0, "{}", page.body);
    for (version, status) in [("0".repeat(64), StatusCode::NOT_FOUND), ("0f".into(), StatusCode::BAD_REQUEST)]
    {
        let page = server.get(&format!("/a/test/events/{id}?q=&version={version}")).await;
        assert_eq!(page.status, status, "{}", page.body);
    }
}

#[tokio::test]
async fn facets_and_histogram_count_the_same_events() {
    let server = Server::open(&logs::ordinary()).await;
    let counts = get(&server, "/facets?q=service:ec2&values=1").await;
    assert_eq!(counts["total"], 15);
    let who = counts["facets"].as_array().unwrap().iter().find(|facet| facet["field"] == "who").unwrap();
    assert_eq!(who["values"], json!([{ "value": "max", "label": null, "count": 15 }]));
    let histogram = get(&server, "/histogram?bars=10").await;
    let buckets = histogram["histogram"]["buckets"].as_array().unwrap();
    let sum = |name: &str| buckets.iter().map(|bucket| bucket[name].as_u64().unwrap()).sum::<u64>();
    assert!(buckets.len() <= 10, "{histogram}");
    assert_eq!((sum("reads"), sum("writes"), sum("errors")), (10, 15, 5));
}

#[tokio::test]
async fn taking_in_shows_in_the_coverage() {
    let server = Server::open(&logs::ordinary()).await;
    server.taking_in.start();
    assert_eq!(get(&server, "/events").await["coverage"]["taking_in"], true);
    server.taking_in.finish();
    assert_eq!(get(&server, "/events").await["coverage"]["taking_in"], false);
}

/// The problem that a request answers.
async fn problem(server: &Server, address: &str, status: u16, kind: &str) -> Value {
    let answer: Answer = server.get(address).await;
    assert_eq!(answer.status.as_u16(), status, "{address}: {}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{address}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:waymark:problem:{kind}"), "{address}");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    problem
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_that_says_where() {
    let server = Server::open(&logs::ordinary()).await;
    let at = |problem: &Value| {
        let position = &problem["position"];
        let number = |name: &str| position[name].as_u64().unwrap();
        (position["parameter"].as_str().unwrap().to_owned(), number("start"), number("end"), number("column"))
    };
    for path in ["events", "facets", "histogram", "events.csv", "events.json", "events.jsonl"] {
        let wrong =
            problem(&server, &format!("/api/v1/test/{path}?q=who:jo%20evnt:x"), 400, "bad-query").await;
        assert_eq!(at(&wrong), ("q".to_owned(), 7, 11, 8), "{wrong}");
        assert!(wrong["help"].as_str().unwrap().contains("event"), "{wrong}");
        let wrong = problem(&server, &format!("/api/v1/test/{path}?from=someday"), 400, "bad-time").await;
        assert_eq!(at(&wrong), ("from".to_owned(), 0, 7, 1));
        let wrong =
            problem(&server, &format!("/api/v1/test/{path}?qq=1&q=x"), 400, "unknown-parameter").await;
        assert!(wrong["detail"].as_str().unwrap().contains("`qq`"), "{wrong}");
    }
    let list = "/api/v1/test/events";
    assert_eq!(at(&problem(&server, &format!("{list}?limit=-1"), 400, "bad-parameter").await).0, "limit");
    assert_eq!(at(&problem(&server, &format!("{list}?limit=1001"), 400, "bad-parameter").await).0, "limit");
    assert_eq!(at(&problem(&server, &format!("{list}?cursor=abc"), 400, "bad-cursor").await).0, "cursor");
    assert_eq!(at(&problem(&server, &format!("{list}?q=a&q=b"), 400, "bad-parameter").await).0, "q");
    problem(&server, &format!("{list}?from=2026-11-21&to=2026-11-20"), 400, "bad-parameter").await;
    problem(&server, "/api/v1/test/events/x?q=1", 400, "unknown-parameter").await;
    problem(&server, "/api/v1/other/events", 404, "unknown-account").await;
    problem(&server, "/api/v1/test/nothing", 404, "not-found").await;
    problem(&server, "/api/v2/test/events", 404, "not-found").await;
}

#[tokio::test]
async fn only_reading_is_possible() {
    let server = Server::open(&logs::ordinary()).await;
    let headers = [("origin", "http://127.0.0.1:3000")];
    let answer = server.send(axum::http::Method::DELETE, "/api/v1/test/events", &headers, "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn metrics_count_without_names() {
    let server = Server::open(&logs::ordinary()).await;
    get(&server, "/events?q=who:jo").await;
    let send = async |path: &str| {
        crate::support::server::send(&server.admin, axum::http::Method::GET, path, &[], "").await
    };
    let metrics = send("/metrics").await.body;
    assert!(metrics.contains("route=\"/api/v1/{account}/events\",status=\"200\"} 1"), "{metrics}");
    assert!(metrics.contains("waymark_search_seconds_count 1"), "{metrics}");
    assert!(metrics.contains("waymark_archive_events 30"), "{metrics}");
    assert!(!metrics.contains("/test/") && !metrics.contains("jo\""), "{metrics}");
    assert_eq!(send("/readyz").await.body, "ready\n");
    assert_eq!(server.get("/metrics").await.status, StatusCode::NOT_FOUND);
}
