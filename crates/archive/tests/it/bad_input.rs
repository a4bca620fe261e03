use archive::{Archive, IntakeOptions};
use cloudtrail::intake::{Outcome, Report, SourceNote};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

use crate::support::{
    Place, count, gzip, hash_of, identities, newest, options, record, record_with, wrapped,
};

/// Names, links, rights, full disks, locks: what is around the files.
mod places;
/// What stands in the records.
mod records;

/// Two good records in a good file, which every bad file has beside it.
const GOOD: [usize; 2] = [9_000, 9_001];

/// Takes in a bad file beside a good one. The good one is taken in whole, and the note names the bad one; the returned
/// number says how many of the bad file's records are in the archive, which the note says too.
async fn take_in_bad(name: &str, content: impl AsRef<[u8]>) -> (Place, Archive, SourceNote) {
    let place = Place::new();
    place.write("a-good.json", wrapped(GOOD.map(record)));
    place.write("z-good.json", wrapped(GOOD.map(|number| record(number + 10))));
    let bad = place.write(name, content);
    let (report, archive) = place.take_in().await;
    assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
    let note = report.notes[0].clone();
    assert_eq!(note.path, bad.to_string_lossy());
    assert_eq!(count(&archive, "").await, 4 + note.kept, "{note:?}");
    for number in [9_000, 9_001, 9_010, 9_011] {
        assert_eq!(archive.event(&format!("id-{number:06}")).await.unwrap().len(), 1);
    }
    (place, archive, note)
}

async fn expect(name: &str, content: impl AsRef<[u8]>, outcome: Outcome, kept: u64, message: &str) {
    let (_, _, note) = take_in_bad(name, content).await;
    assert_eq!((note.outcome, note.kept), (outcome, kept), "{name}: {note:?}");
    assert!(note.message.contains(message), "{name}: `{}` should say `{message}`", note.message);
}

#[tokio::test]
async fn of_a_truncated_gzip_file_the_records_before_the_cut_are_kept() {
    // Records that compress badly, so that half of the file holds about half of them.
    let noise = |number: usize| hash_of(&record(number));
    let records = (0..400).map(|number| record_with(number, &format!(r#","noise":"{}""#, noise(number))));
    let whole = gzip(wrapped(records));
    let (place, archive, note) = take_in_bad("cut.json.gz", &whole[..whole.len() / 2]).await;
    assert_eq!(note.outcome, Outcome::Partial);
    assert!((100..300).contains(&note.kept), "{note:?}");
    assert!(note.message.contains("cut off"), "{note:?}");
    assert_eq!(newest(&archive, "", 0).await.coverage.sources.partial, 1);
    // The whole file, delivered later, adds the rest.
    place.write("cut.json.gz", &whole);
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.duplicates), (400 - note.kept, note.kept));
    assert_eq!(report.notes, []);
    assert_eq!(newest(&archive, "", 0).await.coverage.sources.partial, 0);
}

#[tokio::test]
async fn of_a_broken_file_the_records_before_the_break_are_kept() {
    let two = format!("{},{}", record(0), record(1));
    let cut = &record(2)[..200];
    for (name, content, outcome, kept, message) in [
        ("cut.json", format!(r#"{{"Records":[{two},{cut}"#), Outcome::Partial, 2, "it was cut off"),
        ("cut-behind-a-record.json", format!(r#"{{"Records":[{two}"#), Outcome::Partial, 2, "it was cut off"),
        ("cut-behind-a-comma.json", format!(r#"[{two},"#), Outcome::Partial, 2, "it was cut off"),
        (
            "cut-before-the-last-brace.json",
            format!(r#"{{"Records":[{two}]"#),
            Outcome::Partial,
            2,
            "it was cut off",
        ),
        (
            "broken-to-the-end.json",
            format!(r#"{{"Records":[{two},{{"eventVersion" oops}}]}}"#),
            Outcome::Partial,
            2,
            "the JSON is broken at byte",
        ),
        ("cut-at-once.json", r#"{"Reco"#.to_owned(), Outcome::Skipped, 0, "it was cut off"),
        (
            "broken-at-once.json",
            r#"{"Records"]"#.to_owned(),
            Outcome::Skipped,
            0,
            "a colon was expected at byte 10",
        ),
    ] {
        expect(name, &content, outcome, kept, message).await;
        expect(&format!("{name}.gz"), gzip(&content), outcome, kept, message).await;
    }
}

#[tokio::test]
async fn a_broken_record_in_a_wrapper_costs_only_itself() {
    let [one, two] = [0, 1].map(record);
    for (name, middle, message) in [
        ("broken.json", r#",{"eventVersion" oops},"#, "left out: record 2: the JSON is broken at byte"),
        ("no-comma.json", " ", "left out: record 2: a comma or the end of the records was expected at byte"),
        ("cut.json", &format!(",{},", &record(5)[..200]), "left out: record 2: the JSON is broken at byte"),
        (
            "deep.json",
            &format!(r#",{{"a":{}}},"#, "[".repeat(200)),
            "record 2: the JSON nests too deeply at byte",
        ),
    ] {
        for content in [
            format!(r#"{{"Records":[{one}{middle}{two}]}}"#),
            format!(r#"{{"Records":[{one}{middle}{two}],"more":1}}"#),
            format!("[{one}{middle}{two}]"),
        ] {
            expect(name, &content, Outcome::Partial, 2, message).await;
            expect(name, gzip(&content), Outcome::Partial, 2, message).await;
        }
    }
}

#[tokio::test]
async fn a_broken_line_costs_only_itself() {
    let line = |middle: &str| format!("{}\n{middle}\n{}\n{}", record(0), record(1), record(2));
    for (name, middle, message) in [
        ("cut-in-a-string.jsonl", &record(5)[..100], "record 2: the JSON is broken at byte"),
        (
            "cut-behind-a-colon.jsonl",
            r#"{"eventVersion":"1.11","eventTime":"#,
            "record 2: the JSON is broken at byte",
        ),
        ("words.jsonl", "-- rotated --", "record 2: "),
        ("scalars.jsonl", "17", "record 2: this is not JSON at byte"),
        ("deep.jsonl", &(r#"{"a":"#.to_owned() + &"[".repeat(5_000)), "record 2: "),
        ("not-a-record.jsonl", r#"{"level":"info"}"#, "record 2: it has no eventTime"),
    ] {
        let (_place, archive, note) = take_in_bad(name, line(middle)).await;
        assert_eq!(note.outcome, Outcome::Partial, "{name}: {note:?}");
        assert!(note.message.starts_with("left out: ") && note.message.contains(message), "{name}: {note:?}");
        assert_eq!(archive.event("id-000000").await.unwrap().len(), 1, "{name}");
        assert_eq!(archive.event("id-000002").await.unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn files_that_hold_no_log_are_skipped_and_say_what_they_are() {
    use Outcome::{Skipped, Warned};
    let no_log = "is neither JSON nor gzip: not a CloudTrail log file";
    let utf16: Vec<u8> = wrapped([record(0)]).encode_utf16().flat_map(u16::to_le_bytes).collect();
    expect("empty.json", "", Skipped, 0, "the file is empty").await;
    expect("empty.json.gz", "", Skipped, 0, "the file is empty").await;
    expect("none.json", r#"{"Records":[]}"#, Warned, 0, "holds no records").await;
    expect("none.json.gz", gzip(r#"{"Records": [ ] }"#), Warned, 0, "holds no records").await;
    expect("none-array.json", "[]", Warned, 0, "holds no records").await;
    expect("nothing.json.gz", gzip(""), Warned, 0, "holds no records").await;
    expect("blank.json", " \n\n", Warned, 0, "holds no records").await;
    expect("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0", Skipped, 0, no_log).await;
    expect("notes.md", "# Notes\n", Skipped, 0, no_log).await;
    expect("archive.zip", b"PK\x03\x04rest", Skipped, 0, no_log).await;
    expect("events.csv", "eventTime,eventName\n2026-11-20,StopInstances\n", Skipped, 0, no_log).await;
    expect("utf16.json", [vec![0xff, 0xfe], utf16].concat(), Skipped, 0, no_log).await;
    expect("half-a-header.gz", b"\x1f\x8b\x08", Skipped, 0, "cut off").await;
    expect("no-gzip.gz", b"\x1f\x8bnothing that is compressed", Skipped, 0, "reading failed").await;
    expect("text.gz", gzip("# Notes\n"), Skipped, 0, "this is not JSON at byte 0").await;
    expect("package.json", r#"{"name":"x","version":"1"}"#, Skipped, 0, "it has no eventTime").await;
    expect("numbers.json", "[1,2,3]", Skipped, 0, "is no JSON object").await;
    expect("odd-records.json", r#"{"Records":{"a":1}}"#, Skipped, 0, "it has no eventTime").await;
}

#[tokio::test]
async fn what_stands_behind_the_records_of_a_gzip_file_costs_none_of_them() {
    let whole = gzip(wrapped((0..5).map(record)));
    let (_, _, note) = take_in_bad("padded.json.gz", [whole.as_slice(), b"junk"].concat()).await;
    assert_eq!((note.outcome, note.kept), (Outcome::Partial, 5));
}

#[tokio::test]
async fn a_gzip_bomb_of_zeros_is_refused() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    (0..400).for_each(|_| bomb.write_all(&zeros).unwrap());
    expect("bomb.json.gz", bomb.finish().unwrap(), Outcome::Skipped, 0, "this is not JSON at byte 0").await;
    // Inside a string, where no byte is out of place.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(br#"{"Records":[{"eventTime":""#).unwrap();
    let spaces = vec![b' '; 1 << 20];
    (0..400).for_each(|_| bomb.write_all(&spaces).unwrap());
    expect("bomb.json.gz", bomb.finish().unwrap(), Outcome::Skipped, 0, "is larger than 16 MB").await;
}

#[tokio::test]
async fn a_gzip_bomb_of_good_records_ends_at_the_limit() {
    // Records as small as can be, and line ends that take no room: far more of both than logs have.
    let records = (10..60)
        .map(|second| format!("{{\"eventTime\":\"2026-11-20T10:00:{second}Z\"}}\n"))
        .collect::<String>();
    let piece = records.repeat(200) + &"\n".repeat(1 << 20);
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let limit = 256 << 20;
    (0..limit / piece.len() + 10).for_each(|_| bomb.write_all(piece.as_bytes()).unwrap());
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() * 200 < limit, "{}", bomb.len());
    let place = Place::new();
    place.write("bomb.json.gz", bomb);
    place.write("good.json", wrapped(GOOD.map(record)));
    let (report, archive) = place.take_in().await;
    let [note] = report.notes.as_slice() else { panic!("{:?}", report.notes) };
    assert_eq!((note.outcome, note.path.ends_with("bomb.json.gz")), (Outcome::Partial, true));
    assert!(
        note.message.contains("it expands to more than 256 MB") && note.message.contains("a gzip bomb?"),
        "{note:?}"
    );
    assert_eq!(count(&archive, "").await, 52);
}

#[tokio::test]
async fn one_bad_file_among_many_threads_and_small_budgets_costs_nothing_else() {
    let place = Place::new();
    for file in 0..30 {
        place.write(
            &format!("{file:02}-good.json"),
            wrapped((0..10).map(|number| record(file * 10 + number))),
        );
        place.write(&format!("{file:02}-bad.json"), "{\"Records\":[");
    }
    let options = IntakeOptions { memory: 1, threads: 4, ..options() };
    let (report, archive): (Report, Archive) = place.take_in_with(&options).await;
    assert_eq!((report.notes.len(), report.added), (30, 300));
    assert_eq!(identities(&archive, "").await.len(), 300);
}
