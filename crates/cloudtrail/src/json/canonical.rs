//! The canonical form of a value: keys sorted by their bytes, no white space, strings with the fewest escapes,
//! numbers as they were written. Two records are the same event only if it is the same.

use super::{Entry, Kind, Node, compare_keys, decode};

/// The canonical form of a value.
pub fn canonical(node: Node<'_>) -> String {
    let mut out = String::new();
    write(node, &mut out, &mut Vec::new());
    out
}

impl Node<'_> {
    /// Writes the canonical form behind `out`. `scratch` is working space that can be kept between calls.
    pub fn write_canonical(&self, out: &mut String, scratch: &mut Vec<u32>) {
        write(*self, out, scratch);
    }
}

fn write(node: Node<'_>, out: &mut String, scratch: &mut Vec<u32>) {
    let entry = node.entry();
    match entry.kind {
        Kind::Null | Kind::Bool | Kind::Number => out.push_str(node.raw()),
        Kind::String => write_entry(node.text, entry, out),
        Kind::Array => {
            out.push('[');
            for (position, item) in node.items().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(item, out, scratch);
            }
            out.push(']');
        }
        Kind::Object => {
            let base = scratch.len();
            scratch.extend(node.children(Kind::Object));
            // Stable, so that a key standing twice keeps its order.
            scratch[base..].sort_by(|a, b| {
                compare_keys(node.text, node.entries[*a as usize], node.entries[*b as usize])
            });
            out.push('{');
            for position in base..scratch.len() {
                let key = scratch[position];
                if position > base {
                    out.push(',');
                }
                write_entry(node.text, node.entries[key as usize], out);
                out.push(':');
                write(Node { index: key + 1, ..node }, out, scratch);
            }
            scratch.truncate(base);
            out.push('}');
        }
    }
}

fn write_entry(text: &str, entry: Entry, out: &mut String) {
    if entry.escaped {
        write_string(&decode(text, entry), out);
    } else {
        out.push_str(&text[entry.start as usize..entry.end as usize]);
    }
}

/// Writes a string with its quotes and the fewest escapes.
pub fn write_string(value: &str, out: &mut String) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let code = u32::from(control);
                out.push_str("\\u00");
                out.extend([code >> 4, code & 15].iter().filter_map(|digit| char::from_digit(*digit, 16)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
