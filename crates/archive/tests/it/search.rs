use archive::{Archive, IntakeOptions, Request, Writer};
use cloudtrail::names::AccountNames;
use cloudtrail::search::{EventPage, Expr, Query, Search, TimeRange, parse};
use cloudtrail::time::{DAY, Time};
use proptest::prelude::*;
use std::cell::Cell;
use tokio::runtime::Runtime;

use crate::corpus::{self, Made};
use crate::support::{
    Identity, Place, count, event_files, identity, newest, options, record, search, wrapped,
};
use terms::{TERMS, expressions, ranges, runner};

/// Facets, histograms, completion and rows.
mod counts;
/// Several archives.
mod joined;
/// A part of an archive.
mod scoped;
/// What is searched for.
mod terms;

const NAMES: &str = "111122223333,prod-payments\n444455556666,Dev, Éclair";

/// An archive of made-up records in many event files, and the records themselves.
struct Corpus {
    runtime: Runtime,
    archive: Archive,
    records: Vec<Made>,
    names: AccountNames,
    _place: Place,
}

impl Corpus {
    fn new(seed: u64, count: usize) -> Corpus {
        let runtime = Runtime::new().unwrap();
        let place = Place::new();
        let records = corpus::make(seed, count);
        for (file, records) in records.chunks(150).enumerate() {
            // Mixed, so that event files of a day overlap.
            place.write(
                &format!("{}.json", file * 7 % 10),
                wrapped(records.iter().rev().map(|made| made.raw.clone())),
            );
        }
        for (file, records) in records.chunks(count / 3).enumerate() {
            place.write(
                &format!("again-{file}.json"),
                wrapped(records.iter().step_by(5).map(|made| made.raw.clone())),
            );
        }
        let names = AccountNames::parse(NAMES).unwrap();
        let archive = runtime.block_on(async {
            let writer = Writer::open(&place.archive()).await.unwrap();
            writer.set_names(&names).await.unwrap();
            let options = IntakeOptions { memory: 1, threads: 1, ..options() };
            let report = writer.take_in(&[place.logs()], &options, |_| {}).await.unwrap();
            assert_eq!(report.added, count as u64, "{:?}", report.notes);
            writer.archive()
        });
        assert!(event_files(&place.archive()).len() > 4);
        Corpus { runtime, archive, records, names, _place: place }
    }

    fn ask(&self, request: &Request) -> EventPage {
        self.runtime.block_on(self.archive.search(request)).unwrap()
    }

    fn expected(&self, expr: &Expr, range: TimeRange) -> Vec<&Made> {
        corpus::expected(&self.records, expr, range, &self.names)
    }
}

fn request(expr: &Expr, range: TimeRange) -> Request {
    let query = Query { text: expr.to_string(), expr: expr.clone(), tokens: Vec::new() };
    Request::newest(Search { query, range }, 10_000)
}

fn found(page: &EventPage) -> Vec<Identity> {
    page.rows.iter().map(identity).collect()
}

fn known(expected: &[&Made]) -> Vec<Identity> {
    expected.iter().map(|made| made.identity.clone()).collect()
}

#[test]
fn every_term_finds_what_the_reference_finds() {
    let corpus = Corpus::new(1, 1_500);
    let mut matching = 0;
    for term in TERMS {
        for text in [
            (*term).to_owned(),
            format!("-{term}"),
            format!("{term} -event:stop*"),
            format!("{term} OR who:jo"),
        ] {
            let expr = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}")).expr;
            let expected = corpus.expected(&expr, TimeRange::default());
            let page = corpus.ask(&request(&expr, TimeRange::default()));
            assert_eq!(page.total, expected.len() as u64, "{text}");
            assert_eq!(found(&page), known(&expected), "{text}");
            matching += usize::from(text == *term && !expected.is_empty());
        }
    }
    assert!(matching * 10 > TERMS.len() * 9, "only {matching} of {} terms fit any record", TERMS.len());
}

#[test]
fn every_combination_of_terms_finds_what_the_reference_finds() {
    let corpus = Corpus::new(2, 1_200);
    let telling = Cell::new(0);
    runner(500)
        .run(&(expressions(), ranges()), |(expr, range)| {
            let expected = corpus.expected(&expr, range);
            let page = corpus.ask(&request(&expr, range));
            prop_assert_eq!(page.total, expected.len() as u64, "{} {:?}", expr, range);
            prop_assert_eq!(found(&page), known(&expected), "{} {:?}", expr, range);
            let some = !expected.is_empty() && expected.len() < corpus.expected(&Expr::All, range).len();
            telling.set(telling.get() + usize::from(some));
            Ok(())
        })
        .unwrap();
    assert!(telling.get() > 200, "only {} of 500 queries find some events and not others", telling.get());
}

#[test]
fn an_answer_is_the_same_when_asked_again() {
    let corpus = Corpus::new(3, 600);
    for text in
        ["StopInstances", "requestParameters.bucketName:prod-*", "stop* OR error:*", "account:prod* K"]
    {
        let expr = parse(text).unwrap().expr;
        let first = corpus.ask(&request(&expr, TimeRange::default()));
        assert_eq!(corpus.ask(&request(&expr, TimeRange::default())), first, "{text}");
        // With no memory to remember anything in, and after forgetting.
        corpus.archive.set_memory(0);
        assert_eq!(corpus.ask(&request(&expr, TimeRange::default())), first, "{text}");
        corpus.archive.set_memory(1 << 30);
        corpus.archive.forget_answers();
        assert_eq!(corpus.ask(&request(&expr, TimeRange::default())), first, "{text}");
        // A narrower range is another question.
        let range = TimeRange { from: Time::parse("2026-11-20"), to: Time::parse("2026-11-21") };
        assert_eq!(
            found(&corpus.ask(&request(&expr, range))),
            known(&corpus.expected(&expr, range)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn time_ranges_are_half_open() {
    let place = Place::new();
    let next_day = (DAY / 1_000) as usize;
    place.write("a.json", wrapped([0, 1, 2, next_day - 36_000, next_day].map(record)));
    let (_, archive) = place.take_in().await;
    let base = Time::parse("2026-11-20T10:00:00Z").unwrap();
    let midnight = Time::parse("2026-11-21").unwrap();
    for (from, to, total) in [
        (Some(base), None, 5),
        (Some(base.plus(1)), None, 4),
        (None, Some(base), 0),
        (None, Some(base.plus(1)), 1),
        (Some(base), Some(base.plus(2_000)), 2),
        (Some(base.plus(1_000)), Some(base.plus(1_000)), 0),
        (Some(base.plus(1_000)), Some(base.plus(1_001)), 1),
        (Some(base.plus(2_000)), Some(base.plus(1_000)), 0),
        (None, Some(midnight), 3),
        (Some(midnight), None, 2),
        (Some(midnight), Some(midnight.plus(1)), 1),
        (Some(Time::MIN), Some(Time::MAX), 5),
    ] {
        let mut request = Request::newest(search(""), 10);
        request.search.range = TimeRange { from, to };
        let page = archive.search(&request).await.unwrap();
        assert_eq!((page.total, page.rows.len() as u64), (total, total), "{from:?} {to:?}");
        let mut stream = archive.stream(&request.search).await.unwrap();
        let mut streamed = 0;
        while let Some(events) = stream.next().await {
            streamed += events.unwrap().len() as u64;
        }
        assert_eq!(streamed, total, "{from:?} {to:?}");
    }
    let coverage = archive.coverage(TimeRange { from: Some(base.plus(1)), to: None }).await.unwrap();
    assert_eq!(coverage.events, 5);
    assert_eq!(coverage.data, TimeRange { from: Some(base), to: Some(base.plus(DAY + 1_000)) });
    assert_eq!(coverage.range, TimeRange { from: Some(base.plus(1)), to: Some(base.plus(DAY + 1_000)) });
}

#[tokio::test]
async fn an_id_is_found_among_thousands_and_with_other_terms() {
    let place = Place::new();
    place.write("a.json", wrapped((0..5_000).map(record)));
    let (_, archive) = place.take_in().await;
    for (query, total) in [
        ("id:id-004321", 1),
        ("id:ID-004321", 1),
        ("id:\"ID-004321\"", 0),
        ("id:id-004321,id-000007", 2),
        ("id:id-004321 event:Stop*", 1),
        ("id:id-004321 event:Start*", 0),
        ("id:id-004321 OR id:id-000001", 2),
        ("-id:id-004321", 4_999),
        ("id:id-00432*", 10),
        ("id:id-004321 StopInstances", 1),
        ("id:id-004321 -StopInstances", 0),
    ] {
        assert_eq!(count(&archive, query).await, total, "{query}");
    }
    assert_eq!(newest(&archive, "id:id-004321", 5).await.rows[0].id, "id-004321");
}
