//! One event record.
//!
//! Everything is borrowed from the raw text; what the record does not say is `None`, and nothing that an odd record
//! says makes reading fail. Field names and versions: CloudTrail User Guide, "CloudTrail record contents".

use std::borrow::Cow;

use crate::json::{Kind, Node};
use crate::time::Time;

mod problems;
mod resources;

pub use problems::Problem;

/// A string of a record.
pub type Text<'a> = Cow<'a, str>;

/// A record of any eventVersion from 1.0 to 1.11, of any category, and what newer ones may bring.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The whole record.
    pub root: Node<'a>,
    /// `eventVersion`, `1.11`.
    pub event_version: Option<Text<'a>>,
    /// `userIdentity`.
    pub identity: Identity<'a>,
    /// `eventTime`; of an aggregated event the start of its window.
    pub time: Option<Time>,
    /// `eventTime` as written.
    pub time_text: Option<Text<'a>>,
    /// `eventSource`; of an Insights event `insightDetails.eventSource`.
    pub event_source: Option<Text<'a>>,
    /// `eventName`; of an Insights event `insightDetails.eventName`.
    pub event_name: Option<Text<'a>>,
    /// `awsRegion`.
    pub region: Option<Text<'a>>,
    /// `sourceIPAddress`: an address, a DNS name, or `AWS Internal`.
    pub source_ip: Option<Text<'a>>,
    /// `userAgent`.
    pub user_agent: Option<Text<'a>>,
    /// `errorCode`.
    pub error_code: Option<Text<'a>>,
    /// `errorMessage`.
    pub error_message: Option<Text<'a>>,
    /// `requestParameters`, unless null.
    pub request_parameters: Option<Node<'a>>,
    /// `responseElements`, unless null.
    pub response_elements: Option<Node<'a>>,
    /// `additionalEventData`, unless null.
    pub additional_event_data: Option<Node<'a>>,
    /// `requestID`.
    pub request_id: Option<Text<'a>>,
    /// `eventID` (`eventId` in aggregated events).
    pub event_id: Option<Text<'a>>,
    /// `apiVersion`.
    pub api_version: Option<Text<'a>>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `resources`, unless null.
    pub resources: Option<Node<'a>>,
    /// `eventType`.
    pub event_type: Option<Text<'a>>,
    /// `recipientAccountId` (`accountId` in aggregated events).
    pub recipient_account_id: Option<Text<'a>>,
    /// `sharedEventID`.
    pub shared_event_id: Option<Text<'a>>,
    /// `vpcEndpointId`.
    pub vpc_endpoint_id: Option<Text<'a>>,
    /// `vpcEndpointAccountId`.
    pub vpc_endpoint_account_id: Option<Text<'a>>,
    /// `serviceEventDetails`, unless null.
    pub service_event_details: Option<Node<'a>>,
    /// `managementEvent`.
    pub management_event: Option<bool>,
    /// `eventCategory`.
    pub event_category: Option<Text<'a>>,
    /// `addendum`, unless null: why the event came late or was corrected.
    pub addendum: Option<Node<'a>>,
    /// `sessionCredentialFromConsole`.
    pub session_credential_from_console: Option<bool>,
    /// `edgeDeviceDetails`, unless null.
    pub edge_device_details: Option<Node<'a>>,
    /// `tlsDetails`, unless null.
    pub tls_details: Option<Node<'a>>,
    /// `eventContext`, unless null (CloudTrail Lake only).
    pub event_context: Option<Node<'a>>,
    /// `insightDetails`, unless null.
    pub insight_details: Option<Node<'a>>,
}

/// `userIdentity`: whose credentials signed the call.
#[derive(Clone, Debug, Default)]
pub struct Identity<'a> {
    /// `type`: Root, IAMUser, AssumedRole, …; may be missing in service events.
    pub kind: Option<Text<'a>>,
    /// `principalId`, `AROA…:session`.
    pub principal_id: Option<Text<'a>>,
    /// `arn`.
    pub arn: Option<Text<'a>>,
    /// `accountId`.
    pub account_id: Option<Text<'a>>,
    /// `accessKeyId`, unless empty.
    pub access_key_id: Option<Text<'a>>,
    /// `userName`.
    pub user_name: Option<Text<'a>>,
    /// `invokedBy`: the AWS service that called on someone's behalf.
    pub invoked_by: Option<Text<'a>>,
    /// `identityProvider`.
    pub identity_provider: Option<Text<'a>>,
    /// `onBehalfOf.userId`: the Identity Center user.
    pub on_behalf_of: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.userName`.
    pub issuer_name: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.arn`.
    pub issuer_arn: Option<Text<'a>>,
    /// `sessionContext.sessionIssuer.type`.
    pub issuer_type: Option<Text<'a>>,
    /// `sessionContext.sourceIdentity`.
    pub source_identity: Option<Text<'a>>,
    /// `sessionContext.attributes.creationDate`.
    pub session_created: Option<Time>,
    /// `sessionContext.attributes.mfaAuthenticated`.
    pub mfa: Option<bool>,
    /// `sessionContext.ec2RoleDelivery`.
    pub ec2_role_delivery: Option<Text<'a>>,
    /// `sessionContext.signInSessionArn` (since 2026-06-30).
    pub sign_in_session_arn: Option<Text<'a>>,
    /// `sessionContext.webIdFederationData.federatedProvider`.
    pub federated_provider: Option<Text<'a>>,
}

impl<'a> Record<'a> {
    /// Reads a record. Returns `None` if the value is no JSON object.
    pub fn read(root: Node<'a>) -> Option<Record<'a>> {
        if root.kind() != Kind::Object {
            return None;
        }
        let mut record = Record {
            root,
            event_version: None,
            identity: Identity::default(),
            time: None,
            time_text: None,
            event_source: None,
            event_name: None,
            region: None,
            source_ip: None,
            user_agent: None,
            error_code: None,
            error_message: None,
            request_parameters: None,
            response_elements: None,
            additional_event_data: None,
            request_id: None,
            event_id: None,
            api_version: None,
            read_only: None,
            resources: None,
            event_type: None,
            recipient_account_id: None,
            shared_event_id: None,
            vpc_endpoint_id: None,
            vpc_endpoint_account_id: None,
            service_event_details: None,
            management_event: None,
            event_category: None,
            addendum: None,
            session_credential_from_console: None,
            edge_device_details: None,
            tls_details: None,
            event_context: None,
            insight_details: None,
        };
        let mut window = None;
        for (key, value) in root.fields() {
            match key.as_ref() {
                "eventVersion" => record.event_version = text(value),
                "userIdentity" => record.identity = Identity::read(value),
                "eventTime" => record.time_text = text(value),
                "eventSource" => record.event_source = text(value),
                "eventName" => record.event_name = text(value),
                "awsRegion" => record.region = text(value),
                "sourceIPAddress" => record.source_ip = text(value),
                "userAgent" => record.user_agent = text(value),
                "errorCode" => record.error_code = text(value),
                "errorMessage" => record.error_message = text(value),
                "requestParameters" => record.request_parameters = present(value),
                "responseElements" => record.response_elements = present(value),
                "additionalEventData" => record.additional_event_data = present(value),
                "requestID" => record.request_id = text(value),
                "eventID" | "eventId" => record.event_id = text(value),
                "apiVersion" => record.api_version = text(value),
                "readOnly" => record.read_only = value.as_bool(),
                "resources" => record.resources = present(value),
                "eventType" => record.event_type = text(value),
                "recipientAccountId" => record.recipient_account_id = text(value),
                "accountId" if record.recipient_account_id.is_none() => {
                    record.recipient_account_id = text(value);
                }
                "sharedEventID" => record.shared_event_id = text(value),
                "vpcEndpointId" => record.vpc_endpoint_id = text(value),
                "vpcEndpointAccountId" => record.vpc_endpoint_account_id = text(value),
                "serviceEventDetails" => record.service_event_details = present(value),
                "managementEvent" => record.management_event = value.as_bool(),
                "eventCategory" => record.event_category = text(value),
                "addendum" => record.addendum = present(value),
                "sessionCredentialFromConsole" => record.session_credential_from_console = value.as_bool(),
                "edgeDeviceDetails" => record.edge_device_details = present(value),
                "tlsDetails" => record.tls_details = present(value),
                "eventContext" => record.event_context = present(value),
                "insightDetails" => record.insight_details = present(value),
                "timeWindow" => window = value.get("windowStart").and_then(text),
                _ => {}
            }
        }
        if let Some(details) = record.insight_details {
            record.event_name = record.event_name.or_else(|| details.get("eventName").and_then(text));
            record.event_source = record.event_source.or_else(|| details.get("eventSource").and_then(text));
            record.error_code = record.error_code.or_else(|| details.get("errorCode").and_then(text));
        }
        record.time_text = record.time_text.or(window);
        record.time = record.time_text.as_deref().and_then(Time::parse);
        Some(record)
    }

    /// The account the event was recorded for; where an old record does not say, the caller's account.
    pub fn account(&self) -> Option<&str> {
        self.recipient_account_id.as_deref().or(self.identity.account_id.as_deref())
    }

    /// `eventCategory`; old records without one are told by `insightDetails` and `managementEvent`.
    pub fn category(&self) -> &str {
        match (&self.event_category, self.management_event, self.event_type.as_deref()) {
            (Some(category), ..) => category,
            (None, ..) if self.insight_details.is_some() => "Insight",
            (None, _, Some("AwsVpceEvent" | "AwsVpceEvents")) => "NetworkActivity",
            (None, Some(false), _) => "Data",
            (None, ..) => "Management",
        }
    }

    /// The service without `.amazonaws.com`.
    pub fn service(&self) -> Option<&str> {
        self.event_source.as_deref().map(|source| source.strip_suffix(".amazonaws.com").unwrap_or(source))
    }

    /// The role whose permissions were used, by name.
    pub fn role(&self) -> Option<&str> {
        let identity = &self.identity;
        match identity.kind.as_deref() {
            Some("AssumedRole" | "Role") | None => {}
            Some(_) if identity.issuer_type.as_deref() == Some("Role") => {}
            Some(_) => return None,
        }
        let from_arn = || {
            let arn = identity.arn.as_deref()?;
            let (_, path) = arn.split_once(":assumed-role/").or_else(|| arn.split_once(":role/"))?;
            path.split('/').next()
        };
        identity.issuer_name.as_deref().or_else(from_arn).filter(|name| !name.is_empty())
    }

    /// The name of the role session: what follows the role in the ARN, or the colon in the principal id.
    pub fn session_name(&self) -> Option<&str> {
        let identity = &self.identity;
        let from_arn = || {
            let (_, path) = identity.arn.as_deref()?.split_once(":assumed-role/")?;
            path.split_once('/').map(|(_, session)| session)
        };
        let from_principal = || identity.principal_id.as_deref()?.split_once(':').map(|(_, session)| session);
        let is_session = matches!(identity.kind.as_deref(), Some("AssumedRole" | "FederatedUser"));
        is_session.then(|| from_arn().or_else(from_principal)).flatten().filter(|name| !name.is_empty())
    }

    /// The name in the credentials: IAM user name, role session name, `root`.
    pub fn user(&self) -> Option<&str> {
        match self.identity.kind.as_deref() {
            Some("Root") => Some("root"),
            _ => self.identity.user_name.as_deref().or_else(|| self.session_name()),
        }
        .filter(|name| !name.is_empty())
    }

    /// What was acted on: see [`resources`].
    pub fn resource_names(&self) -> Vec<Text<'a>> {
        resources::names(self)
    }

    /// `responseElements.credentials.accessKeyId`: the key that an AssumeRole call and its sisters gave out.
    pub fn issued_key(&self) -> Option<Text<'a>> {
        self.response_elements?.get("credentials")?.get("accessKeyId").and_then(text)
    }

    /// Whether the call changes something: what `readOnly` says, and for old records without it, what the name of
    /// the action suggests.
    pub fn reads_only(&self) -> bool {
        self.read_only.unwrap_or_else(|| {
            const READS: [&str; 8] =
                ["Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query"];
            self.event_name.as_deref().is_some_and(|name| READS.iter().any(|verb| name.starts_with(verb)))
        })
    }
}

impl<'a> Identity<'a> {
    fn read(node: Node<'a>) -> Identity<'a> {
        let mut identity = Identity::default();
        for (key, value) in node.fields() {
            match key.as_ref() {
                "type" => identity.kind = text(value),
                "principalId" => identity.principal_id = text(value),
                "arn" => identity.arn = text(value),
                "accountId" => identity.account_id = text(value),
                "accessKeyId" => identity.access_key_id = text(value),
                "userName" => identity.user_name = text(value),
                "invokedBy" => identity.invoked_by = text(value),
                "identityProvider" => identity.identity_provider = text(value),
                "onBehalfOf" => identity.on_behalf_of = value.get("userId").and_then(text),
                "sessionContext" => identity.read_session(value),
                _ => {}
            }
        }
        identity
    }

    fn read_session(&mut self, node: Node<'a>) {
        for (key, value) in node.fields() {
            match key.as_ref() {
                "sessionIssuer" => {
                    for (key, value) in value.fields() {
                        match key.as_ref() {
                            "type" => self.issuer_type = text(value),
                            "userName" => self.issuer_name = text(value),
                            "arn" => self.issuer_arn = text(value),
                            _ => {}
                        }
                    }
                }
                "attributes" => {
                    for (key, value) in value.fields() {
                        match key.as_ref() {
                            "creationDate" => {
                                self.session_created = text(value).as_deref().and_then(Time::parse);
                            }
                            "mfaAuthenticated" => self.mfa = value.as_bool(),
                            _ => {}
                        }
                    }
                }
                "webIdFederationData" => {
                    self.federated_provider = value.get("federatedProvider").and_then(text);
                }
                "sourceIdentity" => self.source_identity = text(value),
                "ec2RoleDelivery" => self.ec2_role_delivery = text(value),
                "signInSessionArn" => self.sign_in_session_arn = text(value),
                _ => {}
            }
        }
    }
}

/// A scalar that is not empty.
fn text(node: Node<'_>) -> Option<Text<'_>> {
    node.scalar().filter(|text| !text.is_empty())
}

fn present(node: Node<'_>) -> Option<Node<'_>> {
    (!node.is_null()).then_some(node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    fn with(json: &str, check: impl FnOnce(&Record<'_>)) {
        let mut tape = Tape::default();
        check(&Record::read(tape.parse(json).unwrap()).unwrap());
    }

    #[test]
    fn reads_a_role_session() {
        let json = r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAX:jo@example.com",
            "arn":"arn:aws:sts::111122223333:assumed-role/Admin/jo@example.com","accountId":"111122223333",
            "accessKeyId":"","sessionContext":{"attributes":{"mfaAuthenticated":"true","creationDate":"2026-11-22T08:00:00Z"},
            "sessionIssuer":{"type":"Role","userName":"Admin","arn":"arn:aws:iam::111122223333:role/Admin"}}},
            "eventTime":"2026-11-22T09:30:00Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances",
            "readOnly":"false","requestParameters":null,"newField":7}"#;
        with(json, |record| {
            assert_eq!(record.role(), Some("Admin"));
            assert_eq!(record.session_name(), Some("jo@example.com"));
            assert_eq!(record.user(), Some("jo@example.com"));
            assert_eq!(record.identity.access_key_id, None);
            assert_eq!(record.identity.mfa, Some(true));
            assert_eq!(record.read_only, Some(false));
            assert_eq!(record.account(), Some("111122223333"));
            assert_eq!(record.service(), Some("ec2"));
            assert_eq!(record.category(), "Management");
            assert!(record.request_parameters.is_none());
            assert_eq!(record.root.get("newField").unwrap().raw(), "7");
        });
    }

    #[test]
    fn reads_insights_and_aggregated_events_under_their_own_names() {
        let insight = r#"{"eventVersion":"1.09","eventTime":"2026-11-22T09:30:00Z","eventID":"i",
            "insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"AllocateAddress"}}"#;
        with(insight, |record| {
            assert_eq!(record.category(), "Insight");
            assert_eq!(record.event_name.as_deref(), Some("AllocateAddress"));
        });
        let aggregated = r#"{"eventVersion":"1.0","accountId":"111122223333","eventId":"a","eventCategory":"Aggregated",
            "timeWindow":{"windowStart":"2026-11-22T09:30:00Z","windowEnd":"2026-11-22T09:35:00Z","windowSize":"PT5M"}}"#;
        with(aggregated, |record| {
            assert_eq!(record.time, Time::parse("2026-11-22T09:30:00Z"));
            assert_eq!(record.event_id.as_deref(), Some("a"));
            assert_eq!(record.account(), Some("111122223333"));
        });
    }

    #[test]
    fn odd_shapes_do_not_stop_it() {
        let json = r#"{"userIdentity":"nobody","eventTime":17,"eventName":["a"],"resources":{},"readOnly":"perhaps"}"#;
        with(json, |record| {
            assert_eq!(record.time, None);
            assert_eq!(record.event_name, None);
            assert_eq!(record.read_only, None);
            assert!(record.resource_names().is_empty());
        });
    }
}
