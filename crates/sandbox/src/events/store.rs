//! Events by account and Region: plain lists sorted by time, and a file that only grows.

use std::collections::BTreeMap;
use std::path::Path;

use super::entry::{BadRecord, Entry, Place};
use super::journal::Journal;

/// All events.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Oldest first.
    lists: BTreeMap<Place, Vec<Entry>>,
    journal: Option<Journal>,
    next: u64,
}

impl Store {
    /// Events that live as long as the program.
    pub fn in_memory() -> Store {
        Store::default()
    }

    /// Events that are kept in a folder; those kept there before are read.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn in_folder(folder: &Path) -> std::io::Result<Store> {
        let (journal, records) = Journal::open(&folder.join("events.jsonl"))?;
        let mut store = Store::default();
        // What is no record was never accepted: the file was changed by hand, and the rest of it still counts.
        store.take_in(records.iter().filter_map(|record| Entry::read(record).ok().flatten()).collect());
        store.journal = Some(journal);
        Ok(store)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Adds records, in any order of time. Records of categories that event history does not show are left out.
    ///
    /// # Errors
    /// When one is no record (nothing is added then), or the file cannot be written.
    pub fn add<'r>(&mut self, records: impl IntoIterator<Item = &'r str>) -> Result<(), StoreError> {
        let mut entries = Vec::new();
        for record in records {
            entries.extend(Entry::read(record)?);
        }
        if let Some(journal) = &mut self.journal {
            journal.append(entries.iter().map(|(_, entry)| &*entry.record))?;
        }
        self.take_in(entries);
        Ok(())
    }

    /// The events of an account and Region, oldest first.
    pub fn of(&self, place: &Place) -> &[Entry] {
        self.lists.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    /// All events by account and Region, oldest first.
    pub fn all(&self) -> impl Iterator<Item = (&Place, &[Entry])> {
        self.lists.iter().map(|(place, list)| (place, list.as_slice()))
    }

    /// The number of the event that comes next.
    pub fn next_number(&self) -> u64 {
        self.next
    }

    fn take_in(&mut self, entries: Vec<(Place, Entry)>) {
        let single = entries.len() == 1;
        let mut touched = Vec::new();
        for (place, mut entry) in entries {
            entry.number = self.next;
            self.next += 1;
            let list = self.lists.entry(place.clone()).or_default();
            if single {
                // What is recorded while it happens goes to the end.
                let at =
                    list.partition_point(|other| (other.time, other.number) <= (entry.time, entry.number));
                list.insert(at, entry);
            } else {
                list.push(entry);
                touched.push(place);
            }
        }
        touched.sort();
        touched.dedup();
        for place in touched {
            if let Some(list) = self.lists.get_mut(&place) {
                list.sort_by_key(|entry| (entry.time, entry.number));
            }
        }
    }
}

/// Why events cannot be added.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// One is no record.
    #[error(transparent)]
    BadRecord(#[from] BadRecord),
    /// The file of events cannot be written.
    #[error("cannot write the file of events")]
    Io(#[from] std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, time: &str) -> String {
        format!(
            r#"{{"eventTime":"{time}","eventID":"{id}","awsRegion":"eu-west-1","recipientAccountId":"1","eventName":"X","eventCategory":"Management"}}"#
        )
    }

    fn ids(store: &Store) -> Vec<String> {
        store.of(&Place::new("1", "eu-west-1")).iter().map(|entry| entry.id.to_string()).collect()
    }

    #[test]
    fn events_are_sorted_and_stay_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::in_folder(folder.path()).unwrap();
        assert!(store.is_empty());
        let (b, a) = (record("b", "2026-11-22T10:00:01Z"), record("a", "2026-11-22T10:00:00Z"));
        store.add([b.as_str(), a.as_str()]).unwrap();
        store.add([record("between", "2026-11-22T10:00:00.500Z").as_str()]).unwrap();
        assert!(store.add(["{}"]).is_err());
        assert_eq!(ids(&store), ["a", "between", "b"]);
        assert!(Store::in_folder(folder.path()).is_err(), "the folder is in use");
        drop(store);

        // Half a line, as a program leaves it that was killed while writing.
        let path = folder.path().join("events.jsonl");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"eventTime\":\"20");
        std::fs::write(&path, text).unwrap();
        let mut store = Store::in_folder(folder.path()).unwrap();
        assert_eq!(ids(&store), ["a", "between", "b"]);
        store.add([record("c", "2026-11-22T10:00:02Z").as_str()]).unwrap();
        drop(store);
        assert_eq!(ids(&Store::in_folder(folder.path()).unwrap()), ["a", "between", "b", "c"]);
    }
}
