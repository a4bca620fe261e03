//! The server as others meet it: its real router, real connections, and the program itself.

// Helpers of tests may fail as tests do; clippy knows that of the test functions alone.
#![allow(clippy::unwrap_used)]

mod support;

mod all_accounts;
mod api;
mod commands;
mod downloads;
mod faults;
mod guards;
mod hostile;
mod killed;
mod live;
mod openapi;
mod own;
mod own_account;
mod pages;
mod people;
mod sandbox;
mod serving;
mod shared;
mod shared_data;
mod sign_in;
mod sign_in_device;
mod sign_in_end;
mod sign_in_secrets;
mod store;
