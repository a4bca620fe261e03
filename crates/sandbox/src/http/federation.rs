//! Sign-in to the console with temporary credentials, as AWS's federation endpoint does it: `getSigninToken`, then `login`.
//!
//! There is no console here; what there is of it is the ConsoleLogin record that signing in leaves behind (IAM User Guide,
//! id_roles_providers_enable-console-custom-url).

use std::collections::HashMap;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode, header};
use cloudtrail::time::{MINUTE, Time};
use serde::Deserialize;
use serde_json::json;

use super::answer::escape;
use crate::events::record::Happening;
use crate::identity::Caller;
use crate::random;
use crate::world::{Envelope, World, lock};

/// How long a sign-in token is good.
const LIFE: i64 = 15 * MINUTE;
/// The Region of the console that is signed in to.
const REGION: &str = "us-east-1";

/// Sign-in tokens that were not used yet.
#[derive(Default)]
pub(crate) struct SignIns(HashMap<String, (Caller, Time)>);

/// The credentials in a call of `getSigninToken`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_id: String,
    session_key: String,
    session_token: String,
}

/// Answers for `/federation`. `None` for another path.
pub(crate) fn answer(world: &World, parts: &Parts, envelope: &Envelope) -> Option<Response<Body>> {
    if parts.uri.path() != "/federation" {
        return None;
    }
    let fields: Vec<(String, String)> =
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    Some(match field("Action") {
        Some("getSigninToken") => token(world, field("Session").unwrap_or_default()),
        Some("login") => login(world, field("SigninToken").unwrap_or_default(), envelope),
        _ => plain(StatusCode::BAD_REQUEST, "Action must be getSigninToken or login."),
    })
}

fn token(world: &World, session: &str) -> Response<Body> {
    let Ok(session) = serde_json::from_str::<Session>(session) else {
        return plain(StatusCode::BAD_REQUEST, "Session must hold sessionId, sessionKey and sessionToken.");
    };
    let now = world.clock.now();
    let caller = {
        let directory = lock(&world.directory);
        let found = directory.holder(&session.session_id, Some(&session.session_token), now);
        found.ok().filter(|(_, secret)| random::same(secret, &session.session_key)).map(|(caller, _)| caller)
    };
    let Some(caller) = caller else {
        return plain(StatusCode::BAD_REQUEST, "The session is not known, or has expired.");
    };
    let token = random::token();
    let mut open = lock(&world.sign_ins);
    open.0.retain(|_, (_, made)| made.plus(LIFE) > now);
    open.0.insert(token.clone(), (caller, now));
    let mut response = Response::new(Body::from(json!({"SigninToken": token}).to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn login(world: &World, token: &str, envelope: &Envelope) -> Response<Body> {
    let now = world.clock.now();
    // A token is good once.
    let found = lock(&world.sign_ins).0.remove(token).filter(|(_, made)| made.plus(LIFE) > now);
    let Some((caller, _)) = found else {
        return plain(StatusCode::BAD_REQUEST, "The sign-in token is not known, or has expired.");
    };
    let mfa = caller.session.as_ref().is_some_and(|session| session.mfa.is_some());
    let mut identity = caller.identity();
    // Signing in is not a call with the key.
    if let Some(identity) = identity.as_object_mut() {
        identity.remove("accessKeyId");
    }
    let happening = Happening {
        response: json!({"ConsoleLogin": "Success"}),
        extra: json!({
            "LoginTo": "https://console.aws.amazon.com/", "MobileVersion": "No", "MFAUsed": if mfa { "Yes" } else { "No" },
        }),
        read_only: false,
        kind: "AwsConsoleSignIn",
        ..Happening::bare(
            "signin.amazonaws.com",
            "ConsoleLogin",
            identity,
            (&caller.account, REGION),
            now,
            envelope,
        )
    };
    if let Err(error) = lock(&world.events).add([happening.to_record().as_str()]) {
        tracing::error!(%error, "a sign-in could not be recorded");
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "The sign-in could not be recorded.");
    }
    plain(StatusCode::OK, &format!("Signed in as {}. There is no console here.", caller.arn()))
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sign-in – sandbox</title></head><body><p>{}</p></body></html>",
        escape(text)
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
