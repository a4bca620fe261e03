//! The archive through its public face, on files it made itself.

// Helpers of tests may fail as tests do; clippy knows that of the test functions alone.
#![allow(clippy::unwrap_used)]

/// Made-up records of every kind.
mod corpus;
/// Making log files and reading archives.
mod support;

/// Records that come a page at a time.
mod add;
/// Files that are broken, odd or hostile.
mod bad_input;
/// Who was behind an event, and what is related to it.
mod chain;
/// What has been fetched of AWS's event history.
mod covered;
/// Crashes, locks, merging.
mod durability;
/// What is taken in from which kinds of files.
mod intake;
/// Letting go of the oldest days.
mod keep;
/// Paging, snapshots, streams.
mod paging;
/// Real logs, where they are at hand.
mod real_logs;
/// Searches against the language's reference.
mod search;
/// Many searches at the same moment.
mod together;
