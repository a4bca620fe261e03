//! The contract between pages and server: server functions and what they carry. Compiled on both sides.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use cloudtrail::search::Span;

/// Events: listing, one event, completion, and the reports of taking in.
pub mod events;

/// What pages show, as HTML.
pub mod views;

/// Why a request failed, in words for the person who made it. Details go to the server's log under `request_id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{title}: {detail}")]
pub struct ApiError {
    /// The HTTP status that says the same.
    pub status: u16,
    /// What failed, in a few words.
    pub title: String,
    /// What was wrong, and what would be right.
    pub detail: String,
    /// Where in the query it is wrong, in bytes.
    pub position: Option<Span>,
    /// What to do next.
    pub help: Option<String>,
    /// The request's id in the server's log.
    pub request_id: Option<String>,
    /// Whether it helps to sign in (again).
    #[serde(default)]
    pub sign_in: bool,
}

impl ApiError {
    /// An error with nothing but a status and words.
    pub fn new(status: u16, title: impl Into<String>, detail: impl Into<String>) -> ApiError {
        ApiError {
            status,
            title: title.into(),
            detail: detail.into(),
            position: None,
            help: None,
            request_id: None,
            sign_in: false,
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> ApiError {
        match error {
            ServerFnErrorErr::Request(_) => ApiError {
                help: Some("Check that Waymark is still running, then reload the page.".to_owned()),
                ..ApiError::new(503, "No answer", "The server could not be reached.")
            },
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => {
                ApiError::new(400, "The request does not fit", detail)
            }
            ServerFnErrorErr::Deserialization(_) => ApiError {
                help: Some("Reload the page; it may be from before an update.".to_owned()),
                ..ApiError::new(502, "The answer cannot be read", "The server answered with something else.")
            },
            other => ApiError::new(500, "Something went wrong", other.to_string()),
        }
    }
}

/// Gives the response the status of a failed answer, so that tools that look no further see it too.
#[cfg(feature = "ssr")]
fn with_status<T>(answer: Result<T, ApiError>) -> Result<T, ApiError> {
    if let Err(error) = &answer {
        crate::server::set_status(error.status);
    }
    answer
}
