//! Several archives read as one answer as one archive does that holds all of their events.

use archive::{Archive, Joined, Place as Start, Scope};
use cloudtrail::search::{Cursor, FieldRef};

use super::*;

/// Two archives that share a third of their events, and one that holds all.
struct Corpora {
    runtime: Runtime,
    joined: Joined,
    whole: Archive,
    parts: Vec<Archive>,
    places: Vec<Place>,
}

impl Corpora {
    fn new(seed: u64, count: usize) -> Corpora {
        let runtime = Runtime::new().unwrap();
        let records = corpus::make(seed, count);
        let mut places = Vec::new();
        let mut archive = |keep: &dyn Fn(usize) -> bool, names: &str| {
            let place = Place::new();
            let kept: Vec<&Made> =
                records.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, made)| made).collect();
            for (file, records) in kept.chunks(150).enumerate() {
                let raw = records.iter().rev().map(|made| made.raw.clone());
                place.write(&format!("{}.json", file * 7 % 10), wrapped(raw));
            }
            let archive = runtime.block_on(async {
                let writer = Writer::open(&place.archive()).await.unwrap();
                writer.set_names(&AccountNames::parse(names).unwrap()).await.unwrap();
                let options = IntakeOptions { memory: 1, threads: 1, ..options() };
                writer.take_in(&[place.logs()], &options, |_| {}).await.unwrap();
                writer.archive()
            });
            places.push(place);
            archive
        };
        // Each knows the name of one of the accounts.
        let first = archive(&|at| at % 3 != 0, "111122223333,prod-payments");
        let second = archive(&|at| at % 3 != 1, "444455556666,Dev, Éclair");
        let whole = archive(&|_| true, NAMES);
        let parts = vec![first.clone(), second.clone()];
        let joined = Joined::new(vec![("first".to_owned(), first), ("second".to_owned(), second)]);
        Corpora { runtime, joined, whole, parts, places }
    }

    /// What both answer, without what only one archive has.
    fn both(&self, request: &Request) -> (EventPage, EventPage) {
        let joined = self.runtime.block_on(self.joined.search(request)).unwrap();
        let whole = self.runtime.block_on(self.whole.search(request)).unwrap();
        (alike(joined), alike(whole))
    }
}

/// Without generations, and without the sums over archives that count what both hold.
fn alike(mut page: EventPage) -> EventPage {
    if let Some(next) = &mut page.next {
        next.generation = 0;
    }
    (page.coverage.generation, page.coverage.events) = (0, 0);
    page.coverage.sources = Default::default();
    page
}

#[test]
fn several_archives_answer_as_one_that_holds_all_of_their_events() {
    let corpora = Corpora::new(4, 900);
    let telling = Cell::new(0);
    runner(150)
        .run(&(expressions(), ranges(), 1_usize..60, 1_usize..6), |(expr, range, limit, values)| {
            let mut request = request(&expr, range);
            (request.limit, request.facets, request.histogram) = (limit, Some(values), Some(40));
            let (joined, whole) = corpora.both(&request);
            prop_assert_eq!(&joined, &whole, "{} {:?}", expr, range);
            telling.set(telling.get() + usize::from(whole.next.is_some()));
            // Three pages on, each by its own cursor as a link carries it, and at a time.
            let (mut next, mut at) = (whole.next.clone(), 0);
            while let Some(cursor) = next
                && at < 3
            {
                request.place = Start::After(cursor.to_string().parse::<Cursor>().unwrap());
                let generation = corpora.runtime.block_on(corpora.whole.coverage(range)).unwrap().generation;
                let joined = alike(corpora.runtime.block_on(corpora.joined.search(&request)).unwrap());
                request.place = Start::After(Cursor { generation, ..cursor });
                let whole = alike(corpora.runtime.block_on(corpora.whole.search(&request)).unwrap());
                prop_assert_eq!(&joined, &whole, "{} {:?}", expr, range);
                (next, at) = (whole.next, at + 1);
            }
            request.place = Start::At(Time::parse("2026-11-20T12:00:00Z").unwrap());
            let (joined, whole) = corpora.both(&request);
            prop_assert_eq!(joined, whole, "{} {:?}", expr, range);
            Ok(())
        })
        .unwrap();
    assert!(telling.get() > 50, "only {} of 150 searches have a second page", telling.get());
}

#[test]
fn streams_single_events_and_completions_are_one_archives_too() {
    let corpora = Corpora::new(5, 700);
    corpora.runtime.block_on(async {
        for query in ["", "error:*", "account:prod*", "StopInstances"] {
            let search = search(query);
            let mut streams = Vec::new();
            for mut stream in
                [corpora.joined.stream(&search).await.unwrap(), corpora.whole.stream(&search).await.unwrap()]
            {
                let mut events = Vec::new();
                while let Some(batch) = stream.next().await {
                    events.extend(batch.unwrap().into_iter().map(|event| (event.row, event.raw)));
                }
                streams.push(events);
            }
            assert!(!streams[1].is_empty(), "{query}");
            assert_eq!(streams[0], streams[1], "{query}");
            for field in ["event", "account", "requestParameters.bucketName", "resource"] {
                let known = parse(&format!("{field}:*")).unwrap().expr;
                let Expr::Field(field, _) = known else { panic!("{field}") };
                let joined = corpora.joined.complete(&field, "", &search, 1_000).await.unwrap();
                assert_eq!(
                    joined,
                    corpora.whole.complete(&field, "", &search, 1_000).await.unwrap(),
                    "{query}"
                );
                assert!(matches!(field, FieldRef::Known(_) | FieldRef::Path(_)));
            }
        }
        let rows = newest(&corpora.whole, "", 120).await.rows;
        for row in rows.iter().step_by(17) {
            let joined = corpora.joined.event(&row.id).await.unwrap();
            let whole = corpora.whole.event(&row.id).await.unwrap();
            let raw = |events: &[archive::StoredEvent]| {
                events.iter().map(|event| (event.row.clone(), event.raw.clone())).collect::<Vec<_>>()
            };
            assert_eq!(raw(&joined), raw(&whole));
            assert_eq!(
                corpora.joined.chain(&joined[0]).await.unwrap(),
                corpora.whole.chain(&whole[0]).await.unwrap()
            );
            assert_eq!(
                corpora.joined.related(&joined[0]).await.unwrap(),
                corpora.whole.related(&whole[0]).await.unwrap()
            );
        }
        assert_eq!(corpora.joined.names().await.unwrap(), corpora.whole.names().await.unwrap());
    });
}

#[test]
fn what_may_not_be_seen_in_one_archive_is_seen_where_it_may_be() {
    let corpora = Corpora::new(6, 600);
    let scope = |account: &str| {
        let regions = ["eu-central-1", "us-east-1", "eu-west-1"].map(str::to_owned).to_vec();
        vec![Scope { account: account.to_owned(), regions }]
    };
    let [first, second] = &corpora.parts[..] else { panic!("two") };
    let (a, b) = ("111122223333", "444455556666");
    corpora.runtime.block_on(async {
        let total = async |parts: Vec<Archive>| {
            let parts = parts.into_iter().map(|archive| ("one".to_owned(), archive)).collect();
            Joined::new(parts).search(&Request::newest(search(""), 0)).await.unwrap().total
        };
        // Each event is in one of the scopes: nothing is counted twice, and nothing is looked up for it.
        let apart = total(vec![first.scoped(scope(a)), second.scoped(scope(b))]).await;
        let sum = count(&first.scoped(scope(a)), "").await + count(&second.scoped(scope(b)), "").await;
        assert!(apart > 0);
        assert_eq!(apart, sum);
        let both = total(vec![first.scoped(scope(a)), second.scoped(scope(a))]).await;
        assert_eq!(both, count(&corpora.whole.scoped(scope(a)), "").await);
        assert_eq!(total(vec![first.scoped(vec![]), second.scoped(vec![])]).await, 0);
        // The same archive twice is one.
        assert_eq!(total(vec![first.clone(), first.clone()]).await, count(first, "").await);
        assert_eq!(total(vec![]).await, 0);
    });
}

#[test]
fn an_archive_that_cannot_be_read_is_named_and_hides_no_other() {
    let corpora = Corpora::new(7, 600);
    for file in event_files(&corpora.places[1].archive()) {
        std::fs::write(file, "broken").unwrap();
    }
    corpora.runtime.block_on(async {
        let page = corpora.joined.search(&Request::newest(search(""), 10)).await.unwrap();
        assert_eq!(page.total, count(&corpora.parts[0], "").await);
        assert_eq!(page.coverage.notes, ["The events of second cannot be read, and are missing here."]);
        let id = &page.rows[0].id;
        assert!(!corpora.joined.event(id).await.unwrap().is_empty());
        // Of a download everything is there or it breaks off.
        let mut stream = corpora.joined.stream(&search("")).await.unwrap();
        let mut last = None;
        while let Some(batch) = stream.next().await {
            last = Some(batch.map(|_| ()).map_err(|error| error.to_string()));
        }
        assert_eq!(last, Some(Err("the events of second cannot be read".to_owned())));
        for file in event_files(&corpora.places[0].archive()) {
            std::fs::write(file, "broken").unwrap();
        }
        corpora.parts[0].set_memory(0);
        corpora.joined.search(&Request::newest(search(""), 10)).await.unwrap_err();
    });
}
