//! What went wrong, in words for the person who asked: what, where, and what to do about it.

use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudtrail::operation::RequestId;
use std::error::Error;

/// A call that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation} in {region}: {}", kind.title())]
pub struct GatewayError {
    kind: Kind,
    operation: &'static str,
    region: String,
    code: String,
    message: String,
    request_id: Option<String>,
}

/// What kind of failure it is, and so what helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The credentials have expired.
    Expired,
    /// AWS does not know the credentials, or the signature is not theirs.
    Invalid,
    /// The credentials do not allow the call.
    Denied,
    /// Too many calls.
    Throttled,
    /// The clock of this machine differs from AWS's by more than a few minutes.
    ClockSkew,
    /// The Region is not enabled in the account.
    RegionOff,
    /// A token to go on with is not taken (any more).
    StaleToken,
    /// The request is wrong.
    Refused,
    /// No connection, or no answer in time.
    Unreachable,
    /// The answer is not one of AWS's.
    Garbled,
    /// AWS failed.
    Server,
}

impl Kind {
    /// In a few words.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Expired => "The credentials have expired",
            Kind::Invalid => "AWS does not accept these credentials",
            Kind::Denied => "These credentials do not allow it",
            Kind::Throttled => "AWS asks for a slower pace",
            Kind::ClockSkew => "The clock of this machine is wrong",
            Kind::RegionOff => "The Region is not enabled in this account",
            Kind::StaleToken => "The place to go on from is gone",
            Kind::Refused => "AWS refuses the request",
            Kind::Unreachable => "AWS cannot be reached",
            Kind::Garbled => "The answer cannot be read",
            Kind::Server => "AWS failed",
        }
    }

    fn of_code(code: &str, status: u16) -> Kind {
        match code {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Kind::Expired,
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch"
            | "InvalidAccessKeyId"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException" => Kind::Invalid,
            "RequestTimeTooSkewed" | "RequestInTheFuture" => Kind::ClockSkew,
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError" => {
                Kind::Denied
            }
            "OptInRequired" | "RegionDisabledException" => Kind::RegionOff,
            "InvalidNextTokenException" | "InvalidNextToken" => Kind::StaleToken,
            "ThrottlingException"
            | "Throttling"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown" => Kind::Throttled,
            _ if status == 429 => Kind::Throttled,
            _ if status >= 500 => Kind::Server,
            _ => Kind::Refused,
        }
    }
}

/// AWS says of a wrong clock that a signature is not (yet, any more) current: the same code as for a wrong secret.
const SKEW: [&str; 3] = ["Signature not yet current", "Signature expired", "not in the allowed time range"];

impl GatewayError {
    /// From what the SDK says.
    pub(crate) fn of_sdk<E, R>(operation: &'static str, region: &str, error: &SdkError<E, R>) -> GatewayError
    where
        SdkError<E, R>: ProvideErrorMetadata + RequestId,
        E: Error + 'static,
        R: std::fmt::Debug,
        SdkError<E, R>: Status,
    {
        let code = error.code().unwrap_or_default();
        let message = error.message().unwrap_or_default();
        let kind = match error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => Kind::Unreachable,
            SdkError::ServiceError(_) if SKEW.iter().any(|text| message.contains(text)) => Kind::ClockSkew,
            SdkError::ServiceError(_) if !code.is_empty() => Kind::of_code(code, error.status()),
            _ if error.status() >= 500 => Kind::Server,
            _ => Kind::Garbled,
        };
        GatewayError {
            kind,
            operation,
            region: region.to_owned(),
            code: code.to_owned(),
            message: shown(message),
            request_id: error.request_id().map(str::to_owned),
        }
    }

    /// Of an answer that has not what it must have.
    pub(crate) fn garbled(operation: &'static str, region: &str, what: &str) -> GatewayError {
        GatewayError {
            kind: Kind::Garbled,
            operation,
            region: region.to_owned(),
            code: String::new(),
            message: what.to_owned(),
            request_id: None,
        }
    }

    /// A failure of a kind, for tests.
    #[cfg(test)]
    pub(crate) fn failed(kind: Kind) -> GatewayError {
        GatewayError { kind, ..GatewayError::garbled("LookupEvents", "eu-central-1", "") }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The Region that was asked.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// AWS's code for it, if it answered with one.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// In a few words.
    pub fn title(&self) -> String {
        self.kind.title().to_owned()
    }

    /// What exactly, with AWS's own words where it has some.
    pub fn detail(&self) -> String {
        format!("{} in {}: {}", self.operation, self.region, self.answer())
    }

    /// AWS's own words, with its code; the same for all Regions that answer the same.
    pub fn answer(&self) -> String {
        let message = self.message.trim_end_matches('.');
        match (message, self.code.as_str()) {
            ("", "") => "there was no answer.".to_owned(),
            ("", code) => format!("{code}."),
            (message, "") => format!("{message}."),
            (message, code) => format!("{code}: {message}."),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self.kind {
            Kind::Expired => "Sign in again; temporary credentials end by themselves.".to_owned(),
            Kind::Invalid => {
                "Copy the access key, the secret and the session token once more, all three from the same \
                              place. Deleted and deactivated keys are answered like this too."
                    .to_owned()
            }
            Kind::Denied => match self.missing_permission() {
                Some(action) => {
                    format!("Ask whoever manages permissions for this statement: {}", statement(&action))
                }
                None => "Ask whoever manages permissions in this account.".to_owned(),
            },
            Kind::Throttled => {
                "It goes on by itself, slower. Other programs in the account may use up the same allowance."
                    .to_owned()
            }
            Kind::ClockSkew => {
                "Set the clock of the machine that runs Waymark; signatures are good for five minutes."
                    .to_owned()
            }
            Kind::RegionOff => {
                "Enable the Region in the account, or leave it out of the configuration.".to_owned()
            }
            Kind::StaleToken => "The search starts over by itself.".to_owned(),
            Kind::Unreachable => {
                "Check that this machine reaches the endpoint, also through a proxy.".to_owned()
            }
            Kind::Refused | Kind::Garbled | Kind::Server => return None,
        };
        Some(help)
    }

    /// The action that is missing, such as `cloudtrail:LookupEvents`, as AWS names it in "User: … is not authorized to perform: …".
    pub fn missing_permission(&self) -> Option<String> {
        let (_, rest) = self.message.split_once("is not authorized to perform: ")?;
        let action = rest.split([' ', ',']).next()?.trim_end_matches('.');
        let is_action = action.split_once(':').is_some_and(|(service, name)| {
            let is_word = |word: &str| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            is_word(service) && is_word(name)
        });
        is_action.then(|| action.to_owned())
    }

    /// AWS's id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// The policy statement that allows an action.
fn statement(action: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#)
}

/// The HTTP status of an answer.
pub(crate) trait Status {
    fn status(&self) -> u16;
}

impl<E> Status for SdkError<E, aws_sdk_cloudtrail::config::http::HttpResponse> {
    fn status(&self) -> u16 {
        self.raw_response().map_or(0, |response| response.status().as_u16())
    }
}

/// What of AWS's words is shown. Of a wrong signature it says, after its first line, what should have been signed: the
/// session token is part of that. And what repeats what was sent has an end.
fn shown(message: &str) -> String {
    const MOST: usize = 1_000;
    let message = message.lines().next().unwrap_or_default();
    match message.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &message[..at]),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_call_names_what_would_allow_it() {
        let error = GatewayError {
            kind: Kind::Denied,
            operation: "LookupEvents",
            region: "eu-central-1".into(),
            code: "AccessDeniedException".into(),
            message: "User: arn:aws:iam::111122223333:user/jo is not authorized to perform: cloudtrail:LookupEvents \
                      because no identity-based policy allows the cloudtrail:LookupEvents action"
                .into(),
            request_id: None,
        };
        assert_eq!(error.missing_permission().as_deref(), Some("cloudtrail:LookupEvents"));
        assert!(error.help().unwrap().contains(r#""Action":"cloudtrail:LookupEvents""#));
        assert!(error.detail().starts_with("LookupEvents in eu-central-1"));
    }

    #[test]
    fn what_should_have_been_signed_is_not_shown() {
        let message = "The request signature we calculated does not match the signature you provided.\n\n\
                       The Canonical String for this request should have been\n'POST\nx-amz-security-token:FwoGZXIv'";
        let shown = shown(message);
        assert!(shown.ends_with("you provided.") && !shown.contains("FwoGZXIv"), "{shown}");
        assert_eq!(super::shown(&"x".repeat(5_000)).chars().count(), 1_001);
    }

    #[test]
    fn codes_become_kinds() {
        assert_eq!(Kind::of_code("ThrottlingException", 400), Kind::Throttled);
        assert_eq!(Kind::of_code("UnrecognizedClientException", 400), Kind::Invalid);
        assert_eq!(Kind::of_code("InternalFailure", 500), Kind::Server);
        assert_eq!(Kind::of_code("InvalidTimeRangeException", 400), Kind::Refused);
    }
}
