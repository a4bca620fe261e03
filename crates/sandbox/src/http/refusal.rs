//! Why a request is not let in. Each protocol has its own codes for the same cause.

use super::protocol::Protocol;
use crate::problem::Problem;

/// A request whose sender is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no signature.
    Missing,
    /// The signature lacks parts; which ones.
    Incomplete(String),
    /// The key, or the token with it, is not known here.
    UnknownKey,
    /// The temporary credentials are no longer good.
    Expired,
    /// The signature is another one, or of another time; the message says which.
    Mismatch(String),
    /// S3 alone: the hash of the body is not the one announced.
    WrongHash,
}

impl Refusal {
    /// The error in the words of a protocol.
    pub fn into_problem(self, protocol: Protocol) -> Problem {
        let json = matches!(protocol, Protocol::Json | Protocol::Rest);
        let s3 = protocol == Protocol::S3;
        let (code, message): (&'static str, String) = match self {
            Refusal::Missing if json => {
                ("MissingAuthenticationTokenException", "Missing Authentication Token".into())
            }
            Refusal::Missing if s3 => ("AccessDenied", "Access Denied".into()),
            Refusal::Missing => {
                ("MissingAuthenticationToken", "Request is missing Authentication Token".into())
            }
            Refusal::Incomplete(text) if json => ("IncompleteSignatureException", text),
            Refusal::Incomplete(text) if s3 => ("AuthorizationHeaderMalformed", text),
            Refusal::Incomplete(text) => ("IncompleteSignature", text),
            Refusal::UnknownKey if json => (
                "UnrecognizedClientException",
                "The security token included in the request is invalid.".into(),
            ),
            Refusal::UnknownKey if s3 => (
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.".into(),
            ),
            Refusal::UnknownKey => {
                ("InvalidClientTokenId", "The security token included in the request is invalid.".into())
            }
            Refusal::Expired if json => {
                ("ExpiredTokenException", "The security token included in the request is expired".into())
            }
            Refusal::Expired if s3 => ("ExpiredToken", "The provided token has expired.".into()),
            Refusal::Expired => {
                ("ExpiredToken", "The security token included in the request is expired".into())
            }
            Refusal::Mismatch(text) if json => ("InvalidSignatureException", text),
            Refusal::Mismatch(text) => ("SignatureDoesNotMatch", text),
            Refusal::WrongHash => (
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.".into(),
            ),
        };
        // JSON services answer 400 for all of these, the others 403 for what concerns the sender.
        let client_side = matches!(
            code,
            "IncompleteSignature" | "AuthorizationHeaderMalformed" | "XAmzContentSHA256Mismatch"
        );
        let s3_expired = s3 && code == "ExpiredToken";
        Problem::new(code, message).status(if json || client_side || s3_expired { 400 } else { 403 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_has_its_codes() {
        let code = |refusal: Refusal, protocol| {
            let problem = refusal.into_problem(protocol);
            (problem.code.into_owned(), problem.status)
        };
        assert_eq!(code(Refusal::UnknownKey, Protocol::Json), ("UnrecognizedClientException".into(), 400));
        assert_eq!(code(Refusal::UnknownKey, Protocol::Query), ("InvalidClientTokenId".into(), 403));
        assert_eq!(code(Refusal::Expired, Protocol::Json), ("ExpiredTokenException".into(), 400));
        assert_eq!(code(Refusal::Expired, Protocol::Query), ("ExpiredToken".into(), 403));
        assert_eq!(code(Refusal::Missing, Protocol::Query), ("MissingAuthenticationToken".into(), 403));
        let mismatch = Refusal::Mismatch(String::new());
        assert_eq!(code(mismatch.clone(), Protocol::Json), ("InvalidSignatureException".into(), 400));
        assert_eq!(code(mismatch, Protocol::Query), ("SignatureDoesNotMatch".into(), 403));
    }
}
