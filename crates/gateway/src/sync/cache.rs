//! Caches on disk, one for each endpoint, partition and account.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::{Archive, ArchiveError, Writer};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, MutexGuard};

/// What a folder is called while it is being deleted. One that a killed server left behind is deleted by the next.
const FORGOTTEN: &str = "forgotten-";

/// The caches that are open.
pub struct Caches {
    folder: PathBuf,
    open: Mutex<HashMap<PathBuf, Arc<Writer>>>,
}

/// Nobody opens or closes a cache while this is held.
pub struct Held<'c> {
    folder: &'c Path,
    open: MutexGuard<'c, HashMap<PathBuf, Arc<Writer>>>,
}

/// A cache on disk.
pub struct Cache {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// The account's 12 digits.
    pub account: String,
    pub path: PathBuf,
}

impl Caches {
    /// In a folder, which is made when the first cache is.
    pub fn new(folder: PathBuf) -> Caches {
        for (_, path) in folders_below(&folder) {
            if name(&path).starts_with(FORGOTTEN) {
                remove(&path);
            }
        }
        Caches { folder, open: Mutex::default() }
    }

    pub async fn hold(&self) -> Held<'_> {
        Held { folder: &self.folder, open: self.open.lock().await }
    }
}

impl Held<'_> {
    /// An account's cache; made if there is none yet.
    pub async fn of(
        &mut self,
        endpoint: Option<&str>,
        partition: &str,
        account: &str,
    ) -> Result<Arc<Writer>, ArchiveError> {
        let path = path(self.folder, endpoint, partition, account);
        if let Some(writer) = self.open.get(&path) {
            return Ok(writer.clone());
        }
        let writer = Arc::new(Writer::open(&path).await?);
        self.open.insert(path, writer.clone());
        Ok(writer)
    }

    /// All caches on disk, of all endpoints.
    pub fn all(&self) -> Vec<Cache> {
        let cache = |(_, path): (PathBuf, PathBuf)| {
            let (partition, account) =
                name(&path).rsplit_once('-').map(|(a, b)| (a.to_owned(), b.to_owned()))?;
            (!name(&path).starts_with(FORGOTTEN)).then_some(Cache { partition, account, path })
        };
        folders_below(self.folder).into_iter().filter_map(cache).collect()
    }

    /// Those of one endpoint.
    pub fn of_endpoint(&self, endpoint: Option<&str>) -> Vec<Cache> {
        let folder = self.folder.join(place(endpoint));
        self.all().into_iter().filter(|cache| cache.path.parent() == Some(&folder)).collect()
    }

    /// A cache for reading. `None` if there is none at its path, or none that can be read.
    pub async fn read(&self, cache: &Cache) -> Option<Archive> {
        match self.open.get(&cache.path) {
            Some(writer) => Some(writer.archive()),
            None => Archive::open(&cache.path).await.ok(),
        }
    }

    /// A cache for writing: the one that is open, or for the moment one of its own.
    pub async fn write(&self, cache: &Cache) -> Result<Arc<Writer>, ArchiveError> {
        match self.open.get(&cache.path) {
            Some(writer) => Ok(writer.clone()),
            None => Writer::open(&cache.path).await.map(Arc::new),
        }
    }

    /// Closes a cache and deletes it from the disk. False if there was none.
    pub async fn delete(
        &mut self,
        endpoint: Option<&str>,
        partition: &str,
        account: &str,
    ) -> Result<bool, ArchiveError> {
        let path = path(self.folder, endpoint, partition, account);
        if let Some(writer) = self.open.remove(&path) {
            writer.close().await;
        }
        if !path.exists() {
            return Ok(false);
        }
        // Under another name first: killed in the middle, this leaves no half of a cache behind.
        let stamp = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |age| age.as_micros());
        let aside = path.with_file_name(format!("{FORGOTTEN}{stamp:x}-{}", name(&path)));
        let failed = |action, source| ArchiveError::File { action, path: path.clone(), source };
        std::fs::rename(&path, &aside).map_err(|source| failed("remove", source))?;
        // Nor does a loss of power, which might otherwise bring back the name and not the files.
        path.parent().map_or(Ok(()), archive::settle)?;
        let deleted = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(&aside)).await;
        deleted.map_err(|_| ArchiveError::Worker)?.map_err(|source| failed("remove", source))?;
        Ok(true)
    }
}

/// Endpoints' folders, and the folders in them.
fn folders_below(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let folders = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect::<Vec<_>>()
    };
    let pairs = folders(folder).into_iter().flat_map(|place| {
        let caches = folders(&place);
        caches.into_iter().map(move |cache| (place.clone(), cache))
    });
    pairs.collect()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        tracing::error!(%error, "a forgotten cache cannot be deleted");
    }
}

/// AWS's accounts and those of another endpoint that plays AWS have the same numbers and other events.
fn path(folder: &Path, endpoint: Option<&str>, partition: &str, account: &str) -> PathBuf {
    folder.join(place(endpoint)).join(format!("{partition}-{account}"))
}

fn place(endpoint: Option<&str>) -> String {
    match endpoint {
        None => "aws".to_owned(),
        Some(endpoint) => {
            let hash = Sha256::digest(endpoint.as_bytes());
            hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_endpoints_partitions_and_accounts_have_other_caches() {
        let at = |endpoint, partition, account| path(Path::new("/c"), endpoint, partition, account);
        let paths = [
            at(None, "aws", "111122223333"),
            at(None, "aws", "444455556666"),
            at(None, "aws-cn", "111122223333"),
            at(Some("http://127.0.0.1:1"), "aws", "111122223333"),
            at(Some("http://127.0.0.1:2"), "aws", "111122223333"),
        ];
        let different: std::collections::HashSet<_> = paths.iter().collect();
        assert_eq!(different.len(), paths.len());
        assert_eq!(paths[0], Path::new("/c/aws/aws-111122223333"));
    }

    #[tokio::test]
    async fn what_a_killed_server_was_deleting_is_deleted_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let half = folder.path().join("aws/forgotten-1-aws-111122223333/events");
        std::fs::create_dir_all(&half).unwrap();
        let caches = Caches::new(folder.path().to_owned());
        assert!(!half.exists());
        let mut held = caches.hold().await;
        drop(held.of(None, "aws-us-gov", "444455556666").await.unwrap());
        let all: Vec<_> = held.all().into_iter().map(|it| (it.partition, it.account)).collect();
        assert_eq!(all, [("aws-us-gov".to_owned(), "444455556666".to_owned())]);
    }
}
