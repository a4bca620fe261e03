//! What program made a call, told from `userAgent`.

use super::words::service_title;
use crate::record::Record;

/// The program behind a call as people would name it ("the AWS CLI 2.15.0", "Terraform 1.5.7", "Firefox"), or
/// nothing if the record does not say or says no more than that AWS itself called.
pub fn tool(record: &Record<'_>) -> Option<String> {
    let is_sign_in = record.event_type.as_deref() == Some("AwsConsoleSignIn");
    let agent = record.user_agent.as_deref().unwrap_or_default().trim_matches(['[', ']', '"', ' ']);
    let from_console = record.session_credential_from_console == Some(true)
        || record.event_type.as_deref() == Some("AwsConsoleAction")
        || (has(agent, "console") && !has(agent, "http"))
        || (agent == "signin.amazonaws.com" && !is_sign_in);
    if from_console {
        return Some("the AWS console".to_owned());
    }
    if agent.is_empty() || agent.starts_with("AWS Internal") {
        return None;
    }
    if let Some(name) = agent.strip_suffix(".amazonaws.com") {
        return (!name.contains([' ', '/'])).then(|| service_title(name));
    }
    named(agent).or_else(|| sdk(agent)).or_else(|| browser(agent)).or_else(|| {
        let first = agent.split([' ', '/']).next().filter(|word| word.contains(char::is_alphanumeric));
        Some(first.unwrap_or(agent).chars().take(60).collect())
    })
}

/// Programs that say their name, the most telling first: Terraform's agent names an SDK too.
fn named(agent: &str) -> Option<String> {
    const NAMES: [(&str, &str); 11] = [
        ("Terraform", "Terraform"),
        ("OpenTofu", "OpenTofu"),
        ("Pulumi", "Pulumi"),
        ("aws-cdk", "the AWS CDK"),
        ("aws-cli", "the AWS CLI"),
        ("aws-tools-powershell", "AWS Tools for PowerShell"),
        ("AWSPowerShell", "AWS Tools for PowerShell"),
        ("amazon-ssm-agent", "the SSM agent"),
        ("eksctl", "eksctl"),
        ("kubectl", "kubectl"),
        ("Ansible", "Ansible"),
    ];
    let (key, title) = NAMES.into_iter().find(|(key, _)| has(agent, key))?;
    Some(match version(agent, key) {
        Some(version) => format!("{title} {version}"),
        None => title.to_owned(),
    })
}

fn sdk(agent: &str) -> Option<String> {
    const SDKS: [(&str, &str); 13] = [
        ("Boto", "Python (Boto3)"),
        ("aws-sdk-go", "the AWS SDK for Go"),
        ("aws-sdk-java", "the AWS SDK for Java"),
        ("aws-sdk-js", "the AWS SDK for JavaScript"),
        ("aws-sdk-nodejs", "the AWS SDK for JavaScript"),
        ("aws-sdk-rust", "the AWS SDK for Rust"),
        ("aws-sdk-ruby", "the AWS SDK for Ruby"),
        ("aws-sdk-php", "the AWS SDK for PHP"),
        ("aws-sdk-dotnet", "the AWS SDK for .NET"),
        ("aws-sdk-net", "the AWS SDK for .NET"),
        ("aws-sdk-cpp", "the AWS SDK for C++"),
        ("aws-sdk-kotlin", "the AWS SDK for Kotlin"),
        ("aws-sdk-swift", "the AWS SDK for Swift"),
    ];
    SDKS.into_iter().find(|(key, _)| has(agent, key)).map(|(_, title)| title.to_owned())
}

/// Browsers name each other; the one that is meant comes last in the others' lists.
fn browser(agent: &str) -> Option<String> {
    if !agent.starts_with("Mozilla/") {
        return None;
    }
    let name = ["Firefox", "Edg", "OPR", "Chrome", "Safari"].into_iter().find(|name| agent.contains(name));
    let title = match name {
        Some("Edg") => "Edge",
        Some("OPR") => "Opera",
        Some(name) => name,
        None => "a web browser",
    };
    Some(title.to_owned())
}

fn has(agent: &str, key: &str) -> bool {
    position(agent, key).is_some()
}

fn position(agent: &str, key: &str) -> Option<usize> {
    agent.as_bytes().windows(key.len()).position(|window| window.eq_ignore_ascii_case(key.as_bytes()))
}

/// The version behind `key/`, if it reads like one.
fn version<'a>(agent: &'a str, key: &str) -> Option<&'a str> {
    let rest = agent.get(position(agent, key)? + key.len()..)?.strip_prefix('/')?;
    let end =
        rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches('.')).filter(|version| !version.is_empty() && version.len() <= 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    #[test]
    fn programs_go_by_the_name_people_use() {
        for (agent, name) in [
            ("aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64 botocore/2.4", Some("the AWS CLI 2.15.0")),
            (
                "APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) aws-sdk-go/1.44",
                Some("Terraform 1.5.7"),
            ),
            ("[Boto3/1.26 Python/3.10 Linux/5.15 Botocore/1.29]", Some("Python (Boto3)")),
            ("aws-sdk-go-v2/1.24 os/linux", Some("the AWS SDK for Go")),
            ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12]", Some("the AWS console")),
            ("signin.amazonaws.com", Some("the AWS console")),
            ("cloudformation.amazonaws.com", Some("CloudFormation")),
            ("Mozilla/5.0 (X11; Linux) AppleWebKit/537 Chrome/120 Safari/537", Some("Chrome")),
            ("AWS Internal", None),
            ("", None),
            ("stratus-red-team_1 more", Some("stratus-red-team_1")),
            ("Terraform/", Some("Terraform")),
            ("</b>", Some("</b>")),
            ("ünknown-terraförm", Some("ünknown-terraförm")),
        ] {
            let json = serde_json::json!({ "userAgent": agent }).to_string();
            let mut tape = Tape::default();
            let record = Record::read(tape.parse(&json).unwrap()).unwrap();
            assert_eq!(tool(&record).as_deref(), name, "{agent}");
        }
    }
}
