use archive::{Archive, Covered, Day, Writer};
use cloudtrail::time::{DAY, HOUR, Time};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Place, all_raw, count, event_files, record, this_test_again};

const ACCOUNT: &str = "111122223333";
/// The records of `support` begin on this day at ten, one a second.
const FIRST: &str = "2026-11-20";

fn day(number: i64) -> Time {
    Time::parse(FIRST).unwrap().plus(number * DAY)
}

fn now() -> Time {
    day(30)
}

/// Record `number` of a day.
fn on(day: i64, number: usize) -> String {
    record(day as usize * (DAY / 1_000) as usize + number)
}

fn covered(from: Time, to: Time) -> Covered {
    let (account, region) = (ACCOUNT.to_owned(), "eu-west-1".to_owned());
    Covered { account, region, attribute: None, range: (from, to), fetched: now() }
}

async fn five_days(writer: &Writer) {
    for number in 0..5 {
        let records: Vec<String> = (0..10).map(|second| on(number, second)).collect();
        writer.add(&records, &[covered(day(number), day(number + 1))], now()).await.unwrap();
    }
}

#[tokio::test]
async fn the_oldest_days_go_with_what_is_said_to_have_been_fetched_of_them() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let archive = writer.archive();
    five_days(&writer).await;
    let days = archive.days().await.unwrap();
    assert_eq!(
        days.iter().map(|day| (day.start, day.events)).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4].map(|at| (day(at), 10))
    );
    assert!(days.iter().all(|Day { bytes, .. }| *bytes > 0));
    assert_eq!(archive.kept_from().await.unwrap(), None);

    // In the middle of a day: the day stays whole.
    assert_eq!(writer.drop_before(day(2).plus(11 * HOUR), now()).await.unwrap(), 20);
    assert_eq!(count(&archive, "").await, 30);
    assert_eq!(archive.covered(ACCOUNT, None).await.unwrap(), [covered(day(2), day(5))]);
    assert_eq!(archive.kept_from().await.unwrap(), Some(day(2)));
    // Earlier than that there is nothing more to do.
    assert_eq!(writer.drop_before(day(1), now()).await.unwrap(), 0);
    assert_eq!(archive.kept_from().await.unwrap(), Some(day(2)));

    // What went is new when it comes again.
    let again: Vec<String> = (0..10).map(|second| on(1, second)).collect();
    assert_eq!(writer.add(&again, &[], now()).await.unwrap().events, 10);
    writer.keep_all().await.unwrap();
    assert_eq!(archive.kept_from().await.unwrap(), None);
    drop((archive, writer));
    assert_eq!(count(&Archive::open(&place.archive()).await.unwrap(), "").await, 40);
}

#[tokio::test]
async fn lists_go_on_in_what_was_let_go_of_and_then_the_files_are_deleted() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let archive = writer.archive();
    five_days(&writer).await;
    let mut stream = archive.stream(&crate::support::search("")).await.unwrap();
    let files = event_files(&place.archive()).len();
    writer.drop_before(day(4), now()).await.unwrap();
    let mut events = 0;
    while let Some(batch) = stream.next().await {
        events += batch.unwrap().len();
    }
    assert_eq!((events, event_files(&place.archive()).len()), (50, files));
    assert_eq!(all_raw(&archive, "").await.len(), 10);
    // An hour later nobody is in the middle of anything.
    writer.drop_before(day(4), now().plus(HOUR)).await.unwrap();
    assert_eq!(event_files(&place.archive()).len(), 1);
}

#[tokio::test]
async fn neither_goes_if_the_catalog_cannot_be_written() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    five_days(&writer).await;
    let sql = "CREATE TRIGGER no BEFORE UPDATE ON files BEGIN SELECT RAISE(ABORT, 'no'); END";
    sqlx::raw_sql(sql).execute(&place.catalog().await).await.unwrap();
    writer.drop_before(day(4), now()).await.unwrap_err();
    let archive = writer.archive();
    assert_eq!(count(&archive, "").await, 50);
    assert_eq!(archive.covered(ACCOUNT, None).await.unwrap(), [covered(day(0), day(5))]);
    assert_eq!(archive.kept_from().await.unwrap(), None);
}

const CHILD: &str = "WAYMARK_TEST_DROP";

/// In a process of its own: adds a day and lets go of the day before, again and again, telling each step.
async fn add_and_drop(archive: &Path) {
    let writer = Writer::open(archive).await.unwrap();
    for number in 0.. {
        let records: Vec<String> = (0..10).map(|second| on(number, second)).collect();
        writer.add(&records, &[covered(day(number), day(number + 1))], day(number + 2)).await.unwrap();
        writer.drop_before(day(number), day(number + 2)).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "step {number}").unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn killed_at_any_moment_what_is_covered_is_there() {
    if let Some(path) = std::env::var_os(CHILD) {
        add_and_drop(Path::new(&path)).await;
    }
    for kill in 0..8_u32 {
        let place = Place::new();
        let name = "keep::killed_at_any_moment_what_is_covered_is_there";
        let mut command = this_test_again(name, (CHILD, place.archive().to_str().unwrap()), &[]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let steps = BufReader::new(child.stdout.take().unwrap()).lines();
        let told =
            steps.map_while(Result::ok).filter(|line| line.starts_with("step ")).nth(kill as usize * 2);
        assert!(told.is_some());
        child.kill().unwrap();
        child.wait().unwrap();

        let writer = Writer::open(&place.archive()).await.unwrap();
        let archive = writer.archive();
        let days: Vec<Time> = archive.days().await.unwrap().iter().map(|day| day.start).collect();
        let pieces = archive.covered(ACCOUNT, None).await.unwrap();
        assert!(pieces.len() <= 1, "{pieces:?}");
        for piece in &pieces {
            let mut at = piece.range.0;
            while at < piece.range.1 {
                assert!(days.contains(&at), "{at} is said to be there: {days:?}");
                at = at.plus(DAY);
            }
        }
        assert_eq!(count(&archive, "").await, days.len() as u64 * 10);
        assert!(archive.kept_from().await.unwrap().is_none_or(|kept| days.iter().all(|day| *day >= kept)));
        // And the files on disk are those that the catalog knows.
        let sql = "SELECT COUNT(*) FROM files";
        let known: i64 = sqlx::query_scalar(sql).fetch_one(&place.catalog().await).await.unwrap();
        assert_eq!(event_files(&place.archive()).len() as i64, known);
    }
}
