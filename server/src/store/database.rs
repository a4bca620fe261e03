//! Opening the database, and bringing its tables up to date.

use std::path::Path;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::error::BoxDynError;
use sqlx::migrate::{Migration, MigrationSource, MigrationType, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

use super::StoreError;

/// Connections to one of the two.
pub enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Runs a statement on whichever it is. Statements are written so that both understand them.
macro_rules! on {
    ($pool:expr, $name:ident => $work:expr) => {
        match $pool {
            $crate::store::database::Pool::Sqlite($name) => $work,
            $crate::store::database::Pool::Postgres($name) => $work,
        }
    };
}
pub(crate) use on;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at once.
const CONNECTIONS: u32 = 8;

const SQLITE: Migrations = Migrations(&[(1, "start", include_str!("../../migrations/sqlite/1_start.sql"))]);
const POSTGRES: Migrations =
    Migrations(&[(1, "start", include_str!("../../migrations/postgres/1_start.sql"))]);

impl Pool {
    /// A file, which is made if it is missing.
    pub async fn sqlite(path: &Path) -> Result<Pool, StoreError> {
        let failed = |source| open_error(&path.display().to_string(), source);
        make_private(path).map_err(|source| failed(source.into()))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // A line of the access log, or a sign-out, is not undone by a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        Pool::of_sqlite(pool.connect_with(options).await.map_err(|source| failed(source.into()))?)
            .await
            .map_err(failed)
    }

    /// Gone with this process.
    pub async fn memory() -> Result<Pool, StoreError> {
        let failed = |source| open_error("in memory", source);
        // Each connection would have a database of its own, and loses it when it is closed.
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let options = SqliteConnectOptions::new().in_memory(true);
        Pool::of_sqlite(pool.connect_with(options).await.map_err(|source| failed(source.into()))?)
            .await
            .map_err(failed)
    }

    async fn of_sqlite(pool: SqlitePool) -> Result<Pool, BoxDynError> {
        Migrator::new(SQLITE).await?.run(&pool).await?;
        SqliteStore::new(pool.clone()).migrate().await?;
        Ok(Pool::Sqlite(pool))
    }

    /// A server's database, by its address.
    pub async fn postgres(address: &str) -> Result<Pool, StoreError> {
        let open = async {
            let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
            let pool = pool.connect(address).await?;
            Migrator::new(POSTGRES).await?.run(&pool).await?;
            PostgresStore::new(pool.clone()).migrate().await?;
            Ok(Pool::Postgres(pool))
        };
        open.await.map_err(|source: BoxDynError| open_error(&named(address), source))
    }
}

fn open_error(place: &str, source: BoxDynError) -> StoreError {
    StoreError::Open { place: place.to_owned(), source }
}

/// A database's address for people: without the user, the password and the options.
pub fn named(address: &str) -> String {
    match address.split_once("://") {
        Some((kind, rest)) => {
            let rest = rest.split('?').next().unwrap_or_default();
            format!("{kind}://{}", rest.rsplit('@').next().unwrap_or_default())
        }
        None => address.to_owned(),
    }
}

/// Makes the file, so that only its owner reads it; SQLite would make one that everybody reads. Its companions get the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

/// The tables' history, from within the program.
#[derive(Debug)]
struct Migrations(&'static [(i64, &'static str, &'static str)]);

impl<'s> MigrationSource<'s> for Migrations {
    fn resolve(self) -> BoxFuture<'s, Result<Vec<Migration>, BoxDynError>> {
        let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
            Migration::new(*version, (*name).into(), MigrationType::Simple, (*sql).into(), false)
        };
        let migrations = self.0.iter().map(migration).collect();
        Box::pin(std::future::ready(Ok(migrations)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_down_is_synced() {
        let folder = tempfile::tempdir().unwrap();
        let Ok(Pool::Sqlite(pool)) = Pool::sqlite(&folder.path().join("waymark.sqlite")).await else {
            panic!("it cannot be opened");
        };
        // 2 is FULL: <https://www.sqlite.org/pragma.html#pragma_synchronous>.
        let synced: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&pool).await.unwrap();
        assert_eq!(synced, 2);
    }

    #[test]
    fn an_address_is_named_without_its_password() {
        assert_eq!(
            named("postgres://jo:se@cret@db.example:5432/waymark?sslmode=require"),
            "postgres://db.example:5432/waymark"
        );
        assert_eq!(named("/var/lib/waymark.sqlite"), "/var/lib/waymark.sqlite");
    }
}
