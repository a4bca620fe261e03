//! A small client: signs as AWS's clients do, written apart from what checks it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::hmac;
use cloudtrail::time::Time;
use sandbox::{Clock, Credentials, Events, Options, Running, Sandbox, Who};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// When the tests take place.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// A clock that moves when it is told to.
#[derive(Clone)]
pub struct Hands(Arc<AtomicI64>);

impl Hands {
    pub fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// A sandbox with a clock of its own.
pub struct Stand {
    pub running: Running,
    pub clock: Hands,
}

impl Stand {
    pub async fn empty() -> Stand {
        Stand::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Options)) -> Stand {
        let clock = Hands(Arc::new(AtomicI64::new(Time::parse(NOW).unwrap().as_millis())));
        let hands = clock.clone();
        let mut options = Options {
            clock: Clock::from_fn(move || hands.now()),
            events: Events::None,
            ..Options::default()
        };
        change(&mut options);
        Stand { running: Sandbox::start(options).await.unwrap(), clock }
    }

    /// With the time of today: the signatures of S3 are held against the computer's clock.
    pub async fn of_today() -> Stand {
        let stand = Stand::empty().await;
        let today = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        stand.clock.0.store(today as i64, Ordering::SeqCst);
        stand
    }

    /// A client with the keys of a sample identity.
    pub fn client(&self, who: Who) -> Client {
        self.client_of(self.running.credentials(who).clone())
    }

    pub fn client_of(&self, keys: Credentials) -> Client {
        Client {
            address: self.running.address().to_string(),
            keys,
            region: "eu-central-1".to_owned(),
            clock: self.clock.clone(),
            skew: 0,
        }
    }
}

#[derive(Clone)]
pub struct Client {
    address: String,
    pub keys: Credentials,
    pub region: String,
    clock: Hands,
    /// Seconds by which the client's clock is wrong.
    pub skew: i64,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
    /// The body as it came.
    pub raw: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The error's code, in either form.
    pub fn code(&self) -> String {
        match serde_json::from_str::<Value>(&self.body) {
            Ok(json) => json["__type"].as_str().or(json["error"].as_str()).unwrap_or_default().to_owned(),
            Err(_) => self.between("Code"),
        }
    }

    /// The text of the first XML element of this name.
    pub fn between(&self, name: &str) -> String {
        let rest = self.body.split_once(&format!("<{name}>")).map(|(_, rest)| rest).unwrap_or_default();
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text.to_owned()).unwrap_or_default()
    }
}

impl Client {
    pub fn in_region(&self, region: &str) -> Client {
        Client { region: region.to_owned(), ..self.clone() }
    }

    /// A call of CloudTrail.
    pub async fn trail(&self, operation: &str, input: Value) -> Answer {
        let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
        self.json_call("cloudtrail", &target, &input).await
    }

    pub async fn json_call(&self, service: &str, target: &str, input: &Value) -> Answer {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        self.signed(service, "POST", "/", &headers, &input.to_string()).await
    }

    /// A call of STS.
    pub async fn sts(&self, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("Action", operation), ("Version", "2011-06-15")];
        pairs.extend(parameters);
        let body = serde_urlencoded::to_string(pairs).unwrap();
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        self.signed("sts", "POST", "/", &[("content-type", kind)], &body).await
    }

    /// A call of S3.
    pub async fn s3(&self, method: &str, path: &str, body: &str) -> Answer {
        self.signed("s3", method, path, &[("x-amz-content-sha256", &hash(body))], body).await
    }

    pub async fn signed(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let headers = self.sign(service, method, path, headers, body);
        send(&self.address, method, path, &headers, body).await
    }

    /// All headers, with the signature.
    pub fn sign(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Vec<(String, String)> {
        let now = self.clock.now().plus(self.skew * 1000).to_string();
        let stamp = now[..19].replace(['-', ':'], "") + "Z";
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        all.push(("host".into(), self.address.clone()));
        all.push(("x-amz-date".into(), stamp.clone()));
        if let Some(token) = &self.keys.session_token {
            all.push(("x-amz-security-token".into(), token.clone()));
        }
        all.sort();
        let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        // Queries come here sorted and encoded.
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
            .collect();
        let mut canonical = format!("{method}\n{bare}\n{}\n", query.join("&"));
        for (name, value) in &all {
            writeln!(canonical, "{name}:{value}").unwrap();
        }
        write!(canonical, "\n{names}\n{}", hash(body)).unwrap();
        let scope = format!("{}/{}/{service}/aws4_request", &stamp[..8], self.region);
        let mut key = format!("AWS4{}", self.keys.secret_access_key).into_bytes();
        for part in [&stamp[..8], &self.region, service, "aws4_request"] {
            key = mac(&key, part);
        }
        let signature = hex(&mac(&key, &format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hash(&canonical))));
        let id = &self.keys.access_key_id;
        let text =
            format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        all.push(("authorization".into(), text));
        all
    }

    /// A call without a signature.
    pub async fn plain(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("host".to_owned(), self.address.clone())];
        all.extend(headers.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        send(&self.address, method, path, &all, body).await
    }

    /// What event history of the client's account and Region holds, newest first, without its own lookups.
    pub async fn history(&self) -> Vec<Value> {
        let answer = self.trail("LookupEvents", serde_json::json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let events = answer.json()["Events"].as_array().unwrap().clone();
        let records = events
            .iter()
            .map(|event| serde_json::from_str(event["CloudTrailEvent"].as_str().unwrap()).unwrap());
        records.filter(|record: &Value| record["eventName"] != "LookupEvents").collect()
    }
}

/// Sends a request over a connection of its own.
pub async fn send(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(String, String)],
    body: &str,
) -> Answer {
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    request.push_str("\r\n");
    request.push_str(body);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let raw = bytes.get(end + 4..).unwrap_or_default().to_vec();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head, body: String::from_utf8_lossy(&raw).into_owned(), raw }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").unwrap();
        out
    })
}
