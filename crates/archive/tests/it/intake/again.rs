use archive::{Archive, Writer};
use cloudtrail::intake::Outcome;
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::support::{
    Identity, Place, count, event_files, gzip, hash_of, identities, newest, options, record, record_with,
    wrapped,
};

/// Everything a reader can see that a second run must not change.
async fn state(place: &Place, archive: &Archive) -> (i64, Vec<PathBuf>, Vec<Identity>, usize, u64) {
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
    let later = SystemTime::now() + Duration::from_secs(3_600);
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
