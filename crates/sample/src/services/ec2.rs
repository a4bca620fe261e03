//! EC2: the calls that only look.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{Raw, json};
use crate::world::{Instance, Place};

/// One of the Region's instances.
pub fn any<'a>(dice: &mut Dice, place: &'a Place) -> &'a Instance {
    dice.pick(&place.instances)
}

/// `{"items":[{"instanceId":…}]}` for these instances.
pub fn instance_items<'a>(instances: impl IntoIterator<Item = &'a Instance>) -> Raw {
    let items = Raw::list(instances.into_iter().map(|instance| json!({"instanceId": (instance.id)})));
    json!({"items": items})
}

/// One filter of a Describe call.
pub fn filter(name: &str, value: &str) -> Raw {
    json!({"items": [{"name": name, "valueSet": {"items": [{"value": value}]}}]})
}

/// DescribeInstances: all, the ones of an application, or one.
pub fn describe_instances(dice: &mut Dice, place: &Place) -> Call {
    let request = match dice.below(4) {
        0 => json!({"maxResults": 1000, "instancesSet": {}, "filterSet": {}}),
        1 => json!({"instancesSet": {}, "filterSet": (filter("tag:Application", any(dice, place).app))}),
        2 => json!({"instancesSet": {}, "filterSet": (filter("instance-state-name", "running"))}),
        _ => json!({"instancesSet": (instance_items([any(dice, place)])), "filterSet": {}}),
    };
    Call::read("ec2", "DescribeInstances", request)
}

/// The calls behind the console's list of instances.
pub fn instances_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    vec![
        Call::read(
            "ec2",
            "DescribeInstances",
            json!({"maxResults": 50, "instancesSet": {}, "filterSet": {}}),
        ),
        Call::read(
            "ec2",
            "DescribeInstanceStatus",
            json!({"instancesSet": (instance_items(&place.instances)), "filterSet": {}, "includeAllInstances": true}),
        ),
        Call::read(
            "ec2",
            "DescribeTags",
            json!({"maxResults": 1000, "filterSet": (filter("resource-type", "instance"))}),
        ),
        describe_groups(place),
        describe_volumes(dice, place),
        Call::read(
            "ec2",
            "DescribeAddresses",
            json!({"publicIpsSet": {}, "filterSet": {}, "allocationIdsSet": {}}),
        ),
        Call::read(
            "ec2",
            "DescribeAccountAttributes",
            json!({"accountAttributeNameSet": {"items": [{"attributeName": "supported-platforms"}]}, "filterSet": {}}),
        ),
        Call::read(
            "ec2",
            "DescribeAvailabilityZones",
            json!({"availabilityZoneSet": {}, "availabilityZoneIdSet": {}, "allAvailabilityZones": true}),
        ),
        Call::read("ec2", "DescribeRegions", json!({"regionSet": {}, "allRegions": true})),
        Call::read(
            "ec2",
            "DescribeInstanceTypes",
            json!({"instanceTypeSet": {"items": [{"value": (any(dice, place).kind)}]}, "filterSet": {}}),
        ),
    ]
}

/// The calls behind one instance's page.
pub fn instance_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let instance = any(dice, place);
    vec![
        Call::read(
            "ec2",
            "DescribeInstances",
            json!({"instancesSet": (instance_items([instance])), "filterSet": {}}),
        ),
        Call::read(
            "ec2",
            "DescribeInstanceAttribute",
            json!({"instanceId": (instance.id), "attribute": "disableApiTermination"}),
        ),
        Call::read(
            "ec2",
            "DescribeInstanceAttribute",
            json!({"instanceId": (instance.id), "attribute": "userData"}),
        ),
        Call::read(
            "ec2",
            "DescribeNetworkInterfaces",
            json!({"networkInterfaceIdSet": {}, "filterSet": (filter("attachment.instance-id", &instance.id))}),
        ),
        Call::read(
            "ec2",
            "DescribeVolumes",
            json!({"volumeSet": {"items": [{"volumeId": (instance.volume)}]}, "filterSet": {}}),
        ),
        Call::read(
            "ec2",
            "DescribeInstanceCreditSpecifications",
            json!({"DescribeInstanceCreditSpecificationsRequest": {"InstanceId": {"content": (instance.id), "tag": 1}}}),
        ),
        Call::read(
            "ec2",
            "DescribeIamInstanceProfileAssociations",
            json!({"DescribeIamInstanceProfileAssociationsRequest": {"Filter": {"Name": "instance-id", "tag": 1, "Value": {"content": (instance.id), "tag": 1}}}}),
        ),
    ]
}

/// The calls behind the console's VPC page, and of an infrastructure-as-code refresh.
pub fn network_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let subnet = dice.pick(&place.subnets);
    vec![
        Call::read(
            "ec2",
            "DescribeVpcs",
            json!({"vpcSet": {"items": [{"vpcId": (place.vpc)}]}, "filterSet": {}}),
        ),
        Call::read(
            "ec2",
            "DescribeVpcAttribute",
            json!({"vpcId": (place.vpc), "attribute": "enableDnsHostnames"}),
        ),
        Call::read(
            "ec2",
            "DescribeSubnets",
            json!({"subnetSet": {"items": [{"subnetId": subnet}]}, "filterSet": (filter("vpc-id", &place.vpc))}),
        ),
        Call::read(
            "ec2",
            "DescribeRouteTables",
            json!({"routeTableIdSet": {}, "filterSet": (filter("association.subnet-id", subnet))}),
        ),
        Call::read(
            "ec2",
            "DescribeNetworkAcls",
            json!({"networkAclIdSet": {}, "filterSet": (filter("vpc-id", &place.vpc))}),
        ),
        Call::read(
            "ec2",
            "DescribeInternetGateways",
            json!({"internetGatewayIdSet": {}, "filterSet": (filter("attachment.vpc-id", &place.vpc))}),
        ),
        Call::read(
            "ec2",
            "DescribeNatGateways",
            json!({"DescribeNatGatewaysRequest": {"Filter": {"Name": "vpc-id", "tag": 1, "Value": {"content": (place.vpc), "tag": 1}}}}),
        ),
        Call::read(
            "ec2",
            "DescribeVpcEndpoints",
            json!({"DescribeVpcEndpointsRequest": {"VpcEndpointId": {"content": (place.endpoint), "tag": 1}}}),
        ),
        describe_groups(place),
    ]
}

/// DescribeSecurityGroups of the VPC.
pub fn describe_groups(place: &Place) -> Call {
    let request = json!({"securityGroupSet": {}, "securityGroupIdSet": {}, "filterSet": (filter("vpc-id", &place.vpc))});
    Call::read("ec2", "DescribeSecurityGroups", request)
}

/// DescribeVolumes of one or all instances.
pub fn describe_volumes(dice: &mut Dice, place: &Place) -> Call {
    let instance = any(dice, place);
    let request = json!({"volumeSet": {}, "filterSet": (filter("attachment.instance-id", &instance.id))});
    Call::read("ec2", "DescribeVolumes", request)
}

/// DescribeSnapshots that the account owns.
pub fn describe_snapshots(place: &Place) -> Call {
    let request = json!({"maxResults": 200, "snapshotSet": {}, "ownersSet": {"items": [{"owner": (place.account)}]}, "sharedUsersSet": {}, "filterSet": {}});
    Call::read("ec2", "DescribeSnapshots", request)
}
