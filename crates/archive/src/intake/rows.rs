//! Records on their way into event files: columns of spans into one text, so that taking in a record allocates nothing
//! and copies it once.

use cloudtrail::json::Node;
use cloudtrail::record::Record;
use cloudtrail::time::Time;
use sha2::{Digest, Sha256};

use crate::schema::{Hash, TextColumn};

/// A piece of [`Rows::text`].
#[derive(Clone, Copy, Debug)]
pub struct Span {
    start: u32,
    length: u32,
}

/// A value that is not there.
const NONE: Span = Span { start: 0, length: u32::MAX };

/// A block of rows, all of one day.
#[derive(Default)]
pub struct Rows {
    /// Raw records and values that are no part of one, back to back.
    text: String,
    raw: Vec<Span>,
    pub times: Vec<Time>,
    pub hashes: Vec<Hash>,
    pub first_seen: Vec<Time>,
    pub read_only: Vec<Option<bool>>,
    columns: [Vec<Span>; TextColumn::COUNT],
    /// Where each row's resources end in `resources`.
    resource_ends: Vec<u32>,
    resources: Vec<Span>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Bytes of memory that the rows take, near enough for a budget.
    pub fn bytes(&self) -> usize {
        self.text.capacity() + self.len() * (8 * (TextColumn::COUNT + 2) + 32 + 24) + self.resources.len() * 8
    }

    pub fn raw(&self, row: usize) -> &str {
        self.get(self.raw[row]).unwrap_or_default()
    }

    pub fn text(&self, column: usize, row: usize) -> Option<&str> {
        self.get(self.columns[column][row])
    }

    pub fn resources(&self, row: usize) -> impl Iterator<Item = &str> {
        let start = if row == 0 { 0 } else { self.resource_ends[row - 1] as usize };
        self.resources[start..self.resource_ends[row] as usize].iter().filter_map(|span| self.get(*span))
    }

    fn get(&self, span: Span) -> Option<&str> {
        if span.length == u32::MAX {
            return None;
        }
        self.text.get(span.start as usize..(span.start + span.length) as usize)
    }

    /// Adds a record. Its text and what is derived from it take up to a few megabytes; the caller starts a new block
    /// long before the 4 GiB that spans can address.
    pub fn push(&mut self, record: &Record<'_>, time: Time, hash: Hash, first_seen: Time) {
        let raw = record.root.raw();
        let start = self.text.len() as u32;
        self.text.push_str(raw);
        self.raw.push(Span { start, length: raw.len() as u32 });
        self.times.push(time);
        self.hashes.push(hash);
        self.first_seen.push(first_seen);
        self.read_only.push(record.read_only);

        let actor = record.actor();
        let identity = &record.identity;
        let hashed_id = record.event_id.is_none().then(|| format!("sha256-{}", hex(&hash)));
        let issued_key = record.issued_key();
        let values: [Option<&str>; TextColumn::COUNT] = [
            record.event_name.as_deref(),
            record.event_source.as_deref(),
            record.region.as_deref(),
            record.account(),
            record.source_ip.as_deref(),
            record.user_agent.as_deref(),
            record.error_code.as_deref(),
            Some(record.category()),
            Some(&actor.name),
            Some(actor.kind.word()),
            record.user(),
            record.role(),
            identity.access_key_id.as_deref(),
            identity.arn.as_deref(),
            issued_key.as_deref(),
            record.shared_event_id.as_deref(),
            identity.sign_in_session_arn.as_deref(),
            record.event_id.as_deref().or(hashed_id.as_deref()),
            record.error_message.as_deref(),
            identity.kind.as_deref(),
            record.event_type.as_deref(),
            record.event_version.as_deref(),
            record.request_id.as_deref(),
        ];
        for (column, value) in values.into_iter().enumerate() {
            let span = value.map_or(NONE, |value| self.place(value, raw, start));
            self.columns[column].push(span);
        }
        for name in record.resource_names() {
            let span = self.place(&name, raw, start);
            self.resources.push(span);
        }
        self.resource_ends.push(self.resources.len() as u32);
    }

    /// Where a value stands in the text: inside its record if it was borrowed from there, else behind it.
    fn place(&mut self, value: &str, raw: &str, raw_start: u32) -> Span {
        let offset = (value.as_ptr() as usize).wrapping_sub(raw.as_ptr() as usize);
        let length = value.len() as u32;
        if offset.saturating_add(value.len()) <= raw.len() {
            return Span { start: raw_start + offset as u32, length };
        }
        let start = self.text.len() as u32;
        self.text.push_str(value);
        Span { start, length }
    }
}

/// The hash of a record's canonical form. Keeps its working space, so that hashing does not allocate.
#[derive(Default)]
pub struct Hasher {
    canonical: String,
    scratch: Vec<u32>,
}

impl Hasher {
    pub fn hash(&mut self, node: Node<'_>) -> Hash {
        self.canonical.clear();
        node.write_canonical(&mut self.canonical, &mut self.scratch);
        Sha256::digest(self.canonical.as_bytes()).into()
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[digit as usize]))
        .collect()
}
