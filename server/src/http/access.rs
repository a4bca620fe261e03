//! The access log: who looked at what, signed in, or was refused. Lines are added and never changed.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use cloudtrail::secret::is_secret;
use cloudtrail::time::{MINUTE, Time};

use super::problem::Problem;
use crate::clock::Clock;
use crate::error::chain;
use crate::principal::Principals;
use crate::store::{AccessQuery, AccessRow, Owner, Store, access_id};

/// The longest target that is kept, in characters.
const LONGEST: usize = 2_000;
/// A page that shows a list asks for its parts one by one, and again while more is on its way: the same search by the same
/// session is one line within this time, in milliseconds.
const SAME_FOR: i64 = 10 * MINUTE;
/// How many of these are remembered; beyond that a line may come twice.
const MAX_REMEMBERED: usize = 20_000;

/// Something that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Signed in to an account, or opened the server with its start code.
    SignIn,
    /// Was not signed in.
    SignInRefused,
    /// Signed out.
    SignOut,
    /// Ended other sessions.
    EndSessions,
    /// Searched.
    Search,
    /// Opened an event, or the report of what was taken in.
    Open,
    /// Downloaded events.
    Export,
    /// Asked for an account that is not there or not open.
    Denied,
    /// Gave a search a name.
    SaveSearch,
    /// Took a saved search away.
    DeleteSearch,
    /// Had fetched event history deleted.
    ForgetAccount,
    /// Read other people's lines.
    ReadAccessLog,
}

impl Action {
    /// All of them, in the order of a menu.
    pub const ALL: [Action; 12] = [
        Action::Search,
        Action::Open,
        Action::Export,
        Action::SignIn,
        Action::SignInRefused,
        Action::SignOut,
        Action::EndSessions,
        Action::Denied,
        Action::SaveSearch,
        Action::DeleteSearch,
        Action::ForgetAccount,
        Action::ReadAccessLog,
    ];

    /// As it stands in the log.
    pub fn word(self) -> &'static str {
        match self {
            Action::SignIn => "sign-in",
            Action::SignInRefused => "sign-in-refused",
            Action::SignOut => "sign-out",
            Action::EndSessions => "end-sessions",
            Action::Search => "search",
            Action::Open => "open",
            Action::Export => "export",
            Action::Denied => "denied",
            Action::SaveSearch => "save-search",
            Action::DeleteSearch => "delete-search",
            Action::ForgetAccount => "forget-account",
            Action::ReadAccessLog => "read-access-log",
        }
    }

    /// Whether the same one again within a while is no line of its own.
    fn repeats(self) -> bool {
        matches!(self, Action::Search | Action::Open | Action::Denied | Action::ReadAccessLog)
    }
}

/// Who does something, and from where.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// An ARN, or in words where there is none.
    pub principal: String,
    /// The network address.
    pub address: String,
    /// Whose session.
    pub owner: Option<Owner>,
    /// The request's id in the server's log.
    pub request: String,
}

/// The log. Cheap to clone.
#[derive(Clone)]
pub struct AccessLog {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    strict: bool,
    printing: bool,
    auditors: Principals,
    recent: Mutex<HashMap<(String, String), Time>>,
}

impl AccessLog {
    /// In a database. What cannot be written is said in the server's log.
    pub fn new(store: Store, clock: Clock) -> AccessLog {
        AccessLog::with(store, clock, None)
    }

    /// That of a shared deployment: what cannot be written is not done; each line goes to standard output too; and some people
    /// read everybody's lines.
    pub fn shared(store: Store, clock: Clock, auditors: Principals) -> AccessLog {
        AccessLog::with(store, clock, Some(auditors))
    }

    fn with(store: Store, clock: Clock, shared: Option<Principals>) -> AccessLog {
        let is_shared = shared.is_some();
        let inner = Inner {
            store,
            clock,
            strict: is_shared,
            printing: is_shared,
            auditors: shared.unwrap_or_default(),
            recent: Mutex::default(),
        };
        AccessLog { inner: Arc::new(inner) }
    }

    /// Whether one of these reads everybody's lines.
    pub fn is_auditor<'a>(&self, principals: impl IntoIterator<Item = &'a str>) -> bool {
        principals.into_iter().any(|principal| self.inner.auditors.has(principal))
    }

    /// Writes a line: `outcome` is `ok`, or why not.
    ///
    /// # Errors
    /// In a shared deployment when it cannot be written: then what it says must not happen.
    pub async fn write(
        &self,
        actor: &Actor,
        account: &str,
        action: Action,
        target: &str,
        outcome: &str,
    ) -> Result<(), Problem> {
        let now = self.inner.clock.now();
        let target: String = masked(target).chars().take(LONGEST).collect();
        let session = actor.owner.map(Owner::as_text).unwrap_or_default();
        if action.repeats() {
            let who = format!("{session} {} {}", actor.principal, actor.address);
            let what = format!("{} {account} {outcome} {target}", action.word());
            if self.was_just_written(who, what, now) {
                return Ok(());
            }
        }
        let row = AccessRow {
            id: access_id(now),
            at: now,
            principal: actor.principal.clone(),
            account: account.chars().take(100).collect(),
            address: actor.address.clone(),
            session,
            action: action.word().to_owned(),
            target,
            outcome: outcome.to_owned(),
            request: actor.request.clone(),
        };
        if self.inner.printing {
            print(&row);
        }
        match self.inner.store.log_access(&row).await {
            Ok(()) => Ok(()),
            Err(error) if self.inner.strict => {
                Err(Problem::internal(format!("the access log cannot be written: {}", chain(&error))))
            }
            Err(error) => {
                tracing::error!(cause = chain(&error), "the access log cannot be written");
                Ok(())
            }
        }
    }

    /// Lines, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(&self, query: &AccessQuery) -> Result<Vec<AccessRow>, Problem> {
        let rows = self.inner.store.accesses(query).await;
        rows.map_err(|error| Problem::internal(format!("the access log cannot be read: {}", chain(&error))))
    }

    fn was_just_written(&self, who: String, what: String, now: Time) -> bool {
        let mut recent = self.inner.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= MAX_REMEMBERED {
            recent.retain(|_, at| now < at.plus(SAME_FOR));
            if recent.len() >= MAX_REMEMBERED {
                recent.clear();
            }
        }
        let at = recent.entry((who, what)).or_insert(now.plus(-SAME_FOR));
        let was = now < at.plus(SAME_FOR);
        if !was {
            *at = now;
        }
        was
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessLog").finish_non_exhaustive()
    }
}

/// One line of JSON for whoever collects what containers print.
fn print(row: &AccessRow) {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        kind: &'static str,
        #[serde(flatten)]
        row: &'a AccessRow,
    }
    if let Ok(line) = serde_json::to_string(&Line { kind: "access", row }) {
        // Nobody may be reading; the database has it.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// A search without the values in it that look like secrets.
fn masked(query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    for term in terms(query) {
        let (name, value) = match term.split_once([':', '=']) {
            Some((name, value)) => (name.rsplit('.').next().unwrap_or(name), value),
            None => ("", term),
        };
        let plain = value.trim_matches(|letter: char| letter == '"' || letter.is_whitespace());
        if is_secret(name, plain) {
            text.push_str(&term[..term.len() - value.len()]);
            text.push_str("***");
            // What stood between it and the next term.
            text.extend(value.chars().rev().take_while(|letter| letter.is_whitespace()));
        } else {
            text.push_str(term);
        }
    }
    text
}

/// A query's terms with the space behind them; what stands in quotation marks stays together.
fn terms(query: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    query.split_inclusive(move |letter: char| {
        quoted ^= letter == '"';
        letter.is_whitespace() && !quoted
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn actor(principal: &str) -> Actor {
        Actor {
            principal: principal.to_owned(),
            address: "192.0.2.1".to_owned(),
            owner: None,
            request: "r".to_owned(),
        }
    }

    async fn log() -> (AccessLog, Store, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(0));
        let told = now.clone();
        let store = Store::in_memory().await.unwrap();
        let clock = Clock::from_fn(move || Time::from_millis(told.load(Ordering::Relaxed)));
        let auditors = Principals::read(&["arn:aws:iam::111122223333:user/jo".to_owned()]).unwrap();
        (AccessLog::shared(store.clone(), clock, auditors), store, now)
    }

    #[tokio::test]
    async fn the_same_search_is_one_line_for_a_while() {
        let (log, _, now) = log().await;
        let (jo, max) = (actor("jo"), actor("max"));
        for (actor, query, at, lines) in
            [(&jo, "a", 0, 1), (&jo, "a", 1, 1), (&jo, "b", 1, 2), (&max, "a", 1, 3), (&jo, "a", SAME_FOR, 4)]
        {
            now.store(at, Ordering::Relaxed);
            log.write(actor, "1", Action::Search, query, "ok").await.unwrap();
            let all = AccessQuery { limit: 100, ..AccessQuery::default() };
            assert_eq!(log.read(&all).await.unwrap().len(), lines, "{query} {at}");
        }
        log.write(&jo, "1", Action::Export, "a", "ok").await.unwrap();
        log.write(&jo, "1", Action::Export, "a", "ok").await.unwrap();
        let own =
            AccessQuery { principals: Some(vec!["jo".to_owned()]), limit: 100, ..AccessQuery::default() };
        assert_eq!(log.read(&own).await.unwrap().len(), 5);
    }

    #[tokio::test]
    async fn lines_are_found_newest_first_and_page_by_page() {
        let (log, _, now) = log().await;
        for at in 0..5 {
            now.store(at * 1_000, Ordering::Relaxed);
            log.write(&actor("jo"), "1", Action::Export, &format!("100%_{at}"), "ok").await.unwrap();
        }
        let query = |text: &str, before: Option<String>, limit| AccessQuery {
            text: text.to_owned(),
            before,
            limit,
            ..AccessQuery::default()
        };
        let first = log.read(&query("", None, 2)).await.unwrap();
        assert_eq!(first.iter().map(|row| &*row.target).collect::<Vec<_>>(), ["100%_4", "100%_3"]);
        let next = log.read(&query("", Some(first[1].id.clone()), 9)).await.unwrap();
        assert_eq!(next.iter().map(|row| &*row.target).collect::<Vec<_>>(), ["100%_2", "100%_1", "100%_0"]);
        assert_eq!(log.read(&query("0%_3", None, 9)).await.unwrap().len(), 1);
        assert_eq!(log.read(&query("0__3", None, 9)).await.unwrap().len(), 0);
        assert_eq!(log.read(&query("JO", None, 9)).await.unwrap().len(), 5);
        let nobody = AccessQuery { principals: Some(Vec::new()), limit: 9, ..AccessQuery::default() };
        assert!(log.read(&nobody).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn some_read_all() {
        let (log, _, _) = log().await;
        assert!(log.is_auditor(["arn:aws:iam::111122223333:user/jo"]));
        assert!(!log.is_auditor(["arn:aws:iam::111122223333:user/max"]) && !log.is_auditor([]));
    }

    #[test]
    fn values_that_look_like_secrets_are_masked() {
        let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(
            masked("event:x requestParameters.password:hunter22 a"),
            "event:x requestParameters.password:*** a"
        );
        assert_eq!(masked("requestParameters.password:\"two words\" a"), "requestParameters.password:*** a");
        assert_eq!(masked("event:StopInstances from=-2h"), "event:StopInstances from=-2h");
        assert!(!masked(&format!("sessionToken:{key} x")).contains(key));
        assert_eq!(masked("key:AKIAIOSFODNN7EXAMPLE"), "key:AKIAIOSFODNN7EXAMPLE");
    }
}
