//! The sample organisation's identities.
//!
//! | account | identities |
//! |---|---|
//! | `prod-payments` | users `administrator`, `auditor`, `mfa` (may do nothing without a second factor), `newcomer` (may do nothing), root |
//! | all | roles `Administrator`, `Auditor`, `Vendor` (wants an external id), `BreakGlass` (wants MFA), and those of Identity Center |
//! | `staging` | a service control policy denies one Region |

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::policy::Policy;
use super::{Account, Directory, Mfa, Principal, Role, User, unique_id};
use crate::credentials::Credentials;
use crate::random::hex;

/// The account with the sample users.
pub(crate) const HOME: &str = sample::ACCOUNTS[0].0;
/// The organisation's management account, which has its trail and Identity Center.
pub(crate) const MANAGEMENT: &str = sample::ACCOUNTS[2].0;
/// What the role `Vendor` wants to hear.
pub(crate) const EXTERNAL_ID: &str = "waymark-sandbox";
/// The Region that the organisation denies to the account `staging`.
pub(crate) const DENIED_REGION: &str = "ap-south-1";
/// Longest session of the sample roles, in seconds.
const LONGEST: i64 = 12 * 3600;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const READING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[
    "cloudtrail:LookupEvents","cloudtrail:Get*","cloudtrail:Describe*","cloudtrail:List*","organizations:Describe*",
    "organizations:List*","s3:Get*","s3:List*","sts:AssumeRole"],"Resource":"*"}]}"#;
const WITH_MFA: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"*","Resource":"*"},
    {"Effect":"Deny","NotAction":["sts:GetSessionToken","sts:GetCallerIdentity"],"Resource":"*",
     "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}"#;

/// Keys of the sample identities.
#[derive(Debug)]
pub(crate) struct SampleKeys {
    pub administrator: Credentials,
    pub auditor: Credentials,
    pub mfa: Credentials,
    pub newcomer: Credentials,
    pub root: Credentials,
}

/// Permission sets of Identity Center: name, policy, and the random-looking end of the role's name.
pub(crate) const PERMISSION_SETS: [(&str, &str); 2] =
    [("AdministratorAccess", EVERYTHING), ("ReadOnlyAccess", READING)];

/// Name of the role that Identity Center keeps in an account for a permission set.
pub(crate) fn reserved_role(account: &str, set: &str) -> String {
    let hash = Sha256::digest(format!("{account}/{set}"));
    format!("AWSReservedSSO_{set}_{}", hex(&hash[..8]))
}

/// A policy that AWS manages, by its ARN: those that the sample knows.
pub(crate) fn managed_policy(arn: &str) -> Option<Policy> {
    match arn.strip_prefix("arn:aws:iam::aws:policy/")? {
        "AdministratorAccess" => Some(policy(EVERYTHING)),
        "ReadOnlyAccess" | "AWSCloudTrail_ReadOnlyAccess" => Some(policy(READING)),
        _ => None,
    }
}

/// Makes the organisation, with new secrets.
///
/// # Panics
/// When a policy written here is none.
pub(crate) fn organisation() -> (Directory, SampleKeys) {
    let mut directory = Directory::default();
    for (id, name) in sample::ACCOUNTS {
        let mut controls = vec![policy(EVERYTHING)];
        if *name == "staging" {
            controls.push(policy(&format!(
                r#"{{"Statement":[{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"StringEquals":{{"aws:RequestedRegion":"{DENIED_REGION}"}}}}}}]}}"#
            )));
        }
        let account = Account {
            id: id.to_string(),
            name: name.to_string(),
            users: if *id == HOME { users(id) } else { BTreeMap::new() },
            roles: roles(id),
            controls,
        };
        directory.accounts.insert(id.to_string(), account);
    }
    let mut key = |name: &str| {
        directory
            .issue_key(HOME, Principal::User { name: name.to_owned(), id: unique_id("AIDA", HOME, name) })
    };
    let (administrator, auditor, mfa, newcomer) =
        (key("administrator"), key("auditor"), key("mfa"), key("newcomer"));
    let root = directory.issue_key(HOME, Principal::Root);
    (directory, SampleKeys { administrator, auditor, mfa, newcomer, root })
}

fn users(account: &str) -> BTreeMap<String, User> {
    let user = |name: &str, policies: &[&str], mfa: bool| {
        let mfa = mfa.then(|| Mfa::new(format!("arn:aws:iam::{account}:mfa/{name}")));
        let policies = policies.iter().map(|text| policy(text)).collect();
        (name.to_owned(), User { policies, mfa })
    };
    BTreeMap::from([
        user("administrator", &[EVERYTHING], true),
        user("auditor", &[READING], false),
        user("mfa", &[WITH_MFA], true),
        user("newcomer", &[], false),
    ])
}

fn roles(account: &str) -> BTreeMap<String, Role> {
    let trusting = |condition: &str| {
        policy(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":["arn:aws:iam::{HOME}:root","arn:aws:iam::{account}:root"]}},"Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"]{condition}}}]}}"#
        ))
    };
    let role = |path: &str, name: &str, trust: Policy, text: &str| Role {
        name: name.to_owned(),
        path: path.to_owned(),
        id: unique_id("AROA", account, name),
        trust,
        policies: vec![policy(text)],
        longest: LONGEST,
    };
    let external = format!(r#","Condition":{{"StringEquals":{{"sts:ExternalId":"{EXTERNAL_ID}"}}}}"#);
    let mfa = r#","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
    let mut all = vec![
        role("/", "Administrator", trusting(""), EVERYTHING),
        role("/", "Auditor", trusting(""), READING),
        role("/", "Vendor", trusting(&external), READING),
        role("/", "BreakGlass", trusting(mfa), EVERYTHING),
    ];
    for (set, text) in PERMISSION_SETS {
        let trust = policy(&format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::{account}:saml-provider/AWSSSO_sandbox_DO_NOT_DELETE"}},"Action":["sts:AssumeRoleWithSAML","sts:TagSession"]}}]}}"#
        ));
        all.push(role("/aws-reserved/sso.amazonaws.com/", &reserved_role(account, set), trust, text));
    }
    all.into_iter().map(|role| (role.name.clone(), role)).collect()
}

fn policy(text: &str) -> Policy {
    match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => panic!("a sample policy is none: {error}: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_new_each_time() {
        let (_, first) = organisation();
        let (_, second) = organisation();
        assert_ne!(first.administrator, second.administrator);
        assert!(!format!("{first:?}").contains(&first.administrator.secret_access_key));
    }

    #[test]
    fn names_of_reserved_roles_have_aws_form() {
        let name = reserved_role(HOME, "ReadOnlyAccess");
        assert!(name.starts_with("AWSReservedSSO_ReadOnlyAccess_"), "{name}");
        assert_eq!(name.len(), "AWSReservedSSO_ReadOnlyAccess_".len() + 16);
    }
}
