//! STS and sign-in: where credentials come from.
//!
//! AWS writes the session token into the response of these calls; a sample has no use for one, so it is left out.

use crate::dice::Dice;
use crate::event::{Call, Kind};
use crate::identity::Session;
use crate::json::{NULL, Raw, json};
use crate::time::{Seconds, spoken};
use crate::world::Place;

/// `responseElements` of every call that makes a session.
fn issued(session: &Session, seconds: Seconds, more: impl FnOnce(Raw, Raw) -> Raw) -> Raw {
    let credentials = json!({
        "accessKeyId": (session.key),
        "expiration": (spoken(session.since + seconds))
    });
    more(credentials, json!({"assumedRoleId": (session.principal()), "arn": (session.arn())}))
}

fn details(place: &Place, dice: &mut Dice) -> Raw {
    json!({
        "ExtendedRequestId": (format!("{}==", dice.base64(54))),
        "RequestDetails": {"awsServingRegion": (place.region), "endpointType": "regional"}
    })
}

/// AssumeRole. `source` is the source identity that the caller sets or hands on.
pub fn assume_role(dice: &mut Dice, place: &Place, session: &Session, source: Option<&str>) -> Call {
    let (arn, name) = (session.role.arn(), &session.name);
    let request = match source {
        Some(source) => json!({
            "roleArn": (arn), "roleSessionName": name, "durationSeconds": 3600, "sourceIdentity": source
        }),
        None => json!({"roleArn": (arn), "roleSessionName": name, "durationSeconds": 3600}),
    };
    let response = issued(session, 3600, |credentials, user| match source {
        Some(source) => {
            json!({"credentials": credentials, "assumedRoleUser": user, "sourceIdentity": source})
        }
        None => json!({"credentials": credentials, "assumedRoleUser": user}),
    });
    let mut call = Call::write("sts", "AssumeRole", request, response)
        .on(session.role.account, "AWS::IAM::Role", &arn)
        .with(details(place, dice));
    // STS counts it as a read, although it hands out credentials.
    call.read_only = true;
    call
}

/// AssumeRole by a service for one of its own or its customers' roles.
pub fn assume_role_for_service(session: &Session) -> Call {
    let arn = session.role.arn();
    let request = json!({"roleArn": (arn), "roleSessionName": (session.name), "durationSeconds": 3600});
    let response = issued(
        session,
        3600,
        |credentials, user| json!({"credentials": credentials, "assumedRoleUser": user}),
    );
    let mut call =
        Call::write("sts", "AssumeRole", request, response).on(session.role.account, "AWS::IAM::Role", &arn);
    call.read_only = true;
    call
}

/// AssumeRoleWithSAML, as Identity Center does it for a person.
pub fn assume_role_with_saml(dice: &mut Dice, place: &Place, session: &Session, provider: &str) -> Call {
    let arn = session.role.arn();
    let provider_arn = format!("arn:aws:iam::{}:saml-provider/{provider}", session.role.account);
    let request = json!({
        "sAMLAssertionID": (format!("_{}", dice.uuid())),
        "roleSessionName": (session.name),
        "roleArn": (arn),
        "principalArn": (provider_arn),
        "durationSeconds": 28800
    });
    let response = issued(session, 28800, |credentials, user| {
        json!({
            "credentials": credentials,
            "assumedRoleUser": user,
            "subject": (session.name),
            "subjectType": "persistent",
            "issuer": (format!("https://portal.sso.{}.amazonaws.com/saml/assertion/ZXhhbXBsZS1vcmdhbml6YXRpb24", place.region)),
            "audience": "https://signin.aws.amazon.com/saml",
            "nameQualifier": "ZXhhbXBsZS1uYW1lLXF1YWw="
        })
    });
    let mut call = Call::write("sts", "AssumeRoleWithSAML", request, response)
        .on(session.role.account, "AWS::IAM::Role", &arn)
        .on(session.role.account, "AWS::IAM::SAMLProvider", &provider_arn)
        .with(details(place, dice));
    call.read_only = true;
    call
}

/// AssumeRoleWithWebIdentity, as a CI job does it.
pub fn assume_role_with_web_identity(
    dice: &mut Dice,
    place: &Place,
    session: &Session,
    provider: &str,
    subject: &str,
) -> Call {
    let arn = session.role.arn();
    let request = json!({"roleArn": (arn), "roleSessionName": (session.name), "durationSeconds": 3600});
    let response = issued(session, 3600, |credentials, user| {
        json!({
            "credentials": credentials,
            "subjectFromWebIdentityToken": subject,
            "assumedRoleUser": user,
            "provider": provider,
            "audience": "sts.amazonaws.com"
        })
    });
    let mut extra = details(place, dice);
    extra.0.pop();
    extra.0.push_str(",\"identityProviderConnectionVerificationMethod\":\"IAMTrustStore\"}");
    let mut call = Call::write("sts", "AssumeRoleWithWebIdentity", request, response)
        .on(session.role.account, "AWS::IAM::Role", &arn)
        .with(extra);
    call.read_only = true;
    call
}

/// GetCallerIdentity.
pub fn get_caller_identity(dice: &mut Dice, place: &Place) -> Call {
    Call::read("sts", "GetCallerIdentity", NULL).with(details(place, dice))
}

/// Authenticate or Federate at Identity Center's portal.
pub fn portal(name: &'static str, role: &str, account: &str) -> Call {
    let mut call = Call::read("sso", name, NULL);
    call.kind = Kind::ServiceEvent;
    call.details = json!({"role_name": role, "account_id": account});
    call
}

/// ConsoleLogin. `outcome` is `Success` or `Failure`.
pub fn console_login(place: &Place, outcome: &str, mfa: bool, mfa_device: Option<&str>) -> Call {
    let to = format!(
        "https://{0}.console.aws.amazon.com/console/home?region={0}&state=hashArgs%23&isauthcode=true",
        place.region
    );
    let used = if mfa { "Yes" } else { "No" };
    let mut call = Call::write("signin", "ConsoleLogin", NULL, json!({"ConsoleLogin": outcome}))
        .with(match mfa_device {
            Some(device) => {
                json!({"LoginTo": to, "MobileVersion": "No", "MFAIdentifier": device, "MFAUsed": used})
            }
            None => json!({"LoginTo": to, "MobileVersion": "No", "MFAUsed": used}),
        })
        .host(format!("{}.signin.aws.amazon.com", place.region));
    call.kind = Kind::ConsoleSignIn;
    call
}
