//! One source file: opening it, telling what it is, and reading its records into rows.

use cloudtrail::intake::{Outcome, SourceNote};
use cloudtrail::json::Node;
use cloudtrail::record::Record;
use cloudtrail::time::Time;
use flate2::bufread::MultiGzDecoder;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use super::pending::Pending;
use super::source::{Item, Items};
use super::walk::{Known, Source};
use super::{Hasher, Rows};
use crate::ArchiveError;
use crate::catalog::SourceOutcome;

/// How many bytes of rows are collected before they are handed over.
pub const HAND_OVER: usize = 8 * 1024 * 1024;
/// What a row takes in memory besides its record, near enough: it counts where records are tiny.
pub const ROW: usize = 384;
/// Up to this size a compressed file may expand as it likes.
const FREE_EXPANSION: u64 = 256 * 1024 * 1024;
/// Beyond it, no more than this many times its size: CloudTrail's logs compress 10 to 40 times.
const MAX_EXPANSION: u64 = 200;
/// How many different oddities a note spells out.
const SPELLED_OUT: usize = 3;

/// How a file ended.
pub struct FileRead {
    pub outcome: SourceOutcome,
    pub note: Option<SourceNote>,
    pub digest: bool,
    pub unchanged: bool,
    /// Hash of the file's bytes; none if they could not be read to the end.
    pub sha256: Option<[u8; 32]>,
}

/// Reads a file's records into the sink. Only trouble with the archive itself is an error; trouble with the file is told
/// in the note.
pub fn read(source: &Source, known: &Known, sink: &mut Sink<'_, '_>) -> Result<FileRead, ArchiveError> {
    let file = match File::open(&source.path) {
        Ok(file) => file,
        Err(error) => return Ok(unreadable(source, &error.to_string())),
    };
    if let Some(before) = known.get(source)
        && before.size == source.size
        && hash_file(&source.path).ok() == Some(before.sha256)
    {
        // Touched, but not changed.
        let outcome = before.outcome;
        return Ok(FileRead {
            outcome,
            note: None,
            digest: false,
            unchanged: true,
            sha256: Some(before.sha256),
        });
    }
    read_from(source, file, sink)
}

/// Likewise, from what holds the file's bytes.
pub fn read_from(
    source: &Source,
    bytes: impl Read,
    sink: &mut Sink<'_, '_>,
) -> Result<FileRead, ArchiveError> {
    let mut input = BufReader::with_capacity(64 * 1024, Hashing { inner: bytes, hasher: Sha256::new() });
    let start = match input.fill_buf() {
        Ok(start) => start,
        Err(error) => return Ok(unreadable(source, &error.to_string())),
    };
    let findings = if start.is_empty() {
        Findings::refused("the file is empty")
    } else if start.starts_with(&[0x1f, 0x8b]) {
        let limit = source.size.saturating_mul(MAX_EXPANSION).max(FREE_EXPANSION);
        let expanded = Bounded { inner: MultiGzDecoder::new(&mut input), left: limit, limit };
        read_items(expanded, sink)?
    } else if looks_like_json(start) {
        read_items(&mut input, sink)?
    } else {
        Findings::refused("is neither JSON nor gzip: not a CloudTrail log file")
    };
    // What the reader did not want still belongs to the file's hash.
    let rest = io::copy(&mut input, &mut io::sink());
    let sha256 = rest.is_ok().then(|| input.into_inner().hasher.finalize().into());
    let (outcome, note) = findings.judge(source);
    Ok(FileRead { outcome, note, digest: outcome == SourceOutcome::Digest, unchanged: false, sha256 })
}

/// How a file ends that cannot be read at all.
pub fn unreadable(source: &Source, why: &str) -> FileRead {
    let outcome = Outcome::Skipped;
    let path = source.path.to_string_lossy().into_owned();
    let note = SourceNote { path, outcome, kept: 0, message: format!("cannot be read: {why}") };
    FileRead {
        outcome: SourceOutcome::Noted(outcome),
        note: Some(note),
        digest: false,
        unchanged: false,
        sha256: None,
    }
}

fn hash_file(path: &std::path::Path) -> io::Result<[u8; 32]> {
    let mut input = Hashing { inner: File::open(path)?, hasher: Sha256::new() };
    io::copy(&mut input, &mut io::sink())?;
    Ok(input.hasher.finalize().into())
}

fn looks_like_json(start: &[u8]) -> bool {
    let start = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start);
    match start.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(first) => matches!(first, b'{' | b'['),
        // Nothing but white space so far: the reader will tell.
        None => true,
    }
}

/// What was found in a file, besides its good records.
#[derive(Default)]
struct Findings {
    kept: u64,
    digest: bool,
    /// Why reading stopped early, or did not start.
    broken: Option<String>,
    left_out: Tally,
    odd: Tally,
}

/// Messages and how often each came, in order of appearance.
#[derive(Default)]
struct Tally {
    messages: Vec<(String, u64)>,
    total: u64,
}

impl Tally {
    /// Counts a message about a record; `place` says which, for the first one of its kind.
    fn add(&mut self, place: u64, message: String) {
        self.total += 1;
        let same =
            |(text, _): &&mut (String, u64)| text.split_once(": ").is_some_and(|(_, known)| known == message);
        if let Some((_, count)) = self.messages.iter_mut().find(same) {
            *count += 1;
        } else if self.messages.len() < SPELLED_OUT {
            self.messages.push((format!("record {place}: {message}"), 1));
        }
    }

    fn spell_out(&self) -> String {
        let mut parts: Vec<String> = self
            .messages
            .iter()
            .map(|(message, count)| match count {
                1 => message.clone(),
                more => format!("{message} (and {} more like it)", more - 1),
            })
            .collect();
        let told: u64 = self.messages.iter().map(|(_, count)| count).sum();
        if told < self.total {
            parts.push(format!("{} others", self.total - told));
        }
        parts.join("; ")
    }
}

impl Findings {
    fn refused(why: &str) -> Findings {
        Findings { broken: Some(why.to_owned()), ..Findings::default() }
    }

    fn judge(self, source: &Source) -> (SourceOutcome, Option<SourceNote>) {
        let mut messages = Vec::new();
        messages.extend(self.broken.clone());
        if self.left_out.total > 0 {
            messages.push(format!("left out: {}", self.left_out.spell_out()));
        }
        if self.odd.total > 0 {
            messages.push(self.odd.spell_out());
        }
        let lost = self.broken.is_some() || self.left_out.total > 0;
        let outcome = match (lost, self.kept) {
            (true, 0) => Outcome::Skipped,
            (true, _) => Outcome::Partial,
            (false, _) if self.odd.total > 0 => Outcome::Warned,
            (false, 0) if !self.digest => {
                messages.push("holds no records".to_owned());
                Outcome::Warned
            }
            (false, _) if self.digest => return (SourceOutcome::Digest, None),
            (false, _) => return (SourceOutcome::Complete, None),
        };
        let path = source.path.to_string_lossy().into_owned();
        let note = SourceNote { path, outcome, kept: self.kept, message: messages.join("; ") };
        (SourceOutcome::Noted(outcome), Some(note))
    }
}

fn read_items(input: impl Read, sink: &mut Sink<'_, '_>) -> Result<Findings, ArchiveError> {
    let mut items = Items::new(input);
    let mut findings = Findings::default();
    let mut place = 0;
    loop {
        place += 1;
        match items.next() {
            Ok(None) => return Ok(findings),
            Ok(Some(Item::Digest)) => findings.digest = true,
            Ok(Some(Item::NotARecord(message))) => findings.left_out.add(place, message),
            Ok(Some(Item::Record(node))) => match sink.take(node)? {
                Ok(problems) => {
                    findings.kept += 1;
                    for problem in problems {
                        findings.odd.add(place, problem);
                    }
                }
                Err(reason) => findings.left_out.add(place, reason),
            },
            Err(broken) => {
                findings.broken = Some(broken.to_string());
                return Ok(findings);
            }
        }
    }
}

/// Collects a file's records by day and hands them over in blocks.
pub struct Sink<'s, 'r> {
    source: u32,
    first_seen: Time,
    hasher: Hasher,
    days: FxHashMap<i64, Rows>,
    bytes: usize,
    pending: &'s Pending<'r>,
    records: &'s AtomicU64,
}

impl<'s, 'r> Sink<'s, 'r> {
    pub fn new(
        source: u32,
        first_seen: Time,
        pending: &'s Pending<'r>,
        records: &'s AtomicU64,
    ) -> Sink<'s, 'r> {
        Sink {
            source,
            first_seen,
            hasher: Hasher::default(),
            days: FxHashMap::default(),
            bytes: 0,
            pending,
            records,
        }
    }

    /// Takes a record. The inner result is what is odd about it, or why it cannot be kept.
    fn take(&mut self, node: Node<'_>) -> Result<Result<Vec<String>, String>, ArchiveError> {
        let (record, time) = match record_of(node) {
            Ok(record) => record,
            Err(reason) => return Ok(Err(reason)),
        };
        self.records.fetch_add(1, Ordering::Relaxed);
        let hash = self.hasher.hash(node);
        let rows = self.days.entry(time.day()).or_default();
        rows.push(&record, time, hash, self.first_seen);
        self.bytes += node.raw().len() + ROW;
        let problems = record.problems().iter().map(ToString::to_string).collect();
        if self.bytes >= HAND_OVER {
            self.hand_over()?;
        }
        Ok(Ok(problems))
    }

    /// Hands over what is left.
    pub fn finish(mut self) -> Result<(), ArchiveError> {
        self.hand_over()
    }

    fn hand_over(&mut self) -> Result<(), ArchiveError> {
        self.bytes = 0;
        let days = std::mem::take(&mut self.days);
        self.pending.add(self.source, days)
    }
}

/// The record that a JSON value is, and its time; or why it is none.
pub fn record_of(node: Node<'_>) -> Result<(Record<'_>, Time), String> {
    let record = Record::read(node).ok_or("the record is no JSON object")?;
    match (record.time, &record.time_text) {
        (Some(time), _) => Ok((record, time)),
        (None, Some(text)) => Err(format!("its eventTime `{}` is not a time", shortened(text))),
        (None, None) => Err("it has no eventTime, so it is no CloudTrail record".to_owned()),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().filter(|character| !character.is_control()).take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Hashes what is read through it.
struct Hashing<R> {
    inner: R,
    hasher: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}

/// Stops a stream that grows far beyond what its file promises.
struct Bounded<R> {
    inner: R,
    left: u64,
    limit: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = match self.left.checked_sub(count as u64) {
            Some(left) => left,
            None => {
                let limit = self.limit / 1024 / 1024;
                let message =
                    format!("it expands to more than {limit} MB, far more than logs do (a gzip bomb?)");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
            }
        };
        Ok(count)
    }
}
