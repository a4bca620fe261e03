//! Which service and operation a request is for, told apart as AWS does it: target header, path, form, signing scope.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use super::signature::Signed;
use crate::problem::{Problem, Result};

/// How requests and answers of a service are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// AWS JSON 1.1: the operation in `X-Amz-Target`.
    Json,
    /// Query: a form with `Action`; answers are XML.
    Query,
    /// REST with JSON: the operation is method and path.
    Rest,
    /// S3's REST with XML.
    S3,
}

/// A service that is played here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Service {
    /// CloudTrail.
    CloudTrail,
    /// Security Token Service.
    Sts,
    /// Organizations.
    Organizations,
    /// IAM Identity Center's sign-in of devices.
    SsoOidc,
    /// IAM Identity Center's portal.
    Sso,
    /// S3.
    S3,
}

impl Service {
    /// Name in the signing scope, which is also the prefix of its IAM actions, of its `eventSource`, and in the fault file.
    pub fn name(self) -> &'static str {
        match self {
            Service::CloudTrail => "cloudtrail",
            Service::Sts => "sts",
            Service::Organizations => "organizations",
            Service::SsoOidc => "sso-oauth",
            Service::Sso => "sso",
            Service::S3 => "s3",
        }
    }

    /// Its protocol.
    pub fn protocol(self) -> Protocol {
        match self {
            Service::CloudTrail | Service::Organizations => Protocol::Json,
            Service::Sts => Protocol::Query,
            Service::SsoOidc | Service::Sso => Protocol::Rest,
            Service::S3 => Protocol::S3,
        }
    }

    /// Whether its operations are called without a signature: a bearer token, or nothing, stands in its place.
    pub fn is_unsigned(self) -> bool {
        matches!(self, Service::SsoOidc | Service::Sso)
    }
}

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The service.
    pub service: Service,
    /// The operation, such as `LookupEvents`. May be one that does not exist.
    pub operation: String,
}

/// Finds out what a request is for.
///
/// # Errors
/// When no service here knows such a request.
pub(crate) fn recognise(request: &Parts, body: &[u8]) -> Result<Target> {
    let found = |service, operation: &str| Ok(Target { service, operation: operation.to_owned() });
    if let Some(target) = header(&request.headers, "x-amz-target") {
        return match target.rsplit_once('.') {
            Some((prefix, operation)) if prefix.ends_with("CloudTrail_20131101") => {
                found(Service::CloudTrail, operation)
            }
            Some(("AWSOrganizationsV20161128", operation)) => found(Service::Organizations, operation),
            _ => Err(unknown_operation(target)),
        };
    }
    if let Some((service, operation)) = by_path(&request.method, request.uri.path()) {
        return found(service, operation);
    }
    let scope = Signed::read(&request.headers).map(|signed| signed.service).ok();
    let query = request.uri.query().unwrap_or_default().as_bytes();
    if request.uri.path() == "/"
        && let Some(action) = action(if is_form(&request.headers) { body } else { query })
    {
        // Many services are called in this form; the scope tells which.
        return match scope {
            Some(service) if service != "sts" => {
                let text = format!("The operation {action:.200} of {service:.64} is not known here");
                Err(Problem::new("InvalidAction", text))
            }
            _ => found(Service::Sts, &action),
        };
    }
    match scope.as_deref() {
        Some("s3") => found(Service::S3, request.method.as_str()),
        Some("sts") => Err(Problem::new("MissingAction", "Missing Action").status(400)),
        _ => Err(unknown_operation(request.uri.path())),
    }
}

/// The protocol in which a request is answered that is for no service here.
pub(crate) fn guess(headers: &HeaderMap) -> Protocol {
    if is_form(headers) { Protocol::Query } else { Protocol::Json }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = header(headers, "content-type");
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn by_path(method: &Method, path: &str) -> Option<(Service, &'static str)> {
    Some(match (method.as_str(), path) {
        ("POST", "/client/register") => (Service::SsoOidc, "RegisterClient"),
        ("POST", "/device_authorization") => (Service::SsoOidc, "StartDeviceAuthorization"),
        ("POST", "/token") => (Service::SsoOidc, "CreateToken"),
        ("GET", "/assignment/accounts") => (Service::Sso, "ListAccounts"),
        ("GET", "/assignment/roles") => (Service::Sso, "ListAccountRoles"),
        ("GET", "/federation/credentials") => (Service::Sso, "GetRoleCredentials"),
        ("POST", "/logout") => (Service::Sso, "Logout"),
        _ => return None,
    })
}

fn action(form: &[u8]) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form).ok()?;
    pairs.into_iter().find(|(name, _)| name == "Action").map(|(_, value)| value)
}

/// The error for an operation that does not exist.
pub(crate) fn unknown_operation(name: &str) -> Problem {
    let name: String = name.chars().take(200).collect();
    Problem::new("UnknownOperationException", format!("The operation {name} is not known here"))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[test]
    fn requests_are_told_apart() {
        let ask = |request: axum::http::request::Builder, body: &str| {
            recognise(&request.body(()).unwrap().into_parts().0, body.as_bytes())
                .map(|target| (target.service, target.operation))
        };
        let json = |target: &str| Request::post("/").header("x-amz-target", target);
        for prefix in ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101"] {
            let found = ask(json(&format!("{prefix}.LookupEvents")), "{}");
            assert_eq!(found, Ok((Service::CloudTrail, "LookupEvents".to_owned())));
        }
        let form =
            Request::post("/").header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        let found = ask(form, "Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!(found, Ok((Service::Sts, "GetCallerIdentity".to_owned())));
        assert_eq!(ask(Request::post("/token"), "{}"), Ok((Service::SsoOidc, "CreateToken".to_owned())));
        assert_eq!(ask(json("DynamoDB_20120810.Query"), "").unwrap_err().code, "UnknownOperationException");
        assert!(ask(Request::get("/"), "").is_err());
    }
}
