//! Writing down what one request looks at.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tower_sessions::Session;

use crate::http::Context;
use crate::http::access::{AccessLog, Action, Actor};
use crate::http::client::Client;
use crate::http::entry::STARTER;
use crate::http::envelope::RequestId;
use crate::http::problem::Problem;
use crate::vault::Connection;

/// Who asks, and the log it is written to. Cheap to clone.
#[derive(Clone)]
pub struct Witness {
    log: AccessLog,
    actor: Arc<Actor>,
}

impl FromRequestParts<Context> for Witness {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Witness, Infallible> {
        Ok(Witness::of(parts, context).await)
    }
}

/// Who has no AWS identity, where everybody may come in.
const ANYONE: &str = "anyone";

impl Witness {
    /// Of a request.
    pub async fn of(parts: &mut Parts, context: &Context) -> Witness {
        let client = Client::from_request_parts(parts, context).await;
        let Client(place) = client.unwrap_or_else(|never| match never {});
        let session = parts.extensions.get::<Session>();
        let actor = Actor {
            principal: if context.entry().is_starters() { STARTER } else { ANYONE }.to_owned(),
            address: place.address,
            owner: session.and_then(|session| context.sign_ins().owner(session)),
            request: parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default(),
        };
        Witness { log: context.access().clone(), actor: Arc::new(actor) }
    }

    /// Who it is towards an account: the identity that is used there, or else the first one that there is.
    pub fn actor(&self, account: &str, connections: &[Arc<Connection>]) -> Actor {
        let own = connections.iter().find(|connection| connection.account == account);
        match own.or(connections.first()) {
            Some(connection) => Actor { principal: connection.arn.clone(), ..Actor::clone(&self.actor) },
            None => Actor::clone(&self.actor),
        }
    }

    /// All that the asker is.
    pub fn principals(&self, connections: &[Arc<Connection>]) -> Vec<String> {
        let mut principals: Vec<String> =
            connections.iter().map(|connection| connection.arn.clone()).collect();
        // Without a sign-in of its own a shared deployment knows nobody.
        if principals.is_empty() || self.actor.principal == STARTER {
            principals.push(self.actor.principal.clone());
        }
        principals.dedup();
        principals
    }

    /// Writes a line.
    ///
    /// # Errors
    /// In a shared deployment when it cannot be written: then what it says must not happen.
    pub async fn write(
        &self,
        connections: &[Arc<Connection>],
        account: &str,
        action: Action,
        target: &str,
        outcome: &str,
    ) -> Result<(), Problem> {
        self.log.write(&self.actor(account, connections), account, action, target, outcome).await
    }
}
