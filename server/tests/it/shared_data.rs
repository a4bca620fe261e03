//! Real CloudTrail logs, where they are at hand: in `WAYMARK_TEST_DATA`, or in `shared/data` beside the checkout.

use std::path::{Path, PathBuf};

use crate::support::program::{Ended, run};

/// A set of logs, or nothing where it is missing; the test then says so and passes.
fn logs(name: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("WAYMARK_TEST_DATA") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
    };
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

fn search(logs: &Path, query: &str) -> (usize, Ended) {
    let data = tempfile::tempdir().unwrap();
    let ended = run(data.path(), &["search", query, "--logs", logs.to_str().unwrap(), "--format", "jsonl"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    (ended.out.lines().count(), ended)
}

#[test]
fn invictus() {
    if let Some(logs) = logs("invictus") {
        assert_eq!(search(&logs, "").0, 2_900);
        assert_eq!(search(&logs, "error:*").0, 300);
    }
}

#[test]
fn umccr() {
    if let Some(logs) = logs("umccr") {
        let (count, ended) = search(&logs, "");
        assert_eq!(count, 206);
        let warning = ended.err.lines().find(|line| line.contains("bad1_01.json")).expect(&ended.err);
        assert!(warning.starts_with("warning: "), "{warning}");
        assert!(warning.contains("1.02") && warning.contains("eventType"), "{warning}");
    }
}

#[test]
fn stratus() {
    if let Some(logs) = logs("stratus") {
        assert_eq!(search(&logs, "").0, 310);
    }
}
