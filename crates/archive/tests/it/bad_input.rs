use archive::{Archive, ArchiveError, IntakeOptions, Writer};
use cloudtrail::intake::{Outcome, Report, SourceNote};
use cloudtrail::search::{Expr, Field, FieldRef, Pattern, Query, Search, Test, TimeRange};
use cloudtrail::time::DAY;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{
    Place, all_raw, count, event_files, gzip, identities, newest, options, record, record_with,
    this_test_again, wrapped,
};

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
    let noise = |number: usize| crate::support::hash_of(&record(number));
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
            "broken.json",
            format!(r#"{{"Records":[{two},{{"eventVersion" oops}},{}]}}"#, record(3)),
            Outcome::Partial,
            2,
            "the JSON is broken at byte",
        ),
        (
            "no-comma.json",
            format!(r#"{{"Records":[{two} {}]}}"#, record(3)),
            Outcome::Partial,
            2,
            "a comma or the end of the records was expected at byte",
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
        let (_, archive, note) = take_in_bad(name, line(middle)).await;
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
async fn names_that_are_not_utf8_are_taken_in_and_remembered() {
    let place = Place::new();
    let name = |bytes: &[u8]| place.logs().join(OsStr::from_bytes(bytes));
    fs::create_dir(name(b"caf\xe9")).unwrap();
    fs::write(name(b"caf\xe9/\xff\xfe.json"), wrapped([record(0)])).unwrap();
    fs::write(name(b"\xc3.json"), wrapped([record(1)])).unwrap();
    fs::write(name(b"\xc4.json"), "{").unwrap();
    let (report, archive) = place.take_in().await;
    assert_eq!((report.files, report.added), (3, 2));
    assert!(report.notes[0].path.ends_with("/\u{fffd}.json"), "{:?}", report.notes);
    assert_eq!(count(&archive, "").await, 2);
    let (report, _) = place.take_in().await;
    assert_eq!((report.files, report.unchanged), (3, 3));
}

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
        1,
        "nests too deeply",
    )
    .await;
    // Where lines set records apart, the next one is found again.
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
async fn links_in_a_circle_and_into_nothing_end() {
    let place = Place::new();
    place.write("deep/a.json", wrapped([record(0)]));
    symlink(place.logs(), place.logs().join("deep/up")).unwrap();
    symlink("self", place.logs().join("self")).unwrap();
    symlink("nowhere", place.logs().join("lost")).unwrap();
    symlink(place.logs().join("deep/a.json"), place.logs().join("again.json")).unwrap();
    let (report, archive) = place.take_in().await;
    assert_eq!((report.files, report.records, report.added, report.duplicates), (2, 2, 1, 1));
    let notes: Vec<_> = report.notes.iter().map(|note| Path::new(&note.path).file_name().unwrap()).collect();
    assert_eq!(notes, ["lost", "self"]);
    assert!(
        report.notes.iter().all(|note| note.message.starts_with("cannot be read: ")),
        "{:?}",
        report.notes
    );
    assert_eq!(count(&archive, "").await, 1);
}

#[tokio::test]
async fn what_is_neither_file_nor_folder_is_told_and_not_waited_for() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let _socket = std::os::unix::net::UnixListener::bind(place.logs().join("socket")).unwrap();
    let (report, _) = place.take_in().await;
    assert_eq!((report.files, report.added), (1, 1));
    assert_eq!(report.notes[0].message, "is neither a file nor a folder");
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

#[tokio::test]
async fn an_unreadable_folder_is_named_and_costs_nothing_else() {
    const CHILD: &str = "WAYMARK_TEST_UNREADABLE";
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let locked = place.write("locked/b.json", wrapped([record(1)]));
    let file = place.write("c.json", wrapped([record(2)]));
    let closed = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    closed(locked.parent().unwrap(), 0o000);
    closed(&file, 0o000);
    if fs::read_dir(locked.parent().unwrap()).is_ok() {
        // Nothing is closed to this user (root): somebody else has to try.
        assert!(std::env::var_os(CHILD).is_none(), "still root in the child");
        if Command::new("setpriv").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("setpriv is not there: an unreadable folder is not tried as root");
            return;
        }
        let name = "bad_input::an_unreadable_folder_is_named_and_costs_nothing_else";
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        let output = this_test_again(name, (CHILD, "1"), &nobody).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    let (report, archive) = place.take_in().await;
    assert_eq!((report.files, report.added), (2, 1));
    let notes: Vec<_> = report.notes.iter().map(|note| (note.path.as_str(), note.message.as_str())).collect();
    let (file_name, folder_name) = (file.to_str().unwrap(), locked.parent().unwrap().to_str().unwrap());
    assert_eq!(notes[0], (file_name, "cannot be read: Permission denied (os error 13)"));
    assert_eq!(notes[1], (folder_name, "the folder cannot be read: Permission denied (os error 13)"));
    // Once they can be read, they are.
    closed(locked.parent().unwrap(), 0o700);
    closed(&file, 0o600);
    let (report, _) = place.take_in().await;
    assert_eq!((report.added, report.unchanged, report.notes.len()), (2, 1, 0));
    assert_eq!(count(&archive, "").await, 3);
}

/// Records of one day that take about a megabyte on disk, as they do not compress.
fn a_full_day(day: usize) -> String {
    let noise = |number: usize| {
        (0..12).map(|part| crate::support::hash_of(&format!("[{number},{part}]"))).collect::<String>()
    };
    wrapped((0..1_200).map(|number| {
        let number = day * (DAY / 1_000) as usize + number;
        record_with(number, &format!(r#","noise":"{}""#, noise(number)))
    }))
}

#[tokio::test]
async fn a_full_disk_names_the_file_and_costs_nothing_stored() {
    const CHILD: &str = "WAYMARK_TEST_FULL_DISK";
    if let Some(folder) = std::env::var_os(CHILD) {
        // In the child no file may grow beyond 400 kB, and writing more fails as it does on a full disk.
        let folder = Path::new(&folder);
        let writer = Writer::open(&folder.join("archive")).await.unwrap();
        let error = writer.take_in(&[folder.join("logs")], &options(), |_| {}).await.unwrap_err();
        assert!(matches!(error, ArchiveError::Parquet { .. } | ArchiveError::File { .. }), "{error}");
        let message = error.to_string();
        assert!(message.contains("archive/_tmp/") && message.starts_with("cannot write"), "{message}");
        assert_eq!(
            fs::read_dir(folder.join("archive/_tmp")).unwrap().count(),
            0,
            "the disk is freed at once"
        );
        let archive = writer.archive();
        assert_eq!(count(&archive, "").await, 10);
        assert!(!newest(&archive, "", 0).await.coverage.taking_in);
        return;
    }
    let place = Place::new();
    place.write("a.json", wrapped((0..10).map(record)));
    place.take_in().await;
    place.write("b.json.gz", gzip(a_full_day(3)));
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"];
    let name = "bad_input::a_full_disk_names_the_file_and_costs_nothing_stored";
    let folder = place.folder.path().to_str().unwrap();
    let output = this_test_again(name, (CHILD, folder), &limited).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let archive = Archive::open(&place.archive()).await.unwrap();
    let before: Vec<String> = (0..10).rev().map(record).collect();
    assert_eq!(all_raw(&archive, "").await, before);
    // With room again, the rest comes.
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.unchanged, report.notes.len()), (1_200, 1, 0));
    assert_eq!(count(&archive, "").await, 1_210);
}

#[tokio::test]
async fn a_second_writer_is_refused_while_readers_go_on() {
    let place = Place::new();
    place.write("a.json", wrapped((0..5).map(record)));
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    let stranger = place.archive().join("_tmp/being-written.parquet");
    fs::write(&stranger, "half").unwrap();
    let error = Writer::open(&place.archive()).await.err().unwrap();
    assert!(matches!(error, ArchiveError::Locked { .. }));
    assert!(error.to_string().contains(place.archive().to_str().unwrap()), "{error}");
    assert!(stranger.exists(), "the one who was refused has removed the other's work");
    let reader = Archive::open(&place.archive()).await.unwrap();
    assert_eq!(count(&reader, "").await, 5);
    place.write("b.json", wrapped((5..9).map(record)));
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!(count(&reader, "").await, 9, "an open reader sees what was added");
    drop(writer);
    assert!(Writer::open(&place.archive()).await.is_ok());
}

#[tokio::test]
async fn a_folder_with_other_things_in_it_is_not_made_an_archive() {
    let place = Place::new();
    let folder = place.folder.path().join("mine");
    for name in ["events/date=2026-11-20/a.parquet", "_tmp/notes.txt", "plan.txt"] {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), "precious").unwrap();
    }
    let error = Writer::open(&folder).await.err().expect("it takes the folder for its own");
    assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
    for name in ["events/date=2026-11-20/a.parquet", "_tmp/notes.txt", "plan.txt"] {
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "precious", "{name}");
    }
    let error = Archive::open(&folder).await.err().unwrap();
    assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error}");
    assert!(!folder.join("catalog.sqlite").exists());
    // An empty folder, and one that does not exist, are fine.
    fs::create_dir(place.folder.path().join("empty")).unwrap();
    assert!(Writer::open(&place.folder.path().join("empty")).await.is_ok());
    assert!(Writer::open(&place.folder.path().join("a/b/c")).await.is_ok());
}

#[tokio::test]
async fn a_damaged_event_file_is_named_and_the_other_days_are_readable() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0), record((DAY / 1_000) as usize)]));
    place.take_in().await;
    let file = &event_files(&place.archive())[0];
    let content = fs::read(file).unwrap();
    fs::write(file, &content[..content.len() / 2]).unwrap();
    let archive = Archive::open(&place.archive()).await.unwrap();
    let request = archive::Request::newest(crate::support::search(""), 10);
    let error = archive.search(&request).await.unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    let mut other_day = request.clone();
    other_day.search.range.from = cloudtrail::time::Time::parse("2026-11-21");
    assert_eq!(archive.search(&other_day).await.unwrap().total, 1);
    // What is taken in goes to other days, and to this one not without saying so.
    let writer = Writer::open(&place.archive()).await.unwrap();
    place.write("b.json", wrapped([record(1)]));
    let error = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
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
