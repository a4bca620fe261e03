//! With files of their own, and an environment of their own: nothing of the machine is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;

const NOW: i64 = 1_795_000_000_000;
const SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

/// A home with these two files, and a clock.
struct Home {
    folder: tempfile::TempDir,
    now: Arc<AtomicI64>,
}

impl Home {
    fn new(config: &str, credentials: &str) -> Home {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".aws")).unwrap();
        for (name, text) in [("config", config), ("credentials", credentials)] {
            if !text.is_empty() {
                std::fs::write(folder.path().join(".aws").join(name), text).unwrap();
            }
        }
        Home { folder, now: Arc::new(AtomicI64::new(NOW)) }
    }

    async fn chain(&self, profile: Option<&str>, more: &[(&str, &str)]) -> Result<Chain, ChainError> {
        let home = self.folder.path().to_str().unwrap();
        let mut variables = vec![("HOME", home)];
        variables.extend(more);
        let now = self.now.clone();
        let clock: Clock = Arc::new(move || Time::from_millis(now.load(Ordering::SeqCst)));
        Chain::load_from(profile, clock, Env::from_slice(&variables), false).await
    }

    async fn credentials(
        &self,
        profile: Option<&str>,
        more: &[(&str, &str)],
    ) -> Result<Credentials, ChainError> {
        self.chain(profile, more).await?.credentials().await
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn keys(profile: &str, id: &str) -> String {
    format!("[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n")
}

const OF_ENV: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000"), ("AWS_SECRET_ACCESS_KEY", SECRET)];

#[tokio::test]
async fn a_profile_asked_for_goes_before_the_environment_which_goes_before_others() {
    let files = keys("default", "AKIADEFAULT000000000") + &keys("jo", "AKIAJO00000000000000");
    let home = Home::new("", &files);
    let key = async |profile, more: &[(&str, &str)]| {
        home.credentials(profile, more).await.unwrap().access_key_id().to_owned()
    };
    let with_profile = |name| [OF_ENV.as_slice(), &[("AWS_PROFILE", name)]].concat();
    assert_eq!(key(None, &[]).await, "AKIADEFAULT000000000");
    assert_eq!(key(None, &[("AWS_PROFILE", "jo")]).await, "AKIAJO00000000000000");
    assert_eq!(key(None, &OF_ENV).await, "AKIAENVIRONMENT00000");
    assert_eq!(key(None, &with_profile("jo")).await, "AKIAENVIRONMENT00000");
    assert_eq!(key(Some("jo"), &with_profile("default")).await, "AKIAJO00000000000000");
}

#[tokio::test]
async fn region_and_endpoint_come_from_the_environment_and_then_from_the_profile() {
    let home = Home::new("[profile jo]\nregion = eu-west-3\nendpoint_url = http://127.0.0.1:1/\n", "");
    let chain = home.chain(Some("jo"), &[]).await.unwrap();
    assert_eq!(
        (chain.region(), chain.endpoint().as_deref()),
        (Some("eu-west-3"), Some("http://127.0.0.1:1"))
    );
    let more = [("AWS_REGION", "sa-east-1"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:2")];
    let chain = home.chain(Some("jo"), &more).await.unwrap();
    assert_eq!(
        (chain.region(), chain.endpoint().as_deref()),
        (Some("sa-east-1"), Some("http://127.0.0.1:2"))
    );
    let chain = home.chain(Some("jo"), &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]).await.unwrap();
    assert_eq!(chain.endpoint(), None);
    for wrong in ["127.0.0.1:1", "ftp://x", "http://", "http:// x"] {
        let error = home.chain(Some("jo"), &[("AWS_ENDPOINT_URL", wrong)]).await.unwrap_err();
        assert!(matches!(error, ChainError::Endpoint { .. }), "{wrong}: {error}");
    }
}

#[tokio::test]
async fn an_unknown_profile_is_named_with_those_that_there_are() {
    let home = Home::new(
        "[profile jo]\nregion = eu-west-3\n[sso-session corp]\nsso_region = x\n",
        &keys("max", "AKIAMAX0000000000000"),
    );
    for chain in [home.chain(Some("joe"), &[]).await, home.chain(None, &[("AWS_PROFILE", "joe")]).await] {
        let error = chain.unwrap_err();
        assert!(error.to_string().contains("`joe`") && error.to_string().contains(".aws"), "{error}");
        assert_eq!(error.help(), "These exist: jo, max.");
    }
}

#[tokio::test]
async fn nothing_at_all_and_a_profile_without_credentials_are_said() {
    let nothing = Home::new("", "").credentials(None, &[]).await.unwrap_err();
    assert!(matches!(nothing, ChainError::Nowhere { profile: None }), "{nothing}");
    assert!(nothing.help().contains("aws sso login"));
    let home = Home::new("[profile jo]\nregion = eu-west-3\n", "");
    let error = home.credentials(Some("jo"), &[]).await.unwrap_err();
    assert!(matches!(&error, ChainError::Nowhere { profile: Some(profile) } if profile == "jo"), "{error}");
}

#[tokio::test]
async fn a_broken_file_is_named_with_the_line() {
    let home = Home::new("[profile jo]\nregion = eu-west-3\nsecret words without a sign\n", "");
    let error = home.chain(None, &[]).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("config, line 3: Expected an '=' sign"), "{text}");
    assert!(!text.contains("secret words"), "{text}");
    let home = Home::new("[profile jo\n", "");
    assert!(home.chain(None, &[]).await.unwrap_err().to_string().contains("line 1"));
    let home = Home::new("", "");
    std::fs::write(home.folder.path().join(".aws/config"), b"[profile \xff]\n").unwrap();
    assert!(home.chain(None, &[]).await.unwrap_err().to_string().contains("UTF-8"));
}

#[tokio::test]
async fn a_role_that_wants_a_code_says_how_to_get_a_session() {
    let home = Home::new(
        "[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = base\n\
         mfa_serial = arn:aws:iam::111122223333:mfa/jo\n[profile above]\nrole_arn = arn:aws:iam::111122223333:role/Above\n\
         source_profile = admin\n",
        &keys("base", "AKIABASE000000000000"),
    );
    for profile in ["admin", "above"] {
        let error = home.credentials(Some(profile), &[]).await.unwrap_err();
        assert!(matches!(&error, ChainError::Mfa { profile, .. } if profile == "admin"), "{error}");
        assert!(error.to_string().contains("arn:aws:iam::111122223333:mfa/jo"), "{error}");
        let help = error.help();
        assert!(help.contains("--role-arn arn:aws:iam::111122223333:role/Admin"), "{help}");
        assert!(help.contains("--profile base") && help.contains("/sign-in"), "{help}");
    }
    // The environment's keys need none.
    assert!(home.credentials(None, &[OF_ENV.as_slice(), &[("AWS_PROFILE", "admin")]].concat()).await.is_ok());
}

#[tokio::test]
async fn settings_that_do_not_fit_are_said() {
    let home = Home::new(
        "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/A\nsource_profile = b\n\
         [profile b]\nrole_arn = arn:aws:iam::111122223333:role/B\nsource_profile = a\n\
         [profile half]\nsso_session = none\nsso_account_id = 111122223333\nsso_role_name = ReadOnly\n",
        "",
    );
    for (profile, word) in [("a", "infinite loop"), ("half", "sso-session named `none`")] {
        let error = home.credentials(Some(profile), &[]).await.unwrap_err();
        assert!(matches!(&error, ChainError::Settings { .. }) && error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_sign_in_that_was_never_begun_names_its_command() {
    let home = Home::new(
        "[profile jo]\nsso_session = waymark-test-none\nsso_account_id = 111122223333\nsso_role_name = ReadOnly\n\
         [profile role]\nrole_arn = arn:aws:iam::111122223333:role/A\nsource_profile = jo\n\
         [sso-session waymark-test-none]\nsso_region = eu-central-1\nsso_start_url = http://127.0.0.1:1/start\n",
        "",
    );
    for profile in ["jo", "role"] {
        let error = home.credentials(Some(profile), &[]).await.unwrap_err();
        assert!(matches!(&error, ChainError::SignedOut { .. }), "{error:?}");
        assert!(error.help().contains("`aws sso login --profile jo`"), "{}", error.help());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_fails_is_named_and_what_it_printed_is_not() {
    let home = Home::new("", "");
    let script = home.write("failing", "echo SECRETOUT; echo SECRETERR >&2; exit 3");
    std::fs::write(
        home.folder.path().join(".aws/config"),
        format!("[profile jo]\ncredential_process = sh {script} --token SECRETARGUMENT\n"),
    )
    .unwrap();
    let error = home.credentials(Some("jo"), &[]).await.unwrap_err();
    assert!(matches!(&error, ChainError::Process { profile } if profile == "jo"), "{error}");
    let shown = format!("{error} {error:?} {}", error.help());
    assert!(!shown.contains("SECRET"), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn credentials_are_kept_until_they_are_about_to_end_or_are_refused() {
    let home = Home::new("", "");
    let count = home.write("count", "");
    let end = cloudtrail::time::Time::from_millis(NOW).plus(60 * MINUTE);
    let script = home.write(
        "program",
        &format!(
            "echo x >> {count}\necho '{{\"Version\":1,\"AccessKeyId\":\"ASIAPROGRAM000000000\",\"SecretAccessKey\":\"{SECRET}\",\
             \"SessionToken\":\"FwoGZXIvYXdzEXAMPLE{}\",\"Expiration\":\"{end}\"}}'",
            "T".repeat(20)
        ),
    );
    std::fs::write(
        home.folder.path().join(".aws/config"),
        format!("[default]\ncredential_process = sh {script}\n"),
    )
    .unwrap();
    let runs = || std::fs::read_to_string(&count).unwrap().lines().count();
    let chain = home.chain(None, &[]).await.unwrap();
    let first = chain.credentials().await.unwrap();
    assert_eq!(first.expires(), Some(end));
    chain.credentials().await.unwrap();
    assert_eq!(runs(), 1);
    home.now.store(NOW + 56 * MINUTE, Ordering::SeqCst);
    chain.credentials().await.unwrap();
    assert_eq!(runs(), 2);
    home.now.store(NOW, Ordering::SeqCst);
    chain.instead_of(&first).await.unwrap();
    assert_eq!(runs(), 3);
    // Where no new ones are to be had, the old ones are good until they end.
    std::fs::remove_file(&script).unwrap();
    home.now.store(NOW + 56 * MINUTE, Ordering::SeqCst);
    assert!(chain.credentials().await.is_ok());
    home.now.store(NOW + 61 * MINUTE, Ordering::SeqCst);
    assert!(matches!(chain.credentials().await.unwrap_err(), ChainError::Process { .. }));
    let shown = format!("{chain:?} {first:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("TTTT"), "{shown}");
}

#[tokio::test]
async fn keys_that_are_none_are_refused_without_being_shown() {
    let error = Home::new("", "")
        .credentials(
            None,
            &[("AWS_ACCESS_KEY_ID", "ASIAENVIRONMENT00000"), ("AWS_SECRET_ACCESS_KEY", SECRET)],
        )
        .await
        .unwrap_err();
    assert!(matches!(&error, ChainError::Malformed { profile: None, .. }), "{error}");
    assert!(error.to_string().contains("session token") && !format!("{error} {error:?}").contains(SECRET));
}
