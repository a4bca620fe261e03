//! Temporary credentials.

use sandbox::{Credentials, Who};
use serde_json::json;

use crate::client::{Answer, Client, Stand};

fn issued(answer: &Answer) -> Credentials {
    assert_eq!(answer.status, 200, "{answer:?}");
    Credentials {
        access_key_id: answer.between("AccessKeyId"),
        secret_access_key: answer.between("SecretAccessKey"),
        session_token: Some(answer.between("SessionToken")),
        expires: None,
    }
}

async fn assume(client: &Client, role: &str, more: &[(&str, &str)]) -> Answer {
    let mut parameters = vec![("RoleArn", role), ("RoleSessionName", "me")];
    parameters.extend(more);
    client.sts("AssumeRole", &parameters).await
}

const AUDITOR: &str = "arn:aws:iam::444455556666:role/Auditor";

#[tokio::test]
async fn a_role_of_another_account() {
    let stand = Stand::empty().await;
    let auditor = stand.client(Who::Auditor);
    let answer = assume(&auditor, AUDITOR, &[("SourceIdentity", "ana"), ("DurationSeconds", "900")]).await;
    let session = stand.client_of(issued(&answer));
    assert_eq!(answer.between("Expiration"), "2026-11-22T12:15:00Z");
    let identity = session.sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.between("Arn"), "arn:aws:sts::444455556666:assumed-role/Auditor/me");

    let ours = &auditor.history().await[0];
    let theirs = &session.history().await[1];
    assert_eq!(ours["responseElements"]["credentials"]["accessKeyId"], session.keys.access_key_id);
    assert_eq!(ours["requestParameters"]["durationSeconds"], 900);
    assert_eq!(ours["sharedEventID"], theirs["sharedEventID"]);
    assert!(ours["sharedEventID"].is_string());
    assert_eq!(theirs["userIdentity"]["type"], "AWSAccount");
    let text = format!("{ours} {theirs}");
    assert!(!text.contains(&session.keys.secret_access_key));
    assert!(!text.contains(session.keys.session_token.as_ref().unwrap()));
    let own = &session.history().await[0];
    assert_eq!(own["userIdentity"]["sessionContext"]["sourceIdentity"], "ana");
}

#[tokio::test]
async fn what_a_role_asks_for() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let vendor = "arn:aws:iam::111122223333:role/Vendor";
    assert_eq!(assume(&admin, vendor, &[]).await.code(), "AccessDenied");
    assert_eq!(assume(&admin, vendor, &[("ExternalId", "wrong")]).await.code(), "AccessDenied");
    assert_eq!(assume(&admin, vendor, &[("ExternalId", "waymark-sandbox")]).await.status, 200);

    let glass = "arn:aws:iam::111122223333:role/BreakGlass";
    let serial = "arn:aws:iam::111122223333:mfa/administrator";
    let code = stand.running.mfa_code(serial).unwrap();
    assert_eq!(assume(&admin, glass, &[]).await.code(), "AccessDenied");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = assume(&admin, glass, &[("SerialNumber", serial), ("TokenCode", wrong)]).await;
    assert!(answer.between("Message").contains("invalid MFA one time pass code"), "{answer:?}");
    assert_eq!(assume(&admin, glass, &[("SerialNumber", serial), ("TokenCode", &code)]).await.status, 200);
}

#[tokio::test]
async fn who_may_not() {
    let stand = Stand::empty().await;
    let newcomer = stand.client(Who::Newcomer);
    let answer = assume(&newcomer, AUDITOR, &[]).await;
    assert_eq!((answer.status, answer.code()), (403, "AccessDenied".to_owned()));
    assert_eq!(
        answer.between("Message"),
        "User: arn:aws:iam::111122223333:user/newcomer is not authorized to perform: sts:AssumeRole on resource: \
         arn:aws:iam::444455556666:role/Auditor because no identity-based policy allows the sts:AssumeRole action"
    );
    let admin = stand.client(Who::Administrator);
    assert_eq!(assume(&admin, "arn:aws:iam::444455556666:role/Nobody", &[]).await.code(), "AccessDenied");
    assert_eq!(assume(&stand.client(Who::Root), AUDITOR, &[]).await.code(), "AccessDenied");
    // The administrator of `staging` is not trusted by `security-audit`.
    let staging = stand.client_of(stand.running.session("444455556666", "Administrator", "me", 900).unwrap());
    assert_eq!(assume(&staging, "arn:aws:iam::777788889999:role/Auditor", &[]).await.code(), "AccessDenied");
    for (parameter, value, code) in [
        ("DurationSeconds", "899", "ValidationError"),
        ("DurationSeconds", "43201", "ValidationError"),
        ("Policy", "no policy", "MalformedPolicyDocument"),
        ("SourceIdentity", "x y", "ValidationError"),
        ("SerialNumber", "x", "ValidationError"),
    ] {
        assert_eq!(assume(&admin, AUDITOR, &[(parameter, value)]).await.code(), code, "{parameter}={value}");
    }
    assert_eq!(admin.sts("AssumeRole", &[("RoleArn", AUDITOR)]).await.code(), "ValidationError");
}

#[tokio::test]
async fn a_session_policy_narrows_down_and_chains_last_an_hour() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}"#;
    let role = "arn:aws:iam::111122223333:role/Administrator";
    let session = stand.client_of(issued(&assume(&admin, role, &[("Policy", policy)]).await));
    let answer = session.trail("LookupEvents", json!({})).await;
    let text = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(text.ends_with("because no session policy allows the cloudtrail:LookupEvents action"), "{text}");
    let read_only = [("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")];
    let reader = stand.client_of(issued(&assume(&admin, role, &read_only).await));
    assert_eq!(reader.trail("LookupEvents", json!({})).await.status, 200);
    assert_eq!(
        reader.trail("StopLogging", json!({"Name": "payments-audit"})).await.code(),
        "AccessDeniedException"
    );
    let unknown = [("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/Nothing")];
    assert_eq!(assume(&admin, role, &unknown).await.code(), "ValidationError");
    assert_eq!(assume(&session, AUDITOR, &[("DurationSeconds", "3601")]).await.code(), "ValidationError");
    assert_eq!(assume(&session, AUDITOR, &[("DurationSeconds", "3600")]).await.status, 200);
}

#[tokio::test]
async fn a_call_in_the_address() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let role = "arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2FAuditor";
    let path = format!("/?Action=AssumeRole&RoleArn={role}&RoleSessionName=me&Version=2011-06-15");
    let answer = admin.signed("sts", "GET", &path, &[], "").await;
    assert!(answer.between("Arn").ends_with("assumed-role/Auditor/me"), "{answer:?}");
}

#[tokio::test]
async fn a_user_whose_policy_demands_mfa() {
    let stand = Stand::empty().await;
    let user = stand.client(Who::Mfa);
    let answer = user.trail("LookupEvents", json!({})).await;
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .ends_with("with an explicit deny in an identity-based policy"),
        "{answer:?}"
    );
    let without = stand.client_of(issued(&user.sts("GetSessionToken", &[]).await));
    assert_eq!(without.trail("LookupEvents", json!({})).await.code(), "AccessDeniedException");

    let serial = "arn:aws:iam::111122223333:mfa/mfa";
    let code = stand.running.mfa_code(serial).unwrap();
    let with = user.sts("GetSessionToken", &[("SerialNumber", serial), ("TokenCode", &code)]).await;
    let with = stand.client_of(issued(&with));
    assert_eq!(with.trail("LookupEvents", json!({})).await.status, 200);
    assert_eq!(with.sts("GetSessionToken", &[]).await.code(), "AccessDenied");
    let record = with.history().await;
    assert!(record.iter().any(|record| record["eventName"] == "GetSessionToken"
        && record["requestParameters"]["tokenCode"].is_null()));
}

#[tokio::test]
async fn signing_in_to_the_console_is_recorded() {
    let stand = Stand::empty().await;
    let client = stand.client_of(stand.running.session("444455556666", "Auditor", "me", 900).unwrap());
    let ask = |keys: &Credentials, secret: &str| {
        let token = keys.session_token.clone().unwrap();
        let session =
            json!({"sessionId": keys.access_key_id, "sessionKey": secret, "sessionToken": token}).to_string();
        let query =
            serde_urlencoded::to_string([("Action", "getSigninToken"), ("Session", session.as_str())])
                .unwrap();
        format!("/federation?{query}")
    };
    assert_eq!(client.plain("GET", &ask(&client.keys, "wrong"), &[], "").await.status, 400);
    let answer =
        client.plain("GET", &ask(&client.keys, &client.keys.secret_access_key), &[], "").await.json();
    let query = [("Action", "login"), ("SigninToken", answer["SigninToken"].as_str().unwrap())];
    let login = format!("/federation?{}", serde_urlencoded::to_string(query).unwrap());
    let page = client.plain("GET", &login, &[], "").await;
    assert!(page.status == 200 && page.body.contains("assumed-role/Auditor/me"), "{page:?}");
    assert_eq!(client.plain("GET", &login, &[], "").await.status, 400, "good once");
    let history = client.in_region("us-east-1").history().await;
    assert_eq!(history.len(), 1);
    let record = &history[0];
    assert_eq!(
        (&record["eventName"], &record["eventType"]),
        (&json!("ConsoleLogin"), &json!("AwsConsoleSignIn"))
    );
    assert_eq!(record["responseElements"]["ConsoleLogin"], "Success");
    assert_eq!(record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"], "Auditor");
}
