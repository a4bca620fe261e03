//! Opened files, and the rows that searches through raw records found in them, within a budget of memory. An event
//! file never changes, so that nothing here is ever stale.

use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::scope::Visible;
use crate::search::Bits;
use crate::segment::Segment;

/// What an answer is remembered by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RowsKey {
    pub file: i64,
    /// The rows looked at.
    pub rows: Range<usize>,
    /// What may be seen; `None`: everything.
    pub visible: Option<Arc<Visible>>,
    pub expr: String,
}

pub struct Cache {
    budget: usize,
    used: usize,
    clock: u64,
    segments: FxHashMap<i64, Kept<Arc<Segment>>>,
    rows: FxHashMap<RowsKey, Kept<Arc<Bits>>>,
}

struct Kept<T> {
    value: T,
    bytes: usize,
    last_used: u64,
}

impl Default for Cache {
    fn default() -> Self {
        Cache {
            budget: 1 << 30,
            used: 0,
            clock: 0,
            segments: FxHashMap::default(),
            rows: FxHashMap::default(),
        }
    }
}

impl Cache {
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
        self.shrink();
    }

    pub fn forget_rows(&mut self) {
        self.used -= self.rows.values().map(|kept| kept.bytes).sum::<usize>();
        self.rows.clear();
    }

    pub fn segment(&mut self, id: i64) -> Option<Arc<Segment>> {
        self.clock += 1;
        let kept = self.segments.get_mut(&id)?;
        kept.last_used = self.clock;
        Some(kept.value.clone())
    }

    pub fn add_segment(&mut self, segment: Arc<Segment>) {
        self.clock += 1;
        let bytes = segment.memory();
        let kept = Kept { bytes, last_used: self.clock, value: segment };
        self.used += bytes;
        if let Some(before) = self.segments.insert(kept.value.file.id, kept) {
            self.used -= before.bytes;
        }
        self.shrink();
    }

    pub fn rows(&mut self, key: &RowsKey) -> Option<Arc<Bits>> {
        self.clock += 1;
        let kept = self.rows.get_mut(key)?;
        kept.last_used = self.clock;
        Some(kept.value.clone())
    }

    pub fn add_rows(&mut self, key: RowsKey, rows: Arc<Bits>) {
        self.clock += 1;
        let bytes = rows.words.len() * 8 + key.expr.len() + 128;
        self.used += bytes;
        if let Some(before) = self.rows.insert(key, Kept { value: rows, bytes, last_used: self.clock }) {
            self.used -= before.bytes;
        }
        self.shrink();
    }

    /// Lets go of what was used longest ago: a quarter at a time, so that it is not done for every addition.
    fn shrink(&mut self) {
        if self.used <= self.budget {
            return;
        }
        let mut ages: Vec<u64> = self.segments.values().map(|kept| kept.last_used).collect();
        ages.extend(self.rows.values().map(|kept| kept.last_used));
        ages.sort_unstable();
        let mut cut = ages.len() / 4;
        while self.used > self.budget && !ages.is_empty() {
            let oldest_kept = ages.get(cut).copied().unwrap_or(u64::MAX);
            let mut freed = 0;
            let mut keep = |bytes: usize, last_used: u64| {
                let keep = last_used >= oldest_kept;
                freed += if keep { 0 } else { bytes };
                keep
            };
            self.segments.retain(|_, kept| keep(kept.bytes, kept.last_used));
            self.rows.retain(|_, kept| keep(kept.bytes, kept.last_used));
            self.used -= freed;
            if cut >= ages.len() {
                break;
            }
            cut += ages.len() / 4 + 1;
        }
    }
}
