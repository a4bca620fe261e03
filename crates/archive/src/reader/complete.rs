//! Completion of values, with counts.

use cloudtrail::json::{Node, Tape};
use cloudtrail::search::{FacetValue, FieldRef, Search};
use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::{Archive, places_newest_first, stored};
use crate::ArchiveError;
use crate::search::{column_of, count_values};
use crate::sight::Sight;

/// Values of a JSON path stand in no column: they are gathered from the newest so many matching records.
const READ_RECORDS: usize = 20_000;

impl Archive {
    /// The most frequent values of a field among the events of a search that hold `prefix` (whatever its case), those
    /// that start with it first.
    ///
    /// For a field with a short name the counts are exact. For a JSON path they count the newest 20,000 matching
    /// events, and where there are more, each value's label says so.
    pub async fn complete(
        &self,
        field: &FieldRef,
        prefix: &str,
        search: &Search,
        limit: usize,
    ) -> Result<Vec<FacetValue>, ArchiveError> {
        self.sight().await?.complete(field, prefix, search, limit).await
    }
}

impl Sight {
    /// See [`Archive::complete`].
    pub async fn complete(
        self: &Arc<Sight>,
        field: &FieldRef,
        prefix: &str,
        search: &Search,
        limit: usize,
    ) -> Result<Vec<FacetValue>, ArchiveError> {
        let (field, search) = (field.clone(), search.clone());
        let prefix = prefix.to_lowercase();
        self.blocking(move |sight| {
            let found = sight.find(&search.query.expr, search.range)?;
            let column = match &field {
                FieldRef::Known(field) => column_of(*field).map(|column| (*field, column)),
                FieldRef::Path(_) => None,
            };
            let mut values = match (&field, column) {
                (_, Some((field, column))) => count_values(sight.names(), &found, field, column),
                (FieldRef::Path(path), None) => {
                    let places = places_newest_first(&found);
                    let newest = &places[..places.len().min(READ_RECORDS)];
                    let counts = sight.values_at(newest, path)?;
                    let partial = places.len() > newest.len();
                    let label = partial.then(|| format!("in the newest {READ_RECORDS} events"));
                    counts
                        .into_iter()
                        .map(|(value, count)| FacetValue { value, label: label.clone(), count })
                        .collect()
                }
                (FieldRef::Known(_), None) => Vec::new(),
            };
            let rank = |value: &FacetValue| {
                let at = [Some(&value.value), value.label.as_ref()]
                    .into_iter()
                    .flatten()
                    .filter_map(|text| text.to_lowercase().find(&prefix))
                    .min();
                at.map(|at| at > 0)
            };
            values.retain(|value| rank(value).is_some());
            values.sort_by(|a, b| {
                rank(a).cmp(&rank(b)).then(b.count.cmp(&a.count)).then_with(|| a.value.cmp(&b.value))
            });
            values.truncate(limit);
            Ok(values)
        })
        .await
    }

    fn values_at(
        &self,
        places: &[(&crate::segment::Segment, usize)],
        path: &[String],
    ) -> Result<FxHashMap<String, u64>, ArchiveError> {
        let mut counts = FxHashMap::default();
        let mut tape = Tape::default();
        for places in places.chunks(1_000) {
            for event in stored(self.names(), places)? {
                let Ok(root) = tape.parse(&event.raw) else { continue };
                let mut values = Vec::new();
                gather(root, path, &mut values);
                values.sort_unstable();
                values.dedup();
                values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
            }
        }
        Ok(counts)
    }
}

/// The scalars at a path, through arrays; keys match without case.
fn gather(node: Node<'_>, path: &[String], values: &mut Vec<String>) {
    match path.split_first() {
        None => {
            values.extend(node.scalar().filter(|value| !value.is_empty()).map(|value| value.into_owned()));
            node.items().for_each(|item| gather(item, path, values));
        }
        Some((key, rest)) => {
            node.fields()
                .filter(|(name, _)| name.to_lowercase() == key.to_lowercase())
                .for_each(|(_, value)| gather(value, rest, values));
            node.items().for_each(|item| gather(item, path, values));
        }
    }
}
