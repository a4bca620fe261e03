//! From keys that were given to connections: long-lived keys are exchanged, a role is taken on, and AWS says who it is.

use cloudtrail::names::AccountNames;
use cloudtrail::time::Time;
use futures::future::try_join_all;
use gateway::{AssumeRole, Caller, Credentials, Gateway, GatewayError, Kind, Mfa};

use super::form::Field;
use crate::vault::{Connection, Method};

/// Keys, and what to do with them.
pub struct Wanted {
    /// The keys.
    pub credentials: Credentials,
    /// A second factor: used where it is asked for first.
    pub mfa: Option<Mfa>,
    /// A role to take on with them.
    pub role: Option<Role>,
}

/// A role to take on.
pub struct Role {
    /// Which.
    pub arn: String,
    /// What its trust policy asks for.
    pub external_id: Option<String>,
    /// The session's name in CloudTrail; else the name of who takes it on.
    pub session_name: Option<String>,
    /// For how long, in seconds; else what AWS gives.
    pub seconds: Option<i32>,
}

impl Role {
    /// A role that asks for nothing.
    pub fn plain(arn: String) -> Role {
        Role { arn, external_id: None, session_name: None, seconds: None }
    }
}

/// Why nobody was signed in.
#[derive(Debug)]
pub enum Refusal {
    /// The account's root.
    Root,
    /// The keys say themselves that they have ended.
    Ended,
    /// A call failed.
    Call(Step, Box<GatewayError>),
}

/// The calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asking whose keys they are.
    Keys,
    /// Exchanging long-lived keys.
    Exchange,
    /// Taking on a role.
    Role,
    /// Anything with Identity Center.
    Portal,
}

/// Makes connections. It knows AWS by one gateway.
pub struct Exchange<'a> {
    /// AWS.
    pub gateway: &'a Gateway,
    /// Names of accounts.
    pub titles: &'a AccountNames,
    /// The time now.
    pub now: Time,
}

impl Exchange<'_> {
    /// A connection from keys that were given.
    pub async fn keys(&self, wanted: Wanted) -> Result<Connection, Refusal> {
        let Wanted { credentials, mut mfa, role } = wanted;
        let is_long_lived = credentials.is_long_lived();
        let method = if is_long_lived { Method::LongLivedKeys } else { Method::TemporaryKeys };
        let (caller, credentials) = if is_long_lived {
            // A code is good for one call.
            self.exchanged(credentials, mfa.take()).await?
        } else {
            (self.caller(&credentials).await?, credentials)
        };
        match role {
            Some(role) => {
                let (caller, credentials) = self.role(&caller, &credentials, role, mfa).await?;
                Ok(self.connection(caller, credentials, method))
            }
            None => Ok(self.connection(caller, credentials, method)),
        }
    }

    /// The connections of a sample identity: its own account, and others by roles.
    pub async fn sample(&self, keys: Credentials, roles: &[String]) -> Result<Vec<Connection>, Refusal> {
        let (caller, credentials) = self.exchanged(keys, None).await?;
        let roles = roles.iter().map(|arn| self.role(&caller, &credentials, Role::plain(arn.clone()), None));
        let others = try_join_all(roles).await?;
        let mut all = vec![self.connection(caller, credentials, Method::Sample)];
        let others = others.into_iter().map(|(caller, keys)| self.connection(caller, keys, Method::Sample));
        all.extend(others);
        Ok(all)
    }

    /// A connection from credentials that Identity Center gave for one of a person's roles.
    pub async fn portal(&self, credentials: Credentials, role: &str) -> Result<Connection, Refusal> {
        let caller = self.caller(&credentials).await?;
        Ok(self.connection(caller, credentials, Method::IdentityCenter { role: role.to_owned() }))
    }

    /// A connection from the credentials of the person who started the server. They stay where AWS's own programs have them, and
    /// are used as they are.
    pub async fn own(&self, credentials: Credentials) -> Result<Connection, Refusal> {
        let caller = self.caller(&credentials).await?;
        Ok(self.connection(caller, credentials, Method::Own))
    }

    /// Temporary credentials for long-lived ones, which are dropped here.
    async fn exchanged(&self, keys: Credentials, mfa: Option<Mfa>) -> Result<(Caller, Credentials), Refusal> {
        let caller = self.caller(&keys).await?;
        let credentials = self.gateway.session_token(&keys, mfa, None).await;
        Ok((caller, credentials.map_err(|error| Refusal::Call(Step::Exchange, Box::new(error)))?))
    }

    async fn role(
        &self,
        caller: &Caller,
        with: &Credentials,
        role: Role,
        mfa: Option<Mfa>,
    ) -> Result<(Caller, Credentials), Refusal> {
        let session_name = role.session_name.unwrap_or_else(|| session_name(&caller.name()));
        let Role { arn, external_id, seconds, .. } = role;
        let role = AssumeRole { arn, external_id, session_name, seconds, mfa };
        let refused = |error| Refusal::Call(Step::Role, Box::new(error));
        let credentials = self.gateway.assume_role(with, &role).await.map_err(refused)?;
        Ok((self.caller(&credentials).await?, credentials))
    }

    /// Who it is, as AWS says; the root is refused.
    async fn caller(&self, credentials: &Credentials) -> Result<Caller, Refusal> {
        if credentials.expires().is_some_and(|expires| expires <= self.now) {
            return Err(Refusal::Ended);
        }
        let caller = self.gateway.caller(credentials).await;
        let caller = caller.map_err(|error| Refusal::Call(Step::Keys, Box::new(error)))?;
        if caller.is_root() { Err(Refusal::Root) } else { Ok(caller) }
    }

    fn connection(&self, caller: Caller, credentials: Credentials, method: Method) -> Connection {
        Connection {
            title: self.titles.get(&caller.account).map(str::to_owned),
            name: caller.name(),
            expires: credentials.expires(),
            account: caller.account,
            arn: caller.arn,
            credentials,
            method,
            signed_in: self.now,
        }
    }
}

/// A name for the role's session that says who took it on: the last part of the caller's, in the characters that STS takes.
fn session_name(caller: &str) -> String {
    let name = caller.rsplit('/').next().unwrap_or(caller);
    let is_taken = |character: &char| character.is_ascii_alphanumeric() || "=,.@-_+".contains(*character);
    let name: String = name.chars().filter(is_taken).take(64).collect();
    if name.len() < 2 { "waymark".to_owned() } else { name }
}

impl Refusal {
    /// The field that it is about, if it is about one.
    pub fn field(&self, is_pasted: bool) -> Option<Field> {
        let keys = if is_pasted { Field::Pasted } else { Field::KeyId };
        match self {
            Refusal::Root | Refusal::Ended => Some(keys),
            Refusal::Call(step, error) => match (step, error.kind()) {
                _ if is_unknown_device(error) => Some(Field::MfaSerial),
                (_, Kind::Denied | Kind::Refused) if is_about_code(error) => Some(Field::MfaCode),
                (Step::Keys | Step::Exchange, Kind::Invalid | Kind::Expired) => Some(keys),
                (Step::Role, Kind::Denied | Kind::Refused) => Some(Field::Role),
                _ => None,
            },
        }
    }

    /// What went wrong, in a few words.
    pub fn title(&self) -> String {
        match self {
            Refusal::Root => "Waymark does not take the root's keys".to_owned(),
            Refusal::Ended => "These keys have expired".to_owned(),
            Refusal::Call(_, error) if is_wrong_code(error) => "AWS does not accept this code".to_owned(),
            Refusal::Call(_, error) if is_unknown_device(error) => "AWS does not know this device".to_owned(),
            Refusal::Call(_, error) => error.title(),
        }
    }

    /// The same in sentences, and what helps.
    pub fn text(&self) -> String {
        match self {
            Refusal::Root => {
                "The account's root can do everything and cannot be held back. Use a user or a role that may \
                              read CloudTrail, and delete the root's keys."
                    .to_owned()
            }
            Refusal::Ended => "They say so themselves. Get new ones where you got these.".to_owned(),
            Refusal::Call(_, error) if is_wrong_code(error) => {
                "Each code works once: wait for the next one. If that does not help, the code is another device's, or the device's clock \
                 is wrong."
                    .to_owned()
            }
            Refusal::Call(_, error) if is_unknown_device(error) => {
                "It has to be one of the user whose keys these are; IAM shows its ARN among the user's security credentials.".to_owned()
            }
            Refusal::Call(_, error) => {
                // What AWS says of a wrong signature repeats the signed headers, and with them the session token.
                let detail = if error.kind() == Kind::Invalid { String::new() } else { error.detail() };
                let texts = [Some(detail).filter(|detail| !detail.is_empty()), error.help()];
                texts.into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// STS: "MultiFactorAuthentication failed with invalid MFA one time pass code."
fn is_wrong_code(error: &GatewayError) -> bool {
    error.detail().contains("invalid MFA one time pass code")
}

/// STS: "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated
/// with this user."
fn is_unknown_device(error: &GatewayError) -> bool {
    error.detail().contains("unable to validate MFA code")
}

/// AWS names MFA in what it says of a wrong or used code.
fn is_about_code(error: &GatewayError) -> bool {
    let detail = error.detail();
    detail.contains("MultiFactorAuthentication") || detail.contains("MFA")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_session_is_called_by_who_takes_it_on() {
        assert_eq!(session_name("Read_Only/jo@example.com"), "jo@example.com");
        assert_eq!(session_name("jo"), "jo");
        assert_eq!(session_name("j"), "waymark");
        assert_eq!(session_name("日本"), "waymark");
        assert_eq!(session_name(&"x".repeat(100)).len(), 64);
    }
}
