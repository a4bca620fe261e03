//! The catalog: which event files count, which sources were taken in, what of AWS's event history has been fetched, what
//! the last runs reported.
//!
//! SQLite in WAL mode: one writer, many readers, also in other processes. A state of the catalog has a number, its
//! generation; a file belongs to the generations from `added` to before `removed`, so that a list being paged through
//! stays the list it was.

use cloudtrail::intake::{Outcome, Report};
use cloudtrail::search::SourceCounts;
use cloudtrail::time::Time;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, SqliteConnection};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::schema::FORMAT_VERSION;
use crate::{ArchiveError, Covered};

/// What of AWS's event history has been fetched.
mod covered;
/// Letting go of the oldest days.
mod keep;
/// What is known of a file and of a source.
mod records;

pub use records::{FileRecord, NewFile, SourceOutcome, SourceRecord};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    day INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER,
    removed_at INTEGER
);
CREATE INDEX IF NOT EXISTS files_by_day ON files (day);
CREATE TABLE IF NOT EXISTS sources (
    path BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    outcome TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reports (id INTEGER PRIMARY KEY, report TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coverage (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    begins INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    PRIMARY KEY (account, region, attribute, value, begins)
) WITHOUT ROWID;
";

/// How many reports are kept.
const KEPT_REPORTS: i64 = 50;

/// One consistent state of the catalog.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub generation: i64,
    /// Newest day first.
    pub files: Vec<FileRecord>,
    pub sources: SourceCounts,
    pub accounts: Vec<(String, String)>,
    pub taking_in: bool,
}

/// What one transaction adds to the catalog.
#[derive(Clone, Copy, Debug, Default)]
pub struct Commit<'c> {
    pub files: &'c [NewFile],
    pub sources: &'c [SourceRecord],
    pub covered: &'c [Covered],
}

/// A handle to the catalog; cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalog {
    pool: SqlitePool,
    path: PathBuf,
}

impl Catalog {
    /// Opens the catalog of an archive, or makes it.
    pub async fn open(folder: &Path, create: bool) -> Result<Catalog, ArchiveError> {
        let path = folder.join("catalog.sqlite");
        if !create && !path.exists() {
            return Err(ArchiveError::NotAnArchive { path: folder.to_owned() });
        }
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            // What was committed stays, also when the power goes: callers are told that it is in, and replaced files are deleted.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
        let pool =
            pool.map_err(|source| ArchiveError::Catalog { action: "open", path: path.clone(), source })?;
        let catalog = Catalog { pool, path };
        if create {
            let made = sqlx::raw_sql(TABLES).execute(&catalog.pool).await;
            made.map_err(|source| catalog.failed("set up", source))?;
            let sql = "INSERT OR IGNORE INTO meta VALUES ('format_version', ?), ('generation', 0)";
            let made = sqlx::query(sql).bind(FORMAT_VERSION).execute(&catalog.pool).await;
            made.map_err(|source| catalog.failed("set up", source))?;
        }
        Ok(catalog)
    }

    /// The format the archive was written in.
    pub async fn format_version(&self) -> Result<i64, ArchiveError> {
        self.meta("format_version").await
    }

    /// The number of the present state, and whether a writer is taking in files.
    pub async fn present(&self) -> Result<(i64, bool), ArchiveError> {
        let sql = "SELECT (SELECT value FROM meta WHERE key = 'generation'),
                          COALESCE((SELECT value FROM meta WHERE key = 'taking_in'), 0)";
        let row =
            sqlx::query(sql).fetch_one(&self.pool).await.map_err(|source| self.failed("read", source))?;
        Ok((row.get(0), row.get::<i64, _>(1) != 0))
    }

    async fn meta(&self, key: &str) -> Result<i64, ArchiveError> {
        sqlx::query_scalar("SELECT value FROM meta WHERE key = ?")
            .bind(key)
            .fetch_one(&self.pool)
            .await
            .map_err(|source| self.failed("read", source))
    }

    /// Reads a state: the present one, or an earlier one whose files are still there.
    pub async fn state(&self, at: Option<i64>) -> Result<State, ArchiveError> {
        self.read_state(at).await.map_err(|source| self.failed("read", source))
    }

    async fn read_state(&self, at: Option<i64>) -> Result<State, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        let mut state = State::default();
        for row in sqlx::query("SELECT key, value FROM meta").fetch_all(&mut *tx).await? {
            match row.get::<&str, _>(0) {
                "generation" => state.generation = row.get(1),
                "taking_in" => state.taking_in = row.get::<i64, _>(1) != 0,
                _ => {}
            }
        }
        let generation = at.unwrap_or(state.generation);
        let sql = "SELECT id, path, day, rows, bytes, raw_bytes, oldest, newest FROM files
                   WHERE added <= ?1 AND (removed IS NULL OR removed > ?1) ORDER BY newest DESC, id";
        for row in sqlx::query(sql).bind(generation).fetch_all(&mut *tx).await? {
            state.files.push(FileRecord {
                id: row.get(0),
                path: row.get(1),
                day: row.get(2),
                rows: row.get::<i64, _>(3) as u64,
                bytes: row.get::<i64, _>(4) as u64,
                raw_bytes: row.get::<i64, _>(5) as u64,
                oldest: Time::from_millis(row.get(6)),
                newest: Time::from_millis(row.get(7)),
            });
        }
        let counts = "SELECT outcome, COUNT(*) FROM sources GROUP BY outcome";
        for row in sqlx::query(counts).fetch_all(&mut *tx).await? {
            let count = row.get::<i64, _>(1) as u64;
            match SourceOutcome::from_word(row.get(0)) {
                SourceOutcome::Complete => state.sources.complete = count,
                SourceOutcome::Digest => state.sources.digests = count,
                SourceOutcome::Noted(Outcome::Partial) => state.sources.partial = count,
                SourceOutcome::Noted(Outcome::Skipped) => state.sources.skipped = count,
                SourceOutcome::Noted(Outcome::Warned) => state.sources.warned = count,
            }
        }
        for row in sqlx::query("SELECT id, name FROM accounts ORDER BY id").fetch_all(&mut *tx).await? {
            state.accounts.push((row.get(0), row.get(1)));
        }
        state.generation = generation;
        tx.commit().await?;
        Ok(state)
    }

    /// Whether the files of an earlier state are all still there.
    pub async fn remembers(&self, generation: i64) -> Result<bool, ArchiveError> {
        let forgotten = self.meta("forgotten").await.unwrap_or(0);
        Ok(generation >= forgotten && generation <= self.present().await?.0)
    }

    /// Adds files, sources and coverage, and takes out the files that new ones replace: all of it or nothing. Returns the
    /// ids of the added files.
    pub async fn commit(&self, what: Commit<'_>, now: Time) -> Result<Vec<i64>, ArchiveError> {
        self.write_commit(what, now).await.map_err(|source| self.failed("write", source))
    }

    async fn write_commit(&self, what: Commit<'_>, now: Time) -> Result<Vec<i64>, sqlx::Error> {
        let Commit { files, sources, covered } = what;
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        // Coverage alone makes no other state: it is no part of what searches read.
        let generation = match files.is_empty() && sources.is_empty() {
            true => 0,
            false => next_generation(&mut tx).await?,
        };
        let mut ids = Vec::with_capacity(files.len());
        for NewFile { record, replaces } in files {
            let sql = "INSERT INTO files (path, day, rows, bytes, raw_bytes, oldest, newest, added)
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
            let id = sqlx::query_scalar(sql)
                .bind(&record.path)
                .bind(record.day)
                .bind(record.rows as i64)
                .bind(record.bytes as i64)
                .bind(record.raw_bytes as i64)
                .bind(record.oldest.as_millis())
                .bind(record.newest.as_millis())
                .bind(generation)
                .fetch_one(&mut *tx)
                .await?;
            ids.push(id);
            for replaced in replaces {
                sqlx::query("UPDATE files SET removed = ?, removed_at = ? WHERE id = ?")
                    .bind(generation)
                    .bind(now.as_millis())
                    .bind(replaced)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        for source in sources {
            sqlx::query("INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?)")
                .bind(&source.path)
                .bind(source.size as i64)
                .bind(source.modified)
                .bind(&source.sha256[..])
                .bind(source.outcome.word())
                .execute(&mut *tx)
                .await?;
        }
        covered::write(&mut tx, covered).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// All sources taken in, by path.
    pub async fn sources(&self) -> Result<Vec<SourceRecord>, ArchiveError> {
        let rows = sqlx::query("SELECT path, size, modified, sha256, outcome FROM sources")
            .fetch_all(&self.pool)
            .await;
        let rows = rows.map_err(|source| self.failed("read", source))?;
        Ok(rows
            .into_iter()
            .map(|row| SourceRecord {
                path: row.get(0),
                size: row.get::<i64, _>(1) as u64,
                modified: row.get(2),
                sha256: <[u8; 32]>::try_from(row.get::<&[u8], _>(3)).unwrap_or_default(),
                outcome: SourceOutcome::from_word(row.get(4)),
            })
            .collect())
    }

    /// Forgets files that were replaced before `before`, and returns their paths for deletion. From then on, no state
    /// that held them can be read.
    pub async fn forget_removed(&self, before: Time) -> Result<Vec<String>, ArchiveError> {
        self.write_forget(before).await.map_err(|source| self.failed("write", source))
    }

    async fn write_forget(&self, before: Time) -> Result<Vec<String>, sqlx::Error> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let sql = "DELETE FROM files WHERE removed_at <= ? RETURNING path, removed";
        let rows = sqlx::query(sql).bind(before.as_millis()).fetch_all(&mut *tx).await?;
        if let Some(newest) = rows.iter().map(|row| row.get::<i64, _>(1)).max() {
            let sql = "INSERT INTO meta VALUES ('forgotten', ?1)
                       ON CONFLICT (key) DO UPDATE SET value = MAX(value, ?1)";
            sqlx::query(sql).bind(newest).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(rows.into_iter().map(|row| row.get(0)).collect())
    }

    /// When the latest was replaced of the files beyond the newest `kept` replaced ones; `None` if there are no more.
    pub async fn replaced_before(&self, kept: i64) -> Result<Option<Time>, ArchiveError> {
        let sql = "SELECT removed_at FROM files WHERE removed_at IS NOT NULL
                   ORDER BY removed_at DESC LIMIT 1 OFFSET ?";
        let time: Result<Option<i64>, _> =
            sqlx::query_scalar(sql).bind(kept).fetch_optional(&self.pool).await;
        time.map(|time| time.map(Time::from_millis)).map_err(|source| self.failed("read", source))
    }

    /// The paths of all files that the catalog knows, those of earlier states included.
    pub async fn known_paths(&self) -> Result<Vec<String>, ArchiveError> {
        let paths = sqlx::query_scalar("SELECT path FROM files").fetch_all(&self.pool).await;
        paths.map_err(|source| self.failed("read", source))
    }

    /// Remembers whether a writer is taking in files.
    pub async fn set_taking_in(&self, taking_in: bool) -> Result<(), ArchiveError> {
        self.set_meta("taking_in", i64::from(taking_in)).await
    }

    /// Records that the archive has the present format.
    pub async fn set_format_version(&self, version: i64) -> Result<(), ArchiveError> {
        self.set_meta("format_version", version).await
    }

    async fn set_meta(&self, key: &str, value: i64) -> Result<(), ArchiveError> {
        let sql = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        let done = sqlx::query(sql).bind(key).bind(value).execute(&self.pool).await;
        done.map(|_| ()).map_err(|source| self.failed("write", source))
    }

    /// Keeps a run's report; only the latest stay.
    pub async fn add_report(&self, report: &Report) -> Result<(), ArchiveError> {
        let text = serde_json::to_string(report)
            .map_err(|error| self.failed("write", sqlx::Error::Encode(error.into())))?;
        let sql = "INSERT INTO reports (report) VALUES (?);";
        let added = sqlx::query(sql).bind(text).execute(&self.pool).await;
        added.map_err(|source| self.failed("write", source))?;
        let sql = "DELETE FROM reports WHERE id <= (SELECT MAX(id) FROM reports) - ?";
        let trimmed = sqlx::query(sql).bind(KEPT_REPORTS).execute(&self.pool).await;
        trimmed.map(|_| ()).map_err(|source| self.failed("write", source))
    }

    /// The kept reports, the latest first.
    pub async fn reports(&self) -> Result<Vec<Report>, ArchiveError> {
        let texts: Result<Vec<String>, _> =
            sqlx::query_scalar("SELECT report FROM reports ORDER BY id DESC").fetch_all(&self.pool).await;
        let texts = texts.map_err(|source| self.failed("read", source))?;
        Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
    }

    /// Replaces the names of accounts.
    pub async fn set_accounts(&self, accounts: &[(String, String)]) -> Result<(), ArchiveError> {
        self.write_accounts(accounts).await.map_err(|source| self.failed("write", source))
    }

    async fn write_accounts(&self, accounts: &[(String, String)]) -> Result<(), sqlx::Error> {
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        next_generation(&mut tx).await?;
        sqlx::query("DELETE FROM accounts").execute(&mut *tx).await?;
        for (id, name) in accounts {
            let sql = "INSERT OR REPLACE INTO accounts VALUES (?, ?)";
            sqlx::query(sql).bind(id).bind(name).execute(&mut *tx).await?;
        }
        tx.commit().await
    }

    fn failed(&self, action: &'static str, source: sqlx::Error) -> ArchiveError {
        ArchiveError::Catalog { action, path: self.path.clone(), source }
    }
}

async fn next_generation(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let sql = "UPDATE meta SET value = value + 1 WHERE key = 'generation' RETURNING value";
    sqlx::query_scalar(sql).fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_committed_is_synced() {
        let folder = tempfile::TempDir::new().unwrap();
        let catalog = Catalog::open(folder.path(), true).await.unwrap();
        // 2 is FULL: <https://www.sqlite.org/pragma.html#pragma_synchronous>.
        let synced: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&catalog.pool).await.unwrap();
        assert_eq!(synced, 2);
    }
}
