use archive::{Added, Archive, Covered, Writer};
use cloudtrail::time::{DAY, HOUR, MINUTE, Time};
use std::collections::BTreeSet;
use std::fs;
use std::future::{Future, poll_fn};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::pin::pin;
use std::process::Stdio;
use std::task::Poll;

use crate::support::{
    Place, all_raw, count, event_files, identities, options, record, this_test_again, wrapped,
};

fn now() -> Time {
    Time::parse("2026-11-22T12:00:00Z").unwrap()
}

fn records(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers.into_iter().map(record).collect()
}

fn covered(region: &str) -> Covered {
    let start = Time::parse("2026-11-20").unwrap();
    let (account, region) = ("111122223333".to_owned(), region.to_owned());
    Covered { account, region, attribute: None, range: (start, start.plus(DAY)), fetched: now() }
}

fn added(events: u64, duplicates: u64) -> Added {
    Added { events, duplicates, refused: 0 }
}

#[tokio::test]
async fn pages_are_found_at_once_whatever_their_order_and_no_event_twice() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let archive = writer.archive();
    let page = records([7, 3, 9, 3]);
    assert_eq!(writer.add(&page, &[], now()).await.unwrap(), added(3, 1));
    assert_eq!(count(&archive, "").await, 3);
    assert_eq!(writer.add(&records(0..10), &[], now()).await.unwrap(), added(7, 3));
    assert_eq!(writer.add(&records(0..10), &[], now()).await.unwrap(), added(0, 10));
    assert_eq!(writer.add(&[], &[], now()).await.unwrap(), added(0, 0));
    let newest_first: Vec<String> = (0..10).rev().map(record).collect();
    assert_eq!(all_raw(&archive, "").await, newest_first);
    assert_eq!(archive.event("id-000003").await.unwrap()[0].first_seen, now());
    assert_eq!(all_raw(&Archive::open(&place.archive()).await.unwrap(), "").await, newest_first);
}

#[tokio::test]
async fn an_event_is_the_same_whether_it_came_in_a_file_or_in_a_page() {
    let place = Place::new();
    place.write("a.json", wrapped(records(0..5)));
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    // Keys in another order and other spacing make no other event.
    let mut spaced = records(3..7);
    spaced[0] = spaced[0].replacen(r#"{"eventVersion":"1.11","#, "{ ", 1).replacen(
        r#""eventID""#,
        r#""eventVersion" : "1.11", "eventID""#,
        1,
    );
    assert_eq!(writer.add(&spaced, &[], now()).await.unwrap(), added(2, 2));
    place.write("b.json", wrapped(records(5..9)));
    let report = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.added, report.duplicates), (2, 2));
    assert_eq!(writer.add(&records(0..10), &[], now()).await.unwrap(), added(1, 9));
    assert_eq!(count(&writer.archive(), "").await, 10);
}

#[tokio::test]
async fn what_is_no_record_is_counted_and_the_rest_kept() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let deep = format!("{}{}", r#"{"a":"#.repeat(101), "}".repeat(101));
    let large = record(2).replace("aws-cli/2.0", &"x".repeat(16 * 1024 * 1024));
    let mut page = records([0, 1]);
    page.extend(["", "null", "[]", "{}", r#"{"eventTime":"soon"}"#, "{\"eventTime\":"].map(str::to_owned));
    page.extend([deep, large, record(3) + "x", wrapped([record(4)])]);
    let result = writer.add(&page, &[], now()).await.unwrap();
    assert_eq!(result, Added { events: 2, duplicates: 0, refused: 10 });
    assert_eq!(count(&writer.archive(), "").await, 2);
}

#[tokio::test]
async fn events_and_what_was_fetched_with_them_come_together_or_not_at_all() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let archive = writer.archive();
    writer.add(&records(0..5), &[covered("eu-west-1")], now()).await.unwrap();
    assert_eq!(archive.covered("111122223333", None).await.unwrap(), [covered("eu-west-1")]);
    // The catalog cannot be written: neither is in.
    let sql = "CREATE TRIGGER no BEFORE INSERT ON coverage BEGIN SELECT RAISE(ABORT, 'no'); END";
    let catalog = place.catalog().await;
    sqlx::raw_sql(sql).execute(&catalog).await.unwrap();
    writer.add(&records(5..9), &[covered("us-east-1")], now()).await.unwrap_err();
    assert_eq!(count(&archive, "").await, 5);
    assert_eq!(archive.covered("111122223333", None).await.unwrap(), [covered("eu-west-1")]);
    // And what failed is not taken for known when it comes again.
    sqlx::raw_sql("DROP TRIGGER no").execute(&catalog).await.unwrap();
    assert_eq!(writer.add(&records(4..9), &[covered("us-east-1")], now()).await.unwrap(), added(4, 1));
    assert_eq!(archive.covered("111122223333", None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_page_of_nothing_new_makes_no_other_state_of_the_archive() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.add(&records(0..5), &[], now()).await.unwrap();
    let generation = || async { writer.archive().coverage(Default::default()).await.unwrap().generation };
    let before = generation().await;
    writer.add(&records(0..5), &[covered("eu-west-1")], now()).await.unwrap();
    assert_eq!(generation().await, before);
    writer.add(&records(0..6), &[], now()).await.unwrap();
    assert!(generation().await > before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_add_every_event_once_and_each_is_told_its_own() {
    let place = Place::new();
    let writer = std::sync::Arc::new(Writer::open(&place.archive()).await.unwrap());
    // Each page shares half of its events with the next one.
    let pages = (0..60_usize).map(|page| {
        let writer = writer.clone();
        tokio::spawn(async move {
            let numbers = page * 25..page * 25 + 50;
            let region = format!("region-{page}");
            writer.add(&records(numbers), &[covered(&region)], now()).await.unwrap()
        })
    });
    let pages: Vec<_> = pages.collect();
    let mut total = added(0, 0);
    for page in pages {
        let page = page.await.unwrap();
        assert_eq!(page.events + page.duplicates, 50);
        total.events += page.events;
        total.duplicates += page.duplicates;
    }
    assert_eq!(total, added(61 * 25, 59 * 25));
    let archive = writer.archive();
    let found = identities(&archive, "").await;
    assert_eq!(found.len(), 61 * 25);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
    assert_eq!(archive.covered("111122223333", None).await.unwrap().len(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_and_files_taken_in_at_once_do_not_disturb_each_other() {
    let place = Place::new();
    for file in 0..8_usize {
        place.write(&format!("{file}.json"), wrapped(records(file * 50..file * 50 + 60)));
    }
    let writer = std::sync::Arc::new(Writer::open(&place.archive()).await.unwrap());
    let adding = (0..20_usize).map(|page| {
        let writer = writer.clone();
        tokio::spawn(async move {
            writer.add(&records(page * 30..page * 30 + 30), &[], now()).await.unwrap();
        })
    });
    let adding: Vec<_> = adding.collect();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    for page in adding {
        page.await.unwrap();
    }
    let found = identities(&writer.archive(), "").await;
    assert_eq!(found.len(), 600);
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 600);
}

#[tokio::test]
async fn a_call_that_is_dropped_leaves_the_archive_whole() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    for number in 0..30_usize {
        let page = records(number * 10..number * 10 + 10);
        let mut add = pin!(writer.add(&page, &[], now()));
        // Polled a few times, and given up wherever it then stands.
        for _ in 0..=number {
            if poll_fn(|context| Poll::Ready(add.as_mut().poll(context).is_ready())).await {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let page = records(0..300);
    let all = writer.add(&page, &[], now()).await.unwrap();
    assert_eq!(all.events + all.duplicates, 300);
    let mut newest_first = page;
    newest_first.reverse();
    assert_eq!(all_raw(&writer.archive(), "").await, newest_first);
}

#[tokio::test]
async fn many_small_pages_become_few_files() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let second_day = (DAY / 1_000) as usize;
    for page in 0..100_usize {
        // Two events of one day, and one of the next.
        let numbers = [page * 2, page * 2 + 1, second_day + page];
        // Ten seconds between pages.
        let now = now().plus(page as i64 * 10_000);
        assert_eq!(writer.add(&records(numbers), &[], now).await.unwrap(), added(3, 0));
    }
    let counting = "SELECT COUNT(*) FROM files WHERE removed IS NULL";
    let files: i64 = sqlx::query_scalar(counting).fetch_one(&place.catalog().await).await.unwrap();
    assert!(files < 16, "{files} files");
    let archive = writer.archive();
    let numbers = (0..200).chain(second_day..second_day + 100);
    let mut newest_first = records(numbers.clone());
    newest_first.reverse();
    assert_eq!(all_raw(&archive, "").await, newest_first);
    // What was replaced more than a quarter of an hour ago is gone from the disk, soon afterwards.
    let before = event_files(&place.archive()).len();
    assert!(before > 50, "{before} files");
    writer.add(&records([500]), &[], now().plus(HOUR)).await.unwrap();
    let after = event_files(&place.archive()).len();
    assert!(after < 16, "{after} files");
    assert_eq!(writer.add(&records(numbers), &[], now().plus(HOUR + MINUTE)).await.unwrap(), added(0, 300));
    assert_eq!(count(&archive, "").await, 301);
    assert_eq!(fs::read_dir(place.archive().join("_tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn replaced_files_are_kept_for_a_while_but_not_without_end() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.add(&records([0]), &[], now()).await.unwrap();
    // As if pages had come for a minute, and each merge had replaced many: one a millisecond.
    let catalog = place.catalog().await;
    let sql = format!(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 9000)
         INSERT INTO files (path, day, rows, bytes, raw_bytes, oldest, newest, added, removed, removed_at)
         SELECT 'events/date=2026-11-20/gone-' || n, 0, 1, 1, 1, 0, 0, 0, 0, {} + n FROM number",
        now().as_millis()
    );
    sqlx::raw_sql(&sql).execute(&catalog).await.unwrap();
    let kept = async |minutes: i64| {
        writer.add(&[], &[], now().plus(minutes * MINUTE)).await.unwrap();
        let counting = "SELECT COUNT(*) FROM files WHERE removed IS NOT NULL";
        sqlx::query_scalar::<_, i64>(counting).fetch_one(&catalog).await.unwrap()
    };
    assert_eq!(kept(1).await, 9_000, "whoever searches may still open them");
    assert_eq!(kept(4).await, 8_192);
    assert_eq!(kept(14).await, 8_192);
    assert_eq!(kept(16).await, 0);
    assert_eq!(count(&writer.archive(), "").await, 1);
}

const CHILD: &str = "WAYMARK_TEST_ADD";

/// In a process of its own: adds page after page, telling on stdout each that is in.
async fn add_and_tell(archive: &Path) {
    let writer = Writer::open(archive).await.unwrap();
    for page in 0..2_000_usize {
        let numbers = page * 20..page * 20 + 20;
        writer.add(&records(numbers), &[covered(&format!("region-{page}"))], now()).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "page").and_then(|()| out.flush()).unwrap();
    }
}

#[tokio::test]
async fn killed_at_any_moment_what_is_covered_is_there_and_no_call_that_returned_is_lost() {
    let name = "add::killed_at_any_moment_what_is_covered_is_there_and_no_call_that_returned_is_lost";
    if let Some(archive) = std::env::var_os(CHILD) {
        return add_and_tell(Path::new(&archive)).await;
    }
    let place = Place::new();
    for wanted in [1, 7, 8, 9, 20, 33] {
        let archive = place.folder.path().join(format!("killed-{wanted}"));
        let mut child = this_test_again(name, (CHILD, archive.to_str().unwrap()), &[])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let told = lines.filter(|line| line.ends_with("page")).take(wanted).count();
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success() && told == wanted);

        let writer = Writer::open(&archive).await.unwrap();
        let covered = writer.archive().covered("111122223333", None).await.unwrap().len();
        assert!(covered >= told, "{covered} of {told} pages");
        let found = identities(&writer.archive(), "").await;
        assert_eq!(found.len(), covered * 20);
        // Going on, nothing comes twice.
        let all = writer.add(&records(0..covered * 20 + 20), &[], now()).await.unwrap();
        assert_eq!(all, added(20, covered as u64 * 20));
    }
}
