//! What one request may see: the archives of everybody who came in, and the AWS accounts that its session is signed in to.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::api::events::{Connection, ConnectionKind};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use cloudtrail::search::{HistoryCoverage, RegionCoverage, TimeRange};
use cloudtrail::time::Time;
use gateway::Caller;
use gateway::sync::{History, RegionState, RegionView, View};
use tower_sessions::Session;

use super::accounts::{Account, Accounts};
use crate::http::Context;
use crate::http::problem::Problem;
use crate::vault;

/// How long a page waits for AWS's first answers. What comes later is on the page when it is looked at again.
const PATIENCE: Duration = Duration::from_millis(900);

/// What a request may see. Cheap to clone.
#[derive(Clone)]
pub struct Visible {
    accounts: Arc<Accounts>,
    connections: Arc<[Arc<vault::Connection>]>,
    history: Option<History>,
}

impl Visible {
    /// For a session that is signed in to these accounts.
    pub fn new(
        accounts: Arc<Accounts>,
        connections: Vec<Arc<vault::Connection>>,
        history: Option<History>,
    ) -> Visible {
        Visible { accounts, connections: connections.into(), history }
    }

    /// Everything, in the order of a menu.
    pub fn list(&self) -> Vec<Connection> {
        let archive = |account: &Arc<Account>| Connection {
            account: account.segment().to_owned(),
            title: account.segment().to_owned(),
            kind: ConnectionKind::Archive,
            detail: if account.is_demo() { "Log archive, made-up data" } else { "Log archive" }.to_owned(),
            demo: account.is_demo(),
        };
        let aws = |connection: &Arc<vault::Connection>| Connection {
            account: connection.account.clone(),
            title: connection.title.clone().unwrap_or_else(|| connection.account.clone()),
            kind: ConnectionKind::Aws,
            detail: format!("AWS account {}, as {}", connection.account, connection.name),
            demo: connection.method == vault::Method::Sample,
        };
        self.accounts.iter().map(archive).chain(self.connections.iter().map(aws)).collect()
    }

    /// The one with this name, as it can be read now. Of an AWS account what is missing in a range is fetched meanwhile.
    ///
    /// # Errors
    /// One that there is not, or that the session is not signed in to, is a 404: the two look the same.
    pub async fn get(&self, segment: &str, range: TimeRange) -> Result<Arc<Account>, Problem> {
        let connection = self.connections.iter().find(|connection| connection.account == segment);
        let (Some(connection), Some(history)) = (connection, &self.history) else {
            return self.accounts.get(segment);
        };
        let caller = Caller {
            account: connection.account.clone(),
            arn: connection.arn.clone(),
            user_id: String::new(),
        };
        let view = history.open(&connection.credentials, &caller, (range.from, range.to), PATIENCE).await?;
        let coverage = coverage(&view);
        Ok(Arc::new(self.accounts.aws(segment, view.archive, coverage)))
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
        Ok(Visible::new(context.accounts().clone(), connections, context.history().cloned()))
    }
}

fn coverage(view: &View) -> HistoryCoverage {
    let region = |region: &RegionView| RegionCoverage {
        region: region.region.clone(),
        back_to: matches!(region.state, RegionState::Open).then_some(region.back_to),
        fetching: region.is_fetching,
        problem: match &region.state {
            RegionState::Closed(error) => {
                let help = error.help().map(|help| format!(" {help}")).unwrap_or_default();
                Some(format!("{}: {}{help}", error.title(), error.answer()))
            }
            _ => None,
        },
    };
    let (from, to) = view.range;
    HistoryCoverage {
        range: TimeRange { from: Some(from), to: Some(to) },
        regions: view.regions.iter().map(region).collect(),
    }
}
