//! CloudTrail's domain, pure and wasm-safe: what an event record says, who was behind it, the language people search
//! it with, and the shapes of a search and its answer. No I/O, no async, no clock of its own; everything here is the
//! same on the server, on the command line and in the browser.

/// JSON as CloudTrail writes it: a bounded scanner that keeps numbers verbatim, and the canonical form.
pub mod json;

/// Instants in milliseconds, RFC 3339 in and out, and the expressions people type (`-2h`, `2026-11-22`, `now`).
pub mod time;

/// One event record: every documented field, borrowed from the raw text.
pub mod record;

/// Who was behind a call: a human, a role, a service, another account, root, or nobody known.
pub mod actor;

/// The S3 layout of log, Insight, network activity, aggregated and digest files.
pub mod layout;

/// The search language, and the types of a search and its answer.
pub mod search;

/// Names of AWS accounts.
pub mod names;

/// Events as CSV, JSON and JSON Lines.
pub mod export;

/// The chain of credentials behind an event, and the events related to it.
pub mod chain;

/// An event as one sentence, in pieces that can be searched for.
pub mod sentence;

/// What an error code means, and which permission was missing.
pub mod failure;

/// Which values of a record look like secrets.
pub mod secret;

/// What a run of taking in log files did, file by file.
pub mod intake;
