//! What sessions are signed in to, sealed, in shared deployments: a restart signs nobody out.

use cloudtrail::time::Time;
use zeroize::Zeroizing;

use super::database::on;
use super::{Owner, Store, StoreError};
use crate::vault::IDLE;

impl Store {
    /// Keeps what a session is signed in to, in place of what was kept before, until it ends.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep(&self, owner: Owner, plain: &[u8], ends: Time) -> Result<(), StoreError> {
        let sealed = self.inner.keys.seal(&place(owner), plain);
        let sql = "INSERT INTO credentials (session, sealed, ends) VALUES ($1, $2, $3)
                   ON CONFLICT (session) DO UPDATE SET sealed = excluded.sealed, ends = excluded.ends";
        let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(owner.as_text()).bind(&sealed)
            .bind(ends.as_millis()).execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "keep what a session is signed in to", source })
    }

    /// All that is kept and opens; what does not was sealed with a key that is gone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kept(&self, now: Time) -> Result<Vec<(Owner, Zeroizing<Vec<u8>>)>, StoreError> {
        // Who has not been here for an hour would have been signed out by now.
        let sql = "SELECT session, sealed FROM credentials WHERE ends > $1
                   AND EXISTS (SELECT 1 FROM sign_ins WHERE sign_ins.session = credentials.session AND seen > $2)";
        let rows = on!(&self.inner.pool, pool => sqlx::query_as::<_, (String, Vec<u8>)>(sql)
            .bind(now.as_millis()).bind(now.plus(-IDLE).as_millis()).fetch_all(pool).await);
        let rows = rows
            .map_err(|source| StoreError::Failed { action: "read what sessions are signed in to", source })?;
        let open = |(session, sealed): (String, Vec<u8>)| {
            let owner = Owner::of_text(&session)?;
            Some((owner, self.inner.keys.open(&place(owner), &sealed)?))
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    /// Forgets what a session was signed in to.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_nothing(&self, owner: Owner) -> Result<(), StoreError> {
        let sql = "DELETE FROM credentials WHERE session = $1";
        let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(owner.as_text())
            .execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "forget what a session is signed in to", source })
    }

    pub(super) async fn sweep_credentials(&self, now: Time) -> Result<(), StoreError> {
        let sql = "DELETE FROM credentials WHERE ends <= $1";
        let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(now.as_millis())
            .execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "delete what has ended", source })
    }
}

fn place(owner: Owner) -> String {
    format!("credentials/{}", owner.as_text())
}
