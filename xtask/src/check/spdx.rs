//! Licence expressions: `MIT OR Apache-2.0`, `(MIT OR Zlib) AND Unicode-3.0`, and the older `MIT/Apache-2.0`.
//! AND binds closer than OR (SPDX specification, annex on licence expressions).

use std::iter::Peekable;

/// Whether an expression can be met with allowed licences only. An exception is part of its licence's name:
/// `Apache-2.0 WITH LLVM-exception`. Fails for a text that is no expression.
pub fn allows(expression: &str, is_allowed: impl Fn(&str) -> bool) -> Result<bool, String> {
    let words = words(expression);
    let mut parser = Parser { words: words.iter().map(String::as_str).peekable(), is_allowed };
    let answer = parser.any()?;
    match parser.words.next() {
        None => Ok(answer),
        Some(word) => Err(format!("`{word}` is not expected there")),
    }
}

fn words(expression: &str) -> Vec<String> {
    expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

struct Parser<'a, W: Iterator<Item = &'a str>, F> {
    words: Peekable<W>,
    is_allowed: F,
}

impl<'a, W: Iterator<Item = &'a str>, F: Fn(&str) -> bool> Parser<'a, W, F> {
    /// `all OR all …`
    fn any(&mut self) -> Result<bool, String> {
        let mut answer = self.all()?;
        while self.words.next_if_eq(&"OR").is_some() {
            answer |= self.all()?;
        }
        Ok(answer)
    }

    /// `one AND one …`
    fn all(&mut self) -> Result<bool, String> {
        let mut answer = self.one()?;
        while self.words.next_if_eq(&"AND").is_some() {
            answer &= self.one()?;
        }
        Ok(answer)
    }

    /// A licence, perhaps with an exception, or something in parentheses.
    fn one(&mut self) -> Result<bool, String> {
        match self.words.next() {
            Some("(") => {
                let answer = self.any()?;
                self.words.next_if_eq(&")").map(|_| answer).ok_or_else(|| "a `)` is missing".to_owned())
            }
            None => Err("a licence is missing at the end".to_owned()),
            Some(word) if matches!(word, "AND" | "OR" | "WITH" | ")") => {
                Err(format!("`{word}` is not expected there"))
            }
            Some(license) if self.words.next_if_eq(&"WITH").is_some() => {
                let exception =
                    self.words.next().ok_or_else(|| "an exception is missing after WITH".to_owned())?;
                Ok((self.is_allowed)(&format!("{license} WITH {exception}")))
            }
            Some(license) => Ok((self.is_allowed)(license)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(expression: &str) -> Result<bool, String> {
        let list = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
        allows(expression, |license| list.contains(&license))
    }

    #[test]
    fn one_of_several_is_enough() {
        assert_eq!(allowed("MIT OR GPL-3.0"), Ok(true));
        assert_eq!(allowed("GPL-3.0/MIT"), Ok(true));
        assert_eq!(allowed("GPL-3.0 OR AGPL-3.0"), Ok(false));
    }

    #[test]
    fn all_of_several_are_needed_and_bind_closer() {
        assert_eq!(allowed("(MIT OR GPL-3.0) AND Unicode-3.0"), Ok(true));
        assert_eq!(allowed("MIT AND GPL-3.0"), Ok(false));
        assert_eq!(allowed("GPL-3.0 AND X OR MIT"), Ok(true));
        assert_eq!(allowed("MIT OR X AND GPL-3.0"), Ok(true));
    }

    #[test]
    fn an_exception_makes_another_licence() {
        assert_eq!(allowed("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(allowed("Apache-2.0"), Ok(false));
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for text in ["", "MIT OR", "(MIT", "MIT MIT", "AND MIT", "Apache-2.0 WITH"] {
            assert!(allowed(text).is_err(), "{text}");
        }
    }
}
