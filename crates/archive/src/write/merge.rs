//! Merging small event files of one day.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use arrow_array::{Array, RecordBatch};
use arrow_select::interleave::interleave_record_batch;
use cloudtrail::time::Time;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use std::fs::File;

use super::{BATCH_ROWS, Folders, Output};
use crate::ArchiveError;
use crate::catalog::{FileRecord, NewFile};
use crate::schema::{self, leaf};

/// How many bytes of raw records are read from a file, and written, at a time; near enough, as a file is taken to have
/// records of one size.
const BATCH_BYTES: usize = 16 * 1024 * 1024;

/// Writes the rows of several files of one day into one, in order, and says that it replaces them. Their rows are
/// different events, as none is written twice.
pub fn merge(folders: &Folders, files: &[FileRecord]) -> Result<Option<NewFile>, ArchiveError> {
    let Some(first) = files.first() else { return Ok(None) };
    let mut inputs = files.iter().map(|file| Input::open(folders, file)).collect::<Result<Vec<_>, _>>()?;
    let mut output = Output::create(folders, first.day)?;
    loop {
        inputs.retain(|input| !input.exhausted());
        if inputs.is_empty() {
            break;
        }
        let mut picks = Vec::with_capacity(BATCH_ROWS);
        // Until the batch is full or an input has to read on: its next row may be the newest.
        let mut bytes = 0;
        while picks.len() < BATCH_ROWS && bytes < BATCH_BYTES && !inputs.iter().any(Input::exhausted) {
            let newest = inputs.iter().enumerate().min_by_key(|(_, input)| input.place());
            let Some((index, input)) = newest else { break };
            bytes += input.raw_length();
            picks.push((index, input.row));
            inputs[index].row += 1;
        }
        let batches: Vec<&RecordBatch> = inputs.iter().map(|input| &input.batch).collect();
        let merged =
            interleave_record_batch(&batches, &picks).map_err(|source| output.failed(source.into()))?;
        output.write(&merged)?;
        for input in &mut inputs {
            input.read_on()?;
        }
    }
    output.raw_bytes = files.iter().map(|file| file.raw_bytes).sum();
    output.newest = files.iter().map(|file| file.newest).max().unwrap_or(Time::MIN);
    output.oldest = files.iter().map(|file| file.oldest).min().unwrap_or(Time::MAX);
    let mut file = output.finish()?;
    file.replaces = files.iter().map(|file| file.id).collect();
    Ok(Some(file))
}

struct Input {
    path: std::path::PathBuf,
    reader: ParquetRecordBatchReader,
    batch: RecordBatch,
    row: usize,
}

impl Input {
    fn open(folders: &Folders, file: &FileRecord) -> Result<Input, ArchiveError> {
        let path = folders.file(&file.path);
        let on_parquet = |source| ArchiveError::Parquet { action: "read", path: path.clone(), source };
        let handle = File::open(&path).map_err(|source| ArchiveError::File {
            action: "read",
            path: path.clone(),
            source,
        })?;
        let rows = BATCH_BYTES / (file.raw_bytes / file.rows.max(1)).max(1) as usize;
        // Without the writer's own Arrow schema, so that every file gives the same types.
        let options = ArrowReaderOptions::new().with_schema(schema::schema());
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(handle, options)
            .and_then(|builder| builder.with_batch_size(rows.clamp(1, BATCH_ROWS)).build())
            .map_err(on_parquet)?;
        let mut input = Input { reader, batch: RecordBatch::new_empty(schema::schema()), row: 0, path };
        input.read_on()?;
        Ok(input)
    }

    fn exhausted(&self) -> bool {
        self.row >= self.batch.num_rows()
    }

    /// Reads the next batch once this one is used up.
    fn read_on(&mut self) -> Result<(), ArchiveError> {
        if self.exhausted()
            && let Some(batch) = self.reader.next()
        {
            self.batch = batch.map_err(|source| ArchiveError::Parquet {
                action: "read",
                path: self.path.clone(),
                source: source.into(),
            })?;
            self.row = 0;
        }
        Ok(())
    }

    fn raw_length(&self) -> usize {
        self.batch.column(leaf::RAW).as_string::<i32>().value_length(self.row) as usize
    }

    fn place(&self) -> (std::cmp::Reverse<i64>, &[u8]) {
        let times = self.batch.column(leaf::TIME).as_primitive::<TimestampMillisecondType>();
        let hashes = self.batch.column(leaf::HASH).as_fixed_size_binary();
        debug_assert_eq!(times.null_count(), 0);
        (std::cmp::Reverse(times.value(self.row)), hashes.value(self.row))
    }
}
