//! The fields that have a short name in the search language.

use serde::{Deserialize, Serialize};

/// A field with a short name. Any other part of a record is reached by its JSON path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// `eventName`: the API action, `StopInstances`.
    Event,
    /// The human or machine behind the call, as far as the record tells (see [`crate::actor`]).
    Who,
    /// The name in the credentials used: IAM user name, role session name, `root`.
    User,
    /// The role whose permissions were used, by its name.
    Role,
    /// `eventSource`, with or without `.amazonaws.com`.
    Service,
    /// `sourceIPAddress`: an address, or the DNS name of a service.
    Ip,
    /// `awsRegion`.
    Region,
    /// The account the event was recorded for, by id or by name.
    Account,
    /// `errorCode`.
    Error,
    /// What was acted on: `resources[].ARN`, and names found in the parameters.
    Resource,
    /// `userIdentity.accessKeyId`.
    Key,
    /// `userAgent`.
    Agent,
    /// `eventCategory`: Management, Data, Insight, NetworkActivity, Aggregated.
    Category,
    /// `readOnly`.
    ReadOnly,
    /// `eventTime`.
    Time,
    /// `eventID`.
    Id,
}

/// How a field's values are compared and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// An IP address or a name; takes CIDR.
    Ip,
    /// An instant.
    Time,
    /// `true` or `false`.
    Bool,
}

impl Field {
    /// All of them, in the order people meet them.
    pub const ALL: [Field; 16] = [
        Field::Event,
        Field::Who,
        Field::User,
        Field::Role,
        Field::Service,
        Field::Ip,
        Field::Region,
        Field::Account,
        Field::Error,
        Field::Resource,
        Field::Key,
        Field::Agent,
        Field::Category,
        Field::ReadOnly,
        Field::Time,
        Field::Id,
    ];

    /// The fields shown as facets beside a list of events.
    pub const FACETS: [Field; 8] = [
        Field::Event,
        Field::Service,
        Field::Who,
        Field::Region,
        Field::Account,
        Field::Ip,
        Field::Error,
        Field::Resource,
    ];

    /// The short name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Field::Event => "event",
            Field::Who => "who",
            Field::User => "user",
            Field::Role => "role",
            Field::Service => "service",
            Field::Ip => "ip",
            Field::Region => "region",
            Field::Account => "account",
            Field::Error => "error",
            Field::Resource => "resource",
            Field::Key => "key",
            Field::Agent => "agent",
            Field::Category => "category",
            Field::ReadOnly => "readOnly",
            Field::Time => "time",
            Field::Id => "id",
        }
    }

    /// CloudTrail's own names that mean the same.
    pub fn aliases(self) -> &'static [&'static str] {
        match self {
            Field::Event => &["eventName"],
            Field::Service => &["eventSource"],
            Field::Ip => &["sourceIPAddress"],
            Field::Region => &["awsRegion"],
            Field::Account => &["recipientAccountId"],
            Field::Error => &["errorCode"],
            Field::Key => &["accessKeyId", "userIdentity.accessKeyId"],
            Field::Agent => &["userAgent"],
            Field::Category => &["eventCategory"],
            Field::Time => &["eventTime"],
            Field::Id => &["eventID"],
            Field::Who | Field::User | Field::Role | Field::Resource | Field::ReadOnly => &[],
        }
    }

    /// The field of a short name or alias; case does not count.
    pub fn from_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| {
            field.name().eq_ignore_ascii_case(name)
                || field.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(name))
        })
    }

    /// One sentence for people who see the field for the first time.
    pub fn help(self) -> &'static str {
        match self {
            Field::Event => "The API action that was called, such as StopInstances",
            Field::Who => "The person, role or service behind the call, as far as the record tells",
            Field::User => "The user or session name in the credentials that were used",
            Field::Role => "The IAM role whose permissions were used",
            Field::Service => "The AWS service that was called, such as ec2 or iam",
            Field::Ip => {
                "Where the call came from: an address (10.0.0.0/8 for a network) or a service's name"
            }
            Field::Region => "The AWS Region the call was made in",
            Field::Account => "The AWS account the event belongs to, by id or name",
            Field::Error => "The error code, if the call failed; error:* finds every failure",
            Field::Resource => "What was acted on, by ARN or name",
            Field::Key => "The access key that signed the call",
            Field::Agent => "The program that made the call",
            Field::Category => "Management, Data, Insight, NetworkActivity or Aggregated",
            Field::ReadOnly => "Whether the call only reads (true) or changes something (false)",
            Field::Time => "When it happened; compare with time:>2026-11-22T09:00Z",
            Field::Id => "The event's own id",
        }
    }

    /// How its values compare.
    pub fn kind(self) -> FieldKind {
        match self {
            Field::Ip => FieldKind::Ip,
            Field::Time => FieldKind::Time,
            Field::ReadOnly => FieldKind::Bool,
            _ => FieldKind::Text,
        }
    }
}
