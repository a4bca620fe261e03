//! Credentials that the sandbox hands out.

use std::fmt;

use cloudtrail::time::Time;

/// Keys of one identity of the sandbox. They open nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: String,
    /// 40 characters.
    pub secret_access_key: String,
    /// Only with temporary credentials.
    pub session_token: Option<String>,
    /// Only with temporary credentials: from when on they are refused.
    pub expires: Option<Time>,
}

impl Credentials {
    pub(crate) fn new(
        access_key_id: String,
        secret_access_key: String,
        session_token: Option<String>,
        expires: Option<Time>,
    ) -> Credentials {
        Credentials { access_key_id, secret_access_key, session_token, expires }
    }
}

/// Shows the key's id and nothing that is secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
