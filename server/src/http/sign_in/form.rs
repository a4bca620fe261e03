//! The form for keys: what was given, and what is wrong with it.

use std::collections::BTreeMap;

use gateway::{BadCredentials, Credentials, Mfa};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::exchange::{Role, Wanted};

/// What the form sends. It has no `Debug`, and its secrets are wiped when it is dropped.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Given {
    /// Where to go afterwards.
    pub next: String,
    /// A block as people copy it.
    pub pasted: Zeroizing<String>,
    /// Or the parts of it.
    pub access_key_id: String,
    /// The second part.
    pub secret_access_key: Zeroizing<String>,
    /// The third part, of temporary keys.
    pub session_token: Zeroizing<String>,
    /// Not empty if the warning about long-lived keys was ticked.
    pub long_lived: String,
    /// A role to take on.
    pub role_arn: String,
    /// What its trust policy asks for.
    pub external_id: String,
    /// The session's name in CloudTrail.
    pub role_session_name: String,
    /// For how long, in seconds.
    pub duration: String,
    /// The device of a second factor.
    pub mfa_serial: String,
    /// What it shows.
    pub mfa_code: Zeroizing<String>,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The pasted block.
    Pasted,
    /// The access key's id.
    KeyId,
    /// The secret.
    Secret,
    /// The session token.
    Token,
    /// The tick for long-lived keys.
    LongLived,
    /// The role.
    Role,
    /// Its external id.
    ExternalId,
    /// Its session's name.
    SessionName,
    /// For how long.
    Duration,
    /// The second factor's device.
    MfaSerial,
    /// The second factor's code.
    MfaCode,
}

/// What is wrong, by field.
pub type Faults = BTreeMap<Field, String>;

impl Field {
    /// Its name in the form, and its id in the page.
    pub fn name(self) -> &'static str {
        match self {
            Field::Pasted => "pasted",
            Field::KeyId => "access_key_id",
            Field::Secret => "secret_access_key",
            Field::Token => "session_token",
            Field::LongLived => "long_lived",
            Field::Role => "role_arn",
            Field::ExternalId => "external_id",
            Field::SessionName => "role_session_name",
            Field::Duration => "duration",
            Field::MfaSerial => "mfa_serial",
            Field::MfaCode => "mfa_code",
        }
    }
}

impl Given {
    /// Whether the block was used, and not the single fields.
    pub fn is_pasted(&self) -> bool {
        !self.pasted.trim().is_empty()
    }

    /// Whether any of the single fields was used.
    pub fn has_parts(&self) -> bool {
        let parts = [self.access_key_id.as_str(), &self.secret_access_key, &self.session_token];
        parts.iter().any(|part| !part.trim().is_empty())
    }

    /// What is asked for, if the form says it rightly.
    pub fn read(&self) -> Result<Wanted, Faults> {
        let mut faults = Faults::new();
        let credentials = self.credentials().map_err(|(field, text)| faults.insert(field, text)).ok();
        let is_long_lived = credentials.as_ref().is_some_and(Credentials::is_long_lived);
        if is_long_lived && self.long_lived.is_empty() {
            faults.insert(
                Field::LongLived,
                "These keys have no session token, so they are long-lived ones. Read the warning and tick it if you \
                 want to use them; then give them once more, as they were not kept."
                    .to_owned(),
            );
        }
        let mfa = self.mfa(&mut faults);
        let role = self.role(&mut faults);
        if mfa.is_some() && role.is_none() && credentials.is_some() && !is_long_lived {
            faults.entry(Field::MfaCode).or_insert_with(|| {
                "A code goes with long-lived keys or with a role; temporary keys have had theirs when they were made."
                    .to_owned()
            });
        }
        match credentials {
            Some(credentials) if faults.is_empty() => Ok(Wanted { credentials, mfa, role }),
            _ => Err(faults),
        }
    }

    fn credentials(&self) -> Result<Credentials, (Field, String)> {
        if self.is_pasted() && self.has_parts() {
            let text = "Keys were given twice: here and in the single fields. Give them once.";
            return Err((Field::Pasted, text.to_owned()));
        }
        if self.is_pasted() {
            return Credentials::parse(&self.pasted).map_err(|error| (Field::Pasted, sentence(&error)));
        }
        if !self.has_parts() {
            return Err((Field::Pasted, "Paste keys here, or fill in the single fields.".to_owned()));
        }
        let token = given(&self.session_token).map(str::to_owned);
        let (key, secret) = (self.access_key_id.clone(), self.secret_access_key.as_str().to_owned());
        Credentials::new(key, secret, token, None).map_err(|error| (part(&error), sentence(&error)))
    }

    fn mfa(&self, faults: &mut Faults) -> Option<Mfa> {
        let (serial, code) = (self.mfa_serial.trim(), self.mfa_code.trim());
        match (serial.is_empty(), code.is_empty()) {
            (true, true) => return None,
            (true, false) => {
                faults.insert(Field::MfaSerial, "Say which device shows this code.".to_owned());
            }
            (false, true) => {
                faults.insert(Field::MfaCode, "Type the code that the device shows now.".to_owned());
            }
            (false, false) => {
                // IAM API Reference, GetSessionToken: serial numbers and ARNs.
                if !(9..=256).contains(&serial.len()) || !is_made_of(serial, "=/:,.@-_+") {
                    let text = "This is no device: its ARN is like arn:aws:iam::111122223333:mfa/jo.";
                    faults.insert(Field::MfaSerial, text.to_owned());
                }
                if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                    faults.insert(Field::MfaCode, "A code has six digits.".to_owned());
                }
            }
        }
        let code = Zeroizing::new(code.to_owned());
        Some(Mfa { serial: serial.to_owned(), code })
    }

    /// The limits are those of STS (API Reference, AssumeRole).
    fn role(&self, faults: &mut Faults) -> Option<Role> {
        let (arn, external_id) = (self.role_arn.trim(), given(&self.external_id));
        let (session_name, duration) = (given(&self.role_session_name), given(&self.duration));
        if arn.is_empty() {
            if external_id.is_some() || session_name.is_some() {
                faults.insert(Field::Role, "Say which role this is for.".to_owned());
            }
            return None;
        }
        if !is_role(arn) {
            let text = "This is no role: its ARN is like arn:aws:iam::111122223333:role/Auditor.";
            faults.insert(Field::Role, text.to_owned());
        }
        if external_id.is_some_and(|id| !(2..=1224).contains(&id.len()) || !is_made_of(id, "=,.@:/-_+")) {
            let text = "An external id has 2 to 1224 letters, digits and characters of _+=,.@:/- .";
            faults.insert(Field::ExternalId, text.to_owned());
        }
        if session_name.is_some_and(|name| !(2..=64).contains(&name.len()) || !is_made_of(name, "=,.@-_+")) {
            let text = "A session's name has 2 to 64 letters, digits and characters of _+=,.@- .";
            faults.insert(Field::SessionName, text.to_owned());
        }
        let seconds =
            duration.map(|seconds| seconds.parse::<i32>().ok().filter(|s| (900..=43_200).contains(s)));
        if seconds == Some(None) {
            let text = "A role's session lasts from 15 minutes to 12 hours (900 to 43200 seconds).";
            faults.insert(Field::Duration, text.to_owned());
        }
        Some(Role {
            arn: arn.to_owned(),
            external_id: external_id.map(str::to_owned),
            session_name: session_name.map(str::to_owned),
            seconds: seconds.flatten(),
        })
    }
}

/// What was given, unless it is nothing.
fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// `arn:aws:iam::111122223333:role/path/Name`, in any partition.
fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = parts[..] else {
        return false;
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let name = resource.strip_prefix("role/").unwrap_or_default();
    prefix == "arn"
        && is_made_of(partition, "-")
        && !partition.is_empty()
        && (service, region) == ("iam", "")
        && is_account
        && !name.is_empty()
        && arn.len() <= 2048
        && is_made_of(name, "/=,.@-_+")
}

fn is_made_of(text: &str, signs: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || signs.contains(character))
}

/// The single field that an error is about.
fn part(error: &BadCredentials) -> Field {
    match error {
        BadCredentials::Missing(name) | BadCredentials::Malformed(name, _) if name.contains("secret") => {
            Field::Secret
        }
        BadCredentials::Missing(name) | BadCredentials::Malformed(name, _) if name.contains("token") => {
            Field::Token
        }
        BadCredentials::TokenMissing => Field::Token,
        _ => Field::KeyId,
    }
}

fn sentence(error: &BadCredentials) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    format!("{}{}.", first.map(String::from).unwrap_or_default(), characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nexport \
                         AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\nexport \
                         AWS_SESSION_TOKEN=FwoGZXIvYXdzEXAMPLE";

    fn pasted() -> Given {
        Given { pasted: Zeroizing::new(BLOCK.to_owned()), ..Given::default() }
    }

    fn faults(given: &Given) -> Vec<Field> {
        given.read().err().unwrap_or_default().into_keys().collect()
    }

    #[test]
    fn keys_are_given_once() {
        assert!(pasted().read().is_ok());
        assert_eq!(faults(&Given::default()), [Field::Pasted]);
        assert_eq!(faults(&Given { access_key_id: "ASIA".to_owned(), ..pasted() }), [Field::Pasted]);
        let parts = |key: &str, secret: &str, token: &str| {
            faults(&Given {
                access_key_id: key.to_owned(),
                secret_access_key: Zeroizing::new(secret.to_owned()),
                session_token: Zeroizing::new(token.to_owned()),
                ..Given::default()
            })
        };
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert_eq!(parts("ASIAIOSFODNN7EXAMPLE", secret, "FwoGZXIvYXdzEXAMPLE"), []);
        assert_eq!(parts("x", secret, "FwoGZXIvYXdzEXAMPLE"), [Field::KeyId]);
        assert_eq!(parts("ASIAIOSFODNN7EXAMPLE", "", "FwoGZXIvYXdzEXAMPLE"), [Field::Secret]);
        assert_eq!(parts("ASIAIOSFODNN7EXAMPLE", secret, "x"), [Field::Token]);
        assert_eq!(parts("ASIAIOSFODNN7EXAMPLE", secret, ""), [Field::Token]);
        assert_eq!(parts("AKIAIOSFODNN7EXAMPLE", secret, ""), [Field::LongLived]);
    }

    #[test]
    fn a_role_and_a_code_are_checked_before_anybody_is_asked() {
        let role = |arn: &str| faults(&Given { role_arn: arn.to_owned(), ..pasted() });
        for right in
            ["arn:aws:iam::111122223333:role/Auditor", "arn:aws-us-gov:iam::111122223333:role/a/b/C+d"]
        {
            assert_eq!(role(right), [], "{right}");
        }
        for wrong in [
            "Auditor",
            "arn:aws:iam::111122223333:user/jo",
            "arn:aws:iam::1111:role/Auditor",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/<b>",
        ] {
            assert_eq!(role(wrong), [Field::Role], "{wrong}");
        }
        let arn = "arn:aws:iam::111122223333:role/Auditor".to_owned();
        let with =
            Given { role_arn: arn.clone(), duration: "60".into(), external_id: "x".into(), ..pasted() };
        assert_eq!(faults(&with), [Field::ExternalId, Field::Duration]);
        let with = Given { role_arn: arn.clone(), mfa_code: Zeroizing::new("123456".into()), ..pasted() };
        assert_eq!(faults(&with), [Field::MfaSerial]);
        let serial = "arn:aws:iam::111122223333:mfa/jo".to_owned();
        let with = Given {
            role_arn: arn,
            mfa_serial: serial.clone(),
            mfa_code: Zeroizing::new("12a".into()),
            ..pasted()
        };
        assert_eq!(faults(&with), [Field::MfaCode]);
        let with = Given { mfa_serial: serial, mfa_code: Zeroizing::new("123456".into()), ..pasted() };
        assert_eq!(faults(&with), [Field::MfaCode], "temporary keys alone take no code");
        assert_eq!(faults(&Given { external_id: "abc".into(), ..pasted() }), [Field::Role]);
    }
}
