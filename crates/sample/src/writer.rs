//! Gzip files of records, written as they come.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::SampleError;
use crate::time::Seconds;

/// CloudTrail ends a log file before it has 50 MB of JSON; so does the sample, with some distance.
const MOST_BYTES: u64 = 40_000_000;

/// A log file that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Key, which is the path under the sample's folder.
    pub key: String,
    /// Time of delivery.
    pub delivered: Seconds,
    /// Oldest event.
    pub oldest: Seconds,
    /// Newest event.
    pub newest: Seconds,
    /// SHA-256 of the uncompressed file, if it was asked for.
    pub hash: Option<String>,
}

/// A log file being written.
pub struct LogFile {
    gzip: GzEncoder<BufWriter<File>>,
    hash: Option<Sha256>,
    bytes: u64,
    written: Written,
}

impl LogFile {
    /// Starts the file of this key below `folder`; `hashed` keeps the hash that a digest file names.
    ///
    /// # Errors
    /// When a folder or the file cannot be made.
    pub fn create(
        folder: &Path,
        key: String,
        delivered: Seconds,
        hashed: bool,
    ) -> Result<LogFile, SampleError> {
        Ok(LogFile {
            gzip: encoder(folder, &key)?,
            hash: hashed.then(Sha256::new),
            bytes: 0,
            written: Written { key, delivered, oldest: Seconds::MAX, newest: Seconds::MIN, hash: None },
        })
    }

    /// Adds a record, which is JSON in one line.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn add(&mut self, folder: &Path, time: Seconds, record: &str) -> Result<(), SampleError> {
        let before: &[u8] = if self.bytes == 0 { b"{\"Records\":[" } else { b"," };
        self.put(folder, before)?;
        self.put(folder, record.as_bytes())?;
        self.written.oldest = self.written.oldest.min(time);
        self.written.newest = self.written.newest.max(time);
        Ok(())
    }

    /// Whether the next record belongs into another file.
    pub fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the disk does not take the rest of it.
    pub fn finish(mut self, folder: &Path) -> Result<Written, SampleError> {
        self.put(folder, b"]}")?;
        let failed = |source| SampleError::io(&folder.join(&self.written.key), source);
        self.gzip.finish().and_then(|mut file| file.flush()).map_err(failed)?;
        self.written.hash = self.hash.map(|hash| format!("{:x}", hash.finalize()));
        Ok(self.written)
    }

    fn put(&mut self, folder: &Path, bytes: &[u8]) -> Result<(), SampleError> {
        self.gzip
            .write_all(bytes)
            .map_err(|source| SampleError::io(&folder.join(&self.written.key), source))?;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

/// Writes a whole file at once.
///
/// # Errors
/// When a folder or the file cannot be made.
pub fn write_whole(folder: &Path, key: &str, json: &str) -> Result<(), SampleError> {
    let mut gzip = encoder(folder, key)?;
    gzip.write_all(json.as_bytes())
        .and_then(|()| gzip.finish())
        .and_then(|mut file| file.flush())
        .map_err(|source| SampleError::io(&folder.join(key), source))
}

/// Hex SHA-256.
pub fn sha256(text: &str) -> String {
    format!("{:x}", Sha256::digest(text.as_bytes()))
}

/// A gzip stream whose header names no time and no system, so that the same records give the same bytes everywhere.
fn encoder(folder: &Path, key: &str) -> Result<GzEncoder<BufWriter<File>>, SampleError> {
    let path = folder.join(key);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|source| SampleError::io(parent, source))?;
    }
    let file = File::create(&path).map_err(|source| SampleError::io(&path, source))?;
    let file = BufWriter::with_capacity(64 * 1024, file);
    Ok(GzBuilder::new().mtime(0).operating_system(255).write(file, Compression::new(5)))
}
