//! The demo's AWS: a sandbox inside this program, and who can be signed in to it with one click.

use std::sync::Arc;

use cloudtrail::names::AccountNames;
use gateway::{Credentials, Gateway};
use sandbox::{Events, Running, Sandbox, Who};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http::sign_in::{Directory, Person, SignIn};

/// How many events it has at first; fewer where the demo itself has fewer.
const EVENTS: u64 = 20_000;
/// The Region of its Identity Center.
const REGION: &str = "eu-central-1";
/// The account that the sample users are in.
const HOME: &str = "111122223333";

/// Starts a sandbox on a free port of this machine. It stops when it is dropped.
pub async fn start(events: u64, clock: &Clock) -> Result<(Running, SignIn)> {
    let options = sandbox::Options {
        events: Events::Sample(events.min(EVENTS)),
        clock: clock_of(clock),
        ..Default::default()
    };
    let running = Sandbox::start(options).await.map_err(|source| Error::Sandbox(Box::new(source)))?;
    let sign_in = sign_in(&running, clock)?;
    Ok((running, sign_in))
}

/// How to sign in to a running sandbox, and to nothing else: its endpoint is the only one that is called.
///
/// # Errors
/// When the sandbox's own keys are none.
pub fn sign_in(running: &Running, clock: &Clock) -> Result<SignIn> {
    let told = clock.clone();
    let gateway = Gateway::new(gateway::Options {
        endpoint: Some(running.url()),
        regions: Vec::new(),
        clock: Arc::new(move || told.now()),
    });
    let titles: AccountNames =
        sample::ACCOUNTS.iter().map(|(id, name)| (id.to_string(), name.to_string())).collect();
    let directory = Directory {
        title: "the sandbox's Identity Center".to_owned(),
        start_url: running.start_url(),
        region: REGION.to_owned(),
    };
    Ok(SignIn { gateway, people: people(running)?, directories: vec![directory], titles })
}

/// The same clock for the sandbox.
pub fn clock_of(clock: &Clock) -> sandbox::Clock {
    let clock = clock.clone();
    sandbox::Clock::from_fn(move || clock.now())
}

fn people(running: &Running) -> Result<Vec<Person>> {
    let elsewhere = |role: &str| {
        let others = sample::ACCOUNTS.iter().filter(|(id, _)| *id != HOME);
        others.map(|(id, _)| format!("arn:aws:iam::{id}:role/{role}")).collect()
    };
    let known = [
        (
            Who::Auditor,
            "auditor",
            "Auditor",
            "Reads CloudTrail in all three accounts: a user in the first, the role Auditor in the others.",
            elsewhere("Auditor"),
        ),
        (
            Who::Administrator,
            "administrator",
            "Administrator",
            "May do everything in all three accounts, but for what the organisation denies.",
            elsewhere("Administrator"),
        ),
        (
            Who::Newcomer,
            "newcomer",
            "Newcomer",
            "May do nothing yet: this is what denied calls look like.",
            Vec::new(),
        ),
    ];
    let person = |(who, id, title, about, roles)| {
        let keys = running.credentials(who);
        let (key, secret) = (keys.access_key_id.clone(), keys.secret_access_key.clone());
        let credentials = Credentials::new(key, secret, keys.session_token.clone(), keys.expires)
            .map_err(|error| Error::Sandbox(Box::new(error)))?;
        Ok(Person { id, title, about, credentials, roles })
    };
    known.into_iter().map(person).collect()
}
