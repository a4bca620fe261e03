//! The demo: a made-up organisation, made when it is missing or has grown old.
//!
//! ```text
//! demo/<key>/logs/      its log files, unless they were given
//! demo/<key>/archive/   what is served
//! demo/<key>/made       there when the log files are complete
//! ```

use std::path::{Path, PathBuf};

use archive::{Archive, ArchiveError, Writer};
use cloudtrail::names::AccountNames;
use cloudtrail::time::{DAY, HOUR, Time};
use sha2::{Digest, Sha256};

use super::Source;
use super::intake::Intake;
use crate::clock::Clock;
use crate::data::{DataFolder, canonical};
use crate::error::{Error, Result};

/// Its name in addresses.
const SEGMENT: &str = "sample";
/// When it ended longer ago than this, "the last hours" would show nothing, and a new one is made.
const FRESH: i64 = 26 * HOUR;

/// Opens the demo: its archive at once, its events as they are made and taken in.
pub async fn open(events: u64, logs: Option<&Path>, data: &DataFolder, clock: &Clock) -> Result<Source> {
    let root = data.demo()?;
    let place = match logs {
        Some(logs) => Place::of_given(&root, canonical(logs)?)?,
        None => Place::of_made(&root, events, clock.now())?,
    };
    std::fs::create_dir_all(&place.folder)
        .map_err(|source| file_error("create the folder", &place.folder, source))?;
    remove_others(&root, &place.folder).await;

    let path = place.folder.join("archive");
    let writer = match Writer::open(&path).await {
        Ok(writer) => writer,
        // Another demo is running; what it takes in shows here too.
        Err(ArchiveError::Locked { .. }) => {
            let archive = Archive::open(&path).await?;
            return Ok(Source { segment: SEGMENT.to_owned(), demo: true, archive, intake: None });
        }
        Err(error) => return Err(error.into()),
    };
    let names = sample::ACCOUNTS.iter().map(|(id, name)| (id.to_string(), name.to_string()));
    writer.set_names(&names.collect::<AccountNames>()).await?;
    let archive = writer.archive();
    // The trail's own folder: beside it lie the accounts' names, which are no log file.
    let trail = place.logs.join("AWSLogs");
    let folder = if place.make.is_some() || trail.is_dir() { trail } else { place.logs.clone() };
    // Held, so that another demo knows not to remove it.
    let intake = Intake::of_folders(writer, vec![folder], false).holding();
    let intake = match place.make {
        Some(options) => intake.after(move || make(&place.folder, &place.logs, &options)),
        None => intake,
    };
    Ok(Source { segment: SEGMENT.to_owned(), demo: true, archive, intake: Some(intake) })
}

/// Where a demo is.
struct Place {
    folder: PathBuf,
    logs: PathBuf,
    /// How to make it, if it is not there yet.
    make: Option<sample::Options>,
}

impl Place {
    /// For log files that are there. The key changes with the folder, since other files of the same name would mix
    /// their events with the old ones.
    fn of_given(root: &Path, logs: PathBuf) -> Result<Place> {
        let state = logs.metadata().map_err(|source| Error::Source { path: logs.clone(), source })?;
        let mut hasher = Sha256::new();
        hasher.update(logs.as_os_str().as_encoded_bytes());
        hasher.update(format!("{:?}", state.modified().ok()));
        #[cfg(unix)]
        hasher.update(std::os::unix::fs::MetadataExt::ino(&state).to_le_bytes());
        let key: String = hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Place { folder: root.join(format!("given-{key}")), logs, make: None })
    }

    /// For log files of our own: those that are there, if they are complete and fresh.
    fn of_made(root: &Path, events: u64, now: Time) -> Result<Place> {
        let entries = std::fs::read_dir(root).map_err(|source| file_error("read", root, source))?;
        let fresh = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| Some((end_of(&name, events)?, name)))
            .filter(|(end, name)| {
                now.plus(-FRESH) <= *end && *end <= now.plus(DAY) && root.join(name).join("made").is_file()
            })
            .max();
        if let Some((_, name)) = fresh {
            let folder = root.join(name);
            return Ok(Place { logs: folder.join("logs"), folder, make: None });
        }
        let end = Time::from_millis(now.as_millis().div_euclid(HOUR) * HOUR);
        let timestamp = jiff::Timestamp::from_millisecond(end.as_millis())
            .map_err(|error| Error::Argument(format!("the computer's clock is wrong: {error}")))?;
        let folder = root.join(format!("{}-{events}", end.as_millis()));
        let options = sample::Options { events, ..sample::Options::ending_at(timestamp) };
        Ok(Place { logs: folder.join("logs"), folder, make: Some(options) })
    }
}

/// When the demo in a folder of this name ends, if it has so many events.
fn end_of(name: &str, events: u64) -> Option<Time> {
    let (end, count) = name.split_once('-')?;
    (count.parse() == Ok(events)).then_some(())?;
    end.parse().ok().map(Time::from_millis)
}

fn make(folder: &Path, logs: &Path, options: &sample::Options) -> Result<()> {
    // Left over from a start that did not come to its end.
    match std::fs::remove_dir_all(logs) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(file_error("remove", logs, source));
        }
        _ => {}
    }
    sample::generate(logs, options, &mut |_| {})
        .map_err(|source| Error::Sample { path: logs.to_path_buf(), source: Box::new(source) })?;
    let made = folder.join("made");
    std::fs::write(&made, "").map_err(|source| file_error("write", &made, source))
}

/// Removes demos of other days, unless another server shows them. What cannot be removed is in nobody's way.
async fn remove_others(root: &Path, keep: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else {
        return;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path != keep) {
        match Writer::open(&path.join("archive")).await {
            Err(ArchiveError::Locked { .. }) => {}
            lock => {
                if let Err(error) = std::fs::remove_dir_all(&path) {
                    tracing::warn!(path = %path.display(), %error, "an old demo cannot be removed");
                }
                drop(lock);
            }
        }
    }
}

fn file_error(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { action, path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_is_made_again_when_it_is_old_or_unfinished() {
        let root = tempfile::tempdir().unwrap();
        let now = Time::parse("2026-11-22T14:30:00Z").unwrap();
        let first = Place::of_made(root.path(), 500, now).unwrap();
        assert!(first.make.is_some());
        std::fs::create_dir_all(&first.folder).unwrap();
        assert!(Place::of_made(root.path(), 500, now).unwrap().make.is_some());
        std::fs::write(first.folder.join("made"), "").unwrap();
        let later = Place::of_made(root.path(), 500, now.plus(20 * HOUR)).unwrap();
        assert!(later.make.is_none());
        assert_eq!(later.folder, first.folder);
        assert!(Place::of_made(root.path(), 500, now.plus(2 * DAY)).unwrap().make.is_some());
        assert!(Place::of_made(root.path(), 600, now).unwrap().make.is_some());
    }
}
