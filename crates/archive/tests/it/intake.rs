use archive::{Archive, ArchiveError, IntakeOptions, Progress, Request, Writer};
use cloudtrail::intake::{Outcome, Report};
use cloudtrail::names::AccountNames;
use cloudtrail::search::Field;
use cloudtrail::time::{DAY, Time};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::{
    Identity, Place, all_raw, count, event_files, gzip, hash_of, identities, newest, options, record,
    record_with, search, wrapped,
};

/// Long enough for any machine; only a hang takes it.
const HANG: Duration = Duration::from_secs(60);

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

/// Everything a reader can see that a second run must not change.
async fn state(
    place: &Place,
    archive: &Archive,
) -> (i64, Vec<std::path::PathBuf>, Vec<Identity>, usize, u64) {
    let page = newest(archive, "category:*", 0).await;
    let reports = archive.reports().await.unwrap().len();
    let (generation, sources) = (page.coverage.generation, page.coverage.sources.complete);
    (generation, event_files(&place.archive()), identities(archive, "category:*").await, reports, sources)
}

#[tokio::test]
async fn the_same_folder_twice_changes_nothing() {
    let place = Place::new();
    place.write("a.json", wrapped((0..50).map(record)));
    place.write("b/c.json.gz", gzip(wrapped((50..80).map(record))));
    place.write("d.json", "{");
    let (first, archive) = place.take_in().await;
    assert_eq!((first.files, first.unchanged, first.added), (3, 0, 80));
    let before = state(&place, &archive).await;
    drop(archive);
    let (second, archive) = place.take_in().await;
    assert_eq!((second.files, second.unchanged, second.records, second.added), (3, 3, 0, 0));
    assert_eq!(second.notes, [], "what was told once is not told again");
    assert_eq!(state(&place, &archive).await, before);
}

#[tokio::test]
async fn the_same_folder_by_another_path_changes_nothing() {
    let place = Place::new();
    place.write("deep/a.json", wrapped((0..5).map(record)));
    let writer = Writer::open(&place.archive()).await.unwrap();
    let roundabout = place.logs().join("deep/.");
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    let report = writer.take_in(&[roundabout, place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.files, report.unchanged), (1, 1));
}

#[tokio::test]
async fn a_file_touched_but_not_changed_is_not_read_again() {
    let place = Place::new();
    let file = place.write("a.json", wrapped((0..5).map(record)));
    place.take_in().await;
    let later = std::time::SystemTime::now() + Duration::from_secs(3_600);
    File::options().append(true).open(&file).unwrap().set_modified(later).unwrap();
    for _ in 0..2 {
        let (report, archive) = place.take_in().await;
        assert_eq!((report.files, report.unchanged, report.records), (1, 1, 0));
        assert_eq!(count(&archive, "").await, 5);
    }
}

#[tokio::test]
async fn a_changed_file_adds_what_is_new_in_it() {
    let place = Place::new();
    place.write("a.jsonl", (0..5).map(|number| record(number) + "\n").collect::<String>());
    place.take_in().await;
    place.write("a.jsonl", (0..7).map(|number| record(number) + "\n").collect::<String>());
    let (report, archive) = place.take_in().await;
    assert_eq!((report.unchanged, report.records, report.added, report.duplicates), (0, 7, 2, 5));
    // Same size, other content.
    place.write("a.jsonl", (1..8).map(|number| record(number) + "\n").collect::<String>());
    let (report, _) = place.take_in().await;
    assert_eq!((report.unchanged, report.added, report.duplicates), (0, 1, 6));
    assert_eq!(count(&archive, "").await, 8);
}

#[tokio::test]
async fn an_event_delivered_twice_is_kept_once() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0), record(1), record(0)]));
    place.write("b.json", wrapped([record(1), record(2)]));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.records, report.added, report.duplicates), (5, 3, 2));
    place.write("c.json", wrapped([record(2), record(3)]));
    let (report, _) = place.take_in().await;
    assert_eq!((report.added, report.duplicates), (1, 1));
    let ids: Vec<String> = identities(&archive, "").await.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["id-000003", "id-000002", "id-000001", "id-000000"]);
}

#[tokio::test]
async fn one_event_id_with_two_contents_is_two_events_newest_first() {
    let place = Place::new();
    let corrected = record_with(0, r#","addendum":{"reason":"UPDATED_DATA"}"#);
    let later = record(7).replace("id-000007", "id-000000");
    place.write("a.json", wrapped([record(0), corrected.clone(), later.clone(), record(1)]));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.duplicates), (4, 0));
    let versions = archive.event("id-000000").await.unwrap();
    assert_eq!(versions[0].raw, later);
    let mut same_time: Vec<&str> = versions[1..].iter().map(|event| event.raw.as_str()).collect();
    same_time.sort_unstable();
    let mut expected = [record(0), corrected];
    expected.sort_unstable();
    assert_eq!(same_time, expected);
    assert_eq!(archive.event("ID-000000").await.unwrap().len(), 3, "case does not count");
    assert!(archive.event("id-00000").await.unwrap().is_empty());
    assert!(archive.event("").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_record_without_an_id_is_found_by_its_hash() {
    let place = Place::new();
    let nameless = record(0).replace(r#""eventID":"id-000000","#, "");
    let empty = record(1).replace("id-000001", "");
    place.write("a.json", wrapped([nameless.clone(), empty.clone()]));
    let (report, archive) = place.take_in().await;
    assert_eq!(report.count(Outcome::Warned), 1);
    for raw in [nameless, empty] {
        let id = format!("sha256-{}", hash_of(&raw));
        let events = archive.event(&id).await.unwrap();
        assert_eq!(events.len(), 1, "{id}");
        assert_eq!((&events[0].raw, &events[0].row.id), (&raw, &id));
        assert_eq!(count(&archive, &format!("id:{id}")).await, 1);
    }
}

#[tokio::test]
async fn order_space_and_escapes_make_no_new_event_but_another_number_does() {
    let place = Place::new();
    let base = r#"{"eventTime":"2026-11-20T10:00:00Z","eventID":"e","eventVersion":"1.0","n":1.0,"o":{"a":"A/é","b":[1,2]}}"#;
    let same = [
        r#"{"eventID":"e","o":{"b":[1,2],"a":"A/é"},"n":1.0,"eventVersion":"1.0","eventTime":"2026-11-20T10:00:00Z"}"#,
        "{ \"eventTime\" : \"2026-11-20T10:00:00Z\",\n\t\"eventID\":\"e\",\"eventVersion\":\"1.0\",\"n\":1.0,\"o\":{\"a\":\"A/é\",\"b\":[1, 2]}}",
        r#"{"eventTime":"2026-11-20T10:00:00Z","eventID":"\u0065","eventVersion":"1.0","\u006e":1.0,"o":{"a":"\u0041\/\u00e9","b":[1,2]}}"#,
    ];
    let other = [
        base.replace("1.0,\"o\"", "1,\"o\""),
        base.replace("1.0,\"o\"", "1.00,\"o\""),
        base.replace("1.0,\"o\"", "1e0,\"o\""),
        base.replace("[1,2]", "[2,1]"),
        base.replace("\"n\"", "\"N\""),
    ];
    place.write("a.jsonl", base);
    assert_eq!(place.take_in().await.0.added, 1);
    place.write("b.json", wrapped(same.map(str::to_owned)));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.duplicates), (0, 3));
    assert_eq!(archive.event("e").await.unwrap()[0].raw, base, "the text first seen stays");
    place.write("c.json", wrapped(other));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.duplicates), (5, 0));
    assert_eq!(archive.event("e").await.unwrap().len(), 6);
}

/// Files over five days, some of whose events come twice.
fn fill_with_many_days(place: &Place) {
    for file in 0..40_usize {
        let records = (0..30).map(|number| {
            let number = file * 25 + number;
            let time = Time::parse("2026-11-10T00:00:00Z").unwrap();
            let time = time.plus((number as i64 * 7_919 % 5_000) * DAY / 1_000);
            let mut value: Value = serde_json::from_str(&record(number)).unwrap();
            value["eventTime"] = time.to_string().into();
            value.to_string()
        });
        place.write(&format!("{file:02}.json.gz"), gzip(wrapped(records)));
    }
}

#[tokio::test]
async fn the_budget_of_memory_does_not_change_what_is_stored() {
    let mut answers = Vec::new();
    for (memory, threads) in [(1, 1), (1, 3), (40_000, 2), (100 << 20, 2)] {
        let place = Place::new();
        fill_with_many_days(&place);
        let options = IntakeOptions { memory, threads, ..options() };
        let (report, archive) = place.take_in_with(&options).await;
        assert_eq!((report.records, report.added, report.duplicates), (1_200, 1_005, 195));
        answers.push(identities(&archive, "").await);
    }
    assert_eq!(answers[0].len(), 1_005);
    assert!(answers.iter().all(|answer| answer == &answers[0]));
}

#[tokio::test]
async fn a_large_file_is_written_in_blocks_within_the_budget() {
    let place = Place::new();
    // 48 MB in one file, with a budget that asks for writing as soon as a block is full.
    let filler = "x".repeat(16_000);
    let records = (0..3_000).map(|number| record_with(number, &format!(r#","filler":"{filler}""#)));
    place.write("large.json.gz", gzip(wrapped(records)));
    let options = IntakeOptions { memory: 1, threads: 1, ..options() };
    let (report, archive) = place.take_in_with(&options).await;
    assert_eq!((report.added, report.notes.len()), (3_000, 0));
    let blocks: Vec<(i64, i64)> =
        sqlx::query_as("SELECT rows, raw_bytes FROM files").fetch_all(&place.catalog().await).await.unwrap();
    assert!(blocks.len() >= 4, "{blocks:?}");
    assert!(blocks.iter().all(|(_, bytes)| *bytes < 12 << 20), "{blocks:?}");
    assert_eq!(blocks.iter().map(|(rows, _)| rows).sum::<i64>(), 3_000);
    assert_eq!(identities(&archive, "").await.len(), 3_000);
}

#[tokio::test]
async fn reports_are_kept_the_latest_first_and_only_so_many() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    for run in 0..53 {
        place.write(&format!("{run}.json"), wrapped([record(run)]));
        let clock = Time::parse("2026-11-22T12:00:00Z").unwrap().plus(run as i64 * 1_000);
        let options = IntakeOptions { clock: Arc::new(move || clock), ..options() };
        let report = writer.take_in(&[place.logs()], &options, |_| {}).await.unwrap();
        let kept = writer.archive().reports().await.unwrap();
        assert_eq!(kept[0], report);
        assert_eq!((report.started, report.ended), (clock, Some(clock)));
    }
    let kept = Archive::open(&place.archive()).await.unwrap().reports().await.unwrap();
    assert_eq!(kept.len(), 50);
    assert!(kept.windows(2).all(|pair| pair[0].started > pair[1].started));
}

#[tokio::test]
async fn notes_are_listed_by_path_and_counted_beyond_the_limit() {
    let place = Place::new();
    for file in 0..Report::MAX_NOTES + 30 {
        place.write(&format!("{file:05}.txt"), "no log");
    }
    place.write("good.json", wrapped([record(0)]));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.notes.len(), report.more_notes), (Report::MAX_NOTES, 30));
    assert!(report.notes.windows(2).all(|pair| pair[0].path < pair[1].path));
    let coverage = newest(&archive, "", 0).await.coverage;
    assert_eq!((coverage.sources.skipped, coverage.sources.complete), (Report::MAX_NOTES as u64 + 30, 1));
}

#[tokio::test]
async fn accounts_have_the_names_given_last() {
    let place = Place::new();
    let other = record(1).replace("111122223333", "444455556666");
    place.write("a.json", wrapped([record(0), other]));
    let (_, archive) = place.take_in().await;
    assert!(archive.names().await.unwrap().is_empty());
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.set_names(&AccountNames::parse("111122223333,prod\n444455556666,dev").unwrap()).await.unwrap();
    // Of a query that takes reading records too, no answer from before may be remembered.
    let queries = ["account:prod", "account:prod OR nothing-like-this"];
    for query in queries {
        assert_eq!(identities(&archive, query).await.len(), 1, "{query}");
        assert_eq!(newest(&archive, query, 1).await.rows[0].account_name.as_deref(), Some("prod"), "{query}");
    }
    let mut request = Request::newest(search(""), 0);
    request.facets = Some(5);
    let page = archive.search(&request).await.unwrap();
    let accounts = page.facets.iter().find(|facet| facet.field == Field::Account).unwrap();
    let labels: Vec<_> =
        accounts.values.iter().map(|value| (value.value.as_str(), value.label.as_deref())).collect();
    assert_eq!(labels, [("111122223333", Some("prod")), ("444455556666", Some("dev"))]);

    writer.set_names(&AccountNames::parse("444455556666,prod").unwrap()).await.unwrap();
    for query in queries {
        let page = newest(&archive, query, 2).await;
        assert_eq!(page.total, 1, "{query}");
        assert_eq!(page.rows[0].account, "444455556666", "{query}");
    }
    assert_eq!(Archive::open(&place.archive()).await.unwrap().names().await.unwrap().iter().count(), 1);
}

#[tokio::test]
async fn progress_ends_with_everything_done() {
    let place = Place::new();
    fill_with_many_days(&place);
    let last = Arc::new(Mutex::new(Vec::new()));
    let told = last.clone();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let options = IntakeOptions { threads: 1, ..options() };
    let report =
        writer.take_in(&[place.logs()], &options, move |now| told.lock().unwrap().push(now)).await.unwrap();
    let told = last.lock().unwrap();
    let expected = Progress {
        files_done: 40,
        files_total: 40,
        bytes_done: report.bytes,
        bytes_total: report.bytes,
        records: 1_200,
    };
    assert_eq!(told.last(), Some(&expected));
    assert_eq!((told[0].files_done, told[0].files_total), (0, 40));
    assert!(told.windows(2).all(|pair| pair[0].files_done <= pair[1].files_done));
}

#[tokio::test]
async fn a_run_that_is_stopped_keeps_what_it_has_and_the_next_one_takes_the_rest() {
    let place = Place::new();
    fill_with_many_days(&place);
    let writer = Writer::open(&place.archive()).await.unwrap();
    let stop = writer.stop_handle();
    let options = IntakeOptions { threads: 1, ..options() };
    let stop_half_way = move |now: Progress| {
        if now.files_done == 20 {
            stop.stop();
        }
    };
    let report = writer.take_in(&[place.logs()], &options, stop_half_way).await.unwrap();
    assert_eq!(report.files, 20);
    assert_eq!(count(&writer.archive(), "").await, report.added);
    drop(writer);
    let (rest, archive) = place.take_in().await;
    assert_eq!((rest.files, rest.unchanged), (40, 20));
    assert_eq!(report.added + rest.added, 1_005);
    assert_eq!(count(&archive, "").await, 1_005);
}

#[tokio::test]
async fn watching_takes_in_a_file_that_appears_and_ends_when_told() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let writer = Writer::open(&place.archive()).await.unwrap();
    let (archive, stop) = (writer.archive(), writer.stop_handle());
    let (tell, mut told) = mpsc::unbounded_channel();
    let paths = [place.logs()];
    let watching = tokio::spawn(async move {
        let seen = move |report: &Report| tell.send(report.added).unwrap();
        writer.watch(&paths, &options(), Duration::from_millis(1), seen).await
    });
    assert_eq!(timeout(HANG, told.recv()).await.unwrap(), Some(1));
    // Written aside and moved, as no one should see half a file.
    let aside = place.folder.path().join("aside");
    fs::write(&aside, wrapped([record(0), record(1), record(2)])).unwrap();
    fs::rename(aside, place.logs().join("b.json")).unwrap();
    assert_eq!(timeout(HANG, told.recv()).await.unwrap(), Some(2));
    assert_eq!(count(&archive, "").await, 3);
    stop.stop();
    timeout(HANG, watching).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn watching_ends_at_once_when_told_in_the_middle_of_a_run() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let writer = Writer::open(&place.archive()).await.unwrap();
    let stop = writer.stop_handle();
    let paths = [place.logs()];
    let (options, an_hour) = (options(), Duration::from_secs(3_600));
    let watching = writer.watch(&paths, &options, an_hour, |_| stop.stop());
    timeout(HANG, watching).await.expect("it waits for the next hour").unwrap();
}

#[tokio::test]
async fn a_source_that_does_not_exist_is_named_before_anything_is_done() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let writer = Writer::open(&place.archive()).await.unwrap();
    let missing = place.folder.path().join("no-such-folder");
    let error = writer.take_in(&[place.logs(), missing.clone()], &options(), |_| {}).await.unwrap_err();
    assert!(matches!(&error, ArchiveError::Source { path, .. } if *path == missing), "{error}");
    assert_eq!(count(&writer.archive(), "").await, 0);
    assert!(!newest(&writer.archive(), "", 0).await.coverage.taking_in);
}

#[tokio::test]
async fn a_single_file_can_be_given_and_hidden_files_are_passed_over() {
    let place = Place::new();
    let file = place.write("a.json", wrapped([record(0)]));
    place.write(".b.json", wrapped([record(1)]));
    place.write(".git/c.json", wrapped([record(2)]));
    place.write("d.json", wrapped([record(3)]));
    let writer = Writer::open(&place.archive()).await.unwrap();
    let report = writer.take_in(&[file], &options(), |_| {}).await.unwrap();
    assert_eq!((report.files, report.added), (1, 1));
    let report = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.files, report.unchanged, report.added), (2, 1, 1));
}
