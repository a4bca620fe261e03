//! Caches on disk, one for each endpoint, partition and account.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::{ArchiveError, Writer};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

/// The caches that are open.
pub struct Caches {
    folder: PathBuf,
    open: Mutex<HashMap<PathBuf, Arc<Writer>>>,
}

impl Caches {
    /// In a folder, which is made when the first cache is.
    pub fn new(folder: PathBuf) -> Caches {
        Caches { folder, open: Mutex::default() }
    }

    /// An account's cache; made if there is none yet.
    pub async fn of(
        &self,
        endpoint: Option<&str>,
        partition: &str,
        account: &str,
    ) -> Result<Arc<Writer>, ArchiveError> {
        let path = path(&self.folder, endpoint, partition, account);
        let mut open = self.open.lock().await;
        if let Some(writer) = open.get(&path) {
            return Ok(writer.clone());
        }
        let writer = Arc::new(Writer::open(&path).await?);
        open.insert(path, writer.clone());
        Ok(writer)
    }
}

/// AWS's accounts and those of another endpoint that plays AWS have the same numbers and other events.
fn path(folder: &Path, endpoint: Option<&str>, partition: &str, account: &str) -> PathBuf {
    let place = match endpoint {
        None => "aws".to_owned(),
        Some(endpoint) => {
            let hash = Sha256::digest(endpoint.as_bytes());
            hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        }
    };
    folder.join(place).join(format!("{partition}-{account}"))
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
}
