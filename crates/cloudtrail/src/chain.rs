//! The chain of credentials behind an event, and the events related to it. `archive::chain` finds them.

use serde::{Deserialize, Serialize};

use crate::search::EventRow;

/// From the human (or first known credentials) to the event: who assumed what, from where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The steps, the earliest first. Each step's event issued the credentials that the next step used.
    pub steps: Vec<ChainStep>,
    /// Why the chain starts where it does, in words ("the AssumeRole event is not in this archive").
    pub ends_because: String,
}

/// One step of a chain: an event that issued credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChainStep {
    /// The event (AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity, GetSessionToken, ConsoleLogin, …).
    pub event: EventRow,
    /// The access key it issued, if it did.
    pub issued_key: Option<String>,
    /// The role it gave, by ARN.
    pub role_arn: Option<String>,
    /// The session name it set.
    pub session_name: Option<String>,
    /// `sourceIdentity`, if set.
    pub source_identity: Option<String>,
    /// Whether the caller had used MFA, where the record says.
    pub mfa: Option<bool>,
    /// What ties it to the next step.
    pub link: ChainLink,
}

/// How one step is known to lead to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChainLink {
    /// `responseElements.credentials.accessKeyId` is the key the next one signed with.
    IssuedKey,
    /// The same `sharedEventID`: the other account's half of one call.
    SharedEvent,
    /// The same `signInSessionArn`.
    SignInSession,
}

/// Events related to one event, by what they have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// The groups that are not empty.
    pub groups: Vec<RelatedGroup>,
}

/// Events that share one thing with the event in question (which is not among them).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RelatedGroup {
    /// What they share.
    pub by: RelatedBy,
    /// The shared value.
    pub value: String,
    /// A query that lists all of them.
    pub query: String,
    /// The window it is meant for; open bounds mean any time.
    pub range: crate::search::TimeRange,
    /// How many there are in that window.
    pub total: u64,
    /// The nearest in time, newest first.
    pub rows: Vec<EventRow>,
}

/// What related events have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RelatedBy {
    /// The same access key.
    Key,
    /// The same role session (`userIdentity.arn`).
    Session,
    /// The same resource.
    Resource,
    /// The same `sharedEventID`.
    SharedEvent,
    /// The same actor within five minutes.
    Around,
}
