use archive::{Archive, IntakeOptions, Place as Start, Request, Writer};
use cloudtrail::search::{Cursor, EventPage};
use cloudtrail::time::{HOUR, Time};
use std::sync::Arc;

use crate::support::{
    Identity, Place, count, event_files, identities, identity, newest, options, record, search, wrapped,
};

async fn page(archive: &Archive, query: &str, place: Start, limit: usize) -> EventPage {
    let mut request = Request::newest(search(query), limit);
    request.place = place;
    archive.search(&request).await.unwrap()
}

/// All rows of a query, page by page; checks on the way what every page says about its place.
async fn page_through(archive: &Archive, query: &str, limit: usize, start: Start) -> Vec<Identity> {
    let mut rows = Vec::new();
    let mut next = start;
    let mut before = None;
    loop {
        let answer = page(archive, query, next, limit).await;
        let skipped = *before.get_or_insert(answer.newer);
        assert_eq!(answer.newer, skipped + rows.len() as u64, "rows before the page");
        rows.extend(answer.rows.iter().map(identity));
        assert_eq!(answer.next.is_some(), skipped + (rows.len() as u64) < answer.total);
        match answer.next {
            // As a link would carry it.
            Some(cursor) => next = Start::After(cursor.to_string().parse::<Cursor>().unwrap()),
            None => return rows,
        }
    }
}

/// 300 events in three files that overlap, ten to an instant.
fn fill_with_ties(place: &Place) {
    for file in 0..3 {
        let records = (0..100).map(|number| {
            let number = number * 3 + file;
            record(number).replace(
                &Time::parse("2026-11-20T10:00:00Z").unwrap().plus(number as i64 * 1_000).to_string(),
                &Time::parse("2026-11-20T10:00:00Z").unwrap().plus(number as i64 / 10 * 1_000).to_string(),
            )
        });
        place.write(&format!("{file}.json"), wrapped(records));
    }
}

#[tokio::test]
async fn pages_add_up_to_the_stream_whatever_their_size() {
    let place = Place::new();
    fill_with_ties(&place);
    // A budget of nothing: an event file for each source, so that pages are put together from several.
    let (_, archive) = place.take_in_with(&IntakeOptions { memory: 1, threads: 1, ..options() }).await;
    assert_eq!(event_files(&place.archive()).len(), 3);
    for query in ["", "StopInstances", "id-00001", "-id:id-000017", "time:<2026-11-20T10:00:07Z"] {
        let stream = identities(&archive, query).await;
        assert!(stream.len() > 5, "{query}");
        for limit in [1, 7, 10, 99, 300, 1_000] {
            assert_eq!(page_through(&archive, query, limit, Start::Newest).await, stream, "{query} {limit}");
        }
    }
}

#[tokio::test]
async fn order_is_by_time_and_then_by_hash() {
    let place = Place::new();
    fill_with_ties(&place);
    let (_, archive) = place.take_in_with(&IntakeOptions { memory: 1, threads: 1, ..options() }).await;
    let rows = newest(&archive, "", 1_000).await.rows;
    let order = |row: &cloudtrail::search::EventRow| (std::cmp::Reverse(row.time), row.hash.clone());
    assert!(rows.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
    assert_eq!(rows.len(), 300);
}

#[tokio::test]
async fn events_that_come_meanwhile_do_not_move_the_list() {
    let place = Place::new();
    place.write("a.json", wrapped((0..40).map(|number| record(number * 2))));
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    let archive = writer.archive();
    let stream = identities(&archive, "").await;
    let mut rows = Vec::new();
    let mut next = Start::Newest;
    // Before each page: older and newer events, enough runs that small files are merged on the way.
    for run in 0..10 {
        let answer = page(&archive, "", next, 4).await;
        assert_eq!((answer.total, answer.newer), (40, run * 4), "the list stays on its snapshot");
        assert_eq!(answer.coverage.notes, Vec::<String>::new());
        assert_eq!(answer.coverage.events, 40);
        rows.extend(answer.rows.iter().map(identity));
        let run = run as usize;
        place.write(&format!("b{run}.json"), wrapped([record(run * 2 + 1), record(1_000 + run)]));
        writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
        match answer.next {
            Some(cursor) => next = Start::After(cursor),
            None => break,
        }
    }
    assert_eq!(rows, stream);
    assert_eq!(count(&archive, "").await, 60);
    // Another process pages on through the old list too.
    let cursor = Cursor { time: Time::MAX, tie: 0, generation: first_generation(&archive).await };
    let other = Archive::open(&place.archive()).await.unwrap();
    assert_eq!(page(&other, "", Start::After(cursor), 100).await.total, 40);
}

/// The generation of the first take_in: the first state that has events.
async fn first_generation(archive: &Archive) -> i64 {
    for generation in 0..100 {
        let cursor = Cursor { time: Time::MAX, tie: 0, generation };
        if page(archive, "", Start::After(cursor), 0).await.total > 0 {
            return generation;
        }
    }
    panic!("no generation has events");
}

#[tokio::test]
async fn a_list_whose_snapshot_is_forgotten_goes_on_from_the_present_and_says_so() {
    let place = Place::new();
    place.write("a.json", wrapped((0..10).map(record)));
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    let archive = writer.archive();
    let first = page(&archive, "", Start::Newest, 4).await;
    let cursor = first.next.unwrap();
    let start = (options().clock)();
    for run in 0..8 {
        place.write(&format!("b{run}.json"), wrapped([record(100 + run)]));
        let clock = start.plus(run as i64);
        let options = IntakeOptions { clock: Arc::new(move || clock), ..options() };
        writer.take_in(&[place.logs()], &options, |_| {}).await.unwrap();
    }
    let second = page(&archive, "", Start::After(cursor.clone()), 4).await;
    assert_eq!((second.total, second.newer), (10, 4), "replaced files stay for a while");
    let files = event_files(&place.archive()).len();

    // An hour later, the replaced files are let go.
    let later = IntakeOptions { clock: Arc::new(move || start.plus(HOUR)), ..options() };
    writer.take_in(&[place.logs()], &later, |_| {}).await.unwrap();
    assert!(event_files(&place.archive()).len() < files);
    let gone = page(&archive, "", Start::After(cursor), 4).await;
    assert_eq!((gone.total, gone.newer), (18, 12), "the same place in the present list");
    assert_eq!(
        gone.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["id-000005", "id-000004", "id-000003", "id-000002"]
    );
    assert!(
        gone.coverage.notes[0].contains("earlier state of the archive that is gone"),
        "{:?}",
        gone.coverage.notes
    );
    // From there on it is a list like any other.
    let last = page(&archive, "", Start::After(gone.next.unwrap()), 4).await;
    assert_eq!((last.rows.len(), last.next, last.coverage.notes.len()), (2, None, 0));
}

#[tokio::test]
async fn a_cursor_from_nowhere_is_no_disaster() {
    let place = Place::new();
    place.write("a.json", wrapped((0..10).map(record)));
    let (_, archive) = place.take_in().await;
    for (time, generation, rows) in [
        (Time::MAX, i64::MAX, 10),
        (Time::MAX, -1, 10),
        (Time::MIN, 1, 0),
        (Time::from_millis(i64::MIN), i64::MIN, 0),
    ] {
        let cursor = Cursor { time, tie: u128::MAX, generation };
        let answer = page(&archive, "", Start::After(cursor), 100).await;
        assert_eq!(answer.rows.len(), rows, "{time:?} {generation}");
    }
}

#[tokio::test]
async fn a_list_can_start_at_an_instant() {
    let place = Place::new();
    fill_with_ties(&place);
    let (_, archive) = place.take_in_with(&IntakeOptions { memory: 1, threads: 1, ..options() }).await;
    let stream = identities(&archive, "").await;
    let base = Time::parse("2026-11-20T10:00:00Z").unwrap();
    for (at, newer) in [
        (base.plus(100_000), 0),
        (base.plus(29_000), 0),
        (base.plus(28_999), 10),
        (base.plus(20_000), 90),
        (base.plus(19_999), 100),
        (base, 290),
        (base.plus(-1), 300),
    ] {
        let answer = page(&archive, "", Start::At(at), 13).await;
        assert_eq!((answer.newer, answer.total), (newer, 300), "{at}");
        let found = page_through(&archive, "", 13, Start::At(at)).await;
        assert_eq!(found, stream[newer as usize..], "{at}");
        assert!(answer.rows.iter().all(|row| row.time <= at));
    }
}

#[tokio::test]
async fn a_page_of_no_rows_still_counts() {
    let place = Place::new();
    place.write("a.json", wrapped((0..10).map(record)));
    let (_, archive) = place.take_in().await;
    let answer = page(&archive, "", Start::Newest, 0).await;
    assert_eq!((answer.rows.len(), answer.total, answer.next), (0, 10, None));
    let all = page(&archive, "", Start::Newest, usize::MAX).await;
    assert_eq!((all.rows.len(), all.next), (10, None));
}

#[tokio::test]
async fn an_empty_archive_answers_everything_with_nothing() {
    let place = Place::new();
    let (_, archive) = place.take_in().await;
    let mut request = Request::newest(search(""), 10);
    request.facets = Some(5);
    request.histogram = Some(50);
    let answer = archive.search(&request).await.unwrap();
    assert_eq!((answer.total, answer.rows.len(), answer.next, answer.histogram), (0, 0, None, None));
    assert!(answer.facets.iter().all(|facet| facet.values.is_empty()));
    assert_eq!(answer.coverage.data, cloudtrail::search::TimeRange::default());
    assert!(identities(&archive, "anything").await.is_empty());
    assert!(archive.event("x").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stream_that_is_dropped_lets_go_and_one_in_the_middle_keeps_its_state() {
    let place = Place::new();
    place.write("a.json", wrapped((0..6_000).map(record)));
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    let archive = writer.archive();
    let expected = identities(&archive, "").await;
    let mut dropped = archive.stream(&search("")).await.unwrap();
    assert!(dropped.next().await.is_some());
    drop(dropped);

    let mut stream = archive.stream(&search("")).await.unwrap();
    let mut found: Vec<Identity> =
        stream.next().await.unwrap().unwrap().iter().map(|event| identity(&event.row)).collect();
    assert!(found.len() < expected.len(), "it comes in pieces");
    place.write("b.json", wrapped((6_000..6_100).map(record)));
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    while let Some(events) = stream.next().await {
        found.extend(events.unwrap().iter().map(|event| identity(&event.row)));
    }
    assert_eq!(found, expected);
}
