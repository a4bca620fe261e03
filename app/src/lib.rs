//! What people see: one Leptos crate, compiled for the server (`ssr`), which renders pages, and for the browser
//! (`hydrate`), which makes them quick. The server calls [`shell`]; the browser mounts [`App`].
#![recursion_limit = "512"]
#![cfg_attr(
    not(feature = "ssr"),
    allow(dead_code, reason = "what only rendering needs is dropped for the browser")
)]

/// The contract between pages and server.
pub mod api;

/// What a server must provide.
#[cfg(feature = "ssr")]
pub mod services;

/// The address of a page as its state.
pub mod address;

/// The columns of a list of events.
pub mod columns;

/// How someone likes to read.
pub mod prefs;

mod app;
mod browser;
#[cfg(feature = "ssr")]
mod charts;
mod components;
mod html;
mod links;
mod living;
mod pages;
#[cfg(feature = "ssr")]
mod rendering;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
mod shell;
pub mod text;

pub use app::App;
#[cfg(feature = "hydrate")]
pub use browser::hydrate;
#[cfg(feature = "ssr")]
pub use shell::shell;
