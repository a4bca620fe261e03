//! How much the first load of the Events page transfers: the page itself, script, WebAssembly and style
//! sheet as Brotli, and the fonts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::build::Built;
use crate::error::{Error, Result};
use crate::workspace::Workspace;
use crate::{files, run, sample, say, site};

/// What is at most transferred on the first load, without and with fonts (bytes).
const BAR: u64 = 350_000;
const FONTS_BAR: u64 = 90_000;

/// Measures a release build of the site and prints a table to stdout.
pub fn report(workspace: &Workspace, built: &Built) -> Result<()> {
    let step = say::step("measuring the first load");
    let page = events_page(workspace, built)?;
    let mut rows = vec![("page (html)".to_owned(), site::brotli_of(&page, 5).len() as u64)];
    for path in site::page_files(&built.site)? {
        let kind = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        rows.push((kind, site::transfer_size(&path)?));
    }
    let mut fonts = 0;
    for path in files::below(&built.site)? {
        if path.extension().is_some_and(|extension| extension == "woff2") {
            fonts += site::transfer_size(&path)?;
        }
    }
    step.done();

    let sum = rows.iter().map(|(_, size)| size).sum();
    println!("\nfirst load of the Events page, Brotli");
    for (name, size) in &rows {
        println!("  {name:<12} {:>10}", say::human_size(*size));
    }
    println!("  {:<12} {:>10}   {}", "sum", say::human_size(sum), verdict(sum, BAR));
    println!("  {:<12} {:>10}   {}", "fonts", say::human_size(fonts), verdict(fonts, FONTS_BAR));
    Ok(())
}

fn verdict(size: u64, bar: u64) -> String {
    format!("{} the bar of {}", if size <= bar { "within" } else { "OVER" }, say::human_size(bar))
}

/// Starts the server on the sample account and fetches the page that its address leads to.
fn events_page(workspace: &Workspace, built: &Built) -> Result<Vec<u8>> {
    let unreachable =
        |error: std::io::Error| Error::advice(format!("the measured server does not answer: {error}"));
    let listen =
        TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr()).map_err(unreachable)?;
    let mut command = run::server(workspace, built, sample::DEFAULT_EVENTS, listen, "measure")?;
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|source| Error::Start { program: built.server.display().to_string(), source })?;
    let _server = Server(child);
    wait_until_ready(listen).map_err(unreachable)?;

    let mut path = "/".to_owned();
    for _ in 0..10 {
        let answer = get(listen, &path).map_err(unreachable)?;
        match answer.location {
            Some(location) => path = location,
            None if answer.status == 200 => return Ok(answer.body),
            None => {
                return Err(Error::advice(format!(
                    "the measured server answers {} for {path}",
                    answer.status
                )));
            }
        }
    }
    Err(Error::advice(format!("the measured server redirects without end (at last to {path})")))
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server takes the sample account in within seconds; a minute means that something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until the server answers and has taken everything in: before, its page shows less than it will.
fn wait_until_ready(address: SocketAddr) -> std::io::Result<()> {
    let started = Instant::now();
    loop {
        let is_ready = get(address, "/api/v1/sample/events?limit=0").map(|answer| is_taken_in(&answer.body));
        match is_ready {
            Ok(true) => return Ok(()),
            Err(error) if started.elapsed() > PATIENCE => return Err(error),
            _ if started.elapsed() > PATIENCE => return Err(std::io::ErrorKind::TimedOut.into()),
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn is_taken_in(answer: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(answer)
        .is_ok_and(|answer| answer["coverage"]["taking_in"] == serde_json::Value::Bool(false))
}

struct Answer {
    status: u16,
    location: Option<String>,
    body: Vec<u8>,
}

/// One GET over HTTP/1.1, as simple as a measurement needs it.
fn get(address: SocketAddr, path: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )?;
    read_answer(&mut BufReader::new(stream))
}

fn read_answer(reader: &mut impl BufRead) -> std::io::Result<Answer> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let (mut location, mut chunked) = (None, false);
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "location" => location = Some(value.trim().to_owned()),
            "transfer-encoding" => chunked = value.trim().eq_ignore_ascii_case("chunked"),
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        while let Some(length) = chunk_length(reader)? {
            reader.by_ref().take(length).read_to_end(&mut body)?;
            line.clear();
            reader.read_line(&mut line)?;
        }
    } else {
        reader.read_to_end(&mut body)?;
    }
    Ok(Answer { status, location, body })
}

/// The length of the next chunk, none after the last.
fn chunk_length(reader: &mut impl BufRead) -> std::io::Result<Option<u64>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let digits = line.split(';').next().unwrap_or_default().trim();
    let length = u64::from_str_radix(digits, 16)
        .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))?;
    Ok((length > 0).then_some(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_when_it_says_that_everything_is_taken_in() {
        assert!(is_taken_in(br#"{"events": [], "coverage": {"taking_in": false}}"#));
        assert!(!is_taken_in(br#"{"events": [], "coverage": {"taking_in": true}}"#));
        assert!(!is_taken_in(b"not found"));
    }

    #[test]
    fn a_redirect_says_where_to() {
        let mut text =
            b"HTTP/1.1 303 See Other\r\nLocation: /a/sample/events\r\ncontent-length: 0\r\n\r\n".as_slice();
        let answer = read_answer(&mut text).unwrap();
        assert_eq!((answer.status, answer.location.as_deref()), (303, Some("/a/sample/events")));
    }

    #[test]
    fn a_chunked_page_is_put_together() {
        let mut text =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n1;x=y\r\n>\r\n0\r\n\r\n"
                .as_slice();
        assert_eq!(read_answer(&mut text).unwrap().body, b"<html>");
    }

    #[test]
    fn a_broken_chunk_is_an_error_and_no_short_page() {
        let mut text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\n".as_slice();
        assert!(read_answer(&mut text).is_err());
    }
}
