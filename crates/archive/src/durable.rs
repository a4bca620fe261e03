//! Making names durable: what a file holds outlasts a loss of power once the file is synced, what it is called once its
//! folder is.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::ArchiveError;

/// Makes what was made in a folder, moved into it or taken out of it outlast a loss of power. Nothing is done where the
/// system or the folder's file system knows no such thing. Blocks.
pub fn settle(folder: &Path) -> Result<(), ArchiveError> {
    sync(folder).map_err(|source| ArchiveError::File {
        action: "make durable what is in",
        path: folder.to_owned(),
        source,
    })
}

#[cfg(unix)]
fn sync(folder: &Path) -> Result<(), Error> {
    match std::fs::File::open(folder)?.sync_all() {
        // Some network file systems and some in user space answer so for a folder, whose names are then theirs to keep.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync(_: &Path) -> Result<(), Error> {
    Ok(())
}
