use archive::{Archive, ArchiveError, IntakeOptions, Request, Writer};
use arrow_array::RecordBatch;
use cloudtrail::search::TimeRange;
use cloudtrail::time::{DAY, HOUR, Time};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::corpus::Random;
use crate::support::{
    Identity, Place, all_raw, count, event_files, gzip, identities, options, record, search, this_test_again,
    wrapped,
};

/// Names of files and folders.
mod names;

const CHILD: &str = "WAYMARK_TEST_TAKE_IN";
const KILLS: usize = 50;

/// In a process of its own: takes in `logs`, telling on stdout each file that is done.
async fn take_in_and_tell(logs: &Path, archive: &Path) {
    // Hardly any memory, so that it is writing all the time.
    let options = IntakeOptions { memory: 20_000, threads: 2, ..options() };
    let writer = Writer::open(archive).await.unwrap();
    let tell = |_| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "file").and_then(|()| out.flush()).unwrap();
    };
    writer.take_in(&[logs.to_owned()], &options, tell).await.unwrap();
}

/// Waits for one of many moments in the life of a run: so many files done, or so many seen being written; and from
/// there a random few microseconds more.
fn wait_for_a_random_moment(child: &mut Child, archive: &Path, random: &mut Random) {
    if random.below(3) > 0 {
        let lines = random.below(70) as usize;
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        out.by_ref().map_while(Result::ok).filter(|line| line.ends_with("file")).take(lines).for_each(drop);
        // Someone goes on listening, so that the run is not stopped by a full or closed pipe.
        std::thread::spawn(move || out.for_each(drop));
    } else {
        let wanted = random.below(40);
        let mut names = BTreeSet::new();
        while (names.len() as u64) < wanted && child.try_wait().unwrap().is_none() {
            let entries = fs::read_dir(archive.join("_tmp")).into_iter().flatten().flatten();
            names.extend(entries.map(|entry| entry.file_name()));
            std::thread::yield_now();
        }
    }
    let (start, pause) = (Instant::now(), Duration::from_micros(random.below(4_000)));
    while start.elapsed() < pause {
        std::hint::spin_loop();
    }
}

#[tokio::test]
async fn a_run_killed_fifty_times_ends_with_the_events_of_a_clean_run() {
    let name = "durability::a_run_killed_fifty_times_ends_with_the_events_of_a_clean_run";
    if let Some(folders) = std::env::var_os(CHILD) {
        let folders = PathBuf::from(folders);
        return take_in_and_tell(&folders.join("../logs"), &folders).await;
    }
    let place = Place::new();
    for file in 0..60_usize {
        // Each file has events of six days, and some that the next file has too.
        let records =
            (0..36).map(|number| record(file * 30 + number + (number % 6) * (DAY / 1_000) as usize));
        place.write(&format!("{file:02}.json.gz"), gzip(wrapped(records)));
    }
    let (report, archive) = place.take_in().await;
    assert!(report.duplicates > 100);
    let clean = identities(&archive, "").await;
    let all: BTreeSet<Identity> = clean.iter().cloned().collect();
    assert_eq!(all.len(), clean.len());

    let mut random = Random(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64);
    let (mut kills, mut half_way, mut lives) = (0, 0, 0);
    let mut stored = BTreeSet::new();
    let mut folder = place.folder.path().join("life-0");
    while kills < KILLS {
        let mut child = this_test_again(name, (CHILD, folder.to_str().unwrap()), &[])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_a_random_moment(&mut child, &folder, &mut random);
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        kills += usize::from(!ended.success());
        // Whoever reads now finds all that was there before, and nothing that should not be there.
        let now: BTreeSet<Identity> = match Archive::open(&folder).await {
            Ok(archive) => {
                let list = identities(&archive, "").await;
                let set: BTreeSet<Identity> = list.iter().cloned().collect();
                assert_eq!(set.len(), list.len(), "an event is there twice");
                set
            }
            Err(error) => {
                // It died before there was a catalog.
                assert!(stored.is_empty() && !ended.success(), "{error}");
                BTreeSet::new()
            }
        };
        assert!(now.is_superset(&stored), "events were lost");
        assert!(now.is_subset(&all), "events came from nowhere");
        assert!(!ended.success() || now == all, "a whole run has not taken in everything");
        half_way += usize::from(!now.is_empty() && now.len() < all.len());
        stored = now;
        if stored == all {
            // Nothing is left to do: the next one starts anew.
            check_end(&place, &folder, &clean).await;
            stored.clear();
            lives += 1;
            folder = place.folder.path().join(format!("life-{lives}"));
        }
    }
    check_end(&place, &folder, &clean).await;
    assert!(half_way > KILLS / 5, "only {half_way} of {KILLS} kills came in the middle");
}

/// A full run ends with the same events in the same order, and with no file too many.
async fn check_end(place: &Place, folder: &Path, clean: &[Identity]) {
    let writer = Writer::open(folder).await.unwrap();
    let report = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.files, report.notes.len()), (60, 0));
    let archive = writer.archive();
    assert!(identities(&archive, "").await == clean);
    assert_eq!(count(&archive, "StopInstances").await, clean.len() as u64);
    assert!(writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap().unchanged == 60);
    assert_eq!(fs::read_dir(folder.join("_tmp")).unwrap().count(), 0);
    let known = known_files(folder, "SELECT path FROM files").await;
    let there: BTreeSet<PathBuf> = event_files(folder).into_iter().collect();
    assert_eq!(there, known);
}

async fn known_files(folder: &Path, sql: &str) -> BTreeSet<PathBuf> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("catalog.sqlite"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let paths: Vec<String> = sqlx::query_scalar(sql).fetch_all(&pool).await.unwrap();
    paths.iter().map(|path| folder.join(path)).collect()
}

#[tokio::test]
async fn what_a_run_that_died_left_behind_is_removed_at_the_next_writing() {
    let place = Place::new();
    place.write("a.json", wrapped((0..10).map(record)));
    let (_, archive) = place.take_in().await;
    let known = event_files(&place.archive());
    let leftovers = [
        "_tmp/1.parquet",
        "events/date=2026-11-20/unknown.parquet",
        "events/date=1999-01-01/unknown.parquet",
    ];
    for name in leftovers {
        let file = place.archive().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::copy(&known[0], file).unwrap();
    }
    let reader = Archive::open(&place.archive()).await.unwrap();
    assert_eq!(count(&reader, "").await, 10, "what no catalog knows does not count");
    assert!(leftovers.iter().all(|name| place.archive().join(name).exists()), "a reader removes nothing");
    let writer = Writer::open(&place.archive()).await.unwrap();
    assert!(leftovers.iter().all(|name| !place.archive().join(name).exists()));
    assert_eq!(event_files(&place.archive()), known);
    assert_eq!(count(&writer.archive(), "").await, 10);
    assert_eq!(count(&archive, "").await, 10);
}

/// Takes in one file a run, ten runs, each an hour after the one before; their events interleave.
async fn take_in_hourly(place: &Place) -> (Writer, BTreeMap<String, Time>) {
    let writer = Writer::open(&place.archive()).await.unwrap();
    let mut first_seen = BTreeMap::new();
    for run in 0..10_usize {
        let numbers = (0..900).map(|number| number * 10 + run);
        first_seen.extend(numbers.clone().map(|number| (format!("id-{number:06}"), at_hour(run))));
        place.write(&format!("{run}.json"), wrapped(numbers.map(record)));
        let clock = at_hour(run);
        let options = IntakeOptions { clock: Arc::new(move || clock), ..options() };
        let report = writer.take_in(&[place.logs()], &options, |_| {}).await.unwrap();
        assert_eq!(report.added, 900);
    }
    (writer, first_seen)
}

fn at_hour(run: usize) -> Time {
    Time::parse("2026-11-22T12:00:00Z").unwrap().plus(run as i64 * HOUR)
}

/// Checks that every event is there, in order, as it was and as it was first seen.
async fn check_all_there(archive: &Archive, first_seen: &BTreeMap<String, Time>) {
    let mut stream = archive.stream(&search("")).await.unwrap();
    let mut number = first_seen.len();
    while let Some(events) = stream.next().await {
        for event in events.unwrap() {
            number -= 1;
            assert_eq!(event.raw, record(number));
            assert_eq!(event.first_seen, first_seen[&event.row.id], "{number}");
        }
    }
    assert_eq!(number, 0);
}

#[tokio::test]
async fn small_files_of_a_day_are_merged_and_keep_all_events_in_order() {
    let place = Place::new();
    let (writer, first_seen) = take_in_hourly(&place).await;
    let counting = "SELECT path FROM files WHERE removed IS NULL";
    // Eight became one, and two came after.
    assert_eq!(known_files(&place.archive(), counting).await.len(), 3);
    check_all_there(&writer.archive(), &first_seen).await;
    // Searches look for times in rows that stand in order; the second of an event is its number.
    let start = Time::parse("2026-11-20T10:00:00Z").unwrap();
    for (from, to) in [(0, 9_000), (0, 1), (8_999, 9_000), (4_095, 4_097), (100, 7_300), (799, 8_201)] {
        let mut request = Request::newest(search(""), 1_000);
        request.search.range =
            TimeRange { from: Some(start.plus(from * 1_000)), to: Some(start.plus(to * 1_000)) };
        let page = writer.archive().search(&request).await.unwrap();
        assert_eq!(page.total, (to - from) as u64, "{from} {to}");
        let expected = (from..to).rev().take(1_000).map(|number| format!("id-{number:06}"));
        assert!(page.rows.iter().map(|row| row.id.clone()).eq(expected), "{from} {to}");
    }
    check_all_there(&Archive::open(&place.archive()).await.unwrap(), &first_seen).await;
    // Those that were replaced an hour ago and more are gone from the disk.
    assert_eq!(event_files(&place.archive()).len(), 3);
    // Merging has forgotten none of the events' identities.
    place.write("again.json", wrapped((0..9_000).map(record)));
    let report = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.added, report.duplicates), (0, 9_000));
}

#[tokio::test]
async fn large_records_are_merged_too() {
    let place = Place::new();
    let writer = Writer::open(&place.archive()).await.unwrap();
    let large = |number: usize| record(number).replace("aws-cli/2.0", &"x".repeat(2 << 20));
    for run in 0..8_usize {
        place.write(&format!("{run}.json"), wrapped((0..9).map(|number| large(number * 8 + run))));
        writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    }
    assert_eq!(known_files(&place.archive(), "SELECT path FROM files WHERE removed IS NULL").await.len(), 1);
    let raw = all_raw(&writer.archive(), "").await;
    assert!(raw.len() == 72 && raw.iter().rev().enumerate().all(|(number, raw)| *raw == large(number)));
}

async fn set_format(place: &Place, version: &str) -> i64 {
    let catalog = place.catalog().await;
    let before = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'format_version'");
    let before: i64 = before.fetch_one(&catalog).await.unwrap();
    let sql = format!("UPDATE meta SET value = {version} WHERE key = 'format_version'");
    sqlx::raw_sql(&sql).execute(&catalog).await.unwrap();
    before
}

/// Makes an event file what an older format may have been: of today's columns it has the two that are not derived.
fn make_old(file: &Path) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap();
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["first_seen", "raw"]);
    let batches: Vec<RecordBatch> =
        builder.with_projection(mask).build().unwrap().map(Result::unwrap).collect();
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), batches[0].schema(), None).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
}

#[tokio::test]
async fn an_archive_of_an_older_format_is_rebuilt_by_the_next_writer_and_refused_by_readers_until_then() {
    let place = Place::new();
    let (writer, first_seen) = take_in_hourly(&place).await;
    let before = identities(&writer.archive(), "").await;
    drop(writer);
    event_files(&place.archive()).iter().for_each(|file| make_old(file));
    let version = set_format(&place, "value - 1").await;
    let error = Archive::open(&place.archive()).await.err().unwrap();
    assert!(matches!(error, ArchiveError::OlderFormat { found, .. } if found == version - 1), "{error}");
    assert!(error.to_string().contains(place.archive().to_str().unwrap()), "{error}");

    let writer = Writer::open(&place.archive()).await.unwrap();
    assert!(identities(&writer.archive(), "").await == before);
    assert_eq!(set_format(&place, "value").await, version);
    let reader = Archive::open(&place.archive()).await.unwrap();
    check_all_there(&reader, &first_seen).await;
    assert_eq!(count(&reader, "who:jo service:ec2 event:Stop*").await, 9_000);
    // The old files are gone at once: nobody can read them.
    let known = known_files(&place.archive(), "SELECT path FROM files").await;
    assert_eq!(event_files(&place.archive()).into_iter().collect::<BTreeSet<_>>(), known);
    // And the sources are still known.
    let report = writer.take_in(&[place.logs()], &options(), |_| {}).await.unwrap();
    assert_eq!((report.files, report.unchanged), (10, 10));
}

#[tokio::test]
async fn a_rebuild_that_fails_half_way_loses_nothing_and_is_made_again() {
    let place = Place::new();
    let next_day = (DAY / 1_000) as usize;
    place.write("a.json", wrapped((0..50).chain(next_day..next_day + 50).map(record)));
    let (_, archive) = place.take_in().await;
    let before = identities(&archive, "").await;
    drop(archive);
    // The older day is rebuilt last.
    let broken = event_files(&place.archive())[0].clone();
    let content = fs::read(&broken).unwrap();
    fs::write(&broken, &content[..content.len() / 2]).unwrap();
    set_format(&place, "value - 1").await;
    let error = Writer::open(&place.archive()).await.err().unwrap();
    assert!(error.to_string().contains(broken.to_str().unwrap()), "{error}");
    assert!(matches!(Archive::open(&place.archive()).await, Err(ArchiveError::OlderFormat { .. })));
    fs::write(&broken, &content).unwrap();
    let writer = Writer::open(&place.archive()).await.unwrap();
    assert_eq!(identities(&writer.archive(), "").await, before);
}

#[tokio::test]
async fn an_archive_of_a_newer_format_is_refused_and_left_alone() {
    let place = Place::new();
    place.write("a.json", wrapped((0..5).map(record)));
    place.take_in().await;
    let files = event_files(&place.archive());
    let stranger = place.archive().join("events/date=2026-11-20/of-the-newer-one.parquet");
    fs::write(&stranger, "new").unwrap();
    let version = set_format(&place, "value + 1").await;
    for error in [
        Writer::open(&place.archive()).await.err().unwrap(),
        Archive::open(&place.archive()).await.err().unwrap(),
    ] {
        assert!(
            matches!(error, ArchiveError::NewerFormat { found, known, .. } if (found, known) == (version + 1, version))
        );
        assert!(error.to_string().contains(place.archive().to_str().unwrap()), "{error}");
    }
    assert!(stranger.exists() && files.iter().all(|file| file.exists()));
    assert_eq!(set_format(&place, "value").await, version + 1);
}

#[tokio::test]
async fn an_archive_is_its_owners_alone() {
    let place = Place::new();
    place.write("a.json", wrapped((0..5).map(record)));
    place.take_in().await;
    let mode = fs::metadata(place.archive()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn event_files_are_laid_out_as_other_engines_expect_them() {
    let place = Place::new();
    let next_day = (DAY / 1_000) as usize;
    place.write("a.json", wrapped([record(0), record(1), record(next_day)]));
    place.take_in().await;
    let files = event_files(&place.archive());
    let folders: Vec<_> =
        files.iter().map(|file| file.parent().unwrap().strip_prefix(place.archive()).unwrap()).collect();
    assert_eq!(folders, [Path::new("events/date=2026-11-20"), Path::new("events/date=2026-11-21")]);
    let rows = |file: &PathBuf| {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap();
        (reader.metadata().file_metadata().num_rows(), reader.schema().field(0).name().clone())
    };
    assert_eq!(
        files.iter().map(rows).collect::<Vec<_>>(),
        [(2, "event_time".to_owned()), (1, "event_time".to_owned())]
    );
}
