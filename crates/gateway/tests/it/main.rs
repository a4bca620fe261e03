//! The gateway against the sandbox, over HTTP, with AWS's own SDK in between.

mod calls;
mod history;
mod support;
