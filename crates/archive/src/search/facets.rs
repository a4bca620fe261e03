//! Counts by value: exact, over every matching event.

use cloudtrail::names::AccountNames;
use cloudtrail::search::{Facet, FacetValue, Field};
use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::Matched;
use crate::reader::in_parallel;
use crate::schema::TextColumn;
use crate::segment::{Dictionaries, RESOURCES};

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
pub fn of(names: &AccountNames, found: &[Matched], fields: &[Field], values: usize) -> Vec<Facet> {
    let columns: Vec<(Field, usize)> =
        fields.iter().filter_map(|field| column_of(*field).map(|column| (*field, column))).collect();
    let counted = in_parallel(&columns, |(_, column)| Ok(count(found, *column)));
    let Ok(counted) = counted else { return Vec::new() };
    let facets = columns.iter().zip(counted);
    facets.map(|((field, column), counts)| facet(names, *field, *column, counts, values)).collect()
}

/// All values of a column among the matching events, in no order.
pub fn count_values(names: &AccountNames, found: &[Matched], field: Field, column: usize) -> Vec<FacetValue> {
    let counts = merged(count(found, column), column);
    counts.into_iter().map(|(value, count)| value_of(names, field, &value, count)).collect()
}

#[derive(Default)]
struct Counts {
    /// By dictionary number, for each archive's dictionaries.
    by_id: Vec<(Arc<Dictionaries>, Vec<u64>)>,
    missing: u64,
}

impl Counts {
    /// The counts by number in some dictionaries.
    fn of(&mut self, dictionaries: &Arc<Dictionaries>) -> &mut Vec<u64> {
        let known = self.by_id.iter().position(|(known, _)| Arc::ptr_eq(known, dictionaries));
        let at = known.unwrap_or_else(|| {
            self.by_id.push((dictionaries.clone(), Vec::new()));
            self.by_id.len() - 1
        });
        &mut self.by_id[at].1
    }
}

fn count(found: &[Matched], column: usize) -> Counts {
    let mut counts = Counts::default();
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
        let by_id = counts.of(&segment.dictionaries);
        for (id, count) in codes.ids.iter().zip(&by_code[1..]) {
            let id = *id as usize;
            if id >= by_id.len() {
                by_id.resize(id + 1, 0);
            }
            by_id[id] += u64::from(*count);
        }
    }
    counts
}

fn facet(names: &AccountNames, field: Field, column: usize, counts: Counts, values: usize) -> Facet {
    let missing = counts.missing;
    let (distinct, mut listed) = match counts.by_id.as_slice() {
        // Of one archive only the values that are listed are looked up.
        [(dictionaries, by_id)] => {
            let (distinct, most) = most_frequent(present(by_id).collect(), values);
            (distinct, most.into_iter().map(|(count, id)| (count, dictionaries.value(column, id))).collect())
        }
        // Numbers of different archives stand for different values.
        _ => {
            let counts = merged(counts, column).into_iter();
            most_frequent(counts.map(|(value, count)| (count, value)).collect(), values)
        }
    };
    listed
        .sort_unstable_by(|(a, value), (b, other): &(u64, Arc<str>)| b.cmp(a).then_with(|| value.cmp(other)));
    listed.truncate(values);
    let values = listed.into_iter().map(|(count, value)| value_of(names, field, &value, count)).collect();
    Facet { field, values, distinct, missing }
}

/// How many values there are, and the most frequent few by count alone with those of equal count: which of these are listed is
/// up to the values, so that the order is always the same.
fn most_frequent<T>(mut present: Vec<(u64, T)>, values: usize) -> (u64, Vec<(u64, T)>) {
    let distinct = present.len() as u64;
    if present.len() > values && values > 0 {
        present.select_nth_unstable_by(values - 1, |a, b| b.0.cmp(&a.0));
        let least = present[values - 1].0;
        present.retain(|(count, _)| *count >= least);
    }
    (distinct, present)
}

/// Counts and numbers of the values that are there.
fn present(by_id: &[u64]) -> impl Iterator<Item = (u64, u32)> {
    by_id.iter().zip(0u32..).filter(|(count, _)| **count > 0).map(|(count, id)| (*count, id))
}

/// Counts by value, over all archives.
fn merged(counts: Counts, column: usize) -> FxHashMap<Arc<str>, u64> {
    let mut merged: FxHashMap<Arc<str>, u64> = FxHashMap::default();
    for (dictionaries, by_id) in &counts.by_id {
        for (count, id) in present(by_id) {
            *merged.entry(dictionaries.value(column, id)).or_default() += count;
        }
    }
    merged
}

fn value_of(names: &AccountNames, field: Field, value: &str, count: u64) -> FacetValue {
    let label = (field == Field::Account).then(|| names.get(value).map(str::to_owned)).flatten();
    FacetValue { value: value.to_owned(), label, count }
}
