//! A parsed search.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use super::Field;
use crate::time::Time;

/// What is looked for, and when: the input of every search, wherever it is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// The parsed query.
    pub query: Query,
    /// The time window.
    pub range: TimeRange,
}

/// A half-open window of event times, `[from, to)`. A missing bound is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// First instant inside.
    pub from: Option<Time>,
    /// First instant after.
    pub to: Option<Time>,
}

/// A query as it was typed, and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The text as typed.
    pub text: String,
    /// What it means.
    pub expr: Expr,
    /// The terms at the top level, in order, for a search bar to show as tokens.
    pub tokens: Vec<Token>,
}

/// A range of bytes in the query's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// First byte after.
    pub end: usize,
}

/// One term at the top level of a query (a parenthesised group counts as one).
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// Where it stands in the text, the `-` included.
    pub span: Span,
    /// Whether it excludes.
    pub negated: bool,
    /// The field it asks about, if it is a single field term.
    pub field: Option<FieldRef>,
}

/// A boolean expression over one record.
///
/// The parser builds it normalised, so that `parse(print(expr))` is `expr` again: `And` and `Or` have at least two
/// children, no `And` stands directly in an `And` and no `Or` in an `Or`, `Not` never holds a `Not`, and `All`
/// stands only at the root.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Every record: the empty query.
    All,
    /// Every child holds.
    And(Vec<Expr>),
    /// At least one child holds.
    Or(Vec<Expr>),
    /// The child does not hold.
    Not(Box<Expr>),
    /// A free word: the whole record's text contains it.
    Word(Pattern),
    /// A test of one field.
    Field(FieldRef, Test),
}

/// The field a term asks about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldRef {
    /// A field with a short name.
    Known(Field),
    /// A path into the record's JSON, one key a segment; a path goes through arrays to each of their elements.
    Path(Vec<String>),
}

/// What a term asks of its field. A field with several values passes if one of them does.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `field:*`: it is there, not null, not the empty string.
    Exists,
    /// `field:a,b`: a value matches one of the patterns.
    AnyOf(Vec<Pattern>),
    /// `field:>5`, `time:<=2026-11-22`.
    Compare(Comparison, Scalar),
    /// `ip:10.0.0.0/8`: the value is an address inside one of these networks (or, mixed with those, matches a pattern).
    InNetwork(Vec<Network>, Vec<Pattern>),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// An instant.
    Time(Time),
    /// A number.
    Number(f64),
}

/// An IP network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// The address, host bits cleared.
    pub address: IpAddr,
    /// How many leading bits count.
    pub prefix: u8,
}

/// A value to match, with wildcards and case rules resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// Literal runs and wildcards, in order; neighbouring literals are joined.
    pub parts: Vec<PatternPart>,
    /// Whether case counts (the value was quoted).
    pub exact_case: bool,
}

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PatternPart {
    /// These characters.
    Literal(String),
    /// `*`: any run of characters, also none.
    Any,
    /// `?`: exactly one character.
    One,
}
