use cloudtrail::json::Tape;
use cloudtrail::search::matches::any_value;
use cloudtrail::search::{Expr, Field, FieldRef, Histogram, Search, TimeRange, parse};
use cloudtrail::time::Time;
use std::collections::{BTreeMap, BTreeSet};

use super::{Corpus, request};
use crate::corpus::{Made, with_record};
use crate::support::identity;

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
    // The same bars however the range lies, so that a list that moves on does not redraw them all.
    assert_eq!(buckets[0].start.as_millis() % step, 0, "{what}");
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
