//! The catalog's table of coverage.

use cloudtrail::time::Time;
use sqlx::{Row, SqliteConnection};

use super::Catalog;
use crate::covered::{Piece, lay_over};
use crate::{ArchiveError, Covered};

impl Catalog {
    /// What has been fetched of an account, by Region and time.
    pub async fn covered(&self, account: &str, region: Option<&str>) -> Result<Vec<Covered>, ArchiveError> {
        self.read_covered(account, region).await.map_err(|source| self.failed("read", source))
    }

    async fn read_covered(&self, account: &str, region: Option<&str>) -> Result<Vec<Covered>, sqlx::Error> {
        // Only writers make tables, and none may have opened this archive since there is this one.
        let there = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'coverage'";
        if sqlx::query_scalar::<_, i64>(there).fetch_one(&self.pool).await? == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT region, attribute, value, begins, ends, fetched FROM coverage
                   WHERE account = ?1 AND (?2 IS NULL OR region = ?2)
                   ORDER BY region, begins, attribute, value";
        let rows = sqlx::query(sql).bind(account).bind(region).fetch_all(&self.pool).await?;
        let covered = rows.into_iter().map(|row| {
            let attribute: String = row.get(1);
            Covered {
                account: account.to_owned(),
                region: row.get(0),
                attribute: (!attribute.is_empty()).then(|| (attribute, row.get(2))),
                range: (Time::from_millis(row.get(3)), Time::from_millis(row.get(4))),
                fetched: Time::from_millis(row.get(5)),
            }
        });
        Ok(covered.collect())
    }
}

/// Adds coverage. Where no attribute was pushed down, the table has empty words.
pub async fn write(connection: &mut SqliteConnection, covered: &[Covered]) -> Result<(), sqlx::Error> {
    for Covered { account, region, attribute, range, fetched } in covered {
        let (attribute, value) = match attribute {
            // An attribute without a name must not become everything.
            Some((name, _)) if name.is_empty() => continue,
            Some((name, value)) => (name.as_str(), value.as_str()),
            None => ("", ""),
        };
        let new =
            Piece { begins: range.0.as_millis(), ends: range.1.as_millis(), fetched: fetched.as_millis() };
        if new.begins >= new.ends {
            continue;
        }
        let touching = "DELETE FROM coverage
                        WHERE account = ? AND region = ? AND attribute = ? AND value = ? AND begins <= ? AND ends >= ?
                        RETURNING begins, ends, fetched";
        let touching = sqlx::query(touching)
            .bind(account)
            .bind(region)
            .bind(attribute)
            .bind(value)
            .bind(new.ends)
            .bind(new.begins)
            .fetch_all(&mut *connection)
            .await?;
        let touching =
            touching.iter().map(|row| Piece { begins: row.get(0), ends: row.get(1), fetched: row.get(2) });
        for piece in lay_over(touching.collect(), new) {
            sqlx::query("INSERT INTO coverage VALUES (?, ?, ?, ?, ?, ?, ?)")
                .bind(account)
                .bind(region)
                .bind(attribute)
                .bind(value)
                .bind(piece.begins)
                .bind(piece.ends)
                .bind(piece.fetched)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
