//! What a trail records: basic or advanced event selectors. The rules are those of the CloudTrail API reference.

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use crate::events::entry::Entry;
use crate::problem::{Problem, Result};

/// Either kind, never both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Selectors {
    /// At most five.
    Basic(Vec<Basic>),
    /// With at most 500 values together.
    Advanced(Vec<Advanced>),
}

/// A basic event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Basic {
    /// `ReadOnly`, `WriteOnly` or `All`.
    #[serde(default = "all")]
    pub read_write_type: String,
    /// Whether management events are recorded.
    #[serde(default = "yes")]
    pub include_management_events: bool,
    /// Data events.
    #[serde(default)]
    pub data_resources: Vec<DataResource>,
    /// Services whose management events are left out.
    #[serde(default)]
    pub exclude_management_event_sources: Vec<String>,
}

/// Data events of one kind of resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataResource {
    /// `AWS::S3::Object`, …
    #[serde(default)]
    pub r#type: String,
    /// ARNs or beginnings of them.
    #[serde(default)]
    pub values: Vec<String>,
}

/// An advanced event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Advanced {
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All must hold.
    pub field_selectors: Vec<Field>,
}

/// A condition on one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Field {
    /// `eventCategory`, `readOnly`, …
    pub field: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts_with: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends_with: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_equals: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_starts_with: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ends_with: Vec<String>,
}

fn all() -> String {
    "All".to_owned()
}

fn yes() -> bool {
    true
}

/// All management events: what a new trail records.
impl Default for Selectors {
    fn default() -> Selectors {
        Selectors::Basic(vec![Basic {
            read_write_type: all(),
            include_management_events: true,
            data_resources: Vec::new(),
            exclude_management_event_sources: Vec::new(),
        }])
    }
}

const MOST_BASIC: usize = 5;
const MOST_RESOURCES: usize = 250;
const MOST_VALUES: usize = 500;
const EXCLUDABLE: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
const BASIC_TYPES: [&str; 3] = ["AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"];
const CATEGORIES: [(&str, &[&str]); 3] = [
    (
        "Management",
        &[
            "eventCategory",
            "readOnly",
            "eventSource",
            "eventName",
            "eventType",
            "sessionCredentialFromConsole",
            "userIdentity.arn",
        ],
    ),
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

impl Selectors {
    /// Takes one kind or the other.
    ///
    /// # Errors
    /// `InvalidEventSelectorsException`, with the rule that is broken.
    pub fn new(basic: Option<Vec<Basic>>, advanced: Option<Vec<Advanced>>) -> Result<Selectors> {
        match (basic.filter(|list| !list.is_empty()), advanced.filter(|list| !list.is_empty())) {
            (Some(_), Some(_)) => {
                Err(invalid("Specify either event selectors or advanced event selectors, not both."))
            }
            (None, None) => Err(invalid("Specify at least one event selector or advanced event selector.")),
            (Some(basic), None) => check_basic(&basic).map(|()| Selectors::Basic(basic)),
            (None, Some(advanced)) => check_advanced(&advanced).map(|()| Selectors::Advanced(advanced)),
        }
    }

    /// Whether they differ from those of a new trail.
    pub fn are_custom(&self) -> bool {
        *self != Selectors::default()
    }

    /// Whether they take a management event.
    pub fn take(&self, entry: &Entry) -> bool {
        match self {
            Selectors::Basic(list) => list.iter().any(|selector| {
                let kind = match selector.read_write_type.as_str() {
                    "ReadOnly" => entry.read_only,
                    "WriteOnly" => !entry.read_only,
                    _ => true,
                };
                let excluded =
                    selector.exclude_management_event_sources.iter().any(|source| **source == *entry.source);
                selector.include_management_events && kind && !excluded
            }),
            Selectors::Advanced(list) => {
                // Only a field that the entry does not have makes it worth reading the record again.
                let record: OnceCell<serde_json::Value> = OnceCell::new();
                let record =
                    || record.get_or_init(|| serde_json::from_str(&entry.record).unwrap_or_default());
                list.iter().any(|selector| {
                    selector.field_selectors.iter().all(|field| {
                        let value = match field.field.as_str() {
                            "eventCategory" => Some("Management"),
                            "readOnly" => Some(if entry.read_only { "true" } else { "false" }),
                            "eventSource" => Some(&*entry.source),
                            "eventName" => Some(&*entry.name),
                            "userIdentity.arn" => record()["userIdentity"]["arn"].as_str(),
                            other => record()[other].as_str(),
                        };
                        field.holds(value.unwrap_or_default())
                    })
                })
            }
        }
    }

    /// Whether management events that change something are recorded: what Insights of call rates look at.
    pub fn has_management_writes(&self) -> bool {
        match self {
            Selectors::Basic(list) => list
                .iter()
                .any(|selector| selector.include_management_events && selector.read_write_type != "ReadOnly"),
            Selectors::Advanced(list) => list.iter().any(|selector| {
                let field = |name: &str| selector.field_selectors.iter().find(|field| field.field == name);
                field("eventCategory").is_some_and(|field| field.equals == ["Management"])
                    && field("readOnly").is_none_or(|field| field.equals == ["false"])
            }),
        }
    }
}

impl Field {
    /// Whether a value passes: one of the positive conditions, if there are any, and none of the negative ones.
    fn holds(&self, value: &str) -> bool {
        let starts = |list: &[String]| list.iter().any(|start| value.starts_with(start.as_str()));
        let ends = |list: &[String]| list.iter().any(|end| value.ends_with(end.as_str()));
        let equals = |list: &[String]| list.iter().any(|other| other == value);
        let positive = [&self.equals, &self.starts_with, &self.ends_with].iter().all(|list| list.is_empty());
        (positive || equals(&self.equals) || starts(&self.starts_with) || ends(&self.ends_with))
            && !equals(&self.not_equals)
            && !starts(&self.not_starts_with)
            && !ends(&self.not_ends_with)
    }
}

fn check_basic(list: &[Basic]) -> Result<()> {
    if list.len() > MOST_BASIC {
        return Err(invalid(format!("A trail can have at most {MOST_BASIC} event selectors.")));
    }
    let mut resources = 0;
    for selector in list {
        if !["ReadOnly", "WriteOnly", "All"].contains(&selector.read_write_type.as_str()) {
            return Err(invalid(format!("The read/write type {} is not valid.", selector.read_write_type)));
        }
        for resource in &selector.data_resources {
            if !BASIC_TYPES.contains(&resource.r#type.as_str()) {
                return Err(invalid(format!("The data resource type {} is not valid.", resource.r#type)));
            }
            if resource.values.iter().any(|value| !value.starts_with("arn:aws")) {
                return Err(invalid("The values of a data resource must be ARNs."));
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

fn check_advanced(list: &[Advanced]) -> Result<()> {
    let mut values = 0;
    for selector in list {
        if selector.name.as_ref().is_some_and(|name| name.len() > 1000) {
            return Err(invalid("The name of an advanced event selector is at most 1000 characters long."));
        }
        let category = selector.field_selectors.iter().find(|field| field.field == "eventCategory");
        let category =
            category.and_then(|field| field.equals.first()).map(String::as_str).unwrap_or_default();
        let Some((_, fields)) = CATEGORIES.iter().find(|(name, _)| *name == category) else {
            return Err(invalid(
                "An advanced event selector needs eventCategory equal to Management, Data or NetworkActivity.",
            ));
        };
        for (index, field) in selector.field_selectors.iter().enumerate() {
            if !fields.contains(&field.field.as_str()) {
                return Err(invalid(format!(
                    "The field {} is not valid for {category} events.",
                    field.field
                )));
            }
            if selector.field_selectors[..index].iter().any(|other| other.field == field.field) {
                return Err(invalid(format!("The field {} is used more than once.", field.field)));
            }
            let operators = [
                &field.equals,
                &field.starts_with,
                &field.ends_with,
                &field.not_equals,
                &field.not_starts_with,
                &field.not_ends_with,
            ];
            let count: usize = operators.iter().map(|values| values.len()).sum();
            if count == 0 {
                return Err(invalid(format!("The field {} has no condition.", field.field)));
            }
            if ["eventCategory", "readOnly", "resources.type"].contains(&field.field.as_str())
                && count != field.equals.len()
            {
                return Err(invalid(format!("The field {} can only be compared with Equals.", field.field)));
            }
            values += count;
        }
        let needs = |name: &str| selector.field_selectors.iter().all(|field| field.field != name);
        if category == "Data" && needs("resources.type") {
            return Err(invalid("A selector of data events needs resources.type."));
        }
        if category == "NetworkActivity" && needs("eventSource") {
            return Err(invalid("A selector of network activity events needs eventSource."));
        }
    }
    if values > MOST_VALUES {
        return Err(invalid(format!("Advanced event selectors can have at most {MOST_VALUES} values.")));
    }
    Ok(())
}

fn invalid(message: impl Into<String>) -> Problem {
    Problem::new("InvalidEventSelectorsException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            field(r#",{"Field":"resources.type","Equals":["X"]},{"Field":"vpcEndpointId","Equals":["x"]}"#),
            field(r#",{"Field":"resources.type","Equals":["X"]},{"Field":"eventName"}"#),
        ] {
            assert!(advanced(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn which_events_are_taken() {
        let entry = |name: &str, source: &str, read_only: bool| {
            let record = format!(
                r#"{{"eventTime":"2026-11-22T10:00:00Z","eventID":"e","awsRegion":"r","recipientAccountId":"1","eventCategory":"Management",
                "eventName":"{name}","eventSource":"{source}","readOnly":{read_only},"userIdentity":{{"arn":"arn:aws:iam::1:user/ana"}}}}"#
            );
            Entry::read(&record).unwrap().unwrap().1
        };
        let (read, write) =
            (entry("Decrypt", "kms.amazonaws.com", true), entry("RunInstances", "ec2.amazonaws.com", false));
        let taken = |selectors: Result<Selectors>| {
            let selectors = selectors.unwrap();
            [&read, &write].map(|entry| selectors.take(entry))
        };
        assert_eq!(taken(Ok(Selectors::default())), [true, true]);
        assert_eq!(taken(basic(r#"[{"ReadWriteType":"WriteOnly"}]"#)), [false, true]);
        assert_eq!(
            taken(basic(r#"[{"ExcludeManagementEventSources":["kms.amazonaws.com"]}]"#)),
            [false, true]
        );
        let field = |more: &str| {
            advanced(&format!(
                r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Management"]}},{more}]}}]"#
            ))
        };
        assert_eq!(taken(field(r#"{"Field":"eventName","StartsWith":["Run"]}"#)), [false, true]);
        assert_eq!(
            taken(field(r#"{"Field":"eventSource","NotEquals":["ec2.amazonaws.com"]}"#)),
            [true, false]
        );
        assert_eq!(taken(field(r#"{"Field":"userIdentity.arn","EndsWith":["/ana"]}"#)), [true, true]);
        assert_eq!(taken(field(r#"{"Field":"userIdentity.arn","NotEndsWith":["/ana"]}"#)), [false, false]);
    }

    #[test]
    fn custom_or_not() {
        assert!(!Selectors::default().are_custom());
        let reads = basic(r#"[{"ReadWriteType":"ReadOnly"}]"#).unwrap();
        assert!(reads.are_custom() && !reads.has_management_writes());
        let writes = r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]"#;
        assert!(advanced(writes).unwrap().has_management_writes());
    }
}
