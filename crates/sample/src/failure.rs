//! Errors as they happen every day: somebody lacks a permission, a thing is gone, a limit is hit.

use crate::dice::Dice;
use crate::event::Call;
use crate::identity::Caller;
use crate::world::Place;

/// The sentence AWS answers to a caller whose policies do not allow an action.
pub fn denial(caller: &Caller, action: &str, resource: &str) -> String {
    format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action",
        caller.arn
    )
}

/// Makes a call fail for lack of permission, in the words of its service.
pub fn deny(dice: &mut Dice, place: &Place, caller: &Caller, call: Call) -> Call {
    let action = call.action();
    match call.source {
        "ec2" => {
            let resource = if call.read_only { "*".to_owned() } else { place.arn("ec2", "*/*") };
            let message = format!(
                "You are not authorized to perform this operation. {} Encoded authorization failure message: {}",
                denial(caller, &action, &resource),
                dice.base64(320).replace('+', "-").replace('/', "_")
            );
            call.fail("Client.UnauthorizedOperation", message)
        }
        "s3" => {
            let resource = format!("arn:aws:s3:::{}", place.buckets[0]);
            let message = denial(caller, &action, &resource);
            call.fail("AccessDenied", message)
        }
        "kms" | "secretsmanager" | "ssm" | "logs" | "lambda" | "dynamodb" | "ecr" | "guardduty"
        | "securityhub" => {
            let resource = place.arn(call.source, "*");
            let message = denial(caller, &action, &resource);
            refuse(call, "AccessDeniedException", message)
        }
        _ => {
            let resource = format!("arn:aws:{}::{}:*", call.source, place.account);
            let message = denial(caller, &action, &resource);
            refuse(call, "AccessDenied", message)
        }
    }
}

/// Services that refuse before they read the request record no parameters.
fn refuse(call: Call, code: &'static str, message: String) -> Call {
    call.unread().fail(code, message)
}

/// Makes a call fail for another reason than permissions. Calls for which none is at hand stay as they are.
pub fn mishap(dice: &mut Dice, place: &Place, call: Call) -> Call {
    let throttled = dice.below(2) == 0;
    match (call.source, call.name) {
        ("ec2", _) if throttled => {
            call.fail("Client.RequestLimitExceeded", "Request limit exceeded.".to_owned())
        }
        ("ec2", "DescribeInstances" | "DescribeInstanceAttribute") => {
            let message = format!("The instance ID 'i-0{}' does not exist", dice.hex(16));
            call.fail("Client.InvalidInstanceID.NotFound", message)
        }
        ("ec2", "DescribeVolumes") => {
            let message = format!("The volume 'vol-0{}' does not exist.", dice.hex(16));
            call.fail("Client.InvalidVolume.NotFound", message)
        }
        ("iam", "GetRole") => {
            let message = format!("The role with name {}-old cannot be found.", dice.pick(place.apps));
            call.fail("NoSuchEntityException", message)
        }
        ("iam", "GetRolePolicy" | "GetLoginProfile") => {
            call.fail("NoSuchEntityException", "The policy or login profile cannot be found.".to_owned())
        }
        ("s3", "GetBucketTagging") => call.fail("NoSuchTagSet", "The TagSet does not exist".to_owned()),
        ("s3", "GetBucketLifecycle") => {
            call.fail("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist".to_owned())
        }
        ("s3", "GetObject" | "HeadObject") => {
            call.fail("NoSuchKey", "The specified key does not exist.".to_owned())
        }
        ("cloudformation", "CreateChangeSet" | "DescribeStacks") => {
            call.fail("ValidationException", "No updates are to be performed.".to_owned())
        }
        ("lambda", "GetPolicy20150331v2") => {
            call.fail("ResourceNotFoundException", "The resource you requested does not exist.".to_owned())
        }
        ("ssm", "GetParameter") => call.fail("ParameterNotFound", String::new()),
        ("secretsmanager", "GetResourcePolicy" | "GetSecretValue") => call.fail(
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSPENDING".to_owned(),
        ),
        ("logs", "CreateLogStream") => {
            call.fail("ResourceAlreadyExistsException", "The specified log stream already exists".to_owned())
        }
        ("dynamodb", "UpdateItem") => {
            call.fail("ConditionalCheckFailedException", "The conditional request failed".to_owned())
        }
        // Handing out credentials does not fail by chance: what follows depends on it.
        ("sts" | "sso" | "signin", _) => call,
        _ if throttled => refuse(call, "ThrottlingException", "Rate exceeded".to_owned()),
        _ => call,
    }
}
