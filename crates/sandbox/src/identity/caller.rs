//! A caller who has been recognised, and how it shows in ARNs and in records.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudtrail::time::Time;
use serde_json::{Value, json};

use super::policy::Policy;

/// What kind of identity it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The account itself.
    Root,
    /// An IAM user.
    User {
        /// Its name.
        name: String,
        /// `AIDA…`
        id: String,
    },
    /// A session of a role.
    Role {
        /// Name of the role.
        name: String,
        /// Path of the role.
        path: String,
        /// `AROA…`
        id: String,
        /// Session name.
        session: String,
    },
}

/// Temporary credentials, as the sandbox remembers them.
#[derive(Clone)]
pub(crate) struct Session {
    /// Account id.
    pub account: String,
    /// Whose they are.
    pub principal: Principal,
    /// Set when they are issued.
    pub token: String,
    /// When they were made.
    pub created: Time,
    /// From when on they are refused.
    pub expires: Time,
    /// When a second factor was shown.
    pub mfa: Option<Time>,
    /// What they are narrowed down to.
    pub policy: Option<Policy>,
    /// Set by the first AssumeRole that gave one; kept along a chain of roles.
    pub source_identity: Option<String>,
    /// `onBehalfOf` of Identity Center's sessions: user id and ARN of the identity store.
    pub person: Option<(String, String)>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

/// Who makes a call.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// Account id.
    pub account: String,
    /// Which identity of it.
    pub principal: Principal,
    /// Access key id.
    pub key: String,
    /// Present with temporary credentials.
    pub session: Option<Arc<Session>>,
}

impl Caller {
    /// The ARN as in GetCallerIdentity and in error messages.
    pub fn arn(&self) -> String {
        let account = &self.account;
        match &self.principal {
            Principal::Root => format!("arn:aws:iam::{account}:root"),
            Principal::User { name, .. } => format!("arn:aws:iam::{account}:user/{name}"),
            Principal::Role { name, session, .. } => {
                format!("arn:aws:sts::{account}:assumed-role/{name}/{session}")
            }
        }
    }

    /// `UserId` in GetCallerIdentity, `principalId` in records.
    pub fn user_id(&self) -> String {
        match &self.principal {
            Principal::Root => self.account.clone(),
            Principal::User { id, .. } => id.clone(),
            Principal::Role { id, session, .. } => format!("{id}:{session}"),
        }
    }

    /// Names by which trust policies and bucket policies know it, the exact ones first.
    pub fn principals(&self) -> Vec<String> {
        let mut names = vec![self.arn()];
        if let Principal::Role { name, path, .. } = &self.principal {
            names.push(format!("arn:aws:iam::{}:role{path}{name}", self.account));
        }
        names.push(format!("arn:aws:iam::{}:root", self.account));
        names.push(self.account.clone());
        names
    }

    /// Condition keys that describe the caller, in lower case.
    pub fn context(&self, now: Time) -> BTreeMap<String, String> {
        let mut context = BTreeMap::new();
        let mut put = |key: &str, value: String| context.insert(key.to_lowercase(), value);
        put("aws:PrincipalAccount", self.account.clone());
        put(
            "aws:PrincipalArn",
            self.principals()
                .get(1)
                .cloned()
                .filter(|arn| arn.contains(":role"))
                .unwrap_or_else(|| self.arn()),
        );
        if let Principal::User { name, .. } = &self.principal {
            put("aws:username", name.clone());
        }
        if let Some(session) = &self.session {
            put("aws:MultiFactorAuthPresent", session.mfa.is_some().to_string());
            if let Some(shown) = session.mfa {
                put("aws:MultiFactorAuthAge", ((now.as_millis() - shown.as_millis()) / 1000).to_string());
            }
            if let Some(source) = &session.source_identity {
                put("aws:SourceIdentity", source.clone());
            }
        }
        context
    }

    /// `userIdentity` of a record.
    pub fn identity(&self) -> Value {
        let kind = match &self.principal {
            Principal::Root => "Root",
            Principal::User { .. } => "IAMUser",
            Principal::Role { .. } => "AssumedRole",
        };
        let mut out = json!({
            "type": kind, "principalId": self.user_id(), "arn": self.arn(), "accountId": self.account,
            "accessKeyId": self.key,
        });
        if let Principal::User { name, .. } = &self.principal {
            out["userName"] = json!(name);
        }
        let Some(session) = &self.session else { return out };
        let mut context = json!({
            "attributes": {"creationDate": session.created.to_string(), "mfaAuthenticated": session.mfa.is_some().to_string()},
        });
        if let Principal::Role { name, path, id, .. } = &self.principal {
            context["sessionIssuer"] = json!({
                "type": "Role", "principalId": id, "arn": format!("arn:aws:iam::{}:role{path}{name}", self.account),
                "accountId": self.account, "userName": name,
            });
        }
        if let Some(source) = &session.source_identity {
            context["sourceIdentity"] = json!(source);
        }
        out["sessionContext"] = context;
        if let Some((user, store)) = &session.person {
            out["onBehalfOf"] = json!({"userId": user, "identityStoreArn": store});
        }
        out
    }
}
