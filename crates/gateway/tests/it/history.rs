//! Event history into caches: what is covered, what is fetched, and who may read it.

use std::collections::HashSet;
use std::time::Duration;

use archive::{Place, Request};
use cloudtrail::search::{Search, TimeRange, parse};
use gateway::sync::{History, RegionState, View};
use gateway::{Caller, Credentials, Gateway};
use sandbox::{Events, Running, Who};

use crate::support::{gateway, keys, sandbox};

const REGIONS: [&str; 3] = ["eu-central-1", "us-east-1", "eu-west-1"];
/// Longer than anything takes here; a test ends when what it waits for is there.
const PATIENCE: Duration = Duration::from_secs(30);

struct Reader {
    history: History,
    credentials: Credentials,
    caller: Caller,
    _folder: tempfile::TempDir,
}

impl Reader {
    async fn new(gateway: Gateway, credentials: Credentials) -> Reader {
        let folder = tempfile::tempdir().unwrap();
        let history = History::new(gateway.clone(), folder.path().to_owned());
        let caller = gateway.caller(&credentials).await.unwrap();
        Reader { history, credentials, caller, _folder: folder }
    }

    async fn open(&self) -> View {
        self.history.open(&self.credentials, &self.caller, (None, None), PATIENCE).await.unwrap()
    }

    /// Waits until everything is there.
    async fn whole(&self) -> View {
        let mut changes = self.history.changes(&self.caller).await.unwrap();
        loop {
            let view = self.open().await;
            if view.regions.iter().all(|region| region.back_to == view.range.0 && !region.is_fetching) {
                return view;
            }
            // A change may have come before the question; the pause is for that, not for the work.
            let _ = tokio::time::timeout(Duration::from_millis(200), changes.changed()).await;
        }
    }
}

async fn ids(view: &View, query: &str) -> HashSet<String> {
    let search = Search { query: parse(query).unwrap(), range: TimeRange::default() };
    let request = Request { search, place: Place::Newest, limit: 100_000, facets: None, histogram: None };
    view.archive.search(&request).await.unwrap().rows.into_iter().map(|row| row.id).collect()
}

async fn start(events: u64) -> (Running, Gateway) {
    let sandbox = sandbox(Events::Sample(events)).await;
    let gateway = gateway(&sandbox, &REGIONS);
    (sandbox, gateway)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_has_rows_and_the_rest_follows() {
    let (sandbox, gateway) = start(1_000).await;
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    let first = reader.open().await;
    assert!(
        first.regions.iter().all(|region| matches!(region.state, RegionState::Open)),
        "{:?}",
        first.regions
    );
    assert!(!ids(&first, "").await.is_empty());

    let whole = reader.whole().await;
    let all = ids(&whole, "").await;
    assert!(all.len() > 100, "{}", all.len());
    let regions: HashSet<String> = REGIONS.iter().map(|region| (*region).to_owned()).collect();
    let search = Search { query: parse("").unwrap(), range: TimeRange::default() };
    let request = Request { search, place: Place::Newest, limit: 100_000, facets: None, histogram: None };
    let seen: HashSet<String> =
        whole.archive.search(&request).await.unwrap().rows.into_iter().map(|row| row.region).collect();
    assert!(seen.is_subset(&regions) && seen.len() > 1, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_not_fetched_again() {
    let (sandbox, gateway) = start(1_000).await;
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    let whole = reader.whole().await;
    let fetched: u64 = whole.regions.iter().map(|region| region.fetched).sum();
    let again = reader.open().await;
    assert!(!again.is_fetching(), "{:?}", again.regions);
    assert_eq!(again.regions.iter().map(|region| region.fetched).sum::<u64>(), fetched);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_what_aws_would_not_show_them() {
    let (sandbox, gateway) = start(1_000).await;
    let reader = Reader::new(gateway.clone(), keys(&sandbox, Who::Auditor)).await;
    assert!(!ids(&reader.whole().await, "").await.is_empty());

    // The same cache, in the same process, for somebody who may not look events up.
    let newcomer = keys(&sandbox, Who::Newcomer);
    let caller = gateway.caller(&newcomer).await.unwrap();
    assert_eq!(caller.account, reader.caller.account);
    let view = reader.history.open(&newcomer, &caller, (None, None), PATIENCE).await.unwrap();
    assert!(ids(&view, "").await.is_empty());
    for region in &view.regions {
        let RegionState::Closed(error) = &region.state else { panic!("{region:?}") };
        assert_eq!(error.missing_permission().as_deref(), Some("cloudtrail:LookupEvents"));
    }
    // Looking again asks nobody: the account's allowance is everybody's. And nothing seems to be on its way.
    assert!(!view.is_fetching(), "{:?}", view.regions);
    reader.history.open(&newcomer, &caller, (None, None), PATIENCE).await.unwrap();
    let other = Reader::new(gateway.clone(), keys(&sandbox, Who::Auditor)).await;
    let refused = ids(&other.whole().await, "who:newcomer event:LookupEvents error:*").await;
    assert_eq!(refused.len(), REGIONS.len(), "one call a Region");
    // And what the one was refused for is no business of the other.
    let view = reader.open().await;
    assert!(view.regions.iter().all(|region| matches!(region.state, RegionState::Open)));
    reader.history.forget(&reader.credentials);
    sandbox.revoke(reader.credentials.access_key_id());
    let view = reader.open().await;
    assert!(ids(&view, "").await.is_empty());
}
