//! AWS's limits, kept on this side: who calls faster is throttled, and everybody else in the account with them.
//!
//! One bucket for each account, Region and operation, shared by all sessions of this server. A bucket holds a burst and is
//! refilled at a steady rate; whoever finds it empty waits in line.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How fast an operation may be called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls a second.
    pub per_second: f64,
    /// Calls at once after a pause.
    pub burst: f64,
}

impl Rate {
    /// LookupEvents: 2 a second for each account and Region (CloudTrail API Reference, LookupEvents). A little less is
    /// used: AWS's clock is not ours.
    pub const LOOKUP_EVENTS: Rate = Rate { per_second: 1.96, burst: 2.0 };
    /// Get, Describe and List operations of CloudTrail: 10 a second.
    pub const READ: Rate = Rate { per_second: 9.8, burst: 10.0 };
}

/// The buckets.
#[derive(Clone, Default)]
pub struct Limits {
    buckets: Arc<Mutex<HashMap<Name, Bucket>>>,
    /// Nobody waits for a place; only for what AWS itself said.
    are_off: bool,
}

/// Account, Region, operation.
type Name = (String, String, &'static str);

struct Bucket {
    /// Calls that may be made at once. Below zero, that many are waiting.
    level: f64,
    seen: Instant,
    /// Nothing is let through before this, as AWS said that it is too much.
    not_before: Option<Instant>,
}

/// More buckets than any deployment has accounts and Regions; beyond that, the full ones are dropped.
const MAX_BUCKETS: usize = 10_000;

impl Limits {
    /// For an endpoint that has none.
    pub fn off() -> Limits {
        Limits { are_off: true, ..Limits::default() }
    }

    /// Waits until the next call may be made. Dropping the future gives the place in line back only to the bucket's rate: the call
    /// counts as made, so that nobody is ever faster than allowed.
    pub async fn wait(&self, account: &str, region: &str, operation: &'static str, rate: Rate) {
        let pause = self.take(account, region, operation, rate, Instant::now());
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }

    /// AWS said that it was too much: nobody calls for a while.
    pub fn throttled(&self, account: &str, region: &str, operation: &'static str, pause: Duration) {
        let name = (account.to_owned(), region.to_owned(), operation);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&name) {
            let until = Instant::now() + pause;
            bucket.not_before = Some(bucket.not_before.map_or(until, |before| before.max(until)));
            bucket.level = bucket.level.min(0.0);
        }
    }

    fn take(
        &self,
        account: &str,
        region: &str,
        operation: &'static str,
        rate: Rate,
        now: Instant,
    ) -> Duration {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_BUCKETS {
            buckets.retain(|_, bucket| bucket.level < 0.0 || now.duration_since(bucket.seen).as_secs() < 60);
        }
        let name = (account.to_owned(), region.to_owned(), operation);
        let bucket = buckets.entry(name).or_insert(Bucket { level: rate.burst, seen: now, not_before: None });
        let passed = now.saturating_duration_since(bucket.seen).as_secs_f64();
        bucket.level = (bucket.level + passed * rate.per_second).min(rate.burst) - 1.0;
        bucket.seen = now;
        if self.are_off {
            bucket.level = rate.burst;
        }
        let owed = Duration::from_secs_f64((-bucket.level).max(0.0) / rate.per_second);
        let held = bucket.not_before.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        owed.max(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2.0, burst: 2.0 };

    #[test]
    fn a_burst_goes_through_and_the_rest_waits_in_line() {
        let (limits, now) = (Limits::default(), Instant::now());
        let pauses: Vec<u128> =
            (0..5).map(|_| limits.take("1", "eu", "Lookup", RATE, now).as_millis()).collect();
        assert_eq!(pauses, [0, 0, 500, 1_000, 1_500]);
        // After two seconds the line is gone and one place is free.
        let later = now + Duration::from_secs(2);
        assert_eq!(limits.take("1", "eu", "Lookup", RATE, later), Duration::ZERO);
        assert_eq!(limits.take("1", "eu", "Lookup", RATE, later).as_millis(), 500);
    }

    #[test]
    fn accounts_and_regions_have_their_own() {
        let (limits, now) = (Limits::default(), Instant::now());
        for (account, region) in [("1", "eu"), ("1", "us"), ("2", "eu")] {
            assert_eq!(limits.take(account, region, "Lookup", RATE, now), Duration::ZERO);
            assert_eq!(limits.take(account, region, "Lookup", RATE, now), Duration::ZERO);
        }
        assert!(!limits.take("1", "eu", "Lookup", RATE, now).is_zero());
    }

    #[test]
    fn after_a_throttling_everybody_waits() {
        let (limits, now) = (Limits::default(), Instant::now());
        limits.take("1", "eu", "Lookup", RATE, now);
        limits.throttled("1", "eu", "Lookup", Duration::from_secs(3));
        assert!(limits.take("1", "eu", "Lookup", RATE, now) >= Duration::from_secs(3));
        assert!(limits.take("1", "us", "Lookup", RATE, now).is_zero());
    }
}
