//! EC2: the calls that change something. Each response carries the record's own request id.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{Raw, json};
use crate::time::{Seconds, rfc3339};
use crate::world::{Instance, Place};

use super::ec2::{any, instance_items};

/// StopInstances of a running instance.
pub fn stop_instances(dice: &mut Dice, instance: &Instance) -> Call {
    let id = dice.uuid();
    let response = json!({
        "requestId": (id),
        "instancesSet": {"items": [{
            "instanceId": (instance.id),
            "currentState": {"code": 64, "name": "stopping"},
            "previousState": {"code": 16, "name": "running"}
        }]}
    });
    let request = json!({"instancesSet": (instance_items([instance])), "force": false, "hibernate": false, "skipOsShutdown": false});
    Call::write("ec2", "StopInstances", request, response).id(id)
}

/// RunInstances as Auto Scaling does it.
pub fn run_instances(dice: &mut Dice, place: &Place, time: Seconds) -> Call {
    let id = dice.uuid();
    let like = any(dice, place);
    let (instance, token, image) =
        (format!("i-0{}", dice.hex(16)), dice.uuid(), format!("ami-0{}", dice.hex(16)));
    let (subnet, group) = (dice.pick(&place.subnets), dice.pick(&place.groups));
    let template = format!("lt-0{}", dice.hex(16));
    let tags = json!({"items": [
        {"key": "aws:autoscaling:groupName", "value": (format!("{}-{}", place.slug, like.app))},
        {"key": "Application", "value": (like.app)},
        {"key": "Environment", "value": (place.slug)}
    ]});
    let request = json!({
        "instancesSet": {"items": [{"minCount": 1, "maxCount": 1}]},
        "instanceType": (like.kind),
        "blockDeviceMapping": {},
        "availabilityZone": (like.zone),
        "monitoring": {"enabled": false},
        "subnetId": subnet,
        "disableApiTermination": false,
        "disableApiStop": false,
        "clientToken": (format!("fleet-{token}-0")),
        "launchTemplate": {"launchTemplateId": (template), "version": "12"},
        "tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": (Raw::list([json!({"key": "Application", "value": (like.app)})]))}]}
    });
    let response = json!({
        "requestId": (id),
        "reservationId": (format!("r-0{}", dice.hex(16))),
        "ownerId": (place.account),
        "groupSet": {},
        "instancesSet": {"items": [{
            "instanceId": instance,
            "imageId": image,
            "instanceState": {"code": 0, "name": "pending"},
            "privateDnsName": (format!("ip-{}.{}.compute.internal", like.address.replace('.', "-"), place.region)),
            "amiLaunchIndex": 0,
            "instanceType": (like.kind),
            "launchTime": (time * 1000),
            "placement": {"availabilityZone": (like.zone), "tenancy": "default"},
            "monitoring": {"state": "disabled"},
            "subnetId": subnet,
            "vpcId": (place.vpc),
            "privateIpAddress": (like.address),
            "stateReason": {"code": "pending", "message": "pending"},
            "architecture": "x86_64",
            "rootDeviceType": "ebs",
            "rootDeviceName": "/dev/xvda",
            "virtualizationType": "hvm",
            "hypervisor": "xen",
            "tagSet": tags,
            "groupSet": {"items": [{"groupId": group, "groupName": (format!("{}-{}", place.slug, like.app))}]},
            "ebsOptimized": false,
            "enaSupport": true
        }]},
        "requesterId": (place.account)
    });
    Call::write("ec2", "RunInstances", request, response).id(id)
}

/// TerminateInstances as Auto Scaling does it, of an instance that came and went.
pub fn terminate_instances(dice: &mut Dice) -> Call {
    let id = dice.uuid();
    let instance = format!("i-0{}", dice.hex(16));
    let request = json!({"instancesSet": {"items": [{"instanceId": (instance)}]}});
    let response = json!({
        "requestId": (id),
        "instancesSet": {"items": [{
            "instanceId": instance,
            "currentState": {"code": 32, "name": "shutting-down"},
            "previousState": {"code": 16, "name": "running"}
        }]}
    });
    Call::write("ec2", "TerminateInstances", request, response).id(id)
}

/// AllocateAddress that gives an address from the documentation range.
pub fn allocate_address(dice: &mut Dice, place: &Place) -> Call {
    let id = dice.uuid();
    let response = json!({
        "requestId": (id),
        "publicIp": (format!("192.0.2.{}", dice.between(1, 254))),
        "domain": "vpc",
        "allocationId": (format!("eipalloc-0{}", dice.hex(16))),
        "publicIpv4Pool": "amazon",
        "networkBorderGroup": (place.region)
    });
    let request = json!({"domain": "vpc", "tagSpecificationSet": {"items": [{"resourceType": "elastic-ip", "tags": [{"key": "Purpose", "value": "vpn-rotation"}]}]}});
    Call::write("ec2", "AllocateAddress", request, response).id(id)
}

/// ReleaseAddress, which follows AllocateAddress when all is well.
pub fn release_address(dice: &mut Dice) -> Call {
    let id = dice.uuid();
    let request = json!({"allocationId": (format!("eipalloc-0{}", dice.hex(16)))});
    Call::write("ec2", "ReleaseAddress", request, json!({"requestId": (id), "_return": true})).id(id)
}

/// AuthorizeSecurityGroupIngress for one range and port.
pub fn authorize_ingress(dice: &mut Dice, place: &Place, port: u32, range: &str, note: &str) -> Call {
    let id = dice.uuid();
    let group = dice.pick(&place.groups);
    let request = json!({
        "groupId": group,
        "ipPermissions": {"items": [{
            "ipProtocol": "tcp", "fromPort": port, "toPort": port, "groups": {},
            "ipRanges": {"items": [{"cidrIp": range, "description": note}]},
            "ipv6Ranges": {}, "prefixListIds": {}
        }]}
    });
    let response = json!({
        "requestId": (id),
        "_return": true,
        "securityGroupRuleSet": {"items": [{
            "groupOwnerId": (place.account),
            "groupId": group,
            "securityGroupRuleId": (format!("sgr-0{}", dice.hex(16))),
            "description": note,
            "isEgress": false,
            "ipProtocol": "tcp",
            "fromPort": port,
            "toPort": port,
            "cidrIpv4": range,
            "securityGroupRuleArn": (place.arn("ec2", &format!("security-group-rule/sgr-0{}", dice.hex(16))))
        }]}
    });
    Call::write("ec2", "AuthorizeSecurityGroupIngress", request, response).id(id)
}

/// CreateTags on an instance.
pub fn create_tags(dice: &mut Dice, place: &Place) -> Call {
    let id = dice.uuid();
    let instance = any(dice, place);
    let ticket = format!("OPS-{}", dice.between(1000, 9999));
    let request = json!({
        "resourcesSet": {"items": [{"resourceId": (instance.id)}]},
        "tagSet": {"items": [{"key": "Ticket", "value": ticket}, {"key": "Application", "value": (instance.app)}]}
    });
    Call::write("ec2", "CreateTags", request, json!({"requestId": (id), "_return": true})).id(id)
}

/// CreateSnapshot of an instance's volume, as the nightly backup does.
pub fn create_snapshot(dice: &mut Dice, place: &Place, time: Seconds) -> Call {
    let id = dice.uuid();
    let instance = any(dice, place);
    let note = format!("nightly backup of {}", instance.name);
    let request = json!({
        "volumeId": (instance.volume),
        "description": (note),
        "tagSpecificationSet": {"items": [{"resourceType": "snapshot", "tags": [{"key": "Backup", "value": "nightly"}]}]}
    });
    let response = json!({
        "requestId": (id),
        "snapshotId": (format!("snap-0{}", dice.hex(16))),
        "volumeId": (instance.volume),
        "status": "pending",
        "startTime": (time * 1000),
        "progress": "",
        "ownerId": (place.account),
        "volumeSize": "100",
        "description": note,
        "encrypted": true,
        "tagSet": {"items": [{"key": "Backup", "value": "nightly"}]}
    });
    Call::write("ec2", "CreateSnapshot", request, response).id(id)
}

/// CreateNetworkInterface by a service inside the VPC.
pub fn create_interface(dice: &mut Dice, place: &Place, time: Seconds) -> Call {
    let id = dice.uuid();
    let (subnet, group) = (dice.pick(&place.subnets), dice.pick(&place.groups));
    let app = dice.pick(place.apps);
    let interface = format!("eni-0{}", dice.hex(16));
    let note = format!("AWS Lambda VPC ENI-{app}-worker-{}", dice.uuid());
    let address = format!("10.{}.2.{}", 16 * place.account_index, dice.between(10, 250));
    let request = json!({
        "subnetId": subnet,
        "description": (note),
        "groupSet": {"items": [{"groupId": group}]},
        "privateIpAddressesSet": {},
        "ipv6AddressCount": 0,
        "clientToken": (dice.uuid())
    });
    let response = json!({
        "requestId": (id),
        "networkInterface": {
            "networkInterfaceId": interface,
            "subnetId": subnet,
            "vpcId": (place.vpc),
            "availabilityZone": (format!("{}b", place.region)),
            "description": note,
            "ownerId": (place.account),
            "requesterId": "AROAEXAMPLELAMBDAENIS",
            "requesterManaged": false,
            "status": "pending",
            "macAddress": (format!("0a:{}:{}:5d:20:0b", dice.hex(2), dice.hex(2))),
            "privateIpAddress": (address),
            "sourceDestCheck": true,
            "interfaceType": "lambda",
            "groupSet": {"items": [{"groupId": group, "groupName": (format!("{}-{app}", place.slug))}]},
            "privateIpAddressesSet": {"item": [{"privateIpAddress": address, "primary": true}]},
            "ipv6AddressesSet": {},
            "tagSet": {"items": [{"key": "created", "value": (rfc3339(time))}]}
        }
    });
    Call::write("ec2", "CreateNetworkInterface", request, response).id(id)
}
