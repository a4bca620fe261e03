//! AWS Signature Version 4, the checking side, for signatures in headers.
//!
//! The form is that of the IAM User Guide (reference_sigv-create-signed-request); the messages are those AWS answers with.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use cloudtrail::time::{MINUTE, Time};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use crate::clock::civil;
use crate::random::hex;

/// How far a request's time may be off.
const SKEW: i64 = 5 * MINUTE;
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What the `Authorization` header and its companions say, not yet believed.
#[derive(Debug)]
pub(crate) struct Signed {
    /// Access key id.
    pub key: String,
    /// Region of the credential scope.
    pub region: String,
    /// Service of the credential scope.
    pub service: String,
    /// `X-Amz-Security-Token`.
    pub token: Option<String>,
    date: String,
    stamp: String,
    at: Time,
    headers: Vec<String>,
    signature: Vec<u8>,
}

impl Signed {
    /// Reads a request's signature.
    ///
    /// # Errors
    /// When there is none, or a part of it is missing or malformed.
    pub fn read(headers: &HeaderMap) -> Result<Signed, Refusal> {
        let authorization = text(headers, "authorization").ok_or(Refusal::Missing)?;
        let Some(rest) = authorization.strip_prefix(ALGORITHM) else {
            let first = authorization.split_whitespace().next().unwrap_or_default();
            return Err(Refusal::Incomplete(format!("Unsupported AWS 'algorithm': '{first}'.")));
        };
        let fields: BTreeMap<&str, &str> =
            rest.split(',').filter_map(|field| field.trim().split_once('=')).collect();
        let mut missing = String::new();
        let mut field = |name: &str| match fields.get(name) {
            Some(value) => value.to_string(),
            None => {
                let _ = write!(missing, "Authorization header requires '{name}' parameter. ");
                String::new()
            }
        };
        let (credential, signature, names) =
            (field("Credential"), field("Signature"), field("SignedHeaders"));
        let stamp = text(headers, "x-amz-date");
        if stamp.is_none() {
            missing.push_str(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
            );
        }
        if !missing.is_empty() {
            return Err(Refusal::Incomplete(format!("{missing}Authorization={ALGORITHM}")));
        }
        let stamp = stamp.unwrap_or_default();
        let at = parse_stamp(&stamp).ok_or_else(|| {
            Refusal::Incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ))
        })?;
        let scope: Vec<&str> = credential.split('/').collect();
        let [key, date, region, service, "aws4_request"] = scope[..] else {
            return Err(Refusal::Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            )));
        };
        if stamp.get(..8) != Some(date) {
            return Err(Refusal::Mismatch(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{}', from '{stamp}'.",
                stamp.get(..8).unwrap_or_default()
            )));
        }
        let headers_signed: Vec<String> = names.split(';').map(str::to_ascii_lowercase).collect();
        if !headers_signed.iter().any(|name| name == "host") {
            return Err(Refusal::Mismatch(
                "'Host' must be a 'SignedHeader' in the AWS Authorization.".to_owned(),
            ));
        }
        Ok(Signed {
            key: key.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            token: text(headers, "x-amz-security-token").filter(|token| !token.is_empty()),
            date: date.to_owned(),
            at,
            headers: headers_signed,
            signature: from_hex(&signature).unwrap_or_default(),
            stamp,
        })
    }

    /// Holds the request's time against the clock.
    ///
    /// # Errors
    /// When it is more than five minutes off.
    pub fn check_time(&self, now: Time) -> Result<(), Refusal> {
        let (given, current) = (&self.stamp, stamp(now));
        if self.at.plus(SKEW) < now {
            let limit = stamp(now.plus(-SKEW));
            let text = format!("Signature expired: {given} is now earlier than {limit} ({current} - 5 min.)");
            return Err(Refusal::Mismatch(text));
        }
        if self.at > now.plus(SKEW) {
            let limit = stamp(now.plus(SKEW));
            let text = format!(
                "Signature not yet current: {given} is still later than {limit} ({current} + 5 min.)"
            );
            return Err(Refusal::Mismatch(text));
        }
        Ok(())
    }

    /// Calculates the signature anew and compares.
    ///
    /// # Errors
    /// When the request was signed with another secret, or changed on its way.
    pub fn check(&self, secret: &str, request: &Parts, body: &[u8]) -> Result<(), Refusal> {
        let payload = self.payload_hash(request, body)?;
        let canonical = canonical_request(request, &self.headers, &payload, self.service == "s3");
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign =
            format!("{ALGORITHM}\n{}\n{scope}\n{}", self.stamp, hex(&Sha256::digest(canonical.as_bytes())));
        let mut key = sign(format!("AWS4{secret}").as_bytes(), &self.date);
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request"] {
            key = sign(&key, part);
        }
        // Compared in constant time.
        hmac::verify(&hmac_key(&key), to_sign.as_bytes(), &self.signature)
            .map_err(|_| Refusal::Mismatch(MISMATCH.to_owned()))
    }

    /// The hash of the body, or what S3 takes in its place.
    fn payload_hash(&self, request: &Parts, body: &[u8]) -> Result<String, Refusal> {
        let hash = hex(&Sha256::digest(body));
        let Some(given) = text(&request.headers, "x-amz-content-sha256") else { return Ok(hash) };
        let no_hash = given == "UNSIGNED-PAYLOAD" || given.starts_with("STREAMING-");
        if given == hash || no_hash && self.service == "s3" {
            return Ok(given);
        }
        Err(if self.service == "s3" { Refusal::WrongHash } else { Refusal::Mismatch(MISMATCH.to_owned()) })
    }
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

/// The request in the form that is signed.
fn canonical_request(request: &Parts, signed: &[String], payload: &str, s3: bool) -> String {
    // Every service but S3 encodes the path once more.
    let path = request.uri.path();
    let path = if s3 { encode(&decode(path), true) } else { encode(path, true) };
    let mut pairs: Vec<(String, String)> = request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encode(&decode(name), false), encode(&decode(value), false))
        })
        .collect();
    pairs.sort();
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut out = format!("{}\n{path}\n{}\n", request.method, query.join("&"));
    for name in signed {
        let values: Vec<String> = request
            .headers
            .get_all(name.as_str())
            .iter()
            .map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        let _ = writeln!(out, "{name}:{}", values.join(","));
    }
    let _ = write!(out, "\n{}\n{payload}", signed.join(";"));
    out
}

/// Percent-encodes as SigV4 wants it: all but letters, digits and `-._~`.
fn encode(text: &str, keep_slash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if keep_slash => out.push('/'),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// Takes percent-encoding away; what is no encoding stays.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let value = escaped
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hmac_key(key: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac_key(key), text.as_bytes()).as_ref().to_vec()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|value| value.trim().to_owned())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()).collect()
}

/// Reads `20261122T140509Z`.
fn parse_stamp(text: &str) -> Option<Time> {
    if text.len() != 16 || !text.is_ascii() || &text[8..9] != "T" || !text.ends_with('Z') {
        return None;
    }
    Time::parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        &text[..4],
        &text[4..6],
        &text[6..8],
        &text[9..11],
        &text[11..13],
        &text[13..15]
    ))
}

/// Writes `20261122T140509Z`.
fn stamp(time: Time) -> String {
    civil(time).strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of AWS's documentation: keys, request and signature are published there.
    #[test]
    fn the_published_example() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        let request = |secret_date: &str, signature: &str| {
            let request = axum::http::Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
                .header("host", "iam.amazonaws.com")
                .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
                .header("x-amz-date", secret_date)
                .header("authorization", format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
                ))
                .body(())
                .unwrap();
            request.into_parts().0
        };
        let parts = request("20150830T123600Z", signature);
        let signed = Signed::read(&parts.headers).unwrap();
        assert_eq!(
            (signed.key.as_str(), signed.region.as_str(), signed.service.as_str()),
            ("AKIDEXAMPLE", "us-east-1", "iam")
        );
        signed.check(secret, &parts, b"").unwrap();
        assert!(matches!(signed.check(secret, &parts, b"x"), Err(Refusal::Mismatch(_))), "another body");
        assert!(matches!(signed.check("wrong", &parts, b""), Err(Refusal::Mismatch(_))), "another secret");
        let now = Time::parse("2015-08-30T12:41:00Z").unwrap();
        signed.check_time(now).unwrap();
        let late = signed.check_time(now.plus(1000)).unwrap_err();
        assert!(
            format!("{late:?}").contains(
                "20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)"
            )
        );
        assert!(signed.check_time(now.plus(-10 * MINUTE - 1000)).is_err());
        assert!(
            Signed::read(&request("20150831T123600Z", signature).headers).is_err(),
            "scope of another day"
        );
    }

    #[test]
    fn what_is_no_signature() {
        let headers = |text: &str| {
            let mut headers = HeaderMap::new();
            if !text.is_empty() {
                headers.insert("authorization", text.parse().unwrap());
            }
            Signed::read(&headers).unwrap_err()
        };
        assert!(matches!(headers(""), Refusal::Missing));
        assert!(matches!(headers("Bearer x"), Refusal::Incomplete(_)));
        let Refusal::Incomplete(text) = headers("AWS4-HMAC-SHA256 Credential=x") else { panic!() };
        assert!(text.contains("requires 'Signature' parameter"), "{text}");
    }

    #[test]
    fn encoding() {
        assert_eq!(decode("a%20b%2Fc%zz%"), "a b/c%zz%");
        assert_eq!(encode("a b/c*é~", true), "a%20b/c%2A%C3%A9~");
    }
}
