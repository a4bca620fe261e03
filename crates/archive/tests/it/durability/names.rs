use archive::{ArchiveError, Writer};
use cloudtrail::time::{DAY, Time};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Place, count, is_forbidden_here, options, record, wrapped};

/// Lets files be made in a folder and its names not be made durable: for that it is opened for reading.
fn set_readable(folder: &Path, readable: bool) {
    fs::set_permissions(folder, Permissions::from_mode(if readable { 0o700 } else { 0o300 })).unwrap();
}

async fn fails_at(writer: &Writer, place: &Place) -> PathBuf {
    match writer.take_in(&[place.logs()], &options(), |_| {}).await {
        Err(ArchiveError::File { path, .. }) => path,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_event_file_counts_before_its_name_is_durable() {
    let place = Place::new();
    let closed = place.folder.path().join("closed");
    fs::write(&closed, "").unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    let name = "durability::names::no_event_file_counts_before_its_name_is_durable";
    if !is_forbidden_here(&closed, name) {
        return;
    }
    place.write("a.json", wrapped([record(0)]));
    let (_, archive) = place.take_in().await;
    let events = place.archive().join("events");
    let day = events.join("date=2026-11-20");

    set_readable(&day, false);
    place.write("b.json", wrapped([record(1)]));
    let writer = Writer::open(&place.archive()).await.unwrap();
    assert_eq!(fails_at(&writer, &place).await, day);
    let now = Time::parse("2026-11-22T12:00:00Z").unwrap();
    let added = writer.add(&[record(2)], &[], now).await;
    assert!(matches!(added, Err(ArchiveError::File { path, .. }) if path == day));
    assert_eq!(count(&archive, "").await, 1);
    set_readable(&day, true);

    // The folder of a new day has a name of its own.
    set_readable(&events, false);
    place.write("b.json", wrapped([record((DAY / 1_000) as usize)]));
    assert_eq!(fails_at(&writer, &place).await, events);
    assert_eq!(count(&archive, "").await, 1);
    set_readable(&events, true);

    let report = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.added, count(&archive, "").await), (1, 2));
}
