use archive::{Archive, ArchiveError, Request, Writer};
use cloudtrail::time::{DAY, Time};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::{
    Place, all_raw, count, event_files, gzip, hash_of, is_forbidden_here, newest, options, record,
    record_with, search, this_test_again, wrapped,
};

#[tokio::test]
async fn names_that_are_not_utf8_are_taken_in_and_remembered() {
    let place = Place::new();
    let name = |bytes: &[u8]| place.logs().join(OsStr::from_bytes(bytes));
    fs::create_dir(name(b"caf\xe9")).unwrap();
    fs::write(name(b"caf\xe9/\xff\xfe.json"), wrapped([record(0)])).unwrap();
    fs::write(name(b"\xc3.json"), wrapped([record(1)])).unwrap();
    fs::write(name(b"\xc4.json"), "{").unwrap();
    let (report, archive) = place.take_in().await;
    assert_eq!((report.files, report.added), (3, 2));
    assert!(report.notes[0].path.ends_with("/\u{fffd}.json"), "{:?}", report.notes);
    assert_eq!(count(&archive, "").await, 2);
    let (report, _) = place.take_in().await;
    assert_eq!((report.files, report.unchanged), (3, 3));
}

#[tokio::test]
async fn links_in_a_circle_and_into_nothing_end() {
    let place = Place::new();
    place.write("deep/a.json", wrapped([record(0)]));
    symlink(place.logs(), place.logs().join("deep/up")).unwrap();
    symlink("self", place.logs().join("self")).unwrap();
    symlink("nowhere", place.logs().join("lost")).unwrap();
    symlink(place.logs().join("deep/a.json"), place.logs().join("again.json")).unwrap();
    let (report, archive) = place.take_in().await;
    assert_eq!((report.files, report.records, report.added, report.duplicates), (2, 2, 1, 1));
    let notes: Vec<_> = report.notes.iter().map(|note| Path::new(&note.path).file_name().unwrap()).collect();
    assert_eq!(notes, ["lost", "self"]);
    assert!(
        report.notes.iter().all(|note| note.message.starts_with("cannot be read: ")),
        "{:?}",
        report.notes
    );
    assert_eq!(count(&archive, "").await, 1);
}

#[tokio::test]
async fn what_is_neither_file_nor_folder_is_told_and_not_waited_for() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let _socket = std::os::unix::net::UnixListener::bind(place.logs().join("socket")).unwrap();
    let (report, _) = place.take_in().await;
    assert_eq!((report.files, report.added), (1, 1));
    assert_eq!(report.notes[0].message, "is neither a file nor a folder");
}

#[tokio::test]
async fn an_unreadable_folder_is_named_and_costs_nothing_else() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0)]));
    let locked = place.write("locked/b.json", wrapped([record(1)]));
    let file = place.write("c.json", wrapped([record(2)]));
    let closed = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    closed(locked.parent().unwrap(), 0o000);
    closed(&file, 0o000);
    let name = "bad_input::places::an_unreadable_folder_is_named_and_costs_nothing_else";
    if !is_forbidden_here(&file, name) {
        return;
    }
    let (report, archive) = place.take_in().await;
    assert_eq!((report.files, report.added), (2, 1));
    let notes: Vec<_> = report.notes.iter().map(|note| (note.path.as_str(), note.message.as_str())).collect();
    let (file_name, folder_name) = (file.to_str().unwrap(), locked.parent().unwrap().to_str().unwrap());
    assert_eq!(notes[0], (file_name, "cannot be read: Permission denied (os error 13)"));
    assert_eq!(notes[1], (folder_name, "the folder cannot be read: Permission denied (os error 13)"));
    // Once they can be read, they are.
    closed(locked.parent().unwrap(), 0o700);
    closed(&file, 0o600);
    let (report, _) = place.take_in().await;
    assert_eq!((report.added, report.unchanged, report.notes.len()), (2, 1, 0));
    assert_eq!(count(&archive, "").await, 3);
}

/// Records of one day that take about a megabyte on disk, as they do not compress.
fn a_full_day(day: usize) -> String {
    let noise =
        |number: usize| (0..12).map(|part| hash_of(&format!("[{number},{part}]"))).collect::<String>();
    wrapped((0..1_200).map(|number| {
        let number = day * (DAY / 1_000) as usize + number;
        record_with(number, &format!(r#","noise":"{}""#, noise(number)))
    }))
}

#[tokio::test]
async fn a_full_disk_names_the_file_and_costs_nothing_stored() {
    const CHILD: &str = "WAYMARK_TEST_FULL_DISK";
    if let Some(folder) = std::env::var_os(CHILD) {
        // In the child no file may grow beyond 400 kB, and writing more fails as it does on a full disk.
        let folder = Path::new(&folder);
        let writer = Writer::open(&folder.join("archive")).await.unwrap();
        let error = writer.take_in(&[folder.join("logs")], &options(), |_| {}).await.unwrap_err();
        assert!(matches!(error, ArchiveError::Parquet { .. } | ArchiveError::File { .. }), "{error}");
        let message = error.to_string();
        assert!(message.contains("archive/_tmp/") && message.starts_with("cannot write"), "{message}");
        assert_eq!(
            fs::read_dir(folder.join("archive/_tmp")).unwrap().count(),
            0,
            "the disk is freed at once"
        );
        let archive = writer.archive();
        assert_eq!(count(&archive, "").await, 10);
        assert!(!newest(&archive, "", 0).await.coverage.taking_in);
        return;
    }
    let place = Place::new();
    place.write("a.json", wrapped((0..10).map(record)));
    place.take_in().await;
    place.write("b.json.gz", gzip(a_full_day(3)));
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"];
    let name = "bad_input::places::a_full_disk_names_the_file_and_costs_nothing_stored";
    let folder = place.folder.path().to_str().unwrap();
    let output = this_test_again(name, (CHILD, folder), &limited).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let archive = Archive::open(&place.archive()).await.unwrap();
    let before: Vec<String> = (0..10).rev().map(record).collect();
    assert_eq!(all_raw(&archive, "").await, before);
    // With room again, the rest comes.
    let (report, archive) = place.take_in().await;
    assert_eq!((report.added, report.unchanged, report.notes.len()), (1_200, 1, 0));
    assert_eq!(count(&archive, "").await, 1_210);
}

#[tokio::test]
async fn a_second_writer_is_refused_while_readers_go_on() {
    let place = Place::new();
    place.write("a.json", wrapped((0..5).map(record)));
    let writer = Writer::open(&place.archive()).await.unwrap();
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    let stranger = place.archive().join("_tmp/being-written.parquet");
    fs::write(&stranger, "half").unwrap();
    let error = Writer::open(&place.archive()).await.err().unwrap();
    assert!(matches!(error, ArchiveError::Locked { .. }));
    assert!(error.to_string().contains(place.archive().to_str().unwrap()), "{error}");
    assert!(stranger.exists(), "the one who was refused has removed the other's work");
    let reader = Archive::open(&place.archive()).await.unwrap();
    assert_eq!(count(&reader, "").await, 5);
    place.write("b.json", wrapped((5..9).map(record)));
    writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!(count(&reader, "").await, 9, "an open reader sees what was added");
    drop(writer);
    assert!(Writer::open(&place.archive()).await.is_ok());
}

#[tokio::test]
async fn a_folder_with_other_things_in_it_is_not_made_an_archive() {
    let place = Place::new();
    let folder = place.folder.path().join("mine");
    for name in ["events/date=2026-11-20/a.parquet", "_tmp/notes.txt", "plan.txt"] {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        fs::write(folder.join(name), "precious").unwrap();
    }
    let error = Writer::open(&folder).await.err().expect("it takes the folder for its own");
    assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
    for name in ["events/date=2026-11-20/a.parquet", "_tmp/notes.txt", "plan.txt"] {
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "precious", "{name}");
    }
    let error = Archive::open(&folder).await.err().unwrap();
    assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error}");
    assert!(!folder.join("catalog.sqlite").exists());
    // An empty folder, and one that does not exist, are fine.
    fs::create_dir(place.folder.path().join("empty")).unwrap();
    assert!(Writer::open(&place.folder.path().join("empty")).await.is_ok());
    assert!(Writer::open(&place.folder.path().join("a/b/c")).await.is_ok());
}

#[tokio::test]
async fn a_damaged_event_file_is_named_and_the_other_days_are_readable() {
    let place = Place::new();
    place.write("a.json", wrapped([record(0), record((DAY / 1_000) as usize)]));
    place.take_in().await;
    let file = &event_files(&place.archive())[0];
    let content = fs::read(file).unwrap();
    fs::write(file, &content[..content.len() / 2]).unwrap();
    let archive = Archive::open(&place.archive()).await.unwrap();
    let request = Request::newest(search(""), 10);
    let error = archive.search(&request).await.unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    let mut other_day = request.clone();
    other_day.search.range.from = Time::parse("2026-11-21");
    assert_eq!(archive.search(&other_day).await.unwrap().total, 1);
    // What is taken in goes to other days, and to this one not without saying so.
    let writer = Writer::open(&place.archive()).await.unwrap();
    place.write("b.json", wrapped([record(1)]));
    let error = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
}
