//! Search: the language ([`parse`], [`Query`]), the fields it knows ([`Field`]), whether a record matches
//! ([`matches`]), how links add and remove a term ([`edit`]), and the answer's types ([`EventPage`] and its parts).

mod answer;
mod ast;
pub mod edit;
mod field;
pub mod matches;
mod parse;
mod print;

pub use answer::{
    Bucket, Coverage, Cursor, EventPage, EventRow, Facet, FacetValue, Histogram, InvalidCursor, SourceCounts,
};
pub use ast::{Comparison, Expr, FieldRef, Network, Pattern, PatternPart, Query, Scalar, Search, Span, Test, TimeRange, Token};
pub use field::{Field, FieldKind};
pub use parse::{ParseError, parse};
