//! The program killed in the middle of fetching event history, and started again.

use std::collections::HashSet;
use std::path::Path;

use cloudtrail::time::{HOUR, MINUTE, Time};
use sandbox::{Events, Options, Running, Sandbox, Who};
use serde_json::{Value, json};

use crate::support::program::Served;

const ACCOUNT: &str = "111122223333";
/// Eight pages, in one Region; the fetching of which takes longer than the first of them.
const COUNT: usize = 400;

async fn aws(records: &[String]) -> Running {
    let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
    running.add_events(records.iter().map(String::as_str)).unwrap();
    running
}

/// Ten seconds apart, from two hours ago backwards; a page is fifty of them.
fn records(now: Time) -> Vec<String> {
    let record = |index: usize| {
        let time = now.plus(-2 * HOUR - index as i64 * MINUTE / 6);
        json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "IAMUser", "userName": "jo", "accountId": ACCOUNT},
            "eventTime": Time::from_millis(time.as_millis() / 1_000 * 1_000).to_string(),
            "eventSource": "ec2.amazonaws.com",
            "eventName": "StopInstances",
            "awsRegion": "eu-central-1",
            "eventID": format!("killed-{index}"),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "eventCategory": "Management",
            "recipientAccountId": ACCOUNT,
        })
        .to_string()
    };
    (0..COUNT).map(record).collect()
}

fn serve(data: &Path, running: &Running) -> Served {
    let keys = running.credentials(Who::Auditor);
    let environment = [
        ("AWS_ENDPOINT_URL", running.url()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", keys.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.clone()),
        ("AWS_CONFIG_FILE", data.join("none").display().to_string()),
        ("AWS_SHARED_CREDENTIALS_FILE", data.join("none").display().to_string()),
    ];
    Served::start_with(data, &["--aws"], &environment)
}

/// What a search for the records finds now.
fn search(served: &Served, data: &Path) -> Value {
    let name = served.address.to_string().replace(':', "-");
    let token = std::fs::read_to_string(data.join(format!("waymark/run/{name}.token"))).unwrap();
    let bearer = format!("Bearer {}", token.trim());
    let list = format!("/api/v1/{ACCOUNT}/events?limit=1000&q=who:jo");
    let answer = served.send("GET", &list, &[("authorization", &bearer)], "");
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

fn ids(list: &Value) -> HashSet<String> {
    let events = list["events"].as_array().unwrap();
    let ids: HashSet<String> =
        events.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len() as u64, list["total"].as_u64().unwrap(), "something counts twice");
    assert_eq!(ids.len(), events.len(), "something is there twice");
    ids
}

/// From when on everything is said to be there, in the Region with the records.
fn back_to(list: &Value) -> Time {
    let regions = list["coverage"]["history"]["regions"].as_array().unwrap();
    let region = regions.iter().find(|region| region["region"] == "eu-central-1").unwrap();
    Time::parse(region["back_to"].as_str().unwrap()).unwrap()
}

/// What is said to be there is there.
fn is_honest(list: &Value, now: Time) {
    let (have, from) = (ids(list), back_to(list));
    for (index, record) in records(now).iter().enumerate() {
        let record: Value = serde_json::from_str(record).unwrap();
        let is_covered = Time::parse(record["eventTime"].as_str().unwrap()).unwrap() >= from;
        assert!(!is_covered || have.contains(&format!("killed-{index}")), "{index} is missing, from {from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_is_there_after_the_program_was_killed() {
    let now = Time::from_millis(jiff::Timestamp::now().as_millisecond());
    let running = aws(&records(now)).await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();

    let served = serve(data, &running);
    let before = loop {
        let list = search(&served, data);
        is_honest(&list, now);
        if ids(&list).len() >= 100 {
            break list;
        }
    };
    assert!(ids(&before).len() < COUNT, "nothing was left to fetch");
    // Not told to stop: killed.
    drop(served);

    let served = serve(data, &running);
    let mut list = search(&served, data);
    assert!(ids(&before).is_subset(&ids(&list)), "{} and {}", ids(&before).len(), ids(&list).len());
    loop {
        is_honest(&list, now);
        if ids(&list).len() == COUNT {
            break;
        }
        list = search(&served, data);
    }
}
