use cloudtrail::intake::Outcome;
use cloudtrail::search::{Expr, Field, FieldRef, Pattern, Query, Search, Test, TimeRange};

use super::{expect, take_in_bad};
use crate::support::{Place, all_raw, count, gzip, record, record_with, wrapped};

#[tokio::test]
async fn a_record_that_is_not_utf8_is_left_out_and_named() {
    let mut content = wrapped([record(0), record(1), record(2)]).into_bytes();
    let at = content.windows(9).position(|window| window == b"id-000001").unwrap();
    content[at] = 0xe9;
    expect("latin1.json", &content, Outcome::Partial, 2, "left out: record 2: the record at byte").await;
    expect("latin1.json", &content, Outcome::Partial, 2, "is not UTF-8").await;
}

#[tokio::test]
async fn a_record_without_a_sensible_time_is_left_out_and_says_why() {
    for (time, message) in [
        (r#""yesterday""#, "its eventTime `yesterday` is not a time"),
        (r#""2026-13-45T99:00:00Z""#, "its eventTime `2026-13-45T99:00:00Z` is not a time"),
        (r#""0001-01-01T00:00:00Z""#, "its eventTime `0001-01-01T00:00:00Z` is not a time"),
        (r#""+099999-01-01T00:00:00Z""#, "its eventTime `+099999-01-01T00:00:00Z` is not a time"),
        ("1763632800", "its eventTime `1763632800` is not a time"),
        (r#""\u001b[31mred""#, "its eventTime `[31mred…` is not a time"),
        (r#""""#, "it has no eventTime"),
        ("null", "it has no eventTime"),
        (r#"{"$date":"2026-11-20T10:00:00Z"}"#, "it has no eventTime"),
    ] {
        let odd = record(1).replace(r#""2026-11-20T10:00:01Z""#, time);
        assert_ne!(odd, record(1));
        let content = wrapped([record(0), odd, record(2)]);
        expect("time.json", content, Outcome::Partial, 2, &format!("record 2: {message}")).await;
    }
}

#[tokio::test]
async fn absurd_nesting_is_refused_and_what_stands_before_it_is_kept() {
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let (small, large) = (deep(1_000), deep(3_000_000));
    expect("arrays.json", &large, Outcome::Skipped, 0, "nests too deeply at byte").await;
    expect("open.json", "[".repeat(1_000_000), Outcome::Skipped, 0, "nests too deeply").await;
    expect("objects.json", r#"{"a":"#.repeat(1_000_000), Outcome::Skipped, 0, "nests too deeply").await;
    let inside = record_with(1, &format!(r#","deep":{small}"#));
    expect(
        "inside.json",
        wrapped([record(0), inside.clone(), record(2)]),
        Outcome::Partial,
        2,
        "nests too deeply",
    )
    .await;
    expect(
        "inside.jsonl",
        [record(0), inside, record(2)].join("\n"),
        Outcome::Partial,
        2,
        "nests too deeply",
    )
    .await;
    // What CloudTrail could conceivably write is no trouble.
    let place = Place::new();
    place.write("ok.json", wrapped([record_with(0, &format!(r#","deep":{}"#, deep(90)))]));
    assert_eq!(place.take_in().await.0.notes, []);
}

#[tokio::test]
async fn odd_records_are_kept_and_told() {
    let nameless = record(0).replace(r#""eventID":"id-000000","#, "");
    let old = record(1).replace(r#""eventType":"AwsApiCall","#, "");
    let content = wrapped([nameless, old.clone(), old.replace("id-000001", "id-000002")]);
    let (_, _, note) = take_in_bad("odd.json", content).await;
    assert_eq!((note.outcome, note.kept), (Outcome::Warned, 3));
    assert_eq!(
        note.message,
        "record 1: has no eventID and is known by its content's SHA-256; \
         record 2: claims eventVersion 1.11 but lacks `eventType` (and 1 more like it)"
    );
}

#[tokio::test]
async fn a_record_over_16_mb_is_refused_and_one_just_below_is_kept() {
    let sized = |number: usize, bytes: usize| {
        let frame = record_with(number, r#","f":"""#).len();
        record_with(number, &format!(r#","f":"{}""#, "x".repeat(bytes - frame)))
    };
    let limit = 16 << 20;
    let content = wrapped([record(0), sized(1, limit + 1), record(2)]);
    expect("huge.json.gz", gzip(content), Outcome::Partial, 1, "is larger than 16 MB").await;

    let place = Place::new();
    let large = sized(1, limit - 4_096);
    place.write("large.json.gz", gzip(wrapped([record(0), large.clone(), record(2)])));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.notes.len()), (3, 0));
    assert!(archive.event("id-000001").await.unwrap()[0].raw == large);
    assert_eq!(count(&archive, "xxxxxx").await, 1);
}

/// Strings that have broken other programs.
fn hostile_strings() -> Vec<String> {
    vec![
        "<script>alert(1)</script><img src=x onerror=alert(1)>".to_owned(),
        "=HYPERLINK(\"http://x\";\"y\")".to_owned(),
        "\u{1b}[31mred\u{1b}[0m \u{7}\u{8}\u{9b}2J".to_owned(),
        "\u{202e}txt.exe \u{200f}שלום\u{2066}".to_owned(),
        "a\0b\u{1}\u{1f}\u{7f}\r\n\tc".to_owned(),
        "'; DROP TABLE files; --".to_owned(),
        "../../../etc/passwd\\..\\".to_owned(),
        "\u{feff}\u{fffd}\u{10ffff}👩‍👩‍👧‍👦 e\u{301} ﷽".to_owned(),
        "\"quoted\" \\backslashed\\ \\u0041".to_owned(),
        "{\"Records\":[]}".to_owned(),
        "x".repeat(100_000),
        "İstanbul ſ K ẞ ΑΣ".to_owned(),
    ]
}

#[tokio::test]
async fn hostile_strings_are_stored_and_found_as_they_are() {
    let place = Place::new();
    let strings = hostile_strings();
    let records: Vec<String> = strings
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let mut value: serde_json::Value = serde_json::from_str(&record(number)).unwrap();
            for field in ["userAgent", "errorCode", "errorMessage", "newField", "eventName", "awsRegion"] {
                value[field] = text.as_str().into();
            }
            value["userIdentity"]["userName"] = text.as_str().into();
            value["requestParameters"] =
                serde_json::json!({"bucketName": text, text.as_str(): {"key": text}});
            value.to_string()
        })
        .collect();
    place.write("hostile.json.gz", gzip(wrapped(records.clone())));
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.notes.len()), (strings.len() as u64, 0));
    let mut expected = records.clone();
    expected.reverse();
    assert_eq!(all_raw(&archive, "").await, expected);
    for (number, text) in strings.iter().enumerate() {
        let id = format!("id-{number:06}");
        let exactly = || Test::AnyOf(vec![Pattern::literal(text, true)]);
        let path = |keys: &[&str]| FieldRef::Path(keys.iter().map(|key| (*key).to_owned()).collect());
        for expr in [
            Expr::Word(Pattern::literal(text, true)),
            Expr::Word(Pattern::literal(text, false)),
            Expr::Field(FieldRef::Known(Field::Agent), exactly()),
            Expr::Field(FieldRef::Known(Field::Who), exactly()),
            Expr::Field(FieldRef::Known(Field::Error), exactly()),
            Expr::Field(path(&["newField"]), exactly()),
            Expr::Field(path(&["requestParameters", text, "key"]), exactly()),
        ] {
            // Searched through the expression, and through its printed form as a link would carry it.
            let printed = expr.to_string();
            let query = Query { text: printed.clone(), expr, tokens: Vec::new() };
            let request = archive::Request::newest(Search { query, range: TimeRange::default() }, 5);
            let page = archive.search(&request).await.unwrap();
            let found: Vec<&str> = page.rows.iter().map(|row| row.id.as_str()).collect();
            assert_eq!(found, [id.as_str()], "{printed:.200}");
            let row = &page.rows[0];
            assert_eq!((&row.agent, &row.who, row.error.as_ref()), (text, text, Some(text)));
        }
    }
}
