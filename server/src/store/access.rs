//! The access log's table. The database itself refuses to change or delete a row.

use std::sync::atomic::{AtomicU32, Ordering};

use cloudtrail::time::Time;

use super::database::on;
use super::{Store, StoreError};
use crate::random;

/// One line of the access log.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct AccessRow {
    /// Its id: rows in the order of their ids are in the order of time.
    pub id: String,
    /// When.
    pub at: Time,
    /// Who: an ARN, or in words where there is none.
    pub principal: String,
    /// Which account or archive it was about; empty if none.
    pub account: String,
    /// From which network address.
    pub address: String,
    /// In which session, by the hash of its id; empty if none.
    pub session: String,
    /// What was done: one word.
    pub action: String,
    /// With what: a query, an event's id, a format.
    pub target: String,
    /// How it went: `ok`, or why not.
    pub outcome: String,
    /// The request's id in the server's log.
    pub request: String,
}

/// Which lines are asked for.
#[derive(Clone, Debug, Default)]
pub struct AccessQuery {
    /// Only these people's; `None`: everybody's.
    pub principals: Option<Vec<String>>,
    /// Only of this account; empty: of all.
    pub account: String,
    /// Only this action; empty: all.
    pub action: String,
    /// Only whose principal or target has this in it, whatever the case; empty: all.
    pub text: String,
    /// Only lines before this one.
    pub before: Option<String>,
    /// How many at most.
    pub limit: i64,
}

impl Store {
    /// Adds a line, with an id by [`access_id`].
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn log_access(&self, row: &AccessRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO access_log (id, at, principal, account, address, session, action, target, outcome, request)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let done = on!(&self.inner.pool, pool => sqlx::query(sql).bind(&row.id).bind(row.at.as_millis())
            .bind(&row.principal).bind(&row.account).bind(&row.address).bind(&row.session).bind(&row.action)
            .bind(&row.target).bind(&row.outcome).bind(&row.request).execute(pool).await.map(|_| ()));
        done.map_err(|source| StoreError::Failed { action: "write the access log", source })
    }

    /// Lines, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accesses(&self, query: &AccessQuery) -> Result<Vec<AccessRow>, StoreError> {
        // One parameter for each person; everybody's is asked for with none of them.
        let people = query.principals.as_deref().unwrap_or_default();
        let whose = match &query.principals {
            None => "TRUE".to_owned(),
            Some(people) if people.is_empty() => "FALSE".to_owned(),
            Some(people) => {
                let marks: Vec<String> = (0..people.len()).map(|at| format!("${}", at + 6)).collect();
                format!("principal IN ({})", marks.join(", "))
            }
        };
        let sql = format!(
            "SELECT id, at, principal, account, address, session, action, target, outcome, request FROM access_log
             WHERE {whose} AND ($1 = '' OR account = $1) AND ($2 = '' OR action = $2)
             AND ($3 = '' OR LOWER(principal || ' ' || target) LIKE $3 ESCAPE '!') AND ($4 = '' OR id < $4)
             ORDER BY id DESC LIMIT $5"
        );
        let text = match query.text.trim() {
            "" => String::new(),
            text => {
                let text = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
                format!("%{text}%")
            }
        };
        let before = query.before.clone().unwrap_or_default();
        type Row = (String, i64, String, String, String, String, String, String, String, String);
        let rows = on!(&self.inner.pool, pool => {
            let mut asked = sqlx::query_as::<_, Row>(&sql).bind(&query.account).bind(&query.action).bind(&text)
                .bind(&before).bind(query.limit);
            for principal in people {
                asked = asked.bind(principal);
            }
            asked.fetch_all(pool).await
        });
        let rows = rows.map_err(|source| StoreError::Failed { action: "read the access log", source })?;
        let row = |(id, at, principal, account, address, session, action, target, outcome, request): Row| {
            AccessRow {
                id,
                at: Time::from_millis(at),
                principal,
                account,
                address,
                session,
                action,
                target,
                outcome,
                request,
            }
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// An id for a line of this time. Those of one moment are in the order in which they were made.
pub fn access_id(at: Time) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // Twelve hexadecimal digits of milliseconds last for eight thousand years.
    format!("{:012x}{number:08x}{}", at.as_millis().max(0), random::hex(4))
}
