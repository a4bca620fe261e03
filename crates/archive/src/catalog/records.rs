//! What the catalog knows of a file and of a source.

use cloudtrail::intake::Outcome;
use cloudtrail::time::Time;

/// An event file that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRecord {
    pub id: i64,
    /// Relative to the archive's folder.
    pub path: String,
    /// Days since 1970.
    pub day: i64,
    pub rows: u64,
    /// On disk.
    pub bytes: u64,
    /// Of the raw records, uncompressed.
    pub raw_bytes: u64,
    pub oldest: Time,
    pub newest: Time,
}

/// An event file to add, and those whose rows it holds instead of them.
#[derive(Debug)]
pub struct NewFile {
    pub record: FileRecord,
    pub replaces: Vec<i64>,
}

/// What is known of a source that was taken in.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceRecord {
    /// The path's bytes, as names need not be UTF-8.
    pub path: Vec<u8>,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i64,
    pub sha256: [u8; 32],
    pub outcome: SourceOutcome,
}

/// How a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceOutcome {
    Complete,
    Digest,
    Noted(Outcome),
}

impl SourceOutcome {
    /// How the catalog writes it.
    pub fn word(self) -> &'static str {
        match self {
            SourceOutcome::Complete => "complete",
            SourceOutcome::Digest => "digest",
            SourceOutcome::Noted(Outcome::Partial) => "partial",
            SourceOutcome::Noted(Outcome::Skipped) => "skipped",
            SourceOutcome::Noted(Outcome::Warned) => "warned",
        }
    }

    pub fn from_word(word: &str) -> SourceOutcome {
        match word {
            "digest" => SourceOutcome::Digest,
            "partial" => SourceOutcome::Noted(Outcome::Partial),
            "skipped" => SourceOutcome::Noted(Outcome::Skipped),
            "warned" => SourceOutcome::Noted(Outcome::Warned),
            _ => SourceOutcome::Complete,
        }
    }
}
