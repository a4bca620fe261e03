//! What can go wrong with an archive.

use std::path::PathBuf;

/// An operation on an archive that failed. Each variant names the operation; its source says why.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no archive in this folder.
    #[error("{} is not an archive; make one with `waymark import SRC --archive {}`", path.display(), path.display())]
    NotAnArchive {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that is to become an archive holds something else.
    #[error("{} holds other files and no archive; give a new or an empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// Another process writes to this archive.
    #[error("another process is writing to the archive {}; reading goes on, but only one may write", path.display())]
    Locked {
        /// The archive's folder.
        path: PathBuf,
    },
    /// The archive was written by a newer Waymark.
    #[error("the archive {} has format {found}, this Waymark reads up to {known}; use a newer Waymark", path.display())]
    NewerFormat {
        /// The archive's folder.
        path: PathBuf,
        /// Its format version.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// The archive was written by an older Waymark and no writer has rebuilt it yet.
    #[error("the archive {} has the older format {found}; open it once for writing (`waymark import`) to rebuild it", path.display())]
    OlderFormat {
        /// The archive's folder.
        path: PathBuf,
        /// Its format version.
        found: i64,
    },
    /// A source given by a person does not exist or cannot be read.
    #[error("cannot read {}", path.display())]
    Source {
        /// What was given.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file or folder of the archive cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A Parquet file of the archive cannot be read or written.
    #[error("cannot {action} the event file {}", path.display())]
    Parquet {
        /// What was being done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: parquet::errors::ParquetError,
    },
    /// The catalog cannot be read or written.
    #[error("cannot {action} the archive's catalog {}", path.display())]
    Catalog {
        /// What was being done.
        action: &'static str,
        /// The catalog's file.
        path: PathBuf,
        /// Why not.
        source: sqlx::Error,
    },
    /// Of several archives that are read as one, one cannot be read.
    #[error("the events of {title} cannot be read")]
    Missing {
        /// What it is called.
        title: String,
    },
    /// A worker thread died; this is a defect of Waymark.
    #[error("a worker of the archive stopped unexpectedly")]
    Worker,
}
