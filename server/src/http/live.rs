//! `/live/{account}`: says that something came, as long as somebody looks at a list of an AWS account (server-sent events).
//!
//! It carries no event and no number: whoever hears of a change asks for the page again, with all the checks that this has. While
//! it is open, the newest events are fetched again every 30 seconds.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use cloudtrail::search::Search;
use futures::future::select_all;
use futures::{Stream, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tower_sessions::Session;

use super::Context;
use super::problem::Problem;
use crate::services::{Visible, Witness, read_search};
use crate::vault::Connection;

/// The shortest time between two changes that are told.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the newest events are asked for.
const HEAD: Duration = Duration::from_secs(30);
/// How many are open at once, for everybody together.
const MOST: usize = 1_000;

/// The routes.
pub fn routes() -> axum::Router<Context> {
    axum::Router::new().route("/live/{account}", get(live))
}

/// Places for those who listen.
#[derive(Clone)]
pub struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Places {
        Places(Arc::new(Semaphore::new(MOST)))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// What the page shows already: the archive's state, and whether more was on its way.
    seen: String,
    q: String,
    from: Option<String>,
    to: Option<String>,
}

async fn live(
    State(context): State<Context>,
    session: Session,
    visible: Visible,
    witness: Witness,
    Path(account): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let search = read_search(&asked.q, asked.from.as_deref(), asked.to.as_deref(), context.clock().now())?;
    visible.check(&account).await?;
    let Ok(permit) = context.places().0.clone().try_acquire_owned() else {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many", "Too many are listening")
            .detail("Changes are not told right now; load the page again to see what came."));
    };
    let listener = Listener {
        context,
        session,
        witness,
        account,
        search,
        is_open: asked.to.is_none(),
        known: seen(&asked.seen),
        told: None,
        _permit: permit,
    };
    let changes = stream::unfold(Some(listener), |listener| async move {
        let (event, listener) = listener?.next().await;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Browsers pass over an event without data.
fn told(what: &str) -> Event {
    Event::default().event(what).data(what)
}

/// `17-true`
fn seen(text: &str) -> Option<(i64, bool)> {
    let (generation, is_fetching) = text.split_once('-')?;
    Some((generation.parse().ok()?, is_fetching.parse().ok()?))
}

/// Somebody who listens.
struct Listener {
    context: Context,
    session: Session,
    witness: Witness,
    account: String,
    search: Search,
    /// Whether the search has no end: then something may always come.
    is_open: bool,
    /// What was told last.
    known: Option<(i64, bool)>,
    /// When a change was told last.
    told: Option<Instant>,
    _permit: OwnedSemaphorePermit,
}

impl Listener {
    /// Waits for the next change. Without a listener to go on with, this was the last.
    async fn next(mut self) -> (Event, Option<Listener>) {
        let closing = self.context.closing().clone();
        let mut forgotten = self.context.vault().forgotten();
        // While all Regions are fetched something comes every few milliseconds.
        if let Some(told) = self.told {
            tokio::time::sleep_until(told + PAUSE).await;
        }
        loop {
            // A sign-in that has ended in the meantime is not used any more. Listening itself does not keep it from ending.
            let connections = self.connections().await;
            if connections.is_empty() {
                return (told("ended"), None);
            }
            let mut receivers = self.receivers(&connections).await;
            let visible = Visible::new(
                self.context.accounts().clone(),
                connections,
                self.context.history().cloned(),
                self.witness.clone(),
            );
            let Some(now) = self.look(&visible).await else {
                return (told("ended"), None);
            };
            let before = self.known.replace(now);
            if before.is_some_and(|before| before != now) {
                self.told = Some(Instant::now());
                return (told("changed"), Some(self));
            }
            if !now.1 && !self.is_open {
                return (told("done"), None);
            }
            let changed = select_all(receivers.iter_mut().map(|receiver| Box::pin(receiver.changed())));
            let changed = pin!(tokio::time::timeout(HEAD, changed));
            tokio::select! {
                _ = changed => tokio::time::sleep(PAUSE).await,
                // Perhaps it was this session's.
                _ = forgotten.changed() => {}
                () = closing.cancelled() => return (told("done"), None),
            }
        }
    }

    /// The accounts that are looked at, among those that the session is signed in to now.
    async fn connections(&self) -> Vec<Arc<Connection>> {
        let mut connections = self.context.peek_connections(&self.session).await;
        if self.account != "all" {
            connections.retain(|connection| connection.account == self.account);
        }
        connections
    }

    async fn receivers(&self, connections: &[Arc<Connection>]) -> Vec<watch::Receiver<u64>> {
        let mut receivers = Vec::new();
        let Some(history) = self.context.history() else { return receivers };
        for connection in connections {
            if let Ok(receiver) = history.changes(&connection.caller()).await {
                receivers.push(receiver);
            }
        }
        receivers
    }

    /// The state of the archive, and whether more is on its way.
    async fn look(&self, visible: &Visible) -> Option<(i64, bool)> {
        let account = visible.get(&self.account, &self.search).await.ok()?;
        let coverage = account.coverage(self.search.range).await.ok()?;
        let is_fetching = coverage.history.as_ref().is_some_and(|history| history.is_fetching());
        Some((coverage.generation, is_fetching))
    }
}
