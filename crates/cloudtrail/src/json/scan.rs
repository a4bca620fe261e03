//! From text to tape.

use super::{Entry, Kind, MAX_DEPTH, Node};

/// Where a text stops being JSON, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} at byte {offset}", match kind {
    JsonErrorKind::Incomplete => "the JSON ends in the middle",
    JsonErrorKind::Invalid => "this is not JSON",
    JsonErrorKind::TooDeep => "the JSON nests too deeply",
    JsonErrorKind::NotUtf8 => "the text is not UTF-8",
    JsonErrorKind::TooLarge => "the JSON value is too large",
})]
pub struct JsonError {
    /// Byte offset of the first byte that does not fit.
    pub offset: usize,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// It ended before the value did; more text might complete it.
    Incomplete,
    /// No JSON goes on like this.
    Invalid,
    /// It nests deeper than [`MAX_DEPTH`].
    TooDeep,
    /// A byte sequence is not UTF-8.
    NotUtf8,
    /// It is larger than 2 GiB.
    TooLarge,
}

/// The entries of one scanned value. Reused from record to record, so that scanning does not allocate.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    entries: Vec<Entry>,
    open: Vec<u32>,
}

impl Tape {
    /// Scans a text that is exactly one JSON value, white space around it allowed.
    pub fn parse<'a>(&'a mut self, text: &'a str) -> Result<Node<'a>, JsonError> {
        let length = self.scan(text.as_bytes())?;
        let rest = &text.as_bytes()[length..];
        if let Some(at) = rest.iter().position(|byte| !is_space(*byte)) {
            return Err(JsonError { offset: length + at, kind: JsonErrorKind::Invalid });
        }
        Ok(self.node(text))
    }

    /// Scans one value at the start of `text` and returns where it ends. What stands behind it is not looked at, but
    /// a number at the very end of the text counts as complete.
    ///
    /// Follow with [`Tape::node`] on the same text, once it is known to be UTF-8.
    pub fn scan(&mut self, text: &[u8]) -> Result<usize, JsonError> {
        if text.len() > i32::MAX as usize {
            return Err(JsonError { offset: 0, kind: JsonErrorKind::TooLarge });
        }
        self.entries.clear();
        self.open.clear();
        let mut scanner = Scanner { text, at: 0, entries: &mut self.entries, open: &mut self.open };
        scanner.value()?;
        Ok(scanner.at)
    }

    /// The value that [`Tape::scan`] found at the start of this text.
    pub fn node<'a>(&'a self, text: &'a str) -> Node<'a> {
        Node { text, entries: &self.entries, index: 0 }
    }
}

struct Scanner<'t, 'e> {
    text: &'t [u8],
    at: usize,
    entries: &'e mut Vec<Entry>,
    open: &'e mut Vec<u32>,
}

impl Scanner<'_, '_> {
    fn value(&mut self) -> Result<(), JsonError> {
        loop {
            self.skip_space();
            let start = self.at;
            let opened = match self.peek()? {
                b'{' => self.open(Kind::Object, b'}')?,
                b'[' => self.open(Kind::Array, b']')?,
                b'"' => {
                    self.string()?;
                    false
                }
                b't' => self.literal(b"true", Kind::Bool)?,
                b'f' => self.literal(b"false", Kind::Bool)?,
                b'n' => self.literal(b"null", Kind::Null)?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => return Err(self.invalid(start)),
            };
            if opened {
                continue;
            }
            if self.close_finished()? {
                return Ok(());
            }
        }
    }

    /// Behind a value: closes the containers that end here. Returns true once the outermost value is complete,
    /// false if another value follows.
    fn close_finished(&mut self) -> Result<bool, JsonError> {
        loop {
            let Some(&container) = self.open.last() else { return Ok(true) };
            let kind = self.entries[container as usize].kind;
            if kind == Kind::Object {
                self.end_key();
            }
            self.skip_space();
            match (self.peek()?, kind) {
                (b',', Kind::Array) => {
                    self.at += 1;
                    return Ok(false);
                }
                (b',', _) => {
                    self.at += 1;
                    self.skip_space();
                    self.key()?;
                    return Ok(false);
                }
                (b']', Kind::Array) | (b'}', Kind::Object) => {
                    self.at += 1;
                    self.close();
                }
                _ => return Err(self.invalid(self.at)),
            }
        }
    }

    /// Opens a container. Returns false if it is empty and so closed again.
    fn open(&mut self, kind: Kind, end: u8) -> Result<bool, JsonError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(JsonError { offset: self.at, kind: JsonErrorKind::TooDeep });
        }
        self.open.push(self.entries.len() as u32);
        self.push(kind, self.at, self.at, false);
        self.at += 1;
        self.skip_space();
        if self.peek()? == end {
            self.at += 1;
            self.close();
            return Ok(false);
        }
        if kind == Kind::Object {
            self.key()?;
        }
        Ok(true)
    }

    fn close(&mut self) {
        let next = self.entries.len() as u32;
        if let Some(container) = self.open.pop() {
            let entry = &mut self.entries[container as usize];
            entry.end = self.at as u32;
            entry.next = next;
        }
    }

    /// A key and its colon. Its `next` is set when its value is complete; until then it holds the key of the same
    /// object that came before, so that no second stack is needed.
    fn key(&mut self) -> Result<(), JsonError> {
        if self.peek()? != b'"' {
            return Err(self.invalid(self.at));
        }
        let index = self.entries.len() as u32;
        self.string()?;
        self.skip_space();
        if self.peek()? != b':' {
            return Err(self.invalid(self.at));
        }
        self.at += 1;
        // While the value is being read, the object's `end` remembers where its current key is.
        if let Some(&container) = self.open.last() {
            self.entries[container as usize].end = index;
        }
        Ok(())
    }

    /// The value of the innermost object's current key is complete.
    fn end_key(&mut self) {
        let next = self.entries.len() as u32;
        if let Some(&container) = self.open.last() {
            let key = self.entries[container as usize].end;
            self.entries[key as usize].next = next;
        }
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at += plain_run(&self.text[self.at..]);
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(self.invalid(self.at)),
            }
        }
        self.at += 1;
        self.push(Kind::String, start, self.at, escaped);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        match self.peek()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                for offset in 1..=4 {
                    let at = self.at + offset;
                    match self.text.get(at) {
                        None => return Err(self.incomplete()),
                        Some(byte) if byte.is_ascii_hexdigit() => {}
                        Some(_) => return Err(self.invalid(at)),
                    }
                }
                self.at += 5;
            }
            _ => return Err(self.invalid(self.at)),
        }
        Ok(())
    }

    fn literal(&mut self, word: &[u8], kind: Kind) -> Result<bool, JsonError> {
        let start = self.at;
        let there = &self.text[start..self.text.len().min(start + word.len())];
        if there != word {
            return Err(if word.starts_with(there) { self.incomplete() } else { self.invalid(start) });
        }
        self.at += word.len();
        self.push(kind, start, self.at, false);
        Ok(false)
    }

    fn number(&mut self) -> Result<bool, JsonError> {
        let start = self.at;
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        self.push(Kind::Number, start, self.at, false);
        Ok(false)
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            self.peek()?;
            return Err(self.invalid(self.at));
        }
        self.at += count;
        Ok(())
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, escaped: bool) {
        let next = self.entries.len() as u32 + 1;
        self.entries.push(Entry { start: start as u32, end: end as u32, next, kind, escaped });
    }

    fn peek(&self) -> Result<u8, JsonError> {
        self.text.get(self.at).copied().ok_or(self.incomplete())
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.text.get(self.at)
            && is_space(*byte)
        {
            self.at += 1;
        }
    }

    fn invalid(&self, offset: usize) -> JsonError {
        JsonError { offset, kind: JsonErrorKind::Invalid }
    }

    fn incomplete(&self) -> JsonError {
        JsonError { offset: self.text.len(), kind: JsonErrorKind::Incomplete }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// How many bytes at the start need no look: no quote, no backslash, no control character. Eight at a time.
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        let word = u64::from_le_bytes(word);
        let quotes = zero_in(word ^ (ONES * u64::from(b'"')));
        let backslashes = zero_in(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quotes | backslashes | controls;
        if found != 0 {
            // Borrowing may mark bytes above the first true hit, never below it.
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + bytes[at..].iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}
