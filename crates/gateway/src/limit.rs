//! AWS's limits, kept on this side: who calls faster is throttled, and everybody else in the account with them.
//!
//! One bucket for each account, Region and operation, shared by all sessions of this server. A bucket holds a burst and is
//! refilled at a steady rate; whoever finds it empty waits in line.
//!
//! AWS counts a call when it arrives, which is some time between sending it and having its answer. So a call is taken for
//! counted as late as it can be: what a bucket of AWS's has lost by being full meanwhile is not used twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, Notify};
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

/// After so long a call has arrived, though its answer takes longer.
const ARRIVES: Duration = Duration::from_millis(500);
/// More buckets than any deployment has accounts and Regions; beyond that, those that nobody uses are dropped.
const MAX_BUCKETS: usize = 10_000;
/// After so long a bucket is full again, and a new one is the same.
const UNUSED: Duration = Duration::from_secs(60);

/// The buckets.
#[derive(Clone, Default)]
pub struct Limits {
    buckets: Arc<Mutex<HashMap<Name, Arc<Line>>>>,
    /// Nobody waits for a place; only for what AWS itself said.
    are_off: bool,
}

/// Account, Region, operation.
type Name = (String, String, &'static str);

/// A bucket, and those who wait for it.
struct Line {
    bucket: Mutex<Bucket>,
    /// Whoever holds it is the first in line.
    first: AsyncMutex<()>,
    /// A call has been answered.
    answered: Notify,
}

/// Leave to make one call, which counts as on its way until this is dropped.
#[must_use = "the call is taken for answered when this is dropped"]
pub struct Leave {
    line: Arc<Line>,
    number: u64,
}

impl Limits {
    /// For an endpoint that has none.
    pub fn off() -> Limits {
        Limits { are_off: true, ..Limits::default() }
    }

    /// Waits until the next call may be made. Whoever drops the future leaves the line.
    pub async fn wait(&self, account: &str, region: &str, operation: &'static str, rate: Rate) -> Leave {
        let line = self.line(account, region, operation, rate);
        let first = line.first.lock().await;
        let number = loop {
            // Listening from before the question, so that no answer is missed.
            let answered = line.answered.notified();
            let pause = match line.bucket().take(Instant::now(), self.are_off) {
                Ok(number) => break number,
                Err(pause) => pause,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = answered => {}
            }
        };
        drop(first);
        Leave { line, number }
    }

    /// AWS said that it was too much: nobody calls for a while.
    pub fn throttled(&self, account: &str, region: &str, operation: &'static str, pause: Duration) {
        let name = (account.to_owned(), region.to_owned(), operation);
        let line = self.buckets().get(&name).cloned();
        if let Some(line) = line {
            line.bucket().hold(Instant::now(), pause);
        }
    }

    fn line(&self, account: &str, region: &str, operation: &'static str, rate: Rate) -> Arc<Line> {
        let mut buckets = self.buckets();
        if buckets.len() >= MAX_BUCKETS {
            buckets.retain(|_, line| Arc::strong_count(line) > 1 || line.bucket().seen.elapsed() < UNUSED);
        }
        let name = (account.to_owned(), region.to_owned(), operation);
        let line = buckets.entry(name).or_insert_with(|| {
            Arc::new(Line {
                bucket: Mutex::new(Bucket::new(rate, Instant::now())),
                first: AsyncMutex::default(),
                answered: Notify::default(),
            })
        });
        line.clone()
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Name, Arc<Line>>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.line.bucket().answered(self.number, Instant::now());
        self.line.answered.notify_waiters();
    }
}

struct Bucket {
    rate: Rate,
    /// What AWS's own bucket holds at least, calls on their way not counted.
    level: f64,
    seen: Instant,
    /// Calls that may not have arrived yet: number, and when they were sent.
    on_their_way: Vec<(u64, Instant)>,
    count: u64,
    /// Nothing is let through before this, as AWS said that it is too much.
    not_before: Option<Instant>,
}

impl Bucket {
    fn new(rate: Rate, now: Instant) -> Bucket {
        Bucket { rate, level: rate.burst, seen: now, on_their_way: Vec::new(), count: 0, not_before: None }
    }

    /// The number of a call that may be made now, or how long to wait before asking again.
    fn take(&mut self, now: Instant, is_off: bool) -> Result<u64, Duration> {
        self.pass(now);
        if let Some(until) = self.not_before.filter(|until| *until > now) {
            return Err(until - now);
        }
        let wanted = 1.0 + self.on_their_way.len() as f64;
        if self.level < wanted && !is_off {
            let refilled = Duration::from_secs_f64(
                (wanted.min(self.rate.burst) - self.level).max(0.0) / self.rate.per_second,
            );
            // A bucket that cannot hold enough for all that is on its way waits for some of it to arrive.
            let arrives =
                self.on_their_way.first().map(|(_, sent)| (*sent + ARRIVES).saturating_duration_since(now));
            let pause = if wanted > self.rate.burst { arrives.unwrap_or(refilled) } else { refilled };
            return Err(pause.max(Duration::from_millis(1)));
        }
        self.count += 1;
        if !is_off {
            self.on_their_way.push((self.count, now));
        }
        Ok(self.count)
    }

    /// A call has its answer, so that it was counted.
    fn answered(&mut self, number: u64, now: Instant) {
        self.pass(now);
        if let Some(at) = self.on_their_way.iter().position(|(known, _)| *known == number) {
            self.on_their_way.remove(at);
            self.level -= 1.0;
        }
    }

    /// AWS said that it was too much.
    fn hold(&mut self, now: Instant, pause: Duration) {
        self.pass(now);
        let until = now + pause;
        self.not_before = Some(self.not_before.map_or(until, |before| before.max(until)));
        self.level = self.level.min(self.on_their_way.len() as f64);
    }

    /// Time passes: the bucket is refilled, and what was sent long enough ago has arrived.
    fn pass(&mut self, now: Instant) {
        while let Some((_, sent)) = self.on_their_way.first()
            && *sent + ARRIVES <= now
        {
            let arrived = *sent + ARRIVES;
            self.refill(arrived);
            self.on_their_way.remove(0);
            self.level -= 1.0;
        }
        self.refill(now);
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.seen).as_secs_f64();
        self.level = (self.level + passed * self.rate.per_second).min(self.rate.burst);
        self.seen = self.seen.max(now);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { per_second: 2.0, burst: 2.0 };

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_burst_goes_through_and_the_rest_waits() {
        let start = Instant::now();
        let mut bucket = Bucket::new(RATE, start);
        let (first, second) = (bucket.take(start, false).unwrap(), bucket.take(start, false).unwrap());
        assert_eq!(bucket.take(start, false), Err(ARRIVES), "both may arrive last of all");
        // Both were answered at once, so that they were counted at once.
        bucket.answered(first, start);
        bucket.answered(second, start);
        assert_eq!(bucket.take(start, false), Err(millis(500)));
        assert!(bucket.take(start + millis(500), false).is_ok());
        // After a while the line is gone and both places are free.
        let later = start + millis(5_000);
        assert!(bucket.take(later, false).is_ok() && bucket.take(later, false).is_ok());
        assert!(bucket.take(later, false).is_err());
    }

    #[test]
    fn after_a_throttling_everybody_waits() {
        let start = Instant::now();
        let mut bucket = Bucket::new(RATE, start);
        bucket.hold(start, millis(3_000));
        assert_eq!(bucket.take(start, false), Err(millis(3_000)));
        assert_eq!(bucket.take(start, true), Err(millis(3_000)), "also where there are no limits else");
        assert!(bucket.take(start + millis(3_000), false).is_ok());
    }

    #[tokio::test]
    async fn accounts_and_regions_have_their_own() {
        let (limits, start) = (Limits::default(), Instant::now());
        for (account, region) in [("1", "eu"), ("1", "us"), ("2", "eu")] {
            let line = limits.line(account, region, "Lookup", RATE);
            assert!(line.bucket().take(start, false).is_ok() && line.bucket().take(start, false).is_ok());
            let again = limits.line(account, region, "Lookup", RATE);
            assert!(again.bucket().take(start, false).is_err());
        }
    }

    #[tokio::test]
    async fn a_call_counts_until_it_is_answered() {
        let limits = Limits::default();
        let on_their_way = || limits.line("1", "eu", "Lookup", RATE).bucket().on_their_way.len();
        let leave = limits.wait("1", "eu", "Lookup", RATE).await;
        assert_eq!(on_their_way(), 1);
        drop(leave);
        assert_eq!(on_their_way(), 0);
        let off = Limits::off();
        for _ in 0..1_000 {
            let _ = off.wait("1", "eu", "Lookup", RATE).await;
        }
    }

    proptest! {
        /// AWS's own bucket, which counts each call at some moment between sending and answer.
        #[test]
        fn whenever_calls_arrive_none_is_throttled(
            calls in prop::collection::vec((0_u64..1_500, 0_u64..400, 0_u64..400), 1..40)
        ) {
            let start = Instant::now();
            let mut ours = Bucket::new(Rate { per_second: 1.96, burst: 2.0 }, start);
            let mut arrivals = Vec::new();
            let mut answers: Vec<(Instant, u64)> = Vec::new();
            let mut now = start;
            for (idle, to_aws, back) in calls {
                now += millis(idle);
                let number = loop {
                    answers.sort();
                    while answers.first().is_some_and(|(at, _)| *at <= now) {
                        let (at, number) = answers.remove(0);
                        ours.answered(number, at);
                    }
                    match ours.take(now, false) {
                        Ok(number) => break number,
                        Err(pause) => now = (now + pause).min(answers.first().map_or(now + pause, |(at, _)| *at)),
                    }
                };
                arrivals.push(now + millis(to_aws));
                answers.push((now + millis(to_aws + back), number));
            }
            arrivals.sort();
            let (mut level, mut seen) = (2.0_f64, start);
            for at in arrivals {
                level = (level + (at - seen).as_secs_f64() * 2.0).min(2.0);
                seen = at;
                prop_assert!(level >= 1.0 - 1e-9, "{}", level);
                level -= 1.0;
            }
        }
    }
}
