//! `/forget/{account}`: deletes the event history that was fetched of an AWS account, after asking.

use app::text::counted;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use axum::routing::get;
use tower_sessions::Session;

use super::Context;
use super::access::Action;
use super::plain::{self, escape};
use super::problem::Problem;
use crate::error::chain;
use crate::services::Visible;

/// The routes.
pub fn routes() -> axum::Router<Context> {
    axum::Router::new().route("/forget/{account}", get(ask).post(forget))
}

async fn ask(
    State(context): State<Context>,
    visible: Visible,
    session: Session,
    headers: HeaderMap,
    Path(account): Path<String>,
) -> Result<Response, Problem> {
    let partition = partition_of(&context, &visible, &session, &account).await?;
    let history = context.history().ok_or_else(nothing_fetched)?;
    let caches = history.caches().await?;
    let held = caches.iter().find(|cache| cache.partition == partition && cache.account == account);
    let held = match held {
        Some(cache) => {
            let since = cache.oldest.map(|oldest| format!(", since {}", oldest.date())).unwrap_or_default();
            format!("{}{since}", counted(cache.events, "event", "events"))
        }
        None => "nothing yet".to_owned(),
    };
    let account = escape(&account);
    let body = format!(
        "<p>Waymark keeps what it fetches of an account's event history on its disk, so that it need not fetch it again, and beyond the \
         90 days that AWS keeps. Of account <span class=\"mono\">{account}</span> it has {held}.</p>\n\
         <p>Deleting it is for everybody who uses this Waymark. What is younger than 90 days is fetched again when somebody looks at the \
         account; what is older is gone. Nothing changes in AWS.</p>\n\
         <form method=\"post\" action=\"/forget/{account}\">\n<div class=\"people__on\">\
         <button class=\"button button--primary\" type=\"submit\">Delete what was fetched</button>\
         <a class=\"button\" href=\"/sign-in\">Keep it</a></div>\n</form>\n"
    );
    Ok(plain::themed_page("Forget an account", &body, context.site(), plain::theme(&headers)))
}

async fn forget(
    State(context): State<Context>,
    visible: Visible,
    session: Session,
    Path(account): Path<String>,
) -> Result<Redirect, Problem> {
    let partition = partition_of(&context, &visible, &session, &account).await?;
    let history = context.history().ok_or_else(nothing_fetched)?;
    visible.note(&account, Action::ForgetAccount, "", "ok").await?;
    let forgotten = history.forget_account(&partition, &account).await;
    forgotten.map_err(|error| Problem::internal(format!("a cache cannot be deleted: {}", chain(&error))))?;
    Ok(Redirect::to("/sign-in"))
}

/// The partition of an AWS account that the session is signed in to.
async fn partition_of(
    context: &Context,
    visible: &Visible,
    session: &Session,
    account: &str,
) -> Result<String, Problem> {
    visible.check(account).await?;
    let connections = context.connections_of(session).await;
    let connection = connections.iter().find(|connection| connection.account == account);
    connection.map(|connection| connection.caller().partition().to_owned()).ok_or_else(nothing_fetched)
}

fn nothing_fetched() -> Problem {
    Problem::not_found("Nothing is fetched for this account: it is no AWS account.")
}
