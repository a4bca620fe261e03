//! Downloads hold what the search finds, and nothing else.

use axum::http::StatusCode;
use serde_json::Value;

use crate::support::logs;
use crate::support::server::{Answer, Server};

async fn download(server: &Server, format: &str, query: &str) -> Answer {
    let answer = server.get(&format!("/api/v1/test/events.{format}?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let name = format!("attachment; filename=\"test-events-2026-11-22.{format}\"");
    assert_eq!(answer.header("content-disposition"), name);
    answer
}

#[tokio::test]
async fn all_formats_hold_what_the_list_shows() {
    let server = Server::open(&logs::ordinary()).await;
    for query in ["", "q=event:StopInstances", "q=error:*&from=2026-11-20T09:05Z", "q=nothing-like-this"] {
        let list = server.get(&format!("/api/v1/test/events?limit=1000&{query}")).await.json();
        let total = list["total"].to_string();

        let json = download(&server, "json", query).await;
        assert_eq!(json.json(), list["events"], "{query}");
        assert_eq!(json.header("x-total-count"), total);

        let lines = download(&server, "jsonl", query).await;
        let records: Vec<Value> =
            lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(Value::Array(records), list["events"], "{query}");

        let csv = download(&server, "csv", query).await;
        assert!(csv.body.starts_with("time,event,service,who"), "{}", csv.body);
        assert_eq!((csv.body.lines().count() - 1).to_string(), total, "{query}");
    }
}

#[tokio::test]
async fn a_table_has_the_columns_asked_for() {
    let server = Server::open(&logs::ordinary()).await;
    let csv = download(&server, "csv", "columns=who,event&q=id:00000000-0000-0000-0000-000000000001").await;
    assert_eq!(csv.body, "who,event\r\nmax,StopInstances\r\n");
    let wrong = server.get("/api/v1/test/events.csv?columns=who,whom").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.json()["detail"].as_str().unwrap().contains("`whom`"));
}
