//! The file in which events are kept: a record a line, only ever appended to.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// An open file of events.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    /// Opens the file, or makes it, and gives the records in it. A last line without an end was cut off while it was written:
    /// it is removed. The file is locked: two programs that write it would mix their lines.
    ///
    /// # Errors
    /// When it cannot be read or written, or another program has it open.
    pub fn open(path: &Path) -> std::io::Result<(Journal, Vec<String>)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => error,
            TryLockError::WouldBlock => std::io::Error::other("another sandbox uses this folder"),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::Start(whole as u64))?;
        let text = String::from_utf8_lossy(&bytes[..whole]);
        let records = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Ok((Journal { file }, records))
    }

    /// Appends records. Line ends in them are taken out: in JSON they mean nothing.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn append<'r>(&mut self, records: impl Iterator<Item = &'r str>) -> std::io::Result<()> {
        let mut text = String::new();
        for record in records {
            text.extend(record.chars().filter(|&character| character != '\n' && character != '\r'));
            text.push('\n');
        }
        self.file.write_all(text.as_bytes())
    }
}
