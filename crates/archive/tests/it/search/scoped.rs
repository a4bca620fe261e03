use archive::{Archive, Covered, Place as At, Request, Scope, Writer};
use cloudtrail::chain::{Chain, Related};
use cloudtrail::names::AccountNames;
use cloudtrail::search::{Cursor, EventPage, EventRow, Field, FieldRef, TimeRange, parse};
use cloudtrail::time::Time;
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

use super::request;
use super::terms::TERMS;
use crate::corpus::{self, Made, with_record};
use crate::support::{Place, all_raw, count, newest, options, record, search, wrapped};

const NAMES: &str = "111122223333,prod-payments\n444455556666,Dev, Éclair\n777788889999,secret";
const NAMES_INSIDE: &str = "111122223333,prod-payments\n444455556666,Dev, Éclair";

fn scope(account: &str, regions: &[&str]) -> Scope {
    Scope {
        account: account.to_owned(),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
    }
}

/// Of one account two Regions, of one a single one, of one nothing.
fn scopes() -> Vec<Scope> {
    vec![
        scope("111122223333", &["eu-west-1"]),
        scope("111122223333", &["ap-south-1", "eu-central-1"]),
        scope("444455556666", &["us-east-1"]),
        scope("777788889999", &[]),
    ]
}

fn is_inside(raw: &str) -> bool {
    with_record(raw, |record| {
        matches!(
            (record.account(), record.region.as_deref()),
            (Some("111122223333"), Some("eu-west-1" | "ap-south-1"))
                | (Some("444455556666"), Some("us-east-1"))
        )
    })
}

/// An archive of which a part is seen, and one that has nothing but that part: every read must give the same.
struct Both {
    runtime: Runtime,
    whole: Archive,
    scoped: Archive,
    part: Archive,
    records: Vec<Made>,
    _places: [Place; 2],
}

impl Both {
    fn new(seed: u64, count: usize) -> Both {
        let runtime = Runtime::new().unwrap();
        let places = [Place::new(), Place::new()];
        let records = corpus::make(seed, count);
        for (file, records) in records.chunks(count / 3).enumerate() {
            places[0].write(&format!("{file}.json"), wrapped(records.iter().map(|made| made.raw.clone())));
        }
        places[0].write("broken.json", "{");
        let names = |text| AccountNames::parse(text).unwrap();
        let (whole, part) = runtime.block_on(async {
            let writer = Writer::open(&places[0].archive()).await.unwrap();
            writer.set_names(&names(NAMES)).await.unwrap();
            writer.take_in(&[places[0].logs()], &options(), |_| {}).await.unwrap();
            let whole = writer.archive();
            let writer = Writer::open(&places[1].archive()).await.unwrap();
            writer.set_names(&names(NAMES_INSIDE)).await.unwrap();
            let inside: Vec<String> =
                records.iter().map(|made| made.raw.clone()).filter(|raw| is_inside(raw)).collect();
            assert!(inside.len() > count / 10 && inside.len() < count / 2, "{} of {count}", inside.len());
            let added = writer.add(&inside, &[], (options().clock)()).await.unwrap();
            assert_eq!(added.events, inside.len() as u64);
            (whole, writer.archive())
        });
        Both { runtime, scoped: whole.scoped(scopes()), whole, part, records, _places: places }
    }

    /// The page of either archive; of numbers of states only whether there are any.
    fn pages(&self, request: &Request) -> [EventPage; 2] {
        [&self.scoped, &self.part].map(|archive| {
            let mut page = self.runtime.block_on(archive.search(request)).unwrap();
            page.coverage.generation = 0;
            page.next = page.next.map(|cursor| Cursor { generation: 0, ..cursor });
            page
        })
    }
}

#[test]
fn searches_see_nothing_outside() {
    let both = Both::new(11, 900);
    let ranges = [
        TimeRange::default(),
        TimeRange { from: Time::parse("2026-11-19T06:00:00Z"), to: Time::parse("2026-11-20T18:00:00Z") },
    ];
    let mut found = 0;
    let texts = TERMS.iter().flat_map(|term| [(*term).to_owned(), format!("-{term}")]);
    for text in texts.chain(["".to_owned(), "category:*".to_owned(), "account:secret OR jo".to_owned()]) {
        let expr = parse(&text).unwrap().expr;
        for range in ranges {
            let mut request = request(&expr, range);
            (request.facets, request.histogram) = (Some(1_000), Some(40));
            let [scoped, part] = both.pages(&request);
            assert_eq!(scoped, part, "{text}");
            found += scoped.total;
        }
    }
    assert!(found > 1_000);
    for place in [At::At(Time::parse("2026-11-20").unwrap()), At::Newest] {
        let mut request = request(&parse("").unwrap().expr, ranges[0]);
        (request.place, request.limit) = (place, 7);
        let [scoped, part] = both.pages(&request);
        assert_eq!(scoped, part);
        assert!(scoped.next.is_some());
    }
}

#[test]
fn streams_and_single_events_show_nothing_outside() {
    let both = Both::new(12, 600);
    both.runtime.block_on(async {
        for query in ["", "category:*", "StopInstances", "requestParameters.bucketName:*"] {
            let scoped = all_raw(&both.scoped, query).await;
            assert_eq!(scoped, all_raw(&both.part, query).await, "{query}");
            assert!(!scoped.is_empty() && scoped.iter().all(|raw| is_inside(raw)), "{query}");
        }
        let mut hidden = 0;
        for made in &both.records {
            let id = &made.identity.0;
            let [whole, scoped, part] = [
                texts(both.whole.event(id).await.unwrap()),
                texts(both.scoped.event(id).await.unwrap()),
                texts(both.part.event(id).await.unwrap()),
            ];
            assert_eq!(scoped, part, "{id}");
            hidden += whole.len() - scoped.len();
        }
        assert!(hidden > 300, "{hidden}");
    });
}

fn texts(events: Vec<archive::StoredEvent>) -> Vec<(EventRow, String)> {
    events.into_iter().map(|event| (event.row, event.raw)).collect()
}

#[test]
fn completion_offers_nothing_from_outside() {
    let both = Both::new(13, 600);
    let paths = [
        "requestParameters.bucketName",
        "userIdentity.accountId",
        "awsRegion",
        "requestParameters.Tags.value",
    ];
    let paths = paths.map(|path| FieldRef::Path(path.split('.').map(str::to_owned).collect()));
    let mut smaller = 0;
    for field in Field::ALL.into_iter().map(FieldRef::Known).chain(paths) {
        for query in ["", "jo", "category:*"] {
            let ask = |archive: &Archive| {
                both.runtime.block_on(archive.complete(&field, "", &search(query), 10_000)).unwrap()
            };
            let [whole, scoped, part] = [&both.whole, &both.scoped, &both.part].map(ask);
            assert_eq!(scoped, part, "{field:?} {query}");
            smaller += usize::from(scoped.len() < whole.len());
        }
    }
    assert!(smaller > 5, "{smaller}");
}

#[test]
fn chains_and_related_events_stay_inside() {
    let both = Both::new(14, 900);
    both.runtime.block_on(async {
        let read = async |archive: &Archive, id: &str| -> (Chain, Related) {
            let event = &archive.event(id).await.unwrap()[0];
            (archive.chain(event).await.unwrap(), archive.related(event).await.unwrap())
        };
        let (mut chains, mut related) = (0, 0);
        for raw in all_raw(&both.part, "category:*").await.iter().take(120) {
            let id = with_record(raw, |record| cloudtrail::search::matches::event_id(record).into_owned());
            let scoped = read(&both.scoped, &id).await;
            assert_eq!(scoped, read(&both.part, &id).await, "{id}");
            let whole = read(&both.whole, &id).await;
            chains += usize::from(whole.0 != scoped.0);
            related += usize::from(whole.1 != scoped.1);
        }
        assert!(chains > 10 && related > 10, "the whole archive has more: {chains} {related}");
    });
}

#[test]
fn coverage_names_and_reports_tell_nothing_of_outside() {
    let both = Both::new(15, 600);
    both.runtime.block_on(async {
        for range in [TimeRange::default(), TimeRange { from: Time::parse("2026-11-20"), to: None }] {
            let [mut scoped, mut part] =
                [both.scoped.coverage(range).await.unwrap(), both.part.coverage(range).await.unwrap()];
            (scoped.generation, part.generation) = (0, 0);
            assert_eq!(scoped, part);
            assert!(scoped.events < both.whole.coverage(range).await.unwrap().events / 2);
        }
        assert_eq!(both.whole.names().await.unwrap().get("777788889999"), Some("secret"));
        assert_eq!(both.scoped.names().await.unwrap(), both.part.names().await.unwrap());
        assert_eq!(both.whole.reports().await.unwrap().len(), 1);
        assert_eq!(both.scoped.reports().await.unwrap().len(), 0);
        both.scoped.warm_up().await.unwrap();
    });
}

#[test]
fn what_is_remembered_for_one_is_not_shown_to_another() {
    let both = Both::new(16, 900);
    both.runtime.block_on(async {
        // Free words and paths are read from the records, and their answers remembered.
        for query in ["StopInstances", "-jo", "requestParameters.bucketName:prod-*", "id:id-0000*"] {
            let whole: BTreeSet<String> = all_raw(&both.whole, query).await.into_iter().collect();
            let mut seen = 0;
            for region in ["eu-west-1", "us-east-1", "EU-WEST-1", "ap-south-1", "nowhere"] {
                for account in ["111122223333", "444455556666", "prod-payments", "1111*"] {
                    let archive = both.whole.scoped(vec![scope(account, &[region])]);
                    let found: BTreeSet<String> = all_raw(&archive, query).await.into_iter().collect();
                    let inside = |raw: &&String| {
                        with_record(raw, |record| {
                            (record.account(), record.region.as_deref()) == (Some(account), Some(region))
                        })
                    };
                    let expected: BTreeSet<String> = whole.iter().filter(inside).cloned().collect();
                    assert_eq!(found, expected, "{query} {account} {region}");
                    seen += found.len();
                }
            }
            assert!(seen > 5 && seen < whole.len(), "{query}: {seen} of {}", whole.len());
            assert_eq!(all_raw(&both.whole, query).await.len(), whole.len(), "{query}");
        }
    });
}

#[tokio::test]
async fn no_scope_shows_nothing_and_a_scope_of_a_scope_no_more() {
    let place = Place::new();
    place.write("a.json", wrapped((0..20).map(record)));
    let (_, archive) = place.take_in().await;
    let here = scope("111122223333", &["eu-west-1"]);
    let elsewhere = scope("111122223333", &["us-east-1"]);
    assert_eq!(count(&archive.scoped(vec![here.clone()]), "").await, 20);
    for scopes in [vec![], vec![scope("111122223333", &[])], vec![scope("", &[""])]] {
        let nothing = archive.scoped(scopes);
        assert_eq!(count(&nothing, "").await, 0);
        assert_eq!(nothing.coverage(TimeRange::default()).await.unwrap().data, TimeRange::default());
        assert_eq!(count(&nothing.scoped(vec![here.clone()]), "").await, 0);
    }
    let wide = archive.scoped(vec![here.clone(), elsewhere.clone()]);
    assert_eq!(count(&wide.scoped(vec![elsewhere]), "").await, 0);
    assert_eq!(count(&wide.scoped(vec![here]), "").await, 20);
    assert_eq!(count(&wide.clone(), "").await, 20);
}

#[tokio::test]
async fn an_event_that_does_not_say_where_it_was_is_in_no_scope() {
    let place = Place::new();
    let nowhere = record(1).replace(r#""awsRegion":"eu-west-1","#, "");
    let nobodys = record(2).replace("111122223333", "");
    let nameless = record(3)
        .replace(r#""accountId":"111122223333","#, "")
        .replace(r#","recipientAccountId":"111122223333""#, "");
    place.write("a.json", wrapped([record(0), nowhere, nobodys, nameless]));
    let (_, archive) = place.take_in().await;
    assert_eq!(count(&archive, "").await, 4);
    let scoped =
        archive.scoped(vec![scope("111122223333", &["eu-west-1", ""]), scope("", &["eu-west-1", ""])]);
    // An account with an empty id is one, if somebody asks for it.
    let ids: Vec<String> = newest(&scoped, "", 9).await.rows.into_iter().map(|row| row.id).collect();
    assert!(ids.contains(&"id-000000".to_owned()), "{ids:?}");
    assert!(!ids.contains(&"id-000001".to_owned()) && !ids.contains(&"id-000003".to_owned()), "{ids:?}");
}

#[tokio::test]
async fn a_list_of_a_part_stays_as_it_was_when_more_comes() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let away = |number: usize| record(number).replace("eu-west-1", "us-east-1");
    let now = (options().clock)();
    let first: Vec<String> = (0..10).map(record).chain((10..20).map(away)).collect();
    writer.add(&first, &[], now).await.unwrap();
    let scoped = writer.archive().scoped(vec![scope("111122223333", &["eu-west-1"])]);
    let page = newest(&scoped, "", 4).await;
    assert_eq!((page.total, page.rows.len(), page.coverage.events), (10, 4, 10));
    let second: Vec<String> = (20..25).map(record).chain((25..35).map(away)).collect();
    writer.add(&second, &[], now).await.unwrap();
    let mut request = Request::newest(search(""), 100);
    request.place = At::After(page.next.unwrap());
    let next = scoped.search(&request).await.unwrap();
    assert_eq!((next.total, next.rows.len(), next.coverage.events), (10, 6, 10));
    assert_eq!((count(&scoped, "").await, newest(&scoped, "", 0).await.coverage.events), (15, 15));
}

#[tokio::test]
async fn what_was_fetched_is_told_inside_only() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let day = Time::parse("2026-11-20").unwrap();
    let covered = |account: &str, region: &str| Covered {
        account: account.to_owned(),
        region: region.to_owned(),
        attribute: None,
        range: (day, day.plus(1_000)),
        fetched: day,
    };
    let all = [covered("1", "a"), covered("1", "b"), covered("2", "a")];
    writer.add(&[], &all, day).await.unwrap();
    let scoped = writer.archive().scoped(vec![scope("1", &["b", "c"])]);
    assert_eq!(scoped.covered("1", None).await.unwrap(), all[1..2]);
    assert_eq!(scoped.covered("1", Some("a")).await.unwrap(), []);
    assert_eq!(scoped.covered("2", None).await.unwrap(), []);
    assert_eq!(writer.archive().covered("1", None).await.unwrap(), all[..2]);
}
