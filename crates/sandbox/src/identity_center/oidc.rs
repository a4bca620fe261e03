//! SSO-OIDC: RegisterClient, StartDeviceAuthorization, CreateToken.

use cloudtrail::time::Time;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    CLIENT_LIFE, Center, Client, DEVICE_LIFE, Device, INTERVAL, LOGIN_LIFE, Login, Person, Refresh,
    START_URL, State,
};
use crate::http::protocol::unknown_operation;
use crate::problem::{Problem, Result};
use crate::random;
use crate::world::{World, lock};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The scope that lets a client renew what it got.
const SCOPE: &str = "sso:account:access";
/// Letters of a code that people type: none that look like others.
const LETTERS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Register {
    client_name: Option<String>,
    client_type: Option<String>,
    scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    client_id: Option<String>,
    client_secret: Option<String>,
    start_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    client_id: Option<String>,
    client_secret: Option<String>,
    grant_type: Option<String>,
    device_code: Option<String>,
    refresh_token: Option<String>,
}

/// Does an operation.
pub(super) fn perform(world: &World, operation: &str, body: &[u8], now: Time) -> Result<Value> {
    match operation {
        "RegisterClient" => register(world, read(body)?, now),
        "StartDeviceAuthorization" => start(world, read(body)?, now),
        "CreateToken" => create(world, read(body)?, now),
        name => Err(unknown_operation(name)),
    }
}

fn register(world: &World, input: Register, now: Time) -> Result<Value> {
    let (Some(_), Some(kind)) = (input.client_name, input.client_type) else {
        return Err(request("clientName and clientType are required"));
    };
    if kind != "public" {
        return Err(Problem::new("InvalidClientMetadataException", "The only client type is public"));
    }
    let scopes = input.scopes.unwrap_or_default();
    if let Some(scope) = scopes.iter().find(|scope| *scope != SCOPE) {
        return Err(Problem::new("InvalidScopeException", format!("The scope {scope} is not known")));
    }
    let (id, secret, expires) = (random::id("waymark-client-"), random::secret(), now.plus(CLIENT_LIFE));
    let output = json!({
        "clientId": id, "clientSecret": secret,
        "clientIdIssuedAt": seconds(now), "clientSecretExpiresAt": seconds(expires),
    });
    let mut center = lock(&world.center);
    center.tidy(now);
    center.clients.insert(id, Client { secret, expires, renews: !scopes.is_empty() });
    Ok(output)
}

fn start(world: &World, input: Start, now: Time) -> Result<Value> {
    let mut center = lock(&world.center);
    let client = client(&center, input.client_id, input.client_secret, now)?;
    let url = input.start_url.unwrap_or_default();
    let base = world.base();
    if url.trim_end_matches(['/', '#']) != START_URL
        && url.trim_end_matches(['/', '#']) != format!("{base}/start")
    {
        return Err(request("The start URL is not known"));
    }
    center.tidy(now);
    let letters = random::bytes::<8>().map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
    let text: String = letters.iter().collect();
    let code = format!("{}-{}", &text[..4], &text[4..]);
    let device_code = random::secret();
    let device = Device {
        client,
        code: code.clone(),
        expires: now.plus(DEVICE_LIFE),
        asked: None,
        state: State::Waiting,
    };
    center.devices.insert(device_code.clone(), device);
    Ok(json!({
        "deviceCode": device_code, "userCode": code, "verificationUri": format!("{base}/device"),
        "verificationUriComplete": format!("{base}/device?user_code={code}"),
        "expiresIn": DEVICE_LIFE / 1000, "interval": INTERVAL,
    }))
}

fn create(world: &World, input: Create, now: Time) -> Result<Value> {
    let mut center = lock(&world.center);
    let client = client(&center, input.client_id, input.client_secret, now)?;
    let person = match input.grant_type.as_deref() {
        Some(DEVICE_GRANT) => of_device(&mut center, &client, &input.device_code.unwrap_or_default(), now)?,
        Some("refresh_token") => {
            let token = input.refresh_token.unwrap_or_default();
            let refresh = center
                .refresh
                .get(&token)
                .filter(|refresh| refresh.client == client && refresh.expires > now);
            let refresh = refresh
                .ok_or_else(|| Problem::new("InvalidGrantException", "Invalid refresh token provided"))?;
            let person = refresh.person;
            // Each is good once: with the answer comes a new one.
            center.refresh.remove(&token);
            person
        }
        Some(_) => {
            return Err(Problem::new("UnsupportedGrantTypeException", "The grant type is not supported"));
        }
        None => return Err(request("grantType is required")),
    };
    let token = random::token();
    center.logins.insert(token.clone(), Login { person, expires: now.plus(LOGIN_LIFE) });
    let mut output = json!({"accessToken": token, "tokenType": "Bearer", "expiresIn": LOGIN_LIFE / 1000});
    if center.clients.get(&client).is_some_and(|client| client.renews) {
        let refresh = random::token();
        output["refreshToken"] = json!(refresh);
        center.refresh.insert(refresh, Refresh { client, person, expires: now.plus(CLIENT_LIFE) });
    }
    Ok(output)
}

/// The person who approved a device.
fn of_device(center: &mut Center, client: &str, code: &str, now: Time) -> Result<&'static Person> {
    let device = center.devices.get_mut(code).filter(|device| device.client == client);
    let device =
        device.ok_or_else(|| Problem::new("InvalidGrantException", "Invalid device code provided"))?;
    if device.expires <= now {
        return Err(Problem::new("ExpiredTokenException", "The device code has expired"));
    }
    let soon = device.asked.is_some_and(|asked| now < asked.plus(INTERVAL * 1000));
    device.asked = Some(now);
    match device.state {
        State::Waiting if soon => Err(Problem::new("SlowDownException", "Ask less often")),
        State::Waiting => {
            Err(Problem::new("AuthorizationPendingException", "Nobody has approved the device yet"))
        }
        State::Denied => Err(Problem::new("AccessDeniedException", "The device was not approved")),
        State::Approved(person) => {
            center.devices.remove(code);
            Ok(person)
        }
    }
}

fn client(center: &Center, id: Option<String>, secret: Option<String>, now: Time) -> Result<String> {
    let (Some(id), Some(secret)) = (id, secret) else {
        return Err(request("clientId and clientSecret are required"));
    };
    let known = center
        .clients
        .get(&id)
        .filter(|client| random::same(&client.secret, &secret) && client.expires > now);
    known
        .map(|_| id)
        .ok_or_else(|| Problem::new("InvalidClientException", "The client is not known").status(401))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| request(&error.to_string()))
}

fn request(text: &str) -> Problem {
    Problem::new("InvalidRequestException", text)
}

fn seconds(time: Time) -> i64 {
    time.as_millis() / 1000
}
