//! The description of the API and its answers say the same.

use serde_json::Value;
use waymark_server::http::api::PATHS;

use crate::support::logs;
use crate::support::schema::{check, resolve};
use crate::support::server::Server;

async fn description(server: &Server) -> Value {
    server.get("/api/v1/openapi.json").await.json()
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let server = Server::open(&logs::ordinary()).await;
    let description = description(&server).await;
    let mut described: Vec<&str> =
        description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut routes = PATHS.to_vec();
    described.sort_unstable();
    routes.sort_unstable();
    assert_eq!(described, routes);
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let server = Server::open(&logs::ordinary()).await;
    let description = description(&server).await;
    let mut open = vec![&description];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if let Some(reference) = object.get("$ref") {
                    resolve(reference, &description);
                }
                open.extend(object.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let mut records = logs::ordinary();
    records.push(logs::hostile());
    let server = Server::open(&records).await;
    let description = description(&server).await;
    let cases = [
        ("/openapi.json", "/openapi.json"),
        ("/{account}/events", "/test/events?limit=4"),
        ("/{account}/events", "/test/events?q=nothing-like-this"),
        ("/{account}/events", "/test/events?q=("),
        ("/{account}/events", "/other/events"),
        ("/{account}/events/{id}", "/test/events/00000000-0000-0000-0000-000000000003"),
        ("/{account}/events/{id}", "/test/events/evil-1"),
        ("/{account}/events/{id}", "/test/events/none"),
        ("/{account}/facets", "/test/facets"),
        ("/{account}/facets", "/test/facets?values=x"),
        ("/{account}/histogram", "/test/histogram"),
        ("/{account}/histogram", "/test/histogram?q=nothing-like-this"),
        ("/{account}/histogram", "/test/histogram?from=someday"),
        ("/{account}/events.csv", "/test/events.csv"),
        ("/{account}/events.csv", "/test/events.csv?columns=x"),
        ("/{account}/events.json", "/test/events.json"),
        ("/{account}/events.jsonl", "/test/events.jsonl"),
        ("/{account}/events.jsonl", "/test/events.jsonl?a=1"),
    ];
    for (path, address) in cases {
        let answer = server.get(&format!("/api/v1{address}")).await;
        let responses = &description["paths"][path]["get"]["responses"];
        let described = if answer.status.is_success() { &responses["200"] } else { &responses["default"] };
        let described = described.get("$ref").map_or(described, |reference| resolve(reference, &description));
        let kind = answer.header("content-type").split(';').next().unwrap().to_owned();
        let schema =
            described["content"].get(&kind).unwrap_or_else(|| panic!("{address}: {kind} is not described"));
        for name in described["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
            assert!(!answer.header(name).is_empty(), "{address}: no {name}");
        }
        if kind.ends_with("json") {
            let problems = check(&answer.json(), &schema["schema"], &description);
            assert!(problems.is_empty(), "{address}: {problems:#?}");
        }
    }
    for path in PATHS {
        assert!(cases.iter().any(|(described, _)| *described == path), "{path} is not tried");
    }
}

#[tokio::test]
async fn parameters_are_those_that_are_taken() {
    let server = Server::open(&logs::ordinary()).await;
    let description = description(&server).await;
    for path in PATHS.into_iter().filter(|path| path.contains("{account}")) {
        let parameters = description["paths"][path]["get"]["parameters"].as_array().unwrap();
        let resolved = parameters
            .iter()
            .map(|one| one.get("$ref").map_or(one, |reference| resolve(reference, &description)));
        let names: Vec<&str> =
            resolved.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap()).collect();
        let address =
            path.replace("{account}", "test").replace("{id}", "00000000-0000-0000-0000-000000000003");
        let all = names.iter().map(|name| format!("{name}=")).collect::<Vec<_>>().join("&");
        let answer = server.get(&format!("/api/v1{address}?{all}")).await;
        assert!(answer.status.is_success(), "{address}?{all}: {}", answer.body);
        // The error for an unknown one lists those that are taken.
        let help =
            server.get(&format!("/api/v1{address}?zzz=1")).await.json()["help"].as_str().unwrap().to_owned();
        for name in &names {
            assert!(help.contains(name), "{path}: {help}");
        }
        assert_eq!(help.matches(", ").count(), names.len().saturating_sub(1), "{path}: {help}");
    }
}
