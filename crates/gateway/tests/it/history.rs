//! Event history into caches: what is covered, what is fetched, and who may read it.

use std::collections::HashSet;

use archive::Request;
use gateway::Gateway;
use gateway::sync::RegionState;
use sandbox::{Events, Running, Who};

use crate::reader::{PATIENCE, Reader, ids, search, still_clock};
use crate::support::{keys, options, sandbox};

const REGIONS: [&str; 3] = ["eu-central-1", "us-east-1", "eu-west-1"];
async fn start(events: u64) -> (Running, Gateway) {
    let sandbox = sandbox(Events::Sample(events)).await;
    // However long a test takes, nothing is asked for once more because it has grown old.
    let options = gateway::Options { clock: still_clock(), ..options(sandbox.url(), &REGIONS) };
    (sandbox, Gateway::new(options))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_has_rows_and_the_rest_follows() {
    let (sandbox, gateway) = start(1_000).await;
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    let first = reader.open("").await;
    assert!(
        first.regions.iter().all(|region| matches!(region.state, RegionState::Open)),
        "{:?}",
        first.regions
    );
    assert!(!ids(&first, "").await.is_empty());

    let whole = reader.whole("").await;
    let all = ids(&whole, "").await;
    assert!(all.len() > 100, "{}", all.len());
    let regions: HashSet<String> = REGIONS.iter().map(|region| (*region).to_owned()).collect();
    let request = Request::newest(search(""), 100_000);
    let seen: HashSet<String> =
        whole.archive.search(&request).await.unwrap().rows.into_iter().map(|row| row.region).collect();
    assert!(seen.is_subset(&regions) && seen.len() > 1, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_not_fetched_again() {
    let (sandbox, gateway) = start(1_000).await;
    let reader = Reader::new(gateway, keys(&sandbox, Who::Auditor)).await;
    let whole = reader.whole("").await;
    let fetched: u64 = whole.regions.iter().map(|region| region.fetched).sum();
    let again = reader.open("").await;
    assert!(!again.is_fetching(), "{:?}", again.regions);
    assert_eq!(again.regions.iter().map(|region| region.fetched).sum::<u64>(), fetched);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_what_aws_would_not_show_them() {
    let (sandbox, gateway) = start(1_000).await;
    let reader = Reader::new(gateway.clone(), keys(&sandbox, Who::Auditor)).await;
    assert!(!ids(&reader.whole("").await, "").await.is_empty());

    // The same cache, in the same process, for somebody who may not look events up.
    let newcomer = keys(&sandbox, Who::Newcomer);
    let caller = gateway.caller(&newcomer).await.unwrap();
    assert_eq!(caller.account, reader.caller.account);
    let view = reader.history.open(&newcomer, &caller, &search(""), PATIENCE).await.unwrap();
    assert!(ids(&view, "").await.is_empty());
    for region in &view.regions {
        let RegionState::Closed(error) = &region.state else { panic!("{region:?}") };
        assert_eq!(error.missing_permission().as_deref(), Some("cloudtrail:LookupEvents"));
    }
    // Looking again asks nobody: the account's allowance is everybody's. And nothing seems to be on its way.
    assert!(!view.is_fetching(), "{:?}", view.regions);
    reader.history.open(&newcomer, &caller, &search(""), PATIENCE).await.unwrap();
    let later = crate::support::gateway(&sandbox, &REGIONS);
    let other = Reader::new(later, keys(&sandbox, Who::Auditor)).await;
    let refused = ids(&other.whole("").await, "who:newcomer event:LookupEvents error:*").await;
    assert_eq!(refused.len(), REGIONS.len(), "one call a Region");
    // And what the one was refused for is no business of the other.
    let view = reader.open("").await;
    assert!(view.regions.iter().all(|region| matches!(region.state, RegionState::Open)));
    reader.history.forget(&reader.credentials);
    sandbox.revoke(reader.credentials.access_key_id());
    let view = reader.open("").await;
    assert!(ids(&view, "").await.is_empty());
}
