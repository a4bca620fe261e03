use cloudtrail::intake::Report;
use cloudtrail::time::Time;
use serde_json::{Value, json};

use crate::support::{
    Identity, Place, all_raw, count, gzip, hash_of, identities, newest, record, record_with, wrapped,
};

/// What is the same event, and what a second run does.
mod again;
/// Objects handed in with their bytes.
mod objects;
/// Budgets, reports, progress, stopping and watching.
mod runs;

/// A record as `aws cloudtrail lookup-events` prints it.
fn looked_up(raw: &str) -> Value {
    let record: Value = serde_json::from_str(raw).unwrap();
    json!({"EventId": record["eventID"], "EventName": record["eventName"], "ReadOnly": "false",
        "EventTime": "2026-11-20T10:00:00+00:00", "Resources": [], "CloudTrailEvent": raw})
}

/// A record as EventBridge delivers it.
fn envelope(raw: &str) -> String {
    format!(
        r#"{{"version":"0","id":"e","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333","time":"2026-11-20T10:00:00Z","region":"eu-west-1","resources":[],"detail":{raw}}}"#
    )
}

/// The same records in every wrapping that is read.
fn wrappings(records: &[String]) -> Vec<(&'static str, String)> {
    let list = records.join(",");
    let values: Vec<Value> = records.iter().map(|raw| serde_json::from_str(raw).unwrap()).collect();
    let pretty = |value: Value| serde_json::to_string_pretty(&value).unwrap();
    let each = |make: &dyn Fn(&String) -> String, between: &str| {
        records.iter().map(make).collect::<Vec<_>>().join(between)
    };
    let lookup: Vec<Value> = records.iter().map(|raw| looked_up(raw)).collect();
    vec![
        ("Records", format!(r#"{{"Records":[{list}]}}"#)),
        ("keys before Records", format!(r#"{{"meta":{{"Records":[1]}},"n":1.5,"Records":[{list}]}}"#)),
        ("keys after Records", format!(r#"{{"Records":[{list}],"next":[{{"a":"]"}}],"n":null}}"#)),
        ("bare array", format!("[{list}]")),
        ("JSON Lines", records.join("\n") + "\n"),
        ("JSON Lines without a last line end", records.join("\n")),
        ("JSON Lines with CRLF and empty lines", records.join("\r\n\r\n")),
        ("documents back to back", records.concat()),
        ("documents with commas", records.join(",\n")),
        ("a wrapper a line", each(&|raw| format!(r#"{{"Records":[{raw}]}}"#), "\n")),
        ("an array a line", each(&|raw| format!("[{raw}]"), "\n")),
        ("EventBridge envelopes, one a line", each(&|raw| envelope(raw), "\n")),
        ("EventBridge envelopes in an array", format!("[{}]", each(&|raw| envelope(raw), ","))),
        ("lookup-events", json!({"Events": lookup, "NextToken": "more"}).to_string()),
        ("lookup-events, pretty", pretty(json!({"Events": lookup}))),
        ("pretty Records", pretty(json!({"Records": values}))),
        ("pretty array", pretty(json!(values))),
    ]
}

async fn take_in_one(name: &str, content: &[u8]) -> (Report, Vec<Identity>) {
    let place = Place::new();
    place.write(name, content);
    let (report, archive) = place.take_in().await;
    (report, identities(&archive, "").await)
}

#[tokio::test]
async fn every_wrapping_gives_the_same_events() {
    let records: Vec<String> = (0..3).map(record).collect();
    let expected: Vec<Identity> =
        (0..3).rev().map(|number| (format!("id-{number:06}"), hash_of(&records[number]))).collect();
    for (wrapping, text) in wrappings(&records) {
        let halves = text.as_bytes().split_at(text.len() / 2);
        let variants = [
            ("plain", "log.json", text.clone().into_bytes()),
            ("with a byte order mark", "log.json", format!("\u{feff}{text}").into_bytes()),
            ("gz", "log.json.gz", gzip(&text)),
            ("gz under another name", "log", gzip(&text)),
            ("gz of two members", "log.json.gz", [gzip(halves.0), gzip(halves.1)].concat()),
            ("after white space", "log.json", format!(" \n\t{text}\n ").into_bytes()),
        ];
        for (variant, name, content) in variants {
            let (report, found) = take_in_one(name, &content).await;
            assert_eq!(found, expected, "{wrapping}, {variant}: {:?}", report.notes);
            assert_eq!((report.files, report.records, report.added), (1, 3, 3), "{wrapping}, {variant}");
            assert_eq!((report.duplicates, report.notes.len()), (0, 0), "{wrapping}, {variant}");
            assert_eq!(report.bytes, content.len() as u64, "{wrapping}, {variant}");
        }
    }
}

#[tokio::test]
async fn records_are_whole_wherever_the_buffer_ends() {
    // Of growing length, so that the buffer's end falls on every kind of place.
    let records: Vec<String> = (0..2_500)
        .map(|number| record_with(number, &format!(r#","note":"{}""#, "x".repeat(number % 977))))
        .collect();
    let mut expected: Vec<Identity> =
        records.iter().enumerate().map(|(number, raw)| (format!("id-{number:06}"), hash_of(raw))).collect();
    expected.reverse();
    for (wrapping, text) in wrappings(&records) {
        let (report, found) = take_in_one("log.json.gz", &gzip(&text)).await;
        assert_eq!(report.notes, [], "{wrapping}");
        assert_eq!(found.len(), expected.len(), "{wrapping}");
        assert!(found == expected, "{wrapping}: other events");
    }
}

#[tokio::test]
async fn records_are_kept_as_they_were_written() {
    let place = Place::new();
    let odd =
        record(0).replace(r#""readOnly":false"#, r#""readOnly" :  false, "n": 1.50e+3, "t":"\u0041\/""#);
    place.write("log.json", wrapped([odd.clone()]));
    let (_, archive) = place.take_in().await;
    assert_eq!(all_raw(&archive, "").await, [odd]);
    let events = archive.event("id-000000").await.unwrap();
    assert_eq!(events[0].first_seen, Time::parse("2026-11-22T12:00:00Z").unwrap());
}

const INSIGHT: &str = r#"{"eventVersion":"1.09","eventTime":"2026-11-20T10:10:00Z","awsRegion":"eu-west-1","eventID":"insight-1","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","sharedEventID":"s-1","eventCategory":"Insight","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"AllocateAddress","insightType":"ApiCallRateInsight"}}"#;
const AGGREGATED: &str = r#"{"eventVersion":"1.0","accountId":"111122223333","eventId":"aggregated-1","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","awsRegion":"eu-west-1","eventSource":"s3.amazonaws.com","timeWindow":{"windowStart":"2026-11-20T10:15:00Z","windowEnd":"2026-11-20T10:20:00Z","windowSize":"PT5M"},"summary":{"primaryDimension":{"dimension":"eventName","statistics":[{"name":"GetObject","value":7}],"aggregationType":"COUNT"}}}"#;
const NETWORK: &str = r#"{"eventVersion":"1.09","userIdentity":{"type":"AWSAccount","accountId":"111122223333"},"eventTime":"2026-11-20T10:05:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"10.0.0.1","errorCode":"VpceAccessDenied","eventID":"network-1","eventType":"AwsVpceEvents","eventCategory":"NetworkActivity","recipientAccountId":"111122223333"}"#;
const DIGEST: &str = r#"{"awsAccountId":"111122223333","digestStartTime":"2026-11-20T10:00:00Z","digestEndTime":"2026-11-20T11:00:00Z","digestS3Bucket":"b","digestS3Object":"o","logFiles":[{"s3Bucket":"b","s3Object":"o","hashValue":"00"}]}"#;

#[tokio::test]
async fn every_kind_of_file_of_the_bucket_layout_is_taken_in_as_what_it_is() {
    let place = Place::new();
    let kinds = [
        ("CloudTrail", wrapped([record(0), record(1)])),
        ("CloudTrail-Insight", wrapped([INSIGHT.to_owned()])),
        ("CloudTrail-NetworkActivity", wrapped([NETWORK.to_owned()])),
        ("CloudTrail-Aggregated", wrapped([AGGREGATED.to_owned()])),
        ("CloudTrail-Digest", DIGEST.to_owned()),
    ];
    for prefix in ["AWSLogs", "AWSLogs/o-abc123", "backup/of/AWSLogs"] {
        for (kind, content) in &kinds {
            let folder = format!("{prefix}/111122223333/{kind}/eu-west-1/2026/11/20");
            let name = format!("111122223333_{kind}_eu-west-1_20261120T1020Z_abcdefghijklmnop.json.gz");
            place.write(&format!("{folder}/{name}"), gzip(content));
        }
    }
    let (report, archive) = place.take_in().await;
    assert_eq!(report.notes, []);
    assert_eq!((report.files, report.digests, report.records, report.added), (15, 3, 15, 5));
    assert_eq!(count(&archive, "").await, 3, "Insight and aggregated events are left out");
    for (query, ids) in [
        ("category:Insight", vec!["insight-1"]),
        ("category:Aggregated", vec!["aggregated-1"]),
        ("category:networkactivity", vec!["network-1"]),
        ("category:Management", vec!["id-000001", "id-000000"]),
        ("category:*", vec!["aggregated-1", "insight-1", "network-1", "id-000001", "id-000000"]),
        ("eventCategory:Insight", vec!["insight-1"]),
        ("AllocateAddress", vec![]),
        ("AllocateAddress category:*", vec!["insight-1"]),
        ("-event:StopInstances", vec!["network-1"]),
        ("-event:StopInstances -category:Aggregated", vec!["insight-1", "network-1"]),
    ] {
        let page = newest(&archive, query, 10).await;
        assert_eq!(page.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ids, "{query}");
        assert_eq!(page.total, ids.len() as u64, "{query}");
    }
    // The id of an event is enough to find it, whatever its category.
    let aggregated = &archive.event("aggregated-1").await.unwrap()[0];
    assert_eq!(aggregated.row.time, Time::parse("2026-11-20T10:15:00Z").unwrap());
    let coverage = newest(&archive, "", 0).await.coverage;
    assert_eq!((coverage.events, coverage.sources.digests, coverage.sources.complete), (5, 3, 12));
}
