//! Who may read what of a cache.
//!
//! What one person fetched, another may see only if AWS would show it to them too. So every read needs a grant, and a grant is
//! made by nothing but a LookupEvents call that succeeded with the reader's own credentials.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cloudtrail::time::{MINUTE, Time};

use crate::{Credentials, GatewayError, Kind};

/// How long a successful call speaks for its credentials.
pub const LIFE: i64 = 15 * MINUTE;

/// The grants of all sessions.
#[derive(Default)]
pub struct Grants {
    given: Mutex<HashMap<Name, Time>>,
    refused: Mutex<HashMap<Name, (Time, GatewayError)>>,
    /// Credentials that are no longer to be used, by their fingerprints.
    forgotten: Mutex<HashSet<[u8; 32]>>,
}

/// The credentials' fingerprint, the account, the Region.
type Name = ([u8; 32], String, String);

/// More than any deployment has sessions and Regions; old ones are dropped first.
const MAX: usize = 100_000;

impl Grants {
    /// A call succeeded.
    pub fn give(&self, credentials: &Credentials, account: &str, region: &str, now: Time) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if given.len() >= MAX {
            given.retain(|_, at| is_good(*at, now));
        }
        let name = (credentials.fingerprint(), account.to_owned(), region.to_owned());
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        given.insert(name, now);
    }

    /// A call failed. Where AWS said no, what was granted before is no longer; where it could not be asked, it still is.
    ///
    /// The reason is kept for these credentials only: it may name who they are.
    pub fn refuse(
        &self,
        credentials: &Credentials,
        account: &str,
        region: &str,
        error: GatewayError,
        now: Time,
    ) {
        let name = (credentials.fingerprint(), account.to_owned(), region.to_owned());
        if matches!(error.kind(), Kind::Denied | Kind::Invalid | Kind::Expired | Kind::RegionOff) {
            self.given.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        }
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MAX {
            refused.clear();
        }
        refused.insert(name, (now, error));
    }

    /// When and why the last call failed, if it did.
    pub fn refusal(
        &self,
        credentials: &Credentials,
        account: &str,
        region: &str,
    ) -> Option<(Time, GatewayError)> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(&(credentials.fingerprint(), account.to_owned(), region.to_owned())).cloned()
    }

    /// Whether these credentials may read what is cached of this account and Region.
    pub fn has(&self, credentials: &Credentials, account: &str, region: &str, now: Time) -> bool {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given
            .get(&(credentials.fingerprint(), account.to_owned(), region.to_owned()))
            .is_some_and(|at| is_good(*at, now))
    }

    /// These credentials are in use (again).
    pub fn remember(&self, credentials: &Credentials) {
        self.forgotten().remove(&credentials.fingerprint());
    }

    /// Whether these credentials are no longer to be used.
    pub fn has_forgotten(&self, credentials: &Credentials) -> bool {
        self.forgotten().contains(&credentials.fingerprint())
    }

    fn forgotten(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets all grants of these credentials, which are not to be used any more.
    pub fn forget(&self, credentials: &Credentials) {
        let fingerprint = credentials.fingerprint();
        {
            let mut forgotten = self.forgotten();
            if forgotten.len() >= MAX {
                // What was fetched with them has long ended.
                forgotten.clear();
            }
            forgotten.insert(fingerprint);
        }
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|(other, _, _), _| *other != fingerprint);
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|(other, _, _), _| *other != fingerprint);
    }
}

fn is_good(at: Time, now: Time) -> bool {
    at <= now && now < at.plus(LIFE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(name: &str) -> Credentials {
        let key = format!("AKIAIOSFODNN7{name:0>7}");
        Credentials::new(key, "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY".into(), None, None).unwrap()
    }

    #[test]
    fn a_grant_is_for_one_reader_one_account_one_region_and_a_while() {
        let (grants, now) = (Grants::default(), Time::from_millis(1_000_000_000));
        let (jo, max) = (credentials("JO"), credentials("MAX"));
        grants.give(&jo, "1", "eu", now);
        assert!(grants.has(&jo, "1", "eu", now) && grants.has(&jo, "1", "eu", now.plus(LIFE - 1)));
        assert!(!grants.has(&jo, "1", "eu", now.plus(LIFE)));
        assert!(!grants.has(&max, "1", "eu", now));
        assert!(!grants.has(&jo, "2", "eu", now) && !grants.has(&jo, "1", "us", now));
        let unreachable = GatewayError::failed(Kind::Unreachable);
        grants.refuse(&jo, "1", "eu", unreachable, now);
        assert!(grants.has(&jo, "1", "eu", now) && grants.refusal(&jo, "1", "eu").is_some());
        grants.refuse(&jo, "1", "eu", GatewayError::failed(Kind::Denied), now);
        assert!(!grants.has(&jo, "1", "eu", now) && grants.refusal(&max, "1", "eu").is_none());
    }
}
