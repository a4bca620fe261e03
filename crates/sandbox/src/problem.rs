//! What goes wrong, as AWS says it: a code that programs read, a message for people, and an HTTP status.

use std::borrow::Cow;

/// An error that the caller is told. Its wire form depends on the protocol, see `http::answer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The error's code, such as `TrailNotFoundException`.
    pub code: Cow<'static, str>,
    /// The message.
    pub message: String,
    /// HTTP status.
    pub status: u16,
    /// The code in the CloudTrail record, where it differs from what the caller is told.
    pub recorded: Option<&'static str>,
}

/// What an operation gives.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A mistake of the caller.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Problem {
        Problem { code: code.into(), message: message.into(), status: 400, recorded: None }
    }

    /// The same with another HTTP status.
    pub fn status(mut self, status: u16) -> Problem {
        self.status = status;
        self
    }

    /// The code that CloudTrail records for this error.
    pub fn recorded_code(&self) -> &str {
        self.recorded.unwrap_or(&self.code)
    }

    /// The body cannot be read.
    pub fn serialization(message: impl Into<String>) -> Problem {
        Problem::new("SerializationException", message)
    }

    /// Something that the sandbox itself could not do, such as writing to its disk.
    pub fn internal(message: impl Into<String>) -> Problem {
        Problem::new("InternalFailure", message).status(500)
    }
}
