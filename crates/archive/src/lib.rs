//! CloudTrail events on disk: taking in log files, Parquet with a catalog beside it, and search.
//!
//! The only place that touches event storage. It knows nothing of HTTP, sessions, pages or AWS credentials.
//!
//! An archive is a folder:
//!
//! ```text
//! catalog.sqlite             which files count, which sources were taken in, what of AWS's event history has been fetched
//! events/date=YYYY-MM-DD/    Parquet, one event a row, newest first; any engine that reads Hive layouts reads them
//! _tmp/                      files being written
//! lock                       held by the one process that writes
//! ```

mod add;
mod catalog;
mod chain;
mod covered;
mod durable;
mod error;
mod intake;
mod joined;
mod keep;
mod reader;
mod schema;
mod scope;
mod search;
mod segment;
mod sight;
mod stream;
mod write;
mod writer;

pub use add::Added;
pub use covered::{ARRIVING, Covered};
pub use durable::settle;
pub use error::ArchiveError;
pub use intake::{Feed, IntakeOptions, Object, ObjectId, Objects, Progress, TakenIn, objects};
pub use joined::Joined;
pub use keep::Day;
pub use reader::{Archive, StoredEvent};
pub use scope::Scope;
pub use search::{Place, Request};
pub use stream::RecordStream;
pub use writer::{Stop, Writer};
