//! A sandbox, and a gateway that reaches nothing else.

use std::sync::Arc;
use std::time::Duration;

use cloudtrail::time::Time;
use gateway::{Clock, Credentials, Gateway, Options, Timing};
use sandbox::{Running, Sandbox, Who};

pub async fn sandbox(events: sandbox::Events) -> Running {
    Sandbox::start(sandbox::Options { events, ..sandbox::Options::default() }).await.expect("a sandbox")
}

pub fn gateway(sandbox: &Running, regions: &[&str]) -> Gateway {
    Gateway::new(options(sandbox.url(), regions))
}

/// One that asks again at once, so that nobody waits for it.
pub fn hurried(url: String, regions: &[&str]) -> Gateway {
    Gateway::with_timing(options(url, regions), HURRIED)
}

/// Long enough for every answer, and no pauses.
pub const HURRIED: Timing = Timing {
    connect: Duration::from_secs(5),
    answer: Duration::from_secs(30),
    pause: Duration::from_millis(1),
    tries: 3,
};

pub fn options(url: String, regions: &[&str]) -> Options {
    Options {
        endpoint: Some(url),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        clock: system_clock(),
    }
}

pub fn system_clock() -> Clock {
    Arc::new(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        Time::from_millis(now.as_millis() as i64)
    })
}

pub fn keys(sandbox: &Running, who: Who) -> Credentials {
    let keys = sandbox.credentials(who);
    Credentials::new(keys.access_key_id.clone(), keys.secret_access_key.clone(), None, None)
        .expect("credentials")
}
