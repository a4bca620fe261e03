//! What AWS does not let in, and what it does not allow: each has its kind, and words that say what to do.

use std::time::Duration;

use cloudtrail::search::{Search, TimeRange, parse};
use cloudtrail::time::{DAY, MINUTE, Time};
use gateway::sync::{History, RegionState};
use gateway::{AssumeRole, BadCredentials, Credentials, Gateway, GatewayError, Kind, Lookup};
use sandbox::{Clock, Events, Options, Running, Sandbox, Who};

use crate::support::{gateway, keys, sandbox, system_clock};

const ACCOUNT: &str = "111122223333";
const STAGING: &str = "444455556666";
const REGION: &str = "eu-central-1";

/// Of an account's Region, everything.
fn all<'a>(account: &'a str, region: &'a str) -> Lookup<'a> {
    let now = system_clock()();
    let range = (now.plus(-90 * DAY), now);
    Lookup { account, region, range, attribute: None, insights: false, token: None }
}

fn of(keys: &sandbox::Credentials) -> Credentials {
    let (id, secret) = (keys.access_key_id.clone(), keys.secret_access_key.clone());
    Credentials::new(id, secret, keys.session_token.clone(), None).unwrap()
}

/// What is answered to a lookup and to the question who it is.
async fn refused(gateway: &Gateway, credentials: &Credentials) -> [GatewayError; 2] {
    let lookup = gateway.lookup(credentials, &all(ACCOUNT, REGION)).await.unwrap_err();
    [lookup, gateway.caller(credentials).await.unwrap_err()]
}

fn said(error: &GatewayError) -> String {
    format!("{}. {} {}", error.title(), error.detail(), error.help().unwrap_or_default())
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_an_unknown_key() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let right = sandbox.session(ACCOUNT, "Auditor", "jo", 900).unwrap();
    let wrong = sandbox::Credentials { secret_access_key: "x".repeat(40), ..right.clone() };
    let unknown = sandbox::Credentials { access_key_id: "ASIAIOSFODNN7EXAMPLE".into(), ..right.clone() };
    let token = right.session_token.clone().unwrap();
    for error in refused(&gateway, &of(&wrong)).await {
        assert_eq!(error.kind(), Kind::Invalid, "{error:?}");
        let said = said(&error);
        assert!(said.contains("the secret is not its secret"), "{said}");
        assert!(!said.contains(&token) && !said.contains(&"x".repeat(40)), "{said}");
    }
    for error in refused(&gateway, &of(&unknown)).await {
        assert_eq!(error.kind(), Kind::Invalid, "{error:?}");
        assert!(said(&error).contains("Deleted and deactivated keys"), "{error:?}");
    }
    gateway.caller(&of(&right)).await.unwrap();
}

#[tokio::test]
async fn a_session_that_has_expired_or_was_revoked() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let expired = sandbox.session(ACCOUNT, "Auditor", "jo", -1).unwrap();
    for error in refused(&gateway, &of(&expired)).await {
        assert_eq!(error.kind(), Kind::Expired, "{error:?}");
        assert!(said(&error).contains("Sign in again"), "{error:?}");
    }
    let session = sandbox.session(ACCOUNT, "Auditor", "jo", 900).unwrap();
    gateway.lookup(&of(&session), &all(ACCOUNT, REGION)).await.unwrap();
    sandbox.revoke(&session.access_key_id);
    for error in refused(&gateway, &of(&session)).await {
        assert_eq!(error.kind(), Kind::Invalid, "{error:?}");
    }
}

#[test]
fn what_cannot_be_credentials_is_not_sent() {
    let new = |key: &str, secret: &str, token: Option<&str>| {
        Credentials::new(key.to_owned(), secret.to_owned(), token.map(str::to_owned), None).unwrap_err()
    };
    let (key, secret) = ("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    assert_eq!(new(key, secret, None), BadCredentials::TokenMissing);
    assert_eq!(new("", secret, None), BadCredentials::Missing("the access key id"));
    assert_eq!(new(key, " ", Some("x")), BadCredentials::Missing("the secret access key"));
    for (key, secret, token) in [
        ("ASIA", secret, None),
        ("ASIA-IOSFODNN7-EXAMPLE", secret, None),
        (key, "short", Some(secret)),
        (key, "two words of some length", Some(secret)),
        (key, secret, Some("a token\nof two lines")),
    ] {
        let error = new(key, secret, token);
        assert!(matches!(error, BadCredentials::Malformed(..)), "{error:?}");
        assert!(!error.to_string().contains(secret), "{error}");
    }
}

/// A sandbox whose clock differs from this machine's by so many minutes.
async fn with_clock(minutes: i64) -> Running {
    let clock = Clock::from_fn(move || system_clock()().plus(minutes * MINUTE));
    let options = Options { clock, events: Events::None, ..Options::default() };
    Sandbox::start(options).await.unwrap()
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_to_be_set() {
    for (minutes, way) in [(20, "20 min behind AWS's"), (-20, "20 min ahead of AWS's")] {
        let sandbox = with_clock(minutes).await;
        let gateway = gateway(&sandbox, &[REGION]);
        let keys = keys(&sandbox, Who::Auditor);
        // It is not put right in silence: everything that is said of times would be wrong by as much.
        for _ in 0..2 {
            for error in refused(&gateway, &keys).await {
                assert_eq!(error.kind(), Kind::ClockSkew, "{error:?}");
                let said = said(&error);
                assert!(said.contains("Set the clock of the machine that runs Waymark"), "{said}");
                assert!(said.contains(way), "{said}");
            }
        }
    }
    let near = with_clock(3).await;
    gateway(&near, &[REGION]).caller(&keys(&near, Who::Auditor)).await.unwrap();
}

#[tokio::test]
async fn what_is_denied_names_the_statement_that_would_allow_it() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let newcomer = keys(&sandbox, Who::Newcomer);
    let error = gateway.lookup(&newcomer, &all(ACCOUNT, REGION)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Denied);
    let statement = r#"{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"*"}"#;
    assert_eq!(error.statement().as_deref(), Some(statement));
    assert!(said(&error).contains(statement) && said(&error).contains("user/newcomer"), "{}", said(&error));

    let arn = format!("arn:aws:iam::{STAGING}:role/Auditor");
    let role = AssumeRole {
        arn: arn.clone(),
        external_id: None,
        session_name: "jo".into(),
        seconds: None,
        mfa: None,
    };
    let error = gateway.assume_role(&newcomer, &role).await.unwrap_err();
    assert_eq!((error.kind(), error.missing_permission().as_deref()), (Kind::Denied, Some("sts:AssumeRole")));
    assert!(error.statement().unwrap().contains(&arn), "{}", said(&error));
}

/// What a reader sees of each Region.
async fn regions(sandbox: &Running, credentials: &Credentials, names: &[&str]) -> Vec<(String, RegionState)> {
    let folder = tempfile::tempdir().unwrap();
    let gateway = gateway(sandbox, names);
    let caller = gateway.caller(credentials).await.unwrap();
    let history = History::new(gateway, folder.path().to_owned());
    let patience = Duration::from_secs(30);
    let search = Search { query: parse("").unwrap(), range: TimeRange::default() };
    let view = history.open(credentials, &caller, &search, patience).await.unwrap();
    view.regions.into_iter().map(|region| (region.region, region.state)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_is_off_or_denied_is_a_note_and_the_others_go_on() {
    let sandbox = sandbox(Events::None).await;
    let staging = of(&sandbox.session(STAGING, "Auditor", "jo", 900).unwrap());
    let seen = regions(&sandbox, &staging, &[REGION, "eu-south-1", "ap-south-1", "us-east-1"]).await;
    let closed = |name: &str| match seen.iter().find(|(region, _)| region == name) {
        Some((_, RegionState::Closed(error))) => Some(error.clone()),
        _ => None,
    };
    assert!(closed(REGION).is_none() && closed("us-east-1").is_none(), "{seen:?}");
    let off = closed("eu-south-1").unwrap();
    assert_eq!(off.kind(), Kind::RegionOff, "{off:?}");
    assert!(off.is_note() && said(&off).contains("Enable eu-south-1"), "{}", said(&off));
    let denied = closed("ap-south-1").unwrap();
    assert_eq!(denied.kind(), Kind::Denied, "{denied:?}");
    assert!(denied.is_note() && denied.statement().is_none(), "{denied:?}");
    assert!(said(&denied).contains("Ask whoever manages the organization"), "{}", said(&denied));
    // The same code where the Region is on is about the key.
    let unknown = Credentials::new("AKIAIOSFODNN7EXAMPLE".into(), "x".repeat(40), None, None).unwrap();
    let error = gateway(&sandbox, &[REGION]).lookup(&unknown, &all(STAGING, REGION)).await.unwrap_err();
    assert!(error.kind() == Kind::Invalid && !error.is_note());
}

#[tokio::test]
async fn the_time_that_a_session_has_is_said() {
    let sandbox = sandbox(Events::None).await;
    let gateway = gateway(&sandbox, &[REGION]);
    let before = system_clock()();
    let session = gateway.session_token(&keys(&sandbox, Who::Auditor), None, Some(900)).await.unwrap();
    let ends = session.expires().unwrap();
    let whole = |time: Time| time.as_millis() / 1_000;
    assert!((whole(before) + 900..=whole(system_clock()()) + 901).contains(&whole(ends)), "{ends}");
}
