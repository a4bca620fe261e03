//! What the raw text of a matching record must contain, so that whole pages of records can be passed over unread.
//!
//! JSON may write a character in several ways (`<` as `\u003c`, `/` as `\/`), so only runs of characters that no
//! writer escapes count: ASCII letters and digits, `-`, `_`, `.` and the space.

use crate::search::{Expr, Field, FieldRef, Pattern, PatternPart, Test};

/// A text that the raw JSON of every matching record contains, whatever its case; `None` if none is known.
pub fn required_literal(expr: &Expr) -> Option<String> {
    required_literals(expr).filter(|literals| literals.len() == 1).and_then(|mut literals| literals.pop())
}

/// Texts of which the raw JSON of every matching record contains at least one, whatever its case; `None` if none are
/// known. They are ASCII and in lower case.
pub fn required_literals(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::All | Expr::Not(_) => None,
        // One child that must hold is enough to pass a page over: the one that says most.
        Expr::And(children) => children.iter().filter_map(required_literals).max_by_key(|one| strength(one)),
        Expr::Or(children) => {
            let each: Option<Vec<_>> = children.iter().map(required_literals).collect();
            each.map(|each| shortest_cover(each.into_iter().flatten()))
        }
        Expr::Word(pattern) => longest_run(pattern).map(|run| vec![run]),
        Expr::Field(field, test) => of_field(field, test),
    }
}

fn of_field(field: &FieldRef, test: &Test) -> Option<Vec<String>> {
    let values = match test {
        Test::AnyOf(patterns) if is_verbatim(field, patterns) => {
            let each: Option<Vec<_>> = patterns.iter().map(|pattern| of_value(field, pattern)).collect();
            each.map(shortest_cover)
        }
        _ => None,
    };
    // Whatever is asked of a path, its keys stand in the record; the last is the one that few records have.
    let keys = match field {
        FieldRef::Path(path) => {
            let runs: Vec<String> =
                path.iter().filter_map(|key| longest_run(&Pattern::literal(key, true))).collect();
            let telling = runs.iter().rev().find(|run| run.len() >= 4);
            telling.or_else(|| runs.iter().max_by_key(|run| run.len())).map(|key| vec![key.clone()])
        }
        FieldRef::Known(_) => None,
    };
    // A value says more than a key, which stands in every record of its kind.
    let is_telling = |literals: &Vec<String>| strength(literals) >= 3;
    values.filter(|values| keys.is_none() || is_telling(values)).or(keys)
}

/// Whether the field's values stand in the record as they are, and not derived, named elsewhere or computed.
fn is_verbatim(field: &FieldRef, patterns: &[Pattern]) -> bool {
    match field {
        FieldRef::Path(_) => true,
        FieldRef::Known(field) => match field {
            Field::Event | Field::Service | Field::Region | Field::Error | Field::Resource => true,
            Field::Key | Field::Agent | Field::Role => true,
            // The same IPv6 address can be written in many ways.
            Field::Ip => {
                patterns.iter().all(|pattern| pattern.as_literal().is_none_or(|text| !text.contains(':')))
            }
            // A record without an id is called after its hash; what is known of an actor may be our own word.
            Field::Id | Field::Who | Field::User => false,
            Field::Account | Field::Category | Field::ReadOnly | Field::Time => false,
        },
    }
}

fn of_value(field: &FieldRef, pattern: &Pattern) -> Option<String> {
    let is_service = *field == FieldRef::Known(Field::Service);
    match pattern.as_literal().filter(|_| is_service) {
        Some(text) => longest_run(&Pattern::literal(super::without_domain(text), true)),
        None if is_service => longest_run_outside_domain(pattern),
        None => longest_run(pattern),
    }
}

/// A service pattern with wildcards may match with the domain or without it, so the domain's letters do not count.
fn longest_run_outside_domain(pattern: &Pattern) -> Option<String> {
    longest_run(pattern).filter(|run| !".amazonaws.com".contains(run.as_str()) && !run.contains(".a"))
}

/// The longest run of characters that no JSON writer escapes, in lower case.
fn longest_run(pattern: &Pattern) -> Option<String> {
    let literals = pattern.parts.iter().filter_map(|part| match part {
        PatternPart::Literal(text) => Some(text.as_str()),
        PatternPart::Any | PatternPart::One => None,
    });
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    literals
        .flat_map(|text| text.split(|c| !is_plain(c)))
        .filter(|run| !run.is_empty())
        .max_by_key(|run| run.len())
        .map(str::to_ascii_lowercase)
}

/// How much a set of alternatives says: as much as the weakest of them.
fn strength(literals: &[String]) -> usize {
    literals.iter().map(String::len).min().unwrap_or(0)
}

/// The alternatives without those that contain another one.
fn shortest_cover(literals: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut cover: Vec<String> = Vec::new();
    for literal in literals {
        if !cover.iter().any(|kept| literal.contains(kept.as_str())) {
            cover.retain(|kept| !kept.contains(literal.as_str()));
            cover.push(literal);
        }
    }
    cover
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::parse;

    #[test]
    fn only_what_surely_stands_in_the_text_is_required() {
        let cases = [
            ("", None),
            ("Needle", Some("needle")),
            ("a/Needle<b", Some("needle")),
            ("\"Two Words\"", Some("two words")),
            ("<>", None),
            ("-needle", None),
            ("a needle b", Some("needle")),
            ("needle OR -x", None),
            ("needle OR pin", Some("needle|pin")),
            ("event:Stop*Instances", Some("instances")),
            ("event:StopInstances,Stop", Some("stop")),
            ("event:*", None),
            ("service:ec2.amazonaws.com", Some("ec2")),
            ("service:*.amazonaws.com", None),
            ("service:elastic*", Some("elastic")),
            ("ip:10.0.0.1", Some("10.0.0.1")),
            ("ip:10.0.0.0/8", None),
            ("ip:fe80::1", None),
            ("who:jo", None),
            ("id:abc", None),
            ("account:prod", None),
            ("requestParameters.bucketName:prod-*", Some("prod-")),
            ("requestParameters.bucketName:é*", Some("bucketname")),
            ("requestParameters.bucketName:*", Some("bucketname")),
            ("requestParameters.x:*", Some("requestparameters")),
            ("-requestParameters.bucketName:*", None),
            (".x:>5", Some("x")),
        ];
        for (text, expected) in cases {
            let literals = required_literals(&parse(text).unwrap().expr).map(|literals| literals.join("|"));
            assert_eq!(literals.as_deref(), expected, "{text}");
        }
        assert_eq!(required_literal(&parse("a OR b").unwrap().expr), None);
        assert_eq!(required_literal(&parse("Needle").unwrap().expr).as_deref(), Some("needle"));
    }
}
