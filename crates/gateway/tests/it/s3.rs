//! Buckets of the sandbox: where they are, what is in them, and CloudTrail's layout in them.

use aws_sdk_s3::config::{BehaviorVersion, Credentials as SdkCredentials, Region};
use cloudtrail::time::Time;
use gateway::{Bucket, Kind, LogsError};
use sandbox::{Events, Running, Who};

use crate::support::{gateway, keys, sandbox};

/// A bucket of the sample's, in eu-central-1.
const BUCKET: &str = "example-prod-audit-logs";

async fn put(sandbox: &Running, objects: &[String]) {
    let keys = sandbox.credentials(Who::Administrator);
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SdkCredentials::new(
            &keys.access_key_id,
            &keys.secret_access_key,
            None,
            None,
            "test",
        ))
        .endpoint_url(sandbox.url())
        .force_path_style(true);
    let client = aws_sdk_s3::Client::from_conf(config.build());
    for key in objects {
        let body = key.as_bytes().to_vec().into();
        client.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
    }
}

async fn bucket(sandbox: &Running, who: Who, name: &str) -> Bucket {
    gateway(sandbox, &[]).bucket(&keys(sandbox, who), name, None).await.unwrap()
}

fn day(text: &str) -> Time {
    Time::parse(&format!("{text}T00:00:00Z")).unwrap()
}

fn log(account: &str, region: &str, date: &str) -> String {
    format!("team/AWSLogs/o-abc/{account}/CloudTrail/{region}/{date}/x.json.gz")
}

#[tokio::test]
async fn a_bucket_is_found_where_it_is_and_objects_are_read_up_to_a_bound() {
    let sandbox = sandbox(Events::None).await;
    put(&sandbox, &["a/1".to_owned(), "a/2".to_owned(), "b".to_owned()]).await;
    let bucket = bucket(&sandbox, Who::Auditor, BUCKET).await;
    assert_eq!(bucket.region(), "eu-central-1");
    let top = bucket.list("", true, None).await.unwrap();
    assert!(top.folders.contains(&"a/".to_owned()) && top.objects.iter().any(|object| object.key == "b"));
    let inside = bucket.list("a/", false, None).await.unwrap();
    let keys: Vec<&str> = inside.objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["a/1", "a/2"]);
    assert!(inside.objects[0].etag != inside.objects[1].etag && inside.objects[0].size == 3);
    assert_eq!(bucket.object("a/1", 3).await.unwrap(), b"a/1");
    let error = bucket.object("a/1", 2).await.unwrap_err();
    assert!(error.detail().contains("more than"), "{}", error.detail());
    assert_eq!(bucket.object("none", 9).await.unwrap_err().code(), "NoSuchKey");
}

#[tokio::test]
async fn a_missing_bucket_and_a_denied_one_say_so() {
    let sandbox = sandbox(Events::None).await;
    let missing = bucket(&sandbox, Who::Auditor, "no-such-bucket-here").await;
    assert_eq!(missing.list("", true, None).await.unwrap_err().code(), "NoSuchBucket");
    let denied = bucket(&sandbox, Who::Newcomer, BUCKET).await;
    let error = denied.list("", true, None).await.unwrap_err();
    assert_eq!((error.kind(), error.missing_permission().as_deref()), (Kind::Denied, Some("s3:ListBucket")));
    let statement = error.statement().unwrap();
    assert!(statement.contains(r#""Resource":"arn:aws:s3:::example-prod-audit-logs""#), "{statement}");
    let error = denied.object("a", 9).await.unwrap_err();
    assert_eq!((error.kind(), error.missing_permission().as_deref()), (Kind::Denied, Some("s3:GetObject")));
}

#[tokio::test]
async fn logs_are_found_from_any_level_of_the_layout_and_only_of_the_days_asked_for() {
    let sandbox = sandbox(Events::None).await;
    let (one, two) = ("111122223333", "444455556666");
    let keys = [
        log(one, "eu-central-1", "2026/11/01"),
        log(one, "eu-central-1", "2026/11/20"),
        log(one, "eu-central-1", "2026/12/01"),
        log(one, "us-east-1", "2025/11/20"),
        log(two, "eu-central-1", "2026/11/20"),
        format!("team/AWSLogs/o-abc/{one}/CloudTrail-Digest/eu-central-1/2026/11/20/d.json.gz"),
        format!("team/AWSLogs/{one}/Config/eu-central-1/2026/11/20/c.json.gz"),
    ];
    put(&sandbox, &keys).await;
    let bucket = bucket(&sandbox, Who::Auditor, BUCKET).await;
    let folder = |key: &String| key[..=key.rfind('/').unwrap()].to_owned();
    let found = async |prefix: &str, from: &str, to: &str| {
        bucket.logs(prefix, (day(from), day(to))).await.map(|logs| logs.folders)
    };
    let november = vec![folder(&keys[0]), folder(&keys[1]), folder(&keys[4])];
    for prefix in ["", "team", "team/", "team/AWSLogs", "team/AWSLogs/o-abc/"] {
        assert_eq!(found(prefix, "2026-11-01", "2026-12-01").await.unwrap(), november, "{prefix}");
    }
    let region = format!("team/AWSLogs/o-abc/{one}/CloudTrail/eu-central-1");
    assert_eq!(
        found(&region, "2026-11-02", "2026-12-02").await.unwrap(),
        [folder(&keys[1]), folder(&keys[2])]
    );
    assert_eq!(found(&format!("{region}/2026/11"), "2026-01-01", "2027-01-01").await.unwrap(), november[..2]);
    assert_eq!(
        found(&format!("{region}/2026/11/20"), "2026-01-01", "2027-01-01").await.unwrap(),
        november[1..2]
    );
    assert!(found(&region, "2027-01-01", "2027-03-01").await.unwrap().is_empty());

    let logs = bucket.logs("team", (day("2026-11-01"), day("2026-12-01"))).await.unwrap();
    assert_eq!(logs.looked.accounts.iter().collect::<Vec<_>>(), [one, two]);
    assert_eq!(logs.looked.regions.iter().collect::<Vec<_>>(), ["eu-central-1", "us-east-1"]);

    let digests =
        found(&format!("team/AWSLogs/o-abc/{one}/CloudTrail-Digest"), "2026-11-01", "2026-12-01").await;
    assert!(matches!(digests, Err(LogsError::Digests { .. })), "{digests:?}");
    for other in ["elsewhere", &format!("team/AWSLogs/{one}")] {
        let nothing = found(other, "2026-11-01", "2026-12-01").await;
        assert!(matches!(nothing, Err(LogsError::NoLayout { .. })), "{nothing:?}");
    }
}
