//! Records out of a stream of bytes, whatever wraps them.
//!
//! One record is held at a time, never a file: what CloudTrail delivers (`{"Records":[…]}`), bare arrays, one record a
//! line, EventBridge envelopes (`detail`), and the output of `aws cloudtrail lookup-events` (`{"Events":[…]}` with the
//! record as a string in `CloudTrailEvent`).

use cloudtrail::json::{JsonError, JsonErrorKind, Kind, Node, Tape};
use std::io::Read;

/// Going on behind a break.
mod resume;

/// The largest record taken in. CloudTrail's own limit is 256 KB, 1 MB in some event data stores.
pub const MAX_RECORD: usize = 16 * 1024 * 1024;
const FIRST_BUFFER: usize = 512 * 1024;

/// Why reading stopped before the end of the file.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("reading failed at byte {offset}: {source}")]
    Read { offset: u64, source: std::io::Error },
    #[error("the file ends in the middle, at byte {offset}: it was cut off")]
    Truncated { offset: u64 },
    #[error("{what} at byte {offset}")]
    Json { offset: u64, what: &'static str },
    #[error("a record at byte {offset} is larger than {} MB", MAX_RECORD / 1024 / 1024)]
    TooLarge { offset: u64 },
}

/// What stands in the stream next.
pub enum Item<'a> {
    /// A record.
    Record(Node<'a>),
    /// A digest file's content.
    Digest,
    /// Something in a record's place that is none; the stream goes on behind it.
    NotARecord(String),
}

/// Reads items from a stream.
pub struct Items<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// Bytes of the stream before `buffer[0]`.
    before: u64,
    state: State,
    /// How many documents ended well: from the second on, a broken one is skipped to its line's end. Behind a break among the
    /// records of a wrapper it goes on with the next whole record.
    documents: u64,
    /// Why reading failed; told once everything read before is used up.
    failure: Option<Broken>,
    /// How many bytes were looked at for places to go on at.
    looked_through: usize,
    tape: Tape,
    /// A record that came as a string, and its tape.
    unwrapped: String,
    inner: Tape,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Before a document: a wrapper, an array, or a record.
    Document,
    /// Inside an array of records; `wrapped` in an object that has to be closed too.
    Array {
        wrapped: bool,
        first: bool,
    },
    Done,
}

enum Found {
    Object(usize),
    Other(usize, Kind),
}

impl<R: Read> Items<R> {
    pub fn new(input: R) -> Items<R> {
        Items {
            input,
            buffer: vec![0; FIRST_BUFFER],
            start: 0,
            end: 0,
            ended: false,
            before: 0,
            state: State::Document,
            documents: 0,
            failure: None,
            looked_through: 0,
            tape: Tape::default(),
            unwrapped: String::new(),
            inner: Tape::default(),
        }
    }

    /// The next item; `None` at the end of the stream.
    pub fn next(&mut self) -> Result<Option<Item<'_>>, Broken> {
        let found = match self.find() {
            Ok(Some(found)) => found,
            Ok(None) => return self.failure.take().map_or(Ok(None), Err),
            Err(Broken::Json { offset, what }) if self.state == State::Document && self.documents > 0 => {
                self.skip_line()?;
                return Ok(Some(Item::NotARecord(format!("{what} at byte {offset}"))));
            }
            Err(Broken::Json { offset, what }) if matches!(self.state, State::Array { .. }) => {
                return match self.resume()? {
                    Some(at) => Ok(Some(Item::NotARecord(format!(
                        "{what} at byte {offset}, and nothing is read up to byte {at}"
                    )))),
                    None => Err(self.failure.take().unwrap_or(Broken::Json { offset, what })),
                };
            }
            Err(broken) => return Err(self.failure.take().unwrap_or(broken)),
        };
        let (length, kind) = match found {
            Found::Object(length) => (length, Kind::Object),
            Found::Other(length, kind) => (length, kind),
        };
        let offset = self.offset();
        let from = self.start;
        self.start += length;
        if self.state == State::Document {
            self.documents += 1;
        }
        if kind != Kind::Object {
            return Ok(Some(Item::NotARecord(format!("the value at byte {offset} is no JSON object"))));
        }
        let Ok(text) = std::str::from_utf8(&self.buffer[from..from + length]) else {
            return Ok(Some(Item::NotARecord(format!("the record at byte {offset} is not UTF-8"))));
        };
        let node = self.tape.node(text);
        // What CloudTrail delivers starts like this, and needs no look for wrappers.
        if node.fields().next().is_some_and(|(key, _)| key == "eventVersion") {
            return Ok(Some(Item::Record(node)));
        }
        if node.get("digestStartTime").is_some() && node.get("logFiles").is_some() {
            return Ok(Some(Item::Digest));
        }
        if let Some(inner) = node.get("CloudTrailEvent").and_then(|event| event.as_str()) {
            self.unwrapped = inner.into_owned();
            return Ok(Some(match self.inner.parse(&self.unwrapped) {
                Ok(record) => Item::Record(record),
                Err(error) => Item::NotARecord(format!("the CloudTrailEvent at byte {offset}: {error}")),
            }));
        }
        let is_envelope = node.get("detail-type").is_some();
        let detail = node.get("detail").filter(|detail| is_envelope && detail.kind() == Kind::Object);
        Ok(Some(Item::Record(detail.unwrap_or(node))))
    }

    /// Moves to the next value and scans it.
    fn find(&mut self) -> Result<Option<Found>, Broken> {
        loop {
            match self.state {
                State::Done => return Ok(None),
                State::Document => {
                    self.skip_byte_order_mark()?;
                    match self.peek()? {
                        None => {
                            self.state = State::Done;
                            return Ok(None);
                        }
                        Some(b'[') => {
                            self.start += 1;
                            self.state = State::Array { wrapped: false, first: true };
                        }
                        Some(b'{') => {
                            if self.enter_wrapper()? {
                                self.state = State::Array { wrapped: true, first: true };
                            } else {
                                return self.scan().map(Some);
                            }
                        }
                        // Between the documents of a stream some tools write commas.
                        Some(b',') if self.offset() > 0 => self.start += 1,
                        Some(_) => return Err(self.unexpected("this is not JSON")),
                    }
                }
                State::Array { wrapped, first } => match self.peek()? {
                    None => return Err(Broken::Truncated { offset: self.offset() }),
                    Some(b']') => {
                        self.start += 1;
                        if wrapped {
                            self.leave_wrapper()?;
                        }
                        self.state = State::Document;
                        self.documents += 1;
                    }
                    Some(b',') if !first => {
                        self.start += 1;
                        self.peek()?;
                        return self.scan().map(Some);
                    }
                    Some(_) if first => {
                        self.state = State::Array { wrapped, first: false };
                        return self.scan().map(Some);
                    }
                    Some(_) => return Err(self.unexpected("a comma or the end of the records was expected")),
                },
            }
        }
    }

    /// At the `{` of a document: if it wraps an array of records, moves behind that array's `[`.
    fn enter_wrapper(&mut self) -> Result<bool, Broken> {
        let is_wrapper = |key: &[u8]| key == b"\"Records\"" || key == b"\"Events\"";
        // The length of what was looked at without consuming it.
        let mut ahead = 1;
        loop {
            ahead = self.skip_space_ahead(ahead)?;
            if self.byte_ahead(ahead)? == Some(b',') {
                ahead = self.skip_space_ahead(ahead + 1)?;
            }
            if self.byte_ahead(ahead)? != Some(b'"') {
                return Ok(false);
            }
            let key = ahead..self.scan_ahead(ahead)?;
            ahead = self.skip_space_ahead(key.end)?;
            if self.byte_ahead(ahead)? != Some(b':') {
                return Err(self.unexpected_ahead(ahead, "a colon was expected"));
            }
            ahead = self.skip_space_ahead(ahead + 1)?;
            let name = &self.buffer[self.start + key.start..self.start + key.end];
            let wraps = is_wrapper(name);
            // A record's first key settles it for nearly all of them without a second scan.
            let is_record = name == b"\"eventVersion\"" || name == b"\"version\"";
            if wraps && self.byte_ahead(ahead)? == Some(b'[') {
                self.start += ahead + 1;
                return Ok(true);
            }
            if is_record {
                return Ok(false);
            }
            ahead = self.scan_ahead(ahead)?;
        }
    }

    /// Behind the records of a wrapper: skips its other keys and its `}`.
    fn leave_wrapper(&mut self) -> Result<(), Broken> {
        loop {
            match self.peek()? {
                Some(b'}') => {
                    self.start += 1;
                    return Ok(());
                }
                Some(b',') | Some(b':') => self.start += 1,
                Some(_) => {
                    let length = self.scan_ahead(0)?;
                    self.start += length;
                }
                None => return Err(Broken::Truncated { offset: self.offset() }),
            }
        }
    }

    fn scan(&mut self) -> Result<Found, Broken> {
        let length = self.scan_ahead(0)?;
        // The kind is told by the first byte; the scan has checked the rest.
        Ok(match self.buffer[self.start] {
            b'{' => Found::Object(length),
            b'[' => Found::Other(length, Kind::Array),
            _ => Found::Other(length, Kind::String),
        })
    }

    /// Scans the value `ahead` bytes from here; returns where it ends, also from here.
    fn scan_ahead(&mut self, ahead: usize) -> Result<usize, Broken> {
        loop {
            let window = &self.buffer[self.start + ahead..self.end];
            match self.tape.scan(window) {
                // A number at the end of what is there may go on.
                Ok(length) if length == window.len() && !self.ended => {}
                Ok(length) => return Ok(ahead + length),
                Err(JsonError { kind: JsonErrorKind::Incomplete, .. }) if !self.ended => {}
                Err(error) => return Err(self.broken(ahead, error)),
            }
            self.fill()?;
        }
    }

    fn broken(&self, ahead: usize, error: JsonError) -> Broken {
        let offset = self.offset() + (ahead + error.offset) as u64;
        match error.kind {
            JsonErrorKind::Incomplete => Broken::Truncated { offset },
            JsonErrorKind::TooDeep => Broken::Json { offset, what: "the JSON nests too deeply" },
            JsonErrorKind::TooLarge => Broken::TooLarge { offset },
            JsonErrorKind::Invalid | JsonErrorKind::NotUtf8 => {
                Broken::Json { offset, what: "the JSON is broken" }
            }
        }
    }

    fn unexpected(&self, what: &'static str) -> Broken {
        self.unexpected_ahead(0, what)
    }

    fn unexpected_ahead(&self, ahead: usize, what: &'static str) -> Broken {
        Broken::Json { offset: self.offset() + ahead as u64, what }
    }

    /// Where in the stream the next unread byte stands.
    fn offset(&self) -> u64 {
        self.before + self.start as u64
    }

    /// Skips white space and returns the next byte without taking it.
    fn peek(&mut self) -> Result<Option<u8>, Broken> {
        loop {
            match self.byte_ahead(0)? {
                Some(byte) if is_space(byte) => self.start += 1,
                other => return Ok(other),
            }
        }
    }

    /// Takes everything up to the end of this line.
    fn skip_line(&mut self) -> Result<(), Broken> {
        while let Some(byte) = self.byte_ahead(0)? {
            if byte == b'\n' {
                break;
            }
            self.start += 1;
        }
        Ok(())
    }

    fn skip_space_ahead(&mut self, mut ahead: usize) -> Result<usize, Broken> {
        while self.byte_ahead(ahead)?.is_some_and(is_space) {
            ahead += 1;
        }
        Ok(ahead)
    }

    fn byte_ahead(&mut self, ahead: usize) -> Result<Option<u8>, Broken> {
        while self.start + ahead >= self.end {
            if self.ended {
                return Ok(None);
            }
            self.fill()?;
        }
        Ok(Some(self.buffer[self.start + ahead]))
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), Broken> {
        if self.offset() == 0 && self.byte_ahead(2)?.is_some() && self.buffer[..3] == [0xef, 0xbb, 0xbf] {
            self.start = 3;
        }
        Ok(())
    }

    /// Reads more: moves what is unread to the front, and makes room if it fills the buffer.
    fn fill(&mut self) -> Result<(), Broken> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.before += self.start as u64;
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            if self.buffer.len() >= MAX_RECORD {
                return Err(Broken::TooLarge { offset: self.offset() });
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        // Until half full: a decoder hands out little at a time, and each refill may scan a record's start again.
        let wanted = (self.buffer.len() / 2).max(self.end + 1);
        while !self.ended && self.end < wanted {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => {
                    let offset = self.before + self.end as u64;
                    self.failure = Some(match source.kind() {
                        std::io::ErrorKind::UnexpectedEof => Broken::Truncated { offset },
                        _ => Broken::Read { offset, source },
                    });
                    self.ended = true;
                }
            }
        }
        Ok(())
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}
