//! `waymark search --aws` and `waymark import s3://…`: the person's own credentials, against the sandbox.

use std::path::Path;
use std::process::Command;

use sandbox::{Events, Options, Running, Sandbox, Who};

use crate::support::program::{Ended, waymark};

const BUCKET: &str = "s3://example-prod-audit-logs";

async fn sandbox(events: Events) -> Running {
    Sandbox::start(Options { events, ..Options::default() }).await.unwrap()
}

/// The program with nothing of the machine's own: no home, no instance.
fn bare(folder: &Path, sandbox: &Running) -> Command {
    let mut command = waymark(folder);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command.env("HOME", folder).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ENDPOINT_URL", sandbox.url()).env("AWS_REGION", "eu-central-1").current_dir(folder);
    command
}

/// Runs it as somebody of the sandbox.
fn run(folder: &Path, sandbox: &Running, who: Who, arguments: &[&str]) -> Ended {
    let keys = sandbox.credentials(who);
    let mut command = bare(folder, sandbox);
    command
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    Ended::from(command.args(arguments).output().unwrap())
}

fn count(text: &str) -> usize {
    text.lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_fetches_the_last_day_and_says_so() {
    let (folder, sandbox) = (tempfile::tempdir().unwrap(), sandbox(Events::Sample(2_000)).await);
    let ended = run(folder.path(), &sandbox, Who::Auditor, &["search", "--aws", "", "--format", "jsonl"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("searching 24 hours"), "{}", ended.err);
    assert!(ended.err.contains("arn:aws:iam::111122223333:user/auditor"), "{}", ended.err);
    let day = count(&ended.out);
    assert!(day > 5, "{}", ended.out);

    let arguments = ["search", "--aws", "", "--from", "-30d", "--format", "jsonl"];
    let month = run(folder.path(), &sandbox, Who::Auditor, &arguments);
    assert!(month.code == 0 && !month.err.contains("24 hours"), "{}", month.err);
    assert!(count(&month.out) > 2 * day, "{day}, {}", count(&month.out));
    assert!(!month.err.contains("90 days"), "{}", month.err);
    let arguments = ["search", "--aws", "", "--from", "-200d", "--limit", "1"];
    let years = run(folder.path(), &sandbox, Who::Auditor, &arguments);
    assert!(years.code == 0 && years.err.contains("event history goes back 90 days, to "), "{}", years.err);
    let regions = ["--region", "us-east-1", "--from", "-30d", "--format", "jsonl"];
    let one =
        run(folder.path(), &sandbox, Who::Auditor, &[["search", "--aws", ""].as_slice(), &regions].concat());
    assert!(one.code == 0 && count(&one.out) > 0, "{}", one.err);
    assert!(one.out.lines().all(|line| line.contains(r#""awsRegion":"us-east-1""#)), "{}", one.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named_and_the_rest_is_printed() {
    let (folder, sandbox) = (tempfile::tempdir().unwrap(), sandbox(Events::Sample(2_000)).await);
    sandbox
        .set_faults("[[fault]]\noperation = \"LookupEvents\"\nregion = \"us-west-2\"\nkind = \"error\"\ncode = \"AccessDeniedException\"\nstatus = 400\n")
        .unwrap();
    let ended = run(folder.path(), &sandbox, Who::Auditor, &["search", "--aws", "", "--format", "jsonl"]);
    assert_eq!(ended.code, 3, "{}", ended.err);
    assert!(ended.err.contains("missing: us-west-2: ") && count(&ended.out) > 5, "{}", ended.err);

    let denied = run(folder.path(), &sandbox, Who::Newcomer, &["search", "--aws", ""]);
    assert!(denied.code == 1 && denied.out.is_empty(), "{denied:?}");
    assert!(denied.err.contains(r#""Action":"cloudtrail:LookupEvents""#), "{}", denied.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_trails_delivered_is_taken_in_once_and_what_is_refused_another_time() {
    let (folder, sandbox) = (tempfile::tempdir().unwrap(), sandbox(Events::None).await);
    run(folder.path(), &sandbox, Who::Auditor, &["search", "--aws", ""]);
    sandbox.deliver();
    let arguments = ["import", BUCKET, "--archive", "a"];
    sandbox
        .set_faults("[[fault]]\nservice = \"s3\"\noperation = \"GetObject\"\nkind = \"error\"\ncode = \"AccessDenied\"\nstatus = 403\ntimes = 1\n")
        .unwrap();
    let first = run(folder.path(), &sandbox, Who::Auditor, &arguments);
    assert_eq!(first.code, 3, "{}", first.err);
    assert!(first.err.contains("the last 90 days") && first.err.contains("17 Regions"), "{}", first.err);
    assert!(first.err.contains("17 files: ") && first.err.contains("skipped: s3://"), "{}", first.err);
    assert!(first.err.contains("it takes the permission s3:GetObject"), "{}", first.err);

    let second = run(folder.path(), &sandbox, Who::Auditor, &arguments);
    assert_eq!(second.code, 0, "{}", second.err);
    assert!(second.err.contains(" 16 unchanged"), "{}", second.err);
    let search = ["search", "event:LookupEvents", "--archive", "a", "--format", "jsonl"];
    let found = run(folder.path(), &sandbox, Who::Auditor, &search);
    assert!(count(&found.out) >= 17, "{}", found.out);

    let long_ago = ["import", BUCKET, "--from", "2020-01-01", "--to", "2020-02-01", "--archive", "b"];
    let none = run(folder.path(), &sandbox, Who::Auditor, &long_ago);
    assert!(none.code == 0 && none.err.contains("0 files"), "{}", none.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_named() {
    let (folder, sandbox) = (tempfile::tempdir().unwrap(), sandbox(Events::None).await);
    let import = |more: &[&str]| {
        run(folder.path(), &sandbox, Who::Auditor, &[["import", "--archive", "a"].as_slice(), more].concat())
    };
    for (more, code, words) in [
        (["s3://Bad_Name/x"].as_slice(), 2, "names no bucket"),
        (
            &["s3://no-such-bucket-here"],
            2,
            "s3://no-such-bucket-here/: ListObjectsV2 in us-east-1: NoSuchBucket",
        ),
        (&["s3://example-staging-trail-logs"], 1, "s3:ListBucket"),
        (&[BUCKET], 2, "there are no CloudTrail logs below"),
        (&[BUCKET, "--from", "soon"], 2, "--from: `soon` is not a time"),
        (&[BUCKET, "--from", "-1d", "--to", "-2d"], 2, "is after --to"),
        (&[BUCKET, "--profile", "nobody"], 2, "there is no profile `nobody`"),
        (&[BUCKET, "--watch"], 2, "--watch is for folders"),
        (&[".", "--from", "-1d"], 2, "are for s3://"),
    ] {
        let ended = import(more);
        assert_eq!((ended.code, ended.out.as_str()), (code, ""), "{more:?}: {}", ended.err);
        assert!(ended.err.contains(words), "{more:?}: {}", ended.err);
    }
    assert!(!folder.path().join("a").exists(), "an archive was made all the same");
    let nobody = bare(folder.path(), &sandbox).args(["search", "--aws", ""]).output().unwrap();
    let nobody = Ended::from(nobody);
    assert!(nobody.code == 2 && nobody.err.contains("no AWS credentials on this machine"), "{}", nobody.err);
    assert!(nobody.err.contains("help: Sign in with `aws sso login`"), "{}", nobody.err);
    let arguments = ["search", "--aws", "", "--region", "eu-mars-1"];
    let nowhere = run(folder.path(), &sandbox, Who::Auditor, &arguments);
    assert!(nowhere.code == 1 && nowhere.err.contains("valid region.\n"), "{}", nowhere.err);
    assert!(nowhere.err.contains("help: There is no Region `eu-mars-1` there"), "{}", nowhere.err);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn profiles_are_used_as_aws_s_own_programs_use_them() {
    let (folder, sandbox) = (tempfile::tempdir().unwrap(), sandbox(Events::None).await);
    let keys = sandbox.credentials(Who::Auditor);
    let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
    std::fs::create_dir(folder.path().join(".aws")).unwrap();
    let printed = format!(r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"{secret}"}}"#);
    std::fs::write(folder.path().join("printed"), printed).unwrap();
    std::fs::write(
        folder.path().join(".aws/credentials"),
        format!("[base]\naws_access_key_id={id}\naws_secret_access_key={secret}\n"),
    )
    .unwrap();
    std::fs::write(
        folder.path().join(".aws/config"),
        "[profile other]\nrole_arn = arn:aws:iam::777788889999:role/Auditor\nsource_profile = base\n\
         [profile program]\ncredential_process = cat printed\n\
         [profile signed]\nsso_start_url = https://waymark-sandbox.awsapps.com/start\nsso_region = eu-central-1\n\
         sso_account_id = 111122223333\nsso_role_name = ReadOnlyAccess\n",
    )
    .unwrap();
    let search = |profile: &str| {
        // The environment's keys are not asked for where a profile is.
        let arguments = ["search", "--aws", "", "--region", "eu-central-1", "--profile", profile];
        run(folder.path(), &sandbox, Who::Newcomer, &arguments)
    };
    for (profile, who) in [
        ("base", "111122223333:user/auditor"),
        ("program", "111122223333:user/auditor"),
        ("other", "777788889999:assumed-role/Auditor/"),
    ] {
        let ended = search(profile);
        assert!(ended.code == 0 && ended.err.contains(who), "{profile}: {}", ended.err);
        assert!(!ended.err.contains(secret.as_str()), "{profile}");
    }
    // Nobody has signed in yet; somebody has; AWS does not know the sign-in any more.
    let cache = folder.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    let token = sandbox.sign_in("ben.okafor").unwrap();
    for (token, ends, code) in [
        (None, "", 2),
        (Some(token.as_str()), "2099-01-01T00:00:00Z", 0),
        (Some("unknown"), "2099-01-01T00:00:00Z", 2),
    ] {
        if let Some(token) = token {
            let text = format!(r#"{{"accessToken":"{token}","expiresAt":"{ends}"}}"#);
            // Named after the SHA-1 of the start URL, as `aws sso login` does.
            std::fs::write(cache.join("a82a2525876aafc100f9177e64a990f43128b9c9.json"), text).unwrap();
        }
        let ended = search("signed");
        assert_eq!(ended.code, code, "{}", ended.err);
        let words = match code {
            0 => "assumed-role/AWSReservedSSO_ReadOnlyAccess_",
            _ => "help: Run `aws sso login --profile signed`",
        };
        assert!(ended.err.contains(words), "{}", ended.err);
    }
}
