//! Which rows of one file match: the columns first, then the raw records of the rows that the columns leave open.

use cloudtrail::json::Tape;
use cloudtrail::names::AccountNames;
use cloudtrail::record::Record;
use cloudtrail::search::matches::{Compiled, CompiledWord, Finder, required_literals};
use cloudtrail::search::{Expr, TimeRange};
use memchr::memmem;
use std::sync::Arc;

use super::bits::Bits;
use super::plan::Plan;
use super::{Opened, rows_in};
use crate::ArchiveError;
use crate::reader::{Archive, RowsKey};
use crate::segment::{RawPage, Segment};

/// The matching rows of one file.
#[derive(Clone)]
pub struct Matched {
    pub segment: Opened,
    pub rows: Arc<Bits>,
}

impl Matched {
    pub fn count(&self) -> u64 {
        self.rows.count()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Evaluates one expression over many files.
pub struct Evaluator<'e> {
    archive: &'e Archive,
    plan: &'e Plan,
    range: TimeRange,
    raw: RawTest,
    /// What the answer is remembered by, if it takes reading raw records.
    key: Option<String>,
}

impl<'e> Evaluator<'e> {
    pub fn new(
        archive: &'e Archive,
        expr: &Expr,
        plan: &'e Plan,
        names: &AccountNames,
        range: TimeRange,
    ) -> Evaluator<'e> {
        let key = (!plan.is_closed()).then(|| format!("{expr} {:x}", fingerprint(names)));
        Evaluator { archive, plan, range, raw: RawTest::new(expr, names), key }
    }

    pub fn matched(&self, segment: Opened) -> Result<Matched, ArchiveError> {
        let range = rows_in(&segment, self.range);
        let remembered = self.key.as_ref().map(|expr| RowsKey {
            file: segment.file.id,
            rows: range.clone(),
            visible: self.archive.visible().cloned(),
            expr: expr.clone(),
        });
        if let Some(key) = &remembered
            && let Some(rows) = self.archive.remembered_rows(key)
        {
            return Ok(Matched { segment, rows });
        }
        let answer = self.plan.answer(&segment, self.archive.dictionaries(), &range);
        let mut rows = answer.sure;
        if let Some(mut open) = answer.possible {
            open.without(&rows);
            if !open.is_empty() {
                self.raw.read(&segment, &open, &mut rows)?;
            }
        }
        let rows = Arc::new(rows);
        if let Some(key) = remembered {
            self.archive.remember_rows(key, rows.clone());
        }
        Ok(Matched { segment, rows })
    }
}

/// What is asked of the raw records of rows that the columns leave open.
struct RawTest {
    /// Of a conjunction, the free words that must and must not be there: for most records their text alone tells.
    words: Vec<(CompiledWord, bool)>,
    /// The rest of what the columns leave open.
    rest: Option<Compiled>,
    /// A matching record contains at least one of these.
    literals: Option<Vec<Finder>>,
}

impl RawTest {
    fn new(expr: &Expr, names: &AccountNames) -> RawTest {
        // In a conjunction the rows left open have passed all that columns answer.
        let children = match expr {
            Expr::And(children) => children.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut words = Vec::new();
        let mut rest = Vec::new();
        for child in children.iter().filter(|child| !Plan::new(child, names).is_closed()) {
            match child {
                Expr::Word(pattern) => words.push((CompiledWord::new(pattern), true)),
                Expr::Not(inner) if let Expr::Word(pattern) = &**inner => {
                    words.push((CompiledWord::new(pattern), false));
                }
                other => rest.push(other.clone()),
            }
        }
        let open: Vec<Expr> =
            children.iter().filter(|child| !Plan::new(child, names).is_closed()).cloned().collect();
        let literals = required_literals(&Expr::and(open))
            .map(|literals| literals.iter().map(|literal| Finder::new(literal, false)).collect());
        let rest = (!rest.is_empty()).then(|| Compiled::new(&Expr::and(rest), names));
        RawTest { words, rest, literals }
    }

    fn read(&self, segment: &Segment, open: &Bits, rows: &mut Bits) -> Result<(), ArchiveError> {
        let mut tape = Tape::default();
        segment.visit_raw(&|range| open.any_in(range), &mut |first, page: RawPage| {
            if !self.may_hold(&page.bytes) {
                return;
            }
            for (offset, raw) in page.records().enumerate() {
                let row = first + offset;
                if open.get(row) && self.matches(raw, &mut tape) {
                    rows.insert(row);
                }
            }
        })
    }

    /// Whether a record or page may hold a match at all.
    fn may_hold(&self, bytes: &[u8]) -> bool {
        match &self.literals {
            None => true,
            Some(literals) => {
                literals.iter().any(|literal| literal.is_in_bytes(bytes)) || hides_plain_characters(bytes)
            }
        }
    }

    fn matches(&self, raw: &str, tape: &mut Tape) -> bool {
        if !self.may_hold(raw.as_bytes()) {
            return false;
        }
        let mut unsure = Vec::new();
        for (word, wanted) in &self.words {
            match word.matches_raw(raw) {
                Some(there) if there == *wanted => {}
                Some(_) => return false,
                None => unsure.push((word, *wanted)),
            }
        }
        if unsure.is_empty() && self.rest.is_none() {
            return true;
        }
        let Ok(root) = tape.parse(raw) else { return false };
        unsure.iter().all(|(word, wanted)| word.matches(root) == *wanted)
            && self
                .rest
                .as_ref()
                .is_none_or(|rest| Record::read(root).is_some_and(|record| rest.matches(&record)))
    }
}

/// Whether a text writes a letter, a digit or another character that needs no escape as `\u00xx`. No writer of
/// CloudTrail's does, but JSON allows it, and nothing must hide that way.
fn hides_plain_characters(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"\\u00").any(|at| {
        let code = bytes.get(at + 4..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        code.is_some_and(|code| code.is_ascii_alphanumeric() || matches!(code, b'-' | b'_' | b'.' | b' '))
    })
}

/// Tells sets of names apart: with other names, `account:` finds other events.
fn fingerprint(names: &AccountNames) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = rustc_hash::FxHasher::default();
    names.iter().for_each(|name| name.hash(&mut hasher));
    hasher.finish()
}
