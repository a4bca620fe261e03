//! What a run of taking in log files did. `archive` makes the report; the command line prints it, the page shows it.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// One run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// When it started.
    pub started: Time,
    /// When it ended; absent while it runs.
    pub ended: Option<Time>,
    /// Files looked at.
    pub files: u64,
    /// Files left alone, as they had been taken in before and have not changed.
    pub unchanged: u64,
    /// Bytes read, as stored (compressed).
    pub bytes: u64,
    /// Records read.
    pub records: u64,
    /// Events added to the archive.
    pub added: u64,
    /// Records that the archive had already, or that came twice in this run.
    pub duplicates: u64,
    /// Digest files, recognised and set aside.
    pub digests: u64,
    /// What was skipped, partial or odd, by file. At most [`Report::MAX_NOTES`]; `more_notes` counts the rest.
    pub notes: Vec<SourceNote>,
    /// Notes beyond the limit.
    pub more_notes: u64,
}

impl Report {
    /// How many notes a report keeps.
    pub const MAX_NOTES: usize = 1_000;

    /// How many notes are of one kind.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.notes.iter().filter(|note| note.outcome == outcome).count()
    }
}

/// What was wrong or odd with one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceNote {
    /// The file, with characters that are not UTF-8 replaced.
    pub path: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How many of its records were kept.
    pub kept: u64,
    /// What happened, where, and what to do, in words.
    pub message: String,
}

/// How a file ended that did not simply end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Nothing of it was kept.
    Skipped,
    /// The records before a break were kept.
    Partial,
    /// Everything was kept, but something is odd.
    Warned,
}
