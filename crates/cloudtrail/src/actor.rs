//! Who was behind a call, as far as its record tells, and how that is known.
//!
//! A record names the credentials that signed the call. For a role those say what was *allowed*, not who *acted*; the
//! human stands in the session name, the source identity, or the Identity Center user (User Guide, "userIdentity
//! element"). Where only an earlier AssumeRole call would tell, `archive::chain` goes and looks.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::record::{Record, Text};

/// What kind of actor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActorKind {
    /// A person.
    Human,
    /// A role used by a machine, or by someone the record does not name.
    Role,
    /// An AWS service acting on its own.
    Service,
    /// Another AWS account, of which no more is known.
    Account,
    /// The account's root user.
    Root,
    /// Nobody known.
    #[default]
    Anonymous,
}

impl ActorKind {
    /// All of them.
    pub const ALL: [ActorKind; 6] = [
        ActorKind::Human,
        ActorKind::Role,
        ActorKind::Service,
        ActorKind::Account,
        ActorKind::Root,
        ActorKind::Anonymous,
    ];

    /// One word, for a label.
    pub fn word(self) -> &'static str {
        match self {
            ActorKind::Human => "human",
            ActorKind::Role => "role",
            ActorKind::Service => "service",
            ActorKind::Account => "account",
            ActorKind::Root => "root",
            ActorKind::Anonymous => "anonymous",
        }
    }

    /// The kind of a [`ActorKind::word`].
    pub fn from_word(word: &str) -> Option<ActorKind> {
        ActorKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// An actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor<'a> {
    /// The name to show and to search by.
    pub name: Text<'a>,
    /// What kind.
    pub kind: ActorKind,
    /// How the name is known.
    pub evidence: Evidence,
}

/// How an actor's name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Evidence {
    /// `userIdentity.type` is Root.
    RootCredentials,
    /// `userIdentity.userName` of an IAM, SAML or directory user.
    UserName,
    /// `sessionContext.sourceIdentity`, which survives role chaining and cannot be changed on the way.
    SourceIdentity,
    /// The session name of a role that IAM Identity Center made.
    IdentityCenterSession,
    /// `onBehalfOf.userId`: an Identity Center user id.
    IdentityCenterUser,
    /// A session started in the console, by its session name.
    ConsoleSession,
    /// The session name, which looks like a person's address; whoever assumed the role chose it.
    SessionName,
    /// The name of a federated session.
    FederatedSession,
    /// Only the role is known: the session name names a machine or says nothing.
    RoleName,
    /// `invokedBy` or the event's source: a service acting by itself.
    ServicePrincipal,
    /// `userIdentity.accountId` of a caller from another account.
    AccountId,
    /// The user name is hidden by AWS, as the sign-in failed with a name that does not exist.
    Hidden,
    /// The record names no one.
    Nothing,
}

impl Evidence {
    /// The same in words.
    pub fn explain(self) -> &'static str {
        match self {
            Evidence::RootCredentials => "the account's root user signed in or signed the call",
            Evidence::UserName => "the user name in the credentials",
            Evidence::SourceIdentity => {
                "the source identity, set when the first role was assumed and kept since"
            }
            Evidence::IdentityCenterSession => "the session name that IAM Identity Center gave",
            Evidence::IdentityCenterUser => "the Identity Center user the call was made for",
            Evidence::ConsoleSession => "the session name of a console sign-in",
            Evidence::SessionName => "the session name, chosen by whoever assumed the role",
            Evidence::FederatedSession => "the name of the federated session",
            Evidence::RoleName => "only the role is known; the record names no person",
            Evidence::ServicePrincipal => "an AWS service, acting by itself",
            Evidence::AccountId => "a caller from another account, who is not named",
            Evidence::Hidden => "AWS hides the user name of a sign-in that failed with an unknown name",
            Evidence::Nothing => "the record names no one",
        }
    }
}

/// The service name AWS writes instead of a mistyped user name, which might be a password.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

impl<'a> Record<'a> {
    /// Who was behind this call.
    pub fn actor(&self) -> Actor<'a> {
        let identity = &self.identity;
        if let Some(name) = &identity.source_identity {
            return named(name, ActorKind::Human, Evidence::SourceIdentity);
        }
        if identity.user_name.as_deref() == Some(HIDDEN) {
            return fixed("unknown user", ActorKind::Anonymous, Evidence::Hidden);
        }
        match identity.kind.as_deref() {
            Some("Root") => fixed("root", ActorKind::Root, Evidence::RootCredentials),
            Some("AssumedRole" | "Role") => self.role_actor(),
            Some("AWSService") => self.service_actor(),
            Some("AWSAccount") => self.account_actor(),
            Some("IdentityCenterUser") => self.identity_center_actor(),
            Some("FederatedUser") => match self.session_name() {
                Some(name) => named(&own(name), ActorKind::Human, Evidence::FederatedSession),
                None => self.named_user(),
            },
            Some("WebIdentityUser") => {
                let is_person = !is_workload_provider(identity.identity_provider.as_deref());
                let actor = self.named_user();
                let kind = if is_person { actor.kind } else { ActorKind::Role };
                Actor { kind, ..actor }
            }
            Some(_) => self.named_user(),
            None if self.event_type.as_deref() == Some("AwsServiceEvent") => self.service_actor(),
            None => self.named_user(),
        }
    }

    fn role_actor(&self) -> Actor<'a> {
        let identity = &self.identity;
        let role = self.role().unwrap_or_default();
        let session = self.session_name();
        if let Some(session) = session {
            let evidence = if role.starts_with("AWSReservedSSO_") {
                Some(Evidence::IdentityCenterSession)
            } else if self.session_credential_from_console == Some(true)
                || identity.sign_in_session_arn.is_some()
            {
                Some(Evidence::ConsoleSession)
            } else if looks_like_address(session) {
                Some(Evidence::SessionName)
            } else {
                None
            };
            if let Some(evidence) = evidence {
                return named(&own(session), ActorKind::Human, evidence);
            }
        }
        if let Some(user) = &identity.on_behalf_of {
            return named(user, ActorKind::Human, Evidence::IdentityCenterUser);
        }
        match (role, session) {
            ("", None) => match &identity.invoked_by {
                Some(_) => self.service_actor(),
                None => self.named_user(),
            },
            ("", Some(session)) => named(&own(session), ActorKind::Role, Evidence::SessionName),
            (role, _) => named(&own(role), ActorKind::Role, Evidence::RoleName),
        }
    }

    fn service_actor(&self) -> Actor<'a> {
        let name = self.identity.invoked_by.as_ref().or(self.event_source.as_ref());
        match name {
            Some(name) => named(name, ActorKind::Service, Evidence::ServicePrincipal),
            None => fixed("AWS service", ActorKind::Service, Evidence::ServicePrincipal),
        }
    }

    fn account_actor(&self) -> Actor<'a> {
        match &self.identity.account_id {
            Some(account) if account != "ANONYMOUS_PRINCIPAL" && account != "anonymous" => {
                named(account, ActorKind::Account, Evidence::AccountId)
            }
            _ => fixed("anonymous", ActorKind::Anonymous, Evidence::Nothing),
        }
    }

    fn identity_center_actor(&self) -> Actor<'a> {
        match (&self.identity.user_name, &self.identity.on_behalf_of) {
            (Some(name), _) => named(name, ActorKind::Human, Evidence::UserName),
            (None, Some(user)) => named(user, ActorKind::Human, Evidence::IdentityCenterUser),
            (None, None) => self.named_user(),
        }
    }

    fn named_user(&self) -> Actor<'a> {
        let identity = &self.identity;
        if let Some(name) = &identity.user_name {
            return named(name, ActorKind::Human, Evidence::UserName);
        }
        let last_of_arn = identity.arn.as_deref().and_then(|arn| arn.rsplit(['/', ':']).next());
        match last_of_arn.filter(|name| !name.is_empty()) {
            Some(name) => named(&own(name), ActorKind::Human, Evidence::UserName),
            None if identity.invoked_by.is_some() => self.service_actor(),
            None if identity.account_id.is_some() => self.account_actor(),
            None => fixed("unknown", ActorKind::Anonymous, Evidence::Nothing),
        }
    }
}

fn named<'a>(name: &Text<'a>, kind: ActorKind, evidence: Evidence) -> Actor<'a> {
    Actor { name: name.clone(), kind, evidence }
}

fn own(name: &str) -> Text<'static> {
    Cow::Owned(name.to_owned())
}

fn fixed(name: &'static str, kind: ActorKind, evidence: Evidence) -> Actor<'static> {
    Actor { name: Cow::Borrowed(name), kind, evidence }
}

/// A session name that people use: an e-mail address.
fn looks_like_address(session: &str) -> bool {
    session.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// Identity providers behind which stand pipelines and clusters, not people.
fn is_workload_provider(provider: Option<&str>) -> bool {
    provider.is_some_and(|provider| {
        ["token.actions.githubusercontent.com", "oidc.eks.", "gitlab", "bitbucket", "circleci"]
            .iter()
            .any(|known| provider.contains(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    fn actor(identity: &str, rest: &str) -> (String, ActorKind, Evidence) {
        let json = format!(r#"{{"userIdentity":{identity},"eventSource":"ec2.amazonaws.com"{rest}}}"#);
        let mut tape = Tape::default();
        let record = Record::read(tape.parse(&json).unwrap()).unwrap();
        let actor = record.actor();
        (actor.name.into_owned(), actor.kind, actor.evidence)
    }

    #[test]
    fn finds_the_human_where_the_record_tells() {
        use ActorKind::*;
        let session = |role: &str, name: &str, more: &str| {
            format!(
                r#"{{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/{role}/{name}","sessionContext":{{"sessionIssuer":{{"userName":"{role}"}}{more}}}}}"#
            )
        };
        let cases = [
            (
                r#"{"type":"Root","arn":"arn:aws:iam::1:root"}"#.into(),
                "",
                "root",
                Root,
                Evidence::RootCredentials,
            ),
            (r#"{"type":"IAMUser","userName":"bert"}"#.into(), "", "bert", Human, Evidence::UserName),
            (session("Admin", "s", r#","sourceIdentity":"jo""#), "", "jo", Human, Evidence::SourceIdentity),
            (session("AWSReservedSSO_X_1", "jo", ""), "", "jo", Human, Evidence::IdentityCenterSession),
            (session("Admin", "jo@example.com", ""), "", "jo@example.com", Human, Evidence::SessionName),
            (
                session("Admin", "jo", ""),
                r#","sessionCredentialFromConsole":"true""#,
                "jo",
                Human,
                Evidence::ConsoleSession,
            ),
            (session("web", "i-0abc", ""), "", "web", Role, Evidence::RoleName),
            (
                r#"{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}"#.into(),
                "",
                "cloudtrail.amazonaws.com",
                Service,
                Evidence::ServicePrincipal,
            ),
            (
                r#"{"accountId":"1"}"#.into(),
                r#","eventType":"AwsServiceEvent""#,
                "ec2.amazonaws.com",
                Service,
                Evidence::ServicePrincipal,
            ),
            (r#"{"type":"AWSAccount","accountId":"999"}"#.into(), "", "999", Account, Evidence::AccountId),
            (
                r#"{"type":"AWSAccount","accountId":"ANONYMOUS_PRINCIPAL"}"#.into(),
                "",
                "anonymous",
                Anonymous,
                Evidence::Nothing,
            ),
            (
                r#"{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#.into(),
                "",
                "unknown user",
                Anonymous,
                Evidence::Hidden,
            ),
            (
                r#"{"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1"}}"#.into(),
                "",
                "u-1",
                Human,
                Evidence::IdentityCenterUser,
            ),
            ("null".into(), "", "unknown", Anonymous, Evidence::Nothing),
        ];
        for (identity, rest, name, kind, evidence) in cases {
            let identity: String = identity;
            assert_eq!(actor(&identity, rest), (name.to_owned(), kind, evidence), "{identity}");
        }
    }
}
