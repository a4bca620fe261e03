//! From [`Query`] back to text, such that reading it again gives the same expression.

use std::fmt::{self, Display, Formatter, Write};
use std::net::IpAddr;

use super::parse::lexeme::{bare_pattern, first_colon, is_name_character, is_text_despite_colon};
use super::parse::name::{Segment, resolve};
use super::{Expr, Field, FieldRef, Pattern, PatternPart, Query, Scalar, Test, Token};

impl Query {
    /// The query written the one way that all its spellings share.
    pub fn canonical(&self) -> String {
        self.expr.to_string()
    }

    /// The text of one token.
    pub fn token_text(&self, token: &Token) -> &str {
        &self.text[token.span.start..token.span.end]
    }
}

/// Prints the query's text as it was typed.
impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => Ok(()),
            // AND binds tighter than OR: a group is needed around OR inside AND, not the other way round.
            Expr::And(children) => {
                write_joined(f, children, " ", |child| matches!(child, Expr::And(_) | Expr::Or(_)))
            }
            Expr::Or(children) => write_joined(f, children, " OR ", |child| matches!(child, Expr::Or(_))),
            Expr::Not(child) => {
                f.write_char('-')?;
                write_child(f, child, matches!(**child, Expr::And(_) | Expr::Or(_) | Expr::Not(_)))
            }
            Expr::Word(pattern) => write_word(f, pattern),
            Expr::Field(field, test) => write!(f, "{field}:{}", Shown { field, test }),
        }
    }
}

fn write_joined(
    f: &mut Formatter<'_>,
    children: &[Expr],
    separator: &str,
    needs_group: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (position, child) in children.iter().enumerate() {
        if position > 0 {
            f.write_str(separator)?;
        }
        write_child(f, child, needs_group(child))?;
    }
    Ok(())
}

fn write_child(f: &mut Formatter<'_>, child: &Expr, in_group: bool) -> fmt::Result {
    if in_group { write!(f, "({child})") } else { write!(f, "{child}") }
}

/// Prints the name as a query takes it.
impl Display for FieldRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let path = match self {
            FieldRef::Known(field) => return f.write_str(field.name()),
            FieldRef::Path(path) => path,
        };
        let segments: Vec<Segment> =
            path.iter().map(|key| Segment { key: key.clone(), quoted: !is_plain_segment(key) }).collect();
        let starts_like_a_number =
            path.first().is_some_and(|key| key.starts_with(|first: char| first.is_ascii_digit()));
        // A leading dot keeps a path from being read as a short name, a number, or a slip of the hand.
        if starts_like_a_number || resolve(&segments, false).as_ref() != Ok(self) {
            f.write_char('.')?;
        }
        for (position, segment) in segments.iter().enumerate() {
            if position > 0 {
                f.write_char('.')?;
            }
            if segment.quoted { write_quoted(f, &segment.key)? } else { f.write_str(&segment.key)? }
        }
        Ok(())
    }
}

fn is_plain_segment(key: &str) -> bool {
    !key.is_empty() && !key.starts_with('-') && key.chars().all(is_name_character)
}

/// A test with the field it is asked of, since that decides what must be escaped.
struct Shown<'a> {
    field: &'a FieldRef,
    test: &'a Test,
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.test {
            Test::Exists => f.write_char('*'),
            Test::AnyOf(patterns) => self.write_values(f, patterns, false),
            Test::Compare(operator, scalar) => write!(f, "{}{scalar}", operator.sign()),
            Test::InNetwork(networks, patterns) => {
                for (position, network) in networks.iter().enumerate() {
                    let comma = if position > 0 { "," } else { "" };
                    write!(f, "{comma}{network}")?;
                }
                self.write_values(f, patterns, true)
            }
        }
    }
}

impl Shown<'_> {
    fn write_values(&self, f: &mut Formatter<'_>, patterns: &[Pattern], continues: bool) -> fmt::Result {
        for (position, pattern) in patterns.iter().enumerate() {
            if continues || position > 0 {
                f.write_char(',')?;
            }
            write_value(f, self.field, pattern)?;
        }
        Ok(())
    }
}

impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Time(time) => write!(f, "{time}"),
            Scalar::Number(number) => {
                let plain = number.to_string();
                if plain.len() <= 24 { f.write_str(&plain) } else { write!(f, "{number:e}") }
            }
        }
    }
}

/// Writes one value of `field:a,b`.
pub(super) fn write_value(out: &mut impl Write, field: &FieldRef, pattern: &Pattern) -> fmt::Result {
    if pattern.exact_case || pattern.parts.is_empty() {
        return write_quoted(out, pattern.as_literal().unwrap_or_default());
    }
    let mut text = bare(pattern, |character| character == ',');
    let starts_like_a_sign =
        text.starts_with(['<', '>', '=']) || text.starts_with("!=") || text.starts_with("//");
    if starts_like_a_sign {
        text.insert(0, '\\');
    }
    if *field == FieldRef::Known(Field::Ip) && looks_like_a_network(&text) {
        text = text.replace('/', "\\/");
    }
    out.write_str(&text)
}

/// Writes a free word or phrase.
fn write_word(out: &mut impl Write, pattern: &Pattern) -> fmt::Result {
    if pattern.exact_case || pattern.parts.is_empty() {
        return write_quoted(out, pattern.as_literal().unwrap_or_default());
    }
    let mut text = bare(pattern, |_| false);
    if text.starts_with('-') {
        text.insert(0, '\\');
    }
    if first_colon(&text).is_some() && !is_text_despite_colon(&text) {
        text = bare(pattern, |character| character == ':');
        if text.starts_with('-') {
            text.insert(0, '\\');
        }
    }
    // Without quotes case does not count, and in lower case these are words like any other.
    if matches!(text.as_str(), "AND" | "OR" | "NOT") {
        text.make_ascii_lowercase();
    }
    debug_assert!(!bare_pattern(&text).parts.is_empty());
    out.write_str(&text)
}

/// A pattern without quotes: what would be special in it is escaped, and what `also_special` names.
fn bare(pattern: &Pattern, also_special: impl Fn(char) -> bool) -> String {
    let mut text = String::new();
    for part in &pattern.parts {
        match part {
            PatternPart::Any => text.push('*'),
            PatternPart::One => text.push('?'),
            PatternPart::Literal(literal) => {
                for character in literal.chars() {
                    let is_special =
                        character.is_whitespace() || matches!(character, '"' | '(' | ')' | '\\' | '*' | '?');
                    if is_special || also_special(character) {
                        text.push('\\');
                    }
                    text.push(character);
                }
            }
        }
    }
    text
}

/// Writes a text in quotes.
pub(super) fn write_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.write_char('\\')?;
        }
        out.write_char(character)?;
    }
    out.write_char('"')
}

fn looks_like_a_network(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok())
}
