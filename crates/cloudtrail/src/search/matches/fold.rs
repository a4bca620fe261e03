//! Text compared without case.
//!
//! Case is folded by characters: an ASCII letter equals its other case and nothing else (not the Kelvin sign, which
//! Unicode folds to `k`), so that ASCII text can be sought in bytes; any other character equals its other case where
//! that is a single character.

use memchr::memmem;

/// A character without its case.
pub fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) if !only.is_ascii() => only,
        _ => character,
    }
}

/// Whether two texts are the same but for case.
pub fn equal(a: &str, b: &str) -> bool {
    if a.is_ascii() || b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().map(fold).eq(b.chars().map(fold))
}

/// The rest of `text` behind `prefix`, but for case.
pub fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    if prefix.is_ascii() {
        let head = text.as_bytes().get(..prefix.len())?;
        // The head is ASCII if it is equal, so the cut lies between characters.
        return head.eq_ignore_ascii_case(prefix.as_bytes()).then(|| &text[prefix.len()..]);
    }
    let mut rest = text.chars();
    prefix.chars().all(|wanted| rest.next().is_some_and(|c| fold(c) == fold(wanted))).then_some(rest.as_str())
}

/// The part of `text` before `suffix`, but for case.
pub fn strip_suffix<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    if suffix.is_ascii() {
        let start = text.len().checked_sub(suffix.len())?;
        let tail = &text.as_bytes()[start..];
        return tail.eq_ignore_ascii_case(suffix.as_bytes()).then(|| &text[..start]);
    }
    let mut rest = text.chars();
    suffix
        .chars()
        .rev()
        .all(|wanted| rest.next_back().is_some_and(|c| fold(c) == fold(wanted)))
        .then_some(rest.as_str())
}

/// Looks for one text in many others, with or without case.
#[derive(Clone, Debug)]
pub struct Finder {
    needle: String,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// Case counts.
    Exact(Box<memmem::Finder<'static>>),
    /// An ASCII needle: look for its rarest byte in both cases, then compare around it.
    Ascii { rare_at: usize, lower: u8, upper: u8 },
    /// Character by character.
    Unicode,
}

impl Finder {
    /// A finder of `needle`.
    pub fn new(needle: &str, exact_case: bool) -> Finder {
        let way = if exact_case {
            Way::Exact(Box::new(memmem::Finder::new(needle.as_bytes()).into_owned()))
        } else if needle.is_ascii() {
            let bytes = needle.as_bytes();
            let rare_at = (0..bytes.len()).max_by_key(|at| rarity(bytes[*at])).unwrap_or(0);
            let rare = bytes.get(rare_at).copied().unwrap_or_default();
            Way::Ascii { rare_at, lower: rare.to_ascii_lowercase(), upper: rare.to_ascii_uppercase() }
        } else {
            Way::Unicode
        };
        Finder { needle: needle.to_owned(), way }
    }

    /// Whether the text holds the needle.
    pub fn is_in(&self, text: &str) -> bool {
        self.end_in(text).is_some()
    }

    /// Whether bytes that need not be text hold the needle. An ASCII needle, or one whose case counts, is looked for
    /// byte by byte; of any other it can only be said that it may be there.
    pub fn is_in_bytes(&self, bytes: &[u8]) -> bool {
        match &self.way {
            _ if self.needle.is_empty() => true,
            Way::Exact(finder) => finder.find(bytes).is_some(),
            Way::Ascii { rare_at, lower, upper } => {
                self.find_ascii(bytes, *rare_at, *lower, *upper).is_some()
            }
            Way::Unicode => true,
        }
    }

    fn find_ascii(&self, text: &[u8], rare_at: usize, lower: u8, upper: u8) -> Option<usize> {
        let length = self.needle.len();
        let last_start = text.len().checked_sub(length)?;
        let window = &text[rare_at..=last_start + rare_at];
        let is_here =
            |start: &usize| text[*start..*start + length].eq_ignore_ascii_case(self.needle.as_bytes());
        if lower == upper {
            memchr::memchr_iter(lower, window).find(is_here)
        } else {
            memchr::memchr2_iter(lower, upper, window).find(is_here)
        }
    }

    /// Where the first occurrence of the needle ends.
    pub fn end_in(&self, text: &str) -> Option<usize> {
        let length = self.needle.len();
        match &self.way {
            _ if length == 0 => Some(0),
            Way::Exact(finder) => finder.find(text.as_bytes()).map(|start| start + length),
            Way::Ascii { rare_at, lower, upper } => {
                self.find_ascii(text.as_bytes(), *rare_at, *lower, *upper).map(|start| start + length)
            }
            Way::Unicode => text
                .char_indices()
                .find_map(|(start, _)| strip_prefix(&text[start..], &self.needle))
                .map(|rest| text.len() - rest.len()),
        }
    }
}

/// How rare a byte is in CloudTrail records: a rough order, the most frequent last (JSON's own marks, then the letters
/// of its key names).
fn rarity(byte: u8) -> usize {
    const FREQUENT: &[u8] = b"\"eta:isonr,cmdulpgv.y0bf1-wk2{}3h48/95 76x_z";
    FREQUENT.iter().position(|frequent| *frequent == byte.to_ascii_lowercase()).unwrap_or(FREQUENT.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_is_folded_by_characters() {
        for (a, b, same) in [
            ("StopInstances", "stopinstances", true),
            ("ÄRGER", "ärger", true),
            ("ΣΑΣ", "σασ", true),
            ("a", "b", false),
            ("\u{212a}", "k", false),
            ("ß", "SS", false),
            ("", "", true),
        ] {
            assert_eq!(equal(a, b), same, "{a} {b}");
            assert_eq!(strip_prefix(a, b).is_some_and(str::is_empty), same, "{a} {b}");
            assert_eq!(strip_suffix(a, b).is_some_and(str::is_empty), same, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            text in "[abAB\"éÉxX: ]{0,30}", needle in "[abAB\"éÉxX: ]{0,4}", exact in any::<bool>()
        ) {
            let folded = |text: &str| if exact { text.to_owned() } else { text.chars().map(fold).collect() };
            let expected = folded(&text).find(&folded(&needle)).map(|start| start + folded(&needle).len());
            prop_assert_eq!(Finder::new(&needle, exact).end_in(&text), expected);
        }

        #[test]
        fn agrees_with_itself_on_any_text(text in any::<String>(), cut in any::<prop::sample::Index>()) {
            let at = text.floor_char_boundary(cut.index(text.len() + 1));
            let swapped: String = text[at..].chars().map(fold).collect();
            prop_assert!(Finder::new(&text[at..], false).is_in(&text));
            prop_assert!(strip_suffix(&text, &text[at..]).is_some());
            prop_assert!(equal(&text[at..], &swapped));
        }
    }
}
