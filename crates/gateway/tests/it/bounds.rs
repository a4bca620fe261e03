//! How much is kept, and forgetting an account.

use std::sync::atomic::Ordering;

use cloudtrail::time::{DAY, HOUR, Time};
use gateway::sync::{Options, RegionState};
use sandbox::{Events, Running, Who};

use crate::reader::{ACCOUNT, Reader, ids, lookups, movable_clock, record, still_clock, unlimited};
use crate::support::{keys, sandbox, system_clock};

const REGION: &str = "eu-west-1";

/// Ten events on each of the last so many days, six hours before now.
fn add_days(sandbox: &Running, days: i64) {
    let of = |number: i64| {
        let time = system_clock()().plus(-6 * HOUR - number / 10 * DAY);
        record(&format!("day-{:02}-{}", number / 10, number % 10), REGION, time, "StopInstances", false)
    };
    let records: Vec<String> = (0..days * 10).map(of).collect();
    sandbox.add_events(records.iter().map(String::as_str)).unwrap();
}

async fn start(options: Options) -> (Running, Reader) {
    let sandbox = sandbox(Events::None).await;
    add_days(&sandbox, 20);
    let gateway = unlimited(&sandbox, &[REGION], still_clock());
    let reader = Reader::with(gateway, keys(&sandbox, Who::Auditor), options).await;
    (sandbox, reader)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_is_neither_fetched_nor_kept() {
    let (sandbox, reader) = start(Options { max_age: Some(5 * DAY), ..Options::default() }).await;
    let view = reader.whole("").await;
    assert!(view.kept_from.is_some_and(|kept| kept == view.range.0), "{:?}", view.kept_from);
    assert!(view.range.0 > system_clock()().plus(-7 * DAY));
    // The newest page of the list has brought some that are older: they go.
    reader.history.enforce_bounds().await.unwrap();
    let found = ids(&view, "service:ec2").await;
    assert!(found.contains("day-04-0") && !found.contains("day-07-0"), "{found:?}");
    let covered = reader.covered(&view, REGION).await;
    assert!(covered.iter().all(|piece| piece.range.0 >= view.range.0), "{covered:?}");
    let (calls, _) = lookups(&sandbox, REGION).await;
    assert!(!reader.open("").await.is_fetching());
    assert_eq!(lookups(&sandbox, REGION).await.0, calls, "what is not kept is not fetched again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_days_of_all_caches_go_when_there_is_too_much() {
    let (sandbox, reader) = start(Options::default()).await;
    let whole = reader.whole("").await;
    assert!(whole.kept_from.is_none());
    let [size] = &reader.history.caches().await.unwrap()[..] else { panic!("one cache") };
    assert_eq!((size.partition.as_str(), size.account.as_str()), ("aws", ACCOUNT));
    assert!(
        size.events >= 200 && size.oldest.is_some_and(|oldest| oldest < system_clock()().plus(-18 * DAY))
    );

    // With room for half of it.
    let options = Options { max_bytes: Some(size.bytes / 2), ..Options::default() };
    let gateway = unlimited(&sandbox, &[REGION], still_clock());
    let reader = Reader::with(gateway, keys(&sandbox, Who::Auditor), options).await;
    reader.whole("").await;
    reader.history.enforce_bounds().await.unwrap();
    let [kept] = &reader.history.caches().await.unwrap()[..] else { panic!("one cache") };
    assert!(kept.bytes <= size.bytes / 2 && kept.events > 20, "{kept:?} of {size:?}");
    let (calls, _) = lookups(&sandbox, REGION).await;
    let view = reader.open("").await;
    assert_eq!(view.kept_from, kept.oldest, "the page says from when on events are kept");
    assert!(!view.is_fetching() && view.range.0 == kept.oldest.unwrap());
    let covered = reader.covered(&view, REGION).await;
    assert!(covered.iter().all(|piece| piece.range.0 >= view.range.0), "{covered:?}");
    let found = ids(&view, "service:ec2").await;
    assert!(found.contains("day-00-0") && !found.contains("day-19-0"));
    reader.history.enforce_bounds().await.unwrap();
    assert_eq!(lookups(&sandbox, REGION).await.0, calls, "what had to go is not fetched again");

    // Without the bound it comes back.
    drop(view);
    let Reader { history, credentials, folder, .. } = reader;
    drop(history);
    let gateway = unlimited(&sandbox, &[REGION], still_clock());
    let reader = Reader::in_folder(folder, gateway, credentials, Options::default()).await;
    let view = reader.whole("").await;
    assert!(view.kept_from.is_none() && ids(&view, "service:ec2").await.len() == 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_account_is_gone_from_the_disk_and_begins_anew() {
    let (sandbox, reader) = start(Options::default()).await;
    let view = reader.whole("").await;
    assert!(ids(&view, "service:ec2").await.len() == 200);
    let path = view.archive.path().to_owned();
    assert!(path.starts_with(reader.folder.path()) && path.exists());
    assert!(reader.history.forget_account("aws", ACCOUNT).await.unwrap());
    assert!(!path.exists());
    assert!(reader.history.caches().await.unwrap().is_empty());
    assert!(!reader.history.forget_account("aws", ACCOUNT).await.unwrap());
    assert!(!reader.history.forget_account("aws", "444455556666").await.unwrap());

    let (calls, _) = lookups(&sandbox, REGION).await;
    let view = reader.whole("").await;
    assert_eq!(ids(&view, "service:ec2").await.len(), 200);
    assert!(lookups(&sandbox, REGION).await.0 > calls, "it is fetched once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_in_the_middle_of_fetching_leaves_nothing_behind() {
    let (sandbox, reader) = start(Options::default()).await;
    for _ in 0..5 {
        let _changes = reader.history.changes(&reader.caller).await.unwrap();
        let view = reader.open("").await;
        assert!(view.regions.iter().all(|region| matches!(region.state, RegionState::Open)));
        assert!(reader.history.forget_account("aws", ACCOUNT).await.unwrap());
        let left: Vec<_> = std::fs::read_dir(view.archive.path().parent().unwrap()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
    assert_eq!(ids(&reader.whole("").await, "service:ec2").await.len(), 200);
    drop(sandbox);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_stays_beyond_what_aws_shows() {
    let sandbox = sandbox(Events::None).await;
    add_days(&sandbox, 89);
    let (clock, forward) = movable_clock();
    let gateway = unlimited(&sandbox, &[REGION], clock.clone());
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    assert_eq!(ids(&reader.whole("").await, "service:ec2").await.len(), 890);
    forward.store(30 * DAY, Ordering::SeqCst);
    let view = reader.open("").await;
    assert!(view.range.0 > clock().plus(-91 * DAY) && view.kept_from.is_none());
    assert_eq!(ids(&view, "service:ec2").await.len(), 890);
    let oldest: Vec<Time> = view.archive.days().await.unwrap().iter().map(|day| day.start).collect();
    assert!(oldest[0] < view.range.0);
}
