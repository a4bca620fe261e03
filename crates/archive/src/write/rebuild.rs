//! Deriving every column of an event file anew from its raw records.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use arrow_array::{Array, RecordBatch};
use cloudtrail::json::Tape;
use cloudtrail::record::Record;
use cloudtrail::time::Time;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use std::collections::BTreeMap;
use std::fs::File;

use super::{Folders, write_day};
use crate::ArchiveError;
use crate::catalog::{FileRecord, NewFile};
use crate::intake::{Hasher, Rows};

/// How many records are read at a time.
const BATCH_ROWS: usize = 64;
/// A new file is written whenever so many bytes of rows are at hand.
const PIECE: usize = 128 * 1024 * 1024;

/// Writes an event file's records into new files, which replace it. Of the old file only `raw` and `first_seen` are
/// read, by their names: everything else may have been different when it was written.
pub fn rebuild(folders: &Folders, file: &FileRecord) -> Result<Vec<NewFile>, ArchiveError> {
    let path = folders.file(&file.path);
    let failed = |source| ArchiveError::Parquet { action: "rebuild", path: path.clone(), source };
    let open = || -> Result<_, ParquetError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&path)?)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), ["first_seen", "raw"]);
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()
    };
    let mut days: BTreeMap<i64, Rows> = BTreeMap::new();
    let mut files = Vec::new();
    let mut hasher = Hasher::default();
    let mut tape = Tape::default();
    for batch in open().map_err(failed)? {
        add(&batch.map_err(|source| failed(source.into()))?, &mut days, &mut tape, &mut hasher)
            .map_err(failed)?;
        if days.values().map(Rows::bytes).sum::<usize>() >= PIECE {
            write(folders, std::mem::take(&mut days), &mut files)?;
        }
    }
    write(folders, days, &mut files)?;
    if let Some(last) = files.last_mut() {
        last.replaces.push(file.id);
    }
    Ok(files)
}

fn add(
    batch: &RecordBatch,
    days: &mut BTreeMap<i64, Rows>,
    tape: &mut Tape,
    hasher: &mut Hasher,
) -> Result<(), ParquetError> {
    let column =
        |name: &str| batch.column_by_name(name).ok_or(ParquetError::General(format!("no column {name}")));
    let first_seen = column("first_seen")?.as_primitive::<TimestampMillisecondType>();
    let raw = column("raw")?.as_string::<i32>();
    for row in 0..raw.len() {
        // It was read once, when it was taken in; if it cannot be read now, the old file must not be given up for it.
        let node = tape.parse(raw.value(row)).ok();
        let record = node.and_then(Record::read).and_then(|record| Some((record.time?, record)));
        let Some((node, (time, record))) = node.zip(record) else {
            return Err(ParquetError::General(format!("the record `{:.80}` cannot be read", raw.value(row))));
        };
        let first_seen = Time::from_millis(first_seen.value(row));
        days.entry(time.day()).or_default().push(&record, time, hasher.hash(node), first_seen);
    }
    Ok(())
}

fn write(folders: &Folders, days: BTreeMap<i64, Rows>, files: &mut Vec<NewFile>) -> Result<(), ArchiveError> {
    for (day, rows) in days {
        files.extend(write_day(folders, day, &[rows], &|_| false)?.file);
    }
    Ok(())
}
