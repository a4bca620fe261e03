//! What the tests share.

pub mod browser;
pub mod logs;
pub mod program;
pub mod schema;
pub mod server;
pub mod site;
pub mod tap;
