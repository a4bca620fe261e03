//! `waymark serve` over real connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::support::logs;
use crate::support::program::{Served, ordinary_logs, run, waymark};
use crate::support::site::lay_out;

#[test]
fn the_code_in_the_terminal_opens_the_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let served = Served::start(folder.path(), &["--logs", logs.to_str().unwrap(), "--name", "mine"]);
    assert_eq!(served.get("/").status, 401);
    let code = served.path().strip_prefix("/start?code=").expect("no code").to_owned();
    assert!(served.get(served.path()).body.contains(&code));

    let origin = format!("http://{}", served.address);
    let form = "application/x-www-form-urlencoded";
    let headers = [("origin", origin.as_str()), ("content-type", form)];
    let opened = served.send("POST", "/start", &headers, &format!("code={code}"));
    assert_eq!(opened.status, 303, "{opened:?}");
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let first = served.send("GET", "/", &[("cookie", &cookie)], "");
    assert_eq!(first.header("location"), "/a/mine/events");
    let again = served.send("POST", "/start", &headers, &format!("code={code}"));
    assert_eq!(again.status, 401);
    let foreign = [("origin", "http://evil.example"), ("content-type", form)];
    assert_eq!(served.send("POST", "/start", &foreign, &format!("code={code}")).status, 403);
    assert_eq!(served.send("GET", "/", &[("host", "evil.example"), ("cookie", &cookie)], "").status, 421);
}

#[test]
fn servers_beside_each_other_keep_their_own_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let start = |data: &str| {
        Served::start(&folder.path().join(data), &["--logs", logs.to_str().unwrap(), "--name", "mine"])
    };
    let served = [start("one"), start("other")];
    // What a browser does: a cookie is for the host, whatever the port, and takes the place of one of the same name.
    let mut jar = std::collections::BTreeMap::new();
    for server in &served {
        let code = server.path().strip_prefix("/start?code=").expect("no code");
        let origin = format!("http://{}", server.address);
        let headers = [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let opened = server.send("POST", "/start", &headers, &format!("code={code}"));
        let cookie = opened.header("set-cookie").split(';').next().unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        jar.insert(name.to_owned(), value.to_owned());
    }
    let pairs: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cookies = pairs.join("; ");
    for server in &served {
        let list = server.send("GET", "/api/v1/mine/events", &[("cookie", &cookies)], "");
        assert_eq!(list.status, 200, "{list:?}");
        for (name, value) in list.headers.iter().filter(|(name, _)| name == "set-cookie") {
            assert!(value.starts_with(&format!("waymark-{}=", server.address.port())), "{name}: {value}");
        }
    }
}

#[cfg(unix)]
#[test]
fn scripts_find_the_token_and_all_events_and_a_signal_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let served = Served::start(folder.path(), &["--logs", logs.to_str().unwrap()]);
    let name = served.address.to_string().replace(':', "-");
    let token = std::fs::read_to_string(folder.path().join(format!("waymark/run/{name}.token"))).unwrap();
    let bearer = format!("Bearer {}", token.trim());
    // Serving starts before everything is taken in; the answer says when it is.
    let list = loop {
        let list = served.send("GET", "/api/v1/logs/events?limit=1000", &[("authorization", &bearer)], "");
        assert_eq!(list.status, 200, "{list:?}");
        let list: Value = serde_json::from_str(&list.body).unwrap();
        if list["coverage"]["taking_in"] == false {
            break list;
        }
    };
    assert_eq!(list["total"], logs::COUNT);
    let (code, said) = served.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("{name}.token")), "{said}");
    assert!(
        !folder.path().join(format!("waymark/run/{name}.token")).exists(),
        "the token outlives its server"
    );
    assert!(!said.contains(token.trim()), "the token was printed: {said}");
}

#[cfg(unix)]
#[test]
fn it_serves_and_stops_when_nobody_reads_what_it_says_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let site = folder.path().join("site");
    lay_out(&site);
    let mut command = waymark(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--logs"]).arg(logs).arg("--site").arg(site);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    drop(child.stderr.take());
    let address = line.trim().strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    // One that does not stop would be waited for without end.
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait().unwrap().code()));
    let code = end.recv_timeout(Duration::from_secs(60));
    if code.is_err() {
        drop(Command::new("kill").args(["-KILL", &id]).status());
    }
    assert_eq!(code, Ok(Some(0)));
}

#[test]
fn the_demo_is_open_and_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let total = |served: &Served| loop {
        let list = served.get("/api/v1/sample/events?limit=0");
        assert_eq!(list.status, 200, "{list:?}");
        let list: Value = serde_json::from_str(&list.body).unwrap();
        if list["coverage"]["taking_in"] == false {
            break list["total"].clone();
        }
    };
    for _ in 0..2 {
        let served = Served::start(folder.path(), &["--demo", "--demo-events", "9000"]);
        assert_eq!(served.path(), "/a/sample/events");
        assert_eq!(total(&served), 9000);
        let named = served.get("/api/v1/sample/events?limit=0&q=account:prod-payments");
        assert!(!named.body.contains("\"total\":0"), "{}", named.body);
    }
    assert_eq!(std::fs::read_dir(folder.path().join("waymark/demo")).unwrap().count(), 1);
}

#[test]
fn the_demo_has_sample_identities() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &["--demo", "--demo-events", "9000"]);
    let origin = format!("http://{}", served.address);
    let headers = [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let entered = served.send("POST", "/sign-in/sample", &headers, "person=auditor");
    assert_eq!((entered.status, entered.header("location")), (303, "/a/111122223333/events"), "{entered:?}");
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = served.send("GET", "/sign-in", &[("cookie", &cookie)], "");
    assert!(page.body.contains("arn:aws:sts::444455556666:assumed-role/Auditor/auditor"), "{}", page.body);
}

#[test]
fn an_archive_is_read_while_another_writes_and_beside_other_readers() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let archive = folder.path().join("My Archive");
    let archive = archive.to_str().unwrap();
    assert_eq!(run(folder.path(), &["import", logs.to_str().unwrap(), "--archive", archive]).code, 0);
    let served = Served::start(folder.path(), &["--archive", archive]);
    let name = served.address.to_string().replace(':', "-");
    let token = std::fs::read_to_string(folder.path().join(format!("waymark/run/{name}.token"))).unwrap();
    let bearer = format!("Bearer {}", token.trim());
    let get =
        || served.send("GET", "/api/v1/my-archive/events?limit=0", &[("authorization", &bearer)], "").body;
    assert!(get().contains("\"total\":30"), "{}", get());
    logs::write(&logs, "b.json", &[logs::hostile()]);
    assert_eq!(run(folder.path(), &["import", logs.to_str().unwrap(), "--archive", archive]).code, 0);
    assert!(get().contains("\"total\":31"), "{}", get());
}

#[test]
fn metrics_are_on_the_admin_listener() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let admin = taken.local_addr().unwrap();
    drop(taken);
    let served = Served::start(
        folder.path(),
        &["--logs", logs.to_str().unwrap(), "--admin-listen", &admin.to_string()],
    );
    assert_eq!(served.get("/metrics").status, 401);
    let mut stream = TcpStream::connect(admin).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: {admin}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("waymark_requests_total"), "{text}");
}

#[test]
fn a_client_that_goes_away_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &["--demo", "--demo-events", "9000"]);
    for _ in 0..3 {
        let mut stream = TcpStream::connect(served.address).unwrap();
        write!(stream, "GET /api/v1/sample/events.jsonl HTTP/1.1\r\nhost: {}\r\n\r\n", served.address)
            .unwrap();
        let mut some = [0; 64];
        stream.read_exact(&mut some).unwrap();
        assert!(some.starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!(served.get("/healthz").body, "ok\n");
}

#[test]
fn only_this_machine_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let logs = ordinary_logs(folder.path());
    crate::support::site::lay_out(&folder.path().join("site"));
    let (logs, site) = (logs.to_str().unwrap(), folder.path().join("site"));
    let site = site.to_str().unwrap();
    for (option, address) in
        [("--listen", "0.0.0.0:0"), ("--listen", "[::]:0"), ("--admin-listen", "192.0.2.1:0")]
    {
        let ended = run(folder.path(), &["serve", "--logs", logs, "--site", site, option, address]);
        assert_eq!(ended.code, 2, "{address}: {}", ended.err);
        assert!(ended.err.contains("loopback"), "{}", ended.err);
    }
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let ended = run(folder.path(), &["serve", "--logs", logs, "--site", site, "--listen", &address]);
    assert_eq!(ended.code, 1, "{}", ended.err);
    assert!(ended.err.contains(&address), "{}", ended.err);
    let named = run(folder.path(), &["serve", "--logs", logs, "--site", site, "--name", "all"]);
    assert_eq!(named.code, 2, "{}", named.err);
    let bare = run(folder.path(), &["serve", "--logs", logs, "--site", logs]);
    assert_eq!(bare.code, 2, "{}", bare.err);
}
