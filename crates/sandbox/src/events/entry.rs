//! One event, with what LookupEvents says and can be asked about it.

use std::fmt;

use cloudtrail::time::Time;
use serde::Deserialize;
use serde_json::Value;

/// A record, and the fields that are looked up.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// `eventTime`.
    pub time: Time,
    /// Unique here, and rising in the order of arrival.
    pub number: u64,
    /// The record as it came.
    pub record: Box<str>,
    /// `eventID`.
    pub id: Box<str>,
    /// `eventName`; of an Insights event, the API's.
    pub name: Box<str>,
    /// `eventSource`; of an Insights event, the API's.
    pub source: Box<str>,
    /// What AWS calls the user name: the session name of a role.
    pub user: Option<Box<str>>,
    /// Access key id.
    pub key: Option<Box<str>>,
    /// Whether nothing was changed.
    pub read_only: bool,
    /// An Insights event rather than a management event.
    pub insight: bool,
    /// Type (if AWS knows one) and name of what was touched.
    pub resources: Vec<(Option<Box<str>>, Box<str>)>,
}

/// Where a record belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// `recipientAccountId`.
    pub account: Box<str>,
    /// `awsRegion`.
    pub region: Box<str>,
}

impl Place {
    /// An account and Region.
    pub fn new(account: &str, region: &str) -> Place {
        Place { account: account.into(), region: region.into() }
    }
}

/// A text that cannot be kept as an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord(String);

impl fmt::Display for BadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no CloudTrail record: {}", self.0)
    }
}

impl std::error::Error for BadRecord {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    event_time: String,
    #[serde(rename = "eventID")]
    event_id: String,
    aws_region: String,
    recipient_account_id: String,
    #[serde(default)]
    event_name: String,
    #[serde(default)]
    event_source: String,
    #[serde(default)]
    event_category: String,
    #[serde(default)]
    read_only: Option<bool>,
    #[serde(default)]
    user_identity: Value,
    #[serde(default)]
    request_parameters: Value,
    #[serde(default)]
    response_elements: Value,
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    insight_details: Value,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "ARN")]
    arn: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Entry {
    /// Reads a record. `None` for a category that event history does not show.
    ///
    /// # Errors
    /// When it is no record, or lacks time, id, Region or account.
    pub fn read(record: &str) -> Result<Option<(Place, Entry)>, BadRecord> {
        let fields: Fields = serde_json::from_str(record).map_err(|error| BadRecord(error.to_string()))?;
        let time = Time::parse(&fields.event_time)
            .ok_or_else(|| BadRecord(format!("its time is `{}`", fields.event_time)))?;
        let insight = fields.event_category == "Insight";
        if !insight && !matches!(fields.event_category.as_str(), "Management" | "") {
            return Ok(None);
        }
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(Box::<str>::from);
        let (name, source) = if insight {
            let details = &fields.insight_details;
            (
                text(&details["eventName"]).unwrap_or_default(),
                text(&details["eventSource"]).unwrap_or_default(),
            )
        } else {
            (fields.event_name.as_str().into(), fields.event_source.as_str().into())
        };
        let place = Place::new(&fields.recipient_account_id, &fields.aws_region);
        let entry = Entry {
            time,
            number: 0,
            record: record.into(),
            id: fields.event_id.as_str().into(),
            name,
            source,
            user: user_name(&fields.user_identity).map(Into::into),
            key: text(&fields.user_identity["accessKeyId"]),
            read_only: fields.read_only.unwrap_or(false),
            insight,
            resources: resources(&fields),
        };
        Ok(Some((place, entry)))
    }
}

/// The name under which AWS lists a caller.
fn user_name(identity: &Value) -> Option<String> {
    let text = |key: &str| identity[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match identity["type"].as_str()? {
        "Root" => Some("root".to_owned()),
        "AssumedRole" => text("principalId")?.split_once(':').map(|(_, session)| session.to_owned()),
        "FederatedUser" => text("arn")?.rsplit_once('/').map(|(_, name)| name.to_owned()),
        _ => text("userName"),
    }
}

/// Parameters that name a resource, and the resource's type.
const NAMED: [(&str, &str); 20] = [
    ("bucketName", "AWS::S3::Bucket"),
    ("roleName", "AWS::IAM::Role"),
    ("userName", "AWS::IAM::User"),
    ("groupName", "AWS::EC2::SecurityGroup"),
    ("policyArn", "AWS::IAM::Policy"),
    ("policyName", "AWS::IAM::Policy"),
    ("accessKeyId", "AWS::IAM::AccessKey"),
    ("instanceId", "AWS::EC2::Instance"),
    ("groupId", "AWS::EC2::SecurityGroup"),
    ("volumeId", "AWS::EC2::Volume"),
    ("vpcId", "AWS::EC2::VPC"),
    ("subnetId", "AWS::EC2::Subnet"),
    ("functionName", "AWS::Lambda::Function"),
    ("keyId", "AWS::KMS::Key"),
    ("secretId", "AWS::SecretsManager::Secret"),
    ("dBInstanceIdentifier", "AWS::RDS::DBInstance"),
    ("stackName", "AWS::CloudFormation::Stack"),
    ("tableName", "AWS::DynamoDB::Table"),
    ("roleArn", "AWS::IAM::Role"),
    ("trailName", "AWS::CloudTrail::Trail"),
];

fn resources(fields: &Fields) -> Vec<(Option<Box<str>>, Box<str>)> {
    let mut found: Vec<(Option<Box<str>>, Box<str>)> = Vec::new();
    let mut add = |kind: Option<&str>, name: &str| {
        let resource = (kind.map(Into::into), name.into());
        if !name.is_empty() && !found.contains(&resource) {
            found.push(resource);
        }
    };
    for resource in &fields.resources {
        add(resource.kind.as_deref(), resource.arn.as_deref().unwrap_or_default());
    }
    let (request, response) = (&fields.request_parameters, &fields.response_elements);
    for (parameter, kind) in NAMED {
        if let Some(name) = request[parameter].as_str() {
            // An IAM group is no security group.
            let kind = if parameter == "groupName" && fields.event_source.starts_with("iam.") {
                "AWS::IAM::Group"
            } else {
                kind
            };
            add(Some(kind), name);
        }
    }
    for item in request["instancesSet"]["items"].as_array().into_iter().flatten() {
        add(Some("AWS::EC2::Instance"), item["instanceId"].as_str().unwrap_or_default());
    }
    for item in response["instancesSet"]["items"].as_array().into_iter().flatten() {
        add(Some("AWS::EC2::Instance"), item["instanceId"].as_str().unwrap_or_default());
    }
    if fields.event_source.starts_with("cloudtrail.") {
        let names = [&request["name"], &response["trailARN"]];
        names
            .into_iter()
            .filter_map(Value::as_str)
            .for_each(|name| add(Some("AWS::CloudTrail::Trail"), name));
    }
    let issued =
        response["credentials"]["accessKeyId"].as_str().or(response["accessKey"]["accessKeyId"].as_str());
    add(Some("AWS::IAM::AccessKey"), issued.unwrap_or_default());
    for key in ["assumedRoleId", "arn"] {
        add(Some("AWS::STS::AssumedRole"), response["assumedRoleUser"][key].as_str().unwrap_or_default());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_up() {
        let record = r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAX:ana@example.com","accessKeyId":"ASIA1"},
            "eventTime":"2026-11-22T10:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-central-1",
            "requestParameters":{"roleArn":"arn:aws:iam::1:role/r"},"responseElements":{"credentials":{"accessKeyId":"ASIA2"}},
            "eventID":"e-1","readOnly":true,"eventCategory":"Management","recipientAccountId":"111122223333"}"#;
        let (place, entry) = Entry::read(record).unwrap().unwrap();
        assert_eq!(place, Place::new("111122223333", "eu-central-1"));
        assert_eq!(entry.user.as_deref(), Some("ana@example.com"));
        assert_eq!((entry.key.as_deref(), entry.read_only), (Some("ASIA1"), true));
        let names: Vec<&str> = entry.resources.iter().map(|(_, name)| &**name).collect();
        assert_eq!(names, ["arn:aws:iam::1:role/r", "ASIA2"]);
        let data = record.replace("\"Management\"", "\"Data\"");
        assert!(Entry::read(&data).unwrap().is_none(), "data events are not in event history");
        assert!(Entry::read("{}").is_err());
        assert!(Entry::read(&record.replace("2026-11-22T10", "x")).is_err());
    }

    #[test]
    fn an_insight_is_found_by_its_api() {
        let record = r#"{"eventTime":"2026-11-22T10:00:00Z","awsRegion":"eu-central-1","eventID":"i-1","eventType":"AwsCloudTrailInsight",
            "recipientAccountId":"1","eventCategory":"Insight","insightDetails":{"eventName":"RunInstances","eventSource":"ec2.amazonaws.com"}}"#;
        let (_, entry) = Entry::read(record).unwrap().unwrap();
        assert!(entry.insight);
        assert_eq!((&*entry.name, &*entry.source), ("RunInstances", "ec2.amazonaws.com"));
    }
}
