//! AWS's limits on the rate of calls, as token buckets per account, Region and operation.
//!
//! The rates are those of the CloudTrail User Guide (whatiscloudtrail-limits). STS, Organizations and Identity Center have limits
//! too, far above what one program does; they are not kept here.

use std::collections::HashMap;
use std::sync::Mutex;

use cloudtrail::time::Time;

use crate::http::protocol::Service;
use crate::problem::{Problem, Result};
use crate::world::lock;

/// Which limits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quota {
    /// Those of AWS.
    Aws,
    /// None.
    #[default]
    Off,
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Quotas {
    kept: Quota,
    buckets: Mutex<HashMap<(String, String, String), Bucket>>,
}

/// So many calls may be made at once, and as many more each second.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Time,
}

impl Quotas {
    /// Buckets that are full.
    pub fn new(kept: Quota) -> Quotas {
        Quotas { kept, buckets: Mutex::default() }
    }

    /// Takes a call's token.
    ///
    /// # Errors
    /// `ThrottlingException` when there is none.
    pub fn take(
        &self,
        service: Service,
        operation: &str,
        account: &str,
        region: &str,
        now: Time,
    ) -> Result<()> {
        if self.kept == Quota::Off || service != Service::CloudTrail {
            return Ok(());
        }
        let rate = rate(operation);
        let mut buckets = lock(&self.buckets);
        let key = (account.to_owned(), region.to_owned(), operation.to_owned());
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: rate, filled: now });
        let passed = (now.as_millis() - bucket.filled.as_millis()).max(0) as f64 / 1000.0;
        bucket.tokens = (bucket.tokens + passed * rate).min(rate);
        bucket.filled = bucket.filled.max(now);
        if bucket.tokens < 1.0 {
            return Err(throttled());
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

/// What AWS answers when there were too many calls.
pub(crate) fn throttled() -> Problem {
    Problem::new("ThrottlingException", "Rate exceeded")
}

/// Calls a second, and at once.
fn rate(operation: &str) -> f64 {
    match operation {
        "LookupEvents" | "ListInsightsData" => 2.0,
        "ListInsightsMetricData" => 1.0,
        "StartQuery" | "CancelQuery" => 3.0,
        name if ["Get", "List", "Describe"].iter().any(|start| name.starts_with(start)) => 10.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_at_once_and_two_a_second() {
        let quotas = Quotas::new(Quota::Aws);
        let start = Time::from_millis(1_000_000_000_000);
        let take = |account: &str, region: &str, millis: i64| {
            quotas.take(Service::CloudTrail, "LookupEvents", account, region, start.plus(millis)).is_ok()
        };
        assert_eq!([0, 0, 0].map(|at| take("1", "a", at)), [true, true, false]);
        assert!(take("1", "b", 0) && take("2", "a", 0), "other Regions and accounts have their own");
        assert_eq!([499, 500, 501].map(|at| take("1", "a", at)), [false, true, false]);
        // However long it waits, no more than two are saved.
        assert_eq!([90_000; 3].map(|at| take("1", "a", at)), [true, true, false]);
        let off = Quotas::new(Quota::Off);
        assert!((0..100).all(|_| off.take(Service::CloudTrail, "LookupEvents", "1", "a", start).is_ok()));
    }
}
