//! Making log files and reading archives.

use archive::{Archive, IntakeOptions, Request, Writer};
use cloudtrail::intake::Report;
use cloudtrail::json::{Tape, canonical};
use cloudtrail::search::{EventPage, EventRow, Search, TimeRange, parse};
use cloudtrail::time::Time;
use flate2::Compression;
use flate2::write::GzEncoder;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// A folder with logs and an archive beside them.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    pub fn new() -> Place {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        Place { folder }
    }

    pub fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.logs().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Takes in everything under `logs`.
    pub async fn take_in(&self) -> (Report, Archive) {
        self.take_in_with(&options()).await
    }

    pub async fn take_in_with(&self, options: &IntakeOptions) -> (Report, Archive) {
        let writer = Writer::open(&self.archive()).await.unwrap();
        let report = writer.take_in(&[self.logs()], options, |_| {}).await.unwrap();
        (report, writer.archive())
    }

    /// The catalog as any SQLite client sees it.
    pub async fn catalog(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.archive().join("catalog.sqlite"));
        SqlitePool::connect_with(options).await.unwrap()
    }
}

/// The usual options, with a clock that stands.
pub fn options() -> IntakeOptions {
    IntakeOptions {
        clock: Arc::new(|| Time::parse("2026-11-22T12:00:00Z").unwrap()),
        ..IntakeOptions::default()
    }
}

pub fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// A plain record; `number` gives it its id and its second.
pub fn record(number: usize) -> String {
    record_with(number, "")
}

/// A record with more fields, written with a comma in front.
pub fn record_with(number: usize, more: &str) -> String {
    let time = Time::parse("2026-11-20T10:00:00Z").unwrap().plus(number as i64 * 1_000);
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/jo","accountId":"111122223333","userName":"jo"}},"eventTime":"{time}","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.0","readOnly":false,"eventID":"id-{number:06}","eventType":"AwsApiCall","eventCategory":"Management","recipientAccountId":"111122223333"{more}}}"#
    )
}

pub fn wrapped(records: impl IntoIterator<Item = String>) -> String {
    let records: Vec<String> = records.into_iter().collect();
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

pub fn search(query: &str) -> Search {
    Search { query: parse(query).unwrap(), range: TimeRange::default() }
}

pub async fn newest(archive: &Archive, query: &str, limit: usize) -> EventPage {
    archive.search(&Request::newest(search(query), limit)).await.unwrap()
}

pub async fn count(archive: &Archive, query: &str) -> u64 {
    newest(archive, query, 0).await.total
}

/// All raw records of a search, newest first.
pub async fn all_raw(archive: &Archive, query: &str) -> Vec<String> {
    let mut stream = archive.stream(&search(query)).await.unwrap();
    let mut raw = Vec::new();
    while let Some(events) = stream.next().await {
        raw.extend(events.unwrap().into_iter().map(|event| event.raw));
    }
    raw
}

/// What an event is known by: its id and its hash.
pub type Identity = (String, String);

pub fn identity(row: &EventRow) -> Identity {
    (row.id.clone(), row.hash.clone())
}

/// The identities of all events of a search, newest first.
pub async fn identities(archive: &Archive, query: &str) -> Vec<Identity> {
    let mut stream = archive.stream(&search(query)).await.unwrap();
    let mut identities = Vec::new();
    while let Some(events) = stream.next().await {
        identities.extend(events.unwrap().iter().map(|event| identity(&event.row)));
    }
    identities
}

/// A record's hash as the contract says: SHA-256 of its canonical JSON.
pub fn hash_of(raw: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut tape = Tape::default();
    format!("{:x}", Sha256::digest(canonical(tape.parse(raw).unwrap())))
}

/// Runs one test of this binary again in a process of its own, with an environment variable set; `before` is the
/// command (with its arguments) that starts it, if it takes one.
pub fn this_test_again(name: &str, variable: (&str, &str), before: &[&str]) -> Command {
    let binary = std::env::current_exe().unwrap();
    let mut command = match before {
        [] => Command::new(&binary),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(&binary);
            command
        }
    };
    command.args(["--exact", name, "--nocapture"]).env(variable.0, variable.1);
    command
}

/// Whether a test of what a folder's mode forbids goes on here. Root is forbidden nothing: then the test named is run again
/// as somebody else, and it has failed if that did. `file` is one that nobody may read.
pub fn is_forbidden_here(file: &Path, name: &str) -> bool {
    const CHILD: &str = "WAYMARK_TEST_AS_NOBODY";
    if fs::File::open(file).is_err() {
        return true;
    }
    assert!(std::env::var_os(CHILD).is_none(), "still root in the child");
    if Command::new("setpriv").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("setpriv is not there: what is forbidden is not tried as root");
        return false;
    }
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let output = this_test_again(name, (CHILD, "1"), &nobody).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{errors}");
    false
}

/// Every file of an archive that is not the catalog, by path and size.
pub fn event_files(archive: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for day in fs::read_dir(archive.join("events")).unwrap() {
        files.extend(fs::read_dir(day.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    files.sort();
    files
}

/// The folder with real logs, if this machine has it.
pub fn real_logs(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("WAYMARK_TEST_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = shared.unwrap_or(beside).join(name);
    if !folder.is_dir() {
        eprintln!("no real logs at {}: this part is left out", folder.display());
        return None;
    }
    Some(folder)
}
