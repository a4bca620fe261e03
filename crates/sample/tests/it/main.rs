//! The sample as somebody finds it on disk: read back with nothing but gzip and a JSON parser.

// Helpers of tests may fail as tests do; clippy knows that of the test functions alone.
#![allow(clippy::unwrap_used)]

mod chains;
mod read;
mod shape;
mod stories;
