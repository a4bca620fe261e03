//! Pages of accounts that this session is not, or no longer, signed in to lead to the sign-in, and from there back.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::next;
use crate::http::Context;
use crate::http::problem::Problem;

/// The layer. Whoever is signed in to other accounts, and never was to this one, gets what the page says of an account
/// that does not exist: a link tells nothing about which accounts there are.
pub async fn redirect(
    State(context): State<Context>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD);
    let account = account_of(request.uri().path()).filter(|_| is_page && context.sign_in().is_some());
    let Some(account) = account else {
        return next.run(request).await;
    };
    let connections = context.connections_of(&session).await;
    if connections.iter().any(|connection| connection.account == account) {
        return next.run(request).await;
    }
    let has_ended = match context.sign_ins().ended(&session).await {
        Ok(ended) => ended.iter().any(|other| other == account),
        Err(error) => return Problem::internal(format!("cannot read a session: {error}")).into_response(),
    };
    if !has_ended && !connections.is_empty() {
        return next.run(request).await;
    }
    let here = request.uri().path_and_query().map_or("/", |address| address.as_str());
    Redirect::to(&next::sign_in_for(here)).into_response()
}

/// The AWS account that a page's path asks for: `/a/111122223333/…`. Names of archives begin with a letter, so that the two
/// cannot be taken for each other.
fn account_of(path: &str) -> Option<&str> {
    let account = path.strip_prefix("/a/")?.split('/').next()?;
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_twelve_digits() {
        assert_eq!(account_of("/a/111122223333/events"), Some("111122223333"));
        assert_eq!(account_of("/a/111122223333"), Some("111122223333"));
        for other in
            ["/", "/a/", "/a/sample/events", "/a/1111222233334/events", "/b/111122223333", "/a/all/events"]
        {
            assert_eq!(account_of(other), None, "{other}");
        }
    }
}
