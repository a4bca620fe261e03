//! `waymark search --aws`: the event history of the person's own account, under their own credentials.

use std::time::Duration;

use archive::{Archive, ArchiveError, Scope};
use cloudtrail::search::{Search, TimeRange};
use cloudtrail::time::{HOUR, MINUTE, Time};
use futures::future::join_all;
use gateway::sync::{History, RegionState, RegionView, View};
use gateway::{Caller, Chain, Credentials, Gateway, GatewayError, Lookup};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::cli::arguments::SearchArguments;
use crate::cli::credentials::{self, aws, unusable};
use crate::cli::output::safe;
use crate::cli::progress::{Fetching, count};
use crate::clock::Clock;
use crate::data::DataFolder;
use crate::error::{Error, Result};
use crate::serve::signal;

/// How far back is searched when no one says: what people ask is mostly about today, and a day of all Regions is there in seconds.
const DEFAULT: i64 = 24 * 60 * MINUTE;
/// How long one look waits for AWS's first answers.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait for something new before looking again.
const PAUSE: Duration = Duration::from_secs(1);
/// How long nothing but trouble is put up with.
const TROUBLE: Duration = Duration::from_secs(60);

/// What is there to search, and what is not.
pub struct Found {
    /// What AWS shows to the person.
    pub archive: Archive,
    /// Lines to print after the events.
    pub notes: Vec<String>,
    /// Whether all is there that was asked for.
    pub is_whole: bool,
    /// Holds the cache for as long as it is searched.
    _history: Option<History>,
}

/// The range to search: the last 24 hours up to `to`, unless it is given. It ends now at the latest, and stays as it is.
pub fn range(given: TimeRange, now: Time) -> TimeRange {
    let to = given.to.unwrap_or(now).min(now);
    let from = given.from.unwrap_or_else(|| {
        eprintln!("searching 24 hours, up to {} UTC; --from chooses more, up to 90 days back", to.readable());
        to.plus(-DEFAULT)
    });
    TimeRange { from: Some(from), to: Some(to) }
}

/// Fetches what the search needs and is not there, and waits for it; Ctrl-C ends the waiting.
pub async fn find(arguments: &SearchArguments, search: &Search, clock: &Clock) -> Result<Found> {
    for region in &arguments.regions {
        check_region(region)?;
    }
    let (chain, gateway) =
        credentials::find(arguments.profile.as_deref(), arguments.regions.clone(), clock).await?;
    let credentials = chain.credentials().await.map_err(unusable)?;
    let caller = gateway.caller(&credentials).await.map_err(aws)?;
    if caller.is_root() {
        return Err(Error::Argument(
            "these are the keys of the account's root, which Waymark does not use: everything is allowed to them. Make a user or a \
             role for it."
                .to_owned(),
        ));
    }
    eprintln!("AWS account {}, as {}", caller.account, caller.arn);
    let folder = DataFolder::open(arguments.data.as_deref())?.caches();
    let history = History::new(gateway.clone(), folder);
    let changes = match history.changes(&caller).await {
        Ok(changes) => changes,
        Err(ArchiveError::Locked { path }) => {
            eprintln!(
                "note: a running Waymark fetches this account's events already; searching what it has by now"
            );
            let archive = Archive::open(&path).await?;
            return what_is_there(&gateway, &credentials, &caller, archive, clock.now()).await;
        }
        Err(error) => return Err(error.into()),
    };
    let wait = Wait { history: &history, chain: &chain, caller: &caller, search };
    let (view, is_stopped) = wait.until_there(changes).await?;
    let (notes, is_whole) = notes(&view, search.range.from, is_stopped)?;
    Ok(Found { archive: view.archive, notes, is_whole, _history: Some(history) })
}

struct Wait<'w> {
    history: &'w History,
    chain: &'w Chain,
    caller: &'w Caller,
    search: &'w Search,
}

impl Wait<'_> {
    /// The view once nothing more is on its way, and whether the person ended the waiting.
    async fn until_there(&self, mut changes: watch::Receiver<u64>) -> Result<(View, bool)> {
        let mut stopped = std::pin::pin!(signal::stopped());
        let shown = Fetching::new();
        let mut well = Instant::now();
        loop {
            changes.mark_unchanged();
            let credentials = self.chain.credentials().await.map_err(unusable)?;
            let view = tokio::select! {
                view = self.history.open(&credentials, self.caller, self.search, PATIENCE) => view?,
                () = &mut stopped => {
                    let view = self.history.open(&credentials, self.caller, self.search, Duration::ZERO).await?;
                    return Ok((view, true));
                }
            };
            let on_their_way = view.regions.iter().filter(|region| is_on_its_way(region));
            if on_their_way.clone().any(|region| region.trouble.is_none()) {
                well = Instant::now();
            }
            if !view.is_fetching() || well.elapsed() > TROUBLE {
                return Ok((view, false));
            }
            shown.show(&steps(&view));
            tokio::select! {
                _ = tokio::time::timeout(PAUSE, changes.changed()) => {}
                () = &mut stopped => return Ok((view, true)),
            }
        }
    }
}

/// Each Region, how far it has come in thousandths, and how many events came.
fn steps(view: &View) -> Vec<(String, u64, u64)> {
    let (from, to) = view.range;
    let whole = (to.as_millis() - from.as_millis()).max(1);
    let step = |region: &RegionView| {
        let missing = (region.back_to.as_millis() - from.as_millis()).clamp(0, whole);
        let is_closed = matches!(region.state, RegionState::Closed(_));
        let done =
            if is_closed || !is_on_its_way(region) { 1_000 } else { 1_000 * (whole - missing) / whole };
        // Whether it is done is told when nothing more comes.
        let done = if is_on_its_way(region) { done.min(999) } else { done };
        (region.region.clone(), done.unsigned_abs(), region.fetched)
    };
    view.regions.iter().map(step).collect()
}

fn is_on_its_way(region: &RegionView) -> bool {
    region.is_fetching || matches!(region.state, RegionState::Waiting)
}

/// What to know besides the events, and whether all is there that event history has since `from`.
fn notes(view: &View, from: Option<Time>, is_stopped: bool) -> Result<(Vec<String>, bool)> {
    let (mut notes, mut is_whole) = (Vec::new(), true);
    if is_stopped {
        notes.push("stopped before everything was fetched; the same command goes on from there".to_owned());
    }
    let closed = refusals(view.regions.iter().filter_map(|region| match &region.state {
        RegionState::Closed(error) => Some((region.region.as_str(), error)),
        _ => None,
    }));
    let are_all_closed = view.regions.iter().all(|region| matches!(region.state, RegionState::Closed(_)));
    if let Some((_, error)) = closed.iter().max_by_key(|(regions, _)| regions.len())
        && are_all_closed
    {
        return Err(aws((*error).clone()));
    }
    for (regions, error) in &closed {
        is_whole &= error.is_note();
        notes.push(refusal(regions, error));
    }
    for region in &view.regions {
        let why = region.trouble.as_ref().map(|error| format!(": {}", error.answer())).unwrap_or_default();
        match region.state {
            RegionState::Waiting => {
                is_whole = false;
                notes.push(format!("missing: {}: AWS has not answered yet{why}", region.region));
            }
            RegionState::Open if region.back_to > view.range.0 => {
                is_whole = false;
                let back_to = region.back_to.readable();
                notes.push(format!("missing: {}: all before {back_to} UTC{why}", region.region));
            }
            _ => {}
        }
    }
    // Who asks for 90 days has asked a moment ago.
    let is_kept = view.kept_from.is_none_or(|kept| kept < view.range.0);
    if is_kept && from.is_some_and(|from| from.plus(HOUR) < view.range.0) {
        notes.push(format!(
            "note: event history goes back 90 days, to {} UTC; of what is older there is only what was fetched in time",
            view.range.0.readable()
        ));
    }
    if let Some(kept_from) = view.kept_from {
        notes.push(format!("note: events from before {} UTC are not kept here", kept_from.readable()));
    }
    if let Some(arriving) = view.arriving {
        notes.push(format!(
            "note: CloudTrail delivers late; events since {} UTC may still be arriving",
            arriving.readable()
        ));
    }
    Ok((notes.iter().map(|note| safe(note).to_string()).collect(), is_whole))
}

/// The Regions that AWS refused, those with the same words together.
fn refusals<'e>(
    all: impl Iterator<Item = (&'e str, &'e GatewayError)>,
) -> Vec<(Vec<&'e str>, &'e GatewayError)> {
    let mut grouped: Vec<(Vec<&str>, &GatewayError)> = Vec::new();
    for (region, error) in all {
        match grouped.iter_mut().find(|(_, other)| other.answer() == error.answer()) {
            Some((regions, _)) => regions.push(region),
            None => grouped.push((vec![region], error)),
        }
    }
    grouped
}

fn refusal(regions: &[&str], error: &GatewayError) -> String {
    let word = if error.is_note() { "note" } else { "missing" };
    let help = error.help().map(|help| format!(" {help}")).unwrap_or_default();
    format!("{word}: {}: {}. {}{help}", regions.join(", "), error.title(), error.answer())
}

/// What another process has fetched, of the Regions that AWS shows to this person too: each is asked for one page.
async fn what_is_there(
    gateway: &Gateway,
    credentials: &Credentials,
    caller: &Caller,
    archive: Archive,
    now: Time,
) -> Result<Found> {
    let regions = gateway.regions();
    let asked = regions.iter().map(|region| async move {
        let wanted = Lookup {
            account: &caller.account,
            region,
            range: (now.plus(-MINUTE), now),
            attribute: None,
            insights: false,
            token: None,
        };
        (region, gateway.lookup(credentials, &wanted).await)
    });
    let answers = join_all(asked).await;
    let open: Vec<String> =
        answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(region, _)| (*region).clone()).collect();
    let closed = refusals(
        answers.iter().filter_map(|(region, answer)| Some((region.as_str(), answer.as_ref().err()?))),
    );
    if let ([], [(_, error), ..]) = (open.as_slice(), closed.as_slice()) {
        return Err(aws((*error).clone()));
    }
    let mut notes = vec![format!(
        "missing: whatever the running Waymark has not fetched of {}",
        count(open.len() as u64, "Region", "Regions")
    )];
    notes.extend(closed.iter().map(|(regions, error)| refusal(regions, error)));
    let archive = archive.scoped(vec![Scope { account: caller.account.clone(), regions: open }]);
    let notes = notes.iter().map(|note| safe(note).to_string()).collect();
    Ok(Found { archive, notes, is_whole: false, _history: None })
}

fn check_region(region: &str) -> Result<()> {
    let is_name = region.matches('-').count() >= 2
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    match is_name {
        true => Ok(()),
        false => Err(Error::Argument(format!("--region: `{region}` is no Region; write eu-central-1, say"))),
    }
}
