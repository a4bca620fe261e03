//! Whose sessions there are: so that a person can see theirs, and end the others.

use cloudtrail::time::Time;

use super::database::on;
use super::{Owner, Store, StoreError};
use crate::vault::{IDLE, LONGEST};

/// Where a session is used from, as far as a request says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The network address.
    pub address: String,
    /// What the browser calls itself.
    pub browser: String,
}

/// Somebody's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Which.
    pub owner: Owner,
    /// As whom.
    pub principals: Vec<String>,
    /// Since when.
    pub created: Time,
    /// When it was last used.
    pub seen: Time,
    /// From where it signed in.
    pub place: Place,
}

impl Store {
    /// A session is signed in as somebody.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn signed_in(
        &self,
        owner: Owner,
        principal: &str,
        place: &Place,
        now: Time,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO sign_ins (session, principal, created, seen, address, browser)
                   VALUES ($1, $2, $3, $3, $4, $5)
                   ON CONFLICT (session, principal) DO UPDATE SET created = excluded.created, seen = excluded.seen,
                   address = excluded.address, browser = excluded.browser";
        let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(owner.as_text()).bind(principal)
            .bind(now.as_millis()).bind(&place.address).bind(&place.browser).execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "write a sign-in", source })
    }

    /// A session has got a new id.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn hand_over(&self, from: Owner, to: Owner) -> Result<(), StoreError> {
        for sql in [
            "UPDATE sign_ins SET session = $2 WHERE session = $1",
            // What was sealed for the old id does not open for the new one; it is written again.
            "DELETE FROM credentials WHERE session = $1 AND session <> $2",
        ] {
            let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(from.as_text()).bind(to.as_text())
                .execute(pool).await.map(|_| ()));
            done.map_err(|source| StoreError::Failed { action: "write a sign-in", source })?;
        }
        Ok(())
    }

    /// A session was used.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn seen(&self, owner: Owner, now: Time) -> Result<(), StoreError> {
        let sql = "UPDATE sign_ins SET seen = $2 WHERE session = $1 AND seen < $2";
        let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(owner.as_text()).bind(now.as_millis())
            .execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "write a sign-in", source })
    }

    /// The sessions that are signed in as one of these, the last used first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions_of(&self, principals: &[String], now: Time) -> Result<Vec<SignedIn>, StoreError> {
        type Row = (String, String, i64, i64, String, String);
        let sql = "SELECT session, principal, created, seen, address, browser FROM sign_ins
                   WHERE session IN (SELECT session FROM sign_ins WHERE principal = $1) AND seen > $2
                   ORDER BY seen DESC, session, principal";
        let mut found: Vec<SignedIn> = Vec::new();
        for principal in principals {
            let rows = on!(&self.inner.pool, pool => sqlx::query_as::<_, Row>(sql).bind(principal)
                .bind(now.plus(-LONGEST).as_millis()).fetch_all(pool).await);
            let rows = rows.map_err(|source| StoreError::Failed { action: "read sign-ins", source })?;
            for (session, principal, created, seen, address, browser) in rows {
                let Some(owner) = Owner::of_text(&session) else { continue };
                match found.iter_mut().find(|known| known.owner == owner) {
                    Some(known) if known.principals.contains(&principal) => {}
                    Some(known) => known.principals.push(principal),
                    None => found.push(SignedIn {
                        owner,
                        principals: vec![principal],
                        created: Time::from_millis(created),
                        seen: Time::from_millis(seen),
                        place: Place { address, browser },
                    }),
                }
            }
        }
        found.sort_by_key(|session| (std::cmp::Reverse(session.seen), session.owner.0));
        Ok(found)
    }

    /// Forgets whose a session was, and what it was signed in to.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn signed_out(&self, owner: Owner) -> Result<(), StoreError> {
        for sql in ["DELETE FROM credentials WHERE session = $1", "DELETE FROM sign_ins WHERE session = $1"] {
            let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(owner.as_text())
                .execute(pool).await.map(|_| ()));
            done.map_err(|source| StoreError::Failed { action: "delete a sign-in", source })?;
        }
        Ok(())
    }

    /// Deletes what has ended.
    pub(super) async fn sweep_sign_ins(&self, now: Time) -> Result<(), StoreError> {
        // Uses are written down only every now and then.
        let sql = "DELETE FROM sign_ins WHERE created <= $1 OR seen <= $1";
        let before = now.plus(-LONGEST - IDLE).as_millis();
        let done =
            on!(&self.inner.pool, pool => sqlx::query(sql).bind(before).execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "delete sign-ins", source })
    }
}
