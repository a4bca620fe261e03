//! The sandbox over HTTP, driven with requests that are signed here.

// Helpers of tests may fail as tests do; clippy knows that of the test functions alone.
#![allow(clippy::unwrap_used)]

mod client;
mod delivery;
mod entry;
mod faults;
mod history;
mod organization;
mod s3;
mod sts;
mod trails;
