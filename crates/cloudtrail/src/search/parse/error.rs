//! What is wrong with a query, where, and what would be right.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::search::Span;

/// Why a query could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseError {
    /// The part of the text that is wrong, in bytes; it starts and ends between characters.
    pub span: Span,
    /// Where it starts, in characters, counted from 1.
    pub column: usize,
    /// What is wrong, for people.
    pub message: String,
    /// What would be right, if that can be told.
    pub help: Option<String>,
}

impl ParseError {
    /// An error about `text[span]`.
    pub(crate) fn new(text: &str, span: Span, message: impl Into<String>) -> ParseError {
        let column = text[..span.start].chars().count() + 1;
        ParseError { span, column, message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> ParseError {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.message, self.column)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}
