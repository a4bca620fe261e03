//! Where credentials lie while somebody is signed in: in memory, each bound to one session, each gone at its own end.
//!
//! A session's id opens its entry, and is not kept: what is kept is a keyed hash of it ([`Owner`]). Whatever is dropped here
//! wipes its secrets (see [`gateway::Credentials`]). Shared deployments keep a sealed copy in the database
//! ([`crate::session::SignIns`]).

/// What outlives a restart.
mod written;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudtrail::time::{HOUR, Time};
use gateway::{Caller, Credentials, Device, Gateway, Portal};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::store::Owner;

/// How long a sign-in lasts at most, in milliseconds.
pub const LONGEST: i64 = 12 * HOUR;
/// How long it lasts when nothing is asked of it, in milliseconds.
pub const IDLE: i64 = HOUR;

/// An AWS account that somebody is signed in to, with the credentials for it.
#[derive(Clone)]
pub struct Connection {
    /// The account's id, 12 digits.
    pub account: String,
    /// The account's name for people, where it is known.
    pub title: Option<String>,
    /// Who AWS says this is.
    pub arn: String,
    /// The same in short: the name of a user, or of a role's session.
    pub name: String,
    /// What calls are signed with.
    pub credentials: Credentials,
    /// How they were given.
    pub method: Method,
    /// When.
    pub signed_in: Time,
    /// When the credentials end, as far as whoever gave them said.
    pub expires: Option<Time>,
}

/// How credentials were given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// Temporary keys, pasted.
    TemporaryKeys,
    /// The keys of a user, exchanged for temporary ones and forgotten.
    LongLivedKeys,
    /// A role of a person of IAM Identity Center.
    IdentityCenter {
        /// The role's name in Identity Center.
        role: String,
    },
    /// An identity of the sandbox.
    Sample,
    /// Those of the person who started the server, wherever AWS's own programs find them.
    Own,
}

impl Method {
    /// In words.
    pub fn words(&self) -> &'static str {
        match self {
            Method::TemporaryKeys => "temporary keys",
            Method::LongLivedKeys => "long-lived keys, exchanged",
            Method::IdentityCenter { .. } => "IAM Identity Center",
            Method::Sample => "sample identity",
            Method::Own => "your own credentials on this machine",
        }
    }
}

impl Connection {
    /// Who it is, as the gateway wants to know.
    pub fn caller(&self) -> Caller {
        Caller { account: self.account.clone(), arn: self.arn.clone(), user_id: String::new() }
    }

    /// From when on it can no longer be used: the credentials' own end, or that of the sign-in.
    pub fn ends(&self) -> Time {
        let longest = self.signed_in.plus(LONGEST);
        self.expires.map_or(longest, |expires| expires.min(longest))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("account", &self.account)
            .field("arn", &self.arn)
            .field("method", &self.method)
            .field("ends", &self.ends())
            .finish_non_exhaustive()
    }
}

/// What sessions are signed in to.
pub struct Vault {
    clock: Clock,
    /// What has made clients with the credentials, and must forget them too.
    gateway: Option<Gateway>,
    entries: Mutex<HashMap<Owner, Entry>>,
    /// Counts what was forgotten, for those who go on by themselves.
    forgotten: watch::Sender<u64>,
}

#[derive(Default)]
struct Entry {
    connections: Vec<Arc<Connection>>,
    /// A device of Identity Center that waits to be approved.
    device: Option<Arc<Device>>,
    /// The way to a person's accounts, once it was.
    portal: Option<Arc<Portal>>,
    /// When it was last asked for.
    seen: Option<Time>,
}

impl Vault {
    /// An empty one.
    pub fn new(clock: Clock, gateway: Option<Gateway>) -> Vault {
        Vault { clock, gateway, entries: Mutex::default(), forgotten: watch::channel(0).0 }
    }

    /// Adds a connection. Of each account a session has one: an earlier one gives way.
    pub fn put(&self, owner: Owner, connection: Connection) {
        let mut entries = self.lock();
        let entry = self.entry(&mut entries, owner);
        let replaced =
            entry.connections.extract_if(.., |known| known.account == connection.account).collect();
        entry.connections.push(Arc::new(connection));
        drop(entries);
        self.release(replaced);
    }

    /// What a session is signed in to now, without counting as use: for what goes on by itself while a page is open.
    pub fn peek(&self, owner: Owner) -> Vec<Arc<Connection>> {
        let now = self.clock.now();
        let entries = self.lock();
        let Some(entry) = entries.get(&owner) else { return Vec::new() };
        let is_idle = entry.seen.is_some_and(|seen| now >= seen.plus(IDLE));
        let good = entry.connections.iter().filter(|connection| !is_idle && now < connection.ends());
        good.cloned().collect()
    }

    /// What a session is signed in to now, in the order of signing in. Asking keeps it from growing idle.
    pub fn of(&self, owner: Owner) -> Vec<Arc<Connection>> {
        self.look(owner, |entry| entry.connections.clone()).unwrap_or_default()
    }

    /// Keeps a device that waits to be approved, in place of one before.
    pub fn wait_for(&self, owner: Owner, device: Device) {
        self.entry(&mut self.lock(), owner).device = Some(Arc::new(device));
    }

    /// The device that waits to be approved.
    pub fn device(&self, owner: Owner) -> Option<Arc<Device>> {
        self.look(owner, |entry| entry.device.clone()).flatten()
    }

    /// Keeps the way to a person's accounts; the device waits no more.
    pub fn open_portal(&self, owner: Owner, portal: Portal) {
        let mut entries = self.lock();
        let entry = self.entry(&mut entries, owner);
        entry.device = None;
        entry.portal = Some(Arc::new(portal));
    }

    /// The way to a person's accounts.
    pub fn portal(&self, owner: Owner) -> Option<Arc<Portal>> {
        self.look(owner, |entry| entry.portal.clone()).flatten()
    }

    /// Waits for a device no more.
    pub fn drop_device(&self, owner: Owner) {
        self.look(owner, |entry| entry.device = None);
    }

    fn entry<'e>(&self, entries: &'e mut HashMap<Owner, Entry>, owner: Owner) -> &'e mut Entry {
        let entry = entries.entry(owner).or_default();
        entry.seen = Some(self.clock.now());
        entry
    }

    /// Looks at an entry after what has ended is dropped. It counts as use.
    fn look<T>(&self, owner: Owner, look: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let now = self.clock.now();
        let mut entries = self.lock();
        let entry = entries.get_mut(&owner)?;
        let ended = entry.take_ended(now);
        entry.seen = Some(now);
        let seen = look(entry);
        if entry.is_empty() {
            entries.remove(&owner);
        }
        drop(entries);
        self.release(ended);
        Some(seen)
    }

    /// Gives one session's entry to another: the session has got a new id.
    pub fn hand_over(&self, from: Owner, to: Owner) {
        let mut entries = self.lock();
        if let Some(entry) = entries.remove(&from) {
            entries.insert(to, entry);
        }
    }

    /// Forgets all that a session was signed in to. Gives back the way to a person's accounts, for closing it.
    pub fn forget(&self, owner: Owner) -> Option<Arc<Portal>> {
        let entry = self.lock().remove(&owner)?;
        self.release(entry.connections);
        entry.portal
    }

    /// Drops what has ended, also of sessions that nobody asks for any more.
    pub fn sweep(&self) {
        let now = self.clock.now();
        let mut ended = Vec::new();
        self.lock().retain(|_, entry| {
            ended.append(&mut entry.take_ended(now));
            !entry.is_empty()
        });
        self.release(ended);
    }

    /// Changes whenever connections are forgotten.
    pub fn forgotten(&self) -> watch::Receiver<u64> {
        self.forgotten.subscribe()
    }

    /// Forgets the clients of connections that were dropped.
    fn release(&self, dropped: Vec<Arc<Connection>>) {
        if !dropped.is_empty() {
            self.forgotten.send_modify(|count| *count = count.wrapping_add(1));
        }
        if let Some(gateway) = &self.gateway {
            dropped.iter().for_each(|connection| gateway.forget(&connection.credentials));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Owner, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Takes out what has ended.
    fn take_ended(&mut self, now: Time) -> Vec<Arc<Connection>> {
        let idle = self.seen.is_some_and(|seen| now >= seen.plus(IDLE));
        self.device.take_if(|device| idle || now >= device.expires);
        self.portal.take_if(|portal| idle || now >= portal.expires);
        self.connections.extract_if(.., |connection| idle || now >= connection.ends()).collect()
    }

    fn is_empty(&self) -> bool {
        self.connections.is_empty() && self.device.is_none() && self.portal.is_none()
    }
}

/// How many entries there are, and nothing of them.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("sessions", &self.lock().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use cloudtrail::time::MINUTE;

    use super::*;

    const SECRET: &str = "canary-wJalrXUtnFEMI-K7MDENG-bPxRfiCY";

    /// A vault, and its time in milliseconds.
    fn vault() -> (Vault, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(0));
        let told = now.clone();
        (Vault::new(Clock::from_fn(move || Time::from_millis(told.load(Ordering::Relaxed))), None), now)
    }

    fn connection(account: &str, signed_in: i64, expires: Option<i64>) -> Connection {
        let expires = expires.map(Time::from_millis);
        let token = Some(format!("{SECRET}-token"));
        let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE".into(), SECRET.into(), token, expires);
        Connection {
            account: account.to_owned(),
            title: None,
            arn: format!("arn:aws:sts::{account}:assumed-role/Auditor/jo"),
            name: "jo".to_owned(),
            credentials: credentials.unwrap(),
            method: Method::TemporaryKeys,
            signed_in: Time::from_millis(signed_in),
            expires,
        }
    }

    fn accounts(vault: &Vault, owner: Owner) -> Vec<String> {
        vault.of(owner).iter().map(|connection| connection.account.clone()).collect()
    }

    #[test]
    fn a_session_has_its_own_and_one_role_in_each_account() {
        let (vault, _) = vault();
        let (one, two) = (Owner::numbered(1), Owner::numbered(2));
        vault.put(one, connection("1", 0, None));
        vault.put(one, connection("2", 0, None));
        vault.put(one, Connection { name: "max".to_owned(), ..connection("1", 0, None) });
        assert_eq!(accounts(&vault, one), ["2", "1"]);
        assert_eq!(vault.of(one)[1].name, "max");
        assert!(vault.of(two).is_empty());
        vault.hand_over(one, two);
        assert!(vault.of(one).is_empty());
        assert_eq!(accounts(&vault, two), ["2", "1"]);
        vault.forget(two);
        assert!(vault.of(two).is_empty());
    }

    #[test]
    fn each_ends_at_its_own_time() {
        let (vault, now) = vault();
        let owner = Owner::numbered(1);
        vault.put(owner, connection("1", 0, Some(30 * MINUTE)));
        vault.put(owner, connection("2", 0, Some(40 * MINUTE)));
        now.store(30 * MINUTE - 1, Ordering::Relaxed);
        assert_eq!(accounts(&vault, owner), ["1", "2"]);
        now.store(30 * MINUTE, Ordering::Relaxed);
        assert_eq!(accounts(&vault, owner), ["2"]);
        now.store(40 * MINUTE, Ordering::Relaxed);
        assert!(vault.of(owner).is_empty());
    }

    #[test]
    fn a_sign_in_ends_after_twelve_hours_and_after_an_hour_unused() {
        let (vault, now) = vault();
        let (busy, idle) = (Owner::numbered(3), Owner::numbered(4));
        vault.put(busy, connection("1", 0, Some(36 * HOUR)));
        vault.put(idle, connection("1", 0, None));
        for half in 1..24 {
            now.store(half * HOUR / 2, Ordering::Relaxed);
            assert_eq!(accounts(&vault, busy), ["1"], "{half}");
        }
        assert!(vault.of(idle).is_empty());
        now.store(LONGEST, Ordering::Relaxed);
        assert!(vault.of(busy).is_empty());
    }

    #[test]
    fn what_nobody_asks_for_is_swept_out() {
        let (vault, now) = vault();
        vault.put(Owner::numbered(1), connection("1", 0, Some(MINUTE)));
        vault.put(Owner::numbered(2), connection("2", 0, None));
        now.store(MINUTE, Ordering::Relaxed);
        vault.sweep();
        assert_eq!(vault.lock().len(), 1);
        now.store(IDLE, Ordering::Relaxed);
        vault.sweep();
        assert_eq!(vault.lock().len(), 0);
    }

    #[test]
    fn what_is_written_comes_back_after_a_restart() {
        let (vault, _) = vault();
        let owner = Owner::numbered(1);
        vault.put(owner, connection("1", 0, Some(30 * MINUTE)));
        vault.put(
            owner,
            Connection { method: Method::IdentityCenter { role: "Read".into() }, ..connection("2", 0, None) },
        );
        let (written, ends) = vault.written(owner).unwrap();
        assert_eq!(ends, Time::from_millis(LONGEST));
        let again = Vault::new(Clock::fixed(Time::from_millis(10 * MINUTE)), None);
        again.restore(owner, &written);
        assert_eq!(format!("{:?}", again.of(owner)), format!("{:?}", vault.of(owner)));
        let secret = |vault: &Vault| vault.of(owner)[0].credentials.to_secret();
        assert_eq!(secret(&again), secret(&vault));
        again.restore(Owner::numbered(2), b"{\"connections\": 1}");
        assert!(again.of(Owner::numbered(2)).is_empty());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let (vault, _) = vault();
        let owner = Owner::numbered(5);
        vault.put(owner, connection("1", 0, None));
        let shown = format!("{vault:?} {owner:?} {:?} {:#?}", vault.of(owner), vault.of(owner));
        assert!(!shown.contains("canary") && !shown.contains("the-session-id"), "{shown}");
        assert!(shown.contains("sessions: 1"), "{shown}");
    }
}
