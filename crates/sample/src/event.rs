//! One event: what was called, by whom, when and where; and how it is written as a CloudTrail record.

use std::sync::Arc;

use crate::identity::Caller;
use crate::json::{NULL, Raw, ToJson, json};
use crate::time::{Seconds, rfc3339};
use crate::world::Place;

/// `eventType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `AwsApiCall`
    ApiCall,
    /// `AwsServiceEvent`
    ServiceEvent,
    /// `AwsConsoleSignIn`
    ConsoleSignIn,
}

/// What was called: everything of a record that depends on the API alone.
#[derive(Debug, Clone)]
pub struct Call {
    /// `eventSource` without `.amazonaws.com`.
    pub source: &'static str,
    /// `eventName`.
    pub name: &'static str,
    /// `readOnly`.
    pub read_only: bool,
    /// `requestParameters`.
    pub request: Raw,
    /// `responseElements`.
    pub response: Raw,
    /// `additionalEventData`; absent when null.
    pub extra: Raw,
    /// `serviceEventDetails`; absent when null.
    pub details: Raw,
    /// Members of `resources`, each with a comma behind it.
    resources: String,
    /// `requestID`; a new GUID when empty.
    pub request_id: String,
    /// `errorCode` and `errorMessage`; some failures have only one of them, and the other is empty.
    pub error: Option<(&'static str, String)>,
    /// `eventType`.
    pub kind: Kind,
    /// A data event rather than a management event.
    pub data: bool,
    /// Host that was called; empty for `source.region.amazonaws.com`.
    pub host: String,
}

impl Call {
    /// A call that changes nothing; CloudTrail keeps no response of those.
    pub fn read(source: &'static str, name: &'static str, request: Raw) -> Call {
        Call {
            source,
            name,
            read_only: true,
            request,
            response: NULL,
            extra: NULL,
            details: NULL,
            resources: String::new(),
            request_id: String::new(),
            error: None,
            kind: Kind::ApiCall,
            data: false,
            host: String::new(),
        }
    }

    /// A call that changes something.
    pub fn write(source: &'static str, name: &'static str, request: Raw, response: Raw) -> Call {
        Call { read_only: false, response, ..Call::read(source, name, request) }
    }

    /// Names a resource that the call touched.
    pub fn on(mut self, account: &str, kind: &str, arn: &str) -> Call {
        // CloudTrail leaves the account out for objects in S3 and the type out for parameters.
        let resource = match (account, kind) {
            ("", kind) => json!({"type": kind, "ARN": arn}),
            (account, "") => json!({"accountId": account, "ARN": arn}),
            (account, kind) => json!({"accountId": account, "type": kind, "ARN": arn}),
        };
        self.resources.push_str(&resource.0);
        self.resources.push(',');
        self
    }

    /// Sets `additionalEventData`.
    pub fn with(mut self, extra: Raw) -> Call {
        self.extra = extra;
        self
    }

    /// Sets `requestID`.
    pub fn id(mut self, id: String) -> Call {
        self.request_id = id;
        self
    }

    /// Sets the host.
    pub fn host(mut self, host: String) -> Call {
        self.host = host;
        self
    }

    /// Makes it a data event.
    pub fn data(mut self) -> Call {
        self.data = true;
        self
    }

    /// Makes it fail; a call that failed has no response.
    pub fn fail(mut self, code: &'static str, message: String) -> Call {
        self.error = Some((code, message));
        self.response = NULL;
        self
    }

    /// Takes away what a service does not record when it refuses before reading the request.
    pub fn unread(mut self) -> Call {
        self.request = NULL;
        self.resources.clear();
        self
    }

    /// The name IAM policies use, `s3:GetObject`.
    pub fn action(&self) -> String {
        let prefix = match self.source {
            "monitoring" => "cloudwatch",
            source => source,
        };
        // Lambda's event names end in the date of the API version.
        let name = match self.name.find("20") {
            Some(at) if self.source == "lambda" => &self.name[..at],
            _ => self.name,
        };
        format!("{prefix}:{name}")
    }
}

/// A record to be written.
#[derive(Debug, Clone)]
pub struct Event {
    /// `eventTime`.
    pub time: Seconds,
    /// Position of the account whose log it is in.
    pub account: usize,
    /// Position of the Region in the account.
    pub region: usize,
    /// Who called.
    pub caller: Arc<Caller>,
    /// What was called.
    pub call: Call,
    /// `eventID`.
    pub id: String,
    /// `sharedEventID`; empty when there is none.
    pub shared: String,
}

/// `eventVersion` by service: they move at their own pace.
fn version(source: &str) -> &'static str {
    match source {
        "signin" | "health" | "organizations" | "config" | "sso" => "1.08",
        "cloudformation" | "elasticloadbalancing" | "autoscaling" | "rds" | "lambda" => "1.09",
        "ec2" | "ecs" | "ecr" | "logs" | "monitoring" => "1.10",
        _ => "1.11",
    }
}

impl Event {
    /// Appends the record as one line of JSON without a line end.
    pub fn write(&self, place: &Place, out: &mut String) {
        let (call, caller) = (&self.call, &self.caller);
        let version = version(call.source);
        text(out, "{\"eventVersion\":", version);
        raw(out, ",\"userIdentity\":", &caller.identity);
        text(out, ",\"eventTime\":", &rfc3339(self.time));
        out.push_str(",\"eventSource\":\"");
        out.push_str(call.source);
        text(out, ".amazonaws.com\",\"eventName\":", call.name);
        text(out, ",\"awsRegion\":", place.region);
        text(out, ",\"sourceIPAddress\":", &caller.ip);
        text(out, ",\"userAgent\":", &caller.agent);
        if let Some((code, message)) = &call.error {
            if !code.is_empty() {
                text(out, ",\"errorCode\":", code);
            }
            if !message.is_empty() {
                text(out, ",\"errorMessage\":", message);
            }
        }
        raw(out, ",\"requestParameters\":", &call.request);
        raw(out, ",\"responseElements\":", &call.response);
        if call.extra != NULL {
            raw(out, ",\"additionalEventData\":", &call.extra);
        }
        if !call.request_id.is_empty() {
            text(out, ",\"requestID\":", &call.request_id);
        }
        text(out, ",\"eventID\":", &self.id);
        out.push_str(",\"readOnly\":");
        call.read_only.write(out);
        if let Some(resources) = call.resources.strip_suffix(',') {
            out.push_str(",\"resources\":[");
            out.push_str(resources);
            out.push(']');
        }
        out.push_str(match call.kind {
            Kind::ApiCall => ",\"eventType\":\"AwsApiCall\"",
            Kind::ServiceEvent => ",\"eventType\":\"AwsServiceEvent\"",
            Kind::ConsoleSignIn => ",\"eventType\":\"AwsConsoleSignIn\"",
        });
        out.push_str(if call.data { ",\"managementEvent\":false" } else { ",\"managementEvent\":true" });
        text(out, ",\"recipientAccountId\":", place.account);
        if !self.shared.is_empty() {
            text(out, ",\"sharedEventID\":", &self.shared);
        }
        if let Some(endpoint) = &caller.endpoint {
            text(out, ",\"vpcEndpointId\":", endpoint);
            text(out, ",\"vpcEndpointAccountId\":", place.account);
        }
        if call.details != NULL {
            raw(out, ",\"serviceEventDetails\":", &call.details);
        }
        out.push_str(if call.data {
            ",\"eventCategory\":\"Data\""
        } else {
            ",\"eventCategory\":\"Management\""
        });
        if caller.tls {
            out.push_str(
                ",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\",\"cipherSuite\":\"TLS_AES_128_GCM_SHA256\"",
            );
            if call.host.is_empty() {
                out.push_str(",\"clientProvidedHostHeader\":\"");
                out.push_str(call.source);
                out.push('.');
                out.push_str(place.region);
                out.push_str(".amazonaws.com\"}");
            } else {
                text(out, ",\"clientProvidedHostHeader\":", &call.host);
                out.push('}');
            }
            if version == "1.11" {
                out.pop();
                out.push_str(",\"keyExchange\":\"X25519MLKEM768\"}");
            }
        }
        if caller.console && call.kind == Kind::ApiCall {
            out.push_str(",\"sessionCredentialFromConsole\":\"true\"");
        }
        out.push('}');
    }
}

fn text(out: &mut String, key: &str, value: &str) {
    out.push_str(key);
    value.write(out);
}

fn raw(out: &mut String, key: &str, value: &Raw) {
    out.push_str(key);
    value.write(out);
}
