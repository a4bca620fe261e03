//! Who may call: accounts with users and roles, their keys, temporary sessions, and what they are allowed.

mod caller;
mod mfa;
pub(crate) mod policy;
pub(crate) mod sample;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cloudtrail::time::Time;
use sha2::{Digest, Sha256};

pub(crate) use caller::{Caller, Principal, Session};
pub(crate) use mfa::Mfa;

use crate::credentials::Credentials;
use crate::http::refusal::Refusal;
use crate::random;
use policy::{Policy, Question, Verdict, ask_all};

/// All accounts and keys.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// By account id.
    pub accounts: BTreeMap<String, Account>,
    keys: HashMap<String, Key>,
}

/// One AWS account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Twelve digits.
    pub id: String,
    /// Name in the organisation.
    pub name: String,
    /// By name.
    pub users: BTreeMap<String, User>,
    /// By name.
    pub roles: BTreeMap<String, Role>,
    /// Service control policies of the organisation that hold for it.
    pub controls: Vec<Policy>,
}

/// An IAM user.
#[derive(Debug)]
pub(crate) struct User {
    /// What it may do.
    pub policies: Vec<Policy>,
    /// Its second factor.
    pub mfa: Option<Mfa>,
}

/// An IAM role.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    /// Name without the path.
    pub name: String,
    /// `/` or `/…/`.
    pub path: String,
    /// `AROA…`
    pub id: String,
    /// Who may assume it.
    pub trust: Policy,
    /// What it may do.
    pub policies: Vec<Policy>,
    /// Longest session, in seconds.
    pub longest: i64,
}

struct Key {
    secret: String,
    holder: Holder,
}

#[derive(Clone)]
enum Holder {
    LongTerm {
        account: String,
        principal: Principal,
    },
    Session(Arc<Session>),
    /// Known, and no longer good: deleted or revoked.
    Gone,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Role {
    /// ARN of the role in an account.
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.name)
    }
}

/// A unique id that stays the same from start to start: no secret depends on it.
pub(crate) fn unique_id(prefix: &str, account: &str, name: &str) -> String {
    let hash = Sha256::digest(format!("{prefix}/{account}/{name}"));
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let tail: String =
        hash.iter().take(10).map(|&byte| char::from(letters[usize::from(byte % 32)])).collect();
    format!("{prefix}EXAMPLE{tail}")
}

impl Directory {
    /// Makes a key for a user or for root.
    pub fn issue_key(&mut self, account: &str, principal: Principal) -> Credentials {
        let credentials = Credentials::new(random::id("AKIA"), random::secret(), None, None);
        let holder = Holder::LongTerm { account: account.to_owned(), principal };
        self.keep(&credentials, holder);
        credentials
    }

    /// Makes temporary credentials.
    pub fn issue_session(&mut self, mut session: Session) -> Credentials {
        session.token = random::token();
        let credentials = Credentials::new(
            random::id("ASIA"),
            random::secret(),
            Some(session.token.clone()),
            Some(session.expires),
        );
        self.keep(&credentials, Holder::Session(Arc::new(session)));
        credentials
    }

    /// Takes a key away; it is then as unknown as one that never was.
    pub fn revoke(&mut self, key: &str) {
        if let Some(key) = self.keys.get_mut(key) {
            key.holder = Holder::Gone;
        }
    }

    /// Who holds a key, and the secret to check the signature with.
    ///
    /// # Errors
    /// When the key is unknown, or the session token is not the one that belongs to it, or has expired.
    pub fn holder(&self, key_id: &str, token: Option<&str>, now: Time) -> Result<(Caller, &str), Refusal> {
        let key = self.keys.get(key_id).ok_or(Refusal::UnknownKey)?;
        let caller = match &key.holder {
            Holder::LongTerm { account, principal } if token.is_none() => Caller {
                account: account.clone(),
                principal: principal.clone(),
                key: key_id.to_owned(),
                session: None,
            },
            Holder::Session(session) if token == Some(session.token.as_str()) => {
                if session.expires <= now {
                    return Err(Refusal::Expired);
                }
                Caller {
                    account: session.account.clone(),
                    principal: session.principal.clone(),
                    key: key_id.to_owned(),
                    session: Some(Arc::clone(session)),
                }
            }
            _ => return Err(Refusal::UnknownKey),
        };
        Ok((caller, &key.secret))
    }

    /// The secret of a key, if it is good for anything.
    pub fn secret(&self, key_id: &str) -> Option<&str> {
        let key = self.keys.get(key_id)?;
        (!matches!(key.holder, Holder::Gone)).then_some(key.secret.as_str())
    }

    /// The role with this ARN, and the account it is in.
    pub fn role(&self, arn: &str) -> Option<(&Account, &Role)> {
        let (account, rest) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
        let account = self.accounts.get(account)?;
        let role = account.roles.get(rest.rsplit('/').next()?)?;
        (role.arn(&account.id) == arn).then_some((account, role))
    }

    /// Whether a caller may do something.
    ///
    /// # Errors
    /// The message that AWS gives when not.
    pub fn authorize(
        &self,
        caller: &Caller,
        action: &str,
        resource: Option<&str>,
        context: &BTreeMap<String, String>,
    ) -> Result<(), String> {
        let question = Question { action, resource: resource.unwrap_or("*"), principals: &[], context };
        let why = self.why_not(caller, &question);
        let Some((denied, kind)) = why else { return Ok(()) };
        let on = resource.map(|arn| format!(" on resource: {arn}")).unwrap_or_default();
        let because = if denied {
            let article = if kind.starts_with('i') { "an" } else { "a" };
            format!("with an explicit deny in {article} {kind} policy")
        } else {
            format!("because no {kind} policy allows the {action} action")
        };
        Err(format!("User: {} is not authorized to perform: {action}{on} {because}", caller.arn()))
    }

    /// `None` if it is allowed; otherwise whether a policy denies it, and the kind of policy that decides.
    fn why_not(&self, caller: &Caller, question: &Question<'_>) -> Option<(bool, &'static str)> {
        let account = self.accounts.get(&caller.account)?;
        let identity: &[Policy] = match &caller.principal {
            Principal::Root => &[],
            Principal::User { name, .. } => {
                account.users.get(name).map(|user| user.policies.as_slice()).unwrap_or_default()
            }
            Principal::Role { name, .. } => {
                account.roles.get(name).map(|role| role.policies.as_slice()).unwrap_or_default()
            }
        };
        let session = caller.session.as_ref().and_then(|session| session.policy.as_ref());
        let mut layers = vec![("service control", ask_all(&account.controls, question))];
        if caller.principal != Principal::Root {
            layers.push(("identity-based", ask_all(identity, question)));
        }
        if let Some(session) = session {
            layers.push(("session", session.ask(question)));
        }
        let denied =
            layers.iter().find(|(_, verdict)| *verdict == Verdict::Denied).map(|(kind, _)| (true, *kind));
        denied.or_else(|| {
            layers.iter().find(|(_, verdict)| *verdict == Verdict::Silent).map(|(kind, _)| (false, *kind))
        })
    }

    fn keep(&mut self, credentials: &Credentials, holder: Holder) {
        let key = Key { secret: credentials.secret_access_key.clone(), holder };
        self.keys.insert(credentials.access_key_id.clone(), key);
    }
}
