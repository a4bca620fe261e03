//! Event files: writing rows, and merging small files into larger ones.

use arrow_array::builder::{
    BooleanBuilder, FixedSizeBinaryBuilder, ListBuilder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field};
use cloudtrail::time::{DAY, Time};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ArchiveError;
use crate::catalog::{FileRecord, NewFile};
use crate::durable::settle;
use crate::intake::Rows;
use crate::schema::{self, Hash, TextColumn};

mod merge;
mod rebuild;

pub use merge::merge;
pub use rebuild::rebuild;

/// How many rows are handed to the Parquet writer at a time.
const BATCH_ROWS: usize = 4_096;

/// The folders of an archive that event files live in.
#[derive(Clone, Debug)]
pub struct Folders {
    root: PathBuf,
}

impl Folders {
    pub fn new(root: &Path) -> Folders {
        Folders { root: root.to_owned() }
    }

    pub fn temporary(&self) -> PathBuf {
        self.root.join("_tmp")
    }

    pub fn events(&self) -> PathBuf {
        self.root.join("events")
    }

    /// The file that a catalog's path, relative to the archive, stands for.
    pub fn file(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Makes the names of new event files durable: each folder once, however many of them it has. Blocks.
    pub fn settle(&self, files: &[NewFile]) -> Result<(), ArchiveError> {
        let paths: Vec<PathBuf> = files.iter().map(|file| self.file(&file.record.path)).collect();
        let days: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
        days.into_iter().try_for_each(settle)
    }

    /// Makes the folder of a file's day if there is none yet, and its name durable.
    fn make_day(&self, day: &Path) -> Result<(), ArchiveError> {
        match std::fs::create_dir(day) {
            Ok(()) => settle(&self.events()).inspect_err(|_| {
                // Or the next file of that day would take its name for durable.
                std::fs::remove_dir(day).ok();
            }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(source) => {
                Err(ArchiveError::File { action: "create the folder", path: day.to_owned(), source })
            }
        }
    }
}

/// One row of a block: its place in the order of an event file, and where it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    newest_first: std::cmp::Reverse<Time>,
    hash: Hash,
    block: u32,
    row: u32,
}

/// What became of rows handed to [`write_day`].
pub struct Written {
    /// The new file; none if every row was there already.
    pub file: Option<NewFile>,
    /// Rows that were there already, or twice.
    pub duplicates: u64,
}

/// Writes the rows of one day into a new event file, leaving out what `known` says the archive has.
pub fn write_day(
    folders: &Folders,
    day: i64,
    blocks: &[impl Borrow<Rows>],
    known: &dyn Fn(&Hash) -> bool,
) -> Result<Written, ArchiveError> {
    let blocks: Vec<&Rows> = blocks.iter().map(Borrow::borrow).collect();
    let mut places = Vec::with_capacity(blocks.iter().map(|rows| rows.len()).sum());
    for (block, rows) in blocks.iter().enumerate() {
        places.extend((0..rows.len()).map(|row| Place {
            newest_first: std::cmp::Reverse(rows.times[row]),
            hash: rows.hashes[row],
            block: block as u32,
            row: row as u32,
        }));
    }
    let offered = places.len();
    places.sort_unstable();
    // The same canonical JSON has the same time, so that equal events stand together.
    places.dedup_by_key(|place| place.hash);
    places.retain(|place| !known(&place.hash));
    let duplicates = (offered - places.len()) as u64;
    if places.is_empty() {
        return Ok(Written { file: None, duplicates });
    }
    let mut output = Output::create(folders, day)?;
    for places in places.chunks(BATCH_ROWS) {
        let batch = batch(&blocks, places).map_err(|source| output.failed(source.into()))?;
        output.write(&batch)?;
    }
    output.raw_bytes =
        places.iter().map(|place| blocks[place.block as usize].raw(place.row as usize).len() as u64).sum();
    output.newest = places.first().map_or(Time::MIN, |place| place.newest_first.0);
    output.oldest = places.last().map_or(Time::MIN, |place| place.newest_first.0);
    Ok(Written { file: Some(output.finish()?), duplicates })
}

/// An event file being written under `_tmp`.
struct Output {
    folders: Folders,
    temporary: PathBuf,
    relative: String,
    day: i64,
    writer: Option<ArrowWriter<File>>,
    rows: u64,
    raw_bytes: u64,
    newest: Time,
    oldest: Time,
}

impl Output {
    fn create(folders: &Folders, day: i64) -> Result<Output, ArchiveError> {
        // Unique in this archive: one process writes at a time, and what another left behind has another number.
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let date = Time::from_millis(day * DAY).date();
        let stamp = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |age| age.as_micros());
        let name = format!("{stamp:015x}-{:04x}.parquet", COUNT.fetch_add(1, Ordering::Relaxed) & 0xffff);
        let temporary = folders.temporary().join(&name);
        let file = File::create(&temporary).map_err(|source| ArchiveError::File {
            action: "write",
            path: temporary.clone(),
            source,
        })?;
        let mut output = Output {
            folders: folders.clone(),
            relative: format!("events/date={date}/{name}"),
            temporary,
            day,
            writer: None,
            rows: 0,
            raw_bytes: 0,
            newest: Time::MIN,
            oldest: Time::MAX,
        };
        let writer = ArrowWriter::try_new(file, schema::schema(), Some(schema::writer_properties()));
        output.writer = Some(writer.map_err(|source| output.failed(source))?);
        Ok(output)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ArchiveError> {
        self.rows += batch.num_rows() as u64;
        match self.writer.as_mut().map(|writer| writer.write(batch)) {
            Some(Err(source)) => Err(self.failed(source)),
            Some(Ok(())) | None => Ok(()),
        }
    }

    /// Completes the file, makes its content durable and moves it to its place. It counts once the catalog knows it,
    /// which has [`Folders::settle`] make its name durable first.
    fn finish(mut self) -> Result<NewFile, ArchiveError> {
        let file = match self.writer.take().map(ArrowWriter::into_inner) {
            Some(Ok(file)) => file,
            Some(Err(source)) => return Err(self.failed(source)),
            None => return Err(ArchiveError::Worker),
        };
        let path = self.folders.file(&self.relative);
        let on_file =
            |action, path: &Path, source| ArchiveError::File { action, path: path.to_owned(), source };
        file.sync_data().map_err(|source| on_file("write", &self.temporary, source))?;
        let bytes = file.metadata().map_err(|source| on_file("read", &self.temporary, source))?.len();
        if let Some(folder) = path.parent() {
            self.folders.make_day(folder)?;
        }
        std::fs::rename(&self.temporary, &path).map_err(|source| on_file("rename to", &path, source))?;
        Ok(NewFile {
            record: FileRecord {
                id: 0,
                path: self.relative.clone(),
                day: self.day,
                rows: self.rows,
                bytes,
                raw_bytes: self.raw_bytes,
                oldest: self.oldest,
                newest: self.newest,
            },
            replaces: Vec::new(),
        })
    }

    fn failed(&self, source: ParquetError) -> ArchiveError {
        ArchiveError::Parquet { action: "write", path: self.temporary.clone(), source }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // After a rename there is nothing left here; after a failure this frees the disk at once.
        drop(self.writer.take());
        std::fs::remove_file(&self.temporary).ok();
    }
}

/// Some rows of some blocks as columns.
fn batch(blocks: &[&Rows], places: &[Place]) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let rows = || places.iter().map(|place| (blocks[place.block as usize], place.row as usize));
    let instants = |of: &dyn Fn(&Rows, usize) -> Time| -> ArrayRef {
        let mut builder = TimestampMillisecondBuilder::with_capacity(places.len()).with_timezone("UTC");
        rows().for_each(|(rows, row)| builder.append_value(of(rows, row).as_millis()));
        Arc::new(builder.finish())
    };
    let mut hashes = FixedSizeBinaryBuilder::with_capacity(places.len(), 32);
    for place in places {
        hashes.append_value(place.hash)?;
    }
    let mut read_only = BooleanBuilder::with_capacity(places.len());
    rows().for_each(|(rows, row)| read_only.append_option(rows.read_only[row]));
    let mut columns: Vec<ArrayRef> = vec![
        instants(&|rows, row| rows.times[row]),
        instants(&|rows, row| rows.first_seen[row]),
        Arc::new(hashes.finish()),
        Arc::new(read_only.finish()),
    ];
    for column in 0..TextColumn::COUNT {
        let mut builder = StringBuilder::with_capacity(places.len(), places.len() * 24);
        rows().for_each(|(rows, row)| builder.append_option(rows.text(column, row)));
        columns.push(Arc::new(builder.finish()));
    }
    let element = Arc::new(Field::new("element", DataType::Utf8, false));
    let mut resources = ListBuilder::new(StringBuilder::new()).with_field(element);
    for (rows, row) in rows() {
        rows.resources(row).for_each(|name| resources.values().append_value(name));
        resources.append(true);
    }
    columns.push(Arc::new(resources.finish()));
    let bytes = rows().map(|(rows, row)| rows.raw(row).len()).sum();
    let mut raw = StringBuilder::with_capacity(places.len(), bytes);
    rows().for_each(|(rows, row)| raw.append_value(rows.raw(row)));
    columns.push(Arc::new(raw.finish()));
    RecordBatch::try_new(schema::schema(), columns)
}
