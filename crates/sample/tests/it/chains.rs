//! What ties records together: access keys, shared events, digests, Insights.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::read::{at, texts, usual};

#[test]
fn every_temporary_key_was_handed_out_before_it_is_used() {
    let sample = usual();
    let mut issued: BTreeMap<&str, &Value> = BTreeMap::new();
    for record in &sample.events {
        let key = at(record, "responseElements.credentials.accessKeyId");
        if !key.is_empty() && at(record, "userIdentity.type") != "AWSAccount" {
            assert!(issued.insert(key, record).is_none(), "{key} was handed out twice");
        }
    }
    let mut used = 0;
    for record in &sample.events {
        let key = at(record, "userIdentity.accessKeyId");
        if !key.starts_with("ASIA") {
            continue;
        }
        used += 1;
        assert_eq!(key.len(), 20);
        let source = issued.get(key).unwrap_or_else(|| panic!("nobody handed out {key}: {record}"));
        assert!(at(source, "eventTime") <= at(record, "eventTime"), "{record}");
        assert_eq!(
            at(source, "eventTime"),
            at(record, "userIdentity.sessionContext.attributes.creationDate")
        );
        assert_eq!(at(source, "responseElements.assumedRoleUser.arn"), at(record, "userIdentity.arn"));
        assert_eq!(
            at(source, "requestParameters.roleArn"),
            at(record, "userIdentity.sessionContext.sessionIssuer.arn")
        );
    }
    assert!(used > 10_000);
}

#[test]
fn a_role_in_another_account_is_assumed_in_both() {
    let mut halves: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in &usual().events {
        if record.get("sharedEventID").is_some() {
            halves.entry(at(record, "sharedEventID")).or_default().push(record);
        }
    }
    assert!(halves.len() > 5);
    for pair in halves.values() {
        let [one, other] = pair[..] else { panic!("{pair:?}") };
        let (caller, owner) =
            if at(one, "userIdentity.type") == "AWSAccount" { (other, one) } else { (one, other) };
        assert_ne!(at(caller, "recipientAccountId"), at(owner, "recipientAccountId"));
        assert_eq!(at(owner, "userIdentity.accountId"), at(caller, "userIdentity.accountId"));
        assert_eq!(caller["requestParameters"], owner["requestParameters"]);
        assert_ne!(at(caller, "eventID"), at(owner, "eventID"));
    }
}

#[test]
fn digests_name_every_log_file_of_their_time_and_each_other() {
    let texts = texts(usual().folder.path());
    let hash = |text: &str| format!("{:x}", Sha256::digest(text));
    let (mut listed, mut starts) = (0, 0);
    for (key, text) in texts.iter().filter(|(key, _)| key.contains("/CloudTrail-Digest/")) {
        let digest: Value = serde_json::from_str(text).unwrap();
        assert_eq!(at(&digest, "digestS3Object"), key);
        assert!(key.contains(at(&digest, "awsAccountId")));
        for log in digest["logFiles"].as_array().unwrap() {
            let file = &texts[at(log, "s3Object")];
            assert_eq!(at(log, "hashValue"), hash(file));
            assert!(at(log, "oldestEventTime") <= at(log, "newestEventTime"));
            assert!(file.contains(at(log, "oldestEventTime")) && file.contains(at(log, "newestEventTime")));
            listed += 1;
        }
        if digest["previousDigestS3Object"].is_null() {
            assert!(
                digest["previousDigestHashValue"].is_null() && digest["previousDigestSignature"].is_null()
            );
            starts += 1;
        } else {
            let before = &texts[at(&digest, "previousDigestS3Object")];
            assert_eq!(at(&digest, "previousDigestHashValue"), hash(before));
            let before: Value = serde_json::from_str(before).unwrap();
            assert_eq!(at(&before, "digestEndTime"), at(&digest, "digestStartTime"));
        }
    }
    assert_eq!(starts, 9, "one chain for each account and Region");
    let of_the_last_days = texts
        .keys()
        .filter(|key| key.contains("/CloudTrail/"))
        .filter(|key| key.rsplit('_').nth(1).is_some_and(|time| *time > *"20261119T1400Z"))
        .count();
    assert_eq!(listed, of_the_last_days);
}

#[test]
fn insights_say_what_the_records_say() {
    let sample = usual();
    assert_eq!(sample.insights.len(), 4);
    let mut pairs: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for record in &sample.insights {
        pairs.entry(at(record, "sharedEventID")).or_default().push(record);
    }
    for pair in pairs.values() {
        let find =
            |state: &str| *pair.iter().find(|record| at(record, "insightDetails.state") == state).unwrap();
        let (start, end) = (find("Start"), find("End"));
        assert_ne!(at(start, "eventID"), at(end, "eventID"));
        let details = &end["insightDetails"];
        let statistics = &details["insightContext"]["statistics"];
        let during = sample.events.iter().filter(|record| {
            at(record, "eventName") == at(details, "eventName")
                && at(record, "eventSource") == at(details, "eventSource")
                && at(record, "awsRegion") == at(end, "awsRegion")
                && at(record, "recipientAccountId") == at(end, "recipientAccountId")
                && (at(start, "eventTime")..at(end, "eventTime")).contains(&at(record, "eventTime"))
                && (at(details, "errorCode").is_empty()
                    || at(record, "errorCode") == at(details, "errorCode"))
        });
        let minutes = statistics["insightDuration"].as_f64().unwrap();
        let average = statistics["insight"]["average"].as_f64().unwrap();
        assert!((during.count() as f64 / minutes - average).abs() < 1e-9, "{details}");
    }
}
