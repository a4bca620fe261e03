//! Building expressions in their normal form (see [`Expr`]), and small questions about patterns.

use super::{Expr, Pattern, PatternPart};

impl Expr {
    /// Every one of these holds.
    pub fn and(children: impl IntoIterator<Item = Expr>) -> Expr {
        let mut flat = Vec::new();
        for child in children {
            match child {
                Expr::All => {}
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Expr::All,
            1 => flat.remove(0),
            _ => Expr::And(flat),
        }
    }

    /// At least one of these holds. Of nothing at all this is [`Expr::All`], as an empty search is.
    pub fn or(children: impl IntoIterator<Item = Expr>) -> Expr {
        let mut flat = Vec::new();
        for child in children {
            match child {
                Expr::All => return Expr::All,
                Expr::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Expr::All,
            1 => flat.remove(0),
            _ => Expr::Or(flat),
        }
    }

    /// This does not hold.
    pub fn negate(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            // `All` stands only at the root; the word `*` means the same and may be negated.
            Expr::All => Expr::Not(Box::new(Expr::Word(Pattern::any()))),
            other => Expr::Not(Box::new(other)),
        }
    }
}

impl Pattern {
    /// `*`
    pub fn any() -> Pattern {
        Pattern { parts: vec![PatternPart::Any], exact_case: false }
    }

    /// Exactly this text; `exact_case` says whether case counts.
    pub fn literal(text: &str, exact_case: bool) -> Pattern {
        let parts = if text.is_empty() { Vec::new() } else { vec![PatternPart::Literal(text.to_owned())] };
        Pattern { parts, exact_case }
    }

    /// The text, if there are no wildcards in it.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [PatternPart::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether this is `*` and nothing else.
    pub fn is_any(&self) -> bool {
        self.parts == [PatternPart::Any]
    }
}
