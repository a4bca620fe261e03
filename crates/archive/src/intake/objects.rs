//! Objects of a store that is no file system, such as S3: whoever reaches the store hands them in one by one, with their bytes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::lock;
use super::walk::{Known, Source};

/// Which object it is. One of the same name, size and tag as before is not taken in again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectId {
    /// Where it is, such as `s3://bucket/key`.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// What changes with its content, such as an ETag.
    pub tag: String,
}

/// An object with its bytes, or why they cannot be had.
#[derive(Debug)]
pub struct Object {
    /// Which.
    pub id: ObjectId,
    /// Its content, compressed or not.
    pub bytes: Result<Vec<u8>, String>,
}

/// Objects on their way in; so many wait at most.
pub fn objects(waiting: usize) -> (Feed, Objects) {
    let (sender, receiver) = mpsc::channel(waiting);
    let totals = Arc::<Totals>::default();
    let feed = Feed { sender, totals: totals.clone() };
    (feed, Objects { receiver: Mutex::new(receiver), totals, next: AtomicU32::new(0) })
}

/// Where objects are handed in. Once all clones are dropped, there are no more.
#[derive(Clone)]
pub struct Feed {
    sender: mpsc::Sender<Object>,
    totals: Arc<Totals>,
}

#[derive(Default)]
struct Totals {
    objects: AtomicU64,
    bytes: AtomicU64,
    unchanged: AtomicU64,
}

impl Feed {
    /// So many objects, and so many bytes, will come: for those who watch.
    pub fn announce(&self, objects: u64, bytes: u64) {
        self.totals.objects.fetch_add(objects, Ordering::Relaxed);
        self.totals.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many objects need not come, as they are known.
    pub fn unchanged(&self, objects: u64) {
        self.totals.unchanged.fetch_add(objects, Ordering::Relaxed);
    }

    /// Hands in an object when there is room. `false` if nobody takes any more.
    pub async fn send(&self, object: Object) -> bool {
        self.sender.send(object).await.is_ok()
    }
}

/// The other end of a [`Feed`].
pub struct Objects {
    receiver: Mutex<mpsc::Receiver<Object>>,
    totals: Arc<Totals>,
    next: AtomicU32,
}

impl Objects {
    /// The next one, and its number; waits for it. `None` at the end.
    pub(super) fn next(&self) -> Option<(u32, Object)> {
        let object = lock(&self.receiver).blocking_recv()?;
        Some((self.next.fetch_add(1, Ordering::Relaxed), object))
    }

    /// How many there are by now, and their bytes; those that are known included.
    pub(super) fn totals(&self) -> (u64, u64) {
        let objects = self.totals.objects.load(Ordering::Relaxed) + self.unchanged();
        (objects, self.totals.bytes.load(Ordering::Relaxed))
    }

    pub(super) fn unchanged(&self) -> u64 {
        self.totals.unchanged.load(Ordering::Relaxed)
    }
}

/// What earlier runs took in.
pub struct TakenIn {
    pub(crate) known: Known,
}

impl TakenIn {
    /// Whether this very object was.
    pub fn has(&self, object: &ObjectId) -> bool {
        self.known.unchanged(&object.source())
    }
}

impl ObjectId {
    /// As the catalog writes sources. The tag stands where files have their time of change.
    pub(super) fn source(&self) -> Source {
        let hash: [u8; 32] = Sha256::digest(self.tag.as_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        let modified = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        Source { path: PathBuf::from(&self.name), size: self.size, modified }
    }
}
