//! JSON as CloudTrail writes it.
//!
//! Taking in half a million records spends most of its time here, and the identity of an event hangs on it, so this
//! is a scanner of our own: one pass over the text into a flat tape of 16-byte entries that borrow from it. Depth
//! and size are bounded, numbers stay as they were written, and nothing is copied unless it is escaped.

use std::borrow::Cow;
use std::cmp::Ordering;

mod canonical;
mod scan;

pub use canonical::{canonical, write_string};
pub use scan::{JsonError, JsonErrorKind, Tape};

/// How deep a record may nest. CloudTrail's own records stay under 20.
pub const MAX_DEPTH: usize = 100;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, verbatim.
    Number,
    /// A string.
    String,
    /// `[…]`
    Array,
    /// `{…}`
    Object,
}

/// One entry of the tape: a value, or a key (which is a string followed by its value).
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    end: u32,
    /// The entry after this one's whole subtree.
    next: u32,
    kind: Kind,
    /// Of a string: whether it holds a backslash.
    escaped: bool,
}

/// A value inside a scanned text.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    text: &'a str,
    entries: &'a [Entry],
    index: u32,
}

impl<'a> Node<'a> {
    fn entry(&self) -> Entry {
        self.entries[self.index as usize]
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.entry().kind
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// The text of the whole value, as it was written (a string with its quotes).
    pub fn raw(&self) -> &'a str {
        let entry = self.entry();
        &self.text[entry.start as usize..entry.end as usize]
    }

    /// A string's value.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| decode(self.text, self.entry()))
    }

    /// `true` or `false`, also written as a string (as some services do).
    pub fn as_bool(&self) -> Option<bool> {
        match self.raw().trim_matches('"') {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A number's value, also written as a string.
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind() {
            Kind::Number => self.raw().parse().ok(),
            Kind::String => self.as_str()?.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// A scalar as people read it: a string's value, a number or boolean as written; nothing for `null`, arrays and
    /// objects.
    pub fn scalar(&self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::String => self.as_str(),
            Kind::Number | Kind::Bool => Some(Cow::Borrowed(self.raw())),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    /// The value of a key of an object. Of a key that stands twice, the first counts.
    pub fn get(&self, key: &str) -> Option<Node<'a>> {
        self.fields().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The keys and values of an object, in the order they were written; nothing for anything else.
    pub fn fields(&self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> + use<'a> {
        let node = *self;
        self.children(Kind::Object).map(move |index| {
            let key = node.entries[index as usize];
            (decode(node.text, key), Node { index: index + 1, ..node })
        })
    }

    /// The elements of an array; nothing for anything else.
    pub fn items(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let node = *self;
        self.children(Kind::Array).map(move |index| Node { index, ..node })
    }

    fn children(&self, kind: Kind) -> impl Iterator<Item = u32> + use<'a> {
        let entries = self.entries;
        let entry = self.entry();
        let mut index = self.index + 1;
        let end = if entry.kind == kind { entry.next } else { index };
        std::iter::from_fn(move || {
            if index >= end {
                return None;
            }
            let child = index;
            index = entries[child as usize].next;
            Some(child)
        })
    }

    /// Calls `visit` with every string, number and boolean in this value, itself included, until it returns true.
    /// Returns whether it did.
    pub fn any_scalar(&self, mut visit: impl FnMut(Node<'a>) -> bool) -> bool {
        let mut index = self.index;
        let end = self.entry().next;
        // The tape is flat: a key is the one string whose value follows it as part of itself.
        while index < end {
            let entry = self.entries[index as usize];
            let is_key = entry.kind == Kind::String && entry.next > index + 1;
            if !is_key
                && matches!(entry.kind, Kind::String | Kind::Number | Kind::Bool)
                && visit(Node { index, ..*self })
            {
                return true;
            }
            index += 1;
        }
        false
    }

    /// Compares two values by what they mean: key order and escapes do not count, numbers count as written.
    pub fn same_as(&self, other: &Node<'_>) -> bool {
        canonical(*self) == canonical(*other)
    }
}

/// A string entry's value, escapes resolved. A lone surrogate becomes U+FFFD.
fn decode(text: &str, entry: Entry) -> Cow<'_, str> {
    let inner = &text[entry.start as usize + 1..entry.end as usize - 1];
    if !entry.escaped {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (character, used) = decode_escape(&rest.as_bytes()[at + 1..]);
        out.push(character);
        rest = &rest[at + 1 + used..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character that the bytes behind a backslash stand for, and how many they are. The scanner has checked them.
fn decode_escape(bytes: &[u8]) -> (char, usize) {
    let plain = |character| (character, 1);
    match bytes[0] {
        b'b' => plain('\u{8}'),
        b'f' => plain('\u{c}'),
        b'n' => plain('\n'),
        b'r' => plain('\r'),
        b't' => plain('\t'),
        b'u' => {
            let high = hex4(&bytes[1..]);
            if let Some(character) = char::from_u32(high) {
                return (character, 5);
            }
            let low = match bytes.get(5..7) {
                Some(b"\\u") => hex4(&bytes[7..]),
                _ => 0,
            };
            if high < 0xdc00 && (0xdc00..0xe000).contains(&low) {
                let joined = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return (char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER), 11);
            }
            (char::REPLACEMENT_CHARACTER, 5)
        }
        other => plain(char::from(other)),
    }
}

fn hex4(bytes: &[u8]) -> u32 {
    bytes[..4].iter().fold(0, |sum, byte| (sum << 4) | char::from(*byte).to_digit(16).unwrap_or(0))
}

/// Orders keys by their decoded bytes, as the canonical form wants them.
fn compare_keys(text: &str, a: Entry, b: Entry) -> Ordering {
    if a.escaped || b.escaped {
        return decode(text, a).as_bytes().cmp(decode(text, b).as_bytes());
    }
    let inner = |entry: Entry| &text.as_bytes()[entry.start as usize + 1..entry.end as usize - 1];
    inner(a).cmp(inner(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arbitrary_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn rebuild(node: Node<'_>) -> serde_json::Value {
        match node.kind() {
            Kind::Null => serde_json::Value::Null,
            Kind::Bool => node.as_bool().unwrap().into(),
            Kind::Number => serde_json::from_str(node.raw()).unwrap(),
            Kind::String => node.as_str().unwrap().into_owned().into(),
            Kind::Array => node.items().map(rebuild).collect(),
            Kind::Object => node.fields().map(|(key, value)| (key.into_owned(), rebuild(value))).collect(),
        }
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_writes(value in arbitrary_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut tape = Tape::default();
            let node = tape.parse(&text).unwrap();
            prop_assert_eq!(rebuild(node), value);
        }

        #[test]
        fn agrees_with_serde_json_on_what_is_json(text in r#"[\[\]{}",:0-9eE+\-.truefalsn\\u ]{0,24}"#) {
            let mut tape = Tape::default();
            let ours = tape.parse(&text).is_ok();
            let theirs = serde_json::from_str::<Box<serde_json::value::RawValue>>(&text).is_ok();
            prop_assert_eq!(ours, theirs, "{}", text);
        }

        #[test]
        fn every_prefix_of_a_document_is_incomplete(value in arbitrary_json()) {
            let text = serde_json::to_string(&serde_json::json!([value])).unwrap();
            let mut tape = Tape::default();
            for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
                let error = tape.scan(&text.as_bytes()[..end]).unwrap_err();
                prop_assert_eq!(error.kind, JsonErrorKind::Incomplete, "{}", &text[..end]);
            }
        }

        #[test]
        fn the_canonical_form_ignores_order_space_and_escapes(value in arbitrary_json()) {
            let mut tape = Tape::default();
            let plain = canonical(tape.parse(&serde_json::to_string(&value).unwrap()).unwrap());
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(&canonical(tape.parse(&pretty).unwrap()), &plain);
            // It is JSON, and it is its own canonical form.
            prop_assert_eq!(&canonical(tape.parse(&plain).unwrap()), &plain);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&plain).unwrap(), value);
        }
    }

    #[test]
    fn canonical_sorts_keys_and_keeps_numbers_verbatim() {
        let mut tape = Tape::default();
        let node = tape.parse(r#"{ "b": 1.0, "a": [1e2, "\u0041\/"], "\u0061a": null }"#).unwrap();
        assert_eq!(canonical(node), r#"{"a":[1e2,"A/"],"aa":null,"b":1.0}"#);
    }

    #[test]
    fn errors_say_where() {
        let mut tape = Tape::default();
        let error = tape.parse(r#"{"a": tru}"#).unwrap_err();
        assert_eq!((error.kind, error.offset), (JsonErrorKind::Invalid, 6));
        let deep = "[".repeat(MAX_DEPTH + 1);
        assert_eq!(tape.scan(deep.as_bytes()).unwrap_err().kind, JsonErrorKind::TooDeep);
    }

    #[test]
    fn scalars_are_found_and_keys_are_not() {
        let mut tape = Tape::default();
        let node = tape.parse(r#"{"key": {"inner": ["one", 2, null, {"k": true}]}, "empty": ""}"#).unwrap();
        let mut seen = Vec::new();
        node.any_scalar(|scalar| {
            seen.push(scalar.raw().to_owned());
            false
        });
        assert_eq!(seen, ["\"one\"", "2", "true", "\"\""]);
    }
}
