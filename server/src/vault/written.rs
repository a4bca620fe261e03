//! What of the vault outlives a restart, as it is sealed.

use std::sync::Arc;

use cloudtrail::time::Time;
use gateway::{Credentials, Portal};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Connection, Entry, Method, Vault};
use crate::store::Owner;

impl Vault {
    /// What of a session's entry outlives a restart, for sealing, and when the last of it ends. A device that waits to be approved
    /// does not.
    pub fn written(&self, owner: Owner) -> Option<(Zeroizing<Vec<u8>>, Time)> {
        let entries = self.lock();
        let entry = entries.get(&owner)?;
        let ends = entry.connections.iter().map(|connection| connection.ends()).max();
        let ends = ends.max(entry.portal.as_ref().map(|portal| portal.expires))?;
        let written = Written {
            connections: entry
                .connections
                .iter()
                .map(|connection| WrittenConnection::of(connection))
                .collect(),
            portal: entry.portal.as_ref().map(|portal| Secret(portal.to_secret())),
        };
        // Nothing of it can fail to be written.
        serde_json::to_vec(&written).ok().map(|written| (Zeroizing::new(written), ends))
    }

    /// Takes back what was written before a restart. What cannot be read is left out: its person signs in again.
    pub fn restore(&self, owner: Owner, written: &[u8]) {
        let Ok(written) = serde_json::from_slice::<Written>(written) else { return };
        let entry = Entry {
            connections: written
                .connections
                .into_iter()
                .filter_map(WrittenConnection::read)
                .map(Arc::new)
                .collect(),
            device: None,
            portal: written.portal.and_then(|secret| Portal::from_secret(&secret.0)).map(Arc::new),
            seen: Some(self.clock.now()),
        };
        self.lock().insert(owner, entry);
    }
}

/// An entry as it is sealed. It has no `Debug`.
#[derive(Serialize, Deserialize)]
struct Written {
    connections: Vec<WrittenConnection>,
    portal: Option<Secret>,
}

#[derive(Serialize, Deserialize)]
struct WrittenConnection {
    account: String,
    title: Option<String>,
    arn: String,
    name: String,
    credentials: Secret,
    method: Method,
    signed_in: Time,
    expires: Option<Time>,
}

/// A text that is wiped.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Secret(Zeroizing<String>);

impl WrittenConnection {
    fn of(connection: &Connection) -> WrittenConnection {
        let Connection { account, title, arn, name, credentials, method, signed_in, expires } =
            connection.clone();
        let credentials = Secret(credentials.to_secret());
        WrittenConnection { account, title, arn, name, credentials, method, signed_in, expires }
    }

    fn read(self) -> Option<Connection> {
        let WrittenConnection { account, title, arn, name, credentials, method, signed_in, expires } = self;
        let credentials = Credentials::parse(&credentials.0).ok()?;
        Some(Connection { account, title, arn, name, credentials, method, signed_in, expires })
    }
}
