//! SSO, the portal's API: ListAccounts, ListAccountRoles, GetRoleCredentials, Logout, with a bearer token.

use axum::http::request::Parts;
use cloudtrail::time::Time;
use serde_json::{Value, json};

use super::{Person, Trace, store};
use crate::events::record::{Happening, spoken};
use crate::http::protocol::unknown_operation;
use crate::identity::sample::reserved_role;
use crate::identity::{Principal, Session};
use crate::problem::{Problem, Result};
use crate::services::organizations::email;
use crate::world::{Envelope, World, lock};

/// Most items on a page, and how many there are if nothing is said.
const PAGE: usize = 100;

/// Does an operation.
pub(super) fn perform(
    world: &World,
    operation: &str,
    parts: &Parts,
    envelope: &Envelope,
    now: Time,
    trace: &mut Trace,
) -> Result<Value> {
    let token =
        parts.headers.get("x-amz-sso_bearer_token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let person = {
        let center = lock(&world.center);
        let login = center.logins.get(token).filter(|login| login.expires > now);
        login.map(|login| login.person).ok_or_else(|| {
            Problem::new("UnauthorizedException", "Session token not found or invalid").status(401)
        })?
    };
    trace.person = Some(person);
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match operation {
        "ListAccounts" => {
            let accounts = person.accounts().map(
                |(id, name, _)| json!({"accountId": id, "accountName": name, "emailAddress": email(id)}),
            );
            page("accountList", accounts.collect(), &parameter)
        }
        "ListAccountRoles" => {
            let account = required(parameter("account_id"), "account_id")?;
            trace.request = json!({"accountId": account});
            let roles =
                grants(person, account)?.iter().map(|set| json!({"roleName": set, "accountId": account}));
            page("roleList", roles.collect(), &parameter)
        }
        "GetRoleCredentials" => {
            let account = required(parameter("account_id"), "account_id")?;
            let role = required(parameter("role_name"), "role_name")?;
            trace.request = json!({"accountId": account, "roleName": role});
            if !grants(person, account)?.contains(&role) {
                return Err(no_access());
            }
            credentials(world, person, account, role, envelope, now, trace)
        }
        "Logout" => {
            lock(&world.center).logins.remove(token);
            Ok(json!({}))
        }
        name => Err(unknown_operation(name)),
    }
}

fn credentials(
    world: &World,
    person: &'static Person,
    account: &str,
    set: &str,
    envelope: &Envelope,
    now: Time,
    trace: &mut Trace,
) -> Result<Value> {
    let mut directory = lock(&world.directory);
    let found =
        directory.accounts.get(account).and_then(|found| found.roles.get(&reserved_role(account, set)));
    let role = found.cloned().ok_or_else(no_access)?;
    let arn = role.arn(account);
    let session_arn = format!("arn:aws:sts::{account}:assumed-role/{}/{}", role.name, person.address());
    let session_id = format!("{}:{}", role.id, person.address());
    let session = Session {
        account: account.to_owned(),
        principal: Principal::Role {
            name: role.name,
            path: role.path,
            id: role.id,
            session: person.address(),
        },
        token: String::new(),
        created: now,
        expires: now.plus(world.role_life),
        mfa: None,
        policy: None,
        source_identity: None,
        person: Some((person.user_id(), store())),
    };
    let issued = directory.issue_session(session);
    let expires = issued.expires.unwrap_or_default();
    // The account sees how the person came in, and which key they got.
    let identity = json!({
        "type": "SAMLUser", "principalId": format!("sandbox:{}", person.address()), "userName": person.address(),
        "identityProvider": "sandbox",
    });
    trace.also.push(Happening {
        request: json!({
            "sAMLAssertionID": envelope.request_id, "roleSessionName": person.address(), "roleArn": arn,
            "principalArn": format!("arn:aws:iam::{account}:saml-provider/AWSSSO_sandbox_DO_NOT_DELETE"), "durationSeconds": world.role_life / 1000,
        }),
        response: json!({
            "credentials": {"accessKeyId": issued.access_key_id, "expiration": spoken(expires)},
            "assumedRoleUser": {"assumedRoleId": session_id, "arn": session_arn},
        }),
        resources: vec![(account.to_owned(), "AWS::IAM::Role", arn)],
        ..Happening::bare("sts.amazonaws.com", "AssumeRoleWithSAML", identity, (account, super::REGION), now, envelope)
    });
    Ok(json!({"roleCredentials": {
        "accessKeyId": issued.access_key_id, "secretAccessKey": issued.secret_access_key,
        "sessionToken": issued.session_token, "expiration": expires.as_millis(),
    }}))
}

fn grants(person: &Person, account: &str) -> Result<&'static [&'static str]> {
    person.accounts().find(|(id, ..)| *id == account).map(|(_, _, sets)| sets).ok_or_else(no_access)
}

fn page<'p>(name: &str, items: Vec<Value>, parameter: &impl Fn(&str) -> Option<&'p str>) -> Result<Value> {
    let wrong = |what: &str| Problem::new("InvalidRequestException", format!("{what} is not valid"));
    let size = parameter("max_result").map_or(Ok(PAGE), str::parse).map_err(|_| wrong("max_result"))?;
    if !(1..=PAGE).contains(&size) {
        return Err(wrong("max_result"));
    }
    // The token is how many items came before.
    let start: usize = parameter("next_token").map_or(Ok(0), str::parse).map_err(|_| wrong("next_token"))?;
    let mut output = json!({name: items.iter().skip(start).take(size).collect::<Vec<_>>()});
    if items.len() > start.saturating_add(size) {
        output["nextToken"] = json!((start + size).to_string());
    }
    Ok(output)
}

fn required<'v>(value: Option<&'v str>, name: &str) -> Result<&'v str> {
    value.ok_or_else(|| Problem::new("InvalidRequestException", format!("{name} is required")))
}

fn no_access() -> Problem {
    Problem::new("ForbiddenException", "No access").status(403)
}
