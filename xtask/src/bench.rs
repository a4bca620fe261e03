//! `cargo xtask bench`: what a release build does in a second, compared with the last time.
//!
//! Each benchmark program, that of `crates/archive` and that of `crates/gateway`, writes one JSON file to the path in
//! `WAYMARK_BENCH_OUT`:
//!
//! ```json
//! {"results": [{"name": "take in 500,000 events", "seconds": 2.4, "peak_mb": 210.0, "bar": {"seconds": 6.0}}]}
//! ```
//!
//! Every number beside `name` is a measure of that workload; `bar` holds what a measure may be at most, or
//! at least if its name ends in `_per_s` or `_share`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::build::Built;
use crate::error::{Error, Result};
use crate::workspace::{Profile, Workspace};
use crate::{build, files, first_load, process, say};

/// The benchmark programs, and what they measure.
const PROGRAMS: [(&str, &str); 2] = [("archive", "the archive"), ("sync", "event history from AWS")];

/// Measures the archive, the sync of event history, and the size of the first load, and prints them as tables. `arguments` are for
/// all programs; if the first of them is a program's name, only that one runs.
pub fn bench(workspace: &Workspace, size_only: bool, arguments: &[String]) -> Result<()> {
    if !size_only {
        programs(workspace, arguments)?;
    }
    // A page has the same bytes however its server was compiled; what goes with it has not.
    let server = build::server(workspace, Profile::Dev)?;
    let site = build::site(workspace, Profile::Release)?;
    first_load::report(workspace, &Built { server, site })
}

fn programs(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let folder = workspace.target.join("bench");
    let (latest, previous) = (folder.join("latest.json"), folder.join("previous.json"));
    files::create_folder(&folder)?;
    if latest.exists() {
        files::rename(&latest, &previous)?;
    }
    let before = if previous.exists() { results(&previous)? } else { Vec::new() };
    let only = arguments.first().and_then(|name| PROGRAMS.iter().find(|(known, _)| known == name));
    let arguments = if only.is_some() { &arguments[1..] } else { arguments };
    let mut now = Vec::new();
    for (name, what) in PROGRAMS.iter().filter(|program| only.is_none_or(|only| only == *program)) {
        now.extend(program(workspace, name, what, arguments)?);
    }
    print!("{}", table(&now, &before));
    // What was not measured this time is compared with the next time all the same.
    now.extend(before.into_iter().filter(|old| only.is_some() && !has(&now, &old.name)).collect::<Vec<_>>());
    let text = serde_json::to_vec(&Report { results: now })
        .map_err(|source| Error::malformed("the results".to_owned(), source))?;
    files::write(&latest, &text)
}

fn has(workloads: &[Workload], name: &str) -> bool {
    workloads.iter().any(|workload| workload.name == name)
}

fn program(workspace: &Workspace, name: &str, what: &str, arguments: &[String]) -> Result<Vec<Workload>> {
    let written = workspace.target.join(format!("bench/{name}.json"));
    if written.exists() {
        files::remove(&written)?;
    }
    let step = say::step(format!("measuring {what} (release)"));
    let mut cargo = workspace.cargo();
    // Without `--package`, so that it shares its libraries with a release build of the server.
    cargo.args(["bench", "--bench", name]).env("WAYMARK_BENCH_OUT", &written);
    if !arguments.is_empty() {
        cargo.arg("--").args(arguments);
    }
    process::run(&mut cargo)?;
    step.done();
    if !written.exists() {
        return Err(Error::advice(format!(
            "the benchmark program wrote no results; it should have written {} (WAYMARK_BENCH_OUT)",
            written.display()
        )));
    }
    results(&written)
}

#[derive(Deserialize, Serialize)]
struct Report {
    results: Vec<Workload>,
}

#[derive(Deserialize, Serialize)]
struct Workload {
    name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    bar: BTreeMap<String, f64>,
    #[serde(flatten)]
    measures: BTreeMap<String, serde_json::Value>,
}

fn results(path: &Path) -> Result<Vec<Workload>> {
    let report: Report = serde_json::from_slice(&files::read(path)?)
        .map_err(|source| Error::malformed(path.display().to_string(), source))?;
    Ok(report.results)
}

/// One line a measure: now, before, their ratio, and whether the bar is kept.
fn table(now: &[Workload], before: &[Workload]) -> String {
    let mut text = format!(
        "\n{:<46} {:<16} {:>12} {:>12} {:>8}  bar\n",
        "workload", "measure", "now", "before", "ratio"
    );
    for workload in now {
        let old = before.iter().find(|old| old.name == workload.name);
        for (measure, value) in workload.measures.iter().filter_map(|(k, v)| Some((k, v.as_f64()?))) {
            let was = old.and_then(|old| old.measures.get(measure)).and_then(serde_json::Value::as_f64);
            let ratio =
                was.filter(|was| *was != 0.0).map_or_else(String::new, |was| format!("{:.2}x", value / was));
            text.push_str(&format!(
                "{:<46} {measure:<16} {:>12} {:>12} {ratio:>8}  {}\n",
                workload.name,
                number(value),
                was.map(number).unwrap_or_default(),
                workload.bar.get(measure).map(|bar| verdict(measure, value, *bar)).unwrap_or_default(),
            ));
        }
    }
    text
}

fn verdict(measure: &str, value: f64, bar: f64) -> String {
    let at_least = measure.ends_with("_per_s") || measure.ends_with("_share");
    let kept = if at_least { value >= bar } else { value <= bar };
    format!(
        "{} {} {}",
        if at_least { "at least" } else { "at most" },
        number(bar),
        if kept { "ok" } else { "MISSED" }
    )
}

/// About three digits that matter.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Vec<Workload> {
        serde_json::from_str::<Report>(text).unwrap().results
    }

    #[test]
    fn what_is_written_down_is_read_again() {
        let text = r#"{"results": [{"name": "sync", "quota_share": 0.97, "throttled": 0, "bar": {"quota_share": 0.95}}]}"#;
        let written = serde_json::to_string(&Report { results: parse(text) }).unwrap();
        let table = table(&parse(&written), &parse(text));
        assert!(table.contains("at least 0.950 ok") && table.contains("1.00x"), "{table}");
        assert!(has(&parse(text), "sync") && !has(&parse(text), "archive"));
    }

    #[test]
    fn each_measure_is_compared_with_the_run_before_and_its_bar() {
        let before = parse(r#"{"results": [{"name": "take in", "seconds": 2.0}]}"#);
        let now = parse(
            r#"{"results": [{"name": "take in", "seconds": 3.0, "events_per_s": 5, "note": "warm",
                "bar": {"seconds": 2.5, "events_per_s": 4}}]}"#,
        );
        let lines: Vec<String> = table(&now, &before).lines().map(str::to_owned).collect();
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
        assert_eq!(lines.len(), 4);
        assert_eq!(words(&lines[2]), "take in events_per_s 5.00 at least 4.00 ok");
        assert_eq!([number(27_462.0), number(31.25), number(0.0042)], ["27462", "31.2", "0.0042"]);
        assert_eq!(words(&lines[3]), "take in seconds 3.00 2.00 1.50x at most 2.50 MISSED");
    }
}
