//! Buckets and objects.

use sandbox::Who;

use crate::client::{Answer, Stand};

fn ok(answer: Answer) -> Answer {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer
}

const BUCKET: &str = "/example-prod-audit-logs";

#[tokio::test]
async fn objects_come_back_as_they_were_put() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    for key in ["a", "d/1", "d/2"] {
        ok(admin.s3("PUT", &format!("{BUCKET}/{key}"), &format!("text of {key}")).await);
    }
    let got = ok(admin.s3("GET", &format!("{BUCKET}/d/1"), "").await);
    assert_eq!(got.body, "text of d/1");
    let etag = got.head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    assert_eq!(etag.len(), 34);
    let head = ok(admin.s3("HEAD", &format!("{BUCKET}/d/1"), "").await);
    assert!(head.head.contains("content-length: 11") && head.body.is_empty());
    let list = ok(admin.s3("GET", &format!("{BUCKET}?delimiter=%2F&list-type=2"), "").await);
    assert_eq!((list.between("Key"), list.between("KeyCount")), ("a".to_owned(), "2".to_owned()));
    assert!(list.between("CommonPrefixes").contains("d/"));
    let page = ok(admin.s3("GET", &format!("{BUCKET}?list-type=2&max-keys=2"), "").await);
    let token = page.between("NextContinuationToken").replace('=', "%3D");
    let rest = ok(admin.s3("GET", &format!("{BUCKET}?continuation-token={token}&list-type=2"), "").await);
    assert_eq!((rest.between("Key"), rest.between("IsTruncated")), ("d/2".to_owned(), "false".to_owned()));
    ok(admin.s3("DELETE", &format!("{BUCKET}/a"), "").await);
    assert_eq!(admin.s3("GET", &format!("{BUCKET}/a"), "").await.code(), "NoSuchKey");
}

#[tokio::test]
async fn buckets_are_made_and_taken_away() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    ok(admin.s3("PUT", "/mine-bucket", "").await);
    assert_eq!(admin.s3("PUT", "/mine-bucket", "").await.code(), "BucketAlreadyOwnedByYou");
    assert_eq!(ok(admin.s3("GET", "/mine-bucket?location", "").await).between("LocationConstraint"), "");
    assert!(ok(admin.s3("GET", "/", "").await).body.contains("mine-bucket"));
    assert_eq!(admin.s3("GET", "/mine-bucket?policy", "").await.code(), "NoSuchBucketPolicy");
    assert_eq!(admin.s3("PUT", "/mine-bucket?policy", "{}").await.code(), "MalformedPolicy");
    let policy =
        r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}"#;
    ok(admin.s3("PUT", "/mine-bucket?policy", policy).await);
    ok(admin.s3("PUT", "/mine-bucket/x", "x").await);
    let denied = admin.s3("GET", "/mine-bucket/x", "").await;
    assert!(
        denied.status == 403 && denied.body.contains("with an explicit deny in a resource-based policy"),
        "{denied:?}"
    );
    assert_eq!(admin.s3("DELETE", "/mine-bucket", "").await.code(), "BucketNotEmpty");
    ok(admin.s3("DELETE", "/mine-bucket/x", "").await);
    assert_eq!(admin.s3("GET", "/mine-bucket?lifecycle", "").await.code(), "NoSuchLifecycleConfiguration");
    let rules = "<LifecycleConfiguration><Rule><ID>old</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>\
                 <Expiration><Days>400</Days></Expiration></Rule></LifecycleConfiguration>";
    ok(admin.s3("PUT", "/mine-bucket?lifecycle", rules).await);
    assert_eq!(ok(admin.s3("GET", "/mine-bucket?lifecycle", "").await).between("Days"), "400");
    ok(admin.s3("DELETE", "/mine-bucket", "").await);
    assert_eq!(admin.s3("GET", "/mine-bucket?location", "").await.code(), "NoSuchBucket");

    let history = admin.history().await;
    let names: Vec<&str> = history.iter().map(|record| record["eventName"].as_str().unwrap()).collect();
    assert!(names.contains(&"CreateBucket") && names.contains(&"PutBucketPolicy"), "{names:?}");
    assert!(!names.contains(&"GetObject"), "data events are not in event history");
    let failed = history.iter().find(|record| record["errorCode"] == "BucketNotEmpty").unwrap();
    assert_eq!(failed["requestParameters"]["bucketName"], "mine-bucket");
}

#[tokio::test]
async fn who_may_not() {
    let stand = Stand::of_today().await;
    let auditor = stand.client(Who::Auditor);
    let path = format!("{BUCKET}/x");
    let denied = auditor.s3("PUT", &path, "x").await;
    assert_eq!((denied.status, denied.code()), (403, "AccessDenied".to_owned()));
    let staging = stand.client_of(stand.running.session("444455556666", "Administrator", "me", 900).unwrap());
    assert_eq!(staging.s3("GET", &path, "").await.code(), "AccessDenied", "another account's bucket");
    let mut wrong = auditor.clone();
    wrong.keys.secret_access_key.push('x');
    assert_eq!(wrong.s3("GET", &path, "").await.code(), "SignatureDoesNotMatch");
    wrong.keys.access_key_id = "AKIAXXXXXXXXXXXXXXXX".to_owned();
    assert_eq!(wrong.s3("GET", &path, "").await.code(), "InvalidAccessKeyId");
    let mut stolen = staging.clone();
    stolen.keys.session_token = None;
    assert_eq!(stolen.s3("GET", "/", "").await.code(), "InvalidToken");
    let mut late = auditor.clone();
    late.skew = -901;
    assert_eq!(late.s3("GET", "/", "").await.code(), "RequestTimeTooSkewed");
    let elsewhere = auditor.in_region("us-east-1");
    let answer = elsewhere.s3("GET", &format!("{BUCKET}?list-type=2"), "").await;
    assert_eq!(
        (answer.code(), answer.between("Region")),
        ("AuthorizationHeaderMalformed".to_owned(), "eu-central-1".to_owned())
    );
}

#[tokio::test]
async fn faults() {
    let stand = Stand::of_today().await;
    let admin = stand.client(Who::Administrator);
    ok(admin.s3("PUT", &format!("{BUCKET}/x"), "0123456789").await);
    let fault = |kind: &str| {
        let text = format!("[[fault]]\nservice = \"s3\"\noperation = \"GetObject\"\nkind = \"{kind}\"");
        stand.running.set_faults(&text).unwrap();
        admin.s3("GET", "/example-prod-audit-logs/x", "")
    };
    let throttled = fault("throttled").await;
    assert_eq!((throttled.status, throttled.code()), (503, "SlowDown".to_owned()));
    let error = fault("error").await;
    assert_eq!((error.status, error.code()), (500, "InternalFailure".to_owned()));
    let half = fault("half-closed").await;
    assert!(half.head.contains("content-length: 10"), "{half:?}");
    assert_eq!(half.body, "01234");
    assert_eq!(fault("empty").await.body, "");
    ok(admin.s3("HEAD", &format!("{BUCKET}/x"), "").await);
}
