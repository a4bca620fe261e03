//! What selectors may say (CloudTrail API reference, PutEventSelectors, EventSelector, AdvancedFieldSelector).

use super::{Advanced, Basic, Field};
use crate::problem::{Problem, Result};

const MOST_BASIC: usize = 5;
const MOST_RESOURCES: usize = 250;
const MOST_VALUES: usize = 500;
const EXCLUDABLE: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
/// Types of resources of data events, and how their ARNs begin.
const BASIC_TYPES: [(&str, &str); 3] = [
    ("AWS::S3::Object", "arn:aws:s3"),
    ("AWS::Lambda::Function", "arn:aws:lambda"),
    ("AWS::DynamoDB::Table", "arn:aws:dynamodb"),
];
/// What can be asked of the events of a category (API reference, AdvancedFieldSelector: what a trail takes of management events is
/// less than what an event data store takes).
const CATEGORIES: [(&str, &[&str]); 3] = [
    ("Management", &["eventCategory", "readOnly", "eventSource"]),
    (
        "Data",
        &[
            "eventCategory",
            "readOnly",
            "eventSource",
            "eventName",
            "eventType",
            "resources.type",
            "resources.ARN",
            "sessionCredentialFromConsole",
            "userIdentity.arn",
        ],
    ),
    (
        "NetworkActivity",
        &["eventCategory", "eventSource", "eventName", "errorCode", "vpcEndpointId", "userIdentity.arn"],
    ),
];
/// Longest value of a condition, in characters.
const LONGEST_VALUE: usize = 2_048;

/// Holds basic selectors against the rules.
///
/// # Errors
/// `InvalidEventSelectorsException`, with the rule that is broken.
pub(super) fn check_basic(list: &[Basic]) -> Result<()> {
    if list.len() > MOST_BASIC {
        return Err(invalid(format!("A trail can have at most {MOST_BASIC} event selectors.")));
    }
    let mut resources = 0;
    for selector in list {
        if !["ReadOnly", "WriteOnly", "All"].contains(&selector.read_write_type.as_str()) {
            return Err(invalid(format!("The read/write type {} is not valid.", selector.read_write_type)));
        }
        for resource in &selector.data_resources {
            let kind = resource.r#type.as_str();
            let Some((_, start)) = BASIC_TYPES.iter().find(|(name, _)| *name == kind) else {
                return Err(invalid(format!("The data resource type {kind} is not valid.")));
            };
            if resource.values.iter().any(|value| !value.starts_with(start)) {
                return Err(invalid(format!(
                    "The values of a data resource {kind} are ARNs that begin with {start}."
                )));
            }
            resources += resource.values.len();
        }
        let excluded = &selector.exclude_management_event_sources;
        if let Some(source) = excluded.iter().find(|source| !EXCLUDABLE.contains(&source.as_str())) {
            return Err(invalid(format!("The management event source {source} cannot be excluded.")));
        }
        if !selector.include_management_events && selector.data_resources.is_empty() {
            return Err(invalid("An event selector must include management events or data resources."));
        }
    }
    if resources > MOST_RESOURCES {
        return Err(invalid(format!("A trail can have at most {MOST_RESOURCES} data resources.")));
    }
    Ok(())
}

/// Holds advanced selectors against the rules.
///
/// # Errors
/// As [`check_basic`].
pub(super) fn check_advanced(list: &[Advanced]) -> Result<()> {
    let mut values = 0;
    for selector in list {
        if selector.name.as_ref().is_some_and(|name| name.chars().count() > 1000) {
            return Err(invalid("The name of an advanced event selector is at most 1000 characters long."));
        }
        let category = selector.category();
        let Some((_, fields)) = CATEGORIES.iter().find(|(name, _)| *name == category) else {
            return Err(invalid(
                "An advanced event selector needs eventCategory equal to Management, Data or NetworkActivity.",
            ));
        };
        for (index, field) in selector.field_selectors.iter().enumerate() {
            let name = field.field.as_str();
            if !fields.contains(&name) {
                return Err(invalid(format!("The field {name} is not valid for {category} events.")));
            }
            if selector.field_selectors[..index].iter().any(|other| other.field == name) {
                return Err(invalid(format!("The field {name} is used more than once.")));
            }
            values += check_field(category, field)?;
        }
        if category == "Data" && selector.field("resources.type").is_none() {
            return Err(invalid("A selector of data events needs resources.type."));
        }
        if category == "NetworkActivity" && selector.field("eventSource").is_none() {
            return Err(invalid("A selector of network activity events needs eventSource."));
        }
    }
    if values > MOST_VALUES {
        return Err(invalid(format!("Advanced event selectors can have at most {MOST_VALUES} values.")));
    }
    Ok(())
}

/// Gives how many values a condition has.
fn check_field(category: &str, field: &Field) -> Result<usize> {
    let name = field.field.as_str();
    let operators = [
        &field.equals,
        &field.starts_with,
        &field.ends_with,
        &field.not_equals,
        &field.not_starts_with,
        &field.not_ends_with,
    ];
    let values = || operators.iter().flat_map(|values| values.iter());
    let count = values().count();
    if count == 0 {
        return Err(invalid(format!("The field {name} has no condition.")));
    }
    if values().any(|value| value.is_empty() || value.chars().count() > LONGEST_VALUE) {
        return Err(invalid(format!("A value of {name} has between 1 and {LONGEST_VALUE} characters.")));
    }
    let only_equals = ["eventCategory", "readOnly", "resources.type", "errorCode"].contains(&name)
        || (category, name) == ("NetworkActivity", "eventSource");
    if only_equals && count != field.equals.len() {
        return Err(invalid(format!("The field {name} can only be compared with Equals.")));
    }
    let one_of: Option<&[&str]> = match name {
        "readOnly" => Some(&["true", "false"]),
        "errorCode" => Some(&["VpceAccessDenied"]),
        _ => None,
    };
    let is_known = |values: &[&str]| field.equals.len() == 1 && values.contains(&field.equals[0].as_str());
    if one_of.is_some_and(|values| !is_known(values)) {
        return Err(invalid(format!("The value of {name} is not valid.")));
    }
    if name == "resources.type" && !(field.equals.len() == 1 && field.equals[0].starts_with("AWS::")) {
        return Err(invalid("The field resources.type must be equal to one type of resources."));
    }
    let excludes =
        count == field.not_equals.len() && values().all(|source| EXCLUDABLE.contains(&source.as_str()));
    if (category, name) == ("Management", "eventSource") && !excludes {
        let text = "Of management events, a trail can leave out those of kms.amazonaws.com and rdsdata.amazonaws.com only.";
        return Err(invalid(text));
    }
    Ok(count)
}

/// The exception for a broken rule.
pub(super) fn invalid(message: impl Into<String>) -> Problem {
    Problem::new("InvalidEventSelectorsException", message)
}

#[cfg(test)]
mod tests {
    use super::super::Selectors;
    use crate::problem::Result;

    fn advanced(json: &str) -> Result<Selectors> {
        Selectors::new(None, Some(serde_json::from_str(json).unwrap()))
    }

    fn basic(json: &str) -> Result<Selectors> {
        Selectors::new(Some(serde_json::from_str(json).unwrap()), None)
    }

    #[test]
    fn rules() {
        assert!(
            basic(r#"[{"ReadWriteType":"WriteOnly","ExcludeManagementEventSources":["kms.amazonaws.com"]}]"#)
                .is_ok()
        );
        for bad in [
            r#"[{"ReadWriteType":"Some"}]"#,
            r#"[{"IncludeManagementEvents":false}]"#,
            r#"[{"ExcludeManagementEventSources":["ec2.amazonaws.com"]}]"#,
            r#"[{"DataResources":[{"Type":"AWS::S3::Bucket","Values":["arn:aws:s3"]}]}]"#,
            r#"[{"DataResources":[{"Type":"AWS::S3::Object","Values":["bucket"]}]}]"#,
            r#"[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:lambda"]}]}]"#,
            "[{},{},{},{},{},{}]",
            "[]",
        ] {
            assert!(basic(bad).is_err(), "{bad}");
        }
        let field = |more: &str| {
            format!(r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}}{more}]}}]"#)
        };
        assert!(advanced(&field(r#",{"Field":"resources.type","Equals":["AWS::S3::Object"]}"#)).is_ok());
        for bad in [
            String::from("[{\"FieldSelectors\":[]}]"),
            field(""),
            field(r#",{"Field":"resources.type","StartsWith":["AWS"]}"#),
            field(
                r#",{"Field":"resources.type","Equals":["AWS::X::Y"]},{"Field":"vpcEndpointId","Equals":["x"]}"#,
            ),
            field(r#",{"Field":"resources.type","Equals":["AWS::X::Y"]},{"Field":"eventName"}"#),
            field(
                r#",{"Field":"resources.type","Equals":["AWS::X::Y"]},{"Field":"eventName","Equals":[""]}"#,
            ),
            field(r#",{"Field":"resources.type","Equals":["AWS::X::Y","AWS::X::Z"]}"#),
            field(
                r#",{"Field":"resources.type","Equals":["AWS::X::Y"]},{"Field":"readOnly","Equals":["yes"]}"#,
            ),
            field(
                r#",{"Field":"resources.type","Equals":["AWS::X::Y"]},{"Field":"eventCategory","Equals":["Data"]}"#,
            ),
            String::from(
                r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management","Data"]}]}]"#,
            ),
        ] {
            assert!(advanced(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_trail_can_ask_of_each_category() {
        let selector = |category: &str, more: &str| {
            let text = format!(
                r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["{category}"]}},{more}]}}]"#
            );
            advanced(&text)
        };
        let kms = r#"{"Field":"eventSource","NotEquals":["kms.amazonaws.com","rdsdata.amazonaws.com"]}"#;
        assert!(selector("Management", kms).is_ok());
        for bad in [
            r#"{"Field":"eventSource","NotEquals":["ec2.amazonaws.com"]}"#,
            r#"{"Field":"eventSource","Equals":["kms.amazonaws.com"]}"#,
            r#"{"Field":"eventName","Equals":["RunInstances"]}"#,
            r#"{"Field":"userIdentity.arn","EndsWith":["/ana"]}"#,
        ] {
            assert!(selector("Management", bad).is_err(), "{bad}");
        }
        let source = r#"{"Field":"eventSource","Equals":["ec2.amazonaws.com"]}"#;
        let denied = r#"{"Field":"errorCode","Equals":["VpceAccessDenied"]}"#;
        assert!(selector("NetworkActivity", &format!("{source},{denied}")).is_ok());
        for bad in [
            denied.to_owned(),
            r#"{"Field":"eventSource","StartsWith":["ec2"]}"#.to_owned(),
            format!("{source},{}", denied.replace("Vpce", "")),
        ] {
            assert!(selector("NetworkActivity", &bad).is_err(), "{bad}");
        }
    }
}
