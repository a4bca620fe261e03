//! Small helpers for files and folders, each error with its path.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A file's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(Error::file("read", path))
}

/// A file's text.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::file("read", path))
}

/// Writes a file, with the folders above it.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    fs::write(path, bytes).map_err(Error::file("write", path))
}

/// Makes a folder and those above it.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::file("create", path))
}

/// Removes a folder with everything in it; it may be gone already.
pub fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a file.
pub fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(Error::file("remove", path))
}

/// Gives a file or folder its final name.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(Error::file("rename", from))
}

/// Every file below a folder, sorted by path. A folder that is not there has no files.
pub fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            other => other.map_err(Error::file("read", &folder))?,
        };
        for entry in entries {
            let path = entry.map_err(Error::file("read", &folder))?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The SHA-256 of some pieces, in hexadecimal; a piece's end counts, so that ("a", "bc") is not ("ab", "c").
pub fn hash<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update((piece.len() as u64).to_le_bytes());
        hasher.update(piece);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of every file below a folder, names included.
pub fn hash_below(folder: &Path) -> Result<String> {
    let mut pieces = Vec::new();
    for path in below(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned().into_bytes();
        pieces.push(name);
        pieces.push(read(&path)?);
    }
    Ok(hash(pieces.iter().map(Vec::as_slice)))
}

/// Remembers in a file what a result was made from, so that a step is skipped while that stays the same.
pub struct Stamp {
    path: PathBuf,
    made_from: String,
}

impl Stamp {
    /// A stamp kept in `path`, for a result made from what `made_from` describes (a hash).
    pub fn new(path: impl Into<PathBuf>, made_from: String) -> Self {
        Self { path: path.into(), made_from }
    }

    /// Whether the result there was made from the same.
    pub fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text == self.made_from)
    }

    /// Notes that the result is there. Called last, so that a step that broke off is done again.
    pub fn set(&self) -> Result<()> {
        write(&self.path, &self.made_from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_depends_on_where_pieces_end() {
        assert_ne!(hash([b"a".as_slice(), b"bc"]), hash([b"ab".as_slice(), b"c"]));
    }

    #[test]
    fn a_stamp_holds_until_its_input_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/stamp");
        let stamp = Stamp::new(&path, "one".into());
        assert!(!stamp.is_current());
        stamp.set().unwrap();
        assert!(stamp.is_current());
        assert!(!Stamp::new(&path, "two".into()).is_current());
    }

    #[test]
    fn files_below_a_folder_come_sorted_and_a_missing_folder_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("b"), "").unwrap();
        write(&folder.path().join("a/c"), "").unwrap();
        let names: Vec<_> = below(folder.path())
            .unwrap()
            .iter()
            .map(|p| p.strip_prefix(folder.path()).unwrap().to_owned())
            .collect();
        assert_eq!(names, [PathBuf::from("a/c"), PathBuf::from("b")]);
        assert!(below(&folder.path().join("missing")).unwrap().is_empty());
    }
}
