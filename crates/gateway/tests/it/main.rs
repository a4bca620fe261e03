//! The gateway against the sandbox, over HTTP, with AWS's own SDK in between.

// Helpers of tests may fail as tests do; clippy knows that of the test functions alone.
#![allow(clippy::unwrap_used)]

mod bounds;
mod calls;
mod faults;
mod fetching;
mod history;
mod reader;
mod refusals;
mod s3;
mod support;
