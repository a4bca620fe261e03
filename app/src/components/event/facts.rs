//! Every known field of a record, each value a door.

use leptos::prelude::*;

use super::long::linked;
use super::{Places, doors, section};
use crate::api::events::EventDetail;
use cloudtrail::json::Node;
use cloudtrail::record::{Record, Text};
use cloudtrail::search::{Field, FieldRef};
use cloudtrail::time::Time;

pub(super) fn view(record: &Record<'_>, detail: &EventDetail, places: &Places) -> AnyView {
    let groups = [what(record, detail), who(record), origin(record), paper(record, detail)];
    let content: Vec<_> = groups
        .into_iter()
        .filter(|group| !group.facts.is_empty())
        .map(|group| {
            let facts: Vec<_> = group.facts.into_iter().map(|fact| fact_view(fact, places)).collect();
            view! {
                <div class="facts">
                    <h4 class="facts__title">{group.title}</h4>
                    <dl class="facts__list">{facts}</dl>
                </div>
            }
        })
        .collect();
    section("Details", None, view! { <div class="facts__groups">{content}</div> })
}

struct Group {
    title: &'static str,
    facts: Vec<Fact>,
}

struct Fact {
    label: &'static str,
    value: String,
    /// What a link on it searches; a fact that is not part of the record has none.
    field: Option<FieldRef>,
    /// A word of explanation.
    note: Option<String>,
}

fn what(record: &Record<'_>, detail: &EventDetail) -> Group {
    let mut group = Group::new("What");
    group.known("Event", Field::Event, record.event_name.as_deref());
    group.known("Service", Field::Service, record.event_source.as_deref());
    group.known("Region", Field::Region, record.region.as_deref());
    group.known("Account", Field::Account, record.account());
    group.note(detail.row.account_name.clone());
    let read_only = record.read_only.map(|read_only| read_only.to_string());
    group.known("Read-only", Field::ReadOnly, read_only.as_deref());
    group.known("Category", Field::Category, Some(record.category()));
    group.path("Event type", "eventType", record.event_type.as_deref());
    group.known("Error code", Field::Error, record.error_code.as_deref());
    group.path("Error message", "errorMessage", record.error_message.as_deref());
    group.path("API version", "apiVersion", record.api_version.as_deref());
    group
}

fn who(record: &Record<'_>) -> Group {
    let mut group = Group::new("Who");
    let identity = &record.identity;
    let actor = record.actor();
    group.known("Actor", Field::Who, Some(&actor.name));
    group.note(Some(format!("{}: {}", actor.kind.word(), actor.evidence.explain())));
    group.path("Identity type", "userIdentity.type", identity.kind.as_deref());
    group.path("User name", "userIdentity.userName", identity.user_name.as_deref());
    group.known("Role", Field::Role, record.role());
    group.known("Session name", Field::User, record.session_name());
    group.path(
        "Source identity",
        "userIdentity.sessionContext.sourceIdentity",
        identity.source_identity.as_deref(),
    );
    group.path("ARN", "userIdentity.arn", identity.arn.as_deref());
    group.path("Principal", "userIdentity.principalId", identity.principal_id.as_deref());
    group.path("Caller's account", "userIdentity.accountId", identity.account_id.as_deref());
    group.known("Access key", Field::Key, identity.access_key_id.as_deref());
    let mfa = record.with_mfa().map(|mfa| if mfa { "yes" } else { "no" });
    group.plain("MFA", mfa.map(str::to_owned));
    group.plain("Session began", identity.session_created.map(utc));
    group.path(
        "Sign-in session",
        "userIdentity.sessionContext.signInSessionArn",
        identity.sign_in_session_arn.as_deref(),
    );
    group.path("On behalf of", "userIdentity.onBehalfOf.userId", identity.on_behalf_of.as_deref());
    group.path("Called by", "userIdentity.invokedBy", identity.invoked_by.as_deref());
    group.path("Identity provider", "userIdentity.identityProvider", identity.identity_provider.as_deref());
    let provider = "userIdentity.sessionContext.webIdFederationData.federatedProvider";
    group.path("Federated by", provider, identity.federated_provider.as_deref());
    group.path(
        "Role delivery",
        "userIdentity.sessionContext.ec2RoleDelivery",
        identity.ec2_role_delivery.as_deref(),
    );
    group
}

fn origin(record: &Record<'_>) -> Group {
    let mut group = Group::new("From");
    group.known("Address", Field::Ip, record.source_ip.as_deref());
    group.plain("Program", cloudtrail::sentence::tool(record));
    group.known("User agent", Field::Agent, record.user_agent.as_deref());
    let console = record.session_credential_from_console.map(|from| from.to_string());
    group.path("Console session", "sessionCredentialFromConsole", console.as_deref());
    group.path("VPC endpoint", "vpcEndpointId", record.vpc_endpoint_id.as_deref());
    group.path("Endpoint's account", "vpcEndpointAccountId", record.vpc_endpoint_account_id.as_deref());
    let tls = |key| text_of(record.tls_details, key);
    group.path("TLS version", "tlsDetails.tlsVersion", tls("tlsVersion").as_deref());
    group.path("Cipher suite", "tlsDetails.cipherSuite", tls("cipherSuite").as_deref());
    group.path(
        "Host header",
        "tlsDetails.clientProvidedHostHeader",
        tls("clientProvidedHostHeader").as_deref(),
    );
    group
}

fn paper(record: &Record<'_>, detail: &EventDetail) -> Group {
    let mut group = Group::new("Record");
    group.plain("Time", record.time.map(utc));
    group.known("Event id", Field::Id, Some(&detail.row.id));
    group.path("Request id", "requestID", record.request_id.as_deref());
    group.path("Shared event id", "sharedEventID", record.shared_event_id.as_deref());
    group.path("Record version", "eventVersion", record.event_version.as_deref());
    let reason = text_of(record.addendum, "reason");
    group.path("Addendum", "addendum.reason", reason.as_deref());
    group.plain("Taken in", Some(utc(detail.first_seen)));
    group
}

fn utc(time: Time) -> String {
    format!("{} UTC", time.readable())
}

fn text_of<'a>(node: Option<Node<'a>>, key: &str) -> Option<Text<'a>> {
    node?.get(key)?.scalar()
}

impl Group {
    fn new(title: &'static str) -> Group {
        Group { title, facts: Vec::new() }
    }

    fn add(&mut self, label: &'static str, field: Option<FieldRef>, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.facts.push(Fact { label, value, field, note: None });
        }
    }

    fn known(&mut self, label: &'static str, field: Field, value: Option<&str>) {
        self.add(label, Some(FieldRef::Known(field)), value.map(str::to_owned));
    }

    fn path(&mut self, label: &'static str, path: &str, value: Option<&str>) {
        let path = FieldRef::Path(path.split('.').map(str::to_owned).collect());
        self.add(label, Some(path), value.map(str::to_owned));
    }

    fn plain(&mut self, label: &'static str, value: Option<String>) {
        self.add(label, None, value);
    }

    /// Explains the fact added last.
    fn note(&mut self, note: Option<String>) {
        if let Some(fact) = self.facts.last_mut() {
            fact.note = note;
        }
    }
}

fn fact_view(fact: Fact, places: &Places) -> impl IntoView + use<> {
    let Fact { label, value, field, note } = fact;
    let href = field.as_ref().and_then(|field| places.only(field, &value));
    let shown = linked("fact__link", href, &value);
    let doors = field.map(|field| doors::view(places, &field, value));
    view! {
        <div class="fact">
            <dt class="fact__label">{label}</dt>
            <dd class="fact__value">
                <span class="fact__text">{shown}</span>
                {doors}
                {note.map(|note| view! { <span class="fact__note"><bdi>{note}</bdi></span> })}
            </dd>
        </div>
    }
}
