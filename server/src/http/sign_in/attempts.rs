//! How often one address may try to sign in to a shared deployment. Each try makes calls to AWS, and anybody can make one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cloudtrail::time::{SECOND, Time};

use crate::http::Context;
use crate::http::client::Client;
use crate::http::problem::Problem;

/// Tries at once after a pause.
const BURST: i64 = 30;
/// How long it takes until one more is allowed, in milliseconds.
const EVERY: i64 = 3 * SECOND;
/// Addresses that are remembered; beyond that, those that may try as often as anybody are dropped.
const MAX_KNOWN: usize = 20_000;

/// Who has tried lately.
#[derive(Default)]
pub struct Attempts {
    /// When an address will have paid for its tries.
    until: Mutex<HashMap<String, Time>>,
}

impl Attempts {
    /// Counts a try. Gives how many milliseconds to wait if it was one too many.
    fn take(&self, address: &str, now: Time) -> Result<(), i64> {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= MAX_KNOWN {
            until.retain(|_, paid| *paid > now);
        }
        let paid = until.get(address).copied().unwrap_or(now).max(now);
        let owed = paid.plus(EVERY);
        let late = owed.as_millis() - now.as_millis() - BURST * EVERY;
        if late > 0 {
            return Err(late);
        }
        until.insert(address.to_owned(), owed);
        Ok(())
    }
}

/// The layer around the sign-in's routes.
pub async fn limit(State(context): State<Context>, client: Client, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !context.entry().is_by_sign_in() {
        return next.run(request).await;
    }
    match context.attempts().take(&client.0.address, context.clock().now()) {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            let seconds = (wait + SECOND - 1) / SECOND;
            let mut response =
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", "Too many tries")
                    .detail("From your address there were too many tries to sign in within a short time.")
                    .help(format!("Wait {seconds} s, and try again."))
                    .into_response();
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_one_every_few_seconds() {
        let (attempts, now) = (Attempts::default(), Time::from_millis(1_000_000));
        for _ in 0..BURST {
            assert_eq!(attempts.take("a", now), Ok(()));
        }
        assert_eq!(attempts.take("a", now), Err(EVERY));
        assert_eq!(attempts.take("b", now), Ok(()));
        assert_eq!(attempts.take("a", now.plus(EVERY - 1)), Err(1));
        assert_eq!(attempts.take("a", now.plus(EVERY)), Ok(()));
        assert_eq!(attempts.take("a", now.plus(EVERY)), Err(EVERY));
    }
}
