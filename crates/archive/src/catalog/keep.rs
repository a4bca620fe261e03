//! Letting go of the oldest days.

use cloudtrail::time::{DAY, Time};
use sqlx::SqliteConnection;

use super::{Catalog, next_generation};
use crate::ArchiveError;

impl Catalog {
    /// Takes out the files of days before one, and the coverage of these days, in one transaction. Returns how many events the
    /// files had.
    pub async fn drop_before(&self, day: i64, now: Time) -> Result<u64, ArchiveError> {
        self.write_drop(day, now).await.map_err(|source| self.failed("write", source))
    }

    async fn write_drop(&self, day: i64, now: Time) -> Result<u64, sqlx::Error> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let sql = "SELECT COALESCE(SUM(rows), 0) FROM files WHERE removed IS NULL AND day < ?";
        let events: i64 = sqlx::query_scalar(sql).bind(day).fetch_one(&mut *tx).await?;
        if events > 0 {
            let generation = next_generation(&mut tx).await?;
            let sql = "UPDATE files SET removed = ?, removed_at = ? WHERE removed IS NULL AND day < ?";
            sqlx::query(sql).bind(generation).bind(now.as_millis()).bind(day).execute(&mut *tx).await?;
        }
        let start = day * DAY;
        sqlx::query("DELETE FROM coverage WHERE ends <= ?").bind(start).execute(&mut *tx).await?;
        // Pieces of one key do not overlap, so that no two begin there then.
        let sql = "UPDATE coverage SET begins = ?1 WHERE begins < ?1";
        sqlx::query(sql).bind(start).execute(&mut *tx).await?;
        keep_from(&mut tx, start).await?;
        tx.commit().await?;
        Ok(events as u64)
    }

    /// Before which time events were let go of.
    pub async fn kept_from(&self) -> Result<Option<Time>, ArchiveError> {
        let sql = "SELECT value FROM meta WHERE key = 'kept_from'";
        let time: Result<Option<i64>, _> = sqlx::query_scalar(sql).fetch_optional(&self.pool).await;
        time.map(|time| time.map(Time::from_millis)).map_err(|source| self.failed("read", source))
    }

    /// Nothing says any more that events were let go of.
    pub async fn forget_kept_from(&self) -> Result<(), ArchiveError> {
        let done = sqlx::query("DELETE FROM meta WHERE key = 'kept_from'").execute(&self.pool).await;
        done.map(|_| ()).map_err(|source| self.failed("write", source))
    }

    /// Closes all connections, once they are no longer in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn keep_from(connection: &mut SqliteConnection, start: i64) -> Result<(), sqlx::Error> {
    let sql =
        "INSERT INTO meta VALUES ('kept_from', ?1) ON CONFLICT (key) DO UPDATE SET value = MAX(value, ?1)";
    sqlx::query(sql).bind(start).execute(connection).await?;
    Ok(())
}
