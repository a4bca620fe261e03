//! The AWS account of the person who started `waymark serve --aws`, under their own credentials.

use std::fmt;
use std::sync::Arc;

use cloudtrail::names::AccountNames;
use cloudtrail::time::HOUR;
use gateway::{Chain, ChainError, Gateway};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::error::chain as words;
use crate::http::sign_in::Exchange;
use crate::vault::Connection;

/// Somebody's own credentials, and whose AWS says they are.
pub struct Own {
    chain: Chain,
    gateway: Gateway,
    titles: AccountNames,
    clock: Clock,
    known: Mutex<Option<Arc<Connection>>>,
}

impl Own {
    /// Asks for nothing yet.
    pub fn new(chain: Chain, gateway: Gateway, titles: AccountNames, clock: Clock) -> Own {
        Own { chain, gateway, titles, clock, known: Mutex::default() }
    }

    /// The connection, with credentials that are good for some minutes at least if there are such. Asking is cheap while they are.
    ///
    /// # Errors
    /// In words: why there are none, and what to do about it.
    pub async fn connection(&self) -> Result<Arc<Connection>, String> {
        let mut known = self.known.lock().await;
        let credentials = self.chain.credentials().await.map_err(|error| said(&error))?;
        if let Some(connection) = &*known
            && connection.credentials.access_key_id() == credentials.access_key_id()
            && connection.credentials.expires() == credentials.expires()
        {
            let now = self.clock.now();
            if now < connection.signed_in.plus(HOUR) {
                return Ok(connection.clone());
            }
            // Keys that do not end by themselves: the person is at this machine, and need not sign in again.
            let again = Arc::new(Connection { signed_in: now, ..Connection::clone(connection) });
            *known = Some(again.clone());
            return Ok(again);
        }
        let exchange = Exchange { gateway: &self.gateway, titles: &self.titles, now: self.clock.now() };
        let connection = exchange.own(credentials).await;
        let connection = connection.map_err(|refusal| format!("{}. {}", refusal.title(), refusal.text()))?;
        let connection = Arc::new(connection);
        if let Some(before) = known.replace(connection.clone()) {
            self.gateway.forget(&before.credentials);
        }
        Ok(connection)
    }
}

/// Why there are no credentials, and what to do about it: the command that gives a session, where a code is needed or a sign-in has
/// ended.
fn said(error: &ChainError) -> String {
    let why = words(error);
    let mut letters = why.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}. {}", letters.as_str(), error.help())
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").field("profile", &self.chain.profile()).finish_non_exhaustive()
    }
}
