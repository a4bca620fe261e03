//! The one port: reads a request, recognises its sender, has it done, records it, and answers.

pub(crate) mod answer;
pub(crate) mod protocol;
pub(crate) mod refusal;
pub(crate) mod signature;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use cloudtrail::time::Time;

use crate::problem::{Problem, Result};
use crate::random;
use crate::regions::{Standing, standing};
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
    let (parts, body) = request.into_parts();
    let envelope = Envelope {
        request_id: random::guid(),
        ip: peer.ip().to_string(),
        agent: text(&parts.headers, "user-agent"),
        host: text(&parts.headers, "host"),
    };
    let id = envelope.request_id.clone();
    let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else {
        let problem =
            Problem::new("RequestEntityTooLargeException", "The request is longer than 1 MB").status(413);
        return Answer::of_problem(Protocol::Json, &problem, &id).into_response(&id);
    };
    answer(&world, &parts, &body, envelope).into_response(&id)
}

/// Does what a request asks for.
fn answer(world: &World, parts: &Parts, body: &[u8], envelope: Envelope) -> Answer {
    let id = envelope.request_id.clone();
    let target = match protocol::recognise(parts, body) {
        Ok(target) => target,
        Err(problem) => return Answer::of_problem(Protocol::Json, &problem, &id),
    };
    let protocol = target.service.protocol();
    let operation = target.operation.clone();
    match enter(world, parts, body, target, envelope).and_then(|call| services::perform(&call, parts, body)) {
        Ok(output) => Answer::of_output(protocol, &operation, &output, &id),
        Err(problem) => Answer::of_problem(protocol, &problem, &id),
    }
}

/// Recognises the sender.
fn enter<'w>(
    world: &'w World,
    parts: &Parts,
    body: &[u8],
    target: Target,
    envelope: Envelope,
) -> Result<Call<'w>> {
    let protocol = target.service.protocol();
    let now = world.clock.now();
    let (caller, region) =
        sender(world, parts, body, target.service, now).map_err(|refusal| refusal.into_problem(protocol))?;
    Ok(Call { world, caller, region, now, service: target.service, operation: target.operation, envelope })
}

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
