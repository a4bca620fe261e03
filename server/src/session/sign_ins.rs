//! What sessions are signed in to, and whose they are.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cloudtrail::time::{MINUTE, Time};
use gateway::{Device, Portal};
use tower_sessions::Session;
use tower_sessions::session::Error;

use super::SessionError;
use crate::clock::Clock;
use crate::store::{Owner, Place, SignedIn, Store, StoreError};
use crate::vault::{Connection, Vault};

/// The session's key for the accounts it has been signed in to, so that an end can be told from a beginning.
const ACCOUNTS: &str = "accounts";
/// How much time passes at least until a session's use is written down again, in milliseconds.
const USED_EVERY: i64 = MINUTE;
/// Sessions whose use is remembered; beyond that it is written down more often.
const MAX_USED: usize = 10_000;

/// What sessions are signed in to, and whose they are.
#[derive(Clone)]
pub struct SignIns {
    inner: Arc<Inner>,
}

struct Inner {
    vault: Vault,
    store: Store,
    clock: Clock,
    lasting: Lasting,
    /// When a session's use was written down last.
    used: Mutex<HashMap<Owner, Time>>,
}

/// Whether sign-ins outlive a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lasting {
    /// No: credentials are in memory and nowhere else.
    #[default]
    InMemory,
    /// Yes: they are kept sealed in the database.
    Sealed,
}

impl SignIns {
    /// With this vault.
    pub fn new(vault: Vault, store: Store, clock: Clock, lasting: Lasting) -> SignIns {
        SignIns { inner: Arc::new(Inner { vault, store, clock, lasting, used: Mutex::default() }) }
    }

    /// Where the credentials are.
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// Takes back what was kept before a restart.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn restore(&self) -> Result<(), StoreError> {
        if self.inner.lasting == Lasting::Sealed {
            for (owner, written) in self.inner.store.kept(self.inner.clock.now()).await? {
                self.inner.vault.restore(owner, &written);
            }
        }
        Ok(())
    }

    /// What a session is signed in to now. Asking counts as use.
    pub fn of(&self, session: &Session) -> Vec<Arc<Connection>> {
        self.owner(session).map(|owner| self.inner.vault.of(owner)).unwrap_or_default()
    }

    /// Signs a session in to further accounts. It gets a new id, so that one planted before is worth nothing after.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn sign_in(
        &self,
        session: &Session,
        connections: Vec<Connection>,
        place: &Place,
    ) -> Result<(), SessionError> {
        let accounts: Vec<String> = connections.iter().map(|connection| connection.account.clone()).collect();
        let Some(owner) = self.renew(session, &accounts).await? else { return Ok(()) };
        for connection in connections {
            self.inner.store.signed_in(owner, &connection.arn, place, self.inner.clock.now()).await?;
            self.inner.vault.put(owner, connection);
        }
        self.keep(owner).await?;
        Ok(())
    }

    /// Opens a session for somebody who has no AWS identity: who started the program.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn enter(&self, session: &Session, principal: &str, place: &Place) -> Result<(), SessionError> {
        if let Some(owner) = self.renew(session, &[]).await? {
            self.inner.store.signed_in(owner, principal, place, self.inner.clock.now()).await?;
        }
        Ok(())
    }

    /// Lets a session wait for a device of Identity Center to be approved; it gets a new id for that, too.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn wait_for(&self, session: &Session, device: Device) -> Result<(), SessionError> {
        if let Some(owner) = self.renew(session, &[]).await? {
            self.inner.vault.wait_for(owner, device);
        }
        Ok(())
    }

    /// Puts renewed credentials in the place of those that are about to end.
    ///
    /// # Errors
    /// When they cannot be kept; they are in the vault all the same.
    pub async fn put(&self, owner: Owner, connection: Connection) -> Result<(), StoreError> {
        self.inner.vault.put(owner, connection);
        self.keep(owner).await
    }

    /// Keeps a sealed copy, where that is wanted.
    async fn keep(&self, owner: Owner) -> Result<(), StoreError> {
        if self.inner.lasting == Lasting::InMemory {
            return Ok(());
        }
        match self.inner.vault.written(owner) {
            Some((written, ends)) => self.inner.store.keep(owner, &written, ends).await,
            None => self.inner.store.keep_nothing(owner).await,
        }
    }

    /// Gives a session a new id and notes the accounts it is signed in to.
    async fn renew(&self, session: &Session, more: &[String]) -> Result<Option<Owner>, SessionError> {
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
            self.inner.vault.hand_over(before, owner);
            self.inner.store.hand_over(before, owner).await?;
            self.keep(owner).await?;
        }
        Ok(owner)
    }

    /// Forgets a session and all it was signed in to. Gives back the way to a person's accounts, for closing it.
    ///
    /// # Errors
    /// When the session cannot be removed from its store; its credentials are gone all the same.
    pub async fn sign_out(&self, session: &Session) -> Result<Option<Arc<Portal>>, SessionError> {
        let Some(owner) = self.owner(session) else {
            session.flush().await?;
            return Ok(None);
        };
        let portal = self.inner.vault.forget(owner);
        session.flush().await?;
        self.inner.store.signed_out(owner).await?;
        Ok(portal)
    }

    /// A session was used. Written down every now and then.
    pub async fn used(&self, session: &Session) {
        let Some(owner) = self.owner(session) else { return };
        let now = self.inner.clock.now();
        {
            let mut used = self.inner.used.lock().unwrap_or_else(PoisonError::into_inner);
            if used.get(&owner).is_some_and(|at| now < at.plus(USED_EVERY)) {
                return;
            }
            if used.len() >= MAX_USED {
                used.clear();
            }
            used.insert(owner, now);
        }
        if let Err(error) = self.inner.store.seen(owner, now).await {
            tracing::warn!(cause = crate::error::chain(&error), "a session's use is not written down");
        }
    }

    /// The sessions of the same people as this one, itself among them, the last used first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions_of(&self, principals: &[String]) -> Result<Vec<SignedIn>, StoreError> {
        self.inner.store.sessions_of(principals, self.inner.clock.now()).await
    }

    /// Ends the other sessions of these people. Gives how many, and their ways to accounts, for closing them.
    ///
    /// # Errors
    /// When one cannot be removed; its credentials are gone all the same.
    pub async fn end_others(
        &self,
        session: &Session,
        principals: &[String],
    ) -> Result<(usize, Vec<Arc<Portal>>), SessionError> {
        let own = self.owner(session);
        let (mut ended, mut portals) = (0, Vec::new());
        for other in self.sessions_of(principals).await? {
            if Some(other.owner) == own {
                continue;
            }
            portals.extend(self.inner.vault.forget(other.owner));
            self.inner.store.sessions().delete_of(other.owner).await.map_err(Error::from)?;
            self.inner.store.signed_out(other.owner).await?;
            ended += 1;
        }
        Ok((ended, portals))
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

    /// Whose a session is in vault and database; none for a session without an id.
    pub fn owner(&self, session: &Session) -> Option<Owner> {
        session.id().map(|id| self.inner.store.owner(&id))
    }

    /// Drops what has ended, also of sessions that nobody asks for any more.
    pub async fn sweep(&self) {
        let now = self.inner.clock.now();
        self.inner.vault.sweep();
        if let Err(error) = self.inner.store.sweep(now).await {
            tracing::warn!(cause = crate::error::chain(&error), "what has ended is not deleted");
        }
    }
}

impl fmt::Debug for SignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIns").field("vault", &self.inner.vault).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use gateway::Credentials;

    use super::*;
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

    async fn sign_ins() -> (SignIns, Store) {
        let store = Store::in_memory().await.unwrap();
        let clock = Clock::fixed(Time::from_millis(0));
        (SignIns::new(Vault::new(clock.clone(), None), store.clone(), clock, Lasting::Sealed), store)
    }

    fn session(store: &Store) -> Session {
        Session::new(None, Arc::new(store.sessions()), None)
    }

    fn place() -> Place {
        Place { address: "192.0.2.1".to_owned(), browser: "Firefox".to_owned() }
    }

    #[tokio::test]
    async fn each_sign_in_gives_a_new_id_and_keeps_what_was_there() {
        let (sign_ins, store) = sign_ins().await;
        let session = session(&store);
        assert!(sign_ins.of(&session).is_empty());
        sign_ins.sign_in(&session, vec![connection("1")], &place()).await.unwrap();
        let first = session.id().unwrap();
        sign_ins.sign_in(&session, vec![connection("2"), connection("1")], &place()).await.unwrap();
        assert_ne!(session.id().unwrap(), first);
        let accounts: Vec<_> = sign_ins.of(&session).iter().map(|of| of.account.clone()).collect();
        assert_eq!(accounts, ["2", "1"]);
        let old = Session::new(Some(first), Arc::new(store.sessions()), None);
        assert!(sign_ins.of(&old).is_empty() && sign_ins.accounts(&old).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn signing_out_forgets_and_an_end_is_known_as_one() {
        let (sign_ins, store) = sign_ins().await;
        let session = session(&store);
        sign_ins.sign_in(&session, vec![connection("1"), connection("2")], &place()).await.unwrap();
        assert!(sign_ins.ended(&session).await.unwrap().is_empty());
        let id = session.id();
        sign_ins.vault().forget(sign_ins.owner(&session).unwrap());
        assert_eq!(sign_ins.ended(&session).await.unwrap(), ["1", "2"]);
        sign_ins.sign_out(&session).await.unwrap();
        let again = Session::new(id, Arc::new(store.sessions()), None);
        assert!(sign_ins.ended(&again).await.unwrap().is_empty());
        assert!(store.kept(Time::from_millis(0)).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_restart_keeps_sealed_sign_ins_and_signing_out_leaves_nothing() {
        let (before, store) = sign_ins().await;
        let session = session(&store);
        before.sign_in(&session, vec![connection("1")], &place()).await.unwrap();
        before.sign_in(&session, vec![connection("2")], &place()).await.unwrap();
        let clock = Clock::fixed(Time::from_millis(1));
        let restarted =
            |lasting| SignIns::new(Vault::new(clock.clone(), None), store.clone(), clock.clone(), lasting);
        let after = restarted(Lasting::Sealed);
        after.restore().await.unwrap();
        assert_eq!(after.of(&session).len(), 2);
        let forgetful = restarted(Lasting::InMemory);
        forgetful.restore().await.unwrap();
        assert!(forgetful.of(&session).is_empty());
        assert_eq!(forgetful.ended(&session).await.unwrap(), ["1", "2"]);
        after.sign_out(&session).await.unwrap();
        let last = restarted(Lasting::Sealed);
        last.restore().await.unwrap();
        assert!(last.of(&session).is_empty());
    }

    #[tokio::test]
    async fn people_see_their_sessions_and_end_the_others() {
        let (sign_ins, store) = sign_ins().await;
        let (one, two, other) = (session(&store), session(&store), session(&store));
        sign_ins.sign_in(&one, vec![connection("1"), connection("2")], &place()).await.unwrap();
        sign_ins.sign_in(&two, vec![connection("2")], &place()).await.unwrap();
        sign_ins.sign_in(&other, vec![connection("3")], &place()).await.unwrap();
        let mine = ["arn:aws:iam::2:user/jo".to_owned()];
        let found = sign_ins.sessions_of(&mine).await.unwrap();
        assert_eq!(found.len(), 2);
        assert!(
            found.iter().all(|session| session.place == place() && session.principals.contains(&mine[0]))
        );
        let (ended, portals) = sign_ins.end_others(&one, &mine).await.unwrap();
        assert_eq!((ended, portals.len()), (1, 0));
        assert_eq!(sign_ins.of(&one).len(), 2);
        assert!(sign_ins.of(&two).is_empty() && !sign_ins.of(&other).is_empty());
        let gone = Session::new(two.id(), Arc::new(store.sessions()), None);
        assert!(sign_ins.accounts(&gone).await.unwrap().is_empty());
        assert_eq!(sign_ins.sessions_of(&mine).await.unwrap().len(), 1);
    }
}
