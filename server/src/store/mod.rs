//! Waymark's own database, on SQLite or PostgreSQL: sessions and whose they are, what they are signed in to (sealed), the
//! access log, and saved searches. Events are not here: they are the archives'.

/// The access log's table.
mod access;
/// What sessions are signed in to.
mod credentials;
/// Opening, and bringing the tables up to date.
mod database;
/// Searches with a name.
mod saved;
/// Keys, and what they seal.
mod seal;
/// Sessions, sealed.
mod sessions;
/// Whose sessions there are.
mod sign_ins;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use tower_sessions::session::Id;
use tower_sessions::{ExpiredDeletion, SessionStore};
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

pub use access::{AccessQuery, AccessRow, access_id};
pub use saved::{SavedSearch, SavedSearchError};
pub use seal::{BadKey, Keys, text_of_file};
pub use sessions::SealedSessions;
pub use sign_ins::{Place, SignedIn};

use crate::random;
use database::{Pool, on};

/// The database, open. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool,
    keys: Keys,
    /// What session ids are hashed with. It stays when keys are rotated.
    ids: Hmac<Sha256>,
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened or brought up to date.
    #[error("cannot open the database {place}")]
    Open {
        /// Which, without a password.
        place: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It was sealed with another key.
    #[error(
        "the database {place} was sealed with a key that is not among those given; add that key behind the new one, or start \
         with an empty database"
    )]
    OtherKey {
        /// Which.
        place: String,
    },
    /// It cannot be read or written.
    #[error("cannot {action} in the database")]
    Failed {
        /// What was being done.
        action: &'static str,
        /// Why not.
        source: sqlx::Error,
    },
}

/// Whose session: a keyed hash of its id, which says nothing about the id.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner([u8; 16]);

impl Owner {
    /// As it stands in the database.
    pub fn as_text(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// For tests.
    #[cfg(test)]
    pub fn numbered(number: u128) -> Owner {
        Owner(number.to_be_bytes())
    }

    fn of_text(text: &str) -> Option<Owner> {
        u128::from_str_radix(text, 16)
            .ok()
            .filter(|_| text.len() == 32)
            .map(|value| Owner(value.to_be_bytes()))
    }

    /// The id under which the store of sessions has it.
    fn id(self) -> Id {
        Id(i128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Owner(…)")
    }
}

impl Store {
    /// Opens a database and brings its tables up to date: `postgres://…`, or a file's path, which is made if it is missing and
    /// readable by its owner alone.
    ///
    /// # Errors
    /// When it cannot be opened, or none of the keys is the one it was sealed with.
    pub async fn open(place: &str, keys: Keys) -> Result<Store, StoreError> {
        let pool = if place.starts_with("postgres://") || place.starts_with("postgresql://") {
            Pool::postgres(place).await?
        } else {
            Pool::sqlite(Path::new(place.strip_prefix("sqlite:").unwrap_or(place))).await?
        };
        Store::with(pool, keys, place).await
    }

    /// One that is gone with this process.
    ///
    /// # Errors
    /// When SQLite cannot be used.
    pub async fn in_memory() -> Result<Store, StoreError> {
        Store::with(Pool::memory().await?, Keys::random(), "in memory").await
    }

    async fn with(pool: Pool, keys: Keys, place: &str) -> Result<Store, StoreError> {
        let ids = ids_key(&pool, &keys, place).await?;
        let Ok(ids) = Hmac::new_from_slice(&ids) else { unreachable!("HMAC takes keys of every length") };
        Ok(Store { inner: Arc::new(Inner { pool, keys, ids }) })
    }

    /// Whose session this id is.
    pub fn owner(&self, session: &Id) -> Owner {
        let mut hash = self.inner.ids.clone();
        hash.update(&session.0.to_be_bytes());
        let mut owner = [0; 16];
        owner.copy_from_slice(&hash.finalize().into_bytes()[..16]);
        Owner(owner)
    }

    /// The store of sessions.
    pub fn sessions(&self) -> SealedSessions {
        let inner: Arc<dyn SessionStore> = match &self.inner.pool {
            Pool::Sqlite(pool) => Arc::new(SqliteStore::new(pool.clone())),
            Pool::Postgres(pool) => Arc::new(PostgresStore::new(pool.clone())),
        };
        SealedSessions::new(inner, self.clone())
    }

    /// Deletes what has ended: sessions, whose they were, and what they were signed in to.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sweep(&self, now: cloudtrail::time::Time) -> Result<(), StoreError> {
        let swept = match &self.inner.pool {
            Pool::Sqlite(pool) => SqliteStore::new(pool.clone()).delete_expired().await,
            Pool::Postgres(pool) => PostgresStore::new(pool.clone()).delete_expired().await,
        };
        if let Err(error) = swept {
            tracing::warn!(%error, "sessions that have ended cannot be deleted");
        }
        self.sweep_sign_ins(now).await?;
        self.sweep_credentials(now).await
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        let answer = on!(&self.inner.pool, pool => sqlx::query("SELECT 1").execute(pool).await.map(|_| ()));
        answer.map_err(|source| StoreError::Failed { action: "read", source })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("keys", &self.inner.keys).finish_non_exhaustive()
    }
}

/// The name of the hashing key's row, and its place when it is sealed.
const IDS: &str = "session-ids";

/// The key that session ids are hashed with: made once, sealed, and sealed anew when the newest key is another.
async fn ids_key(pool: &Pool, keys: &Keys, place: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
    let failed = |source| StoreError::Failed { action: "read the hashing key", source };
    let made = keys.seal(IDS, zeroize::Zeroizing::new(random::bytes::<32>()).as_slice());
    // Whoever comes first makes it.
    let insert = "INSERT INTO secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    on!(pool, pool => sqlx::query(insert).bind(IDS).bind(made).execute(pool).await.map(|_| ()))
        .map_err(failed)?;
    let select = "SELECT sealed FROM secrets WHERE name = $1";
    let sealed: Vec<u8> =
        on!(pool, pool => sqlx::query_scalar(select).bind(IDS).fetch_one(pool).await).map_err(failed)?;
    let key =
        keys.open(IDS, &sealed).ok_or_else(|| StoreError::OtherKey { place: database::named(place) })?;
    if !keys.is_newest(&sealed) {
        let update = "UPDATE secrets SET sealed = $2 WHERE name = $1";
        let sealed = keys.seal(IDS, &key);
        on!(pool, pool => sqlx::query(update).bind(IDS).bind(sealed).execute(pool).await.map(|_| ()))
            .map_err(failed)?;
    }
    Ok(key)
}
