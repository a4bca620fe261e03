//! The sample's trails and their buckets: one that is as it should be, one whose delivery fails, one that was stopped, and one that
//! records what another records already, which costs money.

use cloudtrail::time::{DAY, HOUR, MINUTE, Time};

use super::selectors::Selectors;
use super::{Settings, Status, Trail};
use crate::delivery::digests::Chain;
use crate::identity::sample::{HOME, MANAGEMENT};
use crate::s3::buckets::{Bucket, trail_policy};

const REGION: &str = "eu-central-1";
const STAGING: &str = sample::ACCOUNTS[1].0;

/// Buckets that trails may write to, and the one that lets nobody.
const BUCKETS: [(&str, &str, bool); 5] = [
    ("example-org-cloudtrail-logs", MANAGEMENT, true),
    ("example-prod-audit-logs", HOME, true),
    ("example-partner-audit-logs", HOME, false),
    ("example-staging-trail-logs", STAGING, true),
    ("example-security-trail-logs", MANAGEMENT, true),
];

/// The sample's buckets.
pub(crate) fn buckets(now: Time) -> Vec<(String, Bucket)> {
    let bucket = |(name, account, open): (&str, &str, bool)| {
        // The partner's bucket has a policy that was made for another one.
        let policy = trail_policy(if open { name } else { "example-partner-logs" });
        let bucket = Bucket {
            account: account.to_owned(),
            region: REGION.to_owned(),
            created: now.plus(-300 * DAY),
            policy: Some(policy),
            lifecycle: None,
        };
        (name.to_owned(), bucket)
    };
    BUCKETS.map(bucket).to_vec()
}

/// The sample's trails, as they stand at the start.
pub(crate) fn trails(now: Time) -> Vec<Trail> {
    let healthy = Status {
        logging: true,
        started: Some(now.plus(-200 * DAY)),
        delivered: Some(now.plus(-4 * MINUTE)),
        digest_delivered: Some(now.plus(-35 * MINUTE)),
        ..Status::default()
    };
    let organization = Trail {
        settings: Settings {
            key: Some(format!("arn:aws:kms:{REGION}:{MANAGEMENT}:key/5f6c1e5b-3f2a-4d0e-9c55-0a7d2b8e4f10")),
            validated: true,
            organization: true,
            ..settings("example-org-cloudtrail-logs")
        },
        insights: ["ApiCallRateInsight", "ApiErrorRateInsight"]
            .map(|kind| (kind.to_owned(), vec!["Management".to_owned()]))
            .to_vec(),
        status: healthy.clone(),
        ..trail(MANAGEMENT, "organization-trail")
    };
    // Started again two days ago, as the sample's story tells.
    let duplicate = Trail {
        settings: settings("example-prod-audit-logs"),
        status: Status {
            started: Some(now.plus(-2 * DAY)),
            stopped: Some(now.plus(-2 * DAY - 47 * MINUTE)),
            digest_delivered: None,
            ..healthy
        },
        ..trail(HOME, "payments-audit")
    };
    let failing = Trail {
        settings: Settings { validated: true, ..settings("example-partner-audit-logs") },
        status: Status {
            logging: true,
            started: Some(now.plus(-30 * DAY)),
            delivered: Some(now.plus(-6 * DAY)),
            failed: Some("AccessDenied".to_owned()),
            digest_delivered: Some(now.plus(-6 * DAY)),
            digest_failed: Some("AccessDenied".to_owned()),
            ..Status::default()
        },
        ..trail(HOME, "partner-audit")
    };
    let stopped = Trail {
        settings: Settings { multi_region: false, ..settings("example-staging-trail-logs") },
        status: Status {
            started: Some(now.plus(-60 * DAY)),
            stopped: Some(now.plus(-9 * DAY)),
            delivered: Some(now.plus(-9 * DAY - HOUR)),
            ..Status::default()
        },
        ..trail(STAGING, "staging-debug")
    };
    vec![organization, duplicate, failing, stopped]
}

fn settings(bucket: &str) -> Settings {
    Settings {
        bucket: bucket.to_owned(),
        global: true,
        multi_region: true,
        recursive: true,
        ..Settings::default()
    }
}

fn trail(account: &str, name: &str) -> Trail {
    Trail {
        account: account.to_owned(),
        region: REGION.to_owned(),
        name: name.to_owned(),
        settings: Settings::default(),
        selectors: Selectors::default(),
        insights: Vec::new(),
        tags: vec![("owner".to_owned(), Some("security".to_owned()))],
        status: Status::default(),
        cursor: 0,
        until: None,
        pending: Vec::new(),
        chain: Chain::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::buckets::Buckets;

    #[test]
    fn the_statuses_are_what_the_buckets_say() {
        let now = Time::parse("2026-11-22T12:00:00Z").unwrap();
        let buckets = Buckets::open(None, buckets(now)).unwrap();
        for trail in trails(now) {
            let found = buckets.check(&trail.settings.bucket, None, &trail.account, &trail.arn());
            let expected = found.err().map(|obstacle| obstacle.code().to_owned());
            assert_eq!(trail.status.failed, expected, "{}", trail.name);
        }
    }
}
