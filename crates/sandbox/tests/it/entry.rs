//! Who is let in, and what the others are told.

use sandbox::{Credentials, Who};
use serde_json::json;

use crate::client::Stand;

#[tokio::test]
async fn a_signed_call_is_answered_and_recorded() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let answer = admin.sts("GetCallerIdentity", &[]).await;
    assert_eq!((answer.status, answer.between("Account")), (200, "111122223333".to_owned()), "{answer:?}");
    assert_eq!(answer.between("Arn"), "arn:aws:iam::111122223333:user/administrator");
    assert!(answer.head.contains("x-amzn-requestid"));
    let history = admin.history().await;
    assert_eq!(history.len(), 1);
    let record = &history[0];
    assert_eq!(record["eventName"], "GetCallerIdentity");
    assert_eq!(record["userIdentity"]["accessKeyId"], admin.keys.access_key_id);
    assert_eq!(record["eventTime"], "2026-11-22T12:00:00Z");
    assert_eq!(record["recipientAccountId"], "111122223333");
    assert_eq!(record["requestID"], answer.between("RequestId"));
    assert!(admin.in_region("us-east-1").history().await.is_empty(), "another Region has its own history");
}

#[tokio::test]
async fn wrong_keys_have_the_codes_of_each_protocol() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let changed = |change: fn(&mut Credentials)| {
        let mut keys = admin.keys.clone();
        change(&mut keys);
        stand.client_of(keys)
    };
    let unknown = changed(|keys| keys.access_key_id = "AKIAXXXXXXXXXXXXXXXX".into());
    let secret = changed(|keys| keys.secret_access_key.push('x'));
    let token = changed(|keys| keys.session_token = Some("made-up".into()));
    for (client, json_code, query_code) in [
        (&unknown, "UnrecognizedClientException", "InvalidClientTokenId"),
        (&secret, "InvalidSignatureException", "SignatureDoesNotMatch"),
        (&token, "UnrecognizedClientException", "InvalidClientTokenId"),
    ] {
        let answer = client.trail("LookupEvents", json!({})).await;
        assert_eq!((answer.status, answer.code()), (400, json_code.to_owned()));
        let answer = client.sts("GetCallerIdentity", &[]).await;
        assert_eq!((answer.status, answer.code()), (403, query_code.to_owned()));
    }
    let target = [("x-amz-target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")];
    let answer = admin.plain("POST", "/", &target, "{}").await;
    assert_eq!(answer.code(), "MissingAuthenticationTokenException");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = admin.plain("POST", "/", &form, "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert_eq!((answer.status, answer.code()), (403, "MissingAuthenticationToken".to_owned()));
    assert!(admin.history().await.is_empty(), "nobody knows whose calls these were");
}

#[tokio::test]
async fn a_changed_request_is_refused() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let target = [("x-amz-target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")];
    let headers = admin.sign("cloudtrail", "POST", "/", &target, "{}");
    let address = stand.running.address().to_string();
    let send = |headers: Vec<(String, String)>, body: &'static str| {
        let address = address.clone();
        async move { crate::client::send(&address, "POST", "/", &headers, body).await }
    };
    assert_eq!(send(headers.clone(), "{}").await.status, 200);
    assert_eq!(send(headers.clone(), "{ }").await.code(), "InvalidSignatureException", "another body");
    let mut other = headers.clone();
    other.iter_mut().find(|(name, _)| name == "x-amz-target").unwrap().1.push('X');
    assert_eq!(send(other, "{}").await.code(), "InvalidSignatureException", "another operation");
    let wrong_service = admin.sign("sts", "POST", "/", &target, "{}");
    assert_eq!(send(wrong_service, "{}").await.code(), "InvalidSignatureException", "another service");
}

#[tokio::test]
async fn clocks_that_are_off() {
    let stand = Stand::empty().await;
    let mut admin = stand.client(Who::Administrator);
    for (skew, fits) in [(0, true), (-299, true), (299, true), (-1200, false), (1200, false)] {
        admin.skew = skew;
        let answer = admin.trail("LookupEvents", json!({})).await;
        assert_eq!(answer.status == 200, fits, "{skew}: {answer:?}");
        if !fits {
            assert_eq!(answer.code(), "InvalidSignatureException");
            let text = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(
                text.contains(if skew < 0 { "Signature expired: " } else { "Signature not yet current: " }),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn expired_and_revoked_sessions() {
    let stand = Stand::empty().await;
    let keys = stand.running.session("444455556666", "Auditor", "me", 900).unwrap();
    let client = stand.client_of(keys.clone());
    assert_eq!(client.trail("LookupEvents", json!({})).await.status, 200);
    stand.clock.forward(900);
    assert_eq!(client.trail("LookupEvents", json!({})).await.code(), "ExpiredTokenException");
    let answer = client.sts("GetCallerIdentity", &[]).await;
    assert_eq!((answer.status, answer.code()), (403, "ExpiredToken".to_owned()));

    let client = stand.client_of(stand.running.session("444455556666", "Auditor", "me", 900).unwrap());
    assert_eq!(client.sts("GetCallerIdentity", &[]).await.status, 200);
    stand.running.revoke(&client.keys.access_key_id);
    assert_eq!(client.sts("GetCallerIdentity", &[]).await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn regions_that_cannot_be_used() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let code = |region: &'static str| {
        let client = admin.in_region(region);
        async move { client.trail("LookupEvents", json!({})).await.code() }
    };
    assert_eq!(code("me-south-1").await, "UnrecognizedClientException", "not enabled");
    assert_eq!(code("eu-nowhere-1").await, "InvalidSignatureException");
    let staging = stand.client_of(stand.running.session("444455556666", "Administrator", "me", 900).unwrap());
    let answer = staging.in_region("ap-south-1").trail("LookupEvents", json!({})).await;
    assert_eq!(answer.code(), "AccessDeniedException");
    let text = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(
        text.ends_with("cloudtrail:LookupEvents with an explicit deny in a service control policy"),
        "{text}"
    );
}

#[tokio::test]
async fn a_caller_without_permission_is_denied_and_recorded() {
    let stand = Stand::empty().await;
    let newcomer = stand.client(Who::Newcomer);
    let answer = newcomer.trail("LookupEvents", json!({})).await;
    assert_eq!((answer.status, answer.code()), (400, "AccessDeniedException".to_owned()));
    assert_eq!(
        answer.json()["message"],
        "User: arn:aws:iam::111122223333:user/newcomer is not authorized to perform: cloudtrail:LookupEvents \
         because no identity-based policy allows the cloudtrail:LookupEvents action"
    );
    let answer = stand.client(Who::Administrator).trail("LookupEvents", json!({})).await;
    let record: serde_json::Value =
        serde_json::from_str(answer.json()["Events"][0]["CloudTrailEvent"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&record["errorCode"], &record["userIdentity"]["userName"]),
        (&json!("AccessDenied"), &json!("newcomer"))
    );
}

#[tokio::test]
async fn what_is_no_request_gets_an_error_of_aws() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    assert_eq!(admin.trail("MakeCoffee", json!({})).await.code(), "UnknownOperationException");
    assert_eq!(admin.trail("StartQuery", json!({})).await.code(), "UnsupportedOperationException");
    assert_eq!(admin.trail("LookupEvents", json!([])).await.code(), "SerializationException");
    assert_eq!(
        admin.trail("LookupEvents", json!({"MaxResults": "many"})).await.code(),
        "SerializationException"
    );
    assert_eq!(admin.sts("MakeCoffee", &[]).await.code(), "InvalidAction");
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let answer = admin.signed("iam", "POST", "/", &form, "Action=ListUsers&Version=2010-05-08").await;
    assert_eq!(
        (answer.status, answer.code()),
        (400, "InvalidAction".to_owned()),
        "of a service that is not played"
    );
    let answer = admin.json_call("dynamodb", "DynamoDB_20120810.ListTables", &json!({})).await;
    assert_eq!((answer.status, answer.code()), (400, "UnknownOperationException".to_owned()));
    let answer = admin.plain("GET", "/", &[], "").await;
    assert_eq!(answer.status, 400);
    let long = "x".repeat(1024 * 1024 + 1);
    assert_eq!(admin.plain("POST", "/", &[], &long).await.status, 413);
}

#[tokio::test]
async fn nothing_that_is_sent_makes_it_fail() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let names = [
        "LookupEvents",
        "CreateTrail",
        "UpdateTrail",
        "DeleteTrail",
        "GetTrail",
        "DescribeTrails",
        "ListTrails",
        "StartLogging",
        "StopLogging",
        "GetTrailStatus",
        "GetEventSelectors",
        "PutEventSelectors",
        "GetInsightSelectors",
        "PutInsightSelectors",
        "AddTags",
        "RemoveTags",
        "ListTags",
        "ListPublicKeys",
        "GetQueryResults",
        "",
    ];
    let members = [
        "Name",
        "S3BucketName",
        "TrailName",
        "trailNameList",
        "ResourceId",
        "ResourceIdList",
        "TagsList",
        "LookupAttributes",
        "StartTime",
        "EndTime",
        "MaxResults",
        "NextToken",
        "EventSelectors",
        "AdvancedEventSelectors",
        "InsightSelectors",
    ];
    let values = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{202e}<x>"),
        json!("arn:aws:cloudtrail:::trail/"),
        json!([]),
        json!([null]),
        json!([{}]),
        json!({"a": {"b": []}}),
        json!("x".repeat(5000)),
        json!(true),
    ];
    for name in names {
        for value in &values {
            let input: serde_json::Value = members
                .iter()
                .map(|member| (member.to_string(), value.clone()))
                .collect::<serde_json::Map<_, _>>()
                .into();
            let answer = admin.trail(name, input).await;
            assert!((200..500).contains(&answer.status), "{name} {value}: {answer:?}");
            assert_eq!(answer.status == 200, answer.code().is_empty(), "{name} {value}: {answer:?}");
        }
        for member in members {
            for value in &values {
                let answer = admin.trail(name, json!({member: value, "Padding": 1})).await;
                assert!((200..500).contains(&answer.status), "{name} {member} {value}: {answer:?}");
            }
        }
    }
    for body in ["", "{", "[[[[", "\"", "{\"a\":1}{", &"[".repeat(10_000)] {
        for path in [
            "/",
            "/client/register",
            "/device_authorization",
            "/token",
            "/device",
            "/logout",
            "/federation",
            "/x",
        ] {
            let answer = admin.plain("POST", path, &[("content-type", "application/json")], body).await;
            assert!((400..500).contains(&answer.status), "{path} {body:.20}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn long_parameters_are_left_out_of_the_record() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    admin.trail("GetTrail", json!({"Name": "x".repeat(200_000)})).await;
    let history = admin.history().await;
    assert_eq!(
        (&history[0]["eventName"], &history[0]["requestParameters"]),
        (&json!("GetTrail"), &json!(null))
    );
}

#[test]
fn secrets_do_not_show() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stand = Stand::empty().await;
        let keys = stand.running.credentials(Who::Administrator);
        let shown = format!("{:?} {:?}", keys, stand.running);
        assert!(!shown.contains(&keys.secret_access_key));
        assert!(stand.running.exports(Who::Administrator).contains(&keys.secret_access_key));
    });
}
