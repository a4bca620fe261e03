//! Whose credentials they are, and other credentials in exchange for them (STS).

use aws_sdk_sts::primitives::DateTime;
use aws_sdk_sts::types::Credentials as StsCredentials;
use cloudtrail::time::Time;
use zeroize::Zeroizing;

use crate::error::GatewayError;
use crate::regions::HOME;
use crate::{Credentials, Gateway};

/// Whom credentials belong to, as GetCallerIdentity says. It needs no permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account's 12 digits.
    pub account: String,
    /// Who it is.
    pub arn: String,
    /// The unique id.
    pub user_id: String,
}

impl Caller {
    /// Whether it is the account's root, which is for nothing but a few tasks.
    pub fn is_root(&self) -> bool {
        self.arn.ends_with(":root")
    }

    /// Who it is, for people: `jo`, or `Auditor/jo` for a session of a role.
    pub fn name(&self) -> String {
        let resource = self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn);
        match resource.split_once('/') {
            // `AWSReservedSSO_ReadOnly_0123456789abcdef/jo@example.com`
            Some(("assumed-role", session)) => match session.strip_prefix("AWSReservedSSO_") {
                Some(set) => match set.split_once('/') {
                    Some((role, who)) => {
                        let set = role.rsplit_once('_').map_or(role, |(set, _)| set);
                        format!("{set}/{who}")
                    }
                    None => session.to_owned(),
                },
                None => session.to_owned(),
            },
            Some((_, path)) => path.rsplit('/').next().unwrap_or(path).to_owned(),
            None => resource.to_owned(),
        }
    }

    /// The partition: `aws`, `aws-us-gov`, `aws-cn`.
    pub fn partition(&self) -> &str {
        self.arn.split(':').nth(1).unwrap_or("aws")
    }
}

/// A second factor: the device's serial number or ARN, and the code it shows.
#[derive(Clone)]
pub struct Mfa {
    /// The device.
    pub serial: String,
    /// What it shows now.
    pub code: Zeroizing<String>,
}

/// A role to take on.
#[derive(Clone)]
pub struct AssumeRole {
    /// Which.
    pub arn: String,
    /// What its trust policy may ask for.
    pub external_id: Option<String>,
    /// What the session is called in CloudTrail.
    pub session_name: String,
    /// How long, from 900 up to the role's maximum.
    pub seconds: Option<i32>,
    /// A second factor.
    pub mfa: Option<Mfa>,
}

impl Gateway {
    /// Whose credentials they are.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn caller(&self, credentials: &Credentials) -> Result<Caller, GatewayError> {
        let region = self.sts_region();
        let client = self.inner.clients.sts(credentials, &region);
        let answer = client.get_caller_identity().send().await;
        let answer = answer.map_err(|error| GatewayError::of_sdk("GetCallerIdentity", &region, &error))?;
        let account = answer.account().unwrap_or_default();
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(GatewayError::garbled("GetCallerIdentity", &region, "it names no account"));
        }
        Ok(Caller {
            account: account.to_owned(),
            arn: answer.arn().unwrap_or_default().to_owned(),
            user_id: answer.user_id().unwrap_or_default().to_owned(),
        })
    }

    /// Temporary credentials in exchange for a user's keys (GetSessionToken): with the same permissions, but for IAM and STS.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn session_token(
        &self,
        long_lived: &Credentials,
        mfa: Option<Mfa>,
        seconds: Option<i32>,
    ) -> Result<Credentials, GatewayError> {
        let region = self.sts_region();
        let client = self.inner.clients.sts(long_lived, &region);
        let (serial, code) = parts(mfa);
        let answer = client
            .get_session_token()
            .set_duration_seconds(seconds)
            .set_serial_number(serial)
            .set_token_code(code)
            .send()
            .await
            .map_err(|error| GatewayError::of_sdk("GetSessionToken", &region, &error))?;
        issued("GetSessionToken", &region, answer.credentials())
    }

    /// Temporary credentials of a role.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn assume_role(
        &self,
        with: &Credentials,
        role: &AssumeRole,
    ) -> Result<Credentials, GatewayError> {
        let region = self.sts_region();
        let client = self.inner.clients.sts(with, &region);
        let (serial, code) = parts(role.mfa.clone());
        let answer = client
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(&role.session_name)
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.seconds)
            .set_serial_number(serial)
            .set_token_code(code)
            .send()
            .await
            .map_err(|error| GatewayError::of_sdk("AssumeRole", &region, &error))?;
        issued("AssumeRole", &region, answer.credentials())
    }

    /// Forgets the clients made with these credentials.
    pub fn forget(&self, credentials: &Credentials) {
        self.inner.clients.forget(credentials);
    }

    fn sts_region(&self) -> String {
        self.inner.options.regions.first().cloned().unwrap_or_else(|| HOME.to_owned())
    }
}

fn parts(mfa: Option<Mfa>) -> (Option<String>, Option<String>) {
    mfa.map(|mfa| (mfa.serial, mfa.code.as_str().to_owned())).unzip()
}

fn issued(
    operation: &'static str,
    region: &str,
    credentials: Option<&StsCredentials>,
) -> Result<Credentials, GatewayError> {
    let garbled = || GatewayError::garbled(operation, region, "it holds no credentials");
    let credentials = credentials.ok_or_else(garbled)?;
    Credentials::new(
        credentials.access_key_id().to_owned(),
        credentials.secret_access_key().to_owned(),
        Some(credentials.session_token().to_owned()),
        time(credentials.expiration()),
    )
    .map_err(|_| garbled())
}

fn time(time: &DateTime) -> Option<Time> {
    time.to_millis().ok().map(Time::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_called_by_their_names() {
        let name =
            |arn: &str| Caller { account: String::new(), arn: arn.to_owned(), user_id: String::new() }.name();
        assert_eq!(name("arn:aws:iam::111122223333:user/staff/jo"), "jo");
        assert_eq!(name("arn:aws:sts::111122223333:assumed-role/Auditor/jo"), "Auditor/jo");
        assert_eq!(
            name(
                "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Read_Only_0a1b2c3d4e5f6789/jo@example.com"
            ),
            "Read_Only/jo@example.com"
        );
        assert_eq!(name("arn:aws:iam::111122223333:root"), "root");
        assert_eq!(name("nonsense"), "nonsense");
    }
}
