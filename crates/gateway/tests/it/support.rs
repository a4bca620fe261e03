//! A sandbox, and a gateway that reaches nothing else.

use std::sync::Arc;

use cloudtrail::time::Time;
use gateway::{Clock, Credentials, Gateway, Options};
use sandbox::{Running, Sandbox, Who};

pub async fn sandbox(events: sandbox::Events) -> Running {
    Sandbox::start(sandbox::Options { events, ..sandbox::Options::default() }).await.expect("a sandbox")
}

pub fn gateway(sandbox: &Running, regions: &[&str]) -> Gateway {
    Gateway::new(Options {
        endpoint: Some(sandbox.url()),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        clock: system_clock(),
    })
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
