//! From text to [`Query`]. `docs/search.md` describes the language.
//!
//! ```text
//! query = any
//! any   = all ("OR" all)*
//! all   = not (["AND"] not)*
//! not   = ("-" | "NOT")* (term | "(" any ")")
//! term  = word | "phrase" | name ":" (value ("," value)* | "*" | ("<" | "<=" | ">" | ">=") value)
//! ```

use super::{Expr, FieldRef, Query, Span, Token};

mod error;
pub(super) mod lexeme;
pub(super) mod name;
mod term;

pub use error::ParseError;
pub use name::TOP_LEVEL_KEYS;

/// How long a query may be, in bytes.
pub const MAX_BYTES: usize = 4_096;
/// How many words, phrases and values it may hold.
pub const MAX_TERMS: usize = 256;
/// How deep its parentheses may nest.
pub const MAX_DEPTH: usize = 32;

/// Reads a query. An empty text asks for every record.
pub fn parse(text: &str) -> Result<Query, ParseError> {
    if text.len() > MAX_BYTES {
        let start = text.floor_char_boundary(MAX_BYTES);
        let message = format!("the query has {} bytes; {MAX_BYTES} are the most", text.len());
        return Err(ParseError::new(text, Span { start, end: text.len() }, message));
    }
    let mut parser = Parser { text, position: 0, depth: 0, terms: 0 };
    parser.skip_space();
    if parser.rest().is_empty() {
        return Ok(Query { text: text.to_owned(), expr: Expr::All, tokens: Vec::new() });
    }
    let mut tokens = Vec::new();
    let expr = parser.any(&mut tokens)?;
    if parser.rest().starts_with(')') {
        let error = parser.error(parser.position, parser.position + 1, "this `)` closes nothing");
        return Err(error.help("take it out, or open a group with `(`"));
    }
    // Dates are written out as two instants each; whatever is printed must be readable again.
    if expr.to_string().len() > MAX_BYTES {
        let message = format!("the query is too long: written out it has more than {MAX_BYTES} bytes");
        return Err(parser.error(0, text.len(), message));
    }
    Ok(Query { text: text.to_owned(), expr, tokens })
}

/// What has been read of a query.
struct Parser<'t> {
    text: &'t str,
    /// Bytes read; always between characters.
    position: usize,
    /// Groups open.
    depth: usize,
    /// Terms read.
    terms: usize,
}

/// A word with a meaning of its own.
#[derive(Clone, Copy, PartialEq)]
enum Keyword {
    And,
    Or,
    Not,
}

impl<'t> Parser<'t> {
    /// Terms joined by OR. At the top level `tokens` receives them; terms joined by OR are one token, since taking
    /// one of them away would change what the others mean.
    fn any(&mut self, tokens: &mut Vec<Token>) -> Result<Expr, ParseError> {
        self.skip_space();
        let start = self.position;
        let mut alternatives = vec![self.all(tokens)?];
        while self.keyword() == Some(Keyword::Or) {
            self.position += "OR".len();
            alternatives.push(self.all(tokens)?);
        }
        if alternatives.len() > 1 {
            let end = tokens.last().map_or(self.position, |token| token.span.end);
            *tokens = vec![Token { span: self.span(start, end), negated: false, field: None }];
        }
        Ok(Expr::or(alternatives))
    }

    /// Terms side by side, which must all hold.
    fn all(&mut self, tokens: &mut Vec<Token>) -> Result<Expr, ParseError> {
        let mut children = vec![self.not(tokens)?];
        loop {
            self.skip_space();
            if self.rest().is_empty() || self.rest().starts_with(')') || self.keyword() == Some(Keyword::Or) {
                return Ok(Expr::and(children));
            }
            if self.keyword() == Some(Keyword::And) {
                self.position += "AND".len();
            }
            children.push(self.not(tokens)?);
        }
    }

    /// A term or group, with what negates it.
    fn not(&mut self, tokens: &mut Vec<Token>) -> Result<Expr, ParseError> {
        self.skip_space();
        let start = self.position;
        let mut negated = false;
        loop {
            if self.keyword() == Some(Keyword::Not) {
                self.position += "NOT".len();
                self.skip_space();
            } else if self.rest().starts_with('-') {
                self.position += 1;
                self.after_minus()?;
            } else {
                break;
            }
            negated = !negated;
        }
        let (expr, field) = self.primary()?;
        tokens.push(Token { span: self.span(start, self.position), negated, field });
        Ok(if negated { expr.negate() } else { expr })
    }

    fn primary(&mut self) -> Result<(Expr, Option<FieldRef>), ParseError> {
        if self.rest().is_empty() || self.rest().starts_with(')') || self.keyword().is_some() {
            return Err(self.missing_term());
        }
        if self.rest().starts_with('(') {
            return Ok((self.group()?, None));
        }
        self.term()
    }

    fn group(&mut self) -> Result<Expr, ParseError> {
        let open = self.position;
        self.check_depth(self.depth + 1, open)?;
        self.position += 1;
        self.skip_space();
        if self.rest().starts_with(')') {
            let error = self.error(open, self.position + 1, "there is nothing in these parentheses");
            return Err(error.help("put a term in, or take them out"));
        }
        self.depth += 1;
        // The terms of a group are no tokens of their own.
        let expr = self.any(&mut Vec::new())?;
        self.depth -= 1;
        if !self.rest().starts_with(')') {
            let error = self.error(open, open + 1, "this `(` is not closed");
            return Err(error.help("put a `)` where the group ends"));
        }
        self.position += 1;
        Ok(expr)
    }

    /// The keyword that the text goes on with, if it stands alone.
    fn keyword(&self) -> Option<Keyword> {
        let rest = self.rest();
        [("AND", Keyword::And), ("OR", Keyword::Or), ("NOT", Keyword::Not)].into_iter().find_map(
            |(name, keyword)| {
                let after = rest.strip_prefix(name)?;
                let ends =
                    after.chars().next().is_none_or(|next| next.is_whitespace() || matches!(next, '(' | ')'));
                ends.then_some(keyword)
            },
        )
    }

    /// A `-` belongs to what follows it without a space.
    fn after_minus(&self) -> Result<(), ParseError> {
        let at = self.position - 1;
        match self.rest().chars().next() {
            Some('-') => {
                let error = self.error(at, at + 2, "one `-` is enough to leave something out");
                Err(error.help("to search for text that starts with `-`, put it in quotes"))
            }
            Some(next) if !next.is_whitespace() && next != ')' => Ok(()),
            _ => {
                let error = self.error(at, at + 1, "this `-` leaves nothing out");
                Err(error.help(
                    "write it right before a term, as in -service:kms; to search for it, put it in quotes",
                ))
            }
        }
    }

    fn missing_term(&self) -> ParseError {
        let before = self.text[..self.position].trim_end();
        let last = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
        if matches!(last, "AND" | "OR" | "NOT") {
            let error = self.error(
                before.len() - last.len(),
                before.len(),
                format!("a term is missing after `{last}`"),
            );
            return error.help(keyword_help(last));
        }
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || c == '(' || c == ')').unwrap_or(rest.len());
        if length == 0 {
            let end = self.position + rest.chars().next().map_or(0, char::len_utf8);
            return self
                .error(self.position, end, "a term is missing here")
                .help("write a word or field:value");
        }
        let word = &rest[..length];
        let error =
            self.error(self.position, self.position + length, format!("a term is missing before `{word}`"));
        error.help(keyword_help(word))
    }

    fn count_terms(&mut self, count: usize, start: usize) -> Result<(), ParseError> {
        self.terms += count;
        if self.terms <= MAX_TERMS {
            return Ok(());
        }
        let message = format!("the query has more than {MAX_TERMS} terms and values");
        Err(self.error(start, self.position, message).help("use a wildcard, or search in several steps"))
    }

    fn check_depth(&self, depth: usize, start: usize) -> Result<(), ParseError> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("the parentheses nest deeper than {MAX_DEPTH}");
        Err(self.error(start, start + 1, message))
    }

    fn skip_space(&mut self) {
        self.position = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { start, end }
    }

    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> ParseError {
        // A span of one byte may have been asked for where a wider character stands.
        let end = self.text.ceil_char_boundary(end);
        ParseError::new(self.text, self.span(start, end), message)
    }
}

fn keyword_help(keyword: &str) -> String {
    format!("to search for the word itself, put it in quotes: \"{keyword}\"")
}

#[cfg(test)]
mod tests;
