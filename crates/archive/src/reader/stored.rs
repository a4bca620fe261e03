//! Whole events, from the rows that were found.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use cloudtrail::names::AccountNames;
use cloudtrail::time::Time;

use super::StoredEvent;
use crate::ArchiveError;
use crate::schema::leaf;
use crate::search::{Matched, event_rows};
use crate::segment::Segment;

/// Whole events, in the order given.
pub fn stored(names: &AccountNames, places: &[(&Segment, usize)]) -> Result<Vec<StoredEvent>, ArchiveError> {
    let rows = event_rows(names, places)?;
    let mut events: Vec<StoredEvent> = rows
        .into_iter()
        .map(|row| StoredEvent { row, raw: String::new(), first_seen: Time::default() })
        .collect();
    let mut by_file: Vec<usize> = (0..places.len()).collect();
    by_file.sort_by_key(|index| (places[*index].0.key(), places[*index].1));
    for group in by_file.chunk_by(|a, b| places[*a].0.key() == places[*b].0.key()) {
        let wanted: Vec<u32> = group.iter().map(|index| places[*index].1 as u32).collect();
        let batches = places[group[0]].0.fetch(&wanted, &[leaf::FIRST_SEEN, leaf::RAW])?;
        let mut group = group.iter();
        for batch in &batches {
            let first_seen = batch.column(0).as_primitive::<TimestampMillisecondType>();
            let raw = batch.column(1).as_string::<i32>();
            for (at, index) in (0..raw.len()).zip(group.by_ref()) {
                events[*index].first_seen = Time::from_millis(first_seen.value(at));
                events[*index].raw = raw.value(at).to_owned();
            }
        }
    }
    Ok(events)
}

/// All matching rows, newest first.
pub fn places_newest_first(found: &[Matched]) -> Vec<(&Segment, usize)> {
    let mut places: Vec<(&Segment, usize)> =
        found.iter().flat_map(|matched| matched.rows.from(0).map(|row| (&*matched.segment, row))).collect();
    places.sort_by_key(|(segment, row)| (std::cmp::Reverse(segment.times[*row]), segment.ties[*row]));
    places
}
