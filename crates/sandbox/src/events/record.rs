//! The CloudTrail record of a call that was made to the sandbox.

use cloudtrail::time::Time;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::civil;
use crate::random;
use crate::world::Envelope;

/// What a record is made of.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    /// `userIdentity`.
    pub identity: Value,
    /// `eventTime`.
    pub time: Time,
    /// `eventSource`.
    pub source: String,
    /// `eventName`.
    pub name: String,
    /// `awsRegion`.
    pub region: String,
    /// `recipientAccountId`.
    pub account: String,
    /// `sourceIPAddress`.
    pub ip: String,
    /// `userAgent`.
    pub agent: String,
    /// `errorCode` and `errorMessage`.
    pub error: Option<(String, String)>,
    /// `requestParameters`.
    pub request: Value,
    /// `responseElements`.
    pub response: Value,
    /// `additionalEventData`; absent when null.
    pub extra: Value,
    /// `requestID`.
    pub request_id: String,
    /// `readOnly`.
    pub read_only: bool,
    /// `resources`: account, type and ARN.
    pub resources: Vec<(String, &'static str, String)>,
    /// `sharedEventID`.
    pub shared: Option<String>,
    /// `eventType`.
    pub kind: &'static str,
    /// Host that was called.
    pub host: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: &'a Value,
    event_time: String,
    event_source: &'a str,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: &'a str,
    user_agent: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    request_parameters: &'a Value,
    response_elements: &'a Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    additional_event_data: &'a Value,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: String,
    read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource<'a>>,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: &'a str,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    shared_event_id: Option<&'a str>,
    event_category: &'static str,
    tls_details: TlsDetails<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    account_id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(rename = "ARN")]
    arn: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TlsDetails<'a> {
    client_provided_host_header: &'a str,
}

/// Longest `requestParameters` and `responseElements`, in bytes; CloudTrail leaves longer ones out (the same page).
const LONGEST_VALUE: usize = 100 * 1024;
/// Longest `userAgent` and `errorMessage`, in bytes; CloudTrail cuts there (User Guide, record contents).
const LONGEST_TEXT: usize = 1024;

impl Happening {
    /// A read-only API call without parameters, in an account and Region.
    pub fn bare(
        source: &str,
        name: &str,
        identity: Value,
        (account, region): (&str, &str),
        time: Time,
        envelope: &Envelope,
    ) -> Happening {
        Happening {
            identity,
            time,
            source: source.to_owned(),
            name: name.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            ip: envelope.ip.clone(),
            agent: envelope.agent.clone(),
            error: None,
            request: Value::Null,
            response: Value::Null,
            extra: Value::Null,
            request_id: envelope.request_id.clone(),
            read_only: true,
            resources: Vec::new(),
            shared: None,
            kind: "AwsApiCall",
            host: envelope.host.clone(),
        }
    }

    /// The record as JSON.
    pub fn to_record(&self) -> String {
        let record = Record {
            event_version: "1.11",
            user_identity: &self.identity,
            // CloudTrail writes whole seconds.
            event_time: Time::from_millis(self.time.as_millis().div_euclid(1000) * 1000).to_string(),
            event_source: &self.source,
            event_name: &self.name,
            aws_region: &self.region,
            source_ip_address: &self.ip,
            user_agent: cut(&self.agent),
            error_code: self.error.as_ref().map(|(code, _)| code.as_str()),
            error_message: self.error.as_ref().map(|(_, message)| cut(message).to_owned()),
            request_parameters: bounded(&self.request),
            response_elements: bounded(&self.response),
            additional_event_data: &self.extra,
            request_id: &self.request_id,
            event_id: random::guid(),
            read_only: self.read_only,
            resources: self
                .resources
                .iter()
                .map(|(account, kind, arn)| Resource { account_id: account, kind, arn })
                .collect(),
            event_type: self.kind,
            management_event: true,
            recipient_account_id: &self.account,
            shared_event_id: self.shared.as_deref(),
            event_category: "Management",
            tls_details: TlsDetails { client_provided_host_header: &self.host },
        };
        serde_json::to_string(&record).unwrap_or_default()
    }
}

/// A value that is too long is left out.
fn bounded(value: &Value) -> &Value {
    if value.to_string().len() <= LONGEST_VALUE { value } else { &Value::Null }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An API's input or output as CloudTrail writes it: names begin with a small letter.
pub(crate) fn recorded(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| (small(key), recorded(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(recorded).collect()),
        other => other.clone(),
    }
}

/// A time as CloudTrail writes it into parameters: `Nov 22, 2026, 2:05:09 PM`.
pub(crate) fn spoken(time: Time) -> String {
    civil(time).strftime("%b %-d, %Y, %-I:%M:%S %p").to_string()
}

fn small(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_small_and_times_are_spoken() {
        let input = serde_json::json!({"LookupAttributes": [{"AttributeKey": "EventName"}], "MaxResults": 5});
        let expected =
            serde_json::json!({"lookupAttributes": [{"attributeKey": "EventName"}], "maxResults": 5});
        assert_eq!(recorded(&input), expected);
        assert_eq!(spoken(Time::parse("2026-11-02T14:05:09Z").unwrap()), "Nov 2, 2026, 2:05:09 PM");
        assert_eq!(cut(&"é".repeat(600)).len(), 1024);
    }
}
