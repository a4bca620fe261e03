//! The different values of each cached column, over all event files of an archive.
//!
//! A value is kept once, however many files hold it, and has a number; facets of different files are added by number.

use rustc_hash::FxHashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::schema::TextColumn;

/// The number of the dictionary of resources, behind those of the text columns.
pub const RESOURCES: usize = TextColumn::CACHED;

/// One dictionary a cached column.
pub struct Dictionaries {
    columns: Vec<RwLock<Dictionary>>,
}

#[derive(Default)]
struct Dictionary {
    ids: FxHashMap<Arc<str>, u32>,
    values: Vec<Arc<str>>,
}

impl Default for Dictionaries {
    fn default() -> Self {
        Dictionaries { columns: (0..=RESOURCES).map(|_| RwLock::default()).collect() }
    }
}

impl Dictionaries {
    /// The numbers of some values, which are added if they are new.
    pub fn intern<'v>(&self, column: usize, values: impl Iterator<Item = &'v str>) -> Vec<u32> {
        let mut dictionary = self.columns[column].write().unwrap_or_else(PoisonError::into_inner);
        values
            .map(|value| {
                if let Some(id) = dictionary.ids.get(value) {
                    return *id;
                }
                let id = dictionary.values.len() as u32;
                let value: Arc<str> = value.into();
                dictionary.values.push(value.clone());
                dictionary.ids.insert(value, id);
                id
            })
            .collect()
    }

    /// The value with a number.
    pub fn value(&self, column: usize, id: u32) -> Arc<str> {
        let dictionary = self.columns[column].read().unwrap_or_else(PoisonError::into_inner);
        dictionary.values.get(id as usize).cloned().unwrap_or_default()
    }

    /// Calls `visit` with the values of some numbers, under one lock.
    pub fn for_each(&self, column: usize, ids: &[u32], mut visit: impl FnMut(usize, &str)) {
        let dictionary = self.columns[column].read().unwrap_or_else(PoisonError::into_inner);
        for (position, id) in ids.iter().enumerate() {
            visit(position, dictionary.values.get(*id as usize).map_or("", |value| value));
        }
    }
}
