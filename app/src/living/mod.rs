//! What a browser adds to the parts of a page that the server rendered: they hold no code of their own, so it listens
//! around them and finds its way by classes and `data-` attributes.

pub mod arriving;
pub mod columns;
pub mod copy;
pub mod expiry;
pub mod facets;
mod find;
pub mod histogram;
pub mod place;
pub mod record;
pub mod table;
pub mod times;

/// The id of the field that goes to a time.
pub const GO_TO: &str = "go-to";
