//! Credentials, and how people paste them.

use std::collections::HashMap;
use std::fmt;

use cloudtrail::time::Time;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The longest text that is read as credentials, in bytes. Session tokens have about a thousand.
const MAX_PASTED: usize = 20_000;
/// The longest secret or token.
const MAX_SECRET: usize = 8_192;

/// An access key with its secret, and the session token of a temporary one. Its secrets are wiped when it is dropped, and its
/// `Debug` does not show them.
#[derive(Clone)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expires: Option<Time>,
}

/// Why something is not taken as credentials. It never repeats what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCredentials {
    /// A part is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part does not look like one.
    #[error("{0} does not look right: {1}")]
    Malformed(&'static str, &'static str),
    /// Temporary keys come with a token.
    #[error("a key that begins with ASIA is temporary, and works only together with its session token")]
    TokenMissing,
    /// It has expired.
    #[error("these credentials have expired")]
    Expired,
}

/// The names of the parts, as they stand in the environment.
const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";
const EXPIRES: &str = "AWS_CREDENTIAL_EXPIRATION";

impl Credentials {
    /// Checks the form of the parts; whether AWS knows them is another question.
    ///
    /// # Errors
    /// Names the part that is missing or malformed.
    pub fn new(
        access_key_id: String,
        secret_access_key: String,
        session_token: Option<String>,
        expires: Option<Time>,
    ) -> Result<Credentials, BadCredentials> {
        let secret_access_key = Zeroizing::new(secret_access_key);
        let session_token = session_token.map(Zeroizing::new).filter(|token| !token.trim().is_empty());
        check_key(access_key_id.trim())?;
        if secret_access_key.trim().is_empty() {
            return Err(BadCredentials::Missing("the secret access key"));
        }
        check_secret("the secret access key", secret_access_key.trim())?;
        if let Some(token) = &session_token {
            check_secret("the session token", token.trim())?;
        } else if access_key_id.trim().starts_with("ASIA") {
            return Err(BadCredentials::TokenMissing);
        }
        Ok(Credentials {
            access_key_id: access_key_id.trim().to_owned(),
            secret_access_key: Zeroizing::new(secret_access_key.trim().to_owned()),
            session_token: session_token.map(|token| Zeroizing::new(token.trim().to_owned())),
            expires,
        })
    }

    /// Reads what people copy: `export AWS_…=…` lines (also `set` and `$Env:`), a block of an ini file, or JSON as
    /// `aws sts` and `credential_process` print it.
    ///
    /// # Errors
    /// As [`Credentials::new`].
    pub fn parse(pasted: &str) -> Result<Credentials, BadCredentials> {
        if pasted.len() > MAX_PASTED {
            return Err(BadCredentials::Malformed("the text", "it is too long for credentials"));
        }
        let mut parts =
            if pasted.trim_start().starts_with('{') { of_json(pasted)? } else { of_lines(pasted) };
        let mut take = |name: &str| parts.remove(name).map(|value| value.as_str().to_owned());
        let key = take(KEY).ok_or(BadCredentials::Missing("the access key id"))?;
        let secret = take(SECRET).ok_or(BadCredentials::Missing("the secret access key"))?;
        let expires = take(EXPIRES).and_then(|time| Time::parse(&time));
        Credentials::new(key, secret, take(TOKEN), expires)
    }

    /// The access key's id, which is no secret.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// All of them, secrets included, as [`Credentials::parse`] reads them: for sealing, and for nothing else.
    pub fn to_secret(&self) -> Zeroizing<String> {
        let token = self.token().unwrap_or_default();
        // Long enough from the start: a text that grows leaves copies behind.
        let length = self.secret_access_key.len() + token.len() + 256;
        let mut lines = Zeroizing::new(String::with_capacity(length));
        lines.extend([KEY, "=", &self.access_key_id, "\n", SECRET, "=", &self.secret_access_key, "\n"]);
        if !token.is_empty() {
            lines.extend([TOKEN, "=", token, "\n"]);
        }
        if let Some(expires) = self.expires {
            lines.extend([EXPIRES, "=", &expires.to_string(), "\n"]);
        }
        lines
    }

    /// When they end, as far as whoever gave them said.
    pub fn expires(&self) -> Option<Time> {
        self.expires
    }

    /// Whether they are the keys of a user, which do not end by themselves.
    pub fn is_long_lived(&self) -> bool {
        self.session_token.is_none()
    }

    /// What tells these credentials from others, and nothing about them.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [&self.access_key_id, self.secret_access_key.as_str(), self.token().unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret_access_key
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.session_token.as_ref().map(|token| token.as_str())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Access key ids have 16 to 128 letters and digits (IAM API Reference, AccessKey).
fn check_key(key: &str) -> Result<(), BadCredentials> {
    const NAME: &str = "the access key id";
    if key.is_empty() {
        return Err(BadCredentials::Missing(NAME));
    }
    if !(16..=128).contains(&key.len())
        || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(BadCredentials::Malformed(
            NAME,
            "it has 20 capital letters and digits, such as ASIAIOSFODNN7EXAMPLE",
        ));
    }
    Ok(())
}

fn check_secret(name: &'static str, secret: &str) -> Result<(), BadCredentials> {
    if secret.len() > MAX_SECRET || secret.len() < 16 {
        return Err(BadCredentials::Malformed(name, "its length is not that of one"));
    }
    if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BadCredentials::Malformed(name, "it has spaces or characters that none has"));
    }
    Ok(())
}

type Parts = HashMap<&'static str, Zeroizing<String>>;

fn of_lines(text: &str) -> Parts {
    let mut parts = Parts::new();
    for line in text.lines() {
        let line = line.trim();
        let line = ["export ", "set ", "setx ", "SET ", "$Env:", "$env:"]
            .iter()
            .find_map(|word| line.strip_prefix(word))
            .unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        let name = name.trim().trim_start_matches("$env:").to_ascii_uppercase();
        let name = match name.strip_prefix("AWS_").unwrap_or(&name) {
            "ACCESS_KEY_ID" => KEY,
            "SECRET_ACCESS_KEY" => SECRET,
            "SESSION_TOKEN" | "SECURITY_TOKEN" => TOKEN,
            "CREDENTIAL_EXPIRATION" | "EXPIRATION" => EXPIRES,
            _ => continue,
        };
        let value = value.trim().trim_end_matches(';').trim();
        let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
        let value = value.strip_suffix(['"', '\'']).unwrap_or(value);
        parts.insert(name, Zeroizing::new(value.to_owned()));
    }
    parts
}

fn of_json(text: &str) -> Result<Parts, BadCredentials> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        credentials: Option<Keys>,
        #[serde(flatten)]
        keys: Keys,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Keys {
        access_key_id: Option<Zeroizing<String>>,
        secret_access_key: Option<Zeroizing<String>>,
        session_token: Option<Zeroizing<String>>,
        expiration: Option<Zeroizing<String>>,
    }
    let answer: Answer = serde_json::from_str(text).map_err(|_| {
        BadCredentials::Malformed("the text", "it begins like JSON, and is none of credentials")
    })?;
    let keys = answer.credentials.unwrap_or(answer.keys);
    let parts = [
        (KEY, keys.access_key_id),
        (SECRET, keys.secret_access_key),
        (TOKEN, keys.session_token),
        (EXPIRES, keys.expiration),
    ];
    Ok(parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
    const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const SESSION: &str = "FwoGZXIvYXdzEXAMPLEEXAMPLETOKEN==";

    #[test]
    fn everything_that_people_copy_is_read() {
        for text in [
            format!(
                "export AWS_ACCESS_KEY_ID=\"{KEY_ID}\"\nexport AWS_SECRET_ACCESS_KEY=\"{SECRET_KEY}\"\nexport AWS_SESSION_TOKEN=\"{SESSION}\"\n"
            ),
            format!(
                "  AWS_ACCESS_KEY_ID={KEY_ID}\r\nAWS_SECRET_ACCESS_KEY={SECRET_KEY}\r\nAWS_SESSION_TOKEN={SESSION}\r\n"
            ),
            format!(
                "SET AWS_ACCESS_KEY_ID={KEY_ID}\nSET AWS_SECRET_ACCESS_KEY={SECRET_KEY}\nSET AWS_SESSION_TOKEN={SESSION}"
            ),
            format!(
                "$Env:AWS_ACCESS_KEY_ID=\"{KEY_ID}\"\n$Env:AWS_SECRET_ACCESS_KEY=\"{SECRET_KEY}\"\n$Env:AWS_SESSION_TOKEN=\"{SESSION}\""
            ),
            format!(
                "[111122223333_ReadOnly]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET_KEY}\naws_session_token = {SESSION}\n"
            ),
            format!(
                r#"{{"Version":1,"AccessKeyId":"{KEY_ID}","SecretAccessKey":"{SECRET_KEY}","SessionToken":"{SESSION}"}}"#
            ),
            format!(
                r#"{{"Credentials":{{"AccessKeyId":"{KEY_ID}","SecretAccessKey":"{SECRET_KEY}","SessionToken":"{SESSION}","Expiration":"2026-11-22T10:00:00+00:00"}},"AssumedRoleUser":{{}}}}"#
            ),
        ] {
            let read = Credentials::parse(&text).unwrap();
            assert_eq!(
                (read.access_key_id(), read.secret(), read.token()),
                (KEY_ID, SECRET_KEY, Some(SESSION)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_not_repeated() {
        let missing = Credentials::parse("hello").unwrap_err();
        assert_eq!(missing, BadCredentials::Missing("the access key id"));
        let no_token = Credentials::new(KEY_ID.into(), SECRET_KEY.into(), None, None).unwrap_err();
        assert_eq!(no_token, BadCredentials::TokenMissing);
        for (key, secret) in [("short", SECRET_KEY), (KEY_ID, "two words that are none"), (KEY_ID, "x")] {
            let error = Credentials::new(key.into(), secret.into(), Some(SESSION.into()), None).unwrap_err();
            assert!(!error.to_string().contains(secret) || secret == "x", "{error}");
        }
        assert!(Credentials::parse(&"x".repeat(100_000)).is_err());
        assert!(Credentials::parse("{\"a\":").is_err());
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials =
            Credentials::new(KEY_ID.into(), SECRET_KEY.into(), Some(SESSION.into()), None).unwrap();
        let shown = format!("{credentials:?} {credentials:#?}");
        assert!(shown.contains(KEY_ID) && !shown.contains(SECRET_KEY) && !shown.contains(SESSION), "{shown}");
    }
}
