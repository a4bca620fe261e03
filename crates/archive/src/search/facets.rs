//! Counts by value: exact, over every matching event.

use cloudtrail::search::{Facet, FacetValue, Field};

use super::Matched;
use crate::reader::{Archive, Snapshot};
use crate::schema::TextColumn;
use crate::segment::RESOURCES;

/// The column that holds a field's values.
pub fn column_of(field: Field) -> Option<usize> {
    Some(match field {
        Field::Event => TextColumn::EventName as usize,
        Field::Who => TextColumn::Who as usize,
        Field::User => TextColumn::UserName as usize,
        Field::Role => TextColumn::Role as usize,
        Field::Service => TextColumn::EventSource as usize,
        Field::Ip => TextColumn::SourceIp as usize,
        Field::Region => TextColumn::Region as usize,
        Field::Account => TextColumn::Account as usize,
        Field::Error => TextColumn::ErrorCode as usize,
        Field::Resource => RESOURCES,
        Field::Key => TextColumn::AccessKey as usize,
        Field::Agent => TextColumn::UserAgent as usize,
        Field::Category => TextColumn::Category as usize,
        Field::ReadOnly | Field::Time | Field::Id => return None,
    })
}

/// Counts the values of some fields among the matching events.
pub fn of(
    archive: &Archive,
    snapshot: &Snapshot,
    found: &[Matched],
    fields: &[Field],
    values: usize,
) -> Vec<Facet> {
    let columns: Vec<(Field, usize)> =
        fields.iter().filter_map(|field| column_of(*field).map(|column| (*field, column))).collect();
    let counted = archive.in_parallel(&columns, |(_, column)| Ok(count(found, *column)));
    let Ok(counted) = counted else { return Vec::new() };
    columns
        .iter()
        .zip(counted)
        .map(|((field, column), counts)| facet(archive, snapshot, *field, *column, counts, values))
        .collect()
}

struct Counts {
    /// By dictionary number.
    by_id: Vec<u64>,
    missing: u64,
}

fn count(found: &[Matched], column: usize) -> Counts {
    let mut counts = Counts { by_id: Vec::new(), missing: 0 };
    for matched in found {
        let segment = &matched.segment;
        let codes = if column == RESOURCES { &segment.resources } else { &segment.columns[column] };
        let mut by_code = vec![0u32; codes.code_count()];
        if column == RESOURCES {
            for row in matched.rows.from(0) {
                let mut some = false;
                for code in segment.row_resources(row) {
                    by_code[code as usize] += 1;
                    some = true;
                }
                counts.missing += u64::from(!some);
            }
        } else {
            codes.count(&matched.rows.words, 0..segment.rows(), &mut by_code);
            counts.missing += u64::from(by_code[0]);
        }
        for (id, count) in codes.ids.iter().zip(&by_code[1..]) {
            let id = *id as usize;
            if id >= counts.by_id.len() {
                counts.by_id.resize(id + 1, 0);
            }
            counts.by_id[id] += u64::from(*count);
        }
    }
    counts
}

fn facet(
    archive: &Archive,
    snapshot: &Snapshot,
    field: Field,
    column: usize,
    counts: Counts,
    values: usize,
) -> Facet {
    let mut present: Vec<(u64, u32)> = counts
        .by_id
        .iter()
        .zip(0u32..)
        .filter(|(count, _)| **count > 0)
        .map(|(count, id)| (*count, id))
        .collect();
    let distinct = present.len() as u64;
    // The most frequent few by count alone, then those of equal count by value, so that the order is always the same.
    if present.len() > values && values > 0 {
        present.select_nth_unstable_by(values - 1, |a, b| b.0.cmp(&a.0));
        let least = present[values - 1].0;
        present.retain(|(count, _)| *count >= least);
    }
    let mut listed: Vec<FacetValue> = present
        .into_iter()
        .map(|(count, id)| value_of(archive, snapshot, field, column, id, count))
        .collect();
    listed.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    listed.truncate(values);
    Facet { field, values: listed, distinct, missing: counts.missing }
}

/// All values of a column among the matching events, in no order.
pub fn count_values(
    archive: &Archive,
    snapshot: &Snapshot,
    found: &[Matched],
    field: Field,
    column: usize,
) -> Vec<FacetValue> {
    let counts = count(found, column).by_id;
    let present = counts.into_iter().zip(0u32..).filter(|(count, _)| *count > 0);
    present.map(|(count, id)| value_of(archive, snapshot, field, column, id, count)).collect()
}

fn value_of(
    archive: &Archive,
    snapshot: &Snapshot,
    field: Field,
    column: usize,
    id: u32,
    count: u64,
) -> FacetValue {
    let value = archive.dictionaries().value(column, id).to_string();
    let label = (field == Field::Account).then(|| snapshot.names.get(&value).map(str::to_owned)).flatten();
    FacetValue { value, label, count }
}
