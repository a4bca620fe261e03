//! The program itself, as a child process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// `waymark`, with its own data in a folder of the test's.
pub fn waymark(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waymark"));
    command
        .env_remove("RUST_LOG")
        .env_remove("COLUMNS")
        .env_remove("WAYMARK_SITE")
        .env_remove("WAYMARK_SAMPLE");
    command.env("XDG_DATA_HOME", data).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn run(data: &Path, arguments: &[&str]) -> Ended {
    Ended::from(waymark(data).args(arguments).output().unwrap())
}

/// A program that has ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// `waymark serve`, running.
pub struct Served {
    child: Child,
    /// The address it printed.
    pub url: String,
    /// Where it listens.
    pub address: SocketAddr,
    out: Option<std::thread::JoinHandle<String>>,
    err: Option<std::thread::JoinHandle<String>>,
}

impl Served {
    /// Starts it on a free port and waits until it says where.
    pub fn start(data: &Path, arguments: &[&str]) -> Served {
        Served::start_with(data, arguments, &[])
    }

    /// The same with more in its environment.
    pub fn start_with(data: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Served {
        let mut command = waymark(data);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        Served::of(data, command)
    }

    /// Starts a shared deployment and waits until it says where it listens.
    pub fn start_shared(data: &Path, config: &Path) -> Served {
        let mut command = waymark(data);
        command.args(["serve", "--config"]).arg(config);
        Served::of(data, command)
    }

    fn of(data: &Path, mut command: Command) -> Served {
        let site = data.join("site");
        super::site::lay_out(&site);
        command.arg("--site").arg(site).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut err = child.stderr.take().unwrap();
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        let mut first = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        // A shared deployment says it in JSON.
        let address =
            first.trim().strip_prefix("{\"listening\":\"").and_then(|rest| rest.strip_suffix("\"}"));
        let url = address.map_or(first.trim().to_owned(), |address| format!("http://{address}"));
        let out = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            text
        });
        let host = url.strip_prefix("http://").and_then(|rest| rest.split('/').next());
        let Some(host) = host else {
            child.wait().unwrap();
            panic!("it printed `{url}` and {}", err.join().unwrap());
        };
        Served { child, address: host.parse().unwrap(), url, out: Some(out), err: Some(err) }
    }

    /// The path and query of the address it printed.
    pub fn path(&self) -> &str {
        &self.url["http://".len() + self.address.to_string().len()..]
    }

    /// Tells it to stop, and gives what it printed on standard output after the first line.
    #[cfg(unix)]
    pub fn printed(mut self) -> String {
        let out = self.out.take().unwrap();
        self.stop();
        out.join().unwrap()
    }

    /// Sends a request over a connection of its own and reads the answer to its end.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Reply::parse(&bytes)
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    /// Tells it to stop and waits until it has; gives its exit code and what it said.
    #[cfg(unix)]
    pub fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        (status.code(), self.err.take().unwrap().join().unwrap())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Reply {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("no end of the headers");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { unchunked(&bytes[end + 4..]) } else { bytes[end + 4..].to_vec() };
        Reply { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// A header's value; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n").expect("no end of a chunk's size");
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        let start = end + 2;
        body.extend_from_slice(&bytes[start..start + size]);
        bytes = &bytes[start + size + 2..];
    }
}

/// A folder with the ordinary logs in it.
pub fn ordinary_logs(folder: &Path) -> PathBuf {
    let logs = folder.join("logs");
    super::logs::write(&logs, "a.json", &super::logs::ordinary());
    logs
}
