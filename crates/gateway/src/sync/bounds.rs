//! How much is kept, and forgetting an account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use archive::{Archive, ArchiveError};
use cloudtrail::time::{DAY, Time};
use tokio::time::Instant;

use super::account::Account;
use super::cache::{Cache, Held};
use super::{History, Inner};

/// How often it is looked whether caches have grown beyond their bounds, while somebody looks at events.
const PAUSE: Duration = Duration::from_secs(60);

/// When caches were last held against their bounds.
#[derive(Default)]
pub struct Bounds {
    checked: Mutex<Option<Instant>>,
}

/// How large the cache of an account is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSize {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The account's 12 digits.
    pub account: String,
    /// Events in it.
    pub events: u64,
    /// Bytes of its event files on disk.
    pub bytes: u64,
    /// The first instant of the oldest day that there are events of.
    pub oldest: Option<Time>,
}

impl History {
    /// How large the caches of this endpoint are, by partition and account.
    ///
    /// # Errors
    /// When one cannot be read.
    pub async fn caches(&self) -> Result<Vec<CacheSize>, ArchiveError> {
        let held = self.inner.caches.hold().await;
        let mut sizes = Vec::new();
        for cache in held.of_endpoint(self.inner.gateway.endpoint()) {
            let Some(archive) = held.read(&cache).await else { continue };
            let days = archive.days().await?;
            sizes.push(CacheSize {
                events: days.iter().map(|day| day.events).sum(),
                bytes: days.iter().map(|day| day.bytes).sum(),
                oldest: days.first().map(|day| day.start),
                partition: cache.partition,
                account: cache.account,
            });
        }
        sizes.sort_by(|a, b| (&a.partition, &a.account).cmp(&(&b.partition, &b.account)));
        Ok(sizes)
    }

    /// Forgets an account: fetching ends, and its cache is deleted from the disk. Whoever looks at it next begins anew. False if
    /// there was no cache.
    ///
    /// # Errors
    /// When its files cannot be deleted.
    pub async fn forget_account(&self, partition: &str, account: &str) -> Result<bool, ArchiveError> {
        // Held all the while: nobody opens it anew before it is gone.
        let mut held = self.inner.caches.hold().await;
        let name = (partition.to_owned(), account.to_owned());
        let known = self.inner.accounts.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        if let Some(known) = known {
            known.end().await;
        }
        held.delete(self.inner.gateway.endpoint(), partition, account).await
    }

    /// Holds all caches against the bounds of [`super::Options`]: where they are more than that, the oldest whole days go, of
    /// all caches alike. The newest day always stays.
    ///
    /// It is done by itself about once a minute while somebody looks at events.
    ///
    /// # Errors
    /// When a cache cannot be read or written. The others are as they should be all the same.
    pub async fn enforce_bounds(&self) -> Result<(), ArchiveError> {
        let now = self.inner.gateway.now();
        let held = self.inner.caches.hold().await;
        let mut caches = Vec::new();
        for cache in held.all() {
            // What cannot be read cannot be bounded.
            if let Some(archive) = held.read(&cache).await {
                caches.push((cache, archive));
            }
        }
        let mut result = Ok(());
        let plan = plan(&self.inner, &caches, now).await?;
        for (cache, archive) in &caches {
            match self.apply(&held, cache, archive, &plan, now).await {
                // Another process writes to it, and sees to its bounds.
                Ok(()) | Err(ArchiveError::Locked { .. }) => {}
                Err(error) => {
                    tracing::error!(account = cache.account, %error, "a cache cannot be bounded");
                    result = Err(error);
                }
            }
        }
        result
    }

    async fn apply(
        &self,
        held: &Held<'_>,
        cache: &Cache,
        archive: &Archive,
        plan: &Plan,
        now: Time,
    ) -> Result<(), ArchiveError> {
        let kept = archive.kept_from().await?;
        let kept = match plan.before {
            Some(before) if kept.is_none_or(|kept| kept < before) => {
                let events = held.write(cache).await?.drop_before(before, now).await?;
                tracing::info!(account = cache.account, events, %before, "the oldest days are no longer kept");
                Some(before)
            }
            None if plan.is_roomy && kept.is_some() => {
                held.write(cache).await?.keep_all().await?;
                None
            }
            _ => kept,
        };
        if let Some(account) = self.open_account(cache) {
            account.keep_from(kept);
        }
        Ok(())
    }

    fn open_account(&self, cache: &Cache) -> Option<Arc<Account>> {
        let accounts = self.inner.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.get(&(cache.partition.clone(), cache.account.clone()))?;
        (account.archive().path() == cache.path).then(|| account.clone())
    }

    /// Whether there are any bounds.
    pub(super) fn is_bounded(&self) -> bool {
        self.inner.options.max_bytes.is_some() || self.inner.options.max_age.is_some()
    }

    /// Sees to the bounds, unless that was done a moment ago.
    pub(super) fn keep_within_bounds(&self) {
        if !self.is_bounded() {
            return;
        }
        {
            let mut checked = self.inner.bounds.checked.lock().unwrap_or_else(PoisonError::into_inner);
            if checked.is_some_and(|at| at.elapsed() < PAUSE) {
                return;
            }
            *checked = Some(Instant::now());
        }
        let history = self.clone();
        // It has logged what went wrong.
        tokio::spawn(async move { history.enforce_bounds().await.ok() });
    }

    /// Before this nothing of an account is kept.
    pub(super) fn kept_from(&self, account: &Account, now: Time) -> Option<Time> {
        let by_age = self.inner.options.max_age.map(|age| first_day_kept(age, now));
        Some(account.kept_from()).filter(|time| *time > Time::MIN).max(by_age)
    }
}

/// What is to go.
struct Plan {
    /// All days before this.
    before: Option<Time>,
    /// Whether there is so much room that what had to go once may come back.
    is_roomy: bool,
}

async fn plan(inner: &Inner, caches: &[(Cache, Archive)], now: Time) -> Result<Plan, ArchiveError> {
    let mut days: BTreeMap<Time, u64> = BTreeMap::new();
    for (_, archive) in caches {
        for day in archive.days().await? {
            *days.entry(day.start).or_default() += day.bytes;
        }
    }
    let by_age = inner.options.max_age.map(|age| first_day_kept(age, now));
    let by_bytes = inner.options.max_bytes.and_then(|most| first_day_that_fits(&days, most));
    let total: u64 = days.values().sum();
    // Half of it: else the same days would come and go.
    let is_roomy = inner.options.max_bytes.is_none_or(|most| total <= most / 2);
    Ok(Plan { before: by_age.max(by_bytes), is_roomy })
}

/// The day that is not older than an age as a whole.
fn first_day_kept(age: i64, now: Time) -> Time {
    Time::from_millis(now.plus(-age).day() * DAY)
}

/// The day before which all has to go, so that the rest is no more than so many bytes; none if it is not.
fn first_day_that_fits(days: &BTreeMap<Time, u64>, most: u64) -> Option<Time> {
    let mut total: u64 = days.values().sum();
    let mut oldest = days.iter().peekable();
    let mut first = None;
    while total > most
        && let Some((_, bytes)) = oldest.next()
        && let Some((next, _)) = oldest.peek()
    {
        total -= bytes;
        first = Some(**next);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_days_go_until_the_rest_fits_and_the_newest_stays() {
        let day = |day: i64| Time::from_millis(day * DAY);
        let days: BTreeMap<Time, u64> = [(day(1), 10), (day(2), 20), (day(5), 30)].into();
        assert_eq!(first_day_that_fits(&days, 60), None);
        assert_eq!(first_day_that_fits(&days, 59), Some(day(2)));
        assert_eq!(first_day_that_fits(&days, 49), Some(day(5)));
        assert_eq!(first_day_that_fits(&days, 1), Some(day(5)));
        assert_eq!(first_day_that_fits(&BTreeMap::new(), 0), None);
        assert_eq!(first_day_kept(DAY, Time::from_millis(10 * DAY + 5)), day(9));
    }
}
