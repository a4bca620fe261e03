//! Saved searches: plain forms, which lead back to the list they were sent from.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::post;
use serde::Deserialize;

use super::Context;
use super::access::Action;
use super::problem::Problem;
use crate::error::chain;
use crate::services::Visible;
use crate::store::SavedSearchError;

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;
/// The longest search, in bytes of an address.
const LONGEST_SEARCH: usize = 6_000;

/// The routes.
pub fn routes() -> axum::Router<Context> {
    axum::Router::new()
        .route("/saved-searches/{account}", post(save).get(to_list))
        .route("/saved-searches/{account}/delete", post(delete).get(to_list))
}

/// A form's address opened by itself, as after a reload.
async fn to_list(Path(account): Path<String>) -> Redirect {
    Redirect::to(&format!("/a/{}/events", super::sign_in::encoded(&account)))
}

#[derive(Deserialize)]
struct Given {
    name: String,
    search: String,
    #[serde(default)]
    back: String,
}

async fn save(
    State(context): State<Context>,
    visible: Visible,
    Path(account): Path<String>,
    Form(given): Form<Given>,
) -> Result<Redirect, Problem> {
    visible.check(&account).await?;
    let name = given.name.trim();
    let wrong = |detail: &str| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-saved-search", "This search cannot be saved")
            .detail(detail)
            .help("Go back and try again.")
    };
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(wrong("A name has at least one character and at most 80, and no line breaks."));
    }
    if given.search.len() > LONGEST_SEARCH || !given.search.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("The search is too long, or not as it stands in an address."));
    }
    visible.note(&account, Action::SaveSearch, &format!("{name}: {}", given.search), "ok").await?;
    let by = visible.principal(&account);
    let saved = context.store().save_search(&account, name, &given.search, &by, context.clock().now()).await;
    match saved {
        Ok(()) => Ok(back(&account, &given.back)),
        Err(error @ SavedSearchError::TooMany) => Err(wrong(&error.to_string())),
        Err(error) => Err(Problem::internal(chain(&error))),
    }
}

#[derive(Deserialize)]
struct Which {
    id: String,
    #[serde(default)]
    back: String,
}

async fn delete(
    State(context): State<Context>,
    visible: Visible,
    Path(account): Path<String>,
    Form(which): Form<Which>,
) -> Result<Redirect, Problem> {
    visible.check(&account).await?;
    visible.note(&account, Action::DeleteSearch, &which.id, "ok").await?;
    let deleted = context.store().delete_search(&account, &which.id).await;
    deleted.map_err(|error| Problem::internal(chain(&error)))?;
    Ok(back(&account, &which.back))
}

fn back(account: &str, address: &str) -> Redirect {
    match super::sign_in::local(address) {
        Some(address) => Redirect::to(address),
        None => Redirect::to(&format!("/a/{}/events", super::sign_in::encoded(account))),
    }
}
