use archive::{Archive, IntakeOptions, Request, Writer};
use cloudtrail::json::Tape;
use cloudtrail::names::AccountNames;
use cloudtrail::search::matches::any_value;
use cloudtrail::search::{EventPage, Expr, Field, FieldRef, Histogram, Query, Search, TimeRange, parse};
use cloudtrail::time::{DAY, Time};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use tokio::runtime::Runtime;

use crate::corpus::{self, Made, SPAN, START, with_record};
use crate::support::{
    Identity, Place, count, event_files, identity, newest, options, record, search, wrapped,
};

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

/// Terms of every kind, most of which fit some of the records.
const TERMS: &[&str] = &[
    "event:StopInstances",
    "event:stop*",
    "event:\"StopInstances\"",
    "event:*Instances",
    "event:é*",
    "event:*",
    "event:ÉCOLESTOP",
    "event:?top",
    "event:S*p,GetObject",
    "event:\"\"",
    "event:nothing",
    "event:**",
    "service:ec2",
    "service:ec2.amazonaws.com",
    "service:*.amazonaws.com",
    "service:\"s3\"",
    "service:école.example",
    "service:*",
    "who:jo",
    "who:\"jo\"",
    "who:jo@*",
    "who:émile",
    "who:root",
    "who:ci-deploy",
    "who:111122223333",
    "who:*",
    "user:jo",
    "user:ÉMILE",
    "user:*@example.com",
    "user:*",
    "role:admin",
    "role:\"Admin\"",
    "role:*",
    "role:AWSReservedSSO_*",
    "ip:203.0.113.7",
    "ip:203.0.113.0/24",
    "ip:10.0.0.0/8",
    "ip:2001:db8::1",
    "ip:2001:db8::/32",
    "ip:*amazonaws*",
    "ip:10.0.0.0/8,203.*",
    "ip:::ffff:10.1.2.3",
    "ip:*",
    "ip:0.0.0.0/0",
    "region:eu-*",
    "region:\"eu-west-1\"",
    "region:*",
    "account:111122223333",
    "account:prod-payments",
    "account:dev*",
    "account:*éclair",
    "account:\"prod-payments\"",
    "account:*",
    "error:*",
    "error:AccessDenied",
    "error:\"AccessDenied\"",
    "error:*denied,throttling",
    "resource:prod-logs",
    "resource:i-3",
    "resource:b.txt",
    "resource:pay",
    "resource:*",
    "resource:arn:aws:s3*",
    "resource:École",
    "resource:\"Pay\"",
    "resource:admin",
    "key:ASIAEXAMPLE2",
    "key:\"ASIAEXAMPLE2\"",
    "key:asia*",
    "key:*",
    "agent:aws-cli*",
    "agent:*script*",
    "agent:\"Boto3 \\\"x\\\" a/b\\\\c\"",
    "agent:*",
    "agent:*é",
    "category:Management",
    "category:insight",
    "category:Data,Aggregated",
    "category:*",
    "category:network*",
    "readOnly:true",
    "readOnly:false",
    "readOnly:*",
    "time:>2026-11-20",
    "time:<=2026-11-19T12:00Z",
    "time:2026-11-20",
    "time:*",
    "id:id-00007-É",
    "id:ID-00007-é",
    "id:insight-*",
    "id:sha256-*",
    "id:id-0001?-*",
    "id:*",
    "id:nothing,id-00009-É",
    "eventType:AwsApiCall",
    "eventVersion:1.0",
    "eventVersion:>1.05",
    "requestParameters.bucketName:prod-*",
    "requestParameters.bucketName:\"prod-logs\"",
    "requestParameters.bucketName:*",
    "requestParameters.bucketName:BÜCHER",
    "requestParameters.bucketName:\"a b\"",
    "requestparameters.INSTANCESSET.items.instanceid:i-3",
    "requestParameters:i-3",
    "requestParameters.maxResults:>5",
    "requestParameters.maxResults:<=5",
    "requestParameters.maxResults:5",
    "requestParameters.maxResults:>2026-11-19",
    "requestParameters.Tags.value:*é*",
    "requestParameters.Tags.value:\"say \\\"hi\\\"\"",
    "requestParameters.Tags.key:aws:tag/x",
    "requestParameters.empty:\"\"",
    "requestParameters.empty:*",
    "requestParameters.none:*",
    "requestParameters.Deep:z",
    ".Deep.x.y:z",
    "requestParameters:not*",
    "userIdentity.arn:*assumed-role/Admin/*",
    "userIdentity.arn:*",
    "userIdentity.arn:\"\"",
    "userIdentity.arn:a,\"\"",
    "userIdentity.arn:**",
    "useridentity.ARN:*/JO@example.com",
    "userIdentity.sessionContext.signInSessionArn:*session/1",
    "userIdentity.sessionContext.attributes.mfaAuthenticated:true",
    "userIdentity:jo",
    "userIdentity.type:Root",
    "responseElements.credentials.accessKeyId:ASIAEXAMPLE3",
    "responseElements.credentials.accessKeyId:*",
    "responseElements.credentials:*",
    "sharedEventID:shared-1",
    "sharedEventID:*",
    "sharedEventID:>5",
    "sharedEventID:\"SHARED-1\"",
    "errorMessage:*authorized*",
    "insightDetails.state:start",
    "summary.primaryDimension.statistics.value:>100",
    "resources.type:*object",
    "StopInstances",
    "\"StopInstances\"",
    "stopinst",
    "ÉCOLE",
    "\"École\"",
    "aws",
    "K",
    "prod-logs",
    "stop*ces",
    "i-?",
    "a/b",
    "\"say \\\"hi\\\"\"",
    "\"back\\\\slash\"",
    "\"two  spaces\"",
    "<script>",
    "bucketName",
    "\"accountId\\\":\\\"1\"",
    "203.0.113",
    "*",
    "nothing-at-all",
    "👩‍👦",
    "id-0000",
    "example.com",
    "*é*",
    "eventName*x",
    "2026-11-20T0",
];

/// Expressions over those terms, and over patterns that nobody would think of.
fn expressions() -> impl Strategy<Value = Expr> {
    let listed = proptest::sample::select(TERMS).prop_map(|text| parse(text).unwrap().expr);
    let field = proptest::sample::select(
        &["event", "who", "agent", "resource", "requestParameters.bucketName", "error"][..],
    );
    let odd = (field, "[SstopéÉ*?a-c]{1,5}")
        .prop_filter_map("not a term", |(field, pattern)| parse(&format!("{field}:{pattern}")).ok())
        .prop_map(|query| query.expr);
    let word = "[SstopéÉ*?a-c/.1\\-]{1,4}".prop_filter_map("not a word", |word| {
        parse(&word).ok().map(|query| query.expr).filter(|expr| *expr != Expr::All)
    });
    let leaf = prop_oneof![6 => listed, 1 => odd, 1 => word];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::and),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::or),
            inner.prop_map(Expr::negate),
        ]
    })
}

fn ranges() -> impl Strategy<Value = TimeRange> {
    // Mostly on the instants of events, where being half-open shows.
    let bound =
        || {
            proptest::option::of((0..SPAN / 60, prop_oneof![Just(0), 1i64..60_000]).prop_map(
                |(minute, millis)| Time::parse(START).unwrap().plus(minute as i64 * 60_000 + millis),
            ))
        };
    (bound(), bound()).prop_map(|(from, to)| TimeRange { from, to })
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
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
    let mut sizes = BTreeSet::new();
    runner(500)
        .run(&(expressions(), ranges()), |(expr, range)| {
            let expected = corpus.expected(&expr, range);
            let page = corpus.ask(&request(&expr, range));
            prop_assert_eq!(page.total, expected.len() as u64, "{} {:?}", expr, range);
            prop_assert_eq!(found(&page), known(&expected), "{} {:?}", expr, range);
            Ok(())
        })
        .unwrap();
    for expr in ["event:stop*", "-error:*"] {
        sizes.insert(corpus.expected(&parse(expr).unwrap().expr, TimeRange::default()).len());
    }
    assert!(sizes.iter().all(|size| *size > 100), "the corpus fits the terms: {sizes:?}");
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

#[test]
fn facets_count_what_the_records_say() {
    let corpus = Corpus::new(4, 1_000);
    let range = TimeRange { from: Time::parse("2026-11-19T06:00:00Z"), to: None };
    for (text, range) in [
        ("", TimeRange::default()),
        ("error:*", range),
        ("category:*", range),
        ("K OR stop*", range),
        ("nothing", range),
    ] {
        let expr = parse(text).unwrap().expr;
        let expected = corpus.expected(&expr, range);
        for limit in [3, 1_000] {
            let mut request = request(&expr, range);
            request.facets = Some(limit);
            let page = corpus.ask(&request);
            assert_eq!(page.facets.iter().map(|facet| facet.field).collect::<Vec<_>>(), Field::FACETS);
            for facet in &page.facets {
                let (counts, missing) = count_values(&expected, facet.field);
                assert_eq!(facet.missing, missing, "{text} {:?}", facet.field);
                assert_eq!(facet.distinct, counts.len() as u64, "{text} {:?}", facet.field);
                let mut values: Vec<(String, u64)> = counts.into_iter().collect();
                values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                values.truncate(limit);
                let listed: Vec<(String, u64)> =
                    facet.values.iter().map(|value| (value.value.clone(), value.count)).collect();
                assert_eq!(listed, values, "{text} {:?}", facet.field);
            }
        }
    }
}

/// How many events have each value, and how many have none.
fn count_values(expected: &[&Made], field: Field) -> (BTreeMap<String, u64>, u64) {
    let (mut counts, mut missing) = (BTreeMap::new(), 0);
    for made in expected {
        let mut values = BTreeSet::new();
        with_record(&made.raw, |record| {
            any_value(field, record, |value| {
                values.insert(value.to_owned());
                false
            })
        });
        missing += u64::from(values.is_empty());
        values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
    }
    (counts, missing)
}

#[test]
fn histograms_count_every_event_once_over_the_whole_range() {
    let corpus = Corpus::new(5, 800);
    let at = |text: &str| Time::parse(text);
    for text in ["", "error:*", "K OR stop*"] {
        let expr = parse(text).unwrap().expr;
        for (from, to) in [
            (None, None),
            (at("2026-11-19"), at("2026-11-20")),
            (at("2026-11-19T03:07:11.500Z"), at("2026-11-19T03:09:00Z")),
            (at("2020-01-01"), at("2030-01-01")),
            (at("2026-11-20T00:00:00Z"), at("2026-11-20T00:00:00.001Z")),
            (Some(Time::MIN), Some(Time::MAX)),
            (None, at("2026-11-19T12:34:56.789Z")),
        ] {
            for bars in [1, 2, 7, 60, 1_000] {
                let range = TimeRange { from, to };
                let mut request = request(&expr, range);
                request.histogram = Some(bars);
                let page = corpus.ask(&request);
                let data = page.coverage.data;
                let histogram = page.histogram.unwrap();
                let what = format!("{text} {from:?} {to:?} {bars}");
                assert_eq!(
                    (Some(histogram.from), Some(histogram.to)),
                    (from.or(data.from), to.or(data.to)),
                    "{what}"
                );
                check_histogram(&histogram, &corpus.expected(&expr, range), bars, &what);
            }
        }
    }
    let backwards = TimeRange { from: at("2026-11-20"), to: at("2026-11-19") };
    let mut request = request(&Expr::All, backwards);
    request.histogram = Some(10);
    let page = corpus.ask(&request);
    assert_eq!((page.total, page.histogram), (0, None));
}

fn check_histogram(histogram: &Histogram, expected: &[&Made], bars: usize, what: &str) {
    let (step, buckets) = (histogram.step_ms, &histogram.buckets);
    assert!(buckets.windows(2).all(|pair| pair[0].start.plus(step) == pair[1].start), "no gaps: {what}");
    assert!(buckets[0].start <= histogram.from && histogram.from < buckets[0].start.plus(step), "{what}");
    let last = buckets[buckets.len() - 1].start;
    assert!(last < histogram.to && histogram.to <= last.plus(step), "{what}");
    // One more where the range does not start with a bar.
    assert!(buckets.len() <= bars + 1, "{} bars: {what}", buckets.len());
    let mut counted = vec![[0, 0, 0]; buckets.len()];
    for made in expected {
        let index = ((made.time.as_millis() - buckets[0].start.as_millis()) / step) as usize;
        let class = with_record(&made.raw, |record| match (&record.error_code, record.reads_only()) {
            (Some(_), _) => 2,
            (None, true) => 0,
            (None, false) => 1,
        });
        counted[index][class] += 1;
    }
    let told: Vec<[u64; 3]> =
        buckets.iter().map(|bucket| [bucket.reads, bucket.writes, bucket.errors]).collect();
    assert_eq!(told, counted, "{what}");
}

#[test]
fn rows_say_what_their_records_say() {
    let corpus = Corpus::new(6, 700);
    let expr = parse("category:*").unwrap().expr;
    let page = corpus.ask(&request(&expr, TimeRange::default()));
    assert_eq!(page.rows.len(), 700);
    for (row, made) in page.rows.iter().zip(&corpus.records) {
        with_record(&made.raw, |record| {
            let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
            let actor = record.actor();
            assert_eq!((identity(row), row.time), (made.identity.clone(), made.time));
            assert_eq!(row.event, text(record.event_name.as_deref()));
            assert_eq!(row.source, text(record.event_source.as_deref()));
            assert_eq!((row.category.as_str(), row.read_only), (record.category(), record.read_only));
            assert_eq!((row.who.as_str(), row.who_kind), (&*actor.name, actor.kind));
            assert_eq!(row.role.as_deref(), record.role());
            assert_eq!(row.account, text(record.account()));
            assert_eq!(row.account_name.as_deref(), corpus.names.get(&row.account));
            assert_eq!(row.region, text(record.region.as_deref()));
            assert_eq!(row.ip, text(record.source_ip.as_deref()));
            assert_eq!(row.agent, text(record.user_agent.as_deref()));
            assert_eq!(row.error.as_deref(), record.error_code.as_deref());
            assert_eq!(row.key.as_deref(), record.identity.access_key_id.as_deref());
            assert_eq!(row.resources, record.resource_names());
        });
    }
}

#[test]
fn completion_counts_what_the_records_say() {
    let corpus = Corpus::new(7, 900);
    let within = "-event:GetObject";
    let expr = parse(within).unwrap().expr;
    let range = TimeRange { from: Time::parse("2026-11-19"), to: None };
    let search = Search { query: parse(within).unwrap(), range };
    let expected = corpus.expected(&expr, range);
    let ask = |field: &FieldRef, prefix: &str, limit: usize| {
        corpus.runtime.block_on(corpus.archive.complete(field, prefix, &search, limit)).unwrap()
    };
    let text_fields =
        Field::ALL.into_iter().filter(|field| !matches!(field, Field::ReadOnly | Field::Time | Field::Id));
    for field in text_fields {
        let counts = count_values(&expected, field).0;
        for prefix in ["", "a", "ST", "é", "1", "nothing", "prod"] {
            let told: Vec<(String, u64)> = ask(&FieldRef::Known(field), prefix, 1_000)
                .into_iter()
                .map(|value| (value.value, value.count))
                .collect();
            let name = |value: &String| {
                corpus.names.get(value).filter(|_| field == Field::Account).map(str::to_owned)
            };
            assert_eq!(told, ranked(counts.clone(), prefix, name), "{field:?} `{prefix}`");
            let few = ask(&FieldRef::Known(field), prefix, 2);
            assert!(
                few.iter().map(|value| &value.value).eq(told.iter().take(2).map(|(value, _)| value)),
                "{field:?}"
            );
        }
    }
    for path in [
        &["requestParameters", "bucketName"][..],
        &["requestparameters", "instancesset", "items", "instanceId"],
        &["requestParameters", "maxResults"],
    ] {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        let mut counts = BTreeMap::new();
        for made in &expected {
            let mut tape = Tape::default();
            let mut values = BTreeSet::new();
            collect(&serde_json::from_str(tape.parse(&made.raw).unwrap().raw()).unwrap(), &path, &mut values);
            values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
        }
        assert!(counts.len() > 3, "{path:?}");
        for prefix in ["", "PROD", "i-", "5"] {
            let told: Vec<(String, u64)> = ask(&FieldRef::Path(path.clone()), prefix, 1_000)
                .into_iter()
                .map(|value| (value.value, value.count))
                .collect();
            assert_eq!(told, ranked(counts.clone(), prefix, |_| None), "{path:?} `{prefix}`");
        }
    }
}

/// Values that hold the prefix, those that start with it first, then by count, then by value.
fn ranked(
    counts: BTreeMap<String, u64>,
    prefix: &str,
    name: impl Fn(&String) -> Option<String>,
) -> Vec<(String, u64)> {
    let rank = |value: &String| {
        let texts = [Some(value.clone()), name(value)];
        let texts: Vec<String> = texts.into_iter().flatten().map(|text| text.to_lowercase()).collect();
        let prefix = prefix.to_lowercase();
        let starts = texts.iter().any(|text| text.starts_with(&prefix));
        texts.iter().any(|text| text.contains(&prefix)).then_some(!starts)
    };
    let mut values: Vec<(String, u64)> =
        counts.into_iter().filter(|(value, _)| rank(value).is_some()).collect();
    values.sort_by(|a, b| rank(&a.0).cmp(&rank(&b.0)).then(b.1.cmp(&a.1)).then_with(|| a.0.cmp(&b.0)));
    values
}

/// The scalars at a path, through arrays, as serde_json sees them.
fn collect(value: &serde_json::Value, path: &[String], values: &mut BTreeSet<String>) {
    use serde_json::Value;
    match (value, path) {
        (Value::Array(items), _) => items.iter().for_each(|item| collect(item, path, values)),
        (Value::Object(fields), [key, rest @ ..]) => fields
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(key))
            .for_each(|(_, value)| collect(value, rest, values)),
        (Value::String(text), []) if !text.is_empty() => values.extend([text.clone()]),
        // The one number that serde_json writes in another way than the records do.
        (Value::Number(number), []) if number.as_f64() == Some(1_000.0) => values.extend(["1e3".to_owned()]),
        (Value::Number(_) | Value::Bool(_), []) => values.extend([value.to_string()]),
        _ => {}
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
