//! `waymark serve --aws`: the program with somebody's own credentials, against a sandbox.

use sandbox::{Events, Options, Sandbox, Who};

use crate::support::program::{Served, run, waymark};

const HOME: &str = "111122223333";

/// Writes the files that AWS's own programs read.
fn configure(home: &std::path::Path, config: &str, credentials: &str) {
    std::fs::create_dir_all(home.join(".aws")).unwrap();
    std::fs::write(home.join(".aws/config"), config).unwrap();
    std::fs::write(home.join(".aws/credentials"), credentials).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_opens_its_account_for_who_has_the_start_code() {
    let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
    let keys = running.credentials(Who::Auditor);
    let folder = tempfile::tempdir().unwrap();
    let credentials = format!(
        "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        keys.access_key_id, keys.secret_access_key
    );
    configure(folder.path(), "[profile work]\nregion = eu-central-1\n", &credentials);
    let environment =
        [("HOME", folder.path().to_str().unwrap().to_owned()), ("AWS_ENDPOINT_URL", running.url())];
    let served = Served::start_with(folder.path(), &["--aws", "--profile", "work"], &environment);
    assert_eq!(served.get("/").status, 401);
    assert_eq!(served.get(&format!("/api/v1/{HOME}/events?q=")).status, 401);

    let code = served.path().strip_prefix("/start?code=").expect("no code").to_owned();
    let origin = format!("http://{}", served.address);
    let headers = [("origin", origin.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let opened = served.send("POST", "/start", &headers, &format!("code={code}"));
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let first = served.send("GET", "/", &[("cookie", &cookie)], "");
    assert_eq!(first.header("location"), format!("/a/{HOME}/events"), "{first:?}");
    let list = served.send("GET", &format!("/api/v1/{HOME}/events?q="), &[("cookie", &cookie)], "");
    assert_eq!(list.status, 200, "{list:?}");
    let page = served.send("GET", "/sign-in", &[("cookie", &cookie)], "").body;
    assert!(page.contains("user/auditor") && page.contains("your own credentials on this machine"), "{page}");
    let (_, said) = served.stop();
    assert!(said.contains(&format!("AWS account {HOME}, as arn:aws:iam::{HOME}:user/auditor")), "{said}");
    assert!(!said.contains(&keys.secret_access_key), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_it_says_what_to_do_and_keys_can_be_pasted() {
    let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = "[profile guarded]\nrole_arn = arn:aws:iam::111122223333:role/Auditor\nsource_profile = base\n\
                  mfa_serial = arn:aws:iam::111122223333:mfa/jo\n";
    configure(
        folder.path(),
        config,
        "[base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x1y2z3x1y2z3x1y2z3\n",
    );
    let environment = [
        ("HOME", folder.path().to_str().unwrap().to_owned()),
        ("AWS_ENDPOINT_URL", running.url()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    let served = Served::start_with(folder.path(), &["--aws", "--profile", "guarded"], &environment);
    let (_, said) = served.stop();
    assert!(said.contains("arn:aws:iam::111122223333:mfa/jo") && said.contains("sign-in page"), "{said}");
    // What gives a session is said too, and where to paste it.
    assert!(said.contains("aws sts assume-role") && said.contains("pasted at /sign-in"), "{said}");

    let unknown = waymark(folder.path())
        .args(["serve", "--aws", "--profile", "nobody", "--listen", "127.0.0.1:0", "--site"])
        .arg(folder.path().join("site"))
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert_eq!(unknown.status.code(), Some(2), "{said}");
    assert!(said.contains("nobody") && said.contains("guarded"), "{said}");
    assert_eq!(run(folder.path(), &["serve", "--profile", "x", "--demo"]).code, 2);
}
