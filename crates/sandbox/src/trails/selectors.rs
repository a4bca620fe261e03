//! What a trail records: basic or advanced event selectors. The rules are those of the CloudTrail API reference.

mod rules;

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};

use rules::{check_advanced, check_basic, invalid};

use crate::events::entry::Entry;
use crate::problem::Result;

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

    /// Whether management events are recorded, those that only read or those that change something: what Insights look at.
    pub fn has_management(&self, read_only: bool) -> bool {
        match self {
            Selectors::Basic(list) => {
                let other = if read_only { "WriteOnly" } else { "ReadOnly" };
                list.iter()
                    .any(|selector| selector.include_management_events && selector.read_write_type != other)
            }
            Selectors::Advanced(list) => {
                let wanted = if read_only { "true" } else { "false" };
                list.iter().any(|selector| {
                    selector.category() == "Management"
                        && selector.field("readOnly").is_none_or(|field| field.equals == [wanted])
                })
            }
        }
    }

    /// Whether data events are recorded: at AWS, as here none happen.
    pub fn has_data(&self) -> bool {
        match self {
            Selectors::Basic(list) => list.iter().any(|selector| !selector.data_resources.is_empty()),
            Selectors::Advanced(list) => list.iter().any(|selector| selector.category() == "Data"),
        }
    }
}

impl Advanced {
    fn field(&self, name: &str) -> Option<&Field> {
        self.field_selectors.iter().find(|field| field.field == name)
    }

    /// The one category it is about; empty if it is not about one.
    fn category(&self) -> &str {
        match self.field("eventCategory").map(|field| field.equals.as_slice()) {
            Some([category]) => category,
            _ => "",
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
        assert_eq!(taken(field(r#"{"Field":"readOnly","Equals":["true"]}"#)), [true, false]);
        assert_eq!(
            taken(field(r#"{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}"#)),
            [false, true]
        );
        let data = r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
            {"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]"#;
        assert_eq!(taken(advanced(data)), [false, false], "of another category");
    }

    #[test]
    fn custom_or_not() {
        assert!(!Selectors::default().are_custom());
        let reads = basic(r#"[{"ReadWriteType":"ReadOnly"}]"#).unwrap();
        assert!(reads.are_custom() && !reads.has_management(false) && reads.has_management(true));
        let writes = r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]"#;
        let writes = advanced(writes).unwrap();
        assert!(writes.has_management(false) && !writes.has_management(true) && !writes.has_data());
    }
}
