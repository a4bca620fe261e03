//! Each story is found by looking at the records alone.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::read::{Sample, at, make, options, usual};

fn found(sample: &Sample, test: impl Fn(&Value) -> bool) -> Vec<&Value> {
    let mut found: Vec<&Value> = sample.events.iter().filter(|record| test(record)).collect();
    found.sort_by_key(|record| at(record, "eventTime"));
    found
}

fn named<'a>(sample: &'a Sample, event: &str) -> Vec<&'a Value> {
    found(sample, |record| at(record, "eventName") == event)
}

/// The central event of a story, as the report names it.
fn heart<'a>(sample: &'a Sample, id: &str) -> &'a Value {
    let story = sample.report.stories.iter().find(|story| story.id == id).unwrap();
    let event = found(sample, |record| at(record, "eventID") == story.event_id)[0];
    assert_eq!(at(event, "eventTime"), story.time.to_string());
    event
}

#[test]
fn the_report_tells_them_all_in_the_order_of_time() {
    let sample = usual();
    let ids: Vec<&str> = sample.report.stories.iter().map(|story| story.id).collect();
    assert_eq!(
        ids,
        [
            "root-login",
            "new-access-key",
            "new-bucket",
            "failed-login",
            "stopped-trail",
            "address-burst",
            "deleted-role",
            "open-group",
            "outside-reads",
            "stolen-role",
            "stopped-instance",
            "denied-deployment"
        ]
    );
    for id in ids {
        heart(sample, id);
    }
}

#[test]
fn somebody_stopped_an_instance() {
    let stops = named(usual(), "StopInstances");
    assert_eq!(stops.len(), 1);
    assert_eq!(stops[0], heart(usual(), "stopped-instance"));
    assert!(at(stops[0], "userIdentity.arn").ends_with("/chloe.dubois@example.com"));
    assert_eq!(at(stops[0], "recipientAccountId"), "111122223333");
}

#[test]
fn the_deleted_role_leads_to_a_person_through_two_roles() {
    let sample = usual();
    let deletions = named(sample, "DeleteRole");
    assert_eq!(deletions.len(), 1);
    let mut record = deletions[0];
    assert_eq!(record, heart(sample, "deleted-role"));
    assert!(!at(record, "userIdentity.arn").contains("hugo"), "the name is not in the session");
    assert_eq!(at(record, "userIdentity.sessionContext.sourceIdentity"), "hugo.silva@example.com");
    let mut roles = Vec::new();
    while at(record, "userIdentity.type") == "AssumedRole" {
        roles.push(at(record, "userIdentity.sessionContext.sessionIssuer.userName"));
        let key = at(record, "userIdentity.accessKeyId");
        record = found(sample, |made| {
            at(made, "responseElements.credentials.accessKeyId") == key
                && at(made, "userIdentity.type") != "AWSAccount"
        })[0];
    }
    assert_eq!(roles[..2], ["iam-janitor", "platform-maintenance"]);
    assert!(roles[2].starts_with("AWSReservedSSO_PlatformEngineer_"));
    assert_eq!(at(record, "userIdentity.userName"), "hugo.silva@example.com");
    assert!(!named(sample, "DetachRolePolicy").is_empty() && !named(sample, "DeleteRolePolicy").is_empty());
}

/// The factor from the records: calls per minute during the burst over calls per minute in the seven days before, averaged
/// by day (CloudTrail User Guide, cloudtrail-insights-fields-trails), in that account and Region.
fn factor(sample: &Sample) -> f64 {
    let report = sample
        .insights
        .iter()
        .find(|record| {
            at(record, "insightDetails.eventName") == "AllocateAddress"
                && at(record, "insightDetails.state") == "End"
        })
        .unwrap();
    let statistics = &report["insightDetails"]["insightContext"]["statistics"];
    let minutes = statistics["insightDuration"].as_i64().unwrap();
    let end: Timestamp = at(report, "eventTime").parse().unwrap();
    let start = end - SignedDuration::from_mins(minutes);
    let calls: Vec<Timestamp> = named(sample, "AllocateAddress")
        .iter()
        .filter(|record| at(record, "awsRegion") == at(report, "awsRegion"))
        .filter(|record| at(record, "recipientAccountId") == at(report, "recipientAccountId"))
        .map(|record| at(record, "eventTime").parse().unwrap())
        .collect();
    let between =
        |from: Timestamp, to: Timestamp| calls.iter().filter(|call| from <= **call && **call < to).count();
    let days = (1..=7).map(|day| {
        let from = start - SignedDuration::from_hours(24 * day);
        between(from, from + SignedDuration::from_hours(24)) as f64 / 1440.0
    });
    let baseline = days.sum::<f64>() / 7.0;
    let average = between(start, end) as f64 / minutes as f64;

    let told = |path: &str| statistics[path]["average"].as_f64().unwrap();
    assert!((told("baseline") - baseline).abs() < 1e-9 && (told("insight") - average).abs() < 1e-9);
    assert_eq!(statistics["baselineDuration"], 10_080);
    assert_eq!(between(end, sample.report.to), 0, "it is over");
    assert!(between(start, end) as u64 * 4 <= sample.options.events, "the burst is not most of the sample");
    average / baseline
}

#[test]
fn a_script_calls_27462_times_as_often_as_usual() {
    assert!((factor(usual()) - 27_462.0).abs() < 1e-6);
    let small = make(options(3_000, 14));
    assert_eq!(factor(&small).round(), 27_462.0);
    let burst = named(usual(), "AllocateAddress");
    let code = |code: &str| burst.iter().filter(|record| at(record, "errorCode") == code).count();
    assert!(code("Client.RequestLimitExceeded") > 3 * code("Client.AddressLimitExceeded"));
    assert!(code("Client.AddressLimitExceeded") > 100);
}

#[test]
fn a_stolen_role_is_tried_on_everything() {
    let sample = usual();
    let tried = found(sample, |record| at(record, "sourceIPAddress") == "198.51.100.77");
    let services: std::collections::BTreeSet<&str> =
        tried.iter().map(|record| at(record, "eventSource")).collect();
    let regions: std::collections::BTreeSet<&str> =
        tried.iter().map(|record| at(record, "awsRegion")).collect();
    let denied = tried.iter().filter(|record| record.get("errorCode").is_some()).count();
    assert!(services.len() >= 8 && regions.len() == 3 && tried.len() > 50);
    assert!(denied * 2 > tried.len() && denied < tried.len());
    let arn = at(tried[0], "userIdentity.arn");
    assert!(tried.iter().all(|record| at(record, "userIdentity.arn") == arn));
    let at_home = found(sample, |record| at(record, "userIdentity.arn") == arn).len();
    assert!(at_home > tried.len(), "the same role also works where it belongs");
}

#[test]
fn statements_are_read_from_outside_once() {
    let reads = found(usual(), |record| {
        at(record, "eventName") == "GetObject"
            && at(record, "requestParameters.bucketName") == "example-prod-statements"
    });
    let (inside, outside): (Vec<&Value>, Vec<&Value>) = reads.iter().partition(|record| {
        let last =
            at(record, "sourceIPAddress").strip_prefix("203.0.113.").and_then(|last| last.parse().ok());
        last.is_some_and(|last: u8| last < 128)
    });
    assert_eq!(outside.len(), 37);
    assert!(inside.len() > 20, "{}", inside.len());
    assert!(outside.iter().all(|record| at(record, "sourceIPAddress") == "198.51.100.201"));
    assert!(reads.iter().all(|record| at(record, "eventCategory") == "Data"));
}

#[test]
fn a_trail_is_stopped_and_started() {
    let (stops, starts) = (named(usual(), "StopLogging"), named(usual(), "StartLogging"));
    assert_eq!((stops.len(), starts.len()), (1, 1));
    assert_eq!(stops[0]["requestParameters"], starts[0]["requestParameters"]);
    assert!(at(stops[0], "eventTime") < at(starts[0], "eventTime"));
    assert!(at(starts[0], "userIdentity.arn").ends_with("ines.moreau@example.com"));
}

#[test]
fn a_deployment_is_denied_from_one_call_on() {
    let sample = usual();
    let changes = named(sample, "PutRolePolicy");
    assert_eq!(changes.len(), 1);
    let changed = at(changes[0], "eventTime");
    let updates = found(sample, |record| {
        at(record, "eventName") == "UpdateService" && at(record, "recipientAccountId") == "111122223333"
    });
    let (before, after): (Vec<&Value>, Vec<&Value>) =
        updates.iter().partition(|record| at(record, "eventTime") < changed);
    assert!(!before.is_empty() && before.iter().all(|record| record.get("errorCode").is_none()));
    assert_eq!(after.len(), 8);
    for record in after {
        assert_eq!(at(record, "errorCode"), "AccessDeniedException");
        assert!(
            at(record, "errorMessage")
                .ends_with("because no identity-based policy allows the ecs:UpdateService action")
        );
        // Everything the same job did before that went well.
        let key = at(record, "userIdentity.accessKeyId");
        let job = found(sample, |other| at(other, "userIdentity.accessKeyId") == key);
        let first = job.iter().position(|record| record.get("errorCode").is_some()).unwrap();
        assert!(first > 10 && job[first..].iter().all(|record| at(record, "eventName") == "UpdateService"));
    }
}

#[test]
fn small_things() {
    let sample = usual();
    let logins = named(sample, "ConsoleLogin");
    let root: Vec<_> = logins.iter().filter(|record| at(record, "userIdentity.type") == "Root").collect();
    assert_eq!(root.len(), 1);
    assert_eq!(at(root[0], "additionalEventData.MFAUsed"), "Yes");
    let failed =
        logins.iter().filter(|record| at(record, "responseElements.ConsoleLogin") == "Failure").count();
    assert_eq!(failed, 3);
    let open = found(sample, |record| {
        at(record, "eventName") == "AuthorizeSecurityGroupIngress"
            && record["requestParameters"].to_string().contains("0.0.0.0/0")
    });
    assert_eq!(open.len(), 1);
    let keys = named(sample, "CreateAccessKey");
    assert_eq!(keys.iter().filter(|record| record.get("errorCode").is_none()).count(), 1);
    assert_eq!(named(sample, "CreateBucket").len(), 1);
}
