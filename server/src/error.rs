//! What can go wrong with a command. Each variant names the operation; its source says why.

use std::net::SocketAddr;
use std::path::PathBuf;

use archive::ArchiveError;
use cloudtrail::search::ParseError;
use cloudtrail::time::InvalidTime;

use crate::store::StoreError;

/// A command that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument that does not make sense, in words.
    #[error("{0}")]
    Argument(String),
    /// A query that cannot be read.
    #[error("the query cannot be read")]
    Query {
        /// The query as given.
        text: String,
        /// What is wrong with it, and where.
        source: ParseError,
    },
    /// A time that cannot be read.
    #[error("--{option}")]
    Time {
        /// The option it was given to.
        option: &'static str,
        /// What is wrong.
        source: InvalidTime,
    },
    /// A folder or file given by a person is not there or cannot be read.
    #[error("cannot read {}", path.display())]
    Source {
        /// What was given.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Something of Waymark's own cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was being done.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The archive cannot do what was asked.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The person's own credentials cannot be looked for.
    #[error("your own AWS credentials cannot be used")]
    Credentials(#[source] Box<gateway::ChainError>),
    /// AWS did not do what it was asked for.
    #[error("{}{}", at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default(), error.detail())]
    Aws {
        /// What it was about, such as `s3://bucket/prefix`.
        at: Option<String>,
        /// What it answered.
        error: Box<gateway::GatewayError>,
    },
    /// There are no logs where they were looked for in S3.
    #[error(transparent)]
    Logs(gateway::LogsError),
    /// Waymark's own database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sample account cannot be made.
    #[error("cannot make the sample account in {}", path.display())]
    Sample {
        /// Where.
        path: PathBuf,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The sandbox does not start.
    #[error("cannot start the sandbox")]
    Sandbox(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A port cannot be opened.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The program cannot start.
    #[error("cannot {action}")]
    Start {
        /// What was being done.
        action: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write the output")]
    Output(#[source] std::io::Error),
}

/// The result of a command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything went well, also when nothing was found.
pub const EXIT_OK: u8 = 0;
/// Something failed that is neither of the following.
pub const EXIT_FAILED: u8 = 1;
/// A query or an argument is wrong.
pub const EXIT_USAGE: u8 = 2;
/// Everything else was taken in, but something was skipped.
pub const EXIT_SKIPPED: u8 = 3;

impl Error {
    /// The same, of AWS, and what it was about.
    pub fn at(self, place: &str) -> Error {
        match self {
            Error::Aws { at: None, error } => Error::Aws { at: Some(place.to_owned()), error },
            other => other,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Error::Credentials(error) => Some(error.help()),
            Error::Aws { error, .. } => error.help(),
            Error::Logs(gateway::LogsError::NoLayout { folders, .. }) if folders.is_empty() => {
                Some("Nothing begins with that at all; `aws s3 ls` lists what there is.".to_owned())
            }
            Error::Logs(gateway::LogsError::NoLayout { folders, .. }) => {
                Some(format!("These folders are there: {}.", folders.join(", ")))
            }
            _ => None,
        }
    }

    /// The program's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Argument(_)
            | Error::Credentials(_)
            | Error::Logs(_)
            | Error::Query { .. }
            | Error::Time { .. }
            | Error::Source { .. } => EXIT_USAGE,
            Error::Archive(
                ArchiveError::NotAnArchive { .. }
                | ArchiveError::NotEmpty { .. }
                | ArchiveError::Source { .. },
            ) => EXIT_USAGE,
            Error::Aws { error, .. } if error.code() == "NoSuchBucket" => EXIT_USAGE,
            // Whoever read the output has seen enough.
            Error::Output(source) if source.kind() == std::io::ErrorKind::BrokenPipe => EXIT_OK,
            _ => EXIT_FAILED,
        }
    }
}

/// An error and what caused it, joined by colons, for one line of a log or a terminal.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
