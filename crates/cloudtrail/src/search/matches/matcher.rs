//! A [`Pattern`] made ready to be held against many values.

use super::fold::{self, Finder};
use crate::search::{Pattern, PatternPart};

/// A pattern that a whole value is held against.
#[derive(Clone, Debug)]
pub struct Matcher {
    exact_case: bool,
    shape: Shape,
}

/// The shapes that nearly all patterns have get a comparison of their own.
#[derive(Clone, Debug)]
enum Shape {
    Whole(String),
    Prefix(String),
    Suffix(String),
    Contains(Finder),
    Anything,
    /// Runs between `*`s, each of literals and `?`s: the first starts the value, the last ends it, and those between
    /// follow each other somewhere.
    Runs(Vec<Vec<Unit>>),
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    Character(char),
    One,
}

impl Matcher {
    /// Makes a pattern ready.
    pub fn new(pattern: &Pattern) -> Matcher {
        use PatternPart::{Any, Literal};
        let exact_case = pattern.exact_case;
        let shape = match pattern.parts.as_slice() {
            [] => Shape::Whole(String::new()),
            [Literal(text)] => Shape::Whole(text.clone()),
            [Literal(text), Any] => Shape::Prefix(text.clone()),
            [Any, Literal(text)] => Shape::Suffix(text.clone()),
            [Any, Literal(text), Any] => Shape::Contains(Finder::new(text, exact_case)),
            [Any] => Shape::Anything,
            parts => Shape::Runs(runs(parts, exact_case)),
        };
        Matcher { exact_case, shape }
    }

    /// A pattern that is sought anywhere in a value, as free words are.
    pub fn anywhere(pattern: &Pattern) -> Matcher {
        let mut parts = pattern.parts.clone();
        if parts.first() != Some(&PatternPart::Any) {
            parts.insert(0, PatternPart::Any);
        }
        if parts.last() != Some(&PatternPart::Any) {
            parts.push(PatternPart::Any);
        }
        Matcher::new(&Pattern { parts, exact_case: pattern.exact_case })
    }

    /// Whether the whole value matches.
    pub fn is_match(&self, value: &str) -> bool {
        match (&self.shape, self.exact_case) {
            (Shape::Whole(text), true) => value == text,
            (Shape::Whole(text), false) => fold::equal(value, text),
            (Shape::Prefix(text), true) => value.starts_with(text),
            (Shape::Prefix(text), false) => fold::strip_prefix(value, text).is_some(),
            (Shape::Suffix(text), true) => value.ends_with(text),
            (Shape::Suffix(text), false) => fold::strip_suffix(value, text).is_some(),
            (Shape::Contains(finder), _) => finder.is_in(value),
            (Shape::Anything, _) => true,
            (Shape::Runs(runs), exact_case) => match_runs(runs, value, exact_case),
        }
    }
}

fn runs(parts: &[PatternPart], exact_case: bool) -> Vec<Vec<Unit>> {
    let mut runs = vec![Vec::new()];
    for part in parts {
        let mut push = |unit| {
            if let Some(run) = runs.last_mut() {
                run.push(unit);
            }
        };
        match part {
            PatternPart::Literal(text) => {
                let fold = |character| if exact_case { character } else { fold::fold(character) };
                text.chars().for_each(|character| push(Unit::Character(fold(character))));
            }
            PatternPart::One => push(Unit::One),
            PatternPart::Any => runs.push(Vec::new()),
        }
    }
    runs
}

fn match_runs(runs: &[Vec<Unit>], value: &str, exact_case: bool) -> bool {
    let value: Vec<char> = value.chars().map(|c| if exact_case { c } else { fold::fold(c) }).collect();
    let Some((first, others)) = runs.split_first() else { return value.is_empty() };
    if !starts_with(&value, first) {
        return false;
    }
    let mut rest = &value[first.len()..];
    let Some((last, middle)) = others.split_last() else { return rest.is_empty() };
    for run in middle {
        // The leftmost place leaves the most room for what follows.
        let Some(start) = (0..=rest.len()).find(|start| starts_with(&rest[*start..], run)) else {
            return false;
        };
        rest = &rest[start + run.len()..];
    }
    rest.len().checked_sub(last.len()).is_some_and(|start| starts_with(&rest[start..], last))
}

fn starts_with(value: &[char], run: &[Unit]) -> bool {
    run.len() <= value.len()
        && run.iter().zip(value).all(|(unit, character)| match unit {
            Unit::Character(wanted) => wanted == character,
            Unit::One => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Expr, Test, parse};
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        match parse(&format!("event:{text}")).unwrap().expr {
            Expr::Field(_, Test::AnyOf(mut patterns)) => patterns.remove(0),
            Expr::Field(_, Test::Exists) => Pattern::any(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn patterns_match_whole_values() {
        let cases = [
            ("StopInstances", "stopinstances", true),
            ("StopInstances", "StopInstances2", false),
            ("Stop*", "stopTask", true),
            ("Stop*", "NonStop", false),
            ("*Instances", "StopINSTANCES", true),
            ("*Inst*", "StopInstances", true),
            ("*", "", true),
            ("S*p*s", "StopInstances", true),
            ("S*p*x", "StopInstances", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("?*", "", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "aab", false),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("École*", "écoles", true),
            (r#""Stop*""#, "Stop*", true),
            (r#""stop""#, "Stop", false),
            (r#""""#, "", true),
        ];
        for (text, value, expected) in cases {
            assert_eq!(Matcher::new(&pattern(text)).is_match(value), expected, "{text} {value}");
        }
        assert!(Matcher::anywhere(&pattern("top*st")).is_match("StopInstances"));
        assert!(Matcher::anywhere(&pattern("top")).is_match("StopInstances"));
    }

    /// The plain definition, as slow as it is clear.
    fn slowly(parts: &[PatternPart], value: &[char]) -> bool {
        match parts {
            [] => value.is_empty(),
            [PatternPart::Any, rest @ ..] => (0..=value.len()).any(|skipped| slowly(rest, &value[skipped..])),
            [PatternPart::One, rest @ ..] => !value.is_empty() && slowly(rest, &value[1..]),
            [PatternPart::Literal(text), rest @ ..] => {
                let text: Vec<char> = text.chars().map(fold::fold).collect();
                value.starts_with(&text) && slowly(rest, &value[text.len()..])
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn agrees_with_the_plain_definition(text in "[aAbÉ*?]{1,7}", value in "[abé]{0,8}") {
            let pattern = pattern(&text);
            let folded: Vec<char> = value.chars().map(fold::fold).collect();
            prop_assert_eq!(Matcher::new(&pattern).is_match(&value), slowly(&pattern.parts, &folded));
        }
    }
}
