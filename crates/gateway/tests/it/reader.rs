//! Somebody who looks at an account's event history, and a clock that can be put forward.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use archive::{Covered, Request};
use cloudtrail::search::{Search, TimeRange, parse};
use cloudtrail::time::Time;
use gateway::sync::{History, Options, View};
use gateway::{Attribute, Caller, Clock, Credentials, Gateway, Lookup};
use sandbox::{Running, Who};

use crate::support::{keys, options, system_clock};

/// Longer than anything takes here; a test ends when what it waits for is there.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const ACCOUNT: &str = "111122223333";

pub struct Reader {
    pub history: History,
    pub credentials: Credentials,
    pub caller: Caller,
    pub folder: Arc<tempfile::TempDir>,
}

impl Reader {
    pub async fn new(gateway: Gateway, credentials: Credentials) -> Reader {
        Reader::with(gateway, credentials, Options::default()).await
    }

    pub async fn with(gateway: Gateway, credentials: Credentials, options: Options) -> Reader {
        Reader::in_folder(Arc::new(tempfile::tempdir().unwrap()), gateway, credentials, options).await
    }

    pub async fn in_folder(
        folder: Arc<tempfile::TempDir>,
        gateway: Gateway,
        credentials: Credentials,
        options: Options,
    ) -> Reader {
        let history = History::with_options(gateway.clone(), folder.path().to_owned(), options);
        let caller = gateway.caller(&credentials).await.unwrap();
        Reader { history, credentials, caller, folder }
    }

    /// Somebody else of the same account who looks at the same cache.
    pub fn with_keys(&self, credentials: Credentials) -> Reader {
        let (history, caller, folder) = (self.history.clone(), self.caller.clone(), self.folder.clone());
        Reader { history, credentials, caller, folder }
    }

    pub async fn open(&self, query: &str) -> View {
        self.history.open(&self.credentials, &self.caller, &search(query), PATIENCE).await.unwrap()
    }

    /// Waits until everything that a search can find is there.
    pub async fn whole(&self, query: &str) -> View {
        let mut changes = self.history.changes(&self.caller).await.unwrap();
        loop {
            let view = self.open(query).await;
            if view.regions.iter().all(|region| region.back_to == view.range.0 && !region.is_fetching) {
                return view;
            }
            // A change may have come before the question; the pause is for that, not for the work.
            let _ = tokio::time::timeout(Duration::from_millis(200), changes.changed()).await;
        }
    }

    /// What was fetched of a Region and is final.
    pub async fn covered(&self, view: &View, region: &str) -> Vec<Covered> {
        view.archive.covered(&self.caller.account, Some(region)).await.unwrap()
    }
}

pub fn search(query: &str) -> Search {
    Search { query: parse(query).unwrap(), range: TimeRange::default() }
}

pub async fn ids(view: &View, query: &str) -> HashSet<String> {
    let page = view.archive.search(&Request::newest(search(query), 100_000)).await.unwrap();
    page.rows.into_iter().map(|row| row.id).collect()
}

/// A gateway that does not wait for AWS's limits, with a clock of its own.
pub fn unlimited(sandbox: &Running, regions: &[&str], clock: Clock) -> Gateway {
    Gateway::without_limits(gateway::Options { clock, ..options(sandbox.url(), regions) })
}

/// A clock that stands still: however long a test takes, nothing grows old meanwhile.
pub fn still_clock() -> Clock {
    movable_clock().0
}

/// A clock that stands still, and how far it is put forward, in milliseconds.
pub fn movable_clock() -> (Clock, Arc<AtomicI64>) {
    let forward = Arc::new(AtomicI64::new(0));
    let (start, by) = (system_clock()(), forward.clone());
    (Arc::new(move || start.plus(by.load(Ordering::SeqCst))), forward)
}

/// A record of one second, with the name of a call.
pub fn record(id: &str, region: &str, time: Time, name: &str, read_only: bool) -> String {
    let time = Time::from_millis(time.as_millis() / 1_000 * 1_000);
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::{ACCOUNT}:user/jo","accountId":"{ACCOUNT}","accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"jo"}},"eventTime":"{time}","eventSource":"ec2.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.0","readOnly":{read_only},"eventID":"{id}","eventType":"AwsApiCall","managementEvent":true,"eventCategory":"Management","recipientAccountId":"{ACCOUNT}"}}"#
    )
}

/// How many LookupEvents calls the sandbox has recorded in a Region, and how many of them asked for an attribute.
pub async fn lookups(sandbox: &Running, region: &str) -> (usize, usize) {
    let gateway = unlimited(sandbox, &[region], system_clock());
    let credentials = keys(sandbox, Who::Administrator);
    let now = system_clock()();
    let attribute = Attribute { key: "EventName", value: "LookupEvents".to_owned() };
    let (mut token, mut counts) = (None, (0, 0));
    loop {
        let wanted = Lookup {
            account: ACCOUNT,
            region,
            range: (now.plus(-3_600_000), now.plus(60_000)),
            attribute: Some(&attribute),
            insights: false,
            token: token.as_deref(),
        };
        let page = gateway.lookup(&credentials, &wanted).await.unwrap();
        // These calls themselves are the administrator's.
        let others = page.records.iter().filter(|record| !record.contains(":user/administrator"));
        for record in others {
            counts.0 += 1;
            counts.1 += usize::from(record.contains("attributeKey"));
        }
        token = page.token;
        if token.is_none() {
            return counts;
        }
    }
}
