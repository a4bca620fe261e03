//! A file that many searches read at the same moment.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

/// An open file whose readers each have a place of their own; it stays readable if it is replaced or removed meanwhile.
///
/// Parquet's own reader of a `File` moves the one place that all its duplicates share: two searches at the same moment
/// would read each other's bytes.
#[derive(Clone)]
pub struct SharedFile(Arc<File>);

impl SharedFile {
    /// Shares a file.
    pub fn new(file: File) -> SharedFile {
        SharedFile(Arc::new(file))
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<Reading>;

    fn get_read(&self, start: u64) -> Result<BufReader<Reading>, ParquetError> {
        Ok(BufReader::new(Reading { file: self.0.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let mut bytes = vec![0; length];
        self.0.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// Reads from a place on.
pub struct Reading {
    file: Arc<File>,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}
