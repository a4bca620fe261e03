//! What a call acted on.
//!
//! Only some services fill `resources`; the others name what they touch in their parameters. The LookupEvents API
//! derives a resource list from those, and so does Waymark: from the keys below, wherever they stand in
//! `requestParameters` and `responseElements`.

use super::{Record, Text};
use crate::json::{Kind, Node};

/// How many names one record may have; a DescribeInstances call can carry a thousand ids.
const MAX_NAMES: usize = 1_000;
/// How deep in the parameters a name may stand (`instancesSet.items[].instanceId` is 3).
const MAX_DEPTH: usize = 5;
/// A name longer than an ARN can be is no name.
const MAX_LENGTH: usize = 2_048;

pub(super) fn names<'a>(record: &Record<'a>) -> Vec<Text<'a>> {
    let mut names = Vec::new();
    if let Some(resources) = record.resources {
        for resource in resources.items() {
            for (key, value) in resource.fields() {
                if key == "ARN" || key == "arn" || key == "ARNPrefix" {
                    add(value, &mut names);
                }
            }
        }
    }
    for node in [record.request_parameters, record.response_elements].into_iter().flatten() {
        collect(node, record.service() == Some("cloudtrail"), 0, &mut names);
    }
    names
}

fn collect<'a>(node: Node<'a>, is_cloudtrail: bool, depth: usize, names: &mut Vec<Text<'a>>) {
    if depth > MAX_DEPTH {
        return;
    }
    for (key, value) in node.fields() {
        match value.kind() {
            Kind::String if names_a_resource(&key) || (is_cloudtrail && key == "name") => add(value, names),
            Kind::Object => collect(value, is_cloudtrail, depth + 1, names),
            Kind::Array => {
                for item in value.items() {
                    if item.kind() == Kind::Object {
                        collect(item, is_cloudtrail, depth + 1, names);
                    }
                }
            }
            _ => {}
        }
    }
}

fn add<'a>(value: Node<'a>, names: &mut Vec<Text<'a>>) {
    if names.len() >= MAX_NAMES {
        return;
    }
    if let Some(name) = value.as_str()
        && !name.is_empty()
        && name.len() <= MAX_LENGTH
        && !names.iter().any(|known| is_named_by(known, &name))
    {
        names.push(name);
    }
}

/// Whether a name says no more than one that is known: it is the same, or the end of an ARN.
fn is_named_by(known: &str, name: &str) -> bool {
    known.strip_suffix(name).is_some_and(|start| start.is_empty() || start.ends_with([':', '/']))
}

fn names_a_resource(key: &str) -> bool {
    matches!(
        key,
        "instanceId"
            | "volumeId"
            | "snapshotId"
            | "groupId"
            | "vpcId"
            | "subnetId"
            | "networkInterfaceId"
            | "allocationId"
            | "natGatewayId"
            | "internetGatewayId"
            | "routeTableId"
            | "vpcEndpointId"
            | "launchTemplateId"
            | "networkAclId"
            | "keyName"
            | "imageId"
            | "bucketName"
            | "roleName"
            | "roleArn"
            | "userName"
            | "groupName"
            | "policyName"
            | "policyArn"
            | "instanceProfileName"
            | "functionName"
            | "trailName"
            | "trailARN"
            | "keyId"
            | "tableName"
            | "dBInstanceIdentifier"
            | "dBClusterIdentifier"
            | "dBSnapshotIdentifier"
            | "clusterName"
            | "stackName"
            | "queueUrl"
            | "queueName"
            | "topicArn"
            | "secretId"
            | "repositoryName"
            | "logGroupName"
            | "loadBalancerArn"
            | "targetGroupArn"
            | "distributionId"
            | "hostedZoneId"
            | "serviceName"
            | "stateMachineArn"
            | "streamName"
            | "domainName"
            | "fileSystemId"
            | "detectorId"
            | "serialNumber"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    #[test]
    fn finds_names_in_resources_and_parameters_once_each() {
        let json = r#"{"eventSource":"ec2.amazonaws.com",
            "resources":[{"ARN":"arn:aws:s3:::logs","type":"AWS::S3::Bucket"},{"accountId":"1"}],
            "requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]},"name":"no","bucketName":"logs"},
            "responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","currentState":{"code":64}}]}}}"#;
        let mut tape = Tape::default();
        let record = Record::read(tape.parse(json).unwrap()).unwrap();
        assert_eq!(record.resource_names(), ["arn:aws:s3:::logs", "i-1", "i-2"]);
    }
}
