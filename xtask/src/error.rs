//! What can go wrong, said so that the reader knows what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// The result of every step.
pub type Result<T> = std::result::Result<T, Error>;

/// A step that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried, as a verb: "read", "write", "create".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program is not there, or could not be started.
    #[error("cannot start `{program}`")]
    Start {
        /// The program's name or path.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program ran and reported failure; its own output is above.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The command line as it can be typed.
        command: String,
        /// "exit status: 1" or the signal.
        status: String,
    },
    /// wasm-bindgen could not make a JavaScript module of the compiled file.
    #[error("wasm-bindgen could not process {path}: {reason}")]
    Bindgen {
        /// The compiled file.
        path: PathBuf,
        /// The chain of reasons wasm-bindgen gave.
        reason: String,
    },
    /// A program's or a file's content is not what was expected.
    #[error("{what} cannot be understood")]
    Malformed {
        /// The file, or the command whose output it is.
        what: String,
        /// The parser's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something that only the reader can put right; says what to do.
    #[error("{0}")]
    Advice(String),
    /// `check` found faults; they are listed above.
    #[error("{0}")]
    Check(String),
}

impl Error {
    /// An error of the file system, with the path it happened to.
    pub fn file(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::File { action, path, source }
    }

    /// A message that tells the reader what to do.
    pub fn advice(message: impl Into<String>) -> Self {
        Self::Advice(message.into())
    }

    /// Output or a file that does not have the expected form.
    pub fn malformed(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Malformed { what: what.into(), source: source.into() }
    }
}
