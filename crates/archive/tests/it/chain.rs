use archive::{Archive, StoredEvent};
use cloudtrail::chain::{Chain, ChainLink, Related, RelatedBy};
use cloudtrail::time::{DAY, HOUR, MINUTE, Time};
use serde_json::{Value, json};

use crate::support::{Place, newest, wrapped};

const USER_KEY: &str = "AKIAUSER0000";
const START: &str = "2026-11-20T10:00:00Z";

/// A record `millis` after the start.
fn event(id: &str, name: &str, millis: i64, identity: Value) -> Value {
    let time = Time::parse(START).unwrap().plus(millis).to_string();
    json!({"eventVersion": "1.11", "userIdentity": identity, "eventTime": time, "eventSource": "ec2.amazonaws.com",
        "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli/2",
        "readOnly": false, "eventID": id, "eventType": "AwsApiCall", "eventCategory": "Management",
        "recipientAccountId": "111122223333"})
}

fn user(key: &str) -> Value {
    json!({"type": "IAMUser", "userName": "jo", "arn": "arn:aws:iam::111122223333:user/jo", "accountId": "111122223333",
        "accessKeyId": key, "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}})
}

fn session(key: &str, role: &str) -> Value {
    json!({"type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/jo-session"),
        "principalId": "AROAX:jo-session", "accountId": "111122223333", "accessKeyId": key,
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": role}, "attributes": {"mfaAuthenticated": "false"}}})
}

/// An AssumeRole call that answers with a key.
fn assume(id: &str, millis: i64, identity: Value, role: &str, issued: &str) -> Value {
    let mut event = event(id, "AssumeRole", millis, identity);
    event["eventSource"] = "sts.amazonaws.com".into();
    event["requestParameters"] = json!({"roleArn": format!("arn:aws:iam::111122223333:role/{role}"),
        "roleSessionName": "jo-session", "sourceIdentity": "jo"});
    event["responseElements"] = json!({"credentials": {"accessKeyId": issued, "expiration": "later"}});
    event
}

async fn archive_of(events: &[Value]) -> (Place, Archive) {
    let place = Place::new();
    place.write("a.json", wrapped(events.iter().map(Value::to_string)));
    let (report, archive) = place.take_in().await;
    assert_eq!(report.notes, []);
    (place, archive)
}

async fn stored(archive: &Archive, id: &str) -> StoredEvent {
    archive.event(id).await.unwrap().remove(0)
}

async fn chain_of(archive: &Archive, id: &str) -> Chain {
    archive.chain(&stored(archive, id).await).await.unwrap()
}

fn ids(chain: &Chain) -> Vec<&str> {
    chain.steps.iter().map(|step| step.event.id.as_str()).collect()
}

#[tokio::test]
async fn a_chain_of_three_roles_leads_back_to_the_user() {
    let (_place, archive) = archive_of(&[
        assume("first", 0, user(USER_KEY), "A", "ASIA1"),
        assume("second", 10 * MINUTE, session("ASIA1", "A"), "B", "ASIA2"),
        assume("third", 20 * MINUTE, session("ASIA2", "B"), "C", "ASIA3"),
        event("deed", "StopInstances", 30 * MINUTE, session("ASIA3", "C")),
        // Around it: the same user's other sessions, and a later call that has nothing to do with it.
        assume("other", 5 * MINUTE, user(USER_KEY), "A", "ASIA9"),
        assume("later", 40 * MINUTE, session("ASIA2", "B"), "C", "ASIA8"),
    ])
    .await;
    let chain = chain_of(&archive, "deed").await;
    assert_eq!(ids(&chain), ["first", "second", "third"]);
    assert_eq!(chain.ends_because, "The credentials before are an IAM user's own; nothing issued them.");
    let first = &chain.steps[0];
    assert_eq!(first.event.who, "jo");
    assert_eq!(first.issued_key.as_deref(), Some("ASIA1"));
    assert_eq!(first.role_arn.as_deref(), Some("arn:aws:iam::111122223333:role/A"));
    assert_eq!(first.session_name.as_deref(), Some("jo-session"));
    assert_eq!(first.source_identity.as_deref(), Some("jo"));
    assert_eq!((first.mfa, chain.steps[1].mfa), (Some(true), Some(false)));
    assert!(chain.steps.iter().all(|step| step.link == ChainLink::IssuedKey));
    // Each step's own chain is what stands before it.
    assert_eq!(ids(&chain_of(&archive, "third").await), ["first", "second"]);
    assert_eq!(ids(&chain_of(&archive, "first").await), Vec::<&str>::new());
}

#[tokio::test]
async fn a_chain_says_what_is_missing() {
    let service = json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"});
    let root = json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"});
    let saml = json!({"type": "SAMLUser", "principalId": "x", "userName": "jo"});
    let foreign = json!({"type": "AWSAccount", "accountId": "999988887777", "principalId": "AIDAX"});
    let mut keyless = session("", "A");
    keyless.as_object_mut().unwrap().remove("accessKeyId");
    let mut from_elsewhere = assume("foreign", 5, foreign, "B", "ASIA5");
    from_elsewhere["sharedEventID"] = "shared".into();
    let (_place, archive) = archive_of(&[
        event("lost", "StopInstances", 1, session("ASIA1", "A")),
        event("service", "StopInstances", 2, service),
        event("root", "StopInstances", 3, root),
        assume("saml", 4, saml, "A", "ASIA4"),
        event("by-saml", "StopInstances", MINUTE, session("ASIA4", "A")),
        from_elsewhere,
        event("by-foreign", "StopInstances", MINUTE, session("ASIA5", "B")),
        event("keyless", "StopInstances", 6, keyless),
        event("mfa", "StopInstances", 7, user("ASIATEMP")),
    ])
    .await;
    for (id, steps, reason) in [
        ("lost", vec![], "The event that issued these credentials is not in this archive."),
        ("service", vec![], "An AWS service made this call itself."),
        ("root", vec![], "The root user's own credentials come first; nothing issued them."),
        ("by-saml", vec!["saml"], "Here an identity provider outside AWS vouched for the caller."),
        (
            "by-foreign",
            vec!["foreign"],
            "The caller comes from another account, whose half of this call is not in this archive.",
        ),
        ("keyless", vec![], "The record names no access key to follow."),
        ("mfa", vec![], "The event that issued these credentials is not in this archive."),
    ] {
        let chain = chain_of(&archive, id).await;
        assert_eq!((ids(&chain), chain.ends_because.as_str()), (steps, reason), "{id}");
    }
}

#[tokio::test]
async fn both_halves_of_a_call_across_accounts_lead_to_the_caller() {
    // The other account's half names an account; the caller's own half names the caller, here without the answer.
    let mut theirs =
        assume("theirs", 0, json!({"type": "AWSAccount", "accountId": "444455556666"}), "B", "ASIA2");
    theirs["sharedEventID"] = "shared-1".into();
    let mut ours = event("ours", "AssumeRole", 0, session("ASIA1", "A"));
    ours["sharedEventID"] = "shared-1".into();
    ours["recipientAccountId"] = "444455556666".into();
    let start = assume("start", -MINUTE, user(USER_KEY), "A", "ASIA1");
    let deed = event("deed", "StopInstances", MINUTE, session("ASIA2", "B"));
    let (_place, archive) = archive_of(&[theirs, ours, start, deed]).await;
    let chain = chain_of(&archive, "deed").await;
    assert_eq!(ids(&chain), ["start", "ours", "theirs"]);
    let links: Vec<ChainLink> = chain.steps.iter().map(|step| step.link).collect();
    assert_eq!(links, [ChainLink::IssuedKey, ChainLink::SharedEvent, ChainLink::IssuedKey]);
    assert!(chain.ends_because.contains("IAM user's own"));
}

#[tokio::test]
async fn what_is_done_in_the_console_leads_to_the_sign_in() {
    const SIGN_IN: &str = "arn:aws:signin:::session/abc";
    let with_sign_in = |mut identity: Value| {
        identity["sessionContext"]["signInSessionArn"] = SIGN_IN.into();
        identity
    };
    let mut signed_in = user("");
    signed_in.as_object_mut().unwrap().remove("accessKeyId");
    let sign_in = event("sign-in", "ConsoleLogin", 0, with_sign_in(signed_in.clone()));
    let earlier = event("earlier", "ConsoleLogin", -HOUR, with_sign_in(signed_in.clone()));
    let other = event("other", "ConsoleLogin", MINUTE, signed_in);
    let deed = event("deed", "StopInstances", 10 * MINUTE, with_sign_in(user("ASIACONSOLE")));
    let after = event("after", "ConsoleLogin", HOUR, with_sign_in(user("ASIA7")));
    let (_place, archive) = archive_of(&[sign_in, earlier, other, deed, after]).await;
    let chain = chain_of(&archive, "deed").await;
    // The latest sign-in before it; what came before that is not its doing.
    assert_eq!(chain.steps.last().unwrap().event.id, "sign-in");
    assert!(chain.steps.iter().all(|step| step.link == ChainLink::SignInSession));
    assert!(chain.ends_because.contains("IAM user's own"), "{}", chain.ends_because);
}

#[tokio::test]
async fn only_a_call_that_came_before_can_have_issued_a_key() {
    let (_place, archive) = archive_of(&[
        // A key that is issued again, and one issued too long ago.
        assume("right", 0, user(USER_KEY), "A", "ASIA1"),
        assume("too-late", HOUR, user(USER_KEY), "A", "ASIA1"),
        event("deed", "StopInstances", 10 * MINUTE, session("ASIA1", "A")),
        assume("stale", -5 * DAY, user(USER_KEY), "A", "ASIA2"),
        event("old-deed", "StopInstances", 10 * MINUTE, session("ASIA2", "A")),
        // In the same second, in whatever order they are stored.
        assume("same-second", 500, user(USER_KEY), "A", "ASIA3"),
        event("quick", "StopInstances", 0, session("ASIA3", "A")),
    ])
    .await;
    assert_eq!(ids(&chain_of(&archive, "deed").await), ["right"]);
    assert_eq!(ids(&chain_of(&archive, "old-deed").await), Vec::<&str>::new());
    assert_eq!(ids(&chain_of(&archive, "quick").await), ["same-second"]);
}

#[tokio::test]
async fn a_chain_in_a_circle_ends() {
    let (_place, archive) = archive_of(&[
        // A key that issued itself, and two that issued each other.
        assume("self", 0, session("ASIA1", "A"), "A", "ASIA1"),
        assume("one", 0, session("ASIA3", "A"), "A", "ASIA2"),
        assume("other", 0, session("ASIA2", "A"), "A", "ASIA3"),
        event("deed", "StopInstances", 0, session("ASIA1", "A")),
        event("other-deed", "StopInstances", 0, session("ASIA2", "A")),
    ])
    .await;
    for (id, steps) in [("deed", vec!["self"]), ("other-deed", vec!["other", "one"]), ("self", vec![])] {
        let chain = chain_of(&archive, id).await;
        assert_eq!(ids(&chain), steps, "{id}");
        assert_eq!(chain.ends_because, "The event that issued these credentials is not in this archive.");
    }
}

#[tokio::test]
async fn a_very_long_chain_is_cut() {
    let mut events: Vec<Value> = (0..15)
        .map(|step| {
            let key = format!("ASIA{step}");
            let issued = format!("ASIA{}", step + 1);
            assume(&format!("step-{step}"), step * MINUTE, session(&key, "A"), "A", &issued)
        })
        .collect();
    events.push(event("deed", "StopInstances", HOUR, session("ASIA15", "A")));
    let (_place, archive) = archive_of(&events).await;
    let chain = chain_of(&archive, "deed").await;
    assert_eq!(ids(&chain)[0], "step-5");
    assert_eq!(
        (chain.steps.len(), chain.ends_because.as_str()),
        (10, "The chain is longer than what is followed.")
    );
}

fn group<'r>(related: &'r Related, by: RelatedBy, value: &str) -> (u64, Vec<&'r str>) {
    let group = related.groups.iter().find(|group| group.by == by && group.value == value);
    group.map_or((0, Vec::new()), |group| {
        (group.total, group.rows.iter().map(|row| row.id.as_str()).collect())
    })
}

#[tokio::test]
async fn related_events_share_key_session_resource_shared_id_or_actor() {
    let on = |mut event: Value, instance: &str| {
        event["requestParameters"] = json!({"instancesSet": {"items": [{"instanceId": instance}]}});
        event
    };
    let shared = |mut event: Value| {
        event["sharedEventID"] = "shared".into();
        event
    };
    let stranger = || json!({"type": "IAMUser", "userName": "sam", "arn": "arn:aws:iam::111122223333:user/sam", "accessKeyId": "AKIASAM"});
    let mut other_key = session("ASIA2", "A");
    other_key["principalId"] = "AROAX:jo-session".into();
    let (_place, archive) = archive_of(&[
        shared(on(event("deed", "StopInstances", 0, session("ASIA1", "A")), "i-1")),
        event("same-key", "DescribeInstances", 29 * MINUTE, session("ASIA1", "A")),
        event("same-key-later", "DescribeInstances", 31 * MINUTE, session("ASIA1", "A")),
        event("same-session", "DescribeInstances", -20 * MINUTE, other_key),
        on(event("same-resource", "StartInstances", 6 * DAY, stranger()), "i-1"),
        on(event("same-resource-later", "StartInstances", 8 * DAY, stranger()), "i-1"),
        on(event("other-resource", "StartInstances", MINUTE, stranger()), "i-2"),
        shared(event("other-half", "StopInstances", 0, stranger())),
    ])
    .await;
    let deed = stored(&archive, "deed").await;
    let related = archive.related(&deed).await.unwrap();
    assert_eq!(group(&related, RelatedBy::Key, "ASIA1"), (1, vec!["same-key"]));
    let session_arn = "arn:aws:sts::111122223333:assumed-role/A/jo-session";
    assert_eq!(group(&related, RelatedBy::Session, session_arn), (2, vec!["same-key", "same-session"]));
    assert_eq!(group(&related, RelatedBy::Resource, "i-1"), (1, vec!["same-resource"]));
    assert_eq!(group(&related, RelatedBy::SharedEvent, "shared"), (1, vec!["other-half"]));
    assert_eq!(group(&related, RelatedBy::Around, &deed.row.who), (0, vec![]), "groups are never empty");
    assert_eq!(related.groups.len(), 4);
    // The query and the window of a group list the same, and the event itself.
    for group in &related.groups {
        let mut request = archive::Request::newest(crate::support::search(&group.query), 100);
        request.search.range = group.range;
        let page = archive.search(&request).await.unwrap();
        assert_eq!(page.total, group.total + 1, "{}", group.query);
        assert!(page.rows.iter().any(|row| row.id == "deed"), "{}", group.query);
    }
}

#[tokio::test]
async fn of_many_related_events_those_around_the_event_are_shown() {
    let mut events: Vec<Value> = (-100..=100)
        .map(|number| {
            event(&format!("e{number}"), "DescribeInstances", number * 1_000, session("ASIA1", "A"))
        })
        .collect();
    events.push(event("unrelated", "DescribeInstances", 0, user(USER_KEY)));
    let (_place, archive) = archive_of(&events).await;
    for (id, total, newest_shown) in [("e0", 200, 1), ("e-100", 200, -88), ("e100", 200, 99)] {
        let related = archive.related(&stored(&archive, id).await).await.unwrap();
        let (counted, rows) = group(&related, RelatedBy::Key, "ASIA1");
        assert_eq!(counted, total, "{id}");
        assert_eq!(rows.len(), 12, "{id}");
        assert!(!rows.contains(&id), "{id}: {rows:?}");
        let own: i64 = id[1..].parse().unwrap();
        let numbers: Vec<i64> = rows.iter().map(|row| row[1..].parse().unwrap()).collect();
        assert!(numbers.iter().all(|number| (number - own).abs() <= 13), "{id}: {rows:?}");
        assert!(numbers[0] >= newest_shown, "{id}: {rows:?}");
    }
}

#[tokio::test]
async fn the_start_and_the_end_of_an_insight_are_related() {
    let insight = |id: &str, state: &str, millis: i64| {
        json!({"eventVersion": "1.09", "eventTime": Time::parse(START).unwrap().plus(millis).to_string(),
            "awsRegion": "eu-west-1", "eventID": id, "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight",
            "recipientAccountId": "111122223333", "sharedEventID": "insight", "insightDetails": {"state": state,
            "eventSource": "ec2.amazonaws.com", "eventName": "AllocateAddress", "insightType": "ApiCallRateInsight"}})
    };
    let (_place, archive) = archive_of(&[
        insight("start", "Start", 0),
        insight("end", "End", HOUR),
        event("deed", "AllocateAddress", 0, user(USER_KEY)),
    ])
    .await;
    assert_eq!(newest(&archive, "", 10).await.total, 1);
    let related = archive.related(&stored(&archive, "start").await).await.unwrap();
    assert_eq!(group(&related, RelatedBy::SharedEvent, "insight"), (1, vec!["end"]));
}
