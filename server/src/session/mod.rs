//! Sessions: the cookie that tells one browser from another, and what its session is signed in to.
//!
//! The session's own data lies sealed in the [`Store`] and holds nothing secret all the same; credentials lie in the [`Vault`].

/// What sessions are signed in to.
mod sign_ins;

use std::borrow::Cow;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use cloudtrail::time::HOUR;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::Error;
use tower_sessions::{Expiry, SessionManagerLayer};

pub use sign_ins::{Lasting, SignIns};

use crate::store::{SealedSessions, Store, StoreError};

/// How long the store and the browser keep a session, in milliseconds. What it was opened for ends earlier or at the
/// same time: see [`crate::http::entry`] and [`crate::vault`].
const LIFE: i64 = 12 * HOUR;

/// How the browser reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP on loopback, where a `Secure` cookie would not come back.
    Loopback {
        /// The port it listens on.
        port: u16,
    },
    /// TLS.
    Tls,
}

impl Transport {
    /// The session cookie's name. With `__Host-` browsers take it only with `Secure`, for this host alone and all paths.
    ///
    /// A cookie is for a host and not for a port (RFC 6265, section 8.5). So that several servers on one machine do not sign each
    /// other out, its name has the port.
    pub fn cookie(self) -> Cow<'static, str> {
        match self {
            Transport::Loopback { port } => format!("waymark-{port}").into(),
            Transport::Tls => "__Host-waymark".into(),
        }
    }
}

/// The store of sessions, and how their cookie is.
#[derive(Clone, Debug)]
pub struct Sessions {
    store: SealedSessions,
    transport: Transport,
}

/// A session cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// In the store of sessions.
    #[error("cannot read or write a session")]
    Session(#[from] Error),
    /// Beside it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions {
    /// In a database.
    pub fn new(store: &Store, transport: Transport) -> Sessions {
        Sessions { store: store.sessions(), transport }
    }

    /// The layer that reads and sets the cookie.
    pub fn layer(&self) -> SessionManagerLayer<SealedSessions> {
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn a_cookie_is_found_by_its_name() {
        let store = Store::in_memory().await.unwrap();
        let has = |transport, cookie: &'static str| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookie))]);
            Sessions::new(&store, transport).has_cookie(&headers)
        };
        let loopback = Transport::Loopback { port: 3000 };
        assert!(has(loopback, "waymark-prefs=theme_dark; waymark-3000=x"));
        assert!(!has(loopback, "waymark-prefs=theme_dark; __Host-waymark=x; waymark-3001=x; waymark=x"));
        assert!(has(Transport::Tls, "__Host-waymark=x"));
        assert!(!has(Transport::Tls, "waymark-3000=x"));
    }
}
