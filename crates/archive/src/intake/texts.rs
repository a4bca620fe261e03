//! Records that come as texts, one each, as LookupEvents hands them out.

use cloudtrail::json::Tape;
use cloudtrail::time::Time;
use rustc_hash::FxHashMap;

use super::file::{HAND_OVER, ROW, record_of};
use super::source::MAX_RECORD;
use super::{Hasher, Rows};

/// What was read.
#[derive(Default)]
pub struct Texts {
    /// Blocks of rows and their days.
    pub blocks: Vec<(i64, Rows)>,
    /// How many texts are no records.
    pub refused: u64,
}

/// Reads records, with the limits that those in files have: their size, their depth, and that they have a time.
pub fn read_texts(records: &[String], first_seen: Time) -> Texts {
    let mut texts = Texts::default();
    let mut days: FxHashMap<i64, Rows> = FxHashMap::default();
    let mut bytes = 0;
    let (mut tape, mut hasher) = (Tape::default(), Hasher::default());
    for text in records {
        let node = (text.len() <= MAX_RECORD).then(|| tape.parse(text).ok()).flatten();
        let Some((node, (record, time))) = node.and_then(|node| Some((node, record_of(node).ok()?))) else {
            texts.refused += 1;
            continue;
        };
        days.entry(time.day()).or_default().push(&record, time, hasher.hash(node), first_seen);
        bytes += text.len() + ROW;
        // No block grows beyond what its spans can address.
        if bytes >= HAND_OVER {
            texts.blocks.extend(days.drain());
            bytes = 0;
        }
    }
    texts.blocks.extend(days);
    texts
}
