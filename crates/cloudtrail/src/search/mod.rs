//! Search: the language ([`parse`], [`Query`]), the fields it knows ([`Field`]), whether a record matches
//! ([`matches`]), how links add and remove a term ([`edit`]), what to offer while someone types ([`complete`]), and
//! the answer's types ([`EventPage`] and its parts).

mod answer;
mod ast;
pub mod complete;
pub mod edit;
mod field;
pub mod matches;
mod network;
mod normal;
mod parse;
mod presets;
mod print;

pub use answer::{
    AwsFilter, Bucket, Coverage, Cursor, EventPage, EventRow, Facet, FacetValue, Histogram, HistoryCoverage,
    InvalidCursor, RegionCoverage, SourceCounts,
};
pub use ast::{
    Comparison, Expr, FieldRef, Network, Pattern, PatternPart, Query, Scalar, Search, Span, Test, TimeRange,
    Token,
};
pub use field::{Field, FieldKind};
pub use network::InvalidNetwork;
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_TERMS, ParseError, TOP_LEVEL_KEYS, parse};
pub use presets::{Preset, presets};
