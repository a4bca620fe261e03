//! What trails deliver, read back as a client would.

use std::io::Read as _;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use flate2::read::GzDecoder;
use sandbox::Who;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{Answer, Client, Stand};

const BUCKET: &str = "example-prod-audit-logs";

async fn ok(client: &Client, operation: &str, input: Value) -> Value {
    let answer = client.trail(operation, input).await;
    assert_eq!(answer.status, 200, "{operation}: {answer:?}");
    answer.json()
}

/// Keys below a prefix.
async fn keys(client: &Client, bucket: &str, prefix: &str) -> Vec<String> {
    let prefix = prefix.replace('/', "%2F");
    let answer = client.s3("GET", &format!("/{bucket}?list-type=2&prefix={prefix}"), "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let parts = answer.body.split("<Key>").skip(1);
    parts.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

async fn get(client: &Client, bucket: &str, key: &str) -> (Answer, String) {
    let answer = client.s3("GET", &format!("/{bucket}/{key}"), "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut text = String::new();
    GzDecoder::new(answer.raw.as_slice()).read_to_string(&mut text).unwrap();
    (answer, text)
}

fn header(answer: &Answer, name: &str) -> String {
    let line = answer.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name}: {}", answer.head)).to_owned()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn log_files_hold_what_happened_since() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    ok(&admin, "StopLogging", json!({"Name": "payments-audit"})).await;
    let trail =
        json!({"Name": "mine", "S3BucketName": BUCKET, "S3KeyPrefix": "logs", "IsMultiRegionTrail": true});
    ok(&admin, "CreateTrail", trail).await;
    admin.sts("GetCallerIdentity", &[]).await;
    ok(&admin, "StartLogging", json!({"Name": "mine"})).await;
    ok(&admin, "GetTrailStatus", json!({"Name": "mine"})).await;
    ok(&admin.in_region("us-west-2"), "DescribeTrails", json!({})).await;
    stand.running.deliver();
    let first = keys(&admin, BUCKET, "logs/AWSLogs/111122223333/CloudTrail/eu-central-1/").await;
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(keys(&admin, BUCKET, "logs/AWSLogs/111122223333/CloudTrail/us-west-2/").await.len(), 1);
    let (answer, text) = get(&admin, BUCKET, &first[0]).await;
    assert_eq!(header(&answer, "content-encoding"), "gzip");
    let names = |text: &str| {
        let file: Value = serde_json::from_str(text).unwrap();
        let records = file["Records"].as_array().unwrap().iter();
        records.map(|record| record["eventName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&text), ["StartLogging", "GetTrailStatus"], "and nothing from before");

    let reads = json!([{"ReadWriteType": "WriteOnly"}]);
    ok(&admin, "PutEventSelectors", json!({"TrailName": "mine", "EventSelectors": reads})).await;
    admin.sts("GetCallerIdentity", &[]).await;
    stand.clock.forward(60);
    stand.running.deliver();
    let second = keys(&admin, BUCKET, "logs/AWSLogs/111122223333/CloudTrail/eu-central-1/").await;
    let new = second.iter().find(|key| !first.contains(key)).unwrap();
    assert_eq!(names(&get(&admin, BUCKET, new).await.1), ["PutEventSelectors"]);
    let status = ok(&admin, "GetTrailStatus", json!({"Name": "mine"})).await;
    assert!(status["LatestDeliveryTime"].is_number() && status["LatestDeliveryError"].is_null(), "{status}");
}

#[tokio::test]
async fn what_happened_before_the_stop_is_delivered_and_nothing_after() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    let trail = json!({"Name": "mine", "S3BucketName": BUCKET, "S3KeyPrefix": "logs"});
    ok(&admin, "CreateTrail", trail).await;
    ok(&admin, "StartLogging", json!({"Name": "mine"})).await;
    ok(&admin, "StopLogging", json!({"Name": "mine"})).await;
    admin.sts("GetCallerIdentity", &[]).await;
    stand.running.deliver();
    stand.clock.forward(60);
    stand.running.deliver();
    let found = keys(&admin, BUCKET, "logs/AWSLogs/111122223333/CloudTrail/eu-central-1/").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let file: Value = serde_json::from_str(&get(&admin, BUCKET, &found[0]).await.1).unwrap();
    let names: Vec<&Value> = file["Records"].as_array().unwrap().iter().map(|it| &it["eventName"]).collect();
    assert_eq!(names, ["StartLogging", "StopLogging"]);
}

#[tokio::test]
async fn a_bucket_that_is_gone_shows_and_what_was_held_back_arrives_in_another() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    assert!(admin.s3("PUT", "/mine-bucket", "").await.status < 300);
    let policy = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:*",
        "Resource":["arn:aws:s3:::mine-bucket","arn:aws:s3:::mine-bucket/AWSLogs/111122223333/*"],
        "Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}"#;
    // Nothing lets CloudTrail write there yet.
    let trail = json!({"Name": "mine", "S3BucketName": "mine-bucket", "EnableLogFileValidation": true});
    let refused = admin.trail("CreateTrail", trail.clone()).await;
    assert_eq!(refused.code(), "InsufficientS3BucketPolicyException");
    assert!(admin.s3("PUT", "/mine-bucket?policy", policy).await.status < 300);
    ok(&admin, "CreateTrail", trail).await;
    ok(&admin, "StartLogging", json!({"Name": "mine"})).await;
    assert!(admin.s3("DELETE", "/mine-bucket", "").await.status < 300);
    stand.running.deliver();
    stand.clock.forward(60);
    stand.running.deliver_digests();
    let status = ok(&admin, "GetTrailStatus", json!({"Name": "mine"})).await;
    assert_eq!(
        (&status["LatestDeliveryError"], &status["LatestDigestDeliveryError"], &status["LatestDeliveryTime"]),
        (&json!("NoSuchBucket"), &json!("NoSuchBucket"), &Value::Null)
    );

    ok(&admin, "UpdateTrail", json!({"Name": "mine", "S3BucketName": BUCKET, "S3KeyPrefix": "logs"})).await;
    stand.running.deliver();
    let found = keys(&admin, BUCKET, "logs/AWSLogs/111122223333/CloudTrail/eu-central-1/").await;
    let (_, text) = get(&admin, BUCKET, &found[0]).await;
    assert!(text.contains("\"StartLogging\""), "{text}");
    let status = ok(&admin, "GetTrailStatus", json!({"Name": "mine"})).await;
    assert!(status["LatestDeliveryError"].is_null() && status["LatestDeliveryTime"].is_number(), "{status}");
    // What is no longer in use is in whole seconds.
    assert_eq!(
        status["TimeLoggingStarted"].as_str().map(str::len),
        Some("2026-11-22T12:00:00Z".len()),
        "{status}"
    );
}

#[tokio::test]
async fn insights_are_delivered_by_their_type() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    ok(&admin, "CreateTrail", json!({"Name": "mine", "S3BucketName": BUCKET, "S3KeyPrefix": "logs"})).await;
    let errors = json!([{"InsightType": "ApiErrorRateInsight"}]);
    ok(&admin, "PutInsightSelectors", json!({"TrailName": "mine", "InsightSelectors": errors})).await;
    ok(&admin, "StartLogging", json!({"Name": "mine"})).await;
    let insight = |id: &str, kind: &str| {
        json!({
            "eventID": id, "eventTime": stand.clock.now().to_string(), "awsRegion": "eu-central-1",
            "recipientAccountId": "111122223333", "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight",
            "insightDetails": {"state": "Start", "eventName": "RunInstances", "eventSource": "ec2.amazonaws.com", "insightType": kind},
        })
        .to_string()
    };
    let records = [insight("rate", "ApiCallRateInsight"), insight("errors", "ApiErrorRateInsight")];
    stand.running.add_events(records.iter().map(String::as_str)).unwrap();
    stand.running.deliver();
    let found = keys(&admin, BUCKET, "logs/AWSLogs/111122223333/CloudTrail-Insight/eu-central-1/").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let file: Value = serde_json::from_str(&get(&admin, BUCKET, &found[0]).await.1).unwrap();
    assert_eq!(file["Records"].as_array().unwrap().len(), 1);
    assert_eq!(file["Records"][0]["eventID"], "errors");
}

#[tokio::test]
async fn digests_are_chained_and_signed() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    ok(
        &admin,
        "CreateTrail",
        json!({"Name": "mine", "S3BucketName": BUCKET, "EnableLogFileValidation": true}),
    )
    .await;
    ok(&admin, "StopLogging", json!({"Name": "payments-audit"})).await;
    ok(&admin, "StartLogging", json!({"Name": "mine"})).await;
    for _ in 0..2 {
        stand.clock.forward(60);
        admin.sts("GetCallerIdentity", &[]).await;
        stand.running.deliver();
        stand.running.deliver_digests();
        // At the same moment there is no second one.
        stand.running.deliver_digests();
    }
    let all = keys(&admin, BUCKET, "AWSLogs/111122223333/CloudTrail-Digest/eu-central-1/").await;
    assert_eq!(all.len(), 2, "{all:?}");
    let listed = ok(&admin, "ListPublicKeys", json!({})).await;
    let key = &listed["PublicKeyList"][0];
    let public = base64::engine::general_purpose::STANDARD.decode(key["Value"].as_str().unwrap()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
    let mut previous: Option<(String, String)> = None;
    for name in &all {
        let (answer, text) = get(&admin, BUCKET, name).await;
        let digest: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(digest["digestPublicKeyFingerprint"], key["Fingerprint"]);
        assert_eq!(digest["digestS3Object"], name.as_str());
        let signature = header(&answer, "x-amz-meta-signature");
        let before = previous.as_ref().map_or("null", |(_, signature)| signature);
        let to_sign = format!(
            "{}\n{BUCKET}/{name}\n{}\n{before}",
            digest["digestEndTime"].as_str().unwrap(),
            sha256(&text)
        );
        let bytes: Vec<u8> = (0..signature.len() / 2)
            .map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        public.verify(to_sign.as_bytes(), &bytes).expect("the signature is good");
        assert!(public.verify(b"something else", &bytes).is_err());
        let (hash, last) = previous.clone().unzip();
        assert_eq!(
            (&digest["previousDigestHashValue"], &digest["previousDigestSignature"]),
            (&json!(hash), &json!(last))
        );
        let files = digest["logFiles"].as_array().unwrap();
        assert_eq!(files.len(), 1);
        let (_, log) = get(&admin, BUCKET, files[0]["s3Object"].as_str().unwrap()).await;
        assert_eq!(files[0]["hashValue"], sha256(&log));
        previous = Some((sha256(&text), signature));
    }
    let future = json!({"StartTime": 4_000_000_000_i64, "EndTime": 4_000_000_001_i64});
    assert_eq!(ok(&admin, "ListPublicKeys", future).await["PublicKeyList"], json!([]));
}

#[tokio::test]
async fn the_organisation_s_trail_delivers_for_all_accounts_and_the_partner_s_fails() {
    let stand = Stand::of_today().await;
    let staging = stand.client_of(stand.running.session("444455556666", "Auditor", "me", 900).unwrap());
    staging.sts("GetCallerIdentity", &[]).await;
    stand.running.deliver();
    stand.running.deliver_digests();
    let security = stand.client_of(stand.running.session("777788889999", "Auditor", "me", 900).unwrap());
    let bucket = "example-org-cloudtrail-logs";
    let found = keys(&security, bucket, "AWSLogs/o-exampleorgid/444455556666/CloudTrail/").await;
    assert_eq!(found.len(), 1, "{found:?}");
    let digests = keys(&security, bucket, "AWSLogs/o-exampleorgid/444455556666/CloudTrail-Digest/").await;
    assert_eq!(digests.len(), 17, "one for each Region");
    let admin = stand.client(Who::Administrator);
    let status = ok(&admin, "GetTrailStatus", json!({"Name": "partner-audit"})).await;
    assert_eq!(
        (&status["LatestDeliveryError"], &status["LatestDigestDeliveryError"]),
        (&json!("AccessDenied"), &json!("AccessDenied"))
    );

    // The policy is put right, and what was held back arrives.
    let policy = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:*","Resource":"*"}]}"#;
    let put = admin.s3("PUT", "/example-partner-audit-logs?policy", policy).await;
    assert!(put.status < 300, "{put:?}");
    stand.running.deliver();
    let status = ok(&admin, "GetTrailStatus", json!({"Name": "partner-audit"})).await;
    assert!(status["LatestDeliveryError"].is_null(), "{status}");
    assert!(!keys(&admin, "example-partner-audit-logs", "AWSLogs/111122223333/CloudTrail/").await.is_empty());
}
