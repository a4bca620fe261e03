//! Account names from a file.

use std::path::Path;

use cloudtrail::names::AccountNames;

use crate::error::{Error, Result};

/// A names file has a line for each account; more than this is another kind of file.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Reads a names file: see [`AccountNames::parse`].
pub fn read(path: &Path) -> Result<AccountNames> {
    let source = |source| Error::Source { path: path.to_path_buf(), source };
    let size = path.metadata().map_err(source)?.len();
    if size > MAX_BYTES {
        return Err(Error::Argument(format!(
            "{} is too large for a names file: {size} bytes",
            path.display()
        )));
    }
    let text = std::fs::read_to_string(path).map_err(source)?;
    AccountNames::parse(&text).map_err(|error| Error::Argument(format!("{}, {error}", path.display())))
}
