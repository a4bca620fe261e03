//! The folder Waymark keeps its own things in:
//!
//! ```text
//! logs/<key>/        an archive made from log folders, by their paths
//! demo/              the sample account's log files and their archive
//! aws/<endpoint>/<account>   event history that was fetched
//! run/<address>.token   what a script shows to a running server
//! waymark.sqlite     sessions, access log, saved searches
//! waymark.key        seals what is secret in it
//! ```

use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::store::{Keys, text_of_file};

/// The folder, which exists and is its owner's alone.
#[derive(Clone, Debug)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The given folder, or `waymark` in the person's own data folder (`XDG_DATA_HOME`, else `~/.local/share`). It is
    /// made with mode 0700 if it is missing.
    pub fn open(given: Option<&Path>) -> Result<DataFolder> {
        let root = match given {
            Some(path) => path.to_path_buf(),
            None => default_root()?,
        };
        make_private(&root)?;
        // Absolute, so that what is printed can be pasted anywhere.
        let root = root.canonicalize().map_err(|source| file_error("open", &root, source))?;
        Ok(DataFolder { root })
    }

    /// Where the archive of these log folders is. The same folders, however they are written, have the same one.
    pub fn archive_of(&self, folders: &[PathBuf]) -> Result<PathBuf> {
        let mut paths = folders.iter().map(|folder| canonical(folder)).collect::<Result<Vec<_>>>()?;
        paths.sort();
        paths.dedup();
        let mut hasher = Sha256::new();
        for path in &paths {
            let bytes = path.as_os_str().as_encoded_bytes();
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
        let key: String = hasher.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        let logs = self.root.join("logs");
        make_private(&logs)?;
        Ok(logs.join(key))
    }

    /// Where the event history of AWS accounts is kept once it is fetched.
    pub fn caches(&self) -> PathBuf {
        self.root.join("aws")
    }

    /// Waymark's own database.
    pub fn database(&self) -> PathBuf {
        self.root.join("waymark.sqlite")
    }

    /// Where the database's key is.
    pub fn key_path(&self) -> PathBuf {
        self.root.join("waymark.key")
    }

    /// The key that seals what is secret in the database. It is made the first time.
    pub fn key(&self) -> Result<Zeroizing<String>> {
        let path = self.key_path();
        let made = Keys::make();
        let write = |mut file: std::fs::File| {
            writeln!(file, "{}", made.as_str())?;
            file.sync_all()
        };
        match private_file(&path).and_then(write) {
            Ok(()) => {
                // What is sealed with it must not outlast it.
                archive::settle(&self.root)?;
                Ok(made)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                text_of_file(&path).map_err(|source| file_error("read the key", &path, source))
            }
            Err(source) => Err(file_error("write the key", &path, source)),
        }
    }

    /// The demo's folder.
    pub fn demo(&self) -> Result<PathBuf> {
        let path = self.root.join("demo");
        make_private(&path)?;
        Ok(path)
    }

    /// Writes a token that only the folder's owner can read, in place of an older one, and says where.
    pub fn write_token(&self, name: &str, token: &str) -> Result<PathBuf> {
        let folder = self.root.join("run");
        make_private(&folder)?;
        let path = folder.join(format!("{name}.token"));
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(file_error("replace", &path, source));
            }
            _ => {}
        }
        let written = private_file(&path).and_then(|mut file| writeln!(file, "{token}"));
        written.map_err(|source| file_error("write", &path, source))?;
        Ok(path)
    }
}

/// A folder or file that a person named, by its real path.
pub fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|source| Error::Source { path: path.to_path_buf(), source })
}

fn default_root() -> Result<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("waymark"))
        .ok_or_else(|| {
            Error::Argument(
                "neither XDG_DATA_HOME nor HOME says where to keep data; give a folder with --data".into(),
            )
        })
}

/// Makes a folder, and those missing above it, that nobody else can look into.
fn make_private(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| file_error("create the folder", path, source))
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn file_error(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::File { action, path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_folders_have_the_same_archive() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(Some(&folder.path().join("a/b"))).unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::create_dir(&one).unwrap();
        std::fs::create_dir(&two).unwrap();
        let here = data.archive_of(&[one.clone(), two.clone()]).unwrap();
        let dotted = folder.path().join("two/../two/.");
        assert_eq!(here, data.archive_of(&[dotted, one.clone()]).unwrap());
        assert_ne!(here, data.archive_of(std::slice::from_ref(&one)).unwrap());
        let missing = data.archive_of(&[folder.path().join("three")]).unwrap_err();
        assert_eq!(missing.exit_code(), crate::error::EXIT_USAGE);
        assert!(missing.to_string().contains("three"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(Some(&folder.path().join("data"))).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        data.write_token("a", "old").unwrap();
        let token = data.write_token("a", "new").unwrap();
        assert_eq!(std::fs::read_to_string(&token).unwrap(), "new\n");
        assert_eq!(mode(&token), 0o600);
        assert_eq!(mode(&folder.path().join("data")), 0o700);
        assert_eq!(mode(&data.demo().unwrap()), 0o700);
    }
}
