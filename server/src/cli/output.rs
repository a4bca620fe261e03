//! Writing to standard output and error.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use cloudtrail::search::Span;

use crate::error::{Error, Result};

/// Standard output, buffered. What is written after the reader has gone is an [`Error::Output`] that ends quietly.
///
/// Records may hold what steers a terminal. To a file or a program they go as they are; to a terminal only as text.
pub struct Output {
    inner: BufWriter<StdoutLock<'static>>,
    is_terminal: bool,
}

impl Output {
    /// Takes standard output.
    pub fn open() -> Output {
        let stdout = io::stdout().lock();
        Output { is_terminal: stdout.is_terminal(), inner: BufWriter::with_capacity(64 * 1024, stdout) }
    }

    /// Writes text: whole lines.
    pub fn write(&mut self, text: &str) -> Result<()> {
        if self.is_terminal {
            let lines: Vec<_> = text.split('\n').map(|line| safe(line.trim_end_matches('\r'))).collect();
            return self.inner.write_all(lines.join("\n").as_bytes()).map_err(Error::Output);
        }
        self.inner.write_all(text.as_bytes()).map_err(Error::Output)
    }

    /// Sends off what is still in the buffer.
    pub fn finish(mut self) -> Result<()> {
        self.inner.flush().map_err(Error::Output)
    }
}

/// Text that shows what is in it and can do nothing else to a terminal: no escapes, no control characters, no marks
/// that turn the direction of writing.
pub fn safe(text: &str) -> String {
    cloudtrail::export::terminal_safe(text).into_owned()
}

/// A text with a mark under a part of it, indented by two.
pub fn marked(text: &str, span: Span) -> String {
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    let width = |part: &str| unicode_width::UnicodeWidthStr::width(safe(part).as_str());
    let gap = " ".repeat(width(&text[..start]));
    let mark = "^".repeat(width(&text[start..end]).max(1));
    format!("  {}\n  {gap}{mark}", safe(text))
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_the_wrong_part() {
        let mark = |text: &str, start, end| marked(text, Span { start, end });
        assert_eq!(mark("evnt:x", 0, 4), "  evnt:x\n  ^^^^");
        assert_eq!(mark("usér:(", 6, 7), "  usér:(\n       ^");
        assert_eq!(mark("a", 1, 1), "  a\n   ^");
        assert_eq!(mark("é", 1, 90), "  é\n  ^");
    }

    #[test]
    fn a_query_cannot_steer_the_terminal() {
        let shown = marked("\u{1b}[31m\u{202e}x", Span { start: 8, end: 9 });
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
        let (line, mark) = shown.split_once('\n').unwrap();
        assert_eq!(line.chars().count(), mark.chars().count(), "{shown}");
    }
}
