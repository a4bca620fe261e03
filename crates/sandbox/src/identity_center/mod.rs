//! IAM Identity Center: people, what they may enter, and how a device signs in on behalf of one.

pub(crate) mod oidc;
pub(crate) mod page;
pub(crate) mod portal;

use std::collections::HashMap;

use axum::http::request::Parts;
use cloudtrail::time::{DAY, HOUR, MINUTE, Time};
use serde_json::{Value, json};

use crate::events::record::Happening;
use crate::http::protocol::{Service, Target};
use crate::identity::sample::MANAGEMENT;
use crate::identity::unique_id;
use crate::problem::{Problem, Result};
use crate::random;
use crate::world::{Envelope, World, lock};

/// The Region that Identity Center is in.
pub(crate) const REGION: &str = "eu-central-1";
/// The start URL that people know; the sandbox's own address with `/start` is taken too.
pub(crate) const START_URL: &str = "https://waymark-sandbox.awsapps.com/start";
/// How long a person has to approve a device.
const DEVICE_LIFE: i64 = 10 * MINUTE;
/// How long a person is signed in.
const LOGIN_LIFE: i64 = 8 * HOUR;
/// How long a registered client, and a refresh token, is good.
const CLIENT_LIFE: i64 = 90 * DAY;
/// Seconds between two questions of a waiting device.
const INTERVAL: i64 = 1;

/// Somebody who can sign in, and the permission sets in the accounts, in the order of the sample's.
pub(crate) struct Person {
    /// Name without the domain.
    pub handle: &'static str,
    /// Permission sets by account.
    pub grants: [&'static [&'static str]; 3],
}

const ADMIN: &str = "AdministratorAccess";
const READ: &str = "ReadOnlyAccess";

/// The people. They work in the sample's log files, too.
pub(crate) const PEOPLE: [Person; 3] = [
    Person { handle: "ana.lima", grants: [&[ADMIN, READ], &[ADMIN, READ], &[]] },
    Person { handle: "ben.okafor", grants: [&[READ], &[], &[]] },
    Person { handle: "ines.moreau", grants: [&[READ], &[READ], &[ADMIN, READ]] },
];

impl Person {
    /// The person of this name, with or without the domain.
    pub fn named(name: &str) -> Option<&'static Person> {
        let handle = name.strip_suffix("@example.com").unwrap_or(name);
        PEOPLE.iter().find(|person| person.handle == handle)
    }

    /// Name in Identity Center, which is the session name of their roles.
    pub fn address(&self) -> String {
        format!("{}@example.com", self.handle)
    }

    /// Id in the identity store.
    pub fn user_id(&self) -> String {
        unique_id("", MANAGEMENT, self.handle).to_lowercase()
    }

    /// Accounts they may enter, with the permission sets.
    pub fn accounts(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
        let accounts = sample::ACCOUNTS.iter().zip(self.grants);
        accounts.filter(|(_, sets)| !sets.is_empty()).map(|((id, name), sets)| (*id, *name, sets))
    }

    /// `userIdentity` of what they do in the portal.
    fn identity(&self) -> Value {
        json!({
            "type": "IdentityCenterUser", "accountId": MANAGEMENT,
            "onBehalfOf": {"userId": self.user_id(), "identityStoreArn": store()},
        })
    }
}

/// ARN of the identity store.
pub(crate) fn store() -> String {
    format!("arn:aws:identitystore::{MANAGEMENT}:identitystore/d-9967example")
}

/// Clients, devices that wait, and people who are signed in.
#[derive(Default)]
pub(crate) struct Center {
    clients: HashMap<String, Client>,
    devices: HashMap<String, Device>,
    logins: HashMap<String, Login>,
    refresh: HashMap<String, Refresh>,
}

struct Client {
    secret: String,
    expires: Time,
    /// Whether it asked for access that can be renewed.
    renews: bool,
}

struct Device {
    client: String,
    code: String,
    expires: Time,
    asked: Option<Time>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Waiting,
    Approved(&'static Person),
    Denied,
}

struct Login {
    person: &'static Person,
    expires: Time,
}

struct Refresh {
    client: String,
    person: &'static Person,
    expires: Time,
}

impl Center {
    /// Forgets what is over. Called where something is added, so that nothing grows without end.
    fn tidy(&mut self, now: Time) {
        self.clients.retain(|_, client| client.expires > now);
        self.devices.retain(|_, device| device.expires.plus(DEVICE_LIFE) > now);
        self.logins.retain(|_, login| login.expires.plus(LOGIN_LIFE) > now);
        self.refresh.retain(|_, refresh| refresh.expires > now);
    }

    /// Decides about a device. `None` if no device waits with this code.
    fn decide(&mut self, code: &str, person: Option<&'static Person>, now: Time) -> Option<()> {
        let code = code.trim().to_uppercase();
        let waiting = |device: &&mut Device| {
            device.code == code && device.expires > now && matches!(device.state, State::Waiting)
        };
        let device = self.devices.values_mut().find(waiting)?;
        device.state = person.map_or(State::Denied, State::Approved);
        Some(())
    }
}

/// Who did something, and what is recorded of it.
struct Trace {
    person: Option<&'static Person>,
    request: Value,
    also: Vec<Happening>,
}

/// Does an operation of Identity Center, whose callers sign nothing, and records it.
///
/// # Errors
/// What AWS would answer.
pub(crate) fn perform(
    world: &World,
    target: &Target,
    parts: &Parts,
    body: &[u8],
    envelope: &Envelope,
) -> Result<Value> {
    let now = world.clock.now();
    let mut trace = Trace { person: None, request: Value::Null, also: Vec::new() };
    let done = match target.service {
        Service::SsoOidc => oidc::perform(world, &target.operation, body, now),
        _ => portal::perform(world, &target.operation, parts, envelope, now, &mut trace),
    };
    let identity = trace.person.map_or_else(
        || json!({"type": "Unknown", "principalId": MANAGEMENT, "arn": "", "accountId": MANAGEMENT, "accessKeyId": ""}),
        Person::identity,
    );
    let source = format!("{}.amazonaws.com", target.service.name());
    let mut happenings = vec![Happening {
        error: done
            .as_ref()
            .err()
            .map(|problem| (problem.recorded_code().to_owned(), problem.message.clone())),
        request: trace.request,
        ..Happening::bare(&source, &target.operation, identity, (MANAGEMENT, REGION), now, envelope)
    }];
    happenings.append(&mut trace.also);
    record(world, &happenings)?;
    done
}

fn record(world: &World, happenings: &[Happening]) -> Result<()> {
    let records: Vec<String> = happenings.iter().map(Happening::to_record).collect();
    lock(&world.events)
        .add(records.iter().map(String::as_str))
        .map_err(|error| Problem::internal(format!("the call could not be recorded: {error}")))
}

/// Signs a person in without a page, as a program that holds the sandbox may.
pub(crate) fn sign_in(world: &World, person: &'static Person) -> String {
    let now = world.clock.now();
    let token = random::token();
    let mut center = lock(&world.center);
    center.tidy(now);
    center.logins.insert(token.clone(), Login { person, expires: now.plus(LOGIN_LIFE) });
    token
}
