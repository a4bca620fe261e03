//! IAM.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::time::{Seconds, spoken};
use crate::world::Place;

fn read(name: &'static str, request: Raw) -> Call {
    Call::read("iam", name, request).host("iam.amazonaws.com".to_owned())
}

fn write(name: &'static str, request: Raw, response: Raw) -> Call {
    Call::write("iam", name, request, response).host("iam.amazonaws.com".to_owned())
}

/// A role name that stands in the account.
pub fn role_name(dice: &mut Dice, place: &Place) -> String {
    let app = dice.pick(place.apps);
    let suffix = *dice.pick(&["instance", "task", "function"]);
    format!("{app}-{suffix}")
}

/// The calls behind the console's page of a role.
pub fn role_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let role = role_name(dice, place);
    vec![
        read("ListRoles", json!({"maxItems": 1000})),
        read("GetRole", json!({"roleName": (role)})),
        read("ListAttachedRolePolicies", json!({"roleName": (role), "maxItems": 1000})),
        read("ListRolePolicies", json!({"roleName": (role), "maxItems": 1000})),
        read("GetRolePolicy", json!({"roleName": (role), "policyName": "application"})),
        read("ListInstanceProfilesForRole", json!({"roleName": (role)})),
        read("GetServiceLastAccessedDetails", json!({"jobId": (dice.uuid()), "maxItems": 1000})),
        read("GetAccountSummary", NULL),
    ]
}

/// The calls behind the console's page of users.
pub fn users_page() -> Vec<Call> {
    let mut calls = vec![read("ListUsers", json!({"maxItems": 1000})), read("GetAccountSummary", NULL)];
    for user in ["ci-deploy", "svc-netops", "backup-runner"] {
        calls.push(read("ListGroupsForUser", json!({"userName": user, "maxItems": 1000})));
        calls.push(read("ListAccessKeys", json!({"userName": user, "maxItems": 1000})));
        calls.push(read("ListMFADevices", json!({"userName": user, "maxItems": 1000})));
        calls.push(read("GetLoginProfile", json!({"userName": user})));
    }
    calls
}

/// GetRole.
pub fn get_role(name: &str) -> Call {
    read("GetRole", json!({"roleName": name}))
}

/// ListAttachedRolePolicies.
pub fn list_attached(name: &str) -> Call {
    read("ListAttachedRolePolicies", json!({"roleName": name}))
}

/// ListRolePolicies.
pub fn list_inline(name: &str) -> Call {
    read("ListRolePolicies", json!({"roleName": name}))
}

/// A List or Get call without parameters.
pub fn plain(name: &'static str) -> Call {
    read(name, NULL)
}

/// GetPolicy and GetPolicyVersion of a managed policy.
pub fn policy_reads(place: &Place, policy: &str) -> [Call; 2] {
    let arn = format!("arn:aws:iam::{}:policy/{policy}", place.account);
    [
        read("GetPolicy", json!({"policyArn": (arn)})),
        read("GetPolicyVersion", json!({"policyArn": (arn), "versionId": "v3"})),
    ]
}

/// PutRolePolicy.
pub fn put_role_policy(role: &str, policy: &str, document: &str) -> Call {
    write("PutRolePolicy", json!({"roleName": role, "policyName": policy, "policyDocument": document}), NULL)
}

/// DetachRolePolicy.
pub fn detach_role_policy(role: &str, policy_arn: &str) -> Call {
    write("DetachRolePolicy", json!({"roleName": role, "policyArn": policy_arn}), NULL)
}

/// DeleteRolePolicy.
pub fn delete_role_policy(role: &str, policy: &str) -> Call {
    write("DeleteRolePolicy", json!({"roleName": role, "policyName": policy}), NULL)
}

/// DeleteRole.
pub fn delete_role(role: &str) -> Call {
    write("DeleteRole", json!({"roleName": role}), NULL)
}

/// CreateAccessKey for a user.
pub fn create_access_key(dice: &mut Dice, user: &str, time: Seconds) -> Call {
    let response = json!({"accessKey": {
        "userName": user,
        "accessKeyId": (format!("AKIAEXAMPLE{}", dice.base32(9))),
        "status": "Active",
        "createDate": (spoken(time))
    }});
    write("CreateAccessKey", json!({"userName": user}), response)
}
