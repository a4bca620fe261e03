//! The settings that CreateTrail and UpdateTrail take, and the rules for them (CloudTrail API reference, CreateTrail).

use serde::Deserialize;

use super::trails::check_management;
use crate::problem::{Problem, Result};
use crate::trails::Settings;
use crate::world::Call;

/// What a call asks for; what it leaves out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Asked {
    s3_bucket_name: Option<String>,
    s3_key_prefix: Option<String>,
    sns_topic_name: Option<String>,
    include_global_service_events: Option<bool>,
    is_multi_region_trail: Option<bool>,
    enable_log_file_validation: Option<bool>,
    cloud_watch_logs_log_group_arn: Option<String>,
    cloud_watch_logs_role_arn: Option<String>,
    kms_key_id: Option<String>,
    is_organization_trail: Option<bool>,
    recursive_logging: Option<bool>,
}

const LONGEST_PREFIX: usize = 200;
const LONGEST_TOPIC: usize = 256;

impl Asked {
    /// Settings of a trail that is not there yet.
    ///
    /// # Errors
    /// The exception for the rule that is broken.
    pub fn for_new_trail(self, call: &Call<'_>) -> Result<Settings> {
        if self.s3_bucket_name.is_none() {
            return Err(bucket_name("Bucket name cannot be blank!"));
        }
        self.over(call, Settings { global: true, recursive: true, ..Settings::default() })
    }

    /// These settings, changed.
    ///
    /// # Errors
    /// The exception for the rule that is broken.
    pub fn over(self, call: &Call<'_>, before: Settings) -> Result<Settings> {
        let organization = self.is_organization_trail.unwrap_or(before.organization);
        if organization && self.is_organization_trail.is_some() {
            check_management(call)?;
        }
        let (account, region) = (&call.caller.account, &call.region);
        let settings = Settings {
            bucket: self.s3_bucket_name.map(bucket).transpose()?.unwrap_or(before.bucket),
            prefix: or_cleared(self.s3_key_prefix, prefix, before.prefix)?,
            topic: or_cleared(self.sns_topic_name, |name| topic(&name, account, region), before.topic)?,
            global: self.include_global_service_events.unwrap_or(before.global),
            multi_region: self.is_multi_region_trail.unwrap_or(before.multi_region),
            validated: self.enable_log_file_validation.unwrap_or(before.validated),
            log_group: or_cleared(self.cloud_watch_logs_log_group_arn, log_group, before.log_group)?,
            log_role: or_cleared(self.cloud_watch_logs_role_arn, log_role, before.log_role)?,
            key: or_cleared(self.kms_key_id, |id| key(&id, account, region), before.key)?,
            organization,
            recursive: self.recursive_logging.unwrap_or(before.recursive),
        };
        if settings.multi_region && !settings.global {
            return Err(Problem::new(
                "InvalidParameterCombinationException",
                "Multi-Region trail must include global service events.",
            ));
        }
        match (&settings.log_group, &settings.log_role) {
            (Some(_), None) => Err(Problem::new(
                "InvalidCloudWatchLogsRoleArnException",
                "You must specify a role ARN as well as a log group.",
            )),
            (None, Some(_)) => Err(Problem::new(
                "InvalidCloudWatchLogsLogGroupArnException",
                "You must specify a log group as well as a role ARN.",
            )),
            _ => Ok(settings),
        }
    }
}

/// An empty text takes a setting away.
fn or_cleared(
    asked: Option<String>,
    check: impl FnOnce(String) -> Result<String>,
    before: Option<String>,
) -> Result<Option<String>> {
    match asked {
        None => Ok(before),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) => check(text).map(Some),
    }
}

fn bucket(name: String) -> Result<String> {
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
    if !(3..=63).contains(&name.len())
        || !letters
        || !name.starts_with(|c: char| c.is_ascii_alphanumeric())
        || !name.ends_with(|c: char| c.is_ascii_alphanumeric())
        || name.contains("..")
        || name.parse::<std::net::Ipv4Addr>().is_ok()
    {
        return Err(bucket_name(&format!("Bucket name {} is not valid.", shown(&name))));
    }
    Ok(name)
}

fn bucket_name(text: &str) -> Problem {
    Problem::new("InvalidS3BucketNameException", text)
}

fn prefix(prefix: String) -> Result<String> {
    if prefix.chars().count() > LONGEST_PREFIX {
        let text = format!("S3 key prefix is longer than {LONGEST_PREFIX} characters.");
        return Err(Problem::new("InvalidS3PrefixException", text));
    }
    Ok(prefix)
}

fn topic(name: &str, account: &str, region: &str) -> Result<String> {
    let short = name.rsplit(':').next().unwrap_or_default();
    let letters = short.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let arn = name.starts_with("arn:aws:sns:") && name.split(':').count() == 6;
    if short.is_empty() || !letters || name.len() > LONGEST_TOPIC || !arn && name.contains(':') {
        let text = format!("SNS Topic {} is not valid.", shown(name));
        return Err(Problem::new("InvalidSnsTopicNameException", text));
    }
    Ok(if arn { name.to_owned() } else { format!("arn:aws:sns:{region}:{account}:{name}") })
}

fn log_group(arn: String) -> Result<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts[..] {
        ["arn", "aws", "logs", _, _, "log-group", name, ..] if !name.is_empty() => Ok(arn),
        _ => Err(Problem::new(
            "InvalidCloudWatchLogsLogGroupArnException",
            format!("CloudWatch Logs log group ARN {} is not valid.", shown(&arn)),
        )),
    }
}

fn log_role(arn: String) -> Result<String> {
    if arn.starts_with("arn:aws:iam::") && arn.contains(":role/") {
        return Ok(arn);
    }
    let text = format!("CloudWatch Logs role ARN {} is not valid.", shown(&arn));
    Err(Problem::new("InvalidCloudWatchLogsRoleArnException", text))
}

fn key(id: &str, account: &str, region: &str) -> Result<String> {
    let guid =
        |text: &str| text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let alias = |text: &str| text.strip_prefix("alias/").is_some_and(|name| !name.is_empty());
    let resource = id.strip_prefix("arn:aws:kms:").and_then(|rest| rest.splitn(3, ':').nth(2));
    match resource {
        Some(resource) if alias(resource) || resource.strip_prefix("key/").is_some_and(guid) => {
            Ok(id.to_owned())
        }
        None if guid(id) => Ok(format!("arn:aws:kms:{region}:{account}:key/{id}")),
        None if alias(id) => Ok(format!("arn:aws:kms:{region}:{account}:{id}")),
        _ => {
            let text = format!("KMS key ID {} is not valid.", shown(id));
            Err(Problem::new("InvalidKmsKeyIdException", text))
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(bucket("my-logs.1".into()).is_ok());
        for bad in ["ab", "Big", "a..b", "10.0.0.1", "a/b", "-logs", "logs."] {
            assert!(bucket(bad.into()).is_err(), "{bad}");
        }
        assert_eq!(topic("news", "1", "r").unwrap(), "arn:aws:sns:r:1:news");
        assert!(topic("a b", "1", "r").is_err() && topic("x:y", "1", "r").is_err());
        let id = "5f6c1e5b-3f2a-4d0e-9c55-0a7d2b8e4f10";
        assert_eq!(key(id, "1", "r").unwrap(), format!("arn:aws:kms:r:1:key/{id}"));
        assert_eq!(key("alias/logs", "1", "r").unwrap(), "arn:aws:kms:r:1:alias/logs");
        assert!(key("key", "1", "r").is_err() && key("arn:aws:kms:r:1:key/x", "1", "r").is_err());
        assert!(log_group("arn:aws:logs:r:1:log-group:g:*".into()).is_ok() && log_group("g".into()).is_err());
        assert!(log_role("arn:aws:iam::1:role/r".into()).is_ok() && log_role("r".into()).is_err());
    }
}
