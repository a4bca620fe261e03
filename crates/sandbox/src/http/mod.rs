//! The one port: reads a request, recognises its sender, has it done, records it, and answers.

pub(crate) mod answer;
pub(crate) mod federation;
pub(crate) mod protocol;
pub(crate) mod refusal;
pub(crate) mod signature;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use cloudtrail::time::Time;
use serde_json::Value;

use crate::clock::civil;
use crate::faults::Spoil;
use crate::identity::sample::MANAGEMENT;
use crate::identity_center::{self, page};
use crate::problem::{Problem, Result};
use crate::random;
use crate::regions::{Standing, standing};
use crate::s3;
use crate::services;
use crate::world::{Call, Envelope, World, lock};
use answer::Answer;
use protocol::{Protocol, Service, Target};
use refusal::Refusal;
use signature::Signed;

/// Longest body of a call, in bytes. AWS's JSON services take a megabyte.
const LONGEST_BODY: usize = 1024 * 1024;

/// The router: everything goes the same way, since the path alone does not tell what a call is.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new().fallback(handle).with_state(world)
}

async fn handle(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let envelope = Envelope {
        request_id: random::guid(),
        ip: peer.ip().to_string(),
        agent: text(request.headers(), "user-agent"),
        host: text(request.headers(), "host"),
    };
    if s3::is_for_s3(request.headers(), request.uri().query()) {
        return s3::answer(&world, request, envelope).await;
    }
    let (parts, body) = request.into_parts();
    let id = envelope.request_id.clone();
    let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else {
        let problem =
            Problem::new("RequestEntityTooLargeException", "The request is longer than 1 MB").status(413);
        return Answer::of_problem(Protocol::Json, &problem, &id).into_response(&id);
    };
    let page = page::answer(&world, &parts, &body, &envelope);
    if let Some(page) = page.or_else(|| federation::answer(&world, &parts, &envelope)) {
        return page;
    }
    let target = match protocol::recognise(&parts, &body) {
        Ok(target) => target,
        Err(problem) => {
            return Answer::of_problem(protocol::guess(&parts.headers), &problem, &id).into_response(&id);
        }
    };
    let protocol = target.service.protocol();
    let operation = target.operation.clone();
    let (done, spoil) = perform(&world, &parts, &body, target, envelope).await;
    let answer = match done {
        Ok(output) => Answer::of_output(protocol, &operation, &output, &id),
        Err(problem) => Answer::of_problem(protocol, &problem, &id),
    };
    let answer = match spoil {
        Some(spoil) => answer.spoiled(spoil, &body),
        None => answer,
    };
    let mut response = answer.into_response(&id);
    // Clients hold their clocks against it.
    let date = civil(world.clock.now()).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// Does what a request asks for, unless a fault comes between.
async fn perform(
    world: &World,
    parts: &Parts,
    body: &[u8],
    target: Target,
    envelope: Envelope,
) -> (Result<Value>, Option<Spoil>) {
    if target.service.is_unsigned() {
        let effect = world.faults.meet(&target, MANAGEMENT, identity_center::REGION).await;
        let done = match effect.problem {
            Some(problem) => Err(problem),
            None => identity_center::perform(world, &target, parts, body, &envelope),
        };
        return (done, effect.spoil);
    }
    let now = world.clock.now();
    let (caller, region) = match sender(world, parts, body, target.service, now) {
        Ok(sender) => sender,
        Err(refusal) => return (Err(refusal.into_problem(target.service.protocol())), None),
    };
    let effect = world.faults.meet(&target, &caller.account, &region).await;
    let Target { service, operation } = target;
    // The fields of a form may stand in the address.
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let body = if service == Service::Sts && body.is_empty() { query } else { body };
    let call = Call { world, caller, region, now, service, operation, envelope };
    let body = Answer::asked(body, effect.spoil.as_ref());
    (services::perform(&call, effect.problem, &body), effect.spoil)
}

/// Recognises the sender of a signed request, and its Region.
fn sender(
    world: &World,
    parts: &Parts,
    body: &[u8],
    service: Service,
    now: Time,
) -> std::result::Result<(crate::identity::Caller, String), Refusal> {
    let signed = Signed::read(&parts.headers)?;
    if signed.service != service.name() {
        let text = format!("Credential should be scoped to correct service: '{}'. ", service.name());
        return Err(Refusal::Mismatch(text));
    }
    match standing(&signed.region) {
        Standing::Enabled => {}
        // A Region that the account has not enabled knows none of its keys.
        Standing::OptIn => return Err(Refusal::UnknownKey),
        Standing::Unknown => {
            return Err(Refusal::Mismatch("Credential should be scoped to a valid region. ".to_owned()));
        }
    }
    let directory = lock(&world.directory);
    let (caller, secret) = directory.holder(&signed.key, signed.token.as_deref(), now)?;
    signed.check_time(now)?;
    signed.check(secret, parts, body)?;
    Ok((caller, signed.region.clone()))
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}
