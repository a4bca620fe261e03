//! Sessions: the cookie that tells one browser from another, and what its session is signed in to.
//!
//! The session's own data lies in a store and holds nothing secret; credentials lie in the [`Vault`].

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use cloudtrail::time::HOUR;
use gateway::{Device, Portal};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::Error;
use tower_sessions::{Expiry, MemoryStore, Session, SessionManagerLayer};

use crate::vault::{Connection, Owner, Vault};

/// How long the store and the browser keep a session, in milliseconds. What it was opened for ends earlier or at the
/// same time: see [`crate::http::entry`] and [`crate::vault`].
const LIFE: i64 = 12 * HOUR;
/// The session's key for the accounts it has been signed in to, so that an end can be told from a beginning.
const ACCOUNTS: &str = "accounts";

/// How the browser reaches the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP on loopback, where a `Secure` cookie would not come back.
    #[default]
    Loopback,
    /// TLS.
    Tls,
}

impl Transport {
    /// The session cookie's name. With `__Host-` browsers take it only with `Secure`, for this host alone and all paths.
    pub fn cookie(self) -> &'static str {
        match self {
            Transport::Loopback => "waymark",
            Transport::Tls => "__Host-waymark",
        }
    }
}

/// The store of sessions, and how their cookie is.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    store: MemoryStore,
    transport: Transport,
}

impl Sessions {
    /// In memory.
    pub fn new(transport: Transport) -> Sessions {
        Sessions { store: MemoryStore::default(), transport }
    }

    /// The layer that reads and sets the cookie.
    pub fn layer(&self) -> SessionManagerLayer<MemoryStore> {
        SessionManagerLayer::new(self.store.clone())
            .with_name(self.transport.cookie())
            .with_http_only(true)
            // Not `Strict`: a colleague's link opens signed in.
            .with_same_site(SameSite::Lax)
            .with_secure(self.transport == Transport::Tls)
            .with_path("/")
            .with_expiry(Expiry::OnInactivity(Duration::milliseconds(LIFE)))
    }

    /// Whether a browser has a session cookie, good or not.
    pub fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let mut names = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.split_once('='));
        names.any(|(name, _)| name.trim() == self.transport.cookie())
    }
}

/// What sessions are signed in to.
#[derive(Clone)]
pub struct SignIns {
    vault: Arc<Vault>,
}

impl SignIns {
    /// With this vault.
    pub fn new(vault: Arc<Vault>) -> SignIns {
        SignIns { vault }
    }

    /// Where the credentials are.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// What a session is signed in to now.
    pub fn of(&self, session: &Session) -> Vec<Arc<Connection>> {
        self.owner(session).map(|owner| self.vault.of(owner)).unwrap_or_default()
    }

    /// Signs a session in to further accounts. It gets a new id, so that one planted before is worth nothing after.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn sign_in(&self, session: &Session, connections: Vec<Connection>) -> Result<(), Error> {
        let accounts: Vec<String> = connections.iter().map(|connection| connection.account.clone()).collect();
        if let Some(owner) = self.renew(session, &accounts).await? {
            connections.into_iter().for_each(|connection| self.vault.put(owner, connection));
        }
        Ok(())
    }

    /// Lets a session wait for a device of Identity Center to be approved; it gets a new id for that, too.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn wait_for(&self, session: &Session, device: Device) -> Result<(), Error> {
        if let Some(owner) = self.renew(session, &[]).await? {
            self.vault.wait_for(owner, device);
        }
        Ok(())
    }

    /// Gives a session a new id and notes the accounts it is signed in to.
    async fn renew(&self, session: &Session, more: &[String]) -> Result<Option<Owner>, Error> {
        let before = self.owner(session);
        let mut accounts = self.accounts(session).await?;
        session.cycle_id().await?;
        accounts.retain(|account| !more.contains(account));
        accounts.extend_from_slice(more);
        session.insert(ACCOUNTS, accounts).await?;
        // Only what is stored has an id.
        session.save().await?;
        let owner = self.owner(session);
        if let (Some(before), Some(owner)) = (before, owner) {
            self.vault.hand_over(before, owner);
        }
        Ok(owner)
    }

    /// Forgets a session and all it was signed in to. Gives back the way to a person's accounts, for closing it.
    ///
    /// # Errors
    /// When the session cannot be removed from its store; its credentials are gone all the same.
    pub async fn sign_out(&self, session: &Session) -> Result<Option<Arc<Portal>>, Error> {
        let portal = self.owner(session).and_then(|owner| self.vault.forget(owner));
        session.flush().await.map(|()| portal)
    }

    /// The accounts that a session was signed in to, and is no longer.
    ///
    /// # Errors
    /// When the session cannot be read.
    pub async fn ended(&self, session: &Session) -> Result<Vec<String>, Error> {
        let now = self.of(session);
        let mut accounts = self.accounts(session).await?;
        accounts.retain(|account| !now.iter().any(|connection| connection.account == *account));
        Ok(accounts)
    }

    async fn accounts(&self, session: &Session) -> Result<Vec<String>, Error> {
        Ok(session.get(ACCOUNTS).await?.unwrap_or_default())
    }

    /// Whose entry in the vault a session's is; none for a session without an id.
    pub fn owner(&self, session: &Session) -> Option<Owner> {
        session.id().map(|id| self.vault.owner(&id.to_string()))
    }
}

impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIns").field("vault", &self.vault).finish()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use cloudtrail::time::Time;
    use gateway::Credentials;

    use super::*;
    use crate::clock::Clock;
    use crate::vault::Method;

    fn connection(account: &str) -> Connection {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE".into(), "a-secret-of-some-length".into(), None, None);
        Connection {
            account: account.to_owned(),
            title: None,
            arn: format!("arn:aws:iam::{account}:user/jo"),
            name: "jo".to_owned(),
            credentials: credentials.unwrap(),
            method: Method::LongLivedKeys,
            signed_in: Time::from_millis(0),
            expires: None,
        }
    }

    fn sign_ins() -> SignIns {
        SignIns::new(Arc::new(Vault::new(Clock::fixed(Time::from_millis(0)), None)))
    }

    #[tokio::test]
    async fn each_sign_in_gives_a_new_id_and_keeps_what_was_there() {
        let sign_ins = sign_ins();
        let session = Session::new(None, Arc::new(MemoryStore::default()), None);
        assert!(sign_ins.of(&session).is_empty());
        sign_ins.sign_in(&session, vec![connection("1")]).await.unwrap();
        let first = session.id().unwrap();
        sign_ins.sign_in(&session, vec![connection("2"), connection("1")]).await.unwrap();
        assert_ne!(session.id().unwrap(), first);
        let accounts: Vec<_> = sign_ins.of(&session).iter().map(|of| of.account.clone()).collect();
        assert_eq!(accounts, ["2", "1"]);
        let old = Session::new(Some(first), Arc::new(MemoryStore::default()), None);
        assert!(sign_ins.of(&old).is_empty());
    }

    #[tokio::test]
    async fn signing_out_forgets_and_an_end_is_known_as_one() {
        let sign_ins = sign_ins();
        let store = Arc::new(MemoryStore::default());
        let session = Session::new(None, store.clone(), None);
        sign_ins.sign_in(&session, vec![connection("1"), connection("2")]).await.unwrap();
        assert!(sign_ins.ended(&session).await.unwrap().is_empty());
        let id = session.id();
        sign_ins.vault().forget(sign_ins.owner(&session).unwrap());
        assert_eq!(sign_ins.ended(&session).await.unwrap(), ["1", "2"]);
        sign_ins.sign_out(&session).await.unwrap();
        let again = Session::new(id, store, None);
        assert!(sign_ins.ended(&again).await.unwrap().is_empty());
    }

    #[test]
    fn a_cookie_is_found_by_its_name() {
        let has = |transport, cookie: &'static str| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookie))]);
            Sessions::new(transport).has_cookie(&headers)
        };
        assert!(has(Transport::Loopback, "waymark-prefs=theme_dark; waymark=x"));
        assert!(!has(Transport::Loopback, "waymark-prefs=theme_dark; __Host-waymark=x"));
        assert!(has(Transport::Tls, "__Host-waymark=x"));
        assert!(!has(Transport::Tls, "waymark=x"));
    }
}
