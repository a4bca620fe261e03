//! `waymark sandbox`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use crate::support::program::{run, waymark};

/// Stops it also when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_prints_what_clients_need_and_answers_them() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut command = waymark(folder.path());
    command.args(["sandbox", "--listen", "127.0.0.1:0", "--events", "6000", "--quota", "aws", "--state"]);
    let child = command.arg(&state).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut identities = Vec::new();
    while identities.len() < 2 {
        let mut exports = HashMap::new();
        while !exports.contains_key("AWS_SECRET_ACCESS_KEY") {
            let line = lines.next().expect("it ended").unwrap();
            if let Some((name, value)) = line.strip_prefix("export ").and_then(|rest| rest.split_once('=')) {
                exports.insert(name.to_owned(), value.to_owned());
            }
        }
        identities.push(exports);
    }
    assert_ne!(identities[0]["AWS_ACCESS_KEY_ID"], identities[1]["AWS_ACCESS_KEY_ID"]);
    assert!(identities.iter().all(|exports| exports.contains_key("AWS_REGION")));
    let address = identities[0]["AWS_ENDPOINT_URL"].strip_prefix("http://").unwrap();

    let mut stream = TcpStream::connect(address).unwrap();
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("MissingAuthenticationToken"), "{answer}");
    assert!(state.join("events.jsonl").is_file(), "nothing is kept");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let ended = run(folder.path(), &["sandbox", "--listen", &address, "--events", "6000"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{}", ended.err);
    assert!(ended.err.contains(&address), "{}", ended.err);
}
