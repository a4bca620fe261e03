//! Names and English: what services are called, how an API name falls into words, and a verb's past.

/// What people call a service: `EC2` for `ec2.amazonaws.com`. A service not listed keeps its name.
pub fn service_title(source: &str) -> String {
    let name = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    let title = match name {
        "access-analyzer" => "IAM Access Analyzer",
        "acm" => "Certificate Manager",
        "apigateway" => "API Gateway",
        "application-autoscaling" => "Application Auto Scaling",
        "athena" => "Athena",
        "autoscaling" => "Auto Scaling",
        "backup" => "AWS Backup",
        "batch" => "AWS Batch",
        "bedrock" => "Bedrock",
        "ce" => "Cost Explorer",
        "cloudformation" => "CloudFormation",
        "cloudfront" => "CloudFront",
        "cloudtrail" => "CloudTrail",
        "codebuild" => "CodeBuild",
        "codepipeline" => "CodePipeline",
        "cognito-idp" => "Cognito",
        "config" => "AWS Config",
        "directconnect" => "Direct Connect",
        "discovery" => "Application Discovery",
        "dynamodb" => "DynamoDB",
        "ec2" => "EC2",
        "ec2-instance-connect" => "EC2 Instance Connect",
        "ecr" => "ECR",
        "ecs" => "ECS",
        "eks" => "EKS",
        "elasticache" => "ElastiCache",
        "elasticfilesystem" => "EFS",
        "elasticloadbalancing" => "Elastic Load Balancing",
        "es" => "OpenSearch",
        "events" => "EventBridge",
        "firehose" => "Firehose",
        "glue" => "Glue",
        "guardduty" => "GuardDuty",
        "health" => "AWS Health",
        "iam" => "IAM",
        "inspector2" => "Inspector",
        "kinesis" => "Kinesis",
        "kms" => "KMS",
        "lambda" => "Lambda",
        "logs" => "CloudWatch Logs",
        "monitoring" => "CloudWatch",
        "organizations" => "Organizations",
        "rds" => "RDS",
        "redshift" => "Redshift",
        "rolesanywhere" => "IAM Roles Anywhere",
        "route53" => "Route 53",
        "s3" => "S3",
        "sagemaker" => "SageMaker",
        "secretsmanager" => "Secrets Manager",
        "securityhub" => "Security Hub",
        "ses" => "SES",
        "signin" => "AWS sign-in",
        "sns" => "SNS",
        "sqs" => "SQS",
        "ssm" => "Systems Manager",
        "sso" => "IAM Identity Center",
        "states" => "Step Functions",
        "sts" => "STS",
        "support" => "AWS Support",
        "tagging" => "Resource Groups Tagging",
        "wafv2" => "WAF",
        "xray" => "X-Ray",
        other => other,
    };
    title.to_owned()
}

/// Services without Regions: saying one would mislead.
pub(super) fn is_global(service: &str) -> bool {
    matches!(
        service,
        "iam" | "sts" | "signin" | "organizations" | "route53" | "cloudfront" | "support" | "sso" | "health"
    )
}

/// The action without the API version that some services append: `CreateFunction20150331v2` is `CreateFunction`.
pub fn api_name(event: &str) -> &str {
    let end = event.len();
    let without_v = match event.rfind('v') {
        Some(at) if at + 1 < end && event[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) => &event[..at],
        _ => event,
    };
    let name = without_v.trim_end_matches(|character: char| character.is_ascii_digit());
    if without_v.len() - name.len() == 8 && without_v[name.len()..].starts_with("20") && !name.is_empty() {
        name.trim_end_matches('_')
    } else {
        event
    }
}

/// `DeleteDBClusterSnapshot` as `["Delete", "DB", "Cluster", "Snapshot"]`.
pub(super) fn split_camel(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let is_upper = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_uppercase);
    let is_lower = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let mut words = Vec::new();
    let mut start = 0;
    for at in 1..bytes.len() {
        // A word starts at a capital after a small letter, and at the last capital of a run before a small one.
        if is_upper(at) && (!is_upper(at - 1) || is_lower(at + 1)) && name.is_char_boundary(at) {
            words.push(&name[start..at]);
            start = at;
        }
    }
    words.push(&name[start..]);
    words
}

/// A word inside a sentence: `Snapshot` small, `DB` and `VPN` as they are.
pub(super) fn inner_word(word: &str) -> String {
    let is_short_name =
        word.len() > 1 && word.bytes().skip(1).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    match word {
        "Vpc" | "Nat" | "Dns" | "Acl" | "Iam" | "Mfa" | "Ssh" | "Saml" | "Oidc" | "Ip" | "Cors" | "Url" => {
            word.to_uppercase()
        }
        _ if is_short_name => word.to_owned(),
        _ => word.to_lowercase(),
    }
}

/// The infinitive and the past of the verb that an action's name starts with, if it is one that people would say.
pub(super) fn verb(word: &str) -> Option<(&'static str, &'static str)> {
    const IRREGULAR: [(&str, &str, &str); 16] = [
        ("Put", "set", "set"),
        ("Set", "set", "set"),
        ("Get", "get", "got"),
        ("Batch", "batch", "batched"),
        ("Run", "run", "ran"),
        ("Send", "send", "sent"),
        ("Begin", "begin", "began"),
        ("Reset", "reset", "reset"),
        ("Admin", "administer", "administered"),
        ("Head", "look at", "looked at"),
        ("Lookup", "look up", "looked up"),
        ("Shutdown", "shut down", "shut down"),
        ("Stop", "stop", "stopped"),
        ("Cancel", "cancel", "cancelled"),
        ("Query", "query", "queried"),
        ("Modify", "change", "changed"),
    ];
    if let Some((_, infinitive, past)) = IRREGULAR.into_iter().find(|(name, ..)| *name == word) {
        return Some((infinitive, past));
    }
    REGULAR.iter().find(|(infinitive, _)| infinitive.eq_ignore_ascii_case(word)).copied()
}

const REGULAR: [(&str, &str); 62] = [
    ("accept", "accepted"),
    ("activate", "activated"),
    ("add", "added"),
    ("allocate", "allocated"),
    ("apply", "applied"),
    ("assign", "assigned"),
    ("associate", "associated"),
    ("attach", "attached"),
    ("authorize", "authorized"),
    ("change", "changed"),
    ("copy", "copied"),
    ("create", "created"),
    ("deactivate", "deactivated"),
    ("decrypt", "decrypted"),
    ("delete", "deleted"),
    ("deregister", "deregistered"),
    ("describe", "described"),
    ("detach", "detached"),
    ("disable", "disabled"),
    ("disassociate", "disassociated"),
    ("download", "downloaded"),
    ("enable", "enabled"),
    ("encrypt", "encrypted"),
    ("execute", "executed"),
    ("export", "exported"),
    ("generate", "generated"),
    ("grant", "granted"),
    ("import", "imported"),
    ("invite", "invited"),
    ("invoke", "invoked"),
    ("leave", "left"),
    ("list", "listed"),
    ("move", "moved"),
    ("open", "opened"),
    ("pause", "paused"),
    ("provision", "provisioned"),
    ("publish", "published"),
    ("purchase", "purchased"),
    ("reboot", "rebooted"),
    ("register", "registered"),
    ("reject", "rejected"),
    ("release", "released"),
    ("remove", "removed"),
    ("renew", "renewed"),
    ("replace", "replaced"),
    ("request", "requested"),
    ("restore", "restored"),
    ("resume", "resumed"),
    ("retire", "retired"),
    ("revoke", "revoked"),
    ("rotate", "rotated"),
    ("scan", "scanned"),
    ("schedule", "scheduled"),
    ("search", "searched"),
    ("share", "shared"),
    ("start", "started"),
    ("suspend", "suspended"),
    ("tag", "tagged"),
    ("terminate", "terminated"),
    ("untag", "untagged"),
    ("update", "updated"),
    ("upload", "uploaded"),
];

/// `a` or `an`, by how the word is said.
pub(super) fn article(noun: &str) -> &'static str {
    let first = noun.split([' ', '-']).next().unwrap_or_default();
    let is_spelled = first.len() > 1
        && first.bytes().skip(1).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let starts = |letters: &str| noun.chars().next().is_some_and(|first| letters.contains(first));
    let vowel =
        if is_spelled { starts("AEFHILMNORSX") } else { starts("aeiouAEIO") && !noun.starts_with("user") };
    if vowel { "an" } else { "a" }
}

/// The plural of the last word of a noun phrase.
pub(super) fn plural(noun: &str) -> String {
    if noun.is_empty() {
        String::new()
    } else if let Some(stem) = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        format!("{stem}ies")
    } else if noun.ends_with("ss") || noun.ends_with('x') {
        format!("{noun}es")
    } else if noun.ends_with('s') {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_versions_are_no_part_of_a_name() {
        for (event, name) in [
            ("CreateFunction20150331", "CreateFunction"),
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("CreateDistribution2020_05_31", "CreateDistribution2020_05_31"),
            ("ListRecoveryPointsV2", "ListRecoveryPointsV2"),
            ("20150331", "20150331"),
            ("v2", "v2"),
            ("", ""),
        ] {
            assert_eq!(api_name(event), name, "{event}");
        }
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(split_camel("DeleteDBClusterSnapshot"), ["Delete", "DB", "Cluster", "Snapshot"]);
        assert_eq!(split_camel("PutBucketACL"), ["Put", "Bucket", "ACL"]);
        assert_eq!(split_camel("x"), ["x"]);
        assert_eq!(split_camel("ÄÖ"), ["ÄÖ"]);
        assert_eq!(
            [inner_word("DB"), inner_word("Vpc"), inner_word("Route"), inner_word("A")],
            ["DB", "VPC", "route", "a"]
        );
    }

    #[test]
    fn articles_and_plurals_are_english() {
        for (noun, with) in [
            ("EC2 instance", "an"),
            ("S3 bucket", "an"),
            ("user", "a"),
            ("KMS key", "a"),
            ("IAM user", "an"),
            ("Lambda function", "a"),
            ("access key", "an"),
        ] {
            assert_eq!(article(noun), with, "{noun}");
        }
        assert_eq!(
            [plural("policy"), plural("address"), plural("key"), plural("role"), plural("tags")],
            ["policies", "addresses", "keys", "roles", "tags"]
        );
    }
}
