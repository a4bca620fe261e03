//! Credentials of Identity Center are renewed shortly before they end, as long as the person's way to them is open.

use std::sync::Arc;

use cloudtrail::time::{MINUTE, Time};
use tower_sessions::Session;

use crate::error::chain;
use crate::http::Context;
use crate::vault::{Connection, LONGEST, Method};

/// How long before its end a connection is renewed, in milliseconds.
const AHEAD: i64 = 5 * MINUTE;

/// When a connection ends, as a person should know it. One's own credentials on this machine are there as long as they are.
pub fn ends(connection: &Connection) -> Option<Time> {
    match connection.method {
        Method::Own => connection.expires,
        _ => Some(connection.ends()),
    }
}

/// Whether a connection is renewed before it ends.
pub fn renews(connection: &Connection) -> bool {
    match connection.method {
        Method::IdentityCenter { .. } => connection.ends() < connection.signed_in.plus(LONGEST),
        // AWS's own programs do it where they find them.
        Method::Own => true,
        Method::TemporaryKeys | Method::LongLivedKeys | Method::Sample => false,
    }
}

/// A session's connections, renewed where that is due and possible. The sign-in itself ends when it would have ended.
pub async fn renewed(context: &Context, session: &Session) -> Vec<Arc<Connection>> {
    let connections = context.sign_ins().of(session);
    let now = context.clock().now();
    let is_due = |connection: &&Arc<Connection>| {
        matches!(connection.method, Method::IdentityCenter { .. })
            && renews(connection)
            && now >= connection.ends().plus(-AHEAD)
    };
    if !connections.iter().any(|connection| is_due(&connection)) {
        return connections;
    }
    let portal =
        context.sign_ins().owner(session).and_then(|owner| Some((owner, context.vault().portal(owner)?)));
    let (Some((owner, portal)), Some(gateway)) = (portal, context.gateway()) else {
        return connections;
    };
    for connection in connections.iter().filter(is_due) {
        let Method::IdentityCenter { role } = &connection.method else {
            continue;
        };
        match gateway.portal_role(&portal, &connection.account, role).await {
            Ok(credentials) => {
                let expires = credentials.expires();
                let renewed = Connection { credentials, expires, ..Connection::clone(connection) };
                if let Err(error) = context.sign_ins().put(owner, renewed).await {
                    tracing::warn!(
                        account = connection.account,
                        cause = chain(&error),
                        "renewed credentials are not kept"
                    );
                }
            }
            // It is good for some minutes yet, and the next request tries again.
            Err(error) => {
                tracing::warn!(account = connection.account, %error, "credentials cannot be renewed")
            }
        }
    }
    context.sign_ins().of(session)
}
