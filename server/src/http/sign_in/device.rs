//! IAM Identity Center by device authorization: a code that the person compares and approves on AWS's own page, then a
//! choice of accounts and roles. No password comes by here.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use futures::future::try_join_all;
use gateway::{Approval, GatewayError, Portal, PortalAccount};
use serde::Deserialize;
use tower_sessions::Session;

use super::exchange::{Refusal, Step};
use super::form::Given;
use super::page::View;
use super::{
    Guest, SignIn, configured, device_page, enter, exchange, explained, next, note_refused, refused,
    unreadable,
};
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::http::{Context, plain};
use crate::vault::Connection;

/// Where people of an organisation sign in.
pub struct Directory {
    /// Its name for people.
    pub title: String,
    /// Its start URL.
    pub start_url: String,
    /// Its Region.
    pub region: String,
}

/// The page's address.
const PAGE: &str = "/sign-in/device";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    directory: usize,
    next: String,
}

/// Asks for a device's approval.
pub(super) async fn start(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Form(start): Form<Start>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    // Only what the operator configured is called.
    let Some(directory) = sign_in.directories.get(start.directory) else {
        return Err(Problem::not_found("This server knows no such start URL."));
    };
    match sign_in.gateway.start_device(&directory.start_url, &directory.region).await {
        Ok(device) => {
            let waiting = context.sign_ins().wait_for(&session, device).await;
            waiting.map_err(|error| unreadable(&error))?;
            Ok(on(&start.next))
        }
        Err(error) => Ok(failed(&context, sign_in, &session, &headers, error, start.next)),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    next: String,
}

/// The code to compare, or what to choose once it was approved.
pub(super) async fn show(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Query(Back { next }): Query<Back>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    let Some(owner) = context.sign_ins().owner(&session) else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    if let Some(device) = context.vault().device(owner) {
        let body = device_page::code(&device, context.clock().now(), false, next::local(&next));
        return Ok(page(&context, &headers, "Approve Waymark", &body));
    }
    let Some(portal) = context.vault().portal(owner) else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    match sign_in.gateway.portal_accounts(&portal).await {
        Ok(accounts) => {
            let body = device_page::choice(&accounts, false, next::local(&next));
            Ok(page(&context, &headers, "Choose accounts", &body))
        }
        Err(error) => Ok(failed(&context, sign_in, &session, &headers, error, next)),
    }
}

/// Looks whether the device was approved.
pub(super) async fn check(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Form(Back { next }): Form<Back>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    let owner = context.sign_ins().owner(&session);
    let waiting = owner.and_then(|owner| Some((owner, context.vault().device(owner)?)));
    let Some((owner, device)) = waiting else {
        return Ok(ended(&context, sign_in, &session, &headers, next, "The code is no longer good"));
    };
    match sign_in.gateway.device_approval(&device).await {
        Ok(Approval::Pending) => {
            let body = device_page::code(&device, context.clock().now(), true, next::local(&next));
            Ok(page(&context, &headers, "Approve Waymark", &body))
        }
        Ok(Approval::Granted(portal)) => {
            context.vault().open_portal(owner, portal);
            Ok(on(&next))
        }
        Ok(Approval::Denied) => {
            context.vault().drop_device(owner);
            Ok(ended(&context, sign_in, &session, &headers, next, "Waymark was not approved"))
        }
        Ok(Approval::Expired) => {
            context.vault().drop_device(owner);
            Ok(ended(&context, sign_in, &session, &headers, next, "The code is no longer good"))
        }
        Err(error) => Ok(failed(&context, sign_in, &session, &headers, error, next)),
    }
}

/// Signs in to the chosen accounts.
pub(super) async fn choose(
    State(context): State<Context>,
    session: Session,
    headers: HeaderMap,
    Client(place): Client,
    Guest(actor): Guest,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let sign_in = configured(&context)?;
    let next =
        fields.iter().find(|(name, _)| name == "next").map(|(_, next)| next.clone()).unwrap_or_default();
    let portal = context.sign_ins().owner(&session).and_then(|owner| context.vault().portal(owner));
    let Some(portal) = portal else {
        return Ok(ended(&context, sign_in, &session, &headers, next, "The choice came too late"));
    };
    let accounts = match sign_in.gateway.portal_accounts(&portal).await {
        Ok(accounts) => accounts,
        Err(error) => return Ok(failed(&context, sign_in, &session, &headers, error, next)),
    };
    let chosen = chosen(&accounts, &fields);
    if chosen.is_empty() {
        let body = device_page::choice(&accounts, true, next::local(&next));
        let page = page(&context, &headers, "Choose accounts", &body);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let connecting = chosen.iter().map(|(account, role)| connect(&context, sign_in, &portal, account, role));
    match try_join_all(connecting).await {
        Ok(connections) => enter(&context, &session, connections, &actor, &place, &next).await,
        Err(refusal) => {
            note_refused(&context, &actor, &refusal).await?;
            let (status, view) = explained(&refusal, true, sign_in, &context);
            let given = Given { next, ..Given::default() };
            Ok(refused(&context, &session, &headers, status, &given, view))
        }
    }
}

async fn connect(
    context: &Context,
    sign_in: &SignIn,
    portal: &Arc<Portal>,
    account: &PortalAccount,
    role: &str,
) -> Result<Connection, Refusal> {
    let credentials = sign_in.gateway.portal_role(portal, &account.id, role).await;
    let credentials = credentials.map_err(|error| Refusal::Call(Step::Portal, Box::new(error)))?;
    let connection = exchange(context, sign_in).portal(credentials, role).await?;
    Ok(Connection { title: connection.title.or_else(|| Some(account.name.clone())), ..connection })
}

/// The accounts and roles that were chosen, among those that the person has.
fn chosen<'a>(
    accounts: &'a [PortalAccount],
    fields: &[(String, String)],
) -> Vec<(&'a PortalAccount, &'a str)> {
    let role_in = |account: &'a PortalAccount| {
        let (_, wanted) = fields.iter().find(|(name, _)| name.strip_prefix("role-") == Some(&account.id))?;
        Some((account, account.roles.iter().find(|role| *role == wanted)?.as_str()))
    };
    accounts.iter().filter_map(role_in).collect()
}

/// To the page again, which goes on from there.
fn on(next: &str) -> Response {
    let address = match next::local(next) {
        Some(next) => next::leading_to(PAGE, next),
        None => PAGE.to_owned(),
    };
    Redirect::to(&address).into_response()
}

fn page(context: &Context, headers: &HeaderMap, title: &str, body: &str) -> Response {
    plain::themed_page(title, body, context.site(), plain::theme(headers))
}

/// The sign-in page, with what AWS said.
fn failed(
    context: &Context,
    sign_in: &SignIn,
    session: &Session,
    headers: &HeaderMap,
    error: GatewayError,
    next: String,
) -> Response {
    let refusal = Refusal::Call(Step::Portal, Box::new(error));
    let (status, view) = explained(&refusal, true, sign_in, context);
    refused(context, session, headers, status, &Given { next, ..Given::default() }, view)
}

/// The sign-in page, after something that was not approved, or not in time.
fn ended(
    context: &Context,
    sign_in: &SignIn,
    session: &Session,
    headers: &HeaderMap,
    next: String,
    title: &str,
) -> Response {
    let notice = Some((title.to_owned(), "Nobody was signed in. Start again to get a new code.".to_owned()));
    let view = View { notice, ..View::empty(sign_in, context.clock().now()) };
    let given = Given { next, ..Given::default() };
    refused(context, session, headers, StatusCode::UNPROCESSABLE_ENTITY, &given, view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_person_has_can_be_chosen() {
        let account = |id: &str| PortalAccount {
            id: id.to_owned(),
            name: String::new(),
            roles: vec!["Admin".to_owned(), "Read".to_owned()],
        };
        let accounts = [account("1"), account("2"), account("3")];
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields =
            [field("role-1", "Read"), field("role-2", "Root"), field("role-3", ""), field("role-4", "Read")];
        let found: Vec<_> =
            chosen(&accounts, &fields).iter().map(|(account, role)| (&*account.id, *role)).collect();
        assert_eq!(found, [("1", "Read")]);
    }
}
