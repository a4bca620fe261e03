//! The Waymark server and its command line: it puts the other crates together and lets people in.
//!
//! It stores no events (that is `archive`) and draws no pages (that is `app`).

// The types of views nest deeply.
#![recursion_limit = "512"]

/// What can go wrong, and the exit code of each.
pub mod error;

/// The one clock that is handed through.
pub mod clock;

/// The configuration of a shared deployment.
pub mod config;

/// Lists of people.
pub mod principal;

/// The folder Waymark keeps its own things in: caches of taken-in logs, the demo, tokens.
pub mod data;

/// Account names from a file.
pub mod names;

/// Unguessable and unique texts.
pub mod random;

/// The commands: `serve`, `import`, `search`, `sample`, `sandbox`.
pub mod cli;

/// `waymark serve`: what is opened, what is taken in meanwhile, who listens where.
pub mod serve;

/// The AWS account of the person who started the server.
pub mod own;

/// Waymark's own database.
pub mod store;

/// What lies in memory, and nowhere else.
pub mod memory;

/// Where credentials lie while somebody is signed in.
pub mod vault;

/// Sessions: which browser is which, and what it is signed in to.
pub mod session;

/// The router: pages, server functions, HTTP API, static files, and what guards them.
pub mod http;

/// What the pages ask of a server, answered from archives.
pub mod services;
