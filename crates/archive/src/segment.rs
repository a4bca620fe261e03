//! One event file, opened for searching: the columns that filters and facets need, in memory as codes; the rest is
//! fetched from the file when a row is shown.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::serialized_reader::SerializedPageReader;
use rustc_hash::FxHashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ArchiveError;
use crate::catalog::FileRecord;
use crate::schema::{self, Hash, TextColumn, leaf};

mod codes;
mod dictionary;
mod shared_file;

pub use codes::CodeColumn;
pub use dictionary::{Dictionaries, RESOURCES};
use shared_file::SharedFile;

use codes::CodeColumnBuilder;

/// How an event counts in a histogram.
pub const READ: u8 = 0;
/// It changes something.
pub const WRITE: u8 = 1;
/// It failed.
pub const ERROR: u8 = 2;

/// `read_only` where the record does not say.
pub const UNSAID: u8 = 2;

/// An event file in memory. Rows stand newest first, ties by hash.
pub struct Segment {
    pub file: FileRecord,
    /// The values that its codes stand for.
    pub dictionaries: Arc<Dictionaries>,
    path: PathBuf,
    handle: SharedFile,
    metadata: ArrowReaderMetadata,
    pub times: Vec<i64>,
    /// The first 8 bytes of each row's hash.
    pub ties: Vec<u64>,
    /// A hash of each row's event id, to find ids by.
    pub id_hashes: Vec<u64>,
    /// 0 false, 1 true, [`UNSAID`].
    pub read_only: Vec<u8>,
    /// [`READ`], [`WRITE`], [`ERROR`].
    pub class: Vec<u8>,
    pub columns: Vec<CodeColumn>,
    /// All rows' resources, and where each row's end.
    pub resources: CodeColumn,
    pub resource_ends: Vec<u32>,
}

impl Segment {
    /// Opens a file and reads its cached columns.
    pub fn load(
        path: PathBuf,
        file: &FileRecord,
        dictionaries: &Arc<Dictionaries>,
    ) -> Result<Segment, ArchiveError> {
        let handle = open(&path)?;
        let options = ArrowReaderOptions::new()
            .with_offset_index_policy(PageIndexPolicy::Required)
            .with_schema(schema::dictionary_schema());
        let metadata = ArrowReaderMetadata::load(&handle, options).map_err(|source| failed(&path, source))?;
        let rows = file.rows as usize;
        let mut segment = Segment {
            file: file.clone(),
            dictionaries: dictionaries.clone(),
            handle: SharedFile::new(handle),
            metadata,
            times: Vec::with_capacity(rows),
            ties: Vec::with_capacity(rows),
            id_hashes: Vec::with_capacity(rows),
            read_only: Vec::with_capacity(rows),
            class: Vec::with_capacity(rows),
            columns: Vec::new(),
            resources: CodeColumn::default(),
            resource_ends: Vec::with_capacity(rows),
            path,
        };
        segment.read_columns(dictionaries).map_err(|source| failed(&segment.path, source))?;
        Ok(segment)
    }

    pub fn rows(&self) -> usize {
        self.times.len()
    }

    /// Tells opened files apart, also those of different archives.
    pub fn key(&self) -> (*const Dictionaries, i64) {
        (Arc::as_ptr(&self.dictionaries), self.file.id)
    }

    /// Bytes of memory it takes.
    pub fn memory(&self) -> usize {
        let columns: usize = self.columns.iter().map(CodeColumn::memory).sum();
        self.rows() * (8 * 3 + 2 + 4) + columns + self.resources.memory()
    }

    /// The value codes of a row's resources.
    pub fn row_resources(&self, row: usize) -> impl Iterator<Item = u32> + '_ {
        let start = if row == 0 { 0 } else { self.resource_ends[row - 1] as usize };
        (start..self.resource_ends[row] as usize).map(|at| self.resources.code(at))
    }

    fn read_columns(&mut self, dictionaries: &Dictionaries) -> Result<(), ParquetError> {
        let cached = leaf::TEXT..leaf::TEXT + TextColumn::CACHED;
        let event_id = leaf::TEXT + TextColumn::EventId as usize;
        let leaves = [leaf::TIME, leaf::HASH, leaf::READ_ONLY, event_id, leaf::RESOURCES];
        let mask =
            ProjectionMask::leaves(self.metadata.parquet_schema(), leaves.into_iter().chain(cached.clone()));
        let mut columns: Vec<CodeColumnBuilder> =
            cached.map(|column| CodeColumnBuilder::new(column - leaf::TEXT)).collect();
        let mut resources = CodeColumnBuilder::new(RESOURCES);
        let reader = self.builder().with_projection(mask).with_batch_size(64 * 1024).build()?;
        for batch in reader {
            let batch = batch?;
            let column = |name: &str| {
                batch.column_by_name(name).ok_or_else(|| ParquetError::General(format!("no column {name}")))
            };
            let times = column("event_time")?.as_primitive::<TimestampMillisecondType>();
            self.times.extend_from_slice(times.values());
            let hashes = column("hash")?.as_fixed_size_binary();
            self.ties.extend((0..hashes.len()).map(|row| tie(hashes.value(row))));
            let read_only = column("read_only")?.as_boolean();
            self.read_only.extend(read_only.iter().map(|value| value.map_or(UNSAID, u8::from)));
            let ids = column("event_id")?.as_string::<i32>();
            self.id_hashes.extend(ids.iter().map(|id| id_hash(id.unwrap_or_default())));
            for (builder, name) in columns.iter_mut().zip(TextColumn::NAMES) {
                let values = column(name)?.as_dictionary::<Int32Type>();
                builder.push_dictionary(values, dictionaries)?;
            }
            let lists = column("resources")?.as_list::<i32>();
            let values = lists.values().as_string::<i32>();
            let offsets = lists.value_offsets();
            let base = resources.len() as u32;
            resources.push_strings(
                (offsets[0]..offsets[lists.len()]).map(|at| values.value(at as usize)),
                dictionaries,
            );
            self.resource_ends.extend(offsets[1..].iter().map(|end| base + (end - offsets[0]) as u32));
        }
        self.columns = columns.into_iter().map(CodeColumnBuilder::finish).collect();
        self.resources = resources.finish();
        self.classify(dictionaries);
        Ok(())
    }

    fn classify(&mut self, dictionaries: &Dictionaries) {
        let errors = &self.columns[TextColumn::ErrorCode as usize];
        let names = &self.columns[TextColumn::EventName as usize];
        let reads_by_name = names.map_values(dictionaries, TextColumn::EventName as usize, |name| {
            const READS: [&str; 8] =
                ["Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query"];
            READS.iter().any(|verb| name.starts_with(verb))
        });
        self.class = (0..self.times.len())
            .map(|row| match self.read_only[row] {
                _ if errors.code(row) != 0 => ERROR,
                0 => WRITE,
                1 => READ,
                _ if reads_by_name[names.code(row) as usize] => READ,
                _ => WRITE,
            })
            .collect();
    }

    fn builder(&self) -> ParquetRecordBatchReaderBuilder<SharedFile> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.handle.clone(), self.metadata.clone())
    }

    /// Fetches columns of some rows (ascending), in that order.
    pub fn fetch(&self, rows: &[u32], leaves: &[usize]) -> Result<Vec<RecordBatch>, ArchiveError> {
        self.try_fetch(rows, leaves).map_err(|source| failed(&self.path, source))
    }

    fn try_fetch(&self, rows: &[u32], leaves: &[usize]) -> Result<Vec<RecordBatch>, ParquetError> {
        let mut selectors = Vec::with_capacity(rows.len() * 2);
        let mut at = 0;
        for row in rows {
            let row = *row as usize;
            if row > at {
                selectors.push(RowSelector::skip(row - at));
            }
            selectors.push(RowSelector::select(1));
            at = row + 1;
        }
        let mask = ProjectionMask::leaves(self.metadata.parquet_schema(), leaves.iter().copied());
        let reader = self
            .builder()
            .with_projection(mask)
            .with_row_selection(RowSelection::from(selectors))
            .with_batch_size(rows.len().max(1))
            .build()?;
        reader.map(|batch| batch.map_err(ParquetError::from)).collect()
    }

    /// Walks through the raw records page by page. `wanted` says whether any row of a range is of interest; `visit` gets
    /// a page's first row and its values.
    pub fn visit_raw(
        &self,
        wanted: &dyn Fn(std::ops::Range<usize>) -> bool,
        visit: &mut dyn FnMut(usize, RawPage),
    ) -> Result<(), ArchiveError> {
        self.try_visit_raw(wanted, visit).map_err(|source| failed(&self.path, source))
    }

    fn try_visit_raw(
        &self,
        wanted: &dyn Fn(std::ops::Range<usize>) -> bool,
        visit: &mut dyn FnMut(usize, RawPage),
    ) -> Result<(), ParquetError> {
        let metadata = self.metadata.metadata();
        let offsets =
            metadata.offset_index().ok_or_else(|| ParquetError::General("no offset index".into()))?;
        let mut first_row = 0;
        for (group, offsets) in metadata.row_groups().iter().zip(offsets) {
            let rows = group.num_rows() as usize;
            let pages = offsets[leaf::RAW].page_locations();
            let start = |page: usize| pages.get(page).map_or(rows, |page| page.first_row_index as usize);
            let column = group.column(leaf::RAW);
            // All pages are named, and those of no interest skipped: the reader takes a gap before the first for a
            // dictionary.
            let mut reader =
                SerializedPageReader::new(Arc::new(self.handle.clone()), column, rows, Some(pages.clone()))?;
            for page in 0..pages.len() {
                if !wanted(first_row + start(page)..first_row + start(page + 1)) {
                    reader.skip_next_page()?;
                } else if let Some(Page::DataPage { buf, num_values, .. }) = reader.get_next_page()? {
                    visit(first_row + start(page), RawPage { bytes: buf, values: num_values as usize });
                }
            }
            first_row += rows;
        }
        Ok(())
    }
}

/// The raw records of one page, back to back, each behind its length (Parquet's PLAIN encoding of byte arrays).
pub struct RawPage {
    /// The whole page.
    pub bytes: Bytes,
    values: usize,
}

impl RawPage {
    /// The records, in row order.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        let mut rest = &self.bytes[..];
        (0..self.values).map_while(move |_| {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            let (value, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = behind;
            Some(std::str::from_utf8(value).unwrap_or_default())
        })
    }
}

/// Reads the hashes of all events in a file.
pub fn read_hashes(path: &Path, mut visit: impl FnMut(Hash)) -> Result<(), ArchiveError> {
    let read = || -> Result<_, ParquetError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let mask = ProjectionMask::leaves(builder.parquet_schema(), [leaf::HASH]);
        builder.with_projection(mask).with_batch_size(64 * 1024).build()
    };
    for batch in read().map_err(|source| failed(path, source))? {
        let batch = batch.map_err(|source| failed(path, source.into()))?;
        let hashes = batch.column(0).as_fixed_size_binary();
        (0..hashes.len()).filter_map(|row| Hash::try_from(hashes.value(row)).ok()).for_each(&mut visit);
    }
    Ok(())
}

/// The part of a hash that breaks ties between events of one instant.
pub fn tie(hash: &[u8]) -> u64 {
    hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// What an event id is found by; case does not count.
pub fn id_hash(id: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    id.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
    hasher.finish()
}

fn open(path: &Path) -> Result<File, ArchiveError> {
    File::open(path).map_err(|source| ArchiveError::File { action: "read", path: path.to_owned(), source })
}

fn failed(path: &Path, source: ParquetError) -> ArchiveError {
    ArchiveError::Parquet { action: "read", path: path.to_owned(), source }
}

/// Maps global value ids to a file's own codes while a column is being read.
type LocalCodes = FxHashMap<u32, u32>;
