//! Accounts that this session is not, or no longer, signed in to: pages lead to the sign-in, and from there back; what a page or a
//! program asks for says that the sign-in has ended.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use tower_sessions::Session;

use super::next;
use crate::http::Context;
use crate::http::problem::{Problem, SIGN_IN_ENDED};
use crate::session::SignIns;

/// All AWS accounts of a session, in addresses.
const ALL: &str = "all";

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
    if account == ALL && !connections.is_empty() {
        return next.run(request).await;
    }
    let has_ended = match context.sign_ins().ended(&session).await {
        Ok(ended) => is_among(&ended, account),
        Err(error) => return Problem::internal(format!("cannot read a session: {error}")).into_response(),
    };
    if !has_ended && !connections.is_empty() {
        return next.run(request).await;
    }
    way_in(&context, &session, request.uri(), request.headers()).await.into_response()
}

/// To the sign-in, and from there back to what was asked for.
pub async fn way_in(context: &Context, session: &Session, asked: &Uri, headers: &HeaderMap) -> Redirect {
    let here = asked.path_and_query().map_or("/", |address| address.as_str());
    let mut sign_in = next::sign_in_for(here);
    // The cookie of a session that is not known is taken back with this answer, so that the next page would know nothing of it.
    if context.sessions().has_cookie(headers) && session.is_empty().await {
        sign_in.push_str("&over");
    }
    Redirect::to(&sign_in)
}

/// Tells accounts whose sign-in has ended from those that never were open to a session.
#[derive(Clone, Default)]
pub struct Former(Option<Known>);

#[derive(Clone)]
struct Known {
    sign_ins: SignIns,
    session: Session,
    is_signed_in: bool,
}

impl Former {
    /// Of a request's session, which is signed in to some account, or to none.
    pub fn of(context: &Context, session: Option<&Session>, is_signed_in: bool) -> Former {
        let session = session.filter(|_| context.sign_in().is_some());
        Former(session.map(|session| Known {
            sign_ins: context.sign_ins().clone(),
            session: session.clone(),
            is_signed_in,
        }))
    }

    /// What to say of an account if this session was signed in to it, and is no longer. Of a session that was ended elsewhere nothing
    /// is known any more, and the first answer that says so takes its cookie back, while the other parts of the same page are still
    /// asked for: who is signed in to nothing hears it of every AWS account alike, which tells nothing of which there are.
    pub async fn ended(&self, account: &str) -> Option<Problem> {
        let Known { sign_ins, session, is_signed_in } = self.0.as_ref()?;
        match sign_ins.ended(session).await {
            Ok(ended) if is_among(&ended, account) => Some(problem()),
            Ok(_) => (!is_signed_in && is_aws(account)).then(problem),
            Err(error) => Some(Problem::internal(format!("cannot read a session: {error}"))),
        }
    }
}

/// Of all accounts together there is nothing left when the last sign-in has ended.
fn is_among(ended: &[String], account: &str) -> bool {
    ended.iter().any(|other| other == account) || account == ALL && !ended.is_empty()
}

/// What a page says in its place when its sign-in is over, with the way back to it.
pub fn problem() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, SIGN_IN_ENDED, "Your sign-in has ended")
        .detail(
            "You are not, or no longer, signed in to this account: the credentials expired, or you have signed out, here or elsewhere.",
        )
        .help("Sign in to go on; you come back to this view.")
}

/// The AWS account that a page's path asks for: `/a/111122223333/…`, or all of them. Names of archives begin with a letter, so that
/// they cannot be taken for each other; none is called `all`.
fn account_of(path: &str) -> Option<&str> {
    let account = path.strip_prefix("/a/")?.split('/').next()?;
    is_aws(account).then_some(account)
}

fn is_aws(account: &str) -> bool {
    account == ALL || account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_twelve_digits() {
        assert_eq!(account_of("/a/111122223333/events"), Some("111122223333"));
        assert_eq!(account_of("/a/111122223333"), Some("111122223333"));
        assert_eq!(account_of("/a/all/events"), Some("all"));
        for other in
            ["/", "/a/", "/a/sample/events", "/a/1111222233334/events", "/b/111122223333", "/a/allow/events"]
        {
            assert_eq!(account_of(other), None, "{other}");
        }
    }
}
