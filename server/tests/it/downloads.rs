//! Downloads hold what the search finds, and nothing else.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::support::browser::{Browser, with_sandbox};
use crate::support::logs;
use crate::support::server::{Answer, Server, send};

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

fn complete(answer: &Answer) -> (&str, &str) {
    let name = answer.header("content-disposition").split('"').nth(1).unwrap();
    (answer.header("x-complete"), name)
}

#[tokio::test]
async fn what_is_not_all_says_so() {
    let server = Server::open(&logs::ordinary()).await;
    for format in ["csv", "json", "jsonl"] {
        let address = format!("/api/v1/test/events.{format}");
        server.taking_in.start();
        let part = server.get(&address).await;
        let name = format!("test-events-2026-11-22-incomplete.{format}");
        assert_eq!(complete(&part), ("false", name.as_str()));
        server.taking_in.finish();
        let whole = server.get(&address).await;
        let name = format!("test-events-2026-11-22.{format}");
        assert_eq!(complete(&whole), ("true", name.as_str()));
        assert_eq!(part.body, whole.body, "a note stands among the records");
    }
}

#[tokio::test]
async fn who_says_so_waits_for_what_is_on_its_way() {
    let server = Server::open(&logs::ordinary()).await;
    server.taking_in.start();
    let ended = async {
        // Not before it has been looked whether all is there.
        while send(&server.admin, Method::GET, "/metrics", &[], "").await.body.contains("seconds_count 0\n") {
            tokio::task::yield_now().await;
        }
        server.taking_in.finish();
    };
    let (whole, ()) = tokio::join!(server.get("/api/v1/test/events.csv?wait=45"), ended);
    assert_eq!(complete(&whole), ("true", "test-events-2026-11-22.csv"));
    for wrong in ["46", "-1", "x", "1.5"] {
        let answer = server.get(&format!("/api/v1/test/events.csv?wait={wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("0 to 45"), "{}", answer.body);
    }
}

#[tokio::test]
async fn an_aws_account_of_which_a_region_is_missing_says_so() {
    let (server, _running) = with_sandbox().await;
    let address = "/api/v1/111122223333/events.csv?from=-2h&wait=45";
    let mut auditor = Browser::new(&server);
    auditor.enter("/sign-in/sample", &[("person", "auditor")]).await;
    let whole = auditor.get(address).await;
    assert_eq!(complete(&whole).0, "true", "{}", whole.body);
    // AWS shows nothing to whoever may do nothing.
    let mut nobody = Browser::new(&server);
    nobody.enter("/sign-in/sample", &[("person", "newcomer")]).await;
    let nothing = nobody.get(address).await;
    assert_eq!(complete(&nothing).0, "false");
    assert!(complete(&nothing).1.ends_with("-incomplete.csv"), "{:?}", complete(&nothing));
    assert_eq!(nothing.body.lines().count(), 1);
}
