//! What the links on facets, values and tokens do to a query. Everything here is pure: query in, text out.

use super::print::{write_quoted, write_value};
use super::{Expr, Field, FieldKind, FieldRef, Pattern, Query, Test, parse};
use crate::names::AccountNames;
use crate::search::matches::Matcher;

/// Only calls that change something.
pub const WRITES_ONLY: &str = "readOnly:false";
/// Only calls that failed.
pub const ERRORS_ONLY: &str = "error:*";
/// Nothing that AWS services did by themselves.
pub const HIDE_SERVICES: &str = "-who:*.amazonaws.com";

/// A value as it is typed behind `field:`, in quotes if it needs them.
pub fn quote_value(field: &FieldRef, value: &str) -> String {
    let mut bare = String::new();
    let mut quoted = String::new();
    // Writing to a string does not fail.
    let _ = write_value(&mut bare, field, &Pattern::literal(value, false));
    let _ = write_quoted(&mut quoted, value);
    if bare == value && !value.is_empty() { bare } else { quoted }
}

/// `field:value`, the value in quotes if it needs them.
pub fn term(field: &FieldRef, value: &str) -> String {
    format!("{field}:{}", quote_value(field, value))
}

/// The query that also asks for this value.
///
/// Beside another value of the field it becomes an alternative (`event:a` and then `b` is `event:a,b`); where the
/// field is already asked for in a way that takes the value in (`event:Stop*`, `error:*`), the value narrows it. An
/// exclusion of the same value goes away.
pub fn include(query: &Query, field: &FieldRef, value: &str) -> String {
    let mut terms = Terms::of(query);
    terms.drop_value(field, value, true);
    if terms.find(field, value, false).is_none() {
        // `error:*` says nothing beside `error:AccessDenied`.
        terms.list.retain(|term| term.asks_for(field, false) != Some(&Test::Exists));
        terms.add(field, value, false);
    }
    terms.text()
}

/// The query that leaves this value out. A term that asks for the value goes away.
pub fn exclude(query: &Query, field: &FieldRef, value: &str) -> String {
    let mut terms = Terms::of(query);
    terms.drop_value(field, value, false);
    if terms.find(field, value, true).is_none() {
        terms.add(field, value, true);
    }
    terms.text()
}

/// The query with this value asked for if it was not, and not asked for if it was.
pub fn toggle(query: &Query, field: &FieldRef, value: &str) -> String {
    let mut terms = Terms::of(query);
    if !terms.drop_value(field, value, false) {
        return include(query, field, value);
    }
    terms.text()
}

/// The token that asks for exactly this value (alone or beside others).
pub fn has(query: &Query, field: &FieldRef, value: &str) -> Option<usize> {
    Terms::of(query).find(field, value, false)
}

/// The token that leaves out exactly this value (alone or beside others).
pub fn excludes(query: &Query, field: &FieldRef, value: &str) -> Option<usize> {
    Terms::of(query).find(field, value, true)
}

/// The query without one of its tokens.
pub fn remove_token(query: &Query, index: usize) -> String {
    let mut terms = Terms::of(query);
    if index < terms.list.len() {
        terms.list.remove(index);
    }
    terms.text()
}

/// The token that means the same as a term written by us, such as [`WRITES_ONLY`].
pub fn has_term(query: &Query, term: &str) -> Option<usize> {
    let wanted = parse(term).ok()?.expr;
    Terms::of(query).list.iter().position(|term| term.expr == wanted)
}

/// The query with such a term added at its end, or without it if it has it.
pub fn toggle_term(query: &Query, term: &str) -> String {
    match has_term(query, term) {
        Some(index) => remove_token(query, index),
        None => add_term(query, term),
    }
}

/// The query with a term added at its end.
pub fn add_term(query: &Query, term: &str) -> String {
    let mut terms = Terms::of(query);
    terms.push(term.to_owned());
    terms.text()
}

/// The top-level terms of a query, each with what it means.
struct Terms {
    list: Vec<Term>,
}

struct Term {
    text: String,
    expr: Expr,
}

impl Term {
    /// What this term asks of a field, if it asks for (or, `negated`, excludes) something of that field alone.
    fn asks_for(&self, field: &FieldRef, negated: bool) -> Option<&Test> {
        match (&self.expr, negated) {
            (Expr::Field(asked, test), false) if asked == field => Some(test),
            (Expr::Not(inner), true) => match &**inner {
                Expr::Field(asked, test) if asked == field => Some(test),
                _ => None,
            },
            _ => None,
        }
    }

    fn set(&mut self, field: &FieldRef, test: Test, negated: bool) {
        let expr = Expr::Field(field.clone(), test);
        self.expr = if negated { expr.negate() } else { expr };
        self.text = self.expr.to_string();
    }
}

impl Terms {
    fn of(query: &Query) -> Terms {
        let texts = query.tokens.iter().map(|token| query.token_text(token));
        // What a query's token says was read once and can be read again.
        let list = texts
            .filter_map(|text| Some(Term { text: text.to_owned(), expr: parse(text).ok()?.expr }))
            .collect();
        Terms { list }
    }

    /// The term that asks for exactly this value, or excludes exactly it.
    fn find(&self, field: &FieldRef, value: &str, negated: bool) -> Option<usize> {
        let whole = parse(&term(field, value)).map(|query| query.expr).ok();
        let whole = whole.map(|expr| if negated { expr.negate() } else { expr });
        self.list.iter().position(|term| {
            let listed = term.asks_for(field, negated).is_some_and(|test| names(test, field, value));
            listed || Some(&term.expr) == whole.as_ref()
        })
    }

    /// Takes a value out of the terms that name it. Returns whether there was one.
    fn drop_value(&mut self, field: &FieldRef, value: &str, negated: bool) -> bool {
        let mut found = false;
        while let Some(index) = self.find(field, value, negated) {
            found = true;
            let left = match self.list[index].asks_for(field, negated) {
                Some(Test::AnyOf(patterns)) => {
                    let left = without(patterns, field, value);
                    (!left.is_empty()).then_some(Test::AnyOf(left))
                }
                Some(Test::InNetwork(networks, patterns)) => {
                    Some(Test::InNetwork(networks.clone(), without(patterns, field, value)))
                }
                _ => None,
            };
            match left {
                Some(test) => self.list[index].set(field, test, negated),
                None => drop(self.list.remove(index)),
            }
        }
        found
    }

    /// Adds a value to the list that asks for (or excludes) others of its field, or as a term of its own.
    fn add(&mut self, field: &FieldRef, value: &str, negated: bool) {
        let term = term(field, value);
        let pattern = match parse(&term).map(|query| query.expr) {
            Ok(Expr::Field(_, Test::AnyOf(mut patterns))) => patterns.pop(),
            _ => None,
        };
        for listed in self.list.iter_mut().rev() {
            let (Some(test), Some(pattern)) = (listed.asks_for(field, negated), &pattern) else { continue };
            if !negated && takes_in(field, test, value) {
                continue;
            }
            let with_it = |patterns: &[Pattern]| [patterns, std::slice::from_ref(pattern)].concat();
            let test = match test {
                Test::AnyOf(patterns) => Test::AnyOf(with_it(patterns)),
                Test::InNetwork(networks, patterns) => Test::InNetwork(networks.clone(), with_it(patterns)),
                Test::Exists | Test::Compare(..) => continue,
            };
            listed.set(field, test, negated);
            return;
        }
        let minus = if negated { "-" } else { "" };
        self.push(format!("{minus}{term}"));
    }

    fn push(&mut self, text: String) {
        let expr = parse(&text).map_or(Expr::All, |query| query.expr);
        self.list.push(Term { text, expr });
    }

    fn text(&self) -> String {
        let in_groups: Vec<String> = self
            .list
            .iter()
            .map(|term| match term.expr {
                Expr::Or(_) if self.list.len() > 1 && !is_group(&term.text) => format!("({})", term.text),
                _ => term.text.clone(),
            })
            .collect();
        in_groups.join(" ")
    }
}

/// Whether a term that means an OR can stand beside others as it is.
fn is_group(text: &str) -> bool {
    // `(a) OR (b)` starts and ends with parentheses too; beside a word it would mean something else.
    let beside = format!("x {text}");
    parse(&beside).is_ok_and(|query| query.tokens.len() == 2)
}

/// Whether a list names exactly this value.
fn names(test: &Test, field: &FieldRef, value: &str) -> bool {
    match test {
        Test::AnyOf(patterns) | Test::InNetwork(_, patterns) => {
            without(patterns, field, value).len() < patterns.len()
        }
        Test::Exists | Test::Compare(..) => false,
    }
}

/// The patterns but those that name exactly this value.
fn without(patterns: &[Pattern], field: &FieldRef, value: &str) -> Vec<Pattern> {
    let value = match field {
        FieldRef::Known(Field::Service) => value.strip_suffix(".amazonaws.com").unwrap_or(value),
        _ => value,
    };
    let names_it = |pattern: &Pattern| {
        pattern.as_literal().is_some_and(|text| {
            let text = match field {
                FieldRef::Known(Field::Service) => text.strip_suffix(".amazonaws.com").unwrap_or(text),
                _ => text,
            };
            Matcher::new(&Pattern::literal(text, pattern.exact_case)).is_match(value)
        })
    };
    patterns.iter().filter(|pattern| !names_it(pattern)).cloned().collect()
}

/// Whether a test is already passed by this value.
fn takes_in(field: &FieldRef, test: &Test, value: &str) -> bool {
    match field {
        FieldRef::Known(known) if known.kind() != FieldKind::Time => {
            super::matches::CompiledTest::new(*known, test, &AccountNames::default()).matches(value)
        }
        FieldRef::Known(_) => false,
        FieldRef::Path(_) => match test {
            Test::AnyOf(patterns) => patterns.iter().any(|pattern| Matcher::new(pattern).is_match(value)),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENT: FieldRef = FieldRef::Known(Field::Event);
    const WHO: FieldRef = FieldRef::Known(Field::Who);
    const IP: FieldRef = FieldRef::Known(Field::Ip);
    const ERROR: FieldRef = FieldRef::Known(Field::Error);
    const SERVICE: FieldRef = FieldRef::Known(Field::Service);

    fn query(text: &str) -> Query {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn including_adds_narrows_and_undoes() {
        let cases = [
            ("", EVENT, "a", "event:a"),
            ("who:jo", EVENT, "a", "who:jo event:a"),
            ("event:a", EVENT, "b", "event:a,b"),
            ("event:a", EVENT, "A", "event:a"),
            ("event:a x", EVENT, "b c", "event:a,\"b c\" x"),
            ("event:Stop*", EVENT, "StopInstances", "event:Stop* event:StopInstances"),
            (
                "event:Stop* event:StopInstances",
                EVENT,
                "StopTask",
                "event:Stop* event:StopInstances,StopTask",
            ),
            ("event:Stop*", EVENT, "RunInstances", "event:Stop*,RunInstances"),
            ("-event:a,b", EVENT, "a", "-event:b event:a"),
            ("-event:a who:x", EVENT, "a", "who:x event:a"),
            ("error:* who:x", ERROR, "AccessDenied", "who:x error:AccessDenied"),
            ("error:AccessDenied error:*", ERROR, "Throttling", "error:AccessDenied,Throttling"),
            ("a OR b", EVENT, "x", "(a OR b) event:x"),
            ("(a) OR (b)", EVENT, "x", "((a) OR (b)) event:x"),
            ("(a OR b) c", EVENT, "x", "(a OR b) c event:x"),
            ("event:a OR event:b", EVENT, "c", "(event:a OR event:b) event:c"),
            ("ip:10.0.0.0/8", IP, "203.0.113.9", "ip:10.0.0.0/8,203.0.113.9"),
            ("ip:10.0.0.0/8", IP, "10.0.0.1", "ip:10.0.0.0/8 ip:10.0.0.1"),
            ("service:ec2", SERVICE, "ec2.amazonaws.com", "service:ec2"),
            ("", WHO, "Jo Doe", "who:\"Jo Doe\""),
            ("", WHO, "-x", "who:-x"),
            ("", WHO, "say \"hi\"", r#"who:"say \"hi\"""#),
            ("", WHO, "", "who:\"\""),
            ("", FieldRef::Known(Field::Time), "2026-11-22T09:00:00Z", "time:2026-11-22T09:00:00Z"),
            ("a AND b", EVENT, "x", "a b event:x"),
        ];
        for (text, field, value, expected) in cases {
            assert_eq!(include(&query(text), &field, value), expected, "{text} + {field}:{value}");
        }
    }

    #[test]
    fn excluding_adds_and_undoes() {
        let cases = [
            ("", EVENT, "a", "-event:a"),
            ("-event:a", EVENT, "b", "-event:a,b"),
            ("-event:a", EVENT, "a", "-event:a"),
            ("NOT event:a", EVENT, "b", "-event:a,b"),
            ("event:a,b", EVENT, "a", "event:b -event:a"),
            ("event:a", EVENT, "a", "-event:a"),
            ("a OR b", EVENT, "x", "(a OR b) -event:x"),
            ("-ip:10.0.0.0/8", IP, "203.0.113.9", "-ip:10.0.0.0/8,203.0.113.9"),
        ];
        for (text, field, value, expected) in cases {
            assert_eq!(exclude(&query(text), &field, value), expected, "{text} - {field}:{value}");
        }
    }

    #[test]
    fn tokens_are_found_toggled_and_removed() {
        assert_eq!(has(&query("x event:a,b"), &EVENT, "B"), Some(1));
        assert_eq!(has(&query("event:a* -event:b"), &EVENT, "b"), None);
        assert_eq!(excludes(&query("event:a* -event:b"), &EVENT, "b"), Some(1));
        assert_eq!(toggle(&query("event:a,b"), &EVENT, "a"), "event:b");
        assert_eq!(toggle(&query("event:b"), &EVENT, "a"), "event:b,a");
        assert_eq!(toggle(&query("x event:a"), &EVENT, "a"), "x");
        let time = FieldRef::Known(Field::Time);
        assert_eq!(toggle(&query("x time:2026-11-22"), &time, "2026-11-22"), "x");
        assert_eq!(remove_token(&query("a AND -b (c OR d)"), 1), "a (c OR d)");
        assert_eq!(remove_token(&query("a (c OR d)"), 0), "(c OR d)");
        assert_eq!(remove_token(&query("a OR b"), 0), "");
        assert_eq!(remove_token(&query("a"), 7), "a");
    }

    #[test]
    fn toggles_know_their_term_however_it_is_spelled() {
        for term in [WRITES_ONLY, ERRORS_ONLY, HIDE_SERVICES] {
            let on = toggle_term(&query("a"), term);
            assert_eq!(on, format!("a {term}"));
            assert_eq!(toggle_term(&query(&on), term), "a");
        }
        assert_eq!(toggle_term(&query("READONLY:no a"), WRITES_ONLY), "a");
        assert_eq!(toggle_term(&query("a OR b"), WRITES_ONLY), "(a OR b) readOnly:false");
        assert_eq!(add_term(&query("a"), "b OR c"), "a (b OR c)");
    }

    proptest! {
        #[test]
        fn a_value_included_is_there_and_toggling_takes_it_out(
            text in "((event|who|-event|-who):[a-c*]{1,2} ?|x |\\(a OR b\\) ){0,4}",
            value in any::<String>(),
            which in prop::sample::select(vec![EVENT, WHO, IP, SERVICE, FieldRef::Path(vec!["a b".into(), "c".into()])]),
        ) {
            if let Ok(before) = parse(&text) {
                let included = query(&include(&before, &which, &value));
                prop_assert!(has(&included, &which, &value).is_some(), "{} {}", text, included);
                prop_assert!(excludes(&included, &which, &value).is_none());
                let excluded = query(&exclude(&included, &which, &value));
                prop_assert!(has(&excluded, &which, &value).is_none());
                prop_assert!(excludes(&excluded, &which, &value).is_some());
                let off = query(&toggle(&included, &which, &value));
                prop_assert!(has(&off, &which, &value).is_none());
            }
        }
    }
}
