//! Limits and faults.

use sandbox::{Quota, Who};
use serde_json::json;

use crate::client::Stand;

#[tokio::test]
async fn with_quota_two_lookups_a_second() {
    let stand = Stand::with(|options| options.quota = Quota::Aws).await;
    let client = stand.client(Who::Auditor);
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(client.trail("LookupEvents", json!({})).await.code());
    }
    assert_eq!(codes, ["", "", "ThrottlingException"]);
    assert_eq!(client.in_region("us-east-1").trail("LookupEvents", json!({})).await.status, 200);
    assert_eq!(
        stand.client(Who::Administrator).trail("LookupEvents", json!({})).await.status,
        400,
        "the account's, not the user's"
    );
    stand.clock.forward(1);
    assert_eq!(client.trail("LookupEvents", json!({})).await.status, 200);
    let off = Stand::empty().await;
    for _ in 0..5 {
        assert_eq!(off.client(Who::Auditor).trail("LookupEvents", json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn faults_of_each_kind() {
    let stand = Stand::empty().await;
    let client = stand.client(Who::Auditor);
    let mut answers = Vec::new();
    for kind in ["throttled", "error", "half-closed", "invalid-json", "wrong-token", "endless", "empty"] {
        stand
            .running
            .set_faults(&format!("[[fault]]\noperation = \"LookupEvents\"\ntimes = 1\nkind = \"{kind}\""))
            .unwrap();
        answers.push(client.trail("LookupEvents", json!({})).await);
        assert_eq!(client.trail("LookupEvents", json!({})).await.status, 200, "only once");
    }
    let [throttled, error, half, invalid, wrong, endless, empty] = &answers[..] else { panic!() };
    assert_eq!((throttled.status, throttled.code()), (400, "ThrottlingException".to_owned()));
    assert_eq!(error.status, 500);
    let announced = half.head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(half.body.len() < announced.parse::<usize>().unwrap(), "{half:?}");
    assert!(serde_json::from_str::<serde_json::Value>(&invalid.body).is_err());
    let token = wrong.json()["NextToken"].clone();
    assert_eq!(
        client.trail("LookupEvents", json!({"NextToken": token})).await.code(),
        "InvalidNextTokenException"
    );
    assert!(endless.json()["NextToken"].is_string());
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));
}

#[tokio::test]
async fn an_exception_that_has_no_cause_here() {
    let stand = Stand::empty().await;
    stand
        .running
        .set_faults("[[fault]]\nservice = \"cloudtrail\"\noperation = \"CreateTrail\"\nkind = \"error\"\ncode = \"KmsKeyDisabledException\"\nmessage = \"off\"\nstatus = 400")
        .unwrap();
    let admin = stand.client(Who::Administrator);
    let answer = admin.trail("CreateTrail", json!({"Name": "mine", "S3BucketName": "x"})).await;
    assert_eq!((answer.status, answer.code()), (400, "KmsKeyDisabledException".to_owned()));
    assert_eq!(admin.history().await[0]["errorCode"], "KmsKeyDisabledException");
    assert!(stand.running.set_faults("nonsense").is_err());
}

#[tokio::test]
async fn a_list_without_end_begins_again_and_again() {
    let stand = Stand::empty().await;
    let client = stand.client(Who::Auditor);
    client.trail("DescribeTrails", json!({})).await;
    stand.running.set_faults("[[fault]]\noperation = \"LookupEvents\"\nkind = \"endless\"").unwrap();
    let first = client.trail("LookupEvents", json!({})).await.json();
    let token = first["NextToken"].clone();
    let second = client.trail("LookupEvents", json!({"NextToken": token})).await.json();
    assert_eq!(second["NextToken"], token);
    assert!(second["Events"].as_array().unwrap().iter().any(|event| event["EventName"] == "DescribeTrails"));
}

#[tokio::test]
async fn any_answer_can_be_put_in_place_of_one() {
    let stand = Stand::empty().await;
    let client = stand.client(Who::Auditor);
    let fault = "[[fault]]\nkind = \"answer\"\nstatus = 403\nbody = \"<html>no way</html>\"\ntimes = 1";
    stand.running.set_faults(fault).unwrap();
    let answer = client.trail("DescribeTrails", json!({})).await;
    assert_eq!((answer.status, answer.body.as_str()), (403, "<html>no way</html>"));
    // What is put in its place changes nothing of what was done, and the time is that of the sandbox's clock.
    assert_eq!(client.history().await[0]["eventName"], "DescribeTrails");
    assert!(answer.head.contains("Sun, 22 Nov 2026 12:00:00 GMT"), "{}", answer.head);
}
