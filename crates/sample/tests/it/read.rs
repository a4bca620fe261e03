//! Generates samples and reads them back.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sample::{Options, Report, generate};
use serde_json::Value;

/// A sample in memory.
pub struct Sample {
    pub folder: tempfile::TempDir,
    pub options: Options,
    pub report: Report,
    /// Management and data events.
    pub events: Vec<Value>,
    /// Insights events.
    pub insights: Vec<Value>,
}

/// Options that end at the same moment in every test.
pub fn options(events: u64, days: u32) -> Options {
    let mut options = Options::ending_at("2026-11-22T14:59:59Z".parse().unwrap());
    options.events = events;
    options.days = days;
    options
}

/// The sample that most tests look at; made once.
pub fn usual() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| make(options(40_000, 30)))
}

pub fn make(options: Options) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let report = generate(folder.path(), &options, &mut |_| ()).unwrap();
    let (mut events, mut insights) = (Vec::new(), Vec::new());
    for (key, text) in texts(folder.path()) {
        if key.contains("/CloudTrail/") {
            events.extend(records(&text));
        } else if key.contains("/CloudTrail-Insight/") {
            insights.extend(records(&text));
        }
    }
    Sample { folder, options, report, events, insights }
}

fn records(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["Records"].as_array().unwrap().clone()
}

/// All files by their path under the folder, as they are on disk.
pub fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let key = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(key, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The text of all gzip files.
pub fn texts(folder: &Path) -> BTreeMap<String, String> {
    bytes(folder)
        .into_iter()
        .filter(|(key, _)| key.ends_with(".gz"))
        .map(|(key, bytes)| {
            let mut text = String::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
            (key, text)
        })
        .collect()
}

/// The value at `a.b.c` as text, or nothing.
pub fn at<'a>(record: &'a Value, path: &str) -> &'a str {
    path.split('.').fold(record, |value, key| &value[key]).as_str().unwrap_or_default()
}
