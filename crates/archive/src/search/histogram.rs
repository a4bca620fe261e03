//! Counts over time: exact, over the whole range of the search.

use cloudtrail::search::{Bucket, Histogram, TimeRange};
use cloudtrail::time::{DAY, HOUR, MINUTE, SECOND, Time};

use super::Matched;
use crate::segment::{ERROR, READ};

/// Widths that people read easily.
const STEPS: [i64; 25] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY,
];

/// The histogram of a search. Open ends of the range are those of all events. `None` if there is no range.
pub fn of(data: TimeRange, found: &[Matched], range: TimeRange, bars: usize) -> Option<Histogram> {
    let from = range.from.or(data.from)?;
    let to = range.to.or(data.to)?;
    if to <= from {
        return None;
    }
    let bars = bars.clamp(1, 1_000) as i64;
    let span = to.as_millis() - from.as_millis();
    let step =
        STEPS.into_iter().find(|step| span / step < bars).unwrap_or_else(|| (span / bars / DAY + 1) * DAY);
    // Whole steps since 1970, so that the same range always has the same bars.
    let start = from.as_millis().div_euclid(step) * step;
    let count = (to.as_millis() - start - 1) / step + 1;
    let mut buckets: Vec<Bucket> = (0..count)
        .map(|index| Bucket { start: Time::from_millis(start + index * step), ..Bucket::default() })
        .collect();
    for matched in found {
        let segment = &matched.segment;
        // Rows stand in order of time, so that most of them fall where the one before fell.
        let mut bucket = 0;
        let mut bounds = 0..0;
        for row in matched.rows.from(0) {
            let time = segment.times[row];
            if !bounds.contains(&time) {
                bucket = ((time - start) / step) as usize;
                let begin = start + bucket as i64 * step;
                bounds = begin..begin + step;
            }
            match segment.class[row] {
                ERROR => buckets[bucket].errors += 1,
                READ => buckets[bucket].reads += 1,
                _ => buckets[bucket].writes += 1,
            }
        }
    }
    Some(Histogram { from, to, step_ms: step, buckets })
}
