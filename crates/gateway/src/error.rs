//! What went wrong, in words for the person who asked: what, where, and what to do about it.

/// Words about it.
mod words;

use std::error::Error;

use aws_sdk_cloudtrail::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudtrail::operation::RequestId;

use crate::bounds::is_too_long;
use crate::regions;

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
            | "InvalidSignatureException"
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

    /// What it means there: in a Region that the account has not enabled AWS knows none of its keys, and says so in the words for
    /// a wrong one (AWS Account Management Reference, "Enable or disable AWS Regions").
    fn in_region(self, region: &str, code: &str) -> Kind {
        let is_unknown_key = matches!(code, "UnrecognizedClientException" | "InvalidClientTokenId");
        if is_unknown_key && regions::needs_opt_in(region) { Kind::RegionOff } else { self }
    }
}

impl GatewayError {
    /// From what the SDK says.
    pub(crate) fn of_sdk<E, R>(operation: &'static str, region: &str, error: &SdkError<E, R>) -> GatewayError
    where
        SdkError<E, R>: ProvideErrorMetadata + RequestId,
        E: Error + 'static,
        R: std::fmt::Debug + 'static,
        SdkError<E, R>: Status,
    {
        let code = error.code().unwrap_or_default();
        let message = error.message().unwrap_or_default();
        let is_broken = error.is_unread();
        let kind = match error {
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => Kind::Unreachable,
            SdkError::ServiceError(_) if words::is_about_clock(message) => Kind::ClockSkew,
            SdkError::ServiceError(_) if !code.is_empty() => {
                Kind::of_code(code, error.status()).in_region(region, code)
            }
            _ if error.status() >= 500 => Kind::Server,
            SdkError::ResponseError(_) if is_broken && !is_too_long(error) => Kind::Unreachable,
            _ => Kind::Garbled,
        };
        let message = match error {
            SdkError::ServiceError(_) if !(code.is_empty() && message.is_empty()) => shown(message),
            SdkError::ServiceError(_) if error.status() >= 300 => {
                format!("status {} comes without one of AWS's errors", error.status())
            }
            SdkError::TimeoutError(_) => "no answer came in time".to_owned(),
            SdkError::DispatchFailure(_) => format!("there is no connection ({})", shown(&root(error))),
            SdkError::ResponseError(_) if is_too_long(error) => "the answer is too long".to_owned(),
            SdkError::ResponseError(_) if is_broken => "the connection broke off in the answer".to_owned(),
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
                "the answer is not in the form of this call".to_owned()
            }
            _ => "the request could not be made".to_owned(),
        };
        GatewayError {
            kind,
            operation,
            region: region.to_owned(),
            code: code.to_owned(),
            message,
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

    /// Says which permission the call takes, where AWS's own words do not.
    pub(crate) fn lacking(mut self, action: &str, resource: &str) -> GatewayError {
        if self.kind == Kind::Denied && self.missing_permission().is_none() {
            let words = self.message.trim_end_matches('.');
            self.message = format!("{words}; it takes the permission {action} on {resource}");
        }
        self
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
        let message = self.message.trim_end_matches(['.', ' ']);
        match (message, self.code.as_str()) {
            ("", "") => "there was no answer.".to_owned(),
            ("", code) => format!("{code}."),
            (message, "") => format!("{message}."),
            (message, code) => format!("{code}: {message}."),
        }
    }

    /// AWS's id of the request, for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// What is known of an answer, whatever it says.
pub(crate) trait Status {
    /// Its HTTP status; zero without an answer.
    fn status(&self) -> u16;
    /// Whether it did not come whole.
    fn is_unread(&self) -> bool;
}

impl<E> Status for SdkError<E, aws_sdk_cloudtrail::config::http::HttpResponse> {
    fn status(&self) -> u16 {
        self.raw_response().map_or(0, |response| response.status().as_u16())
    }

    fn is_unread(&self) -> bool {
        // What came whole is kept with the response.
        self.raw_response().is_some_and(|response| response.body().bytes().is_none())
    }
}

/// What was at the bottom of it, such as `Connection refused`.
fn root(error: &dyn Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
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
