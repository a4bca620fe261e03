//! The program's commands: what they print where, and their exit codes.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::logs;
use crate::support::program::{Ended, ordinary_logs, run, waymark};

fn search(folder: &Path, arguments: &[&str]) -> Ended {
    let logs = ordinary_logs(folder);
    let mut all = vec!["search"];
    all.extend_from_slice(arguments);
    all.extend_from_slice(&["--logs", logs.to_str().unwrap()]);
    run(folder, &all)
}

#[test]
fn each_format_prints_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let stops = "event:StopInstances";

    let lines = search(folder.path(), &[stops, "--format", "jsonl"]);
    assert_eq!(lines.code, 0, "{}", lines.err);
    let records: Vec<Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 15);
    assert_eq!(records[0], logs::ordinary()[29]);
    assert!(lines.out.contains("\"weight\":1.5"));

    let json = search(folder.path(), &[stops, "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&json.out).unwrap(), Value::Array(records));

    let csv = search(folder.path(), &[stops, "--format", "csv", "--limit", "2"]);
    assert_eq!(csv.out.lines().count(), 3, "{}", csv.out);
    assert!(csv.out.starts_with("time,event,"));

    let table = search(folder.path(), &[stops]);
    assert_eq!(table.out.lines().count(), 16, "{}", table.out);
    assert!(
        table.out.lines().nth(1).unwrap().starts_with("2026-11-20 09:29:00  StopInstances"),
        "{}",
        table.out
    );
    assert!(table.err.contains("15 events"), "{}", table.err);
}

#[test]
fn a_table_is_short_unless_told() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("many");
    let many: Vec<Value> = (0..120)
        .map(|index| {
            let mut event = logs::ordinary()[0].clone();
            event["eventID"] = index.to_string().into();
            event
        })
        .collect();
    logs::write(&source, "a.json", &many);
    let source = source.to_str().unwrap();
    let rows = |arguments: &[&str]| {
        let mut all = vec!["search", "", "--logs", source];
        all.extend_from_slice(arguments);
        run(folder.path(), &all).out.lines().count()
    };
    assert_eq!(rows(&[]), 51);
    assert_eq!(rows(&["--limit", "110"]), 111);
    assert_eq!(rows(&["--limit", "0"]), 0);
    assert_eq!(rows(&["--format", "jsonl"]), 120);
    assert_eq!(rows(&["--format", "jsonl", "--limit", "7"]), 7);
}

#[test]
fn a_table_fits_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let output = waymark(folder.path())
        .args(["search", "", "--logs", logs.to_str().unwrap()])
        .env("COLUMNS", "72")
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
    assert!((40..=72).contains(&widest), "{table}");
}

#[test]
fn nothing_found_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = search(folder.path(), &["who:nobody"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (0, ""));
    assert!(nothing.err.contains("no event matches"), "{}", nothing.err);
    let empty = search(folder.path(), &["who:nobody", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&empty.out).unwrap(), serde_json::json!([]));
}

#[test]
fn a_wrong_query_is_shown_with_a_mark() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = search(folder.path(), &["who:jo evnt:x"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    let shown: Vec<&str> = wrong.err.lines().collect();
    assert_eq!(shown[1..3], ["  who:jo evnt:x", "         ^^^^"], "{}", wrong.err);
    assert!(wrong.err.contains("help: ") && wrong.err.contains("event"), "{}", wrong.err);
}

#[test]
fn wrong_arguments_end_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, word) in [
        (vec!["", "--from", "someday"], "someday"),
        (vec!["", "--to", "2026-02-30"], "2026-02-30"),
        (vec!["", "--from", "now", "--to", "-2h"], "--from"),
        (vec!["", "--limit", "many"], "many"),
        (vec!["", "--format", "xml"], "xml"),
        (vec!["", "--archive", "x"], "--archive"),
    ] {
        let ended = search(folder.path(), &arguments);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(word), "{arguments:?}: {}", ended.err);
    }
    let missing = folder.path().join("missing");
    let missing = missing.to_str().unwrap();
    let archive = folder.path().join("archive");
    let logs = ordinary_logs(folder.path());
    let logs = logs.to_str().unwrap();
    for arguments in [
        vec!["search", "", "--logs", missing],
        vec!["search", "", "--archive", missing],
        vec!["serve", "--logs", missing],
        vec!["import", missing, "--archive", archive.to_str().unwrap()],
        // A folder that holds something else.
        vec!["import", logs, "--archive", logs],
        vec!["search", ""],
    ] {
        let ended = run(folder.path(), &arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.err);
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
    }
    assert!(!archive.exists(), "an archive was made from nothing");
}

#[test]
fn logs_are_taken_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = search(folder.path(), &["", "--format", "jsonl"]);
    let again = search(folder.path(), &["", "--format", "jsonl"]);
    assert_eq!(first.out, again.out);
    let caches: Vec<_> = std::fs::read_dir(folder.path().join("waymark/logs")).unwrap().collect();
    assert_eq!(caches.len(), 1);
}

#[test]
fn import_reports_and_says_when_something_was_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let archive = folder.path().join("archive");
    let names = folder.path().join("names.csv");
    std::fs::write(&names, "111122223333,payments\n").unwrap();
    let import = || {
        let (logs, archive, names) =
            (logs.to_str().unwrap(), archive.to_str().unwrap(), names.to_str().unwrap());
        run(folder.path(), &["import", logs, "--archive", archive, "--names", names])
    };
    let first = import();
    assert_eq!((first.code, first.out.as_str()), (0, ""), "{}", first.err);
    assert!(first.err.contains("1 file: 30 events taken in, 0 unchanged"), "{}", first.err);
    let again = import();
    assert!(again.err.contains("0 events taken in, 1 unchanged"), "{}", again.err);

    std::fs::write(logs.join("broken.json"), "{\"Records\":[").unwrap();
    std::fs::write(logs.join("empty.json"), "").unwrap();
    let broken = import();
    assert_eq!(broken.code, 3, "{}", broken.err);
    assert!(broken.err.contains("broken.json") && broken.err.contains("empty.json"), "{}", broken.err);

    let found = run(
        folder.path(),
        &["search", "account:payments", "--archive", archive.to_str().unwrap(), "--format", "csv"],
    );
    assert_eq!(found.out.lines().count(), 31, "{}", found.err);

    std::fs::write(&names, "111122223333 payments\n").unwrap();
    let wrong = import();
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("line 1"), "{}", wrong.err);
}

#[test]
fn a_sample_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    for target in [&one, &two] {
        let ended = run(
            folder.path(),
            &[
                "sample",
                target.to_str().unwrap(),
                "--end",
                "2026-11-22T12:30Z",
                "--events",
                "8000",
                "--days",
                "20",
            ],
        );
        assert_eq!((ended.code, ended.out.as_str()), (0, ""), "{}", ended.err);
    }
    let same =
        std::process::Command::new("diff").args(["-r".as_ref(), one.as_os_str(), two.as_os_str()]).status();
    assert!(same.unwrap().success());
    let found = run(folder.path(), &["search", "", "--logs", one.to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(found.out.lines().count(), 8000, "{}", found.err);
    for wrong in [["--days", "1"], ["--events", "1"], ["--end", "someday"]] {
        let ended = run(folder.path(), &["sample", one.to_str().unwrap(), wrong[0], wrong[1]]);
        assert_eq!(ended.code, 2, "{wrong:?}: {}", ended.err);
    }
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("many");
    // More than a pipe holds.
    let many: Vec<Value> = (0..2000)
        .map(|index| {
            let mut event = logs::ordinary()[0].clone();
            event["eventID"] = index.to_string().into();
            event
        })
        .collect();
    logs::write(&source, "a.json", &many);
    let mut child = waymark(folder.path())
        .args(["search", "", "--format", "jsonl", "--logs", source.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}
