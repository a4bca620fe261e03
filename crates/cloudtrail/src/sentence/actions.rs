//! How common actions are told. The list is for writes that people ask about and for sign-ins; what is not in it is
//! told by the words of its name.

/// How one action is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action {
    /// The service, without `.amazonaws.com`.
    pub(super) service: &'static str,
    /// The action, without an API version.
    pub(super) event: &'static str,
    /// For a call that failed: tried to …
    pub(super) infinitive: &'static str,
    /// For one that did not.
    pub(super) past: &'static str,
    /// What it was done to: segments between `|`, each with the parameters in braces that hold the name (the first
    /// that is there counts). A segment whose parameters are not there is left out.
    pub(super) objects: &'static str,
}

/// The action of a service, if it is one of those.
pub(super) fn find(service: &str, event: &str) -> Option<Action> {
    let at = ACTIONS.binary_search_by_key(&(service, event), |action| (action.service, action.event)).ok()?;
    ACTIONS.get(at).copied()
}

/// Whether this is the name of an action that many people know, letter for letter as CloudTrail writes it.
pub fn is_common_action(event: &str) -> bool {
    ACTIONS.iter().any(|action| action.event == event)
}

const fn on(
    service: &'static str,
    event: &'static str,
    infinitive: &'static str,
    past: &'static str,
    objects: &'static str,
) -> Action {
    Action { service, event, infinitive, past, objects }
}

/// Sorted by service and action.
#[rustfmt::skip]
pub(super) const ACTIONS: &[Action] = &[
    on("autoscaling", "SetDesiredCapacity", "change", "changed", "the size of Auto Scaling group {autoScalingGroupName}"),
    on("autoscaling", "UpdateAutoScalingGroup", "change", "changed", "Auto Scaling group {autoScalingGroupName}"),
    on("cloudformation", "CreateStack", "create", "created", "CloudFormation stack {stackName}"),
    on("cloudformation", "DeleteStack", "delete", "deleted", "CloudFormation stack {stackName}"),
    on("cloudformation", "UpdateStack", "update", "updated", "CloudFormation stack {stackName}"),
    on("cloudtrail", "CreateTrail", "create", "created", "trail {name,trailName}"),
    on("cloudtrail", "DeleteTrail", "delete", "deleted", "trail {name,trailName}"),
    on("cloudtrail", "PutEventSelectors", "change", "changed", "what is recorded by trail {trailName,name}"),
    on("cloudtrail", "StartLogging", "start", "started", "logging of trail {name,trailName}"),
    on("cloudtrail", "StopLogging", "stop", "stopped", "logging of trail {name,trailName}"),
    on("cloudtrail", "UpdateTrail", "change", "changed", "trail {name,trailName}"),
    on("config", "DeleteConfigurationRecorder", "delete", "deleted", "the AWS Config recorder {configurationRecorderName}"),
    on("config", "StopConfigurationRecorder", "stop", "stopped", "the AWS Config recorder {configurationRecorderName}"),
    on("dynamodb", "CreateTable", "create", "created", "DynamoDB table {tableName}"),
    on("dynamodb", "DeleteTable", "delete", "deleted", "DynamoDB table {tableName}"),
    on("ec2", "AllocateAddress", "allocate", "allocated", "Elastic IP address {publicIp,allocationId}"),
    on("ec2", "AssociateIamInstanceProfile", "give", "gave", "a role to EC2 instance {instanceId}|with instance profile {name,arn}"),
    on("ec2", "AttachVolume", "attach", "attached", "volume {volumeId}|to EC2 instance {instanceId}"),
    on("ec2", "AuthorizeSecurityGroupEgress", "open", "opened", "outgoing traffic of security group {groupId,groupName}|to {cidrIp,cidrIpv6}|on port {fromPort}"),
    on("ec2", "AuthorizeSecurityGroupIngress", "open", "opened", "security group {groupId,groupName}|to {cidrIp,cidrIpv6}|on port {fromPort}"),
    on("ec2", "CreateKeyPair", "create", "created", "key pair {keyName}"),
    on("ec2", "CreateSecurityGroup", "create", "created", "security group {groupName,groupId}|in VPC {vpcId}"),
    on("ec2", "CreateSnapshot", "create", "created", "a snapshot of volume {volumeId}"),
    on("ec2", "CreateTags", "tag", "tagged", "resource {resourceId}"),
    on("ec2", "CreateVolume", "create", "created", "EBS volume {volumeId}"),
    on("ec2", "CreateVpc", "create", "created", "VPC {vpcId}"),
    on("ec2", "DeleteFlowLogs", "delete", "deleted", "flow log {content,flowLogId}"),
    on("ec2", "DeleteKeyPair", "delete", "deleted", "key pair {keyName,keyPairId}"),
    on("ec2", "DeleteSecurityGroup", "delete", "deleted", "security group {groupId,groupName}"),
    on("ec2", "DeleteSnapshot", "delete", "deleted", "snapshot {snapshotId}"),
    on("ec2", "DeleteTags", "remove", "removed", "tags from resource {resourceId}"),
    on("ec2", "DeleteVolume", "delete", "deleted", "EBS volume {volumeId}"),
    on("ec2", "DeleteVpc", "delete", "deleted", "VPC {vpcId}"),
    on("ec2", "DetachVolume", "detach", "detached", "volume {volumeId}|from EC2 instance {instanceId}"),
    on("ec2", "GetPasswordData", "ask", "asked", "for the Windows password of EC2 instance {instanceId}"),
    on("ec2", "ImportKeyPair", "import", "imported", "key pair {keyName}"),
    on("ec2", "ModifyImageAttribute", "change", "changed", "who may use machine image {imageId}"),
    on("ec2", "ModifyInstanceAttribute", "change", "changed", "an attribute of EC2 instance {instanceId}"),
    on("ec2", "ModifySnapshotAttribute", "change", "changed", "who may use snapshot {snapshotId}"),
    on("ec2", "RebootInstances", "reboot", "rebooted", "EC2 instance {instanceId}"),
    on("ec2", "ReleaseAddress", "release", "released", "Elastic IP address {publicIp,allocationId}"),
    on("ec2", "RevokeSecurityGroupEgress", "close", "closed", "outgoing traffic of security group {groupId,groupName}|to {cidrIp,cidrIpv6}|on port {fromPort}"),
    on("ec2", "RevokeSecurityGroupIngress", "close", "closed", "security group {groupId,groupName}|to {cidrIp,cidrIpv6}|on port {fromPort}"),
    on("ec2", "RunInstances", "launch", "launched", "EC2 instance {instanceId}|from machine image {imageId}"),
    on("ec2", "StartInstances", "start", "started", "EC2 instance {instanceId}"),
    on("ec2", "StopInstances", "stop", "stopped", "EC2 instance {instanceId}"),
    on("ec2", "TerminateInstances", "terminate", "terminated", "EC2 instance {instanceId}"),
    on("ec2-instance-connect", "SendSSHPublicKey", "send", "sent", "an SSH key to EC2 instance {instanceId}|for user {instanceOSUser}"),
    on("ecs", "RunTask", "run", "ran", "ECS task {taskDefinition}|in cluster {cluster}"),
    on("ecs", "UpdateService", "change", "changed", "ECS service {service}|in cluster {cluster}"),
    on("guardduty", "DeleteDetector", "delete", "deleted", "GuardDuty detector {detectorId}"),
    on("guardduty", "UpdateDetector", "change", "changed", "GuardDuty detector {detectorId}"),
    on("iam", "AddRoleToInstanceProfile", "add", "added", "role {roleName}|to instance profile {instanceProfileName}"),
    on("iam", "AddUserToGroup", "add", "added", "user {userName}|to group {groupName}"),
    on("iam", "AttachGroupPolicy", "attach", "attached", "policy {policyArn}|to group {groupName}"),
    on("iam", "AttachRolePolicy", "attach", "attached", "policy {policyArn}|to role {roleName}"),
    on("iam", "AttachUserPolicy", "attach", "attached", "policy {policyArn}|to user {userName}"),
    on("iam", "CreateAccessKey", "create", "created", "access key {accessKeyId}|for user {userName}"),
    on("iam", "CreateLoginProfile", "set", "set", "a console password for user {userName}"),
    on("iam", "CreatePolicy", "create", "created", "policy {policyName}"),
    on("iam", "CreatePolicyVersion", "change", "changed", "policy {policyArn}"),
    on("iam", "CreateRole", "create", "created", "role {roleName}"),
    on("iam", "CreateUser", "create", "created", "user {userName}"),
    on("iam", "DeactivateMFADevice", "deactivate", "deactivated", "MFA for user {userName}"),
    on("iam", "DeleteAccessKey", "delete", "deleted", "access key {accessKeyId}|of user {userName}"),
    on("iam", "DeleteLoginProfile", "remove", "removed", "the console password of user {userName}"),
    on("iam", "DeletePolicy", "delete", "deleted", "policy {policyArn}"),
    on("iam", "DeleteRole", "delete", "deleted", "role {roleName}"),
    on("iam", "DeleteRolePolicy", "delete", "deleted", "inline policy {policyName}|of role {roleName}"),
    on("iam", "DeleteUser", "delete", "deleted", "user {userName}"),
    on("iam", "DetachRolePolicy", "detach", "detached", "policy {policyArn}|from role {roleName}"),
    on("iam", "DetachUserPolicy", "detach", "detached", "policy {policyArn}|from user {userName}"),
    on("iam", "EnableMFADevice", "enable", "enabled", "MFA for user {userName}"),
    on("iam", "PutRolePolicy", "write", "wrote", "inline policy {policyName}|of role {roleName}"),
    on("iam", "PutUserPolicy", "write", "wrote", "inline policy {policyName}|of user {userName}"),
    on("iam", "RemoveUserFromGroup", "remove", "removed", "user {userName}|from group {groupName}"),
    on("iam", "SetDefaultPolicyVersion", "change", "changed", "the version in force of policy {policyArn}"),
    on("iam", "UpdateAccessKey", "set", "set", "access key {accessKeyId}|of user {userName}|to {status}"),
    on("iam", "UpdateAssumeRolePolicy", "change", "changed", "who may assume role {roleName}"),
    on("iam", "UpdateLoginProfile", "change", "changed", "the console password of user {userName}"),
    on("kms", "CreateGrant", "grant", "granted", "use of KMS key {keyId}|to {granteePrincipal}"),
    on("kms", "Decrypt", "decrypt", "decrypted", "data with KMS key {keyId}"),
    on("kms", "DisableKey", "disable", "disabled", "KMS key {keyId}"),
    on("kms", "PutKeyPolicy", "change", "changed", "the policy of KMS key {keyId}"),
    on("kms", "ScheduleKeyDeletion", "schedule", "scheduled", "the deletion of KMS key {keyId}"),
    on("lambda", "AddPermission", "allow", "allowed", "others to call Lambda function {functionName}|as {principal}"),
    on("lambda", "CreateFunction", "create", "created", "Lambda function {functionName}"),
    on("lambda", "DeleteFunction", "delete", "deleted", "Lambda function {functionName}"),
    on("lambda", "Invoke", "call", "called", "Lambda function {functionName}"),
    on("lambda", "UpdateFunctionCode", "replace", "replaced", "the code of Lambda function {functionName}"),
    on("lambda", "UpdateFunctionConfiguration", "change", "changed", "Lambda function {functionName}"),
    on("organizations", "LeaveOrganization", "leave", "left", "the organization"),
    on("rds", "CreateDBInstance", "create", "created", "database {dBInstanceIdentifier}"),
    on("rds", "CreateDBSnapshot", "create", "created", "database snapshot {dBSnapshotIdentifier}|of {dBInstanceIdentifier}"),
    on("rds", "DeleteDBInstance", "delete", "deleted", "database {dBInstanceIdentifier}"),
    on("rds", "ModifyDBInstance", "change", "changed", "database {dBInstanceIdentifier}"),
    on("rds", "ModifyDBSnapshotAttribute", "change", "changed", "who may use database snapshot {dBSnapshotIdentifier}"),
    on("rds", "StartDBInstance", "start", "started", "database {dBInstanceIdentifier}"),
    on("rds", "StopDBInstance", "stop", "stopped", "database {dBInstanceIdentifier}"),
    on("s3", "CreateBucket", "create", "created", "S3 bucket {bucketName}"),
    on("s3", "DeleteBucket", "delete", "deleted", "S3 bucket {bucketName}"),
    on("s3", "DeleteBucketEncryption", "remove", "removed", "the encryption settings of S3 bucket {bucketName}"),
    on("s3", "DeleteBucketPolicy", "delete", "deleted", "the policy of S3 bucket {bucketName}"),
    on("s3", "DeleteBucketPublicAccessBlock", "remove", "removed", "the public access block of S3 bucket {bucketName}"),
    on("s3", "DeleteObject", "delete", "deleted", "object {key}|in S3 bucket {bucketName}"),
    on("s3", "DeleteObjects", "delete", "deleted", "several objects of S3 bucket {bucketName}"),
    on("s3", "GetObject", "read", "read", "object {key}|in S3 bucket {bucketName}"),
    on("s3", "HeadObject", "look", "looked", "at object {key}|in S3 bucket {bucketName}"),
    on("s3", "PutBucketAcl", "change", "changed", "the access list of S3 bucket {bucketName}"),
    on("s3", "PutBucketLifecycle", "change", "changed", "the lifecycle rules of S3 bucket {bucketName}"),
    on("s3", "PutBucketPolicy", "change", "changed", "the policy of S3 bucket {bucketName}"),
    on("s3", "PutBucketPublicAccessBlock", "change", "changed", "the public access block of S3 bucket {bucketName}"),
    on("s3", "PutBucketVersioning", "change", "changed", "the versioning of S3 bucket {bucketName}"),
    on("s3", "PutObject", "write", "wrote", "object {key}|in S3 bucket {bucketName}"),
    on("secretsmanager", "CreateSecret", "create", "created", "secret {name}"),
    on("secretsmanager", "DeleteSecret", "delete", "deleted", "secret {secretId}"),
    on("secretsmanager", "GetSecretValue", "read", "read", "secret {secretId}"),
    on("secretsmanager", "PutSecretValue", "change", "changed", "secret {secretId}"),
    on("signin", "ConsoleLogin", "sign in", "signed in", "to the AWS console"),
    on("signin", "SwitchRole", "switch", "switched", "to another role"),
    on("ssm", "DeleteParameter", "delete", "deleted", "parameter {name}"),
    on("ssm", "GetParameter", "read", "read", "parameter {name}"),
    on("ssm", "PutParameter", "write", "wrote", "parameter {name}"),
    on("ssm", "SendCommand", "run", "ran", "command {documentName}|on {instanceIds,instanceId}"),
    on("ssm", "StartSession", "open", "opened", "a shell session on {target}"),
    on("sts", "AssumeRole", "assume", "assumed", "role {roleArn}|as session {roleSessionName}"),
    on("sts", "AssumeRoleWithSAML", "assume", "assumed", "role {roleArn}|as session {roleSessionName}"),
    on("sts", "AssumeRoleWithWebIdentity", "assume", "assumed", "role {roleArn}|as session {roleSessionName}"),
    on("sts", "GetCallerIdentity", "ask", "asked", "whose credentials these are"),
    on("sts", "GetSessionToken", "get", "got", "temporary credentials"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(ACTIONS.is_sorted_by_key(|action| (action.service, action.event)));
    }
}
