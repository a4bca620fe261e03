//! Secrets that come in, by whatever way, are found nowhere afterwards.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::http::Method;
use cloudtrail::time::{MINUTE, Time};
use gateway::Gateway;
use sandbox::{Credentials, Events, Options, Running, Sandbox, Who};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use waymark_server::clock::Clock;
use waymark_server::http::sign_in::SignIn;
use waymark_server::serve::sandbox::sign_in;

use crate::support::browser::{Browser, block, decide, encoded};
use crate::support::program::Served;
use crate::support::server::{HOST, Server};
use crate::support::tap::Tap;

const HOME: &str = "111122223333";
const DEVICE: &str = "arn:aws:iam::111122223333:mfa/mfa";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

/// Sign-in to the sandbox as it is seen from behind the tap.
fn tapped(running: &Running, tap: &Tap, clock: &Clock) -> SignIn {
    let mut sign_in = sign_in(running, clock).unwrap();
    let told = clock.clone();
    sign_in.gateway = Gateway::new(gateway::Options {
        endpoint: Some(tap.url()),
        regions: vec!["eu-central-1".to_owned()],
        clock: Arc::new(move || told.now()),
    });
    sign_in
}

fn ini(keys: &Credentials) -> String {
    format!(
        "[profile]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
        keys.access_key_id,
        keys.secret_access_key,
        keys.session_token.clone().unwrap_or_default()
    )
}

fn as_json(keys: &Credentials) -> String {
    json!({"Credentials": {
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key,
        "SessionToken": keys.session_token,
    }})
    .to_string()
}

/// Signs in in every way there is, and in some that fail. Gives the secrets that were sent.
async fn sign_in_all_ways(browser: &mut Browser<'_>, running: &Running) -> Vec<String> {
    let session = |name| running.session("444455556666", "Auditor", name, 3600).unwrap();
    let (fields, lines, profile, pasted) =
        (session("fields"), session("lines"), session("ini"), session("json"));
    let [auditor, mfa, root] =
        [Who::Auditor, Who::Mfa, Who::Root].map(|who| running.credentials(who).clone());
    let (token, code) = (fields.session_token.clone().unwrap(), running.mfa_code(DEVICE).unwrap());
    // Right but for the end: what AWS answers to a wrong signature repeats much of the request.
    let wrong = format!("{}canary", &fields.secret_access_key[..34]);
    let (auditor_block, mfa_block, root_block) = (block(&auditor), block(&mfa), block(&root));
    let forms: [(bool, &[(&str, &str)]); 11] = [
        // First, while the code is good.
        (
            false,
            &[("pasted", &mfa_block), ("long_lived", "yes"), ("mfa_serial", DEVICE), ("mfa_code", "000000")],
        ),
        (true, &[("pasted", &mfa_block), ("long_lived", "yes"), ("mfa_serial", DEVICE), ("mfa_code", &code)]),
        (
            true,
            &[
                ("access_key_id", &fields.access_key_id),
                ("secret_access_key", &fields.secret_access_key),
                ("session_token", &token),
            ],
        ),
        (true, &[("pasted", &block(&lines))]),
        (true, &[("pasted", &ini(&profile))]),
        (true, &[("pasted", &as_json(&pasted))]),
        (
            false,
            &[
                ("access_key_id", &fields.access_key_id),
                ("secret_access_key", &wrong),
                ("session_token", &token),
            ],
        ),
        (
            false,
            &[
                ("access_key_id", "x"),
                ("secret_access_key", &fields.secret_access_key),
                ("session_token", &token),
            ],
        ),
        (false, &[("pasted", &auditor_block)]),
        (
            true,
            &[
                ("pasted", &auditor_block),
                ("long_lived", "yes"),
                ("role_arn", "arn:aws:iam::777788889999:role/Vendor"),
                ("external_id", "waymark-sandbox"),
            ],
        ),
        (false, &[("pasted", &root_block), ("long_lived", "yes")]),
    ];
    for (enters, form) in forms {
        let answer = browser.post("/sign-in/keys", form).await;
        assert_eq!(answer.status.as_u16() == 303, enters, "{}", answer.body);
    }
    browser.enter("/sign-in/sample", &[("person", "administrator")]).await;
    let administrator = running.credentials(Who::Administrator).clone();
    let all = [fields, lines, profile, pasted, auditor, mfa, root, administrator];
    let secrets = all.into_iter().flat_map(|keys| [Some(keys.secret_access_key), keys.session_token]);
    secrets.flatten().chain([wrong]).collect()
}

/// Signs in by Identity Center, and lets the credentials be renewed.
async fn sign_in_by_directory(browser: &mut Browser<'_>, server: &Server, running: &Running) {
    let begun = browser.enter("/sign-in/device", &[("directory", "0")]).await;
    let page = browser.get(begun.header("location")).await.body;
    let code =
        page.split_once("<p class=\"sign-in__code\">").unwrap().1.split('<').next().unwrap().to_owned();
    decide(running, &code, "approve").await;
    browser.enter("/sign-in/device/check", &[]).await;
    browser.get("/sign-in/device").await;
    browser.enter("/sign-in/device/choose", &[("role-111122223333", "ReadOnlyAccess")]).await;
    server.pass(57 * MINUTE);
    browser.get("/sign-in").await;
}

/// Secrets that AWS handed out: what it says of each, and how many of them there are at least.
fn handed_out(tap: &Tap) -> Vec<String> {
    let kinds = [
        ("\"clientSecret\":\"", "\"", 1),
        ("\"deviceCode\":\"", "\"", 1),
        ("\"accessToken\":\"", "\"", 1),
        // Only for who asks for a scope, which Waymark does not.
        ("\"refreshToken\":\"", "\"", 0),
        ("\"secretAccessKey\":\"", "\"", 2),
        ("\"sessionToken\":\"", "\"", 2),
        ("<SecretAccessKey>", "<", 4),
        ("<SessionToken>", "<", 4),
    ];
    let mut secrets = BTreeSet::new();
    for (before, after, least) in kinds {
        let found = tap.heard(before, after);
        assert!(found.len() >= least, "{before}: {}", found.len());
        secrets.extend(found);
    }
    secrets.into_iter().collect()
}

/// All files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Whether bytes hold a text, also as it stands in a form or an address.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let sent = encoded(&[("x", secret)]);
    let find = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    find(secret.as_bytes()) || find(&sent.as_bytes()[2..])
}

#[tokio::test(flavor = "current_thread")]
async fn no_secret_is_shown_logged_printed_or_written() {
    let log = Log::default();
    let filter = tracing_subscriber::EnvFilter::new(
        "info,waymark_server=trace,gateway=trace,archive=trace,app=trace,tower_sessions=trace,sqlx=trace",
    );
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.clone()).with_ansi(false).finish();
    // For all threads: what a call of `tracing` is worth is decided once, whichever test comes by it first.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
    let tap = Tap::before(&running).await;
    let now = Time::from_millis(jiff::Timestamp::now().as_millisecond());
    let server = Server::keeping(now, |clock| tapped(&running, &tap, clock)).await;
    let mut browser = Browser::new(&server);
    let sent = sign_in_all_ways(&mut browser, &running).await;
    // What is shown and written of an account: among its events is the sign-in itself.
    server.pass(MINUTE);
    // An answer does not wait long for AWS: what comes later is in one of the next.
    let mut list = browser.get(&format!("/api/v1/{HOME}/events?q=")).await;
    for _ in 0..100 {
        if !list.status.is_success() || list.body.contains("GetSessionToken") {
            break;
        }
        list = browser.get(&format!("/api/v1/{HOME}/events?q=")).await;
    }
    assert!(list.status.is_success() && list.body.contains("GetSessionToken"), "{}", list.body);
    browser.get(&format!("/a/{HOME}/events?q=")).await;
    let origin = format!("http://{HOST}");
    let headers = [("origin", origin.as_str()), ("content-type", "application/json")];
    let frame = json!({"what": "frame", "account": HOME, "id": "", "search": ""}).to_string();
    browser.send(Method::POST, "/_fn/view", &headers, &frame).await;
    browser.get("/access-log").await;
    browser.get("/sessions").await;
    sign_in_by_directory(&mut browser, &server, &running).await;
    assert!(browser.get("/sign-in").await.body.contains("Sign out"));

    let secrets: Vec<String> = sent.into_iter().chain(handed_out(&tap)).collect();
    assert!(secrets.len() > 25 && secrets.iter().all(|secret| secret.len() >= 16), "{}", secrets.len());
    let id = browser.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    let context = &server.context;
    let owner = context.store().owner(&id.parse().unwrap());
    let connections = context.vault().of(owner);
    assert!(connections.len() >= 3, "{connections:?}");
    let credentials: Vec<_> = connections.iter().map(|connection| &connection.credentials).collect();
    let printed = format!(
        "{:?} {:#?} {connections:?} {connections:#?} {credentials:?} {:?} {:?} {:?} {owner:?} {running:?}",
        context.vault(),
        context.vault(),
        context.sign_ins(),
        context.sessions(),
        context.store(),
    );
    let logged = log.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&logged);
    assert!(text.contains("signed in") && text.contains("sign-in refused"), "{text}");

    // As it lies on the disk while the server runs, journals of the database among it.
    let written = files(server.folder());
    assert!(written.iter().any(|path| path.ends_with("waymark.sqlite")), "{written:?}");
    assert!(written.iter().any(|path| path.to_string_lossy().contains("caches")), "{written:?}");
    // What is written anew meanwhile is gone from where it was.
    let is_gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let read = |path: &PathBuf| match std::fs::read(path) {
        Err(error) if is_gone(&error) => None,
        bytes => Some((path.display().to_string(), bytes.unwrap())),
    };
    let mut places: Vec<(String, Vec<u8>)> = written.iter().filter_map(read).collect();
    places.push(("the log".to_owned(), logged));
    places.push(("`Debug`".to_owned(), printed.into_bytes()));
    for (place, bytes) in &places {
        assert!(!holds(bytes, &id), "the session's id stands in {place}");
    }
    places.push(("what a browser sees".to_owned(), browser.seen.into_bytes()));
    // What is no secret is found, where it belongs.
    assert!(places.iter().filter(|(_, bytes)| holds(bytes, HOME)).count() > 3);
    for secret in &secrets {
        for (place, bytes) in &places {
            assert!(!holds(bytes, secret), "{secret} stands in {place}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_of_its_memory_gets_into_a_core_dump() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &["--demo", "--demo-events", "1000"]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", served.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{core}");
}
