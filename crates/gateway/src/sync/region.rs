//! Fetching one Region of one account.

use std::sync::Arc;

use archive::{ArchiveError, Covered};
use cloudtrail::time::{SECOND, Time};

use super::pieces::Span;
use super::{ARRIVING, Account, History, REACH};
use crate::error::{GatewayError, Kind};
use crate::{Credentials, Lookup, Page};

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

impl Task {
    pub fn new(history: &History, account: &Arc<Account>, credentials: &Credentials, region: &str) -> Task {
        Task {
            history: history.clone(),
            account: account.clone(),
            credentials: credentials.clone(),
            region: region.to_owned(),
        }
    }

    /// Fetches the newest page, which also shows that these credentials may read; and as many more as it takes to reach what was
    /// fetched before.
    pub async fn head(self) {
        let known = self.account.with(&self.region, |region| region.head);
        let now = self.history.inner.gateway.now();
        // What arrived late since the last time lies in its last minutes; the first time, one page shows where things stand.
        let from = known.map_or(now.plus(-REACH), |head| head.plus(-ARRIVING));
        let result = self.pages((from, now), now, known.is_none()).await;
        let done = result.is_ok();
        self.account.with(&self.region, |region| {
            region.heading = false;
            if done && known.is_some() {
                region.head = Some(now);
            }
        });
        self.settle(result);
    }

    /// Fetches what is missing.
    pub async fn fill(self, missing: Vec<Span>) {
        let mut result = Ok(());
        for piece in missing {
            let now = self.history.inner.gateway.now();
            result = self.pages(piece, now, false).await;
            if result.is_err() {
                break;
            }
            if piece.1 >= now.plus(-ARRIVING) {
                self.account.with(&self.region, |region| region.head = region.head.max(Some(piece.1)));
            }
        }
        self.account.with(&self.region, |region| region.fetching = false);
        self.settle(result);
    }

    /// Fetches a stretch page by page, newest first, and writes down with each page what is covered by now. With `one` only the
    /// first page.
    async fn pages(&self, (from, to): Span, now: Time, one: bool) -> Result<(), Stop> {
        // Seconds are the finest that AWS tells apart.
        let (from, mut end) = (floor(from), ceiling(to));
        let mut token: Option<String> = None;
        let mut oldest = end;
        loop {
            if !one && !self.account.is_asked_for() {
                return Err(Stop::Idle);
            }
            let wanted = Lookup {
                account: &self.account.id,
                region: &self.region,
                range: (from, end),
                attribute: None,
                insights: false,
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
            let asked = self.history.inner.gateway.now();
            self.history.inner.grants.give(&self.credentials, &self.account.id, &self.region, asked);
            oldest = page.oldest.unwrap_or(oldest).min(oldest);
            // More events of the oldest second may be on the next page.
            let back_to = if page.token.is_some() { oldest.plus(SECOND) } else { from };
            self.keep(&page, (back_to, end), now).await.map_err(Stop::Cache)?;
            token = page.token;
            if one || token.is_none() {
                return Ok(());
            }
        }
    }

    async fn keep(&self, page: &Page, (from, to): Span, now: Time) -> Result<(), ArchiveError> {
        let range = (from, to.min(now.plus(-ARRIVING)));
        let covered = Covered {
            account: self.account.id.clone(),
            region: self.region.clone(),
            attribute: None,
            range,
            fetched: now,
        };
        let covered = if range.0 < range.1 { vec![covered] } else { Vec::new() };
        if !page.records.is_empty() || !covered.is_empty() {
            let added = self.account.writer.add(&page.records, &covered, now).await?;
            self.account.with(&self.region, |region| region.fetched += added.events);
        }
        self.account.changed();
        Ok(())
    }

    fn settle(&self, result: Result<(), Stop>) {
        match result {
            Ok(()) | Err(Stop::Idle) => return,
            Err(Stop::Aws(error)) => {
                tracing::info!(region = self.region, kind = ?error.kind(), "event history was not fetched");
                let now = self.history.inner.gateway.now();
                self.history.inner.grants.refuse(
                    &self.credentials,
                    &self.account.id,
                    &self.region,
                    error,
                    now,
                );
            }
            Err(Stop::Cache(error)) => {
                tracing::error!(region = self.region, %error, "the cache cannot be written");
            }
        }
        self.account.changed();
    }
}

fn floor(time: Time) -> Time {
    Time::from_millis(time.as_millis().div_euclid(SECOND) * SECOND)
}

fn ceiling(time: Time) -> Time {
    floor(time.plus(SECOND - 1))
}
