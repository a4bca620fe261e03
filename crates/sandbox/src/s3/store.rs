//! Objects in a folder: a file for the bytes and one for what is said about them, named by the hash of bucket and key. Keys of
//! digest files are too long to be names of files, and with an index in memory, listing costs no walk through folders.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cloudtrail::time::Time;
use s3s::crypto::{Checksum as _, Md5};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::random::hex;
use crate::world::lock;

/// What is said about an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// Bucket.
    pub bucket: String,
    /// Key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// MD5 of the bytes, in hex.
    pub etag: String,
    /// When it was put.
    pub modified: Time,
    /// `Content-Type`.
    pub kind: Option<String>,
    /// `Content-Encoding`.
    pub encoding: Option<String>,
    /// `x-amz-meta-…`, without that.
    pub metadata: BTreeMap<String, String>,
}

/// What comes with the bytes of a new object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes {
    /// `Content-Type`.
    pub kind: Option<String>,
    /// `Content-Encoding`.
    pub encoding: Option<String>,
    /// `x-amz-meta-…`, without that.
    pub metadata: BTreeMap<String, String>,
}

/// What to list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing<'l> {
    /// Bucket.
    pub bucket: &'l str,
    /// Beginning of the keys.
    pub prefix: &'l str,
    /// What ends a folder.
    pub delimiter: Option<&'l str>,
    /// Only what comes after this key or folder.
    pub after: &'l str,
    /// At most so many keys and folders.
    pub most: usize,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Objects.
    pub objects: Vec<Arc<Meta>>,
    /// Folders.
    pub folders: Vec<String>,
    /// The last of them, if there is more.
    pub next: Option<String>,
}

/// All objects.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    index: Mutex<BTreeMap<(String, String), Arc<Meta>>>,
}

impl Store {
    /// The objects in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn open(folder: &Path) -> std::io::Result<Store> {
        std::fs::create_dir_all(folder)?;
        let mut index = BTreeMap::new();
        for item in std::fs::read_dir(folder)? {
            let path = item?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let meta: Meta = serde_json::from_slice(&std::fs::read(&path)?)?;
                index.insert((meta.bucket.clone(), meta.key.clone()), Arc::new(meta));
            }
        }
        Ok(Store { folder: folder.to_owned(), index: Mutex::new(index) })
    }

    /// Puts an object, in place of the one before.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn put(
        &self,
        bucket: &str,
        key: &str,
        bytes: &[u8],
        with: Attributes,
        now: Time,
    ) -> std::io::Result<Arc<Meta>> {
        let meta = Meta {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            size: bytes.len() as u64,
            etag: hex(&Md5::checksum(bytes)),
            modified: now,
            kind: with.kind,
            encoding: with.encoding,
            metadata: with.metadata,
        };
        let mut index = lock(&self.index);
        let path = self.path(bucket, key);
        let temporary = path.with_extension("new");
        std::fs::write(&temporary, bytes)?;
        std::fs::rename(&temporary, &path)?;
        std::fs::write(&temporary, serde_json::to_vec(&meta)?)?;
        std::fs::rename(&temporary, path.with_extension("json"))?;
        let meta = Arc::new(meta);
        index.insert((bucket.to_owned(), key.to_owned()), Arc::clone(&meta));
        Ok(meta)
    }

    /// What is said about an object.
    pub fn meta(&self, bucket: &str, key: &str) -> Option<Arc<Meta>> {
        lock(&self.index).get(&(bucket.to_owned(), key.to_owned())).cloned()
    }

    /// An object's bytes.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bytes(&self, meta: &Meta) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.path(&meta.bucket, &meta.key))
    }

    /// Takes an object away, if it is there.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self, bucket: &str, key: &str) -> std::io::Result<()> {
        let mut index = lock(&self.index);
        if index.remove(&(bucket.to_owned(), key.to_owned())).is_some() {
            let path = self.path(bucket, key);
            // First what makes it count.
            std::fs::remove_file(path.with_extension("json"))?;
            std::fs::remove_file(path)?;
        }
        Ok(())
    }

    /// Whether a bucket has no object.
    pub fn is_empty(&self, bucket: &str) -> bool {
        let nothing = Listing { bucket, prefix: "", delimiter: None, after: "", most: 1 };
        self.list(nothing).objects.is_empty()
    }

    /// Lists keys in their order, those with the same beginning up to the delimiter as one folder.
    pub fn list(&self, listing: Listing<'_>) -> Found {
        let Listing { bucket, prefix, delimiter, after, most } = listing;
        let index = lock(&self.index);
        let start = prefix.max(after).to_owned();
        let range = (Bound::Included((bucket.to_owned(), start)), Bound::Unbounded);
        let (mut found, mut last) = (Found::default(), None);
        for ((_, key), meta) in
            index.range(range).take_while(|((of, key), _)| of == bucket && key.starts_with(prefix))
        {
            let folder = delimiter.filter(|delimiter| !delimiter.is_empty()).and_then(|delimiter| {
                let end = key[prefix.len()..].find(delimiter)? + prefix.len() + delimiter.len();
                Some(&key[..end])
            });
            let item = folder.unwrap_or(key);
            // A folder that was given on the page before stands for all its keys.
            if item <= after || folder.is_some() && last.as_deref() == folder {
                continue;
            }
            if found.objects.len() + found.folders.len() == most {
                found.next = last;
                break;
            }
            last = Some(item.to_owned());
            match folder {
                Some(folder) => found.folders.push(folder.to_owned()),
                None => found.objects.push(Arc::clone(meta)),
            }
        }
        found
    }

    fn path(&self, bucket: &str, key: &str) -> PathBuf {
        self.folder.join(hex(&Sha256::digest(format!("{bucket}/{key}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path, keys: &[&str]) -> Store {
        let store = Store::open(folder).unwrap();
        for key in keys {
            store.put("b", key, key.as_bytes(), Attributes::default(), Time::MIN).unwrap();
        }
        store
    }

    fn list(store: &Store, prefix: &str, delimiter: Option<&str>, most: usize) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut after = String::new();
        loop {
            let found = store.list(Listing { bucket: "b", prefix, delimiter, after: &after, most });
            let keys = found.objects.iter().map(|meta| meta.key.clone());
            pages.push(found.folders.iter().cloned().chain(keys).collect());
            let Some(next) = found.next else { return pages };
            after = next;
        }
    }

    #[test]
    fn listing() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path(), &["a", "d/1", "d/2", "d/e/3", "x"]);
        store.put("c", "other", b"", Attributes::default(), Time::MIN).unwrap();
        assert_eq!(list(&store, "", None, 10), [["a", "d/1", "d/2", "d/e/3", "x"]]);
        assert_eq!(list(&store, "", Some("/"), 10), [["d/", "a", "x"]]);
        assert_eq!(list(&store, "d/", Some("/"), 10), [["d/e/", "d/1", "d/2"]]);
        assert_eq!(list(&store, "", None, 2), vec![vec!["a", "d/1"], vec!["d/2", "d/e/3"], vec!["x"]]);
        assert_eq!(list(&store, "", Some("/"), 1), [["a"], ["d/"], ["x"]]);
        assert!(store.is_empty("none") && !store.is_empty("c"));
    }

    #[test]
    fn a_folder_keeps_its_objects() {
        let folder = tempfile::tempdir().unwrap();
        let long = "k".repeat(900);
        let with = Attributes {
            metadata: BTreeMap::from([("signature".into(), "ab".into())]),
            ..Attributes::default()
        };
        store(folder.path(), &["gone"]).put("b", &long, b"bytes", with, Time::MIN).unwrap();
        let again = Store::open(folder.path()).unwrap();
        let meta = again.meta("b", &long).unwrap();
        assert_eq!(
            (again.bytes(&meta).unwrap(), meta.size, &*meta.metadata["signature"]),
            (b"bytes".to_vec(), 5, "ab")
        );
        assert_eq!(meta.etag, "4b3a6218bb3e3a7303e8a171a60fcf92");
        again.remove("b", "gone").unwrap();
        again.remove("b", "gone").unwrap();
        assert!(Store::open(folder.path()).unwrap().meta("b", "gone").is_none());
    }
}
