//! How fast event history comes: the sandbox in this process, AWS's own SDK and HTTP in between, and a cache on disk.
//!
//! `cargo xtask bench` runs this in release. Three things are measured:
//!
//! - with AWS's limits, how much of what they allow is used while an account is fetched, and that nothing is throttled;
//! - without limits, how many events a second come into the cache;
//! - how long it takes until somebody who has never been here sees rows.
//!
//! Arguments: `--events N` (default 20,000, over all Regions) and `--quick` (without the first, which AWS's limits make slow).

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use archive::Request;
use cloudtrail::search::{Search, TimeRange, parse};
use cloudtrail::time::{DAY, MINUTE, Time};
use gateway::regions::ENABLED;
use gateway::sync::{History, View};
use gateway::{Attribute, Credentials, Gateway, Lookup, Options};
use sandbox::{Events, Quota, Running, Sandbox, Who};
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";
/// As long as a page waits for AWS's first answers.
const PATIENCE: Duration = Duration::from_millis(900);
/// How often the first rows are waited for; the median counts.
const FIRST_LOOKS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<usize>().ok()
    };
    let events = after("--events").unwrap_or(20_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let results = runtime.block_on(async {
        let mut results = Vec::new();
        if !arguments.iter().any(|argument| argument == "--quick") {
            results.push(with_quota(events).await);
        }
        results.push(without_quota(events * 3).await);
        results.push(first_rows(events).await);
        results
    });
    for result in &results {
        println!("{result}");
    }
    if let Some(path) = std::env::var_os("WAYMARK_BENCH_OUT") {
        let text = json!({"results": results}).to_string();
        std::fs::write(path, text).expect("the results are written");
    }
}

/// How much of what AWS allows is used: calls made, of those that two a second and two at once allow in all Regions.
async fn with_quota(events: usize) -> Value {
    let sandbox = start(Quota::Aws, events).await;
    let gateway = Gateway::new(options(&sandbox));
    let place = Place::new(&sandbox, gateway.clone()).await;
    let started = Instant::now();
    let view = place.whole("", events, true).await;
    let seconds = started.elapsed().as_secs_f64();
    let fetched = count(&view).await;
    let (mut calls, mut throttled) = (0, 0);
    for region in ENABLED {
        let of_region = lookups(&gateway, &place.credentials, region).await;
        calls += of_region.len();
        throttled += of_region.iter().filter(|record| record.contains("ThrottlingException")).count();
    }
    // AWS's own rate, and not the little less that the gateway keeps to.
    let allowed = ENABLED.len() as f64 * (2.0 + 2.0 * seconds);
    json!({
        "name": format!("event history of 17 Regions, AWS's limits, {events} events"),
        "seconds": seconds,
        "events_per_s": fetched as f64 / seconds,
        "quota_share": calls as f64 / allowed,
        "throttled": throttled,
        "bar": {"quota_share": 0.95, "throttled": 0.0},
    })
}

/// How many events a second come into the cache when nothing but this machine limits them.
async fn without_quota(events: usize) -> Value {
    let sandbox = start(Quota::Off, events).await;
    let place = Place::new(&sandbox, Gateway::without_limits(options(&sandbox))).await;
    let started = Instant::now();
    let view = place.whole("", events, false).await;
    let seconds = started.elapsed().as_secs_f64();
    let fetched = count(&view).await;
    assert!(fetched >= events as u64, "{fetched} of {events} events came");
    json!({
        "name": format!("event history of 17 Regions, no limits, {events} events"),
        "seconds": seconds,
        "events_per_s": fetched as f64 / seconds,
        "bar": {"events_per_s": 5_000.0},
    })
}

/// From asking for an account that nobody has looked at to a page of rows, as the first page asks: writes only.
async fn first_rows(events: usize) -> Value {
    let sandbox = start(Quota::Aws, events).await;
    let mut times = Vec::new();
    for _ in 0..FIRST_LOOKS {
        // The same account, and none of what was fetched or asked before.
        let place = Place::new(&sandbox, Gateway::new(options(&sandbox))).await;
        let started = Instant::now();
        let view = place.open("readOnly:false").await;
        let request = Request {
            facets: Some(50),
            histogram: Some(120),
            ..Request::newest(search("readOnly:false"), 100)
        };
        let page = view.archive.search(&request).await.expect("an answer");
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        assert!(!page.rows.is_empty(), "no rows");
        place.history.forget_account("aws", ACCOUNT).await.expect("forgotten");
        // AWS's limit is the account's: the next first look has its own calls again.
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    times.sort_by(f64::total_cmp);
    json!({
        "name": "first rows of an account nobody has looked at",
        "milliseconds": times[times.len() / 2],
        "bar": {"milliseconds": 1_500.0},
    })
}

/// Somebody, and an empty cache.
struct Place {
    history: History,
    credentials: Credentials,
    caller: gateway::Caller,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new(sandbox: &Running, gateway: Gateway) -> Place {
        let keys = sandbox.credentials(Who::Auditor);
        let credentials =
            Credentials::new(keys.access_key_id.clone(), keys.secret_access_key.clone(), None, None)
                .expect("credentials");
        let caller = gateway.caller(&credentials).await.expect("a caller");
        let folder = tempfile::tempdir().expect("a folder");
        let history = History::new(gateway, folder.path().to_owned());
        Place { history, credentials, caller, _folder: folder }
    }

    async fn open(&self, query: &str) -> View {
        let opened = self.history.open(&self.credentials, &self.caller, &search(query), PATIENCE).await;
        opened.expect("a cache")
    }

    /// Waits until all Regions are complete, as a page does that asks again when something changed.
    async fn whole(&self, query: &str, events: usize, is_slow: bool) -> View {
        let mut changes = self.history.changes(&self.caller).await.expect("a cache");
        let mut told = Instant::now();
        loop {
            let view = self.open(query).await;
            if view.regions.iter().all(|region| region.back_to == view.range.0 && !region.is_fetching) {
                return view;
            }
            if is_slow && told.elapsed() > Duration::from_secs(2) {
                let fetched: u64 = view.regions.iter().map(|region| region.fetched).sum();
                eprint!("\r{fetched} of {events} events");
                std::io::stderr().flush().ok();
                told = Instant::now();
            }
            changes.changed().await.expect("somebody fetches");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The sandbox with so many events of the account, evenly over all Regions and the last eighty days.
async fn start(quota: Quota, events: usize) -> Running {
    let options = sandbox::Options { quota, events: Events::None, ..sandbox::Options::default() };
    let sandbox = Sandbox::start(options).await.expect("a sandbox");
    let now = now();
    let each = events.div_ceil(ENABLED.len());
    let apart = 80 * DAY / each as i64;
    let of = |number: usize| record(number, now.plus((number / ENABLED.len()) as i64 * -apart));
    let records: Vec<String> = (0..events).map(of).collect();
    sandbox.add_events(records.iter().map(String::as_str)).expect("records");
    sandbox
}

/// A record of the size and variety of an ordinary one.
fn record(number: usize, time: Time) -> String {
    const CALLS: [(&str, &str); 8] = [
        ("ec2", "DescribeInstances"),
        ("s3", "GetBucketAcl"),
        ("iam", "ListRoles"),
        ("sts", "AssumeRole"),
        ("kms", "Decrypt"),
        ("ec2", "StopInstances"),
        ("logs", "DescribeLogGroups"),
        ("lambda", "GetFunction20150331v2"),
    ];
    let (service, name) = CALLS[number / ENABLED.len() % CALLS.len()];
    let (region, session) = (ENABLED[number % ENABLED.len()], number % 97);
    let time = Time::from_millis(time.as_millis() / 1_000 * 1_000);
    let id = format!("{number:08x}-5ea1-4b1d-8f00-{:012x}", number * 7_919);
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE{session:04}:build-{session}","arn":"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/build-{session}","accountId":"{ACCOUNT}","accessKeyId":"ASIAEXAMPLE{session:08}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE{session:04}","arn":"arn:aws:iam::{ACCOUNT}:role/Deploy","accountId":"{ACCOUNT}","userName":"Deploy"}},"attributes":{{"creationDate":"{time}","mfaAuthenticated":"false"}}}}}},"eventTime":"{time}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"203.0.113.{}","userAgent":"aws-cli/2.31.3 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7","requestParameters":{{"bucketName":"example-{session}","instancesSet":{{"items":[{{"instanceId":"i-0{number:015x}"}}]}},"filterSet":{{}}}},"responseElements":null,"requestID":"{id}","eventID":"{id}","readOnly":{},"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{ACCOUNT}","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.{region}.amazonaws.com"}}}}"#,
        number % 250,
        name != "StopInstances",
    )
}

/// The records of all LookupEvents calls that were made in a Region.
async fn lookups(gateway: &Gateway, credentials: &Credentials, region: &str) -> Vec<String> {
    let attribute = Attribute { key: "EventName", value: "LookupEvents".to_owned() };
    // The end is left out, and the last calls were made in this second.
    let range = (now().plus(-DAY), now().plus(MINUTE));
    let (mut records, mut token) = (Vec::new(), None::<String>);
    loop {
        let wanted = Lookup {
            account: ACCOUNT,
            region,
            range,
            attribute: Some(&attribute),
            insights: false,
            token: token.as_deref(),
        };
        let page = gateway.lookup(credentials, &wanted).await.expect("a page");
        records.extend(page.records);
        token = page.token;
        if token.is_none() {
            // These questions are recorded only after they were answered; those before the last are known by what they ask for.
            records.retain(|record| !record.contains("attributeKey"));
            return records;
        }
    }
}

async fn count(view: &View) -> u64 {
    view.archive.search(&Request::newest(search("-event:LookupEvents"), 0)).await.expect("an answer").total
}

fn search(query: &str) -> Search {
    Search { query: parse(query).expect("a query"), range: TimeRange::default() }
}

fn options(sandbox: &Running) -> Options {
    Options { endpoint: Some(sandbox.url()), regions: Vec::new(), clock: Arc::new(now) }
}

fn now() -> Time {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
    Time::from_millis(now.as_millis() as i64)
}
