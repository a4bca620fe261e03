//! What is known of an account while the server runs.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use archive::{Archive, ArchiveError, Covered, Writer};
use cloudtrail::time::Time;
use futures::future::{BoxFuture, Shared};
use tokio::sync::{RwLock, RwLockReadGuard, watch};
use tokio::time::Instant;

use super::FRESH;
use super::list::List;
use super::pieces::Span;
use crate::Attribute;

/// How long a question counts at least while somebody listens to what changes.
const LISTENING: Duration = Duration::from_secs(60);
/// More attributes than people ask for that AWS refuses; beyond that it is asked for them again.
const MAX_REFUSED: usize = 1_000;
/// How long it is at least until a few pages more of a list are fetched that holds some of what is wanted: AWS gives 120 pages meanwhile.
const HINT_PAUSE: Duration = Duration::from_secs(60);

/// An account whose history is open.
pub struct Account {
    pub id: String,
    pub writer: Arc<Writer>,
    regions: Mutex<HashMap<String, Region>>,
    /// When each list was last asked for.
    asked: Mutex<HashMap<List, Instant>>,
    /// How long fetching goes on after that.
    interest: Duration,
    /// Counts what changed, for those who watch.
    changes: watch::Sender<u64>,
    /// Whether it is to be forgotten: nothing is fetched or written any more.
    ended: AtomicBool,
    /// Held by whoever writes; whoever ends it waits for them.
    writing: RwLock<()>,
    /// Nothing before this is fetched: it would not be kept. In milliseconds since 1970.
    kept_from: AtomicI64,
}

/// What is known of a Region of an account.
#[derive(Default)]
pub struct Region {
    /// The newest events.
    pub head: Option<Recent>,
    /// Who is fetching them, by the fingerprint of the credentials: others of the same reader wait for the same answer.
    pub heads: HashMap<[u8; 32], Head>,
    /// What is being fetched besides, or was lately.
    lists: HashMap<List, Running>,
    /// What AWS refused to filter by here.
    refused: HashSet<Attribute>,
    /// When the first pages of lists were last begun that hold some of what is wanted.
    hinted: HashMap<List, Instant>,
    /// Events fetched since the server started.
    pub fetched: u64,
}

/// The newest events being fetched.
pub type Head = Shared<BoxFuture<'static, ()>>;

/// How it stands with one list of a Region.
#[derive(Default)]
struct Running {
    is_on: bool,
    recent: Option<Recent>,
}

/// A stretch that was fetched, and that CloudTrail may still deliver to: it is fetched again.
#[derive(Clone, Copy, Debug)]
pub struct Recent {
    /// Everything that was delivered by then of this stretch is there.
    pub span: Span,
    /// When it was fetched.
    pub fetched: Time,
}

impl Recent {
    /// What counts as there for now: somebody who looks every half minute is told that it is all there.
    fn seen_at(self, now: Time) -> Span {
        let (from, to) = self.span;
        let is_newest = to.plus(FRESH) >= self.fetched && self.fetched.plus(2 * FRESH) >= now;
        (from, if is_newest { to.max(now) } else { to })
    }
}

impl Account {
    pub fn new(id: String, writer: Arc<Writer>, interest: Duration) -> Account {
        Account {
            id,
            writer,
            regions: Mutex::default(),
            asked: Mutex::default(),
            interest,
            changes: watch::channel(0).0,
            ended: AtomicBool::new(false),
            writing: RwLock::default(),
            kept_from: AtomicI64::new(i64::MIN),
        }
    }

    pub fn archive(&self) -> Archive {
        self.writer.archive()
    }

    pub fn with<T>(&self, region: &str, change: impl FnOnce(&mut Region) -> T) -> T {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        change(regions.entry(region.to_owned()).or_default())
    }

    pub fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Somebody wants a list.
    pub fn ask(&self, list: &List) {
        let lasts = self.interest_lasts();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, at| at.elapsed() < lasts);
        asked.insert(list.clone(), Instant::now());
    }

    /// Whether somebody still wants a list.
    pub fn is_asked_for(&self, list: &List) -> bool {
        let lasts = self.interest_lasts();
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        !self.has_ended() && asked.get(list).is_some_and(|at| at.elapsed() < lasts)
    }

    /// Whether somebody still wants any.
    pub fn is_looked_at(&self) -> bool {
        let lasts = self.interest_lasts();
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        !self.has_ended() && asked.values().any(|at| at.elapsed() < lasts)
    }

    /// How long a question counts. Whoever listens asks again with each change, or after half a minute: a list that was left for another
    /// is not fetched to its end because of that.
    fn interest_lasts(&self) -> Duration {
        if self.changes.receiver_count() > 0 { self.interest.max(LISTENING) } else { self.interest }
    }

    /// Leave to write, until it is dropped; `None` if the account is to be forgotten.
    pub async fn may_write(&self) -> Option<RwLockReadGuard<'_, ()>> {
        let writing = self.writing.read().await;
        (!self.has_ended()).then_some(writing)
    }

    /// Ends fetching, and waits for what is being written.
    pub async fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(self.writing.write().await);
        self.changed();
    }

    /// Before this nothing is kept.
    pub fn kept_from(&self) -> Time {
        Time::from_millis(self.kept_from.load(Ordering::Relaxed))
    }

    pub fn keep_from(&self, time: Option<Time>) {
        self.kept_from.store(time.map_or(i64::MIN, Time::as_millis), Ordering::Relaxed);
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// What was fetched and is final, of all Regions.
    pub async fn covered(&self) -> Result<Vec<Covered>, ArchiveError> {
        self.archive().covered(&self.id, None).await
    }

    /// What is there of a Region for whoever wants any of some lists: what is final, and what was fetched lately.
    pub fn have(&self, region: &str, lists: &[List], covered: &[Covered], now: Time) -> Vec<Span> {
        let keys: Vec<_> = lists.iter().map(List::key).collect();
        let mut have: Vec<Span> = covered
            .iter()
            .filter(|piece| piece.region == region && keys.contains(&piece.attribute))
            .map(|piece| piece.range)
            .collect();
        self.with(region, |region| {
            if lists.contains(&List::Events) {
                // Fetching them again is the head's own business, also while it is at it.
                let newest =
                    |head: Recent| if region.is_heading() { (head.span.0, now) } else { head.seen_at(now) };
                have.extend(region.head.map(newest));
            }
            region
                .lists
                .retain(|_, list| list.is_on || list.recent.is_some_and(|recent| recent.is_fresh(now)));
            let recent = lists.iter().filter_map(|list| region.lists.get(list)?.recent);
            have.extend(recent.filter(|recent| recent.is_fresh(now)).map(|recent| recent.seen_at(now)));
        });
        have
    }
}

impl Recent {
    fn is_fresh(&self, now: Time) -> bool {
        self.fetched.plus(FRESH) > now
    }
}

impl Region {
    /// Whether the newest events are being fetched.
    pub fn is_heading(&self) -> bool {
        !self.heads.is_empty()
    }

    /// AWS does not filter by this attribute: from now on it is done without.
    pub fn refuse(&mut self, attribute: Attribute) {
        if self.refused.len() >= MAX_REFUSED {
            self.refused.clear();
        }
        self.refused.insert(attribute);
    }

    /// The first of some lists, sorted by length, that AWS has not refused to give.
    pub fn shortest(&self, lists: &[List]) -> List {
        let is_given =
            |list: &&List| list.attribute().is_none_or(|attribute| !self.refused.contains(attribute));
        lists.iter().find(is_given).cloned().unwrap_or(List::Events)
    }

    /// Marks that the first pages are being fetched of a list that holds some of what is wanted. False if they were already, not long
    /// ago, or if AWS refuses to give it.
    pub fn start_hint(&mut self, hint: &List) -> bool {
        self.hinted.retain(|_, begun| begun.elapsed() < HINT_PAUSE);
        let is_refused = hint.attribute().is_some_and(|attribute| self.refused.contains(attribute));
        let is_new = !is_refused && !self.hinted.contains_key(hint) && self.start(hint);
        if is_new {
            self.hinted.insert(hint.clone(), Instant::now());
        }
        is_new
    }

    /// Whether a list is being fetched.
    pub fn is_on(&self, list: &List) -> bool {
        self.lists.get(list).is_some_and(|list| list.is_on)
    }

    /// Marks that a list is being fetched. False if it was already.
    pub fn start(&mut self, list: &List) -> bool {
        !std::mem::replace(&mut self.lists.entry(list.clone()).or_default().is_on, true)
    }

    /// Marks that it is no longer.
    pub fn stop(&mut self, list: &List) {
        if let Some(list) = self.lists.get_mut(list) {
            list.is_on = false;
        }
    }

    /// Remembers what was fetched of a list and is not final. The newest events go on from there.
    pub fn remember(&mut self, list: &List, recent: Recent) {
        match &mut self.head {
            Some(head) if *list == List::Events && head.span.0 <= recent.span.1 => {
                head.span.0 = head.span.0.min(recent.span.0);
            }
            _ => self.lists.entry(list.clone()).or_default().recent = Some(recent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_of_a_list_is_fetched_now_and_then_and_never_what_is_refused() {
        let hint = |value| List::By(Attribute::of("Username", value));
        let mut region = Region::default();
        assert!(region.start_hint(&hint("jo")));
        assert!(!region.start_hint(&hint("jo")), "it is being fetched");
        region.stop(&hint("jo"));
        assert!(!region.start_hint(&hint("jo")), "it was a moment ago");
        region.hinted.clear();
        assert!(region.start_hint(&hint("jo")));
        region.refuse(Attribute::of("Username", "max"));
        assert!(!region.start_hint(&hint("max")));
    }
}
