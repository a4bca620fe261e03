//! Fetching one Region of one account.

use std::sync::Arc;

use archive::{ArchiveError, Covered};
use cloudtrail::time::{SECOND, Time};
use tokio::sync::oneshot;

use super::account::{Account, Recent};
use super::list::List;
use super::pieces::Span;
use super::{ARRIVING, History, REACH};
use crate::error::{GatewayError, Kind};
use crate::{Credentials, Lookup, Onward, Page};

/// Work on one Region, under somebody's credentials.
pub struct Task {
    history: History,
    account: Arc<Account>,
    credentials: Credentials,
    region: String,
}

/// Why fetching ended early.
enum Stop {
    /// AWS said no.
    Aws(GatewayError),
    /// The cache cannot be written.
    Cache(ArchiveError),
    /// Nobody waits any more.
    Idle,
}

/// How many pages are fetched at once of a list that holds some of what is wanted: enough for what a page shows first.
const HINT_PAGES: usize = 10;

/// How much of a list is fetched.
enum Extent<'f> {
    /// The first page.
    Page,
    /// All of it, while somebody looks at the account.
    Newest,
    /// All of it, while somebody wants this list. Who waits for the first page is told.
    Whole(Wait<'f>),
    /// So many pages of it at most, while somebody wants this list.
    Some(&'f mut usize, Wait<'f>),
}

/// Who waits for a first page.
type Wait<'f> = &'f mut Option<oneshot::Sender<()>>;

impl Task {
    pub fn new(history: &History, account: &Arc<Account>, credentials: &Credentials, region: &str) -> Task {
        Task {
            history: history.clone(),
            account: account.clone(),
            credentials: credentials.clone(),
            region: region.to_owned(),
        }
    }

    /// Fetches the newest events, which also shows that these credentials may read. Who looked a moment ago gets all that came
    /// since; at first, and after a pause, one page shows where things stand, and what lies before it is a gap like any other.
    pub async fn head(self) {
        let now = self.history.inner.gateway.now();
        let known = self.account.with(&self.region, |region| region.head);
        let known = known.filter(|head| head.fetched.plus(ARRIVING) > now);
        // What arrived late since the last time lies in what was not final then.
        let from = known.map_or(now.plus(-REACH), |head| head.span.0);
        let extent = if known.is_some() { Extent::Newest } else { Extent::Page };
        let mut back_to = now;
        let result = self.pages(&List::Events, (from, now), now, extent, &mut back_to).await;
        self.note(&result);
        self.account.with(&self.region, |region| {
            region.heads.remove(&self.credentials.fingerprint());
            if result.is_ok() {
                let before = region.head.map(|head| head.span.0);
                let from = match (before, known) {
                    // Meanwhile what lies before was fetched too, and is not final.
                    (Some(before), Some(known)) if before < known.span.0 => before,
                    _ => back_to.max(now.plus(-ARRIVING)),
                };
                region.head = Some(Recent { span: (from, now), fetched: now });
            }
        });
        // Whoever waits sees what is marked by now.
        self.account.changed();
    }

    /// Fetches what is missing of a list that is marked as being fetched. Where AWS refuses to filter by its attribute, the next of
    /// `lists`, which all hold what is wanted, takes its place.
    pub async fn fill(
        self,
        mut list: List,
        lists: Vec<List>,
        missing: Vec<Span>,
        first: oneshot::Sender<()>,
    ) {
        let mut first = Some(first);
        let result = loop {
            let result = self.stretches(&list, &missing, &mut first).await;
            let refused = match &result {
                Err(Stop::Aws(error)) if is_about_filter(error) => list.attribute().cloned(),
                _ => None,
            };
            let Some(attribute) = refused else { break result };
            let (region, key) = (&self.region, attribute.key);
            tracing::warn!(region, key, "AWS does not filter event history by this; it is fetched without");
            let (next, starts) = self.account.with(&self.region, |region| {
                region.refuse(attribute);
                let next = region.shortest(&lists);
                let starts = region.start(&next);
                region.stop(&list);
                (next, starts)
            });
            // Whoever wanted the one wants the other.
            if self.account.is_asked_for(&list) {
                self.account.ask(&next);
            }
            if !starts {
                // Somebody is at it.
                self.account.changed();
                return;
            }
            list = next;
        };
        // Before it counts as ended: nobody is to begin anew in between.
        self.note(&result);
        self.account.with(&self.region, |region| region.stop(&list));
        // Whoever waits sees what is marked by now.
        self.account.changed();
    }

    /// Fetches the first pages of what is missing of a list that is marked as being fetched, which holds some of what is wanted. It is no
    /// trouble to whoever waits if AWS does not give it.
    pub async fn fill_some(self, hint: List, missing: Vec<Span>, first: oneshot::Sender<()>) {
        let (mut first, mut pages) = (Some(first), HINT_PAGES);
        for piece in missing {
            let now = self.history.inner.gateway.now();
            let extent = Extent::Some(&mut pages, &mut first);
            let result = self.pages(&hint, piece, now, extent, &mut { piece.1 }).await;
            if let (Err(Stop::Aws(error)), Some(attribute)) = (&result, hint.attribute())
                && is_about_filter(error)
            {
                self.account.with(&self.region, |region| region.refuse(attribute.clone()));
            }
            if result.is_err() || pages == 0 {
                break;
            }
        }
        self.account.with(&self.region, |region| region.stop(&hint));
        self.account.changed();
    }

    /// Fetches stretches of a list, one after the other.
    async fn stretches(&self, list: &List, missing: &[Span], first: Wait<'_>) -> Result<(), Stop> {
        for piece in missing {
            let now = self.history.inner.gateway.now();
            let mut back_to = piece.1;
            let result = self.pages(list, *piece, now, Extent::Whole(first), &mut back_to).await;
            // Also of a list that broke off what came need not come again at once.
            let arriving = (back_to.max(now.plus(-ARRIVING)), piece.1);
            if arriving.0 < arriving.1 {
                let recent = Recent { span: arriving, fetched: now };
                self.account.with(&self.region, |region| region.remember(list, recent));
            }
            result?;
        }
        Ok(())
    }

    /// Fetches a stretch page by page, newest first, and writes down with each page what is covered by now, and `reached`: from when on
    /// everything is there.
    async fn pages(
        &self,
        list: &List,
        (from, to): Span,
        now: Time,
        mut extent: Extent<'_>,
        reached: &mut Time,
    ) -> Result<(), Stop> {
        // Seconds are the finest that AWS tells apart.
        let (from, mut end) = (floor(from), ceiling(to));
        let mut token: Option<String> = None;
        let mut oldest = end;
        let mut onward = Onward::default();
        loop {
            let is_wanted = match &extent {
                Extent::Page => !self.account.has_ended(),
                Extent::Newest => self.account.is_looked_at(),
                Extent::Whole(_) => self.account.is_asked_for(list),
                Extent::Some(left, _) => **left > 0 && self.account.is_asked_for(list),
            };
            let is_signed_out = self.history.inner.grants.has_forgotten(&self.credentials);
            // What lies before the bound would not be kept.
            if !is_wanted || is_signed_out || oldest <= self.account.kept_from() {
                return Err(Stop::Idle);
            }
            let wanted = Lookup {
                account: &self.account.id,
                region: &self.region,
                range: (from, end),
                attribute: list.attribute(),
                insights: *list == List::Insights,
                token: token.as_deref(),
            };
            let page = match self.history.inner.gateway.lookup(&self.credentials, &wanted).await {
                Ok(page) => page,
                // A list goes on only for a while. What is left of it is a list of its own.
                Err(error) if error.kind() == Kind::StaleToken && token.is_some() => {
                    (token, end) = (None, oldest.plus(SECOND).min(end));
                    continue;
                }
                Err(error) => return Err(Stop::Aws(error)),
            };
            onward.check(&self.region, &page).map_err(Stop::Aws)?;
            // Whoever signed out meanwhile gets no grant any more.
            if self.history.inner.grants.has_forgotten(&self.credentials) {
                return Err(Stop::Idle);
            }
            let asked = self.history.inner.gateway.now();
            self.history.inner.grants.give(&self.credentials, &self.account.id, &self.region, asked);
            oldest = page.oldest.unwrap_or(oldest).min(oldest);
            // More events of the oldest second may be on the next page.
            let back_to = if page.token.is_some() { oldest.plus(SECOND).min(end) } else { from };
            self.keep(list, &page, (back_to, end), now).await.map_err(Stop::Cache)?;
            *reached = back_to;
            token = page.token;
            if let Extent::Some(left, _) = &mut extent {
                **left -= 1;
            }
            if let Extent::Whole(first) | Extent::Some(_, first) = &mut extent
                && let Some(first) = first.take()
            {
                // Nobody may be waiting any more.
                first.send(()).ok();
            }
            if matches!(extent, Extent::Page) || token.is_none() {
                return Ok(());
            }
        }
    }

    async fn keep(&self, list: &List, page: &Page, (from, to): Span, now: Time) -> Result<(), ArchiveError> {
        let range = (from, to.min(now.plus(-ARRIVING)));
        let covered = Covered {
            account: self.account.id.clone(),
            region: self.region.clone(),
            attribute: list.key(),
            range,
            fetched: now,
        };
        let covered = if range.0 < range.1 { vec![covered] } else { Vec::new() };
        let Some(_writing) = self.account.may_write().await else { return Ok(()) };
        if !page.records.is_empty() || !covered.is_empty() {
            let added = self.account.writer.add(&page.records, &covered, now).await?;
            self.account.with(&self.region, |region| region.fetched += added.events);
        }
        self.account.changed();
        Ok(())
    }

    /// Remembers why fetching ended, if it went wrong.
    fn note(&self, result: &Result<(), Stop>) {
        match result {
            Ok(()) | Err(Stop::Idle) => {}
            Err(Stop::Aws(error)) => {
                tracing::info!(region = self.region, kind = ?error.kind(), "event history was not fetched");
                let now = self.history.inner.gateway.now();
                self.history.inner.grants.refuse(
                    &self.credentials,
                    &self.account.id,
                    &self.region,
                    error.clone(),
                    now,
                );
            }
            Err(Stop::Cache(error)) => {
                tracing::error!(region = self.region, %error, "the cache cannot be written");
            }
        }
    }
}

/// Whether AWS refused what it was to filter by, and not the call as such.
fn is_about_filter(error: &GatewayError) -> bool {
    matches!(error.code(), "InvalidLookupAttributesException" | "ValidationException")
}

fn floor(time: Time) -> Time {
    Time::from_millis(time.as_millis().div_euclid(SECOND) * SECOND)
}

fn ceiling(time: Time) -> Time {
    floor(time.plus(SECOND - 1))
}
