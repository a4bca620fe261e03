//! LookupEvents.

use sandbox::{Events, Who};
use serde_json::{Value, json};

use crate::client::{Answer, Client, Stand};

/// A record of 2026-11-22, `minute` minutes after ten.
fn record(id: &str, minute: u32, more: Value) -> String {
    let mut record = json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": format!("2026-11-22T10:{minute:02}:00Z"),
        "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "awsRegion": "eu-central-1", "readOnly": false,
        "recipientAccountId": "111122223333", "eventCategory": "Management",
        "userIdentity": {"type": "IAMUser", "userName": "ana", "accessKeyId": "AKIAEXAMPLE"},
    });
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record.to_string()
}

/// Ids of a page, without those of the calls that the test itself made.
fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let json = answer.json();
    let events = json["Events"].as_array().unwrap().iter();
    events.map(|event| event["EventId"].as_str().unwrap().to_owned()).filter(|id| id.len() < 8).collect()
}

async fn stand_with(records: &[String]) -> (Stand, Client) {
    let stand = Stand::empty().await;
    stand.running.add_events(records.iter().map(String::as_str)).unwrap();
    let client = stand.client(Who::Auditor);
    (stand, client)
}

#[tokio::test]
async fn each_attribute_finds_what_it_names() {
    let (_stand, client) = stand_with(&[
        record("a", 1, json!({})),
        record("b", 2, json!({"eventName": "DescribeInstances", "readOnly": true})),
        record("c", 3, json!({"eventSource": "s3.amazonaws.com", "eventName": "CreateBucket", "requestParameters": {"bucketName": "logs"}})),
        record("d", 4, json!({"userIdentity": {"type": "AssumedRole", "principalId": "AROAX:ben", "accessKeyId": "ASIAX"}})),
    ])
    .await;
    for (key, value, expected) in [
        ("EventId", "c", vec!["c"]),
        ("EventName", "RunInstances", vec!["d", "a"]),
        ("EventName", "runinstances", vec![]),
        ("ReadOnly", "true", vec!["b"]),
        ("Username", "ben", vec!["d"]),
        ("ResourceType", "AWS::S3::Bucket", vec!["c"]),
        ("ResourceName", "logs", vec!["c"]),
        ("EventSource", "s3.amazonaws.com", vec!["c"]),
        ("AccessKeyId", "ASIAX", vec!["d"]),
    ] {
        let attribute = json!({"AttributeKey": key, "AttributeValue": value});
        let found = client.trail("LookupEvents", json!({"LookupAttributes": [attribute.clone()]})).await;
        assert_eq!(ids(&found), expected, "{key}={value}");
        // A second attribute is silently left out.
        let more = json!({"AttributeKey": "EventId", "AttributeValue": "nothing"});
        let found = client.trail("LookupEvents", json!({"LookupAttributes": [attribute, more]})).await;
        assert_eq!(ids(&found), expected, "{key}={value} and another");
    }
}

#[tokio::test]
async fn an_event_says_what_aws_says() {
    let (_stand, client) =
        stand_with(&[record("a", 1, json!({"requestParameters": {"bucketName": "logs"}}))]).await;
    let answer = client.trail("LookupEvents", json!({"EndTime": 1_795_345_200})).await.json();
    let event = &answer["Events"][0];
    assert_eq!(event["EventTime"], 1_795_341_660);
    assert_eq!((&event["ReadOnly"], &event["Username"]), (&json!("false"), &json!("ana")));
    assert_eq!(event["Resources"], json!([{"ResourceType": "AWS::S3::Bucket", "ResourceName": "logs"}]));
    let record: Value = serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(record["eventID"], "a");
}

#[tokio::test]
async fn time_ranges_include_both_ends() {
    let records: Vec<String> =
        (0..5).map(|minute| record(&format!("e{minute}"), minute, json!({}))).collect();
    let (_stand, client) = stand_with(&records).await;
    let at = |minute: i64| 1_795_341_600 + 60 * minute;
    let found = client.trail("LookupEvents", json!({"StartTime": at(1), "EndTime": at(3)})).await;
    assert_eq!(ids(&found), ["e3", "e2", "e1"]);
    let found = client.trail("LookupEvents", json!({"StartTime": at(3) as f64 + 0.5})).await;
    assert_eq!(ids(&found), ["e4"]);
    for (input, code) in [
        (json!({"StartTime": at(2), "EndTime": at(1)}), "InvalidTimeRangeException"),
        (json!({"StartTime": -5}), "InvalidTimeRangeException"),
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"EventCategory": "Insight"}), "InvalidEventCategoryException"),
        (
            json!({"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "x"}]}),
            "InvalidLookupAttributesException",
        ),
        (
            json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": ""}]}),
            "InvalidLookupAttributesException",
        ),
        (
            json!({"EventCategory": "insight", "LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "x"}]}),
            "InvalidLookupAttributesException",
        ),
        (json!({"NextToken": "x"}), "InvalidNextTokenException"),
    ] {
        let answer = client.trail("LookupEvents", input.clone()).await;
        assert_eq!((answer.status, answer.code()), (400, code.to_owned()), "{input}");
    }
}

#[tokio::test]
async fn history_ends_after_ninety_days() {
    let old = json!({"eventTime": "2026-08-24T11:59:59Z"});
    let (stand, client) =
        stand_with(&[record("old", 0, old), record("new", 0, json!({"eventTime": "2026-08-24T12:00:00Z"}))])
            .await;
    assert_eq!(ids(&client.trail("LookupEvents", json!({"StartTime": 1_700_000_000})).await), ["new"]);
    stand.clock.forward(1);
    assert!(ids(&client.trail("LookupEvents", json!({})).await).is_empty());
}

#[tokio::test]
async fn pages_are_whole_and_insist_on_their_parameters() {
    // Many events of one second: the order must hold within it.
    let records: Vec<String> = (0..25).map(|n| record(&format!("e{n}"), n / 20, json!({}))).collect();
    let (stand, client) = stand_with(&records).await;
    let mut input = json!({"MaxResults": 10, "EndTime": 1_795_345_200});
    let mut all = Vec::new();
    let mut tokens = Vec::new();
    loop {
        let answer = client.trail("LookupEvents", input.clone()).await;
        all.extend(ids(&answer));
        let Some(token) = answer.json()["NextToken"].as_str().map(str::to_owned) else { break };
        input["NextToken"] = json!(token);
        tokens.push(token);
        // Something happens meanwhile: it does not move the pages.
        stand.running.add_events([record(&format!("late{}", all.len()), 50, json!({})).as_str()]).unwrap();
    }
    let expected: Vec<String> = (0..25).rev().map(|n| format!("e{n}")).collect();
    assert_eq!(all, expected);
    assert_eq!(tokens.len(), 2);

    let with = |change: Value| {
        let mut input = json!({"MaxResults": 10, "EndTime": 1_795_345_200, "NextToken": tokens[0]});
        change.as_object().unwrap().iter().for_each(|(key, value)| input[key] = value.clone());
        input
    };
    assert_eq!(client.trail("LookupEvents", with(json!({}))).await.status, 200);
    for other in [
        json!({"MaxResults": 11}),
        json!({"EndTime": 1_795_345_201}),
        json!({"StartTime": 1}),
        json!({"EventCategory": "insight"}),
    ] {
        assert_eq!(client.trail("LookupEvents", with(other)).await.code(), "InvalidNextTokenException");
    }
    let elsewhere = client.in_region("us-east-1").trail("LookupEvents", with(json!({}))).await;
    assert_eq!(elsewhere.code(), "InvalidNextTokenException");
    stand.clock.forward(3601);
    assert_eq!(
        client.trail("LookupEvents", with(json!({}))).await.code(),
        "InvalidNextTokenException",
        "stale"
    );
}

#[tokio::test]
async fn insights_are_asked_for() {
    let insight = json!({"eventID": "i1", "eventTime": "2026-11-22T10:00:00Z", "awsRegion": "eu-central-1", "recipientAccountId": "111122223333",
        "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight",
        "insightDetails": {"state": "Start", "eventName": "RunInstances", "eventSource": "ec2.amazonaws.com", "insightType": "ApiCallRateInsight"}});
    let (_stand, client) = stand_with(&[insight.to_string(), record("a", 1, json!({}))]).await;
    assert_eq!(ids(&client.trail("LookupEvents", json!({})).await), ["a"]);
    let answer = client.trail("LookupEvents", json!({"EventCategory": "insight"})).await;
    assert_eq!(ids(&answer), ["i1"]);
    assert_eq!(answer.json()["Events"][0]["EventName"], "RunInstances");
}

#[tokio::test]
async fn the_sample_fills_three_accounts_and_a_folder_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        Stand::with(|options| {
            options.events = Events::Sample(12_000);
            options.state = Some(folder.path().to_owned());
        })
    };
    let stand = start().await;
    let mut newest = Vec::new();
    for account in ["111122223333", "444455556666", "777788889999"] {
        let client = stand.client_of(stand.running.session(account, "Auditor", "me", 900).unwrap());
        let answer = client.trail("LookupEvents", json!({"MaxResults": 3})).await.json();
        let events = answer["Events"].as_array().unwrap();
        assert_eq!(events.len(), 3, "{account}");
        let record: Value = serde_json::from_str(events[0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert_eq!(record["recipientAccountId"], account);
        newest.push(events[0]["EventId"].clone());
    }
    let insights =
        stand.client(Who::Auditor).trail("LookupEvents", json!({"EventCategory": "insight"})).await.json();
    assert!(!insights["Events"].as_array().unwrap().is_empty());
    stand.running.stop().await;

    let again = start().await;
    let attribute = json!({"AttributeKey": "EventId", "AttributeValue": newest[0]});
    let answer = again
        .client(Who::Auditor)
        .trail("LookupEvents", json!({"LookupAttributes": [attribute]}))
        .await
        .json();
    assert_eq!(answer["Events"].as_array().unwrap().len(), 1, "the same events as before");
}
