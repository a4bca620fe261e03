//! From matching rows to the rows of a page.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use cloudtrail::actor::ActorKind;
use cloudtrail::names::AccountNames;
use cloudtrail::search::{Cursor, EventRow};
use cloudtrail::time::Time;
use std::cmp::Reverse;

use super::{Matched, Place};
use crate::ArchiveError;
use crate::intake::hex;
use crate::schema::{TextColumn, leaf};
use crate::segment::{RESOURCES, Segment, UNSAID};

/// A page, still without what belongs to the whole search.
pub struct Page {
    pub rows: Vec<EventRow>,
    pub next: Option<Cursor>,
    pub newer: u64,
}

/// Where an event stands among all: by time, newest first, then by hash.
type Order = (Reverse<i64>, u64);

/// Collects the page that starts at a place.
pub fn page(
    names: &AccountNames,
    generation: i64,
    found: &[Matched],
    place: &Place,
    limit: usize,
) -> Result<Page, ArchiveError> {
    let mut newer = 0;
    let mut candidates: Vec<(Order, usize, usize)> = Vec::new();
    for (index, matched) in found.iter().enumerate() {
        let segment = &matched.segment;
        let start = start_row(segment, place);
        newer += matched.rows.count_before(start);
        let rows = matched.rows.from(start).take(limit.saturating_add(1));
        candidates.extend(rows.map(|row| (order(segment, row), index, row)));
    }
    candidates.sort_unstable();
    let more = candidates.len() > limit;
    candidates.truncate(limit);
    let next = candidates.last().filter(|_| more).map(|((Reverse(time), tie), ..)| Cursor {
        time: Time::from_millis(*time),
        tie: u128::from(*tie),
        generation,
    });
    let places: Vec<(&Segment, usize)> =
        candidates.iter().map(|(_, index, row)| (&*found[*index].segment, *row)).collect();
    let rows = event_rows(names, &places)?;
    Ok(Page { rows, next, newer })
}

fn order(segment: &Segment, row: usize) -> Order {
    (Reverse(segment.times[row]), segment.ties[row])
}

/// The first row of a file that is not before the place.
fn start_row(segment: &Segment, place: &Place) -> usize {
    match place {
        Place::Newest => 0,
        Place::At(time) => segment.times.partition_point(|row| *row > time.as_millis()),
        Place::After(cursor) => {
            let after = (Reverse(cursor.time.as_millis()), cursor.tie as u64);
            let mut row = segment.times.partition_point(|time| *time > cursor.time.as_millis());
            while row < segment.rows() && order(segment, row) <= after {
                row += 1;
            }
            row
        }
    }
}

/// Rows as a table shows them, in the order given.
pub fn event_rows(names: &AccountNames, places: &[(&Segment, usize)]) -> Result<Vec<EventRow>, ArchiveError> {
    let mut rows: Vec<EventRow> =
        places.iter().map(|(segment, row)| event_row(names, segment, *row)).collect();
    let mut by_file: Vec<usize> = (0..places.len()).collect();
    by_file.sort_by_key(|index| (places[*index].0.key(), places[*index].1));
    for group in by_file.chunk_by(|a, b| places[*a].0.key() == places[*b].0.key()) {
        let segment = places[group[0]].0;
        let wanted: Vec<u32> = group.iter().map(|index| places[*index].1 as u32).collect();
        let event_id = leaf::TEXT + TextColumn::EventId as usize;
        let batches = segment.fetch(&wanted, &[leaf::HASH, event_id])?;
        let mut group = group.iter();
        for batch in &batches {
            let hashes = batch.column(0).as_fixed_size_binary();
            let ids = batch.column(1).as_string::<i32>();
            for (at, index) in (0..ids.len()).zip(group.by_ref()) {
                rows[*index].hash = hex(hashes.value(at));
                rows[*index].id = ids.value(at).to_owned();
            }
        }
    }
    Ok(rows)
}

/// A row from the columns in memory; its id and hash are still to be fetched.
pub fn event_row(names: &AccountNames, segment: &Segment, row: usize) -> EventRow {
    let dictionaries = &segment.dictionaries;
    let text = |column: TextColumn| {
        let column = column as usize;
        segment.columns[column].id(row).map(|id| dictionaries.value(column, id).to_string())
    };
    let account = text(TextColumn::Account).unwrap_or_default();
    EventRow {
        id: String::new(),
        hash: String::new(),
        time: Time::from_millis(segment.times[row]),
        event: text(TextColumn::EventName).unwrap_or_default(),
        source: text(TextColumn::EventSource).unwrap_or_default(),
        category: text(TextColumn::Category).unwrap_or_default(),
        read_only: (segment.read_only[row] != UNSAID).then_some(segment.read_only[row] == 1),
        who: text(TextColumn::Who).unwrap_or_default(),
        who_kind: text(TextColumn::WhoKind).and_then(|word| ActorKind::from_word(&word)).unwrap_or_default(),
        role: text(TextColumn::Role),
        account_name: names.get(&account).map(str::to_owned),
        account,
        region: text(TextColumn::Region).unwrap_or_default(),
        ip: text(TextColumn::SourceIp).unwrap_or_default(),
        agent: text(TextColumn::UserAgent).unwrap_or_default(),
        error: text(TextColumn::ErrorCode),
        key: text(TextColumn::AccessKey),
        resources: segment
            .row_resources(row)
            .filter_map(|code| segment.resources.ids.get(code.checked_sub(1)? as usize))
            .take(EventRow::MAX_RESOURCES)
            .map(|id| dictionaries.value(RESOURCES, *id).to_string())
            .collect(),
    }
}
