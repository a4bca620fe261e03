//! What one request may see: the archives of everybody who came in, and the AWS accounts that its session is signed in to.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::api::events::{Connection, ConnectionKind};
use archive::{Archive, ArchiveError, Joined};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cloudtrail::names::AccountNames;
use cloudtrail::search::{AwsFilter, HistoryCoverage, RegionCoverage, Search, TimeRange};
use cloudtrail::time::{DAY, Time};
use futures::future::join_all;
use gateway::GatewayError;
use gateway::sync::{History, RegionState, RegionView, View};
use tower_sessions::Session;

use super::accounts::{Account, Accounts, unknown};
use super::reading::{everything_in, with_id};
use super::witness::Witness;
use crate::error::chain;
use crate::http::Context;
use crate::http::access::Action;
use crate::http::problem::Problem;
use crate::http::sign_in::{Former, ends, renews};
use crate::vault;

/// How long a page waits for AWS's first answers. What comes later is on the page when it is looked at again.
const PATIENCE: Duration = Duration::from_millis(900);
/// The name of all AWS accounts together; no archive can have it.
const ALL: &str = "all";
/// How far around an event others are looked for that are related to it (see `archive::Archive::related`).
const RELATED: i64 = 7 * DAY;

/// What a request may see. Cheap to clone.
#[derive(Clone)]
pub struct Visible {
    accounts: Arc<Accounts>,
    connections: Arc<[Arc<vault::Connection>]>,
    history: Option<History>,
    witness: Witness,
    former: Former,
}

impl Visible {
    /// For a session that is signed in to these accounts.
    pub fn new(
        accounts: Arc<Accounts>,
        connections: Vec<Arc<vault::Connection>>,
        history: Option<History>,
        witness: Witness,
    ) -> Visible {
        Visible { accounts, connections: connections.into(), history, witness, former: Former::default() }
    }

    /// Everything, in the order of a menu.
    pub fn list(&self) -> Vec<Connection> {
        let archive = |account: &Arc<Account>| Connection {
            account: account.segment().to_owned(),
            title: account.segment().to_owned(),
            kind: ConnectionKind::Archive,
            detail: if account.is_demo() { "Log archive, made-up data" } else { "Log archive" }.to_owned(),
            demo: account.is_demo(),
            ends: None,
            renews: false,
        };
        let aws = |connection: &Arc<vault::Connection>| Connection {
            account: connection.account.clone(),
            title: connection.title.clone().unwrap_or_else(|| connection.account.clone()),
            kind: ConnectionKind::Aws,
            detail: format!("AWS account {}, as {}", connection.account, connection.name),
            demo: connection.method == vault::Method::Sample,
            ends: ends(connection),
            renews: renews(connection),
        };
        let archives =
            self.accounts.iter().filter(|account| account.is_open_to(self.principals())).map(archive);
        let mut list: Vec<Connection> = archives.chain(self.connections.iter().map(aws)).collect();
        if self.connections.len() > 1 {
            list.push(self.all_of_them());
        }
        list
    }

    /// All AWS accounts, as an entry of the menu.
    fn all_of_them(&self) -> Connection {
        let is_sample = |connection: &Arc<vault::Connection>| connection.method == vault::Method::Sample;
        Connection {
            account: ALL.to_owned(),
            title: "All accounts".to_owned(),
            kind: ConnectionKind::Aws,
            detail: format!("Events of {} AWS accounts in one list", self.connections.len()),
            demo: self.connections.iter().all(is_sample),
            ends: None,
            renews: false,
        }
    }

    /// The one with this name, as it can be read now. Of an AWS account what is missing for a search is fetched meanwhile.
    ///
    /// # Errors
    /// One that there is not, or that the session is not signed in to, is a 404: the two look the same.
    pub async fn get(&self, segment: &str, search: &Search) -> Result<Arc<Account>, Problem> {
        let connection = self.connections.iter().find(|connection| connection.account == segment);
        let (Some(connection), Some(history)) = (connection, &self.history) else {
            if segment == ALL && !self.connections.is_empty() {
                return self.all(search).await;
            }
            return match self.accounts.get(segment) {
                Ok(account) if account.is_open_to(self.principals()) => Ok(account),
                Ok(_) => Err(unknown()),
                Err(problem) => Err(self.former.ended(segment).await.unwrap_or(problem)),
            };
        };
        let (archive, coverage) = opened(history, connection, search).await?;
        Ok(Arc::new(self.accounts.aws(segment, archive.into(), coverage)))
    }

    /// The AWS accounts that the session is signed in to, in one list. One that cannot be used does not hide the others: it is
    /// named.
    ///
    /// Log archives are not among them. What is missing of an archive is of another kind than what is missing of event history; a
    /// record in a log file need not be letter for letter what event history says of the same event, so that events would count
    /// twice; and made-up data must not stand among real events.
    async fn all(&self, search: &Search) -> Result<Arc<Account>, Problem> {
        let Some(history) = &self.history else { return Err(unknown()) };
        let open = self.connections.iter().map(|connection| opened(history, connection, search));
        let (mut archives, mut whole) = (Vec::new(), None::<HistoryCoverage>);
        for (connection, result) in self.connections.iter().zip(join_all(open).await) {
            let coverage = match result {
                Ok((archive, coverage)) => {
                    let title = connection.title.clone().unwrap_or_else(|| connection.account.clone());
                    archives.push((title, archive));
                    coverage
                }
                Err(error) => {
                    tracing::error!(
                        account = connection.account,
                        cause = chain(&error),
                        "a cache cannot be used"
                    );
                    unusable(connection)
                }
            };
            match &mut whole {
                Some(whole) => whole.join(coverage),
                None => whole = Some(coverage),
            }
        }
        let whole = whole.ok_or_else(unknown)?;
        let names = self.connections.iter().filter_map(|connection| {
            connection.title.clone().map(|title| (connection.account.clone(), title))
        });
        let joined = Joined::new(archives).with_names(AccountNames::from_iter(names));
        Ok(Arc::new(self.accounts.aws(ALL, joined, whole)))
    }

    /// The one with this name, when it comes to one event of it: that one first, and what may be related to it meanwhile.
    ///
    /// # Errors
    /// As [`Visible::get`]; an id that there is not is a 404 too.
    pub async fn around(&self, segment: &str, id: &str) -> Result<Arc<Account>, Problem> {
        // What is there already need not be asked for.
        let nothing = everything_in(TimeRange { from: Some(self.now()), to: Some(self.now()) });
        let mut account = self.get(segment, &nothing).await?;
        if !account.is_fetched() {
            return Ok(account);
        }
        if account.records(id).await.is_err() {
            account = self.get(segment, &with_id(id)).await?;
        }
        let Some(time) = account.records(id).await?.first().map(|event| event.row.time) else {
            return Ok(account);
        };
        let range = TimeRange { from: Some(time.plus(-RELATED)), to: Some(time.plus(RELATED)) };
        self.get(segment, &everything_in(range)).await
    }

    /// Writes down what is looked at in an account, before it is shown.
    ///
    /// # Errors
    /// In a shared deployment when it cannot be written down.
    pub async fn note(
        &self,
        segment: &str,
        action: Action,
        target: &str,
        outcome: &str,
    ) -> Result<(), Problem> {
        self.witness.write(&self.connections, segment, action, target, outcome).await
    }

    /// Whether an account is open; that it is not is written down.
    ///
    /// # Errors
    /// As [`Visible::get`].
    pub async fn check(&self, segment: &str) -> Result<(), Problem> {
        let is_listed = self.list().iter().any(|connection| connection.account == segment);
        if is_listed || segment == ALL && !self.connections.is_empty() {
            return Ok(());
        }
        self.note(segment, Action::Denied, "", "no such account, or not open").await?;
        Err(self.former.ended(segment).await.unwrap_or_else(unknown))
    }

    /// That an account is open, and what is looked at in it: written down before it is shown.
    ///
    /// # Errors
    /// As [`Visible::check`] and [`Visible::note`].
    pub async fn look(&self, segment: &str, action: Action, target: &str) -> Result<(), Problem> {
        self.check(segment).await?;
        self.note(segment, action, target, "ok").await
    }

    /// Who asks, towards an account: an ARN, or a word where there is none.
    pub fn principal(&self, segment: &str) -> String {
        self.witness.actor(segment, &self.connections).principal
    }

    /// As whom the session is signed in.
    pub fn principals(&self) -> impl Iterator<Item = &str> {
        self.connections.iter().map(|connection| connection.arn.as_str())
    }

    /// Whether AWS accounts can be signed in to.
    pub fn can_sign_in(&self) -> bool {
        self.history.is_some()
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.accounts.now()
    }
}

impl FromRequestParts<Context> for Visible {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Visible, Infallible> {
        let connections = match parts.extensions.get::<Session>() {
            Some(session) => context.connections_of(session).await,
            None => Vec::new(),
        };
        let witness = Witness::of(parts, context).await;
        let former = Former::of(context, parts.extensions.get::<Session>(), !connections.is_empty());
        let visible =
            Visible::new(context.accounts().clone(), connections, context.history().cloned(), witness);
        Ok(Visible { former, ..visible })
    }
}

/// An AWS account as one reader may see it. What is missing for a search is fetched meanwhile.
async fn opened(
    history: &History,
    connection: &vault::Connection,
    search: &Search,
) -> Result<(Archive, HistoryCoverage), ArchiveError> {
    let view = history.open(&connection.credentials, &connection.caller(), search, PATIENCE).await?;
    let coverage = coverage(&view, connection);
    Ok((view.archive, coverage))
}

/// What is said of an account whose cache cannot be used.
fn unusable(connection: &vault::Connection) -> HistoryCoverage {
    let region = RegionCoverage {
        account: connection.account.clone(),
        account_name: connection.title.clone(),
        region: String::new(),
        back_to: None,
        fetching: false,
        problem: Some(
            "What this server has fetched of the account cannot be read; its log says why.".to_owned(),
        ),
        closed: false,
    };
    HistoryCoverage {
        range: TimeRange::default(),
        filters: Vec::new(),
        arriving_from: None,
        kept_from: None,
        regions: vec![region],
    }
}

fn coverage(view: &View, connection: &vault::Connection) -> HistoryCoverage {
    let region = |region: &RegionView| {
        let error = match &region.state {
            RegionState::Closed(error) => Some(error),
            RegionState::Open | RegionState::Waiting => region.trouble.as_ref(),
        };
        let problem = |error: &GatewayError| {
            let help = error.help().map(|help| format!(" {help}")).unwrap_or_default();
            format!("{}: {}{help}", error.title(), error.answer())
        };
        RegionCoverage {
            account: connection.account.clone(),
            account_name: connection.title.clone(),
            region: region.region.clone(),
            back_to: matches!(region.state, RegionState::Open).then_some(region.back_to),
            fetching: region.is_fetching,
            problem: error.map(problem),
            closed: error.is_some_and(GatewayError::is_note),
        }
    };
    let (from, to) = view.range;
    let filter = view.filter.iter();
    HistoryCoverage {
        range: TimeRange { from: Some(from), to: Some(to) },
        filters: filter
            .map(|it| AwsFilter { attribute: it.key.to_owned(), value: it.value.clone() })
            .collect(),
        arriving_from: view.arriving,
        kept_from: view.kept_from,
        regions: view.regions.iter().map(region).collect(),
    }
}
