//! Searches with a name, for everybody who may look at the account.

use cloudtrail::time::Time;

use super::database::on;
use super::{Store, StoreError};
use crate::random;

/// How many an account has at most.
const MOST: i64 = 200;

/// A search with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its id.
    pub id: String,
    /// What it is called; no two of an account are called the same.
    pub name: String,
    /// The search as it stands in an address: `q=…&from=…`.
    pub search: String,
    /// Who saved it.
    pub made_by: String,
    /// When.
    pub made_at: Time,
}

/// Why a search was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SavedSearchError {
    /// There are enough.
    #[error("an account has at most {MOST} saved searches; delete one first")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// An account's searches, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn saved_searches(&self, account: &str) -> Result<Vec<SavedSearch>, StoreError> {
        type Row = (String, String, String, String, i64);
        let sql = "SELECT id, name, search, made_by, made_at FROM saved_searches WHERE account = $1 ORDER BY LOWER(name), name";
        let rows =
            on!(&self.inner.pool, pool => sqlx::query_as::<_, Row>(sql).bind(account).fetch_all(pool).await);
        let rows = rows.map_err(|source| StoreError::Failed { action: "read saved searches", source })?;
        let saved = |(id, name, search, made_by, made_at)| SavedSearch {
            id,
            name,
            search,
            made_by,
            made_at: Time::from_millis(made_at),
        };
        Ok(rows.into_iter().map(saved).collect())
    }

    /// Saves a search; one of the same name gives way.
    ///
    /// # Errors
    /// When there are enough, or the database cannot be written.
    pub async fn save_search(
        &self,
        account: &str,
        name: &str,
        search: &str,
        made_by: &str,
        now: Time,
    ) -> Result<(), SavedSearchError> {
        let failed = |source| StoreError::Failed { action: "save a search", source };
        let count = "SELECT COUNT(*) FROM saved_searches WHERE account = $1 AND name <> $2";
        let count: i64 = on!(&self.inner.pool, pool => sqlx::query_scalar(count).bind(account).bind(name)
            .fetch_one(pool).await)
        .map_err(failed)?;
        if count >= MOST {
            return Err(SavedSearchError::TooMany);
        }
        let sql = "INSERT INTO saved_searches (id, account, name, search, made_by, made_at)
                   VALUES ($1, $2, $3, $4, $5, $6)
                   ON CONFLICT (account, name) DO UPDATE SET search = excluded.search, made_by = excluded.made_by,
                   made_at = excluded.made_at";
        on!(&self.inner.pool, pool => sqlx::query(sql).bind(random::hex(8)).bind(account).bind(name).bind(search)
            .bind(made_by).bind(now.as_millis()).execute(pool).await.map(|_| ()))
        .map_err(failed)?;
        Ok(())
    }

    /// Deletes one; that there is none is no error.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_search(&self, account: &str, id: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM saved_searches WHERE account = $1 AND id = $2";
        on!(&self.inner.pool, pool => sqlx::query(sql).bind(account).bind(id).execute(pool).await.map(|_| ()))
            .map_err(|source| StoreError::Failed { action: "delete a saved search", source })
    }
}
