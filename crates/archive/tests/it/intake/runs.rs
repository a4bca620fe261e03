use archive::{Archive, ArchiveError, IntakeOptions, Progress, Request, Writer};
use cloudtrail::intake::Report;
use cloudtrail::names::AccountNames;
use cloudtrail::search::Field;
use cloudtrail::time::{DAY, Time};
use serde_json::Value;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::{Place, count, gzip, identities, newest, options, record, record_with, search, wrapped};

/// Long enough for any machine; only a hang takes it.
const HANG: Duration = Duration::from_secs(60);

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
