//! Events: the store, the records of calls made here, and the sample.

pub(crate) mod entry;
mod journal;
pub(crate) mod record;
pub(crate) mod sample;
pub(crate) mod store;
