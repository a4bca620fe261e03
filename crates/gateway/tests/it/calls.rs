//! Identities, exchanged credentials, pages of event history, and what goes wrong.

use cloudtrail::time::{DAY, Time};
use gateway::{AssumeRole, Attribute, Credentials, Kind, Lookup, Mfa};
use sandbox::{Events, Who};

use crate::support::{gateway, hurried, keys, sandbox, system_clock};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";

fn ninety_days() -> (Time, Time) {
    let now = system_clock()();
    (now.plus(-90 * DAY), now)
}

fn all<'a>(range: (Time, Time)) -> Lookup<'a> {
    Lookup { account: ACCOUNT, region: REGION, range, attribute: None, insights: false, token: None }
}

#[tokio::test]
async fn credentials_say_whose_they_are() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let auditor = gateway.caller(&keys(&sandbox, Who::Auditor)).await.unwrap();
    assert_eq!(auditor.account, ACCOUNT);
    assert!(auditor.arn.starts_with("arn:aws:iam::111122223333:user/"), "{auditor:?}");
    assert!(!auditor.is_root());
    assert!(gateway.caller(&keys(&sandbox, Who::Root)).await.unwrap().is_root());
}

#[tokio::test]
async fn a_users_keys_are_exchanged_for_a_session() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let session = gateway.session_token(&keys(&sandbox, Who::Auditor), None, Some(900)).await.unwrap();
    assert!(!session.is_long_lived() && session.expires().is_some());
    let role = AssumeRole {
        arn: format!("arn:aws:iam::{ACCOUNT}:role/Auditor"),
        external_id: None,
        session_name: "jo".into(),
        seconds: Some(900),
        mfa: None,
    };
    let role = gateway.assume_role(&keys(&sandbox, Who::Auditor), &role).await.unwrap();
    assert_eq!(gateway.caller(&role).await.unwrap().name(), "Auditor/jo");
}

#[tokio::test]
async fn a_second_factor_opens_what_asks_for_one() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let keys = keys(&sandbox, Who::Mfa);
    let denied = gateway.lookup(&keys, &all(ninety_days())).await.unwrap_err();
    assert_eq!(denied.kind(), Kind::Denied, "{denied:?}");
    let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/mfa");
    let code = sandbox.mfa_code(&serial).unwrap();
    let mfa = Mfa { serial, code: code.into() };
    let session = gateway.session_token(&keys, Some(mfa), None).await.unwrap();
    gateway.lookup(&session, &all(ninety_days())).await.unwrap();
}

#[tokio::test]
async fn event_history_comes_page_by_page_and_newest_first() {
    let sandbox = sandbox(Events::Sample(3_000)).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let keys = keys(&sandbox, Who::Auditor);
    let wanted = all(ninety_days());
    let first = gateway.lookup(&keys, &wanted).await.unwrap();
    assert_eq!(first.records.len(), 50);
    let next = Lookup { token: first.token.as_deref(), ..wanted.clone() };
    let second = gateway.lookup(&keys, &next).await.unwrap();
    assert!(
        second.oldest < first.oldest && first.records.iter().all(|record| !second.records.contains(record))
    );

    let stop = Attribute { key: "EventName", value: "StopInstances".into() };
    let stops = gateway.lookup(&keys, &Lookup { attribute: Some(&stop), ..wanted.clone() }).await.unwrap();
    assert!(!stops.records.is_empty() && stops.records.iter().all(|record| record.contains("StopInstances")));

    // A token goes on with its own list only.
    let other = Lookup { attribute: Some(&stop), token: first.token.as_deref(), ..wanted };
    assert_eq!(gateway.lookup(&keys, &other).await.unwrap_err().kind(), Kind::StaleToken);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let unknown = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE".into(),
        "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY".into(),
        None,
        None,
    );
    let error = gateway.caller(&unknown.unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid, "{error:?}");

    let denied = gateway.lookup(&keys(&sandbox, Who::Newcomer), &all(ninety_days())).await.unwrap_err();
    assert_eq!(denied.missing_permission().as_deref(), Some("cloudtrail:LookupEvents"));

    let revoked = keys(&sandbox, Who::Administrator);
    sandbox.revoke(revoked.access_key_id());
    assert_eq!(gateway.lookup(&revoked, &all(ninety_days())).await.unwrap_err().kind(), Kind::Invalid);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_unreachable() {
    let sandbox = sandbox(Events::None).await;
    // A port that a sandbox has left may be another's at once: nobody listens on this one.
    let gateway = hurried("http://127.0.0.1:1".to_owned(), &[REGION]);
    let keys = keys(&sandbox, Who::Auditor);
    assert_eq!(gateway.caller(&keys).await.unwrap_err().kind(), Kind::Unreachable);
}
