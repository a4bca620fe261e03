//! Security Token Service: who am I, and temporary credentials.

use std::sync::Arc;

use cloudtrail::time::Time;
use serde_json::{Value, json};

use crate::credentials::Credentials;
use crate::events::record::{Happening, spoken};
use crate::http::answer::{leaf, tag};
use crate::http::protocol::Protocol;
use crate::identity::policy::{Policy, Question, Verdict};
use crate::identity::sample::managed_policy;
use crate::identity::{Caller, Principal, Role, Session};
use crate::problem::{Problem, Result};
use crate::random;
use crate::world::{Call, Done, denied, lock};

/// Shortest session, in seconds.
const SHORTEST: i64 = 900;
/// Longest session of a role that was assumed with a role's session, in seconds.
const CHAINED: i64 = 3600;
/// Longest session of GetSessionToken, in seconds, and of root's.
const LONGEST_TOKEN: (i64, i64) = (129_600, 3600);

/// Most managed policies that narrow a session down.
const MOST_POLICIES: usize = 10;

/// Does an operation of STS.
pub(crate) fn perform(call: &Call<'_>, input: &Value) -> Result<Done> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(get_caller_identity(call)),
        "AssumeRole" => assume_role(call, input),
        "GetSessionToken" => get_session_token(call, input),
        name => {
            let version = input["Version"].as_str().unwrap_or_default();
            let text = format!("Could not find operation {name} for version {version}");
            Err(Problem::new("InvalidAction", text))
        }
    }
}

fn get_caller_identity(call: &Call<'_>) -> Done {
    let caller = &call.caller;
    let members =
        leaf("Arn", &caller.arn()) + &leaf("UserId", &caller.user_id()) + &leaf("Account", &caller.account);
    Done::read(json!(members))
}

fn get_session_token(call: &Call<'_>, input: &Value) -> Result<Done> {
    let caller = &call.caller;
    if caller.session.is_some() {
        return Err(refused("Cannot call GetSessionToken with session credentials".to_owned()));
    }
    // Every user may, unless a policy says no.
    if let Err(problem) = call.allow("sts:GetSessionToken", None)
        && problem.message.contains("explicit deny")
    {
        return Err(problem);
    }
    let longest = if caller.principal == Principal::Root { LONGEST_TOKEN.1 } else { LONGEST_TOKEN.0 };
    let duration = duration(input, 43_200.min(longest), LONGEST_TOKEN.0)?.min(longest);
    let session = Session {
        account: caller.account.clone(),
        principal: caller.principal.clone(),
        token: String::new(),
        created: call.now,
        expires: call.now.plus(duration * 1000),
        mfa: second_factor(call, input)?,
        policy: None,
        source_identity: None,
        person: None,
    };
    let issued = lock(&call.world.directory).issue_session(session);
    Ok(Done { response: recorded_credentials(&issued), ..Done::read(json!(credentials_xml(&issued))) })
}

fn assume_role(call: &Call<'_>, input: &Value) -> Result<Done> {
    let caller = &call.caller;
    let role_arn = required(input, "RoleArn", "roleArn")?;
    let name = required(input, "RoleSessionName", "roleSessionName")?;
    check_name(name, "roleSessionName")?;
    let source = text(input, "SourceIdentity");
    source.map_or(Ok(()), |source| check_name(source, "sourceIdentity"))?;
    if !role_arn.starts_with("arn:aws:iam::") {
        return Err(invalid(format!("{role_arn} is invalid")));
    }
    if caller.principal == Principal::Root {
        return Err(refused("Roles may not be assumed by root accounts.".to_owned()));
    }
    let policy = session_policy(input)?;
    let asked = duration(input, 3600, 43_200)?;
    let factor = second_factor(call, input)?;

    let (account, role) = may_assume(call, input, role_arn, factor)?;
    let chained = matches!(caller.principal, Principal::Role { .. });
    if chained && asked > CHAINED {
        let text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
        return Err(invalid(text.to_owned()));
    }
    if asked > role.longest {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned(),
        ));
    }
    // Once set, it stays along the chain.
    let inherited = caller.session.as_ref().and_then(|session| session.source_identity.clone());
    let session = Session {
        account: account.clone(),
        principal: Principal::Role {
            name: role.name.clone(),
            path: role.path.clone(),
            id: role.id.clone(),
            session: name.to_owned(),
        },
        token: String::new(),
        created: call.now,
        expires: call.now.plus(asked * 1000),
        // A factor shown for this call counts for the trust policy alone, as in AWS.
        mfa: None,
        policy,
        source_identity: inherited.or_else(|| source.map(str::to_owned)),
        person: None,
    };
    let source = session.source_identity.clone();
    let assumed = Caller {
        account: account.clone(),
        principal: session.principal.clone(),
        key: String::new(),
        session: Some(Arc::new(session.clone())),
    };
    let issued = lock(&call.world.directory).issue_session(session);
    let user = leaf("AssumedRoleId", &assumed.user_id()) + &leaf("Arn", &assumed.arn());
    let mut members = tag("AssumedRoleUser", &user) + &credentials_xml(&issued);
    let mut response = recorded_credentials(&issued);
    response["assumedRoleUser"] = json!({"assumedRoleId": assumed.user_id(), "arn": assumed.arn()});
    if let Some(source) = &source {
        members.push_str(&leaf("SourceIdentity", source));
        response["sourceIdentity"] = json!(source);
    }
    let mut done = Done { response, ..Done::read(json!(members)) }.on(&account, "AWS::IAM::Role", role_arn);
    if account != caller.account {
        tell_owner(call, &mut done, &account, role_arn, name);
    }
    Ok(done)
}

/// What a session is narrowed down to: a policy in the call, and policies that AWS manages, together.
fn session_policy(input: &Value) -> Result<Option<Policy>> {
    let mut policies = Vec::new();
    if let Some(text) = text(input, "Policy") {
        policies.push(Policy::parse(text).map_err(|error| Problem::new("MalformedPolicyDocument", error))?);
    }
    for number in 1..=MOST_POLICIES {
        let Some(arn) = text(input, &format!("PolicyArns.member.{number}.arn")) else { break };
        let unknown = || invalid(format!("The policy {arn} does not exist or is not attachable."));
        policies.push(managed_policy(arn).ok_or_else(unknown)?);
    }
    Ok(policies.into_iter().reduce(Policy::and))
}

/// Whether the caller may assume the role: by the role's trust policy and, unless that names the caller itself in its own
/// account, by the caller's policies too.
fn may_assume(call: &Call<'_>, input: &Value, arn: &str, factor: Option<Time>) -> Result<(String, Role)> {
    let caller = &call.caller;
    let no = || {
        refused(format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            caller.arn()
        ))
    };
    let mut context = call.context();
    if factor.is_some() {
        context.insert("aws:multifactorauthpresent".to_owned(), "true".to_owned());
    }
    for (parameter, key) in [
        ("ExternalId", "sts:externalid"),
        ("RoleSessionName", "sts:rolesessionname"),
        ("SourceIdentity", "sts:sourceidentity"),
    ] {
        if let Some(value) = text(input, parameter) {
            context.insert(key.to_owned(), value.to_owned());
        }
    }
    let directory = lock(&call.world.directory);
    let allowed = directory.authorize(caller, "sts:AssumeRole", Some(arn), &context);
    // A role that does not exist is denied like one that trusts somebody else.
    let Some((account, role)) = directory.role(arn) else {
        allowed.map_err(refused)?;
        return Err(no());
    };
    let names = caller.principals();
    let ask = |principals: &[String]| {
        role.trust.ask(&Question { action: "sts:AssumeRole", resource: arn, principals, context: &context })
    };
    if ask(&names) != Verdict::Allowed {
        return Err(no());
    }
    // The last two names are those of the whole account.
    let by_name = account.id == caller.account && ask(&names[..names.len() - 2]) == Verdict::Allowed;
    match allowed {
        Err(message) if !by_name || message.contains("explicit deny") => Err(refused(message)),
        _ => Ok((account.id.clone(), role.clone())),
    }
}

/// The record of the role's account: it sees that somebody from another account came, with the same shared id.
fn tell_owner(call: &Call<'_>, done: &mut Done, account: &str, role_arn: &str, name: &str) {
    let shared = random::guid();
    let identity =
        json!({"type": "AWSAccount", "principalId": call.caller.user_id(), "accountId": call.caller.account});
    done.also.push(Happening {
        request: json!({"roleArn": role_arn, "roleSessionName": name}),
        response: done.response.clone(),
        resources: done.resources.clone(),
        shared: Some(shared.clone()),
        ..Happening::bare(
            "sts.amazonaws.com",
            "AssumeRole",
            identity,
            (account, &call.region),
            call.now,
            &call.envelope,
        )
    });
    done.shared = Some(shared);
}

/// When a second factor was shown with the call.
fn second_factor(call: &Call<'_>, input: &Value) -> Result<Option<Time>> {
    let (Some(serial), Some(code)) = (text(input, "SerialNumber"), text(input, "TokenCode")) else {
        return match (text(input, "SerialNumber"), text(input, "TokenCode")) {
            (None, None) => Ok(None),
            _ => Err(invalid("Please provide both MFA serial number and one time pass code.".to_owned())),
        };
    };
    let directory = lock(&call.world.directory);
    let user = match &call.caller.principal {
        Principal::User { name, .. } => {
            directory.accounts.get(&call.caller.account).and_then(|account| account.users.get(name))
        }
        _ => None,
    };
    match user.and_then(|user| user.mfa.as_ref()).filter(|mfa| mfa.serial == serial) {
        Some(mfa) if mfa.accepts(code, call.now) => Ok(Some(call.now)),
        Some(_) => Err(refused("MultiFactorAuthentication failed with invalid MFA one time pass code. ".to_owned())),
        None => Err(refused("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.".to_owned())),
    }
}

fn duration(input: &Value, default: i64, longest: i64) -> Result<i64> {
    let Some(text) = text(input, "DurationSeconds") else { return Ok(default) };
    let seconds: i64 =
        text.parse().map_err(|_| Problem::new("MalformedInput", "DurationSeconds is no number"))?;
    let constraint = if seconds < SHORTEST {
        format!("greater than or equal to {SHORTEST}")
    } else if seconds > longest {
        format!("less than or equal to {longest}")
    } else {
        return Ok(seconds);
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {constraint}"
    )))
}

fn check_name(name: &str, member: &str) -> Result<()> {
    let characters = name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if characters && (2..=64).contains(&name.len()) {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
    )))
}

fn required<'i>(input: &'i Value, parameter: &str, member: &str) -> Result<&'i str> {
    text(input, parameter).ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

fn text<'i>(input: &'i Value, parameter: &str) -> Option<&'i str> {
    input[parameter].as_str().filter(|text| !text.is_empty())
}

fn invalid(message: String) -> Problem {
    Problem::new("ValidationError", message)
}

fn refused(message: String) -> Problem {
    denied(Protocol::Query, message)
}

fn credentials_xml(issued: &Credentials) -> String {
    let members = leaf("AccessKeyId", &issued.access_key_id)
        + &leaf("SecretAccessKey", &issued.secret_access_key)
        + &leaf("SessionToken", issued.session_token.as_deref().unwrap_or_default())
        + &leaf("Expiration", &issued.expires.unwrap_or_default().to_string());
    tag("Credentials", &members)
}

/// What the record keeps of credentials: the key's id, by which later calls are found, and nothing that opens anything.
fn recorded_credentials(issued: &Credentials) -> Value {
    json!({"credentials": {
        "accessKeyId": issued.access_key_id, "expiration": spoken(issued.expires.unwrap_or_default()),
    }})
}
