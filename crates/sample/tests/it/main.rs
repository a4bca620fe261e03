//! The sample as somebody finds it on disk: read back with nothing but gzip and a JSON parser.

mod chains;
mod read;
mod shape;
mod stories;
