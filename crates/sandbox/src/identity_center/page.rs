//! The page on which a person approves a device. Plain HTML: a form, no script.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::{PEOPLE, Person, REGION, record};
use crate::events::record::Happening;
use crate::http::answer::escape;
use crate::identity::sample::MANAGEMENT;
use crate::problem::Result;
use crate::world::{Envelope, World, lock};

/// Answers for `/device`. `None` for another path.
pub(crate) fn answer(
    world: &World,
    parts: &Parts,
    body: &[u8],
    envelope: &Envelope,
) -> Option<Response<Body>> {
    if parts.uri.path() != "/device" {
        return None;
    }
    let answer = match parts.method.as_str() {
        "GET" => {
            let query: Vec<(String, String)> =
                serde_urlencoded::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
            let code = field(&query, "user_code");
            html(StatusCode::OK, "Approve a device", &form(&code))
        }
        "POST" if !comes_from_here(world, parts, envelope) => {
            html(StatusCode::FORBIDDEN, "Not approved", "<p>The form was sent from another site.</p>")
        }
        "POST" => {
            let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
            decide(world, &fields, envelope)
        }
        _ => html(
            StatusCode::METHOD_NOT_ALLOWED,
            "Not possible",
            "<p>This page is read, or its form sent.</p>",
        ),
    };
    Some(answer)
}

/// A form that another site sends would approve in the name of whoever looks at that site. On a loopback address the name in the
/// request proves nothing either: a foreign name can be made to lead here.
fn comes_from_here(world: &World, parts: &Parts, envelope: &Envelope) -> bool {
    let Some(origin) = parts.headers.get("origin").and_then(|value| value.to_str().ok()) else { return true };
    let base = world.base();
    let (host, port) = base.rsplit_once(':').unwrap_or((base, ""));
    if host == "http://127.0.0.1" || host == "http://[::1]" {
        return ["127.0.0.1", "[::1]", "localhost"]
            .iter()
            .any(|name| origin == format!("http://{name}:{port}"));
    }
    origin == base || origin == format!("http://{}", envelope.host)
}

fn decide(world: &World, fields: &[(String, String)], envelope: &Envelope) -> Response<Body> {
    let (code, approved) = (field(fields, "user_code"), field(fields, "action") == "approve");
    let person = Person::named(&field(fields, "person"));
    if approved && person.is_none() {
        return html(StatusCode::BAD_REQUEST, "Who are you?", &form(&code));
    }
    let now = world.clock.now();
    let decided = lock(&world.center).decide(&code, person.filter(|_| approved), now);
    if decided.is_none() {
        let text = format!("<p>No device waits with the code <b>{}</b>.</p>{}", escape(&code), form(""));
        return html(StatusCode::NOT_FOUND, "No such code", &text);
    }
    if let Some(person) = person.filter(|_| approved)
        && signed_in(world, person, envelope).is_err()
    {
        return html(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Not recorded",
            "<p>The sign-in could not be recorded.</p>",
        );
    }
    let text = if approved {
        "<p>The device is signed in. You can close this page.</p>"
    } else {
        "<p>The device was not approved. You can close this page.</p>"
    };
    html(StatusCode::OK, if approved { "Approved" } else { "Denied" }, text)
}

/// The record of a person's sign-in.
fn signed_in(world: &World, person: &'static Person, envelope: &Envelope) -> Result<()> {
    let happening = Happening {
        extra: json!({"CredentialType": "PASSWORD", "LoginTo": format!("{}/device", world.base()), "UserName": person.address()}),
        read_only: false,
        kind: "AwsServiceEvent",
        ..Happening::bare(
            "signin.amazonaws.com",
            "UserAuthentication",
            person.identity(),
            (MANAGEMENT, REGION),
            world.clock.now(),
            envelope,
        )
    };
    record(world, &[happening])
}

fn form(code: &str) -> String {
    let people: String = PEOPLE
        .iter()
        .map(|person| {
            let name = person.address();
            format!("<p><label><input type=\"radio\" name=\"person\" value=\"{name}\" required> {name}</label></p>")
        })
        .collect();
    format!(
        "<p>A program asks to act for you. Approve only what you have started yourself, and compare the code.</p>\
         <form method=\"post\" action=\"/device\">\
         <p><label>Code <input name=\"user_code\" value=\"{}\" autocomplete=\"off\" required></label></p>\
         <fieldset><legend>Sign in as</legend>{people}</fieldset>\
         <p><button name=\"action\" value=\"approve\">Approve</button> \
         <button name=\"action\" value=\"deny\" formnovalidate>Deny</button></p></form>",
        escape(code)
    )
}

fn field(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn html(status: StatusCode, title: &str, inner: &str) -> Response<Body> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} – sandbox</title></head><body><main><h1>{title}</h1>{inner}</main></body></html>"
    );
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
