//! The database on both engines: the same test runs on a SQLite file and on a PostgreSQL server that it starts itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cloudtrail::time::{HOUR, Time};
use tempfile::TempDir;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::{Duration as CookieDuration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use waymark_server::store::{AccessQuery, AccessRow, Keys, Place, Store, StoreError, access_id};
use zeroize::Zeroizing;

const SECRET: &str = "canary-what-nobody-may-read";
const JO: &str = "arn:aws:iam::111122223333:user/jo";

fn keys(texts: &[&Zeroizing<String>]) -> Keys {
    Keys::read(&texts.iter().map(|text| (*text).clone()).collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn a_file_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a folder & more/waymark.sqlite");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    everything_is_kept(path.to_str().unwrap()).await;
    #[cfg(unix)]
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{} is open to others", file.path().display());
    }
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
    }
}

#[tokio::test]
async fn a_postgresql_server_keeps_everything() {
    let Some(server) = Postgres::start() else {
        eprintln!("left out: there is no PostgreSQL on this machine");
        return;
    };
    everything_is_kept(&server.address).await;
}

async fn everything_is_kept(place: &str) {
    let (old, new) = (Keys::make(), Keys::make());
    let now = Time::from_millis(jiff::Timestamp::now().as_millisecond());
    let data = [("note".to_owned(), SECRET.into())].into();
    let expiry_date = OffsetDateTime::now_utc() + CookieDuration::hours(1);
    let mut record = Record { id: Id::default(), data, expiry_date };
    let at = Place { address: "192.0.2.1".to_owned(), browser: "Firefox".to_owned() };

    let store = Store::open(place, keys(&[&old])).await.unwrap();
    store.sessions().create(&mut record).await.unwrap();
    let owner = store.owner(&record.id);
    store.signed_in(owner, JO, &at, now).await.unwrap();
    store.signed_in(owner, "arn:aws:iam::444455556666:user/jo", &at, now).await.unwrap();
    store.keep(owner, SECRET.as_bytes(), now.plus(HOUR)).await.unwrap();
    store.save_search("prod", "mine", "q=a", JO, now).await.unwrap();
    store.save_search("prod", "mine", "q=b", JO, now).await.unwrap();
    let line = AccessRow {
        id: access_id(now),
        at: now,
        principal: JO.to_owned(),
        account: "prod".to_owned(),
        action: "search".to_owned(),
        target: "100%".to_owned(),
        ..AccessRow::default()
    };
    store.log_access(&line).await.unwrap();
    drop(store);

    // Another start, with a newer key before the old one.
    let store = Store::open(place, keys(&[&new, &old])).await.unwrap();
    assert_eq!(store.owner(&record.id), owner);
    assert_eq!(store.sessions().load(&record.id).await.unwrap().unwrap().data, record.data);
    let kept = store.kept(now).await.unwrap();
    assert_eq!(
        kept.iter().map(|(owner, plain)| (*owner, plain.as_slice())).collect::<Vec<_>>(),
        [(owner, SECRET.as_bytes())]
    );
    // Who has not been here for an hour is not signed in again by a restart.
    assert!(store.kept(now.plus(HOUR)).await.unwrap().is_empty());
    let people = [JO.to_owned()];
    let sessions = store.sessions_of(&people, now).await.unwrap();
    assert_eq!((sessions.len(), sessions[0].principals.len(), &sessions[0].place), (1, 2, &at));
    let saved = store.saved_searches("prod").await.unwrap();
    assert_eq!(saved.iter().map(|saved| &*saved.search).collect::<Vec<_>>(), ["q=b"]);
    assert!(store.saved_searches("other").await.unwrap().is_empty());
    let query = AccessQuery {
        principals: Some(people.to_vec()),
        text: "100%".into(),
        limit: 9,
        ..AccessQuery::default()
    };
    assert_eq!(store.accesses(&query).await.unwrap(), [line]);
    drop(store);

    // The old key is taken away: the sessions it sealed have ended, and the ids are hashed as before.
    let store = Store::open(place, keys(&[&new])).await.unwrap();
    assert_eq!(store.owner(&record.id), owner);
    assert!(store.sessions().load(&record.id).await.unwrap().is_none());
    assert!(store.kept(now).await.unwrap().is_empty());
    let other = Store::open(place, keys(&[&Keys::make()])).await.unwrap_err();
    assert!(matches!(other, StoreError::OtherKey { .. }), "{other}");

    store.delete_search("prod", &saved[0].id).await.unwrap();
    assert!(store.saved_searches("prod").await.unwrap().is_empty());
    store.signed_out(owner).await.unwrap();
    assert!(store.sessions_of(&people, now).await.unwrap().is_empty());
    store.sweep(now.plus(100 * HOUR)).await.unwrap();
    store.check().await.unwrap();
    nothing_of_the_log_changes(place).await;
}

/// Not even by somebody who has the database open.
async fn nothing_of_the_log_changes(place: &str) {
    for change in ["DELETE FROM access_log", "UPDATE access_log SET principal = 'max'"] {
        let refused = if place.starts_with("postgres://") {
            let pool = sqlx::PgPool::connect(place).await.unwrap();
            sqlx::query(change).execute(&pool).await.map(|_| ())
        } else {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query(change).execute(&pool).await.map(|_| ())
        };
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("the access log is only added to"), "{change}: {refused}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.sqlite");
    std::fs::write(&text, "this is no database, whatever its name says; it is long enough to look like one")
        .unwrap();
    let missing = folder.path().join("no/such/folder/waymark.sqlite");
    let nobody = "postgres://jo:geheim@127.0.0.1:1/waymark?connect_timeout=1";
    for place in [text.to_str().unwrap(), missing.to_str().unwrap(), nobody] {
        let error = Store::open(place, Keys::random()).await.unwrap_err();
        let said = waymark_server::error::chain(&error);
        assert!(said.starts_with("cannot open the database ") && !said.contains("geheim"), "{said}");
    }
}

/// A server of the test's own, on a free port of this machine.
struct Postgres {
    address: String,
    data: PathBuf,
    _folder: TempDir,
}

impl Postgres {
    fn start() -> Option<Postgres> {
        let found =
            |program: &str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
        if !["initdb", "pg_ctl", "postgres"].into_iter().all(found) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // PostgreSQL refuses to run as root.
        let as_root = is_root();
        if as_root {
            let made = Command::new("chown").args(["65534"]).arg(folder.path()).status().unwrap();
            assert!(made.success());
        }
        let sockets = folder.path().to_str().unwrap().to_owned();
        run_as(
            as_root,
            "initdb",
            &["-D", data.to_str().unwrap(), "-U", "waymark", "-A", "trust", "--no-sync"],
            &data,
        );
        let options = format!(
            "-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={sockets} -c fsync=off"
        );
        let log = folder.path().join("log");
        let arguments =
            ["-D", data.to_str().unwrap(), "-w", "-l", log.to_str().unwrap(), "-o", &options, "start"];
        run_as(as_root, "pg_ctl", &arguments, &data);
        let address = format!("postgres://waymark@127.0.0.1:{port}/postgres");
        Some(Postgres { address, data, _folder: folder })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        run_as(
            is_root(),
            "pg_ctl",
            &["-D", self.data.to_str().unwrap(), "-m", "immediate", "stop"],
            &self.data,
        );
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

fn run_as(as_root: bool, program: &str, arguments: &[&str], folder: &Path) {
    let mut command = if as_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--clear-groups", "--", program]);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).current_dir(folder.parent().unwrap()).env("HOME", folder.parent().unwrap());
    // What it starts keeps its own output open, which must not be this test's.
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{program} {arguments:?}");
}
