//! Event history in caches on disk: what is covered is answered at once, and what is not is fetched meanwhile, under the
//! credentials of whoever asks.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use archive::{Archive, ArchiveError, Scope, Writer};
use cloudtrail::time::{DAY, MINUTE, SECOND, Time};
use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::{Caller, Credentials, Gateway, GatewayError};

mod cache;
mod grants;
mod pieces;
mod region;

use cache::Caches;
use grants::Grants;
use pieces::{Span, back_to, missing};
use region::Task;

/// How far back LookupEvents goes.
pub const REACH: i64 = 90 * DAY;
/// CloudTrail delivers late: what is younger than this when it is fetched is not final, and is fetched again.
pub const ARRIVING: i64 = 15 * MINUTE;
/// How old the newest events may be while somebody looks.
const FRESH: i64 = 30 * SECOND;
/// How long fetching goes on after the last time that somebody asked.
const INTEREST: Duration = Duration::from_secs(60);

/// The event history of accounts. Cheap to clone.
#[derive(Clone)]
pub struct History {
    inner: Arc<Inner>,
}

struct Inner {
    gateway: Gateway,
    caches: Caches,
    grants: Grants,
    accounts: Mutex<HashMap<(String, String), Arc<Account>>>,
}

/// What is known of an account while the server runs.
struct Account {
    id: String,
    writer: Arc<Writer>,
    regions: Mutex<HashMap<String, Region>>,
    asked: Mutex<Instant>,
    /// Counts what changed, for those who watch.
    changes: watch::Sender<u64>,
}

/// What is known of a Region of an account.
#[derive(Default)]
struct Region {
    /// When its newest events were fetched last.
    head: Option<Time>,
    /// Whether they are being fetched.
    heading: bool,
    /// Whether older ones are.
    fetching: bool,
    /// Events fetched since the server started.
    fetched: u64,
}

/// An account's event history as one reader may see it.
pub struct View {
    /// What may be read: only Regions that AWS shows to this reader too.
    pub archive: Archive,
    /// How it stands with each Region, in the gateway's order.
    pub regions: Vec<RegionView>,
    /// The part of the range that LookupEvents reaches.
    pub range: Span,
}

/// How it stands with a Region.
#[derive(Clone, Debug)]
pub struct RegionView {
    /// Its name.
    pub region: String,
    /// What may be read of it.
    pub state: RegionState,
    /// Everything from here to the end of the range is there.
    pub back_to: Time,
    /// Whether something is being fetched.
    pub is_fetching: bool,
    /// Events fetched since the server started.
    pub fetched: u64,
}

/// What may be read of a Region.
#[derive(Clone, Debug)]
pub enum RegionState {
    /// What is there may be read.
    Open,
    /// AWS has not answered yet.
    Waiting,
    /// AWS refused, or could not be asked.
    Closed(GatewayError),
}

impl View {
    /// Whether more is on its way.
    pub fn is_fetching(&self) -> bool {
        self.regions.iter().any(|region| region.is_fetching || matches!(region.state, RegionState::Waiting))
    }
}

impl History {
    /// With caches in a folder.
    pub fn new(gateway: Gateway, folder: PathBuf) -> History {
        let caches = Caches::new(folder);
        History {
            inner: Arc::new(Inner { gateway, caches, grants: Grants::default(), accounts: Mutex::default() }),
        }
    }

    /// What there is of an account in a range for whoever has these credentials, and starts to fetch what is not there. It waits
    /// for AWS's first answers, but not longer than `patience`.
    ///
    /// # Errors
    /// When the cache cannot be used. What AWS refuses is in the view.
    pub async fn open(
        &self,
        credentials: &Credentials,
        caller: &Caller,
        range: (Option<Time>, Option<Time>),
        patience: Duration,
    ) -> Result<View, ArchiveError> {
        let account = self.account(caller).await?;
        *account.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let now = self.inner.gateway.now();
        let range = reachable(range, now);
        let regions = self.inner.gateway.regions();

        let heads: Vec<_> =
            regions.iter().filter_map(|region| self.head(&account, credentials, region, now)).collect();
        // Those that take longer go on by themselves.
        let _ = tokio::time::timeout(patience, join_all(heads)).await;

        let now = self.inner.gateway.now();
        let is_open = |region: &String| self.inner.grants.has(credentials, &account.id, region, now);
        let open: Vec<String> = regions.iter().filter(|region| is_open(region)).cloned().collect();
        let mut views = Vec::new();
        for region in &regions {
            let have = self.have(&account, region, now).await?;
            let is_open = open.contains(region);
            if is_open {
                self.fetch(&account, credentials, region, missing(range, &have));
            }
            let state = match (is_open, self.inner.grants.refusal(credentials, &account.id, region)) {
                (true, _) => RegionState::Open,
                (false, Some((_, error))) => RegionState::Closed(error),
                (false, None) => RegionState::Waiting,
            };
            views.push(account.view(region, state, back_to(range, &have)));
        }
        let scope = Scope { account: account.id.clone(), regions: open };
        Ok(View { archive: account.writer.archive().scoped(vec![scope]), regions: views, range })
    }

    /// Changes whenever something was fetched for an account that is open.
    pub async fn changes(&self, caller: &Caller) -> Result<watch::Receiver<u64>, ArchiveError> {
        Ok(self.account(caller).await?.changes.subscribe())
    }

    /// Forgets what these credentials may read, and the clients made with them.
    pub fn forget(&self, credentials: &Credentials) {
        self.inner.grants.forget(credentials);
        self.inner.gateway.forget(credentials);
    }

    async fn account(&self, caller: &Caller) -> Result<Arc<Account>, ArchiveError> {
        let name = (caller.partition().to_owned(), caller.account.clone());
        let known = |accounts: &HashMap<_, Arc<Account>>| accounts.get(&name).cloned();
        if let Some(account) = known(&self.inner.accounts.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(account);
        }
        let gateway = &self.inner.gateway;
        let writer = self.inner.caches.of(gateway.endpoint(), caller.partition(), &caller.account).await?;
        let mut accounts = self.inner.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.entry(name).or_insert_with(|| {
            Arc::new(Account {
                id: caller.account.clone(),
                writer,
                regions: Mutex::default(),
                asked: Mutex::new(Instant::now()),
                changes: watch::channel(0).0,
            })
        });
        Ok(account.clone())
    }

    /// What is there of a Region: what is final, and the newest events for as long as they are fresh.
    async fn have(&self, account: &Account, region: &str, now: Time) -> Result<Vec<Span>, ArchiveError> {
        let covered = account.writer.archive().covered(&account.id, Some(region)).await?;
        let mut have: Vec<Span> =
            covered.into_iter().filter(|piece| piece.attribute.is_none()).map(|piece| piece.range).collect();
        if let Some(head) = account.with(region, |region| region.head) {
            // Fetching them again is the head's own business.
            have.push((head.plus(-ARRIVING), now));
        }
        Ok(have)
    }

    /// Fetches the newest events, if nobody has lately, or if these credentials have not shown yet that they may read them.
    fn head(
        &self,
        account: &Arc<Account>,
        credentials: &Credentials,
        region: &str,
        now: Time,
    ) -> Option<impl Future<Output = ()> + use<>> {
        let grants = &self.inner.grants;
        let has_grant = grants.has(credentials, &account.id, region, now);
        // Who was refused uses up the account's allowance with every question: not again at once.
        let refused = grants.refusal(credentials, &account.id, region);
        if !has_grant && refused.is_some_and(|(at, _)| at.plus(FRESH) > now) {
            return None;
        }
        let starts = account.with(region, |region| {
            let is_stale = region.head.is_none_or(|head| head.plus(FRESH) < now);
            let starts = !has_grant || (is_stale && !region.heading);
            region.heading |= starts;
            starts
        });
        if !starts {
            return None;
        }
        let task = Task::new(self, account, credentials, region);
        let running = tokio::spawn(async move { task.head().await });
        Some(async move {
            // It does not end without an answer; should it panic, the Region stays as it was.
            let _ = running.await;
        })
    }

    /// Fetches what is missing, the newest first, unless that is being done.
    fn fetch(&self, account: &Arc<Account>, credentials: &Credentials, region: &str, missing: Vec<Span>) {
        let starts = !missing.is_empty()
            && account.with(region, |region| !std::mem::replace(&mut region.fetching, true));
        if starts {
            let task = Task::new(self, account, credentials, region);
            tokio::spawn(async move { task.fill(missing).await });
        }
    }
}

impl Account {
    fn with<T>(&self, region: &str, change: impl FnOnce(&mut Region) -> T) -> T {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        change(regions.entry(region.to_owned()).or_default())
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Whether somebody still wants to know.
    fn is_asked_for(&self) -> bool {
        self.changes.receiver_count() > 0
            || self.asked.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < INTEREST
    }

    fn view(&self, name: &str, state: RegionState, back_to: Time) -> RegionView {
        self.with(name, |region| RegionView {
            region: name.to_owned(),
            // What others fetch does not come to somebody who may not read it.
            is_fetching: matches!(state, RegionState::Open) && (region.fetching || region.heading),
            state,
            back_to,
            fetched: region.fetched,
        })
    }
}

/// The part of a range that LookupEvents reaches.
fn reachable((from, to): (Option<Time>, Option<Time>), now: Time) -> Span {
    let first = now.plus(-REACH);
    let from = from.unwrap_or(first).max(first).min(now);
    (from, to.unwrap_or(now).min(now).max(from))
}
