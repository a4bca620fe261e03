//! The letters of the language: where a word ends, what a backslash does, what a quote holds.
//!
//! In a bare word or value `*` and `?` are wildcards, and a backslash before a space or a punctuation mark makes that
//! an ordinary character. Before anything else a backslash is itself, so that `CORP\jo` needs no care. In quotes only
//! `\"` and `\\` are special.

use crate::search::{Network, Pattern, PatternPart};
use std::net::IpAddr;

/// Whether a backslash takes away this character's meaning.
pub fn is_escapable(character: char) -> bool {
    character.is_ascii_punctuation() || character.is_whitespace()
}

/// How many bytes of `text` belong to the bare word or value it starts with: up to white space, a parenthesis, a
/// quote, or a character that `ends` names.
pub fn bare_length(text: &str, ends: impl Fn(char) -> bool) -> usize {
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next_if(|(_, next)| is_escapable(*next));
        } else if character.is_whitespace() || matches!(character, '(' | ')' | '"') || ends(character) {
            return at;
        }
    }
    text.len()
}

/// The first colon without a backslash before it.
pub fn first_colon(bare: &str) -> Option<usize> {
    let mut characters = bare.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next_if(|(_, next)| is_escapable(*next))),
            ':' => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether a bare word with a colon in it is text all the same and not a field with its value: an ARN, an address,
/// a time or another number, a URL.
pub fn is_text_despite_colon(bare: &str) -> bool {
    let starts_with_arn = bare.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("arn:"));
    let is_url = first_colon(bare).is_some_and(|at| bare[at..].starts_with("://"));
    starts_with_arn
        || is_url
        || bare.starts_with(|first: char| first.is_ascii_digit())
        || bare.parse::<IpAddr>().is_ok()
        || bare.parse::<Network>().is_ok()
}

/// What a bare word or value means.
pub fn bare_pattern(bare: &str) -> Pattern {
    let mut parts: Vec<PatternPart> = Vec::new();
    let mut characters = bare.chars().peekable();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' => {
                if parts.last() != Some(&PatternPart::Any) {
                    parts.push(PatternPart::Any);
                }
                continue;
            }
            '?' => {
                parts.push(PatternPart::One);
                continue;
            }
            '\\' => characters.next_if(|next| is_escapable(*next)).unwrap_or('\\'),
            other => other,
        };
        match parts.last_mut() {
            Some(PatternPart::Literal(text)) => text.push(literal),
            _ => parts.push(PatternPart::Literal(literal.into())),
        }
    }
    Pattern { parts, exact_case: false }
}

/// What stands in the quotes that `text` starts with, and how many bytes that takes with them. `None` if they do not
/// end.
pub fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, at + 1)),
            '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, next)) => value.push(next),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}

/// Whether a character may stand in a field name or path segment without quotes.
pub fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '/' | '@' | '$' | '#' | '+')
}
