//! Event history in caches on disk: what is covered is answered at once, and what is not is fetched meanwhile, under the
//! credentials of whoever asks.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use archive::{Archive, ArchiveError, Request, Scope};
use cloudtrail::search::{Expr, Field, FieldRef, Pattern, Query, Search, Test, TimeRange};
use cloudtrail::time::{DAY, SECOND, Time};
use futures::FutureExt as _;
use futures::future::{join, join_all};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::{Caller, Credentials, Gateway, Kind};

mod account;
mod bounds;
mod cache;
mod grants;
mod list;
mod pieces;
mod region;
mod view;

pub use bounds::CacheSize;
pub use view::{RegionState, RegionView, View};

use account::{Account, Head};
use bounds::Bounds;
use cache::Caches;
use grants::Grants;
use list::{List, Lists};
use pieces::{Span, back_to, missing};
use region::Task;

/// How far back LookupEvents goes.
pub const REACH: i64 = 90 * DAY;
/// CloudTrail delivers late: what is younger than this when it is fetched is not final, and is fetched again.
pub const ARRIVING: i64 = archive::ARRIVING;
/// How old the newest events may be while somebody looks.
const FRESH: i64 = 30 * SECOND;

/// What is kept, and how long fetching goes on.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many bytes the event files of all caches together may have; beyond that the oldest whole days go. None: no bound.
    pub max_bytes: Option<u64>,
    /// How old events may grow, in milliseconds; older whole days go. None: what was fetched stays, also beyond the 90 days of
    /// LookupEvents.
    pub max_age: Option<i64>,
    /// How long fetching goes on after the last time that somebody asked. A minute if not set.
    pub interest: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { max_bytes: None, max_age: None, interest: Duration::from_secs(60) }
    }
}

/// The event history of accounts. Cheap to clone.
#[derive(Clone)]
pub struct History {
    inner: Arc<Inner>,
}

struct Inner {
    gateway: Gateway,
    options: Options,
    caches: Caches,
    bounds: Bounds,
    grants: Grants,
    accounts: Mutex<HashMap<(String, String), Arc<Account>>>,
}

impl History {
    /// With caches in a folder, that keep everything.
    pub fn new(gateway: Gateway, folder: PathBuf) -> History {
        History::with_options(gateway, folder, Options::default())
    }

    /// With caches in a folder.
    pub fn with_options(gateway: Gateway, folder: PathBuf, options: Options) -> History {
        let (caches, bounds) = (Caches::new(folder), Bounds::default());
        let (grants, accounts) = (Grants::default(), Mutex::default());
        History { inner: Arc::new(Inner { gateway, options, caches, bounds, grants, accounts }) }
    }

    /// What there is of an account for a search by whoever has these credentials, and starts to fetch what is not there. It waits
    /// for AWS's first answers, but not longer than `patience`.
    ///
    /// What is missing is fetched with the attribute of LookupEvents that leaves out most without losing anything that the
    /// search finds, if there is one. By a user's or a resource's name, which AWS compares in its own way, a few pages come besides,
    /// so that there are rows to see before all is there.
    ///
    /// # Errors
    /// When the cache cannot be used. What AWS refuses is in the view.
    pub async fn open(
        &self,
        credentials: &Credentials,
        caller: &Caller,
        search: &Search,
        patience: Duration,
    ) -> Result<View, ArchiveError> {
        let deadline = Instant::now() + patience;
        self.inner.grants.remember(credentials);
        let account = self.account(caller).await?;
        self.keep_within_bounds();
        let now = self.inner.gateway.now();
        let regions = self.inner.gateway.regions();
        // Before the first answer nobody knows how AWS writes an event's name; the list may become a shorter one below.
        account.ask(&Lists::of(&search.query.expr).best());

        let heads: Vec<_> =
            regions.iter().filter_map(|region| self.head(&account, credentials, region, now)).collect();
        // Those that take longer go on by themselves.
        let _ = tokio::time::timeout_at(deadline, join_all(heads)).await;

        // Not before: what CloudTrail no longer reaches when it is asked would be missing for ever.
        let now = self.inner.gateway.now();
        let range = self.reachable(&account, search.range, now);
        let is_open = |region: &String| self.inner.grants.has(credentials, &account.id, region, now);
        let open: Vec<String> = regions.iter().filter(|region| is_open(region)).cloned().collect();
        let scope = Scope { account: account.id.clone(), regions: open.clone() };
        let archive = account.archive().scoped(vec![scope]);
        let lists = self.lists(&archive, &search.query.expr).await?;

        let (mut first_pages, mut hints, mut filters) = (Vec::new(), Vec::new(), Vec::new());
        let covered = account.covered().await?;
        for region in &open {
            let list = account.with(region, |region| region.shortest(&lists.all));
            account.ask(&list);
            let gaps = missing(range, &account.have(region, &lists.all, &covered, now));
            // What shows first is missing: that is worth waiting for.
            let is_bare = gaps.first().is_some_and(|(_, to)| *to == range.1);
            let first_page = self.fetch(&account, credentials, region, &lists.all, gaps, now);
            first_pages.extend(first_page.filter(|_| is_bare || list != List::Events));
            if let Some(hint) = lists.hint() {
                account.ask(&hint);
                let mut any = lists.all.clone();
                any.push(hint.clone());
                let gaps = missing(range, &account.have(region, &any, &covered, now));
                hints.extend(self.fetch_some(&account, credentials, region, hint, gaps, now));
            }
        }
        let _ = tokio::time::timeout_at(deadline, join(join_all(first_pages), join_all(hints))).await;

        let now = self.inner.gateway.now();
        let look = Look { account: &account, credentials, range, lists: &lists.all };
        let covered = account.covered().await?;
        let mut views = Vec::new();
        for region in &regions {
            let have = account.have(region, &lists.all, &covered, now);
            let without = missing(range, &account.have(region, &[List::Events], &covered, now));
            if open.contains(region) && !without.is_empty() {
                filters.push(account.with(region, |region| region.shortest(&lists.all)));
            }
            let state = match (open.contains(region), self.refusal(&account, credentials, region)) {
                (true, _) => RegionState::Open,
                (false, Some((_, error))) => RegionState::Closed(error),
                (false, None) => RegionState::Waiting,
            };
            views.push(self.region(&look, region, state, back_to(range, &have)));
        }
        let wanted = search.range.from.unwrap_or(now.plus(-REACH));
        Ok(View {
            archive,
            regions: views,
            range,
            filter: lists.all.iter().find(|list| filters.contains(list)).and_then(List::attribute).cloned(),
            arriving: Some(now.plus(-ARRIVING)).filter(|time| *time < range.1),
            kept_from: self.kept_from(&account, now).filter(|kept| wanted < *kept),
        })
    }

    /// Changes whenever something was fetched for an account that is open. Whoever listens asks again then, so that fetching goes on.
    pub async fn changes(&self, caller: &Caller) -> Result<watch::Receiver<u64>, ArchiveError> {
        Ok(self.account(caller).await?.watch())
    }

    /// Forgets what these credentials may read, and the clients made with them. What is being fetched with them ends after the page in
    /// hand, though others may be waiting for it: they fetch it with their own.
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
        // Held until the account is known: nobody forgets it in between.
        let mut held = self.inner.caches.hold().await;
        let endpoint = self.inner.gateway.endpoint();
        let writer = held.of(endpoint, caller.partition(), &caller.account).await?;
        let mut kept_from = writer.kept_from().await?;
        if kept_from.is_some() && !self.is_bounded() {
            writer.keep_all().await?;
            kept_from = None;
        }
        let mut accounts = self.inner.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let account = accounts.entry(name).or_insert_with(|| {
            let account = Account::new(caller.account.clone(), writer, self.inner.options.interest);
            account.keep_from(kept_from);
            Arc::new(account)
        });
        Ok(account.clone())
    }

    /// The lists that each hold what a search finds. How AWS writes an event's name is seen in what was fetched before.
    async fn lists(&self, archive: &Archive, expr: &Expr) -> Result<Lists, ArchiveError> {
        let lists = Lists::of(expr);
        let Some(name) = &lists.unsure_name else { return Ok(lists) };
        let expr =
            Expr::Field(FieldRef::Known(Field::Event), Test::AnyOf(vec![Pattern::literal(name, false)]));
        let query = Query { text: String::new(), expr, tokens: Vec::new() };
        let search = Search { query, range: TimeRange::default() };
        let page = archive.search(&Request { facets: Some(2), ..Request::newest(search, 0) }).await?;
        let names = page.facets.iter().filter(|facet| facet.field == Field::Event);
        let is_written_so = names.flat_map(|facet| &facet.values).map(|value| &value.value).eq([name]);
        Ok(if is_written_so { lists.with_name() } else { lists })
    }

    /// The part of a range that LookupEvents reaches, as far as it is kept.
    fn reachable(&self, account: &Account, range: TimeRange, now: Time) -> Span {
        let first = now.plus(-REACH).max(self.kept_from(account, now).unwrap_or(Time::MIN));
        let from = range.from.unwrap_or(first).max(first).min(now);
        (from, range.to.unwrap_or(now).min(now).max(from))
    }

    fn refusal(
        &self,
        account: &Account,
        credentials: &Credentials,
        region: &str,
    ) -> Option<(Time, crate::GatewayError)> {
        self.inner.grants.refusal(credentials, &account.id, region)
    }

    /// Whether these credentials were refused a moment ago. With every question they use up the account's allowance: not again at once.
    fn was_refused(&self, account: &Account, credentials: &Credentials, region: &str, now: Time) -> bool {
        self.refusal(account, credentials, region).is_some_and(|(at, _)| at.plus(FRESH) > now)
    }

    /// Fetches the newest events, if nobody has lately, or if these credentials have not shown yet that they may read them.
    fn head(
        &self,
        account: &Arc<Account>,
        credentials: &Credentials,
        region: &str,
        now: Time,
    ) -> Option<Head> {
        let has_grant = self.inner.grants.has(credentials, &account.id, region, now);
        if self.was_refused(account, credentials, region, now) {
            return None;
        }
        let task = Task::new(self, account, credentials, region);
        account.with(region, |region| {
            let is_stale = region.head.is_none_or(|head| head.fetched.plus(FRESH) < now);
            // The parts of one page ask at the same moment. What has an end without having said so has panicked.
            let own = region.heads.get(&credentials.fingerprint()).filter(|head| head.peek().is_none());
            if own.is_some() || (has_grant && (!is_stale || region.is_heading())) {
                return own.cloned();
            }
            let running = tokio::spawn(task.head()).map(|_| ()).boxed().shared();
            region.heads.insert(credentials.fingerprint(), running.clone());
            Some(running)
        })
    }

    /// Fetches what is missing of the first list that AWS gives, the newest first, unless that is being done or went wrong a moment
    /// ago. What it returns ends with the first page.
    fn fetch(
        &self,
        account: &Arc<Account>,
        credentials: &Credentials,
        region: &str,
        lists: &[List],
        missing: Vec<Span>,
        now: Time,
    ) -> Option<impl Future<Output = ()> + use<>> {
        if missing.is_empty() || self.was_refused(account, credentials, region, now) {
            return None;
        }
        let started = account.with(region, |region| {
            let list = region.shortest(lists);
            region.start(&list).then_some(list)
        });
        let (list, lists) = (started?, lists.to_vec());
        let task = Task::new(self, account, credentials, region);
        let (first, first_page) = oneshot::channel();
        tokio::spawn(async move { task.fill(list, lists, missing, first).await });
        Some(async move {
            // Dropped without a word when there is only one page, or none.
            let _ = first_page.await;
        })
    }

    /// Fetches the first pages of what is missing of a list that holds some of what is wanted, unless that was done a moment ago. What
    /// it returns ends with the first page.
    fn fetch_some(
        &self,
        account: &Arc<Account>,
        credentials: &Credentials,
        region: &str,
        hint: List,
        missing: Vec<Span>,
        now: Time,
    ) -> Option<impl Future<Output = ()> + use<>> {
        if missing.is_empty() || self.was_refused(account, credentials, region, now) {
            return None;
        }
        if !account.with(region, |region| region.start_hint(&hint)) {
            return None;
        }
        let task = Task::new(self, account, credentials, region);
        let (first, first_page) = oneshot::channel();
        tokio::spawn(async move { task.fill_some(hint, missing, first).await });
        Some(async move {
            let _ = first_page.await;
        })
    }

    /// How it stands with a Region.
    fn region(&self, look: &Look<'_>, name: &str, state: RegionState, back_to: Time) -> RegionView {
        let is_open = matches!(state, RegionState::Open);
        let trouble = self.refusal(look.account, look.credentials, name).map(|(_, error)| error);
        let trouble = trouble.filter(|_| is_open && back_to > look.range.0);
        let comes_back = trouble.as_ref().is_some_and(|trouble| passes(trouble.kind()));
        look.account.with(name, |region| RegionView {
            region: name.to_owned(),
            // What others fetch does not come to somebody who may not read it.
            is_fetching: is_open
                && (region.is_on(&region.shortest(look.lists)) || region.is_heading() || comes_back),
            state,
            back_to,
            trouble,
            fetched: region.fetched,
        })
    }
}

/// Who looks at what.
struct Look<'l> {
    account: &'l Account,
    credentials: &'l Credentials,
    range: Span,
    /// Those that hold what the search finds.
    lists: &'l [List],
}

/// Whether a failure may go away by itself; fetching is tried again then, while somebody looks.
fn passes(kind: Kind) -> bool {
    matches!(kind, Kind::Throttled | Kind::Server | Kind::Unreachable | Kind::Garbled)
}
