//! The server's router over a small archive, without a port.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use archive::{IntakeOptions, Writer};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use cloudtrail::time::Time;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use waymark_server::clock::Clock;
use waymark_server::http::access::AccessLog;
use waymark_server::http::entry::{Entry, Secrets};
use waymark_server::http::metrics::Metrics;
use waymark_server::http::sign_in::SignIn;
use waymark_server::http::site::Site;
use waymark_server::http::{self, Context, Parts, Reach};
use waymark_server::services::{Accounts, TakingIn};
use waymark_server::session::Lasting;
use waymark_server::store::{Keys, Store};

use super::{logs, site};

/// The host the requests are sent to.
pub const HOST: &str = "127.0.0.1:3000";

/// A server that is not listening.
pub struct Server {
    pub router: Router,
    pub admin: Router,
    pub secrets: Option<Secrets>,
    pub taking_in: TakingIn,
    pub context: Context,
    now: Arc<AtomicI64>,
    folder: TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header as text; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

impl Server {
    /// Open to anyone, with these records as account `test`.
    pub async fn open(records: &[Value]) -> Server {
        Server::with(records, true, noon(), |_| None).await
    }

    /// Open to those with its secrets, with the ordinary logs as account `test`.
    pub async fn guarded() -> Server {
        Server::with(&logs::ordinary(), false, noon(), |_| None).await
    }

    /// The same, only for those with its secrets.
    pub async fn guarded_signing_in(start: Time, sign_in: impl FnOnce(&Clock) -> SignIn) -> Server {
        Server::with(&logs::ordinary(), false, start, |clock| Some(sign_in(clock))).await
    }

    /// The same, with everything that it keeps in its folder, as a team's server keeps it.
    pub async fn keeping(start: Time, sign_in: impl FnOnce(&Clock) -> SignIn) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::read(&[Keys::make()]).unwrap();
        let store = Store::open(folder.path().join("waymark.sqlite").to_str().unwrap(), keys).await.unwrap();
        let kept = (folder, store, Lasting::Sealed);
        Server::put_together(&logs::ordinary(), true, start, kept, |clock| Some(sign_in(clock))).await
    }

    /// Open to anyone, with sign-in, beginning at some time.
    pub async fn signing_in(start: Time, sign_in: impl FnOnce(&Clock) -> SignIn) -> Server {
        Server::with(&logs::ordinary(), true, start, |clock| Some(sign_in(clock))).await
    }

    async fn with(
        records: &[Value],
        anyone: bool,
        start: Time,
        sign_in: impl FnOnce(&Clock) -> Option<SignIn>,
    ) -> Server {
        let store = Store::in_memory().await.unwrap();
        let kept = (tempfile::tempdir().unwrap(), store, Lasting::InMemory);
        Server::put_together(records, anyone, start, kept, sign_in).await
    }

    async fn put_together(
        records: &[Value],
        anyone: bool,
        start: Time,
        (folder, store, lasting): (TempDir, Store, Lasting),
        sign_in: impl FnOnce(&Clock) -> Option<SignIn>,
    ) -> Server {
        logs::write(&folder.path().join("logs"), "a.json", records);
        site::lay_out(&folder.path().join("site"));
        let writer = Writer::open(&folder.path().join("archive")).await.unwrap();
        let sources = [folder.path().join("logs")];
        writer.take_in(&sources, &IntakeOptions::default(), |_| {}).await.unwrap();

        let now = Arc::new(AtomicI64::new(start.as_millis()));
        let told = now.clone();
        let clock = Clock::from_fn(move || Time::from_millis(told.load(Ordering::Relaxed)));
        let (entry, secrets) = if anyone {
            (Entry::anyone(), None)
        } else {
            let (entry, secrets) = Entry::starter(&clock);
            (entry, Some(secrets))
        };
        let metrics = Arc::new(Metrics::default());
        let mut accounts = Accounts::new(metrics.clone(), clock.clone());
        let taking_in = TakingIn::default();
        accounts.add("test".to_owned(), anyone, writer.archive(), taking_in.clone());
        let site = Site::open(Some(&folder.path().join("site"))).unwrap();
        let context = Context::new(Parts {
            accounts: Arc::new(accounts),
            entry,
            sign_in: sign_in(&clock),
            caches: folder.path().join("caches"),
            keep: gateway::sync::Options::default(),
            own: None,
            access: AccessLog::new(store.clone(), clock.clone()),
            store,
            lasting,
            reach: Reach::Loopback { port: 3000 },
            trusted_proxies: Vec::new(),
            metrics,
            site,
            clock,
        });
        let admin = http::admin::router(context.clone());
        let router = http::router(context.clone());
        Server { router, admin, secrets, taking_in, context, now, folder }
    }

    /// The folder with everything that it keeps.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets time pass.
    pub fn pass(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::Relaxed);
    }

    /// A GET.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Method::GET, address, &[], "").await
    }

    /// A GET with headers.
    pub async fn get_with(&self, address: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, address, headers, "").await
    }

    /// Any request; `host` is [`HOST`] unless a header says otherwise.
    pub async fn send(&self, method: Method, address: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(&self.router, method, address, headers, body).await
    }
}

fn noon() -> Time {
    Time::parse("2026-11-22T12:00:00Z").unwrap()
}

/// Sends a request to a router.
pub async fn send(
    router: &Router,
    method: Method,
    address: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(address);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", HOST);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}
