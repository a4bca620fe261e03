//! Secrets that come in are found nowhere afterwards.

use std::io::Write;
use std::sync::{Arc, Mutex};

use sandbox::Who;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::browser::{Browser, block, with_sandbox};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_is_shown_logged_or_printed() {
    let log = Log::default();
    let filter = tracing_subscriber::EnvFilter::new("info,waymark_server=trace,gateway=trace");
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(log.clone()).with_ansi(false).finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let (server, running) = with_sandbox().await;
    let auditor = running.credentials(Who::Auditor).clone();
    let mfa = running.credentials(Who::Mfa).clone();
    let root = running.credentials(Who::Root).clone();
    let session = running.session("444455556666", "Auditor", "jo", 3600).unwrap();
    let token = session.session_token.clone().unwrap();
    let device = "arn:aws:iam::111122223333:mfa/mfa";
    let code = running.mfa_code(device).unwrap();
    let (auditor_block, mfa_block, root_block) = (block(&auditor), block(&mfa), block(&root));
    // Right but for one letter: what AWS answers to a wrong signature repeats much of the request.
    let wrong = format!("{}canary", &session.secret_access_key[..34]);
    let forms: [&[(&str, &str)]; 7] = [
        &[("pasted", &block(&session))],
        &[
            ("access_key_id", &session.access_key_id),
            ("secret_access_key", &wrong),
            ("session_token", &token),
        ],
        &[
            ("access_key_id", "x"),
            ("secret_access_key", &session.secret_access_key),
            ("session_token", &token),
        ],
        &[("pasted", &auditor_block)],
        &[
            ("pasted", &auditor_block),
            ("long_lived", "yes"),
            ("role_arn", "arn:aws:iam::777788889999:role/Vendor"),
            ("external_id", "waymark-sandbox"),
        ],
        &[("pasted", &mfa_block), ("long_lived", "yes"), ("mfa_serial", device), ("mfa_code", &code)],
        &[("pasted", &root_block), ("long_lived", "yes")],
    ];
    let mut browser = Browser::new(&server);
    let mut entered = 0;
    for fields in forms {
        let answer = browser.post("/sign-in/keys", fields).await;
        entered += u32::from(answer.status.as_u16() == 303);
    }
    assert_eq!(entered, 3);
    browser.enter("/sign-in/sample", &[("person", "administrator")]).await;
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("Sign out"));

    let id = browser.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    let vault = server.context.vault();
    let connections = vault.of(vault.owner(&id));
    assert_eq!(connections.len(), 3);
    let printed = format!("{vault:?} {vault:#?} {connections:?} {connections:#?}");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("signed in") && logged.contains("sign-in refused"), "{logged}");

    let administrator = running.credentials(Who::Administrator);
    let secrets = [
        &auditor.secret_access_key,
        &mfa.secret_access_key,
        &root.secret_access_key,
        &administrator.secret_access_key,
        &session.secret_access_key,
        &token,
        &wrong,
    ];
    for secret in secrets {
        for (place, text) in [("a page", &browser.seen), ("the log", &logged), ("`Debug`", &printed)] {
            assert!(!text.contains(secret.as_str()), "{secret} stands in {place}: {text}");
        }
    }
    for (place, text) in [("the log", &logged), ("`Debug`", &printed)] {
        assert!(!text.contains(&id), "the session's id stands in {place}: {text}");
    }
    for (place, text) in [("a page", &browser.seen), ("the log", &logged)] {
        assert!(!text.contains(&format!(">{code}<")) && !text.contains(&format!("\"{code}\"")), "{place}");
    }
}
