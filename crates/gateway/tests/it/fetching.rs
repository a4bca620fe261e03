//! What is fetched, with what filter, and how often: counted in the sandbox's own records.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use archive::ARRIVING;
use cloudtrail::time::{DAY, HOUR, MINUTE, SECOND};
use gateway::Kind;
use gateway::sync::Options;
use sandbox::{Events, Running, Who};

use crate::reader::{ACCOUNT, Reader, ids, lookups, movable_clock, record, still_clock, unlimited};
use crate::support::{keys, sandbox, system_clock};

const REGION: &str = "eu-west-1";

/// One every minute before the last two hours, each tenth a write; ids by number, the newest first.
fn add_events(sandbox: &Running, count: i64) {
    let now = system_clock()();
    let records: Vec<String> = (0..count)
        .map(|number| {
            let is_write = number % 10 == 0;
            let name = if is_write { "StopInstances" } else { "DescribeInstances" };
            let time = now.plus(-2 * HOUR - number * MINUTE);
            record(&format!("event-{number:04}"), REGION, time, name, !is_write)
        })
        .collect();
    sandbox.add_events(records.iter().map(String::as_str)).unwrap();
}

async fn start(count: i64) -> (Running, Reader) {
    start_with(count, Options::default()).await
}

/// Time stands still: however long a test takes, nothing is asked for once more because it has grown old.
async fn start_with(count: i64, options: Options) -> (Running, Reader) {
    let sandbox = sandbox(Events::None).await;
    add_events(&sandbox, count);
    let gateway = unlimited(&sandbox, &[REGION], still_clock());
    let reader = Reader::with(gateway, keys(&sandbox, Who::Auditor), options).await;
    (sandbox, reader)
}

/// Lookups after the first so many wait until other faults are in force.
fn hold(sandbox: &Running, after: u32) {
    let fault = format!("[[fault]]\noperation = \"LookupEvents\"\nskip = {after}\ndelay-ms = 600000\n");
    sandbox.set_faults(&fault).unwrap();
}

fn made(number: i64) -> String {
    format!("event-{number:04}")
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_filters_by_what_leaves_out_most_and_nothing_is_lost() {
    let (sandbox, reader) = start(1_000).await;
    let view = reader.whole("readOnly:false event:StopInstances ip:203.0.113.0/24").await;
    let filter = view.filter.clone().unwrap();
    assert_eq!((filter.key, filter.value.as_str()), ("EventName", "StopInstances"));
    let found = ids(&view, "event:StopInstances").await;
    assert_eq!(found.len(), 100);
    assert!((0..1_000).step_by(10).all(|number| found.contains(&made(number))));
    let (calls, with_attribute) = lookups(&sandbox, REGION).await;
    // The newest page, and then a hundred events in pages of fifty. That the last is full AWS does not say.
    assert!(with_attribute == 2 || with_attribute == 3, "{with_attribute}");
    assert_eq!(calls, with_attribute + 1);

    // It is covered for whoever asks the same, whatever else they ask, and for nobody else.
    let covered = reader.covered(&view, REGION).await;
    let by_name = Some(("EventName".to_owned(), "StopInstances".to_owned()));
    assert!(covered.iter().any(|piece| piece.attribute == by_name && piece.range.0 <= view.range.0));
    assert!(covered.iter().all(|piece| piece.attribute.is_some() || piece.range.0 > view.range.0));
    let again = reader.open("event:StopInstances who:jo").await;
    assert!(!again.is_fetching());
    assert_eq!(lookups(&sandbox, REGION).await.0, calls);

    // Without the name everything is fetched; and then nothing more for any search.
    let whole = reader.whole("").await;
    assert_eq!(whole.filter, None);
    let all = ids(&whole, "service:ec2").await;
    assert_eq!(all.len(), 1_000);
    let (calls, with_before) = lookups(&sandbox, REGION).await;
    assert_eq!(with_before, with_attribute);
    let any = reader.open("readOnly:false").await;
    assert!(any.filter.is_none() && !any.is_fetching());
    assert_eq!(lookups(&sandbox, REGION).await.0, calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_a_page_ask_aws_once() {
    let (sandbox, reader) = start(10).await;
    let views = tokio::join!(reader.open(""), reader.open("readOnly:false"), reader.open(""));
    for view in [&views.0, &views.1, &views.2] {
        assert_eq!(ids(view, "service:ec2").await.len(), 10, "each has waited for the answer");
    }
    assert_eq!(lookups(&sandbox, REGION).await, (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_aws_may_write_otherwise_is_left_to_waymark() {
    let (sandbox, reader) = start(100).await;
    let view = reader.whole("event:stopinstances").await;
    assert_eq!(view.filter, None);
    assert_eq!(ids(&view, "event:stopinstances").await.len(), 10);
    // Whether there are some with the name as it was typed, and no more.
    assert_eq!(lookups(&sandbox, REGION).await.1, 1);
}

/// Twelve calls of somebody before all others, and one whom AWS writes in another case.
fn add_old_events(sandbox: &Running) {
    let now = system_clock()();
    let records: Vec<String> = (0..12)
        .map(|number| {
            let time = now.plus(-80 * DAY - number * HOUR);
            let record = record(&format!("max-{number:04}"), REGION, time, "StartInstances", false);
            record.replace("jo\"", if number == 11 { "Max\"" } else { "max\"" })
        })
        .collect();
    sandbox.add_events(records.iter().map(String::as_str)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_did_long_ago_is_there_before_all_is() {
    let (sandbox, reader) = start(3_000).await;
    add_old_events(&sandbox);
    // Of sixty pages the long list gets no more than these.
    hold(&sandbox, 40);
    let view = reader.open("who:max").await;
    assert_eq!(ids(&view, "who:max").await.len(), 11);
    let region = &view.regions[0];
    assert!(region.is_fetching && region.back_to > view.range.0, "{region:?}");
    assert_eq!(view.filter, None, "what is missing is not filtered by AWS");
    // What it gave counts for nothing: nobody's name is compared as Waymark does it.
    sandbox.set_faults("").unwrap();
    assert_eq!(ids(&reader.whole("who:max").await, "who:max").await.len(), 12);
    assert_eq!(lookups(&sandbox, REGION).await.1, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_advance_takes_a_few_pages() {
    let (sandbox, reader) = start(2_000).await;
    let view = reader.whole("who:jo").await;
    assert_eq!(ids(&view, "who:jo").await.iter().filter(|id| id.starts_with("event-")).count(), 2_000);
    let (_, with_attribute) = lookups(&sandbox, REGION).await;
    assert!((1..=10).contains(&with_attribute), "{with_attribute}");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_aws_writes_a_name_is_learnt_from_what_came_before() {
    let sandbox = sandbox(Events::None).await;
    let now = system_clock()();
    let rare =
        |number: i64| record(&made(number), REGION, now.plus(-number * HOUR - HOUR), "MadeUpCall", false);
    let records: Vec<String> = (0..200).map(rare).collect();
    sandbox.add_events(records.iter().map(String::as_str)).unwrap();
    let gateway = unlimited(&sandbox, &[REGION], still_clock());
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    // The first page has shown it.
    let view = reader.whole("event:MadeUpCall").await;
    assert_eq!(view.filter.as_ref().map(|filter| filter.key), Some("EventName"));
    assert_eq!(ids(&view, "event:MadeUpCall").await.len(), 200);
    assert!(lookups(&sandbox, REGION).await.1 > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn insights_do_not_count_as_management_events() {
    let (_sandbox, reader) = start(100).await;
    let view = reader.whole("category:Insight").await;
    let insight = Some(("EventCategory".to_owned(), "insight".to_owned()));
    let covered = reader.covered(&view, REGION).await;
    assert!(covered.iter().any(|piece| piece.attribute == insight));
    assert!(covered.iter().all(|piece| piece.attribute == insight || piece.range.0 > view.range.0));
    assert!(view.filter.is_none(), "no attribute of LookupEvents");
    assert_eq!(ids(&reader.whole("").await, "service:ec2").await.len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn fetching_ends_when_nobody_waits_and_goes_on_from_where_it_was() {
    // Only who listens is waiting.
    let (sandbox, reader) =
        start_with(1_000, Options { interest: Duration::ZERO, ..Options::default() }).await;
    hold(&sandbox, 6);
    let mut changes = reader.history.changes(&reader.caller).await.unwrap();
    let fetched = |view: &gateway::sync::View| view.regions[0].fetched;
    let mut view = reader.open("").await;
    while fetched(&view) < 200 {
        changes.changed().await.unwrap();
        view = reader.open("").await;
    }
    drop(changes);
    sandbox.set_faults("").unwrap();
    // What is under way ends with its page.
    loop {
        view = reader.open("").await;
        if !view.regions[0].is_fetching {
            break;
        }
        tokio::task::yield_now().await;
    }
    let (calls, _) = lookups(&sandbox, REGION).await;
    let half = fetched(&view);
    assert!(calls <= 7 && half < 400 && view.regions[0].back_to > view.range.0, "{calls} {half}");
    reader.open("").await;
    assert_eq!(lookups(&sandbox, REGION).await.0, calls, "nobody waits");

    let view = reader.whole("").await;
    assert_eq!(ids(&view, "service:ec2").await.len(), 1_000);
    let (calls, _) = lookups(&sandbox, REGION).await;
    // Each page once: fifty of the account's events, or those of the calls themselves. The second at the seam is asked for again.
    let pages = ids(&view, "").await.len().div_ceil(50);
    assert!(calls <= pages + 3, "{calls} calls for {pages} pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_with_credentials_that_signed_out_whoever_else_waits() {
    let (sandbox, reader) = start(3_000).await;
    hold(&sandbox, 4);
    let mut changes = reader.history.changes(&reader.caller).await.unwrap();
    while reader.open("").await.regions[0].fetched < 100 {
        changes.changed().await.unwrap();
    }
    reader.history.forget(&reader.credentials);
    sandbox.set_faults("").unwrap();
    // Somebody else fetches the rest, as soon as nobody is at it.
    let other = reader.with_keys(keys(&sandbox, Who::Administrator));
    assert_eq!(ids(&other.whole("").await, "service:ec2").await.len(), 3_000);
    let (calls, _) = lookups(&sandbox, REGION).await;
    assert!(calls <= 5, "{calls} pages were fetched, one of them in hand");
    // Who signs in again may read it.
    assert_eq!(ids(&reader.whole("").await, "service:ec2").await.len(), 3_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_refuses_to_filter_by_is_fetched_without() {
    let (sandbox, reader) = start(300).await;
    // After the newest page, that of the filtered list.
    let fault = "[[fault]]\noperation = \"LookupEvents\"\nskip = 1\ntimes = 1\nkind = \"error\"\n\
                 code = \"InvalidLookupAttributesException\"\nmessage = \"no\"\nstatus = 400\n";
    sandbox.set_faults(fault).unwrap();
    let view = reader.whole("readOnly:false event:StopInstances").await;
    assert!(view.regions[0].trouble.is_none(), "{:?}", view.regions);
    // By the next best, and the page says so.
    assert_eq!(view.filter.as_ref().map(|filter| filter.key), Some("ReadOnly"));
    assert_eq!(ids(&view, "event:StopInstances").await.len(), 30);

    // It is not asked for that again; where nothing else leaves out anything, it is fetched without a filter.
    sandbox.set_faults("").unwrap();
    let (_, with_attribute) = lookups(&sandbox, REGION).await;
    let view = reader.whole("event:StopInstances").await;
    assert!(view.filter.is_none() && view.regions[0].trouble.is_none(), "{:?}", view.regions);
    assert_eq!(ids(&view, "").await.iter().filter(|id| id.starts_with("event-")).count(), 300);
    assert_eq!(lookups(&sandbox, REGION).await.1, with_attribute);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_without_a_filter_too_is_shown() {
    let (sandbox, reader) = start(300).await;
    let fault = "[[fault]]\noperation = \"LookupEvents\"\nskip = 1\nkind = \"error\"\n\
                 code = \"OperationNotPermittedException\"\nmessage = \"no\"\nstatus = 400\n";
    sandbox.set_faults(fault).unwrap();
    let mut changes = reader.history.changes(&reader.caller).await.unwrap();
    let mut view = reader.open("event:StopInstances").await;
    while view.regions[0].trouble.is_none() {
        changes.changed().await.unwrap();
        view = reader.open("event:StopInstances").await;
    }
    let region = &view.regions[0];
    assert_eq!(region.trouble.as_ref().map(|trouble| trouble.kind()), Some(Kind::Refused));
    assert!(region.back_to > view.range.0 && !region.is_fetching, "{region:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_no_longer_reaches_is_not_missing() {
    let sandbox = sandbox(Events::None).await;
    add_events(&sandbox, 10);
    // Time passes between the question and the call to AWS.
    let (clock, passed) = movable_clock();
    let ticking = Arc::new(move || {
        passed.fetch_add(1_500, Ordering::SeqCst);
        clock()
    });
    let reader = Reader::new(unlimited(&sandbox, &[REGION], ticking), keys(&sandbox, Who::Auditor)).await;
    let view = reader.open("").await;
    assert_eq!(view.regions[0].back_to, view.range.0);
    assert_eq!(lookups(&sandbox, REGION).await, (1, 0), "all is on the first page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_goes_stale_costs_a_page_and_no_event() {
    let (sandbox, reader) = start(1_000).await;
    // The fourth page's token leads nowhere.
    let fault = "[[fault]]\noperation = \"LookupEvents\"\nskip = 3\ntimes = 1\nkind = \"wrong-token\"\n";
    sandbox.set_faults(fault).unwrap();
    let view = reader.whole("").await;
    assert_eq!(ids(&view, "service:ec2").await.len(), 1_000);
    let refused = ids(&reader.whole("").await, "event:LookupEvents error:InvalidNextTokenException").await;
    assert!(refused.len() <= 1);
    let (calls, _) = lookups(&sandbox, REGION).await;
    let pages = ids(&view, "").await.len().div_ceil(50);
    assert!(calls <= pages + 4, "{calls} calls for {pages} pages");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_minutes_are_never_final_and_what_comes_late_is_found() {
    let sandbox = sandbox(Events::None).await;
    add_events(&sandbox, 200);
    let (clock, forward) = movable_clock();
    let gateway = unlimited(&sandbox, &[REGION], clock.clone());
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    let start = clock();
    let view = reader.whole("").await;
    let ends = |pieces: &[archive::Covered]| pieces.iter().map(|piece| piece.range.1).max().unwrap();
    let covered = reader.covered(&view, REGION).await;
    assert!(ends(&covered) <= clock().plus(-ARRIVING), "{covered:?}");
    assert_eq!(view.arriving.map(|time| time > start.plus(-ARRIVING - 1)), Some(true));

    // Delivered late: 14 and 2 minutes after it happened. Both lie where nothing was said to be there.
    let late =
        |id: &str, minutes: i64| record(id, REGION, start.plus(-minutes * MINUTE), "StopInstances", false);
    let records = [late("late-14", 14), late("late-2", 2)];
    sandbox.add_events(records.iter().map(String::as_str)).unwrap();
    assert!(covered.iter().all(|piece| piece.range.1 < start.plus(-14 * MINUTE)));
    forward.store(31 * SECOND, Ordering::SeqCst);
    let view = reader.whole("").await;
    let found = ids(&view, "id:late-14,late-2").await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(ends(&reader.covered(&view, REGION).await) <= clock().plus(-ARRIVING));

    // However often the newest are fetched again, what is final is one piece; and in the end it is all of that.
    for refresh in 2..40 {
        forward.store(refresh * 31 * SECOND, Ordering::SeqCst);
        let view = reader.whole("").await;
        let covered = reader.covered(&view, REGION).await;
        assert_eq!(covered.len(), 1, "{covered:?}");
        assert!(ends(&covered) <= clock().plus(-ARRIVING));
    }
    let covered = reader.covered(&reader.open("").await, REGION).await;
    assert!(ends(&covered) > start, "{covered:?}");
    assert_eq!(reader.caller.account, ACCOUNT);
}
