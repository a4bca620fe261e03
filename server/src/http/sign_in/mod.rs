//! `/sign-in` and `/sign-out`: plain pages and plain forms, which need no script.
//!
//! Keys come in by one form and go into the vault; they never leave the server again but to AWS. What is wrong is said at
//! its field, and fields that hold a secret come back empty.

/// How often somebody may try.
mod attempts;
/// IAM Identity Center.
mod device;
/// Its pages.
mod device_page;
/// Pages that need a sign-in.
mod ended;
/// From keys to connections.
mod exchange;
/// The form for keys.
mod form;
/// Where a sign-in leads back to.
mod next;
/// The page.
mod page;
/// Credentials that are renewed.
mod renewal;

use std::convert::Infallible;

use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use cloudtrail::names::AccountNames;
use gateway::{Credentials, Gateway, Kind};
use serde::Deserialize;
use tower_sessions::Session;

use super::access::{Action, Actor};
use super::client::Client;
use super::problem::Problem;
use super::{Context, entry, plain};
use crate::error::chain;
use crate::services::Witness;
use crate::store::Place;
use crate::vault::Connection;
pub use attempts::Attempts;
pub use device::Directory;
pub use ended::{Former, problem as ended_problem, redirect, way_in};
pub use exchange::Exchange;
use exchange::Refusal;
use form::{Faults, Given};
pub use next::{encoded, local};
use page::{Ended, View};
pub use renewal::{ends, renewed, renews};

/// How people sign in.
pub struct SignIn {
    /// AWS, or the sandbox.
    pub gateway: Gateway,
    /// The sandbox's identities, offered with one click.
    pub people: Vec<Person>,
    /// Where people of IAM Identity Center sign in.
    pub directories: Vec<Directory>,
    /// Names of accounts.
    pub titles: AccountNames,
}

/// A sample identity.
pub struct Person {
    /// Its name in the form.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it may do.
    pub about: &'static str,
    /// Its keys, which only the sandbox knows.
    pub credentials: Credentials,
    /// Roles in other accounts that it is signed in to besides.
    pub roles: Vec<String>,
}

/// The routes. Where nobody can sign in, they are not found.
pub fn routes(context: &Context) -> axum::Router<Context> {
    axum::Router::new()
        .route("/sign-in", get(show))
        .route("/sign-in/keys", post(keys).get(to_sign_in))
        .route("/sign-in/sample", post(sample).get(to_sign_in))
        .route("/sign-in/device", get(device::show).post(device::start))
        .route("/sign-in/device/check", post(device::check).get(to_sign_in))
        .route("/sign-in/device/choose", post(device::choose).get(to_sign_in))
        .layer(from_fn_with_state(context.clone(), attempts::limit))
        .route("/sign-out", post(sign_out).get(to_sign_in))
}

/// A form's address opened by itself, as after a reload.
async fn to_sign_in() -> Redirect {
    Redirect::to("/sign-in")
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: String,
    out: Option<String>,
    back: Option<String>,
    over: Option<String>,
}

async fn show(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    // The view that a browser comes from stands in the address from here on, so that a reload keeps it.
    if asked.back.is_some()
        && let Some(Ok(view)) = next::referrer(&headers).map(str::parse)
    {
        return Ok(way_in(&context, &session, &view, &headers).await.into_response());
    }
    let connections = context.connections_of(&session).await;
    let notice = match context.own() {
        // It was asked a moment ago, so that this costs nothing.
        Some(own) => own
            .connection()
            .await
            .err()
            .map(|problem| ("Your own credentials cannot be used".to_owned(), problem)),
        None => None,
    };
    let accounts = context.sign_ins().ended(&session).await.map_err(|error| unreadable(&error))?;
    let ended = if !accounts.is_empty() {
        Ended::Accounts(accounts)
    } else if asked.out.is_some() && connections.is_empty() {
        Ended::SignedOut
    } else if connections.is_empty()
        && session.is_empty().await
        && (asked.over.is_some() || context.sessions().has_cookie(&headers))
    {
        Ended::Forgotten
    } else {
        Ended::Nothing
    };
    let view = View {
        connections: &connections,
        ended,
        next: next::local(&asked.next),
        notice,
        ..View::empty(sign_in, context.clock().now())
    };
    Ok(plain::themed_page(page::title(sign_in), &view.html(), context.site(), plain::theme(&headers)))
}

async fn keys(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Client(place): Client,
    Guest(actor): Guest,
    Form(given): Form<Given>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    let connected = match given.read() {
        Ok(wanted) => exchange(&context, sign_in).keys(wanted).await,
        Err(faults) => {
            let view = View { faults, ..View::empty(sign_in, context.clock().now()) };
            return Ok(refused(&context, &session, &headers, StatusCode::UNPROCESSABLE_ENTITY, &given, view));
        }
    };
    match connected {
        Ok(connection) => enter(&context, &session, vec![connection], &actor, &place, &given.next).await,
        Err(refusal) => {
            note_refused(&context, &actor, &refusal).await?;
            let (status, view) = explained(&refusal, given.is_pasted(), sign_in, &context);
            Ok(refused(&context, &session, &headers, status, &given, view))
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    person: String,
    next: String,
}

async fn sample(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Client(place): Client,
    Guest(actor): Guest,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    let Some(person) = sign_in.people.iter().find(|person| person.id == chosen.person) else {
        return Err(Problem::not_found("There is no sample identity of this name."));
    };
    let keys = person.credentials.clone();
    match exchange(&context, sign_in).sample(keys, &person.roles).await {
        Ok(connections) => enter(&context, &session, connections, &actor, &place, &chosen.next).await,
        Err(refusal) => {
            note_refused(&context, &actor, &refusal).await?;
            let (status, view) = explained(&refusal, true, sign_in, &context);
            let given = Given { next: chosen.next, ..Given::default() };
            Ok(refused(&context, &session, &headers, status, &given, view))
        }
    }
}

async fn sign_out(
    State(context): State<Context>,
    session: Session,
    Guest(actor): Guest,
    Client(place): Client,
) -> Result<Redirect, Problem> {
    let sign_in = configured(&context)?;
    let since = entry::since(&session).await;
    for connection in context.sign_ins().of(&session) {
        let actor = Actor { principal: connection.arn.clone(), ..actor.clone() };
        // Whoever wants out gets out, written down or not.
        let _ = context.access().write(&actor, &connection.account, Action::SignOut, "", "ok").await;
    }
    let signed_out = context.sign_ins().sign_out(&session).await;
    let portal = signed_out
        .map_err(|error| Problem::internal(format!("cannot remove a session: {}", chain(&error))))?;
    if let Some(since) = since {
        entry::stay(&context, &session, since, &place).await.map_err(|error| unreadable(&error))?;
    }
    // Its token is forgotten here in any case.
    if let Some(portal) = portal
        && let Err(error) = sign_in.gateway.leave_portal(&portal).await
    {
        tracing::warn!(%error, "Identity Center could not be told of a sign-out");
    }
    Ok(Redirect::to("/sign-in?out"))
}

fn configured(context: &Context) -> Result<&SignIn, Problem> {
    context.sign_in().ok_or_else(|| Problem::not_found("This server has no AWS accounts to sign in to."))
}

fn exchange<'a>(context: &Context, sign_in: &'a SignIn) -> Exchange<'a> {
    Exchange { gateway: &sign_in.gateway, titles: &sign_in.titles, now: context.clock().now() }
}

/// Signs the session in and goes on to where it was going.
async fn enter(
    context: &Context,
    session: &Session,
    connections: Vec<Connection>,
    actor: &Actor,
    place: &Place,
    next: &str,
) -> Result<Response, Problem> {
    for Connection { account, arn, method, .. } in &connections {
        tracing::info!(account, arn, method = method.words(), "signed in");
        let actor = Actor { principal: arn.clone(), ..actor.clone() };
        context.access().write(&actor, account, Action::SignIn, method.words(), "ok").await?;
    }
    let first = connections.first().map(|connection| format!("/a/{}/events", connection.account));
    let entered = context.sign_ins().sign_in(session, connections, place).await;
    entered.map_err(|error| unreadable(&error))?;
    let onward = next::local(next).map(str::to_owned).or(first);
    Ok(Redirect::to(onward.as_deref().unwrap_or("/")).into_response())
}

/// Nobody knows who it was, but for the address.
async fn note_refused(context: &Context, actor: &Actor, refusal: &Refusal) -> Result<(), Problem> {
    let actor = Actor { principal: "unknown".to_owned(), ..actor.clone() };
    context.access().write(&actor, "", Action::SignInRefused, "", &refusal.title()).await
}

/// Who sends a form, as far as is known before the sign-in.
struct Guest(Actor);

impl FromRequestParts<Context> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Guest, Infallible> {
        Ok(Guest(Witness::of(parts, context).await.actor("", &[])))
    }
}

fn unreadable(error: &dyn std::error::Error) -> Problem {
    Problem::internal(format!("cannot read or write a session: {}", chain(error)))
}

/// What a refusal looks like: at the field it is about, or above all of them.
fn explained<'a>(
    refusal: &Refusal,
    is_pasted: bool,
    sign_in: &'a SignIn,
    context: &Context,
) -> (StatusCode, View<'a>) {
    let kind = match refusal {
        Refusal::Call(_, error) => Some(error.kind()),
        Refusal::Root | Refusal::Ended => None,
    };
    let status = match kind {
        Some(Kind::Unreachable | Kind::Garbled | Kind::Server) => StatusCode::BAD_GATEWAY,
        Some(Kind::Throttled) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // An error's own text names the call and the kind; AWS's words might repeat what was sent.
    let cause = match refusal {
        Refusal::Call(_, error) => error.to_string(),
        Refusal::Root | Refusal::Ended => refusal.title(),
    };
    tracing::info!(cause, "sign-in refused");
    let view = View::empty(sign_in, context.clock().now());
    let view = match refusal.field(is_pasted) {
        Some(field) => {
            let text = format!("{}. {}", refusal.title(), refusal.text());
            View { faults: Faults::from([(field, text)]), ..view }
        }
        None => View { notice: Some((refusal.title(), refusal.text())), ..view },
    };
    (status, view)
}

/// The page again, with what is wrong.
fn refused(
    context: &Context,
    session: &Session,
    headers: &HeaderMap,
    status: StatusCode,
    given: &Given,
    view: View<'_>,
) -> Response {
    let connections = context.sign_ins().of(session);
    let view = View { connections: &connections, given: Some(given), next: next::local(&given.next), ..view };
    let title = page::title(view.sign_in);
    let page = plain::themed_page(title, &view.html(), context.site(), plain::theme(headers));
    (status, page).into_response()
}
