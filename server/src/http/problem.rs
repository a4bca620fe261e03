//! Errors as `application/problem+json` (RFC 9457).
//!
//! A handler answers with a [`Problem`]; what it looks like is decided by [`super::envelope`], which knows the request:
//! a problem document for the API, an error of `app` for a server function, a page for a person.

use app::api::ApiError;
use archive::ArchiveError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cloudtrail::search::{ParseError, Span};
use serde::Serialize;

/// The kind of problem that signing in again solves.
pub const SIGN_IN_ENDED: &str = "sign-in-ended";

/// What went wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// What kind, for programs: the end of `urn:waymark:problem:…`.
    pub kind: &'static str,
    /// What kind, for people.
    pub title: &'static str,
    /// What was wrong in this request, and what would be right.
    pub detail: String,
    /// Where in the request.
    pub position: Option<Box<Position>>,
    /// What to do, where that can be told.
    pub help: Option<String>,
    /// For the log only.
    pub cause: Option<String>,
}

/// A part of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The parameter's name.
    pub parameter: String,
    /// First byte of its value that is wrong.
    pub start: usize,
    /// First byte after.
    pub end: usize,
    /// Where it starts, in characters, counted from 1.
    pub column: usize,
}

impl Position {
    /// All of a parameter's value.
    pub fn whole(parameter: &str, value: &str) -> Position {
        Position { parameter: parameter.to_owned(), start: 0, end: value.len(), column: 1 }
    }
}

impl Problem {
    /// A problem of some kind, without detail.
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Problem {
        Problem { status, kind, title, detail: String::new(), position: None, help: None, cause: None }
    }

    /// With what was wrong.
    pub fn detail(self, detail: impl Into<String>) -> Problem {
        Problem { detail: detail.into(), ..self }
    }

    /// With what to do.
    pub fn help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }

    /// With where it is wrong.
    pub fn at(self, position: Position) -> Problem {
        Problem { position: Some(Box::new(position)), ..self }
    }

    /// Nothing is there.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found").detail(detail)
    }

    /// A parameter that is wrong as a whole.
    pub fn parameter(name: &str, value: &str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad-parameter", "A parameter cannot be read")
            .detail(detail)
            .at(Position::whole(name, value))
    }

    /// A query that cannot be read.
    pub fn query(parameter: &str, error: ParseError) -> Problem {
        let Span { start, end } = error.span;
        let position = Position { parameter: parameter.to_owned(), start, end, column: error.column };
        let problem = Problem::new(StatusCode::BAD_REQUEST, "bad-query", "The query cannot be read")
            .detail(format!("{} (at character {})", error.message, error.column))
            .at(position);
        Problem { help: error.help, ..problem }
    }

    /// A body of more bytes than it may have.
    pub fn too_large(most: usize) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large")
            .detail(format!("A request's body may have {} kB.", most / 1024))
    }

    /// A failure of our own.
    pub fn internal(cause: impl Into<String>) -> Problem {
        let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong")
            .detail("Waymark could not answer; its log says why.");
        Problem { cause: Some(cause.into()), ..problem }
    }

    /// The same for `app`.
    pub fn into_api_error(self, request_id: Option<String>) -> ApiError {
        ApiError {
            status: self.status.as_u16(),
            title: self.title.to_owned(),
            detail: self.detail,
            position: self.position.map(|position| Span { start: position.start, end: position.end }),
            help: self.help,
            request_id,
            sign_in: self.kind == SIGN_IN_ENDED,
        }
    }

    /// The document that leaves.
    pub fn document<'a>(&'a self, request_id: &'a str) -> Document<'a> {
        Document {
            kind: format!("urn:waymark:problem:{}", self.kind),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            position: self.position.as_deref(),
            help: self.help.as_deref(),
            request_id,
        }
    }
}

/// A problem as it leaves.
#[derive(Serialize)]
pub struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<&'a Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    request_id: &'a str,
}

/// Leaves the problem with the response, for the envelope to write out.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Nothing a request says makes an archive fail: its errors are the server's, and only the log tells which.
impl From<ArchiveError> for Problem {
    fn from(error: ArchiveError) -> Problem {
        Problem::internal(crate::error::chain(&error))
    }
}
