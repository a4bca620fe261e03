//! A browser that signs in: it keeps its cookie, and sends forms as browsers do.

use std::fmt::Write as _;

use axum::http::{Method, StatusCode};
use cloudtrail::time::Time;
use sandbox::{Credentials, Events, Options, Running, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use waymark_server::serve::sandbox::sign_in;

use super::server::{Answer, HOST, Server};

/// A server with sign-in to a sandbox that holds no events.
pub async fn with_sandbox() -> (Server, Running) {
    let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
    // Calls are signed by the computer's clock, which the sandbox therefore has too.
    let now = Time::from_millis(jiff::Timestamp::now().as_millisecond());
    let server = Server::signing_in(now, |clock| sign_in(&running, clock).unwrap()).await;
    (server, running)
}

/// What a person does on the page of Identity Center: `approve` or `deny`.
pub async fn decide(running: &Running, code: &str, action: &str) {
    let body = encoded(&[("user_code", code), ("person", "ana.lima@example.com"), ("action", action)]);
    let request = format!(
        "POST /device HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        running.address(),
        body.len()
    );
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// What somebody sees of a server.
pub struct Browser<'a> {
    server: &'a Server,
    /// The session cookie, as `name=value`.
    pub cookie: Option<String>,
    /// Everything that came, with headers.
    pub seen: String,
}

impl<'a> Browser<'a> {
    /// One that has never been here.
    pub fn new(server: &'a Server) -> Browser<'a> {
        Browser::with_cookie(server, None)
    }

    /// One that has this cookie.
    pub fn with_cookie(server: &'a Server, cookie: Option<String>) -> Browser<'a> {
        Browser { server, cookie, seen: String::new() }
    }

    /// Opens an address.
    pub async fn get(&mut self, address: &str) -> Answer {
        self.send(Method::GET, address, &[], "").await
    }

    /// Sends a form from one of the server's own pages.
    pub async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{HOST}");
        let headers = [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, address, &headers, &encoded(fields)).await
    }

    /// Signs in and expects to be let in.
    pub async fn enter(&mut self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(address, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer
    }

    /// Sends anything, with the cookie.
    pub async fn send(
        &mut self,
        method: Method,
        address: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut headers = headers.to_vec();
        let cookie = self.cookie.clone();
        if let Some(cookie) = &cookie {
            headers.push(("cookie", cookie));
        }
        let answer = self.server.send(method, address, &headers, body).await;
        let _ = writeln!(self.seen, "{:?}\n{}", answer.headers, answer.body);
        if let Some(cookie) = answer.headers.get("set-cookie") {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!cookie.ends_with('=')).then(|| cookie.to_owned());
        }
        answer
    }
}

/// The lines that people copy.
pub fn block(keys: &Credentials) -> String {
    let mut block = format!(
        "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n",
        keys.access_key_id, keys.secret_access_key
    );
    if let Some(token) = &keys.session_token {
        let _ = writeln!(block, "export AWS_SESSION_TOKEN={token}");
    }
    if let Some(expires) = keys.expires {
        let _ = writeln!(block, "export AWS_CREDENTIAL_EXPIRATION={expires}");
    }
    block
}

/// A form as browsers send it.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        let _ = write!(body, "{}{name}=", if body.is_empty() { "" } else { "&" });
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() {
                body.push(char::from(byte));
            } else {
                let _ = write!(body, "%{byte:02X}");
            }
        }
    }
    body
}
