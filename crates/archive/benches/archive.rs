//! What the archive does in a second, and in how much memory.
//!
//! `cargo xtask bench` runs this in release. Each measurement runs in a process of its own, so that its peak of memory
//! is its own. Searches are measured in a warm process as the median of 20, through `Archive::search`, without the
//! memory of earlier answers.
//!
//! Arguments: `--events N` (default 500,000), `--large` (also ten times as many), `--keep` is implied: data stays in the
//! target folder and is made once.

use archive::{Archive, IntakeOptions, Place, Request, Writer};
use cloudtrail::search::{Search, TimeRange, parse};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SEARCHES: [(&str, &str, Option<f64>); 5] = [
    ("newest 100 with a filter", "event:StopInstances,DescribeInstances -error:*", Some(0.010)),
    ("all facets and histogram", "", Some(0.040)),
    ("rare substring in whole records", "AddressLimitExceededByNobody", Some(0.300)),
    ("requestParameters.bucketName:x*", "requestParameters.bucketName:x*", Some(0.500)),
    ("frequent word in whole records", "instance", None),
];
const RUNS: usize = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    match arguments.first().map(String::as_str) {
        Some("take-in") => runtime.block_on(take_in(Path::new(&arguments[1]), Path::new(&arguments[2]))),
        Some("search") => runtime.block_on(search(Path::new(&arguments[1]))),
        _ => runtime.block_on(all(&arguments)),
    }
}

async fn all(arguments: &[String]) {
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let events = after("--events").unwrap_or(500_000);
    let mut results = Results::default();
    let folder = data_folder();
    let logs = sample(&folder, events, 200);
    results.gzip(&format!("gzip -dc of {events} events"), &logs);
    let archive = folder.join(format!("archive-{events}"));
    results.take_in(
        &format!("take in {events} events in 200 files"),
        &logs,
        &archive,
        (events == 500_000).then_some((6.0, 400.0)),
    );
    results.searches(&archive, events, true);

    let small = small_files(&folder, &archive).await;
    results.take_in(
        "take in 4,000 files of 8 events",
        &small,
        &folder.join("archive-small"),
        Some((1.0, 400.0)),
    );
    let large = one_large_file(&folder, &archive).await;
    results.take_in("take in one JSON file of 100,000 records", &large, &folder.join("archive-one"), None);
    if arguments.iter().any(|argument| argument == "--large") {
        let events = events * 10;
        let logs = sample(&folder, events, 2_000);
        let archive = folder.join(format!("archive-{events}"));
        results.take_in(&format!("take in {events} events in 2,000 files"), &logs, &archive, None);
        results.searches(&archive, events, false);
    }
    results.write();
}

/// Where generated logs and archives stay: under the target folder, which is where this program lies.
fn data_folder() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    let target = program.ancestors().nth(3).expect("the target folder").to_owned();
    let folder = target.join("bench/data");
    fs::create_dir_all(&folder).expect("a folder for data");
    folder
}

fn sample(folder: &Path, events: u64, files: u64) -> PathBuf {
    let logs = folder.join(format!("logs-{events}"));
    if !logs.join("accounts.csv").exists() {
        eprintln!("making {events} events");
        fs::remove_dir_all(&logs).ok();
        let end = "2026-11-22T00:00:00Z".parse().expect("a time");
        let options = sample::Options { events, files: Some(files), ..sample::Options::ending_at(end) };
        sample::generate(&logs, &options, &mut |_| {}).expect("a sample");
    }
    logs
}

/// The first 32,000 events of an archive, eight a file, compressed.
async fn small_files(folder: &Path, archive: &Path) -> PathBuf {
    let logs = folder.join("logs-small");
    if !logs.join("done").exists() {
        fs::create_dir_all(&logs).expect("a folder");
        let records = first_records(archive, 32_000).await;
        for (number, records) in records.chunks(8).enumerate() {
            let file = fs::File::create(logs.join(format!("{number:04}.json.gz"))).expect("a file");
            let mut file = flate2::write::GzEncoder::new(file, flate2::Compression::default());
            write!(file, r#"{{"Records":[{}]}}"#, records.join(",")).expect("written");
            file.finish().expect("written");
        }
        fs::write(logs.join("done"), "{\"Records\":[]}").expect("written");
    }
    logs
}

/// The first 100,000 events of an archive in one file.
async fn one_large_file(folder: &Path, archive: &Path) -> PathBuf {
    let logs = folder.join("logs-one");
    if !logs.join("all.json").exists() {
        fs::create_dir_all(&logs).expect("a folder");
        let records = first_records(archive, 100_000).await;
        let mut file = BufWriter::new(fs::File::create(logs.join("all.json")).expect("a file"));
        write!(file, r#"{{"Records":[{}]}}"#, records.join(",\n")).expect("written");
        file.flush().expect("written");
    }
    logs
}

async fn first_records(archive: &Path, count: usize) -> Vec<String> {
    let archive = Archive::open(archive).await.expect("an archive");
    let query = parse("").expect("a query");
    let mut stream = archive.stream(&Search { query, range: TimeRange::default() }).await.expect("a stream");
    let mut records = Vec::new();
    while records.len() < count
        && let Some(events) = stream.next().await
    {
        records.extend(events.expect("events").into_iter().map(|event| event.raw));
    }
    records.truncate(count);
    records
}

/// In a process of its own: takes in a folder and prints the events, the seconds and the peak of memory.
async fn take_in(logs: &Path, archive: &Path) {
    fs::remove_dir_all(archive).ok();
    let start = Instant::now();
    let writer = Writer::open(archive).await.expect("a writer");
    let paths = [logs.to_owned()];
    let report = writer.take_in(&paths, &IntakeOptions::default(), |_| {}).await.expect("taken in");
    let seconds = start.elapsed().as_secs_f64();
    println!("{} {seconds} {}", report.added, peak_memory());
}

/// In a process of its own: prints the median of each search, and the peak of memory.
async fn search(archive: &Path) {
    let cold = Instant::now();
    let archive = Archive::open(archive).await.expect("an archive");
    archive.warm_up().await.expect("opened");
    println!("open all files (cold)\t{}", cold.elapsed().as_secs_f64());
    for (name, query, _) in SEARCHES {
        let is_overview = query.is_empty();
        let request = Request {
            search: Search { query: parse(query).expect("a query"), range: TimeRange::default() },
            place: Place::Newest,
            limit: 100,
            facets: is_overview.then_some(10),
            histogram: is_overview.then_some(120),
        };
        let mut times = Vec::with_capacity(RUNS);
        for _ in 0..=RUNS {
            archive.forget_answers();
            let start = Instant::now();
            archive.search(&request).await.expect("an answer");
            times.push(start.elapsed());
        }
        // The first run warms the file system's cache.
        times.remove(0);
        println!("{name}\t{}", median(&mut times).as_secs_f64());
    }
    println!("peak\t{}", peak_memory());
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The most memory this process has had, in MB.
fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().split(' ').next()).and_then(|number| number.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

#[derive(Default)]
struct Results {
    lines: Vec<String>,
    gzip: Option<f64>,
}

impl Results {
    fn add(&mut self, name: &str, measures: &[(&str, f64)], bars: &[(&str, f64)]) {
        let list = |pairs: &[(&str, f64)]| {
            let pairs: Vec<String> =
                pairs.iter().map(|(key, value)| format!("\"{key}\":{value:.5}")).collect();
            pairs.join(",")
        };
        eprintln!("{name}: {}", list(measures));
        let bar = if bars.is_empty() { String::new() } else { format!(",\"bar\":{{{}}}", list(bars)) };
        self.lines.push(format!("{{\"name\":\"{name}\",{}{bar}}}", list(measures)));
    }

    fn gzip(&mut self, name: &str, logs: &Path) {
        let files: Vec<PathBuf> = files_below(logs)
            .into_iter()
            .filter(|file| file.extension().is_some_and(|e| e == "gz"))
            .collect();
        let run = || {
            let start = Instant::now();
            let status = Command::new("gzip").arg("-dc").args(&files).stdout(Stdio::null()).status();
            status.is_ok_and(|status| status.success()).then(|| start.elapsed().as_secs_f64())
        };
        // Once to have the files in memory.
        run();
        if let Some(seconds) = run() {
            self.gzip = Some(seconds);
            self.add(name, &[("seconds", seconds)], &[]);
        }
    }

    fn take_in(&mut self, name: &str, logs: &Path, archive: &Path, bar: Option<(f64, f64)>) {
        let output = child(&["take-in", &logs.to_string_lossy(), &archive.to_string_lossy()]);
        let numbers: Vec<f64> = output.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [events, seconds, peak] = numbers[..] else { panic!("no numbers from the child: {output}") };
        let mut measures = vec![("seconds", seconds), ("events_per_s", events / seconds), ("peak_mb", peak)];
        if let Some(gzip) = self.gzip.filter(|_| name.contains("in 200 files")) {
            measures.push(("ratio_to_gzip", seconds / gzip));
        }
        let bars: Vec<(&str, f64)> =
            bar.map(|(seconds, peak)| vec![("seconds", seconds), ("peak_mb", peak)]).unwrap_or_default();
        self.add(name, &measures, &bars);
    }

    fn searches(&mut self, archive: &Path, events: u64, with_bars: bool) {
        let output = child(&["search", &archive.to_string_lossy()]);
        for line in output.lines() {
            let Some((name, number)) = line.split_once('\t') else { continue };
            let number: f64 = number.parse().unwrap_or(f64::NAN);
            if name == "peak" {
                let bar: &[(&str, f64)] = if with_bars { &[] } else { &[("peak_mb", 1_000.0)] };
                self.add(&format!("memory while searching {events} events"), &[("peak_mb", number)], bar);
                continue;
            }
            let bar = SEARCHES.iter().find(|(known, ..)| *known == name).and_then(|(.., bar)| *bar);
            let bars: Vec<(&str, f64)> =
                bar.filter(|_| with_bars).map(|bar| ("seconds", bar)).into_iter().collect();
            self.add(&format!("{name}, {events} events"), &[("seconds", number)], &bars);
        }
    }

    fn write(&self) {
        let text = format!("{{\"results\":[\n{}\n]}}\n", self.lines.join(",\n"));
        match std::env::var_os("WAYMARK_BENCH_OUT") {
            Some(path) => fs::write(path, text).expect("results written"),
            None => print!("{text}"),
        }
    }
}

fn child(arguments: &[&str]) -> String {
    let program = std::env::current_exe().expect("the path of this program");
    let output =
        Command::new(program).args(arguments).stderr(Stdio::inherit()).output().expect("a child process");
    assert!(output.status.success(), "the child process {arguments:?} failed");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}
