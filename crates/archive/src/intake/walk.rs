//! Finding the files to take in, and telling which of them are known.

use cloudtrail::intake::{Outcome, SourceNote};
use rustc_hash::{FxHashMap, FxHashSet};
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::ArchiveError;
use crate::catalog::SourceRecord;

/// Folders deeper than this are not entered; CloudTrail's own layout is 9 deep.
const MAX_DEPTH: usize = 64;

/// A file to take in.
#[derive(Debug)]
pub struct Source {
    pub path: PathBuf,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: i64,
}

impl Source {
    pub fn path_bytes(&self) -> Vec<u8> {
        self.path.as_os_str().as_bytes().to_vec()
    }
}

/// What was found below the given paths.
#[derive(Default)]
pub struct Walked {
    /// Oldest delivery first, so that a day's events arrive together.
    pub sources: Vec<Source>,
    /// Folders and files that cannot be read.
    pub notes: Vec<SourceNote>,
}

/// Refuses paths that do not exist, before anything is done.
pub fn check_sources(paths: &[PathBuf]) -> Result<(), ArchiveError> {
    for path in paths {
        std::fs::metadata(path).map_err(|source| ArchiveError::Source { path: path.clone(), source })?;
    }
    Ok(())
}

/// Finds every file below the given paths. Names starting with a dot are passed over; links are followed, but no folder
/// is entered twice.
pub fn find(paths: &[PathBuf]) -> Result<Walked, ArchiveError> {
    check_sources(paths)?;
    let mut walk = Walk { walked: Walked::default(), folders: FxHashSet::default() };
    for path in paths {
        // Absolute, so that the same file is the same source from wherever it is named.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        walk.visit(path, 0);
    }
    let sources = &mut walk.walked.sources;
    sources.sort_by(|a, b| (delivery_time(&a.path), &a.path).cmp(&(delivery_time(&b.path), &b.path)));
    sources.dedup_by(|a, b| a.path == b.path);
    Ok(walk.walked)
}

struct Walk {
    walked: Walked,
    folders: FxHashSet<(u64, u64)>,
}

impl Walk {
    fn visit(&mut self, path: PathBuf, depth: usize) {
        match std::fs::metadata(&path) {
            Err(error) => self.note(&path, format!("cannot be read: {error}")),
            Ok(metadata) if metadata.is_dir() => self.enter(path, &metadata, depth),
            Ok(metadata) if metadata.is_file() => self.walked.sources.push(Source {
                size: metadata.len(),
                modified: metadata
                    .mtime()
                    .saturating_mul(1_000_000_000)
                    .saturating_add(metadata.mtime_nsec()),
                path,
            }),
            Ok(_) => self.note(&path, "is neither a file nor a folder".to_owned()),
        }
    }

    fn enter(&mut self, path: PathBuf, metadata: &Metadata, depth: usize) {
        if depth >= MAX_DEPTH {
            return self.note(&path, format!("is more than {MAX_DEPTH} folders deep"));
        }
        if !self.folders.insert((metadata.dev(), metadata.ino())) {
            return;
        }
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => return self.note(&path, format!("the folder cannot be read: {error}")),
        };
        for entry in entries {
            match entry {
                Ok(entry) if entry.file_name().as_bytes().starts_with(b".") => {}
                Ok(entry) => self.visit(entry.path(), depth + 1),
                Err(error) => self.note(&path, format!("the folder cannot be read on: {error}")),
            }
        }
    }

    fn note(&mut self, path: &Path, message: String) {
        let path = path.to_string_lossy().into_owned();
        self.walked.notes.push(SourceNote { path, outcome: Outcome::Skipped, kept: 0, message });
    }
}

/// The time of delivery in a log file's name (`…_20230710T1220Z_…`), as written; names without one come first.
fn delivery_time(path: &Path) -> Option<&[u8]> {
    let name = path.file_name()?.as_bytes();
    let digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
    name.windows(13).find(|window| window[8] == b'T' && digits(&window[..8]) && digits(&window[9..]))
}

/// The sources that earlier runs took in.
pub struct Known {
    by_path: FxHashMap<Vec<u8>, SourceRecord>,
}

impl Known {
    pub fn new(sources: Vec<SourceRecord>) -> Known {
        Known { by_path: sources.into_iter().map(|source| (source.path.clone(), source)).collect() }
    }

    pub fn get(&self, source: &Source) -> Option<&SourceRecord> {
        self.by_path.get(source.path.as_os_str().as_bytes())
    }

    /// Whether a source is as it was: same path, size and time of change.
    pub fn unchanged(&self, source: &Source) -> bool {
        self.get(source).is_some_and(|known| known.size == source.size && known.modified == source.modified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_by_the_time_of_delivery_in_the_name() {
        let time = |name: &str| {
            delivery_time(Path::new(name)).map(|time| String::from_utf8_lossy(time).into_owned())
        };
        assert_eq!(
            time("a/1_CloudTrail_us-east-1_20230710T1220Z_x.json.gz").as_deref(),
            Some("20230710T1220")
        );
        assert_eq!(
            time("811596193553_CloudTrail_us-east-1-20200930T2300.json").as_deref(),
            Some("20200930T2300")
        );
        assert_eq!(time("logs.json"), None);
    }
}
