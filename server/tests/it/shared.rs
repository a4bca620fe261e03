//! A deployment shared by a team: the program with a configuration file, against a sandbox.

use std::path::Path;

use sandbox::{Events, Options, Running, Sandbox, Who};
use serde_json::Value;
use waymark_server::store::Keys;

use crate::support::browser::{block, encoded};
use crate::support::program::{Ended, Reply, Served, ordinary_logs, run, waymark};
use crate::support::site;

const HOME: &str = "111122223333";
const ORIGIN: &str = "https://waymark.example.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// A deployment's folder, with an archive that the auditor may look at.
struct Team {
    folder: tempfile::TempDir,
    running: Running,
}

impl Team {
    async fn new() -> Team {
        let folder = tempfile::tempdir().unwrap();
        let running = Sandbox::start(Options { events: Events::None, ..Options::default() }).await.unwrap();
        let logs = ordinary_logs(folder.path());
        let archive = folder.path().join("archive");
        let taken =
            run(folder.path(), &["import", logs.to_str().unwrap(), "--archive", archive.to_str().unwrap()]);
        assert_eq!(taken.code, 0, "{taken:?}");
        let team = Team { folder, running };
        team.write_key("key");
        team.configure("vault_keys = [\"file:key\"]");
        team
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write_key(&self, name: &str) {
        let path = self.path().join(name);
        std::fs::write(&path, Keys::make().as_str()).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn configure(&self, keys: &str) {
        let text = format!(
            "public_origin = \"{ORIGIN}\"\nlisten = \"127.0.0.1:0\"\ntrusted_proxies = [\"127.0.0.1\"]\ndata_dir = \"data\"\n{keys}\n\
             auditors = [\"arn:aws:iam::{HOME}:user/administrator\"]\n\
             [endpoints]\nall = \"{}\"\n\
             [archives.prod]\npath = \"archive\"\nallow = [\"arn:aws:iam::{HOME}:user/auditor\"]\n",
            self.running.url()
        );
        std::fs::write(self.path().join("waymark.toml"), text).unwrap();
    }

    fn serve(&self) -> Served {
        Served::start_shared(self.path(), &self.path().join("waymark.toml"))
    }

    /// Signs in with keys and gives the cookie.
    fn sign_in(&self, served: &Served, who: Who) -> String {
        let keys = block(self.running.credentials(who));
        let body = encoded(&[("pasted", &keys), ("long_lived", "yes")]);
        let answer = ask(served, "POST", "/sign-in/keys", None, &body);
        assert_eq!(answer.status, 303, "{answer:?}");
        let cookie = answer.header("set-cookie");
        for part in ["__Host-waymark=", "Secure", "HttpOnly", "Path=/"] {
            assert!(cookie.contains(part), "{cookie} has no {part}");
        }
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// A request as the proxy sends it on.
fn ask(served: &Served, method: &str, path: &str, cookie: Option<&str>, body: &str) -> Reply {
    let mut headers =
        vec![("host", "waymark.example.com"), ("x-forwarded-for", "198.51.100.7"), ("user-agent", "Firefox")];
    headers.extend(cookie.map(|cookie| ("cookie", cookie)));
    if method == "POST" {
        headers.extend([("origin", ORIGIN), ("content-type", FORM)]);
    }
    served.send(method, path, &headers, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_what_they_may_and_a_restart_signs_nobody_out() {
    let team = Team::new().await;
    let served = team.serve();

    // Nobody gets further than the sign-in, and nobody under another name.
    let nobody = ask(&served, "GET", "/a/prod/events?q=x", None, "");
    assert_eq!(
        (nobody.status, nobody.header("location")),
        (303, "/sign-in?next=/a/prod/events%3Fq%3Dx"),
        "{nobody:?}"
    );
    assert_eq!(ask(&served, "GET", "/api/v1/prod/events", None, "").status, 401);
    // A page that is still open hears it, and no other page instead; what it asks for says so in its place.
    let json = [("host", "waymark.example.com"), ("origin", ORIGIN), ("content-type", "application/json")];
    let part = served.send("POST", "/_fn/view", &json, "{}");
    assert_eq!(part.status, 401, "{part:?}");
    assert!(part.body.contains("Your sign-in has ended"), "{part:?}");
    assert_eq!(ask(&served, "GET", "/live/prod?q=", None, "").status, 401);
    assert_eq!(served.send("GET", "/sign-in", &[("host", "127.0.0.1")], "").status, 421);
    assert_eq!(served.send("GET", "/healthz", &[("host", "127.0.0.1")], "").status, 200);
    let foreign =
        [("host", "waymark.example.com"), ("origin", "https://evil.example"), ("content-type", FORM)];
    assert_eq!(served.send("POST", "/sign-in/keys", &foreign, "pasted=x").status, 403);

    let auditor = team.sign_in(&served, Who::Auditor);
    let newcomer = team.sign_in(&served, Who::Newcomer);
    let list = ask(&served, "GET", "/api/v1/prod/events?q=", Some(&auditor), "");
    assert_eq!(list.status, 200, "{list:?}");
    let denied = ask(&served, "GET", "/api/v1/prod/events?q=", Some(&newcomer), "");
    let unknown = ask(&served, "GET", "/api/v1/nothing/events?q=", Some(&newcomer), "");
    let without_id = |reply: &Reply| {
        let mut body: Value = serde_json::from_str(&reply.body).unwrap();
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    assert_eq!((denied.status, without_id(&denied)), (404, without_id(&unknown)));
    assert_eq!(ask(&served, "GET", "/api/v1/111122223333/events?q=", Some(&auditor), "").status, 200);

    let (code, said) = served.stop();
    assert_eq!(code, Some(0), "{said}");
    let served = team.serve();
    assert_eq!(ask(&served, "GET", "/api/v1/111122223333/events?q=", Some(&auditor), "").status, 200);
    let sessions = ask(&served, "GET", "/sessions", Some(&auditor), "").body;
    assert!(sessions.contains("198.51.100.7") && sessions.contains("Firefox"), "{sessions}");
    served.stop();

    // The key changes: with the old one behind it sign-ins go on; without, everybody signs in again.
    team.write_key("newer");
    team.configure("vault_keys = [\"file:newer\", \"file:key\"]");
    let served = team.serve();
    assert_eq!(ask(&served, "GET", "/api/v1/111122223333/events?q=", Some(&auditor), "").status, 200);
    served.stop();
    team.configure("vault_keys = [\"file:newer\"]");
    let served = team.serve();
    assert_eq!(ask(&served, "GET", "/api/v1/111122223333/events?q=", Some(&newcomer), "").status, 401);
    served.stop();
    team.write_key("other");
    team.configure("vault_keys = [\"file:other\"]");
    let refused = start(team.path());
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("sealed with a key that is not among those given"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_a_line_on_standard_output_and_auditors_read_all() {
    let team = Team::new().await;
    let served = team.serve();
    let auditor = team.sign_in(&served, Who::Auditor);
    ask(&served, "GET", "/api/v1/prod/events?q=event:ConsoleLogin", Some(&auditor), "");
    let administrator = team.sign_in(&served, Who::Administrator);
    ask(&served, "GET", "/api/v1/prod/events", Some(&administrator), "");
    let own = ask(&served, "GET", "/access-log", Some(&auditor), "").body;
    assert!(own.contains("event:ConsoleLogin") && !own.contains("administrator"), "{own}");
    let all = ask(&served, "GET", "/access-log", Some(&administrator), "").body;
    assert!(all.contains("user/auditor") && all.contains("event:ConsoleLogin"), "{all}");
    let mine = ask(&served, "GET", "/access-log?own=yes", Some(&administrator), "").body;
    assert!(mine.contains("read-access-log") && !mine.contains("user/auditor"), "{mine}");
    let lines: Vec<Value> =
        served.printed().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<&str> = lines
        .iter()
        .filter(|line| line["kind"] == "access")
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["sign-in", "search", "sign-in", "denied", "read-access-log"]);
    let search = lines.iter().find(|line| line["action"] == "search").unwrap();
    assert_eq!(search["principal"], format!("arn:aws:iam::{HOME}:user/auditor"));
    assert_eq!(
        (&search["address"], &search["target"]),
        (&"198.51.100.7".into(), &"event:ConsoleLogin".into())
    );
}

#[test]
fn what_is_wrong_with_a_configuration_is_said_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waymark.toml");
    let cases = [
        ("", "public_origin"),
        ("public_origin = 7\n", "public_origin"),
        ("public_origin = \"https://x.example\"\ndata_dir = \"d\"\nvault_keys = [\"file:none\"]\n", "none"),
        ("public_origin = \"https://x.example\"\ndata_dir = \"d\"\nvault_keys = []\n", "vault_keys"),
    ];
    for (text, named) in cases {
        std::fs::write(&path, text).unwrap();
        let refused = start(folder.path());
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(
            refused.err.contains("waymark.toml") && refused.err.contains(named),
            "{text}: {}",
            refused.err
        );
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(start(folder.path()).code, 2);
    let both = run(folder.path(), &["serve", "--config", "waymark.toml", "--listen", "127.0.0.1:1"]);
    assert_eq!(both.code, 2, "{both:?}");
}

/// Starts it where it does not start.
fn start(folder: &Path) -> Ended {
    let site = folder.join("site");
    site::lay_out(&site);
    let mut command = waymark(folder);
    command.args(["serve", "--config"]).arg(folder.join("waymark.toml")).arg("--site").arg(site);
    Ended::from(command.output().unwrap())
}
