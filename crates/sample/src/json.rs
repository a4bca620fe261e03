//! JSON written straight into a string, with the keys in the order they stand in the code.
//!
//! CloudTrail's records have a fixed key order and hundreds of shapes. A value tree would cost an allocation for every
//! field; [`json!`] writes the literal parts as they are and only the values at run time.

use std::fmt::Write as _;

/// A finished piece of JSON text. Empty means `null`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw(pub String);

/// What stands for an absent `requestParameters` or `responseElements`.
pub const NULL: Raw = Raw(String::new());

impl Raw {
    /// `[a,b,…]` of pieces that are JSON already.
    pub fn list(items: impl IntoIterator<Item = Raw>) -> Raw {
        let mut out = String::with_capacity(128);
        out.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.write(&mut out);
        }
        out.push(']');
        Raw(out)
    }
}

/// A value that can stand in a record.
pub trait ToJson {
    /// Appends the value as JSON.
    fn write(&self, out: &mut String);
}

impl ToJson for Raw {
    fn write(&self, out: &mut String) {
        out.push_str(if self.0.is_empty() { "null" } else { &self.0 });
    }
}

impl ToJson for str {
    fn write(&self, out: &mut String) {
        out.push('"');
        // Almost every value of a record is plain: copy it in one piece, and look at single characters only otherwise.
        if self.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
            out.push_str(self);
        } else {
            for character in self.chars() {
                match character {
                    '"' => out.push_str("\\\""),
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\t' => out.push_str("\\t"),
                    '\r' => out.push_str("\\r"),
                    control if control < ' ' => {
                        let _ = write!(out, "\\u{:04x}", control as u32);
                    }
                    other => out.push(other),
                }
            }
        }
        out.push('"');
    }
}

impl ToJson for String {
    fn write(&self, out: &mut String) {
        self.as_str().write(out);
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn write(&self, out: &mut String) {
        (**self).write(out);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }
}

impl ToJson for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

macro_rules! number {
    ($($kind:ty),*) => {$(
        impl ToJson for $kind {
            fn write(&self, out: &mut String) {
                let _ = write!(out, "{self}");
            }
        }
    )*};
}
number!(i32, i64, u32, u64, usize, f64);

/// Writes JSON into a string that exists. A value is a literal, `{…}`, `[…]`, `null` or an expression in parentheses.
macro_rules! json_into {
    ($out:ident, null) => { $out.push_str("null") };
    ($out:ident, {}) => { $out.push_str("{}") };
    ($out:ident, []) => { $out.push_str("[]") };
    ($out:ident, { $first:literal : $value:tt $(, $key:literal : $rest:tt)* $(,)? }) => {
        $out.push_str(concat!("{\"", $first, "\":"));
        $crate::json::json_into!($out, $value);
        $(
            $out.push_str(concat!(",\"", $key, "\":"));
            $crate::json::json_into!($out, $rest);
        )*
        $out.push('}');
    };
    ($out:ident, [ $value:tt $(, $rest:tt)* $(,)? ]) => {
        $out.push('[');
        $crate::json::json_into!($out, $value);
        $(
            $out.push(',');
            $crate::json::json_into!($out, $rest);
        )*
        $out.push(']');
    };
    ($out:ident, $value:expr) => { $crate::json::ToJson::write(&$value, &mut $out) };
}

/// A [`Raw`] with the keys in the order given: `json!({"bucketName": bucket, "items": [{"id": (thing.id)}]})`.
macro_rules! json {
    ($($json:tt)+) => {{
        let mut out = String::with_capacity(160);
        $crate::json::json_into!(out, $($json)+);
        $crate::json::Raw(out)
    }};
}

pub(crate) use {json, json_into};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_text_is_escaped() {
        let id = "a\"b\\c\n\u{1}";
        let made = json!({"z": 1, "a": [null, {}, [], (id), "x"], "m": {"k": (1 + 1), "t": true}});
        assert_eq!(made.0, r#"{"z":1,"a":[null,{},[],"a\"b\\c\n\u0001","x"],"m":{"k":2,"t":true}}"#);
        let back: serde_json::Value = serde_json::from_str(&made.0).unwrap();
        assert_eq!(back["a"][3], id);
    }

    #[test]
    fn lists_and_absence() {
        assert_eq!(Raw::list([json!(1), NULL]).0, "[1,null]");
        assert_eq!(json!({"a": (None::<&str>), "b": (Some("x"))}).0, r#"{"a":null,"b":"x"}"#);
    }
}
