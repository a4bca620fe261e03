//! Sessions as they are stored: the content sealed, the id replaced by its keyed hash. Whoever reads the database has neither a
//! cookie nor what a session knows.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{Owner, Store};

/// The one value that the inner store sees of a session.
const SEALED: &str = "sealed";

/// Any store of sessions, with the ids hashed and the content sealed.
#[derive(Clone)]
pub struct SealedSessions {
    inner: Arc<dyn SessionStore>,
    store: Store,
}

impl SealedSessions {
    pub(super) fn new(inner: Arc<dyn SessionStore>, store: Store) -> SealedSessions {
        SealedSessions { inner, store }
    }

    /// Deletes somebody's session, whose id is not known here.
    ///
    /// # Errors
    /// When the inner store fails.
    pub async fn delete_of(&self, owner: Owner) -> Result<()> {
        self.inner.delete(&owner.id()).await
    }

    fn place(owner: Owner) -> String {
        format!("session/{}", owner.as_text())
    }

    fn seal(&self, record: &Record) -> Result<Record> {
        let owner = self.store.owner(&record.id);
        let plain = serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let sealed = self.store.inner.keys.seal(&SealedSessions::place(owner), &plain);
        let data = [(SEALED.to_owned(), STANDARD.encode(sealed).into())].into();
        Ok(Record { id: owner.id(), data, expiry_date: record.expiry_date })
    }

    /// A session that no key opens is none: it was sealed before the keys were changed.
    fn open(&self, id: Id, sealed: &Record) -> Option<Record> {
        let text = sealed.data.get(SEALED)?.as_str()?;
        let plain = STANDARD.decode(text).ok()?;
        let plain = self.store.inner.keys.open(&SealedSessions::place(self.store.owner(&id)), &plain)?;
        let data = serde_json::from_slice(&plain).ok()?;
        Some(Record { id, data, expiry_date: sealed.expiry_date })
    }
}

#[async_trait]
impl SessionStore for SealedSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // The inner store would choose another id of its own, whose cookie nobody could make.
        while self.inner.load(&self.store.owner(&record.id).id()).await?.is_some() {
            record.id = Id::default();
        }
        self.inner.save(&self.seal(record)?).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.inner.save(&self.seal(record)?).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let sealed = self.inner.load(&self.store.owner(id).id()).await?;
        Ok(sealed.and_then(|sealed| self.open(*id, &sealed)))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.inner.delete(&self.store.owner(id).id()).await
    }
}

impl fmt::Debug for SealedSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSessions").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tower_sessions::MemoryStore;
    use tower_sessions::cookie::time::{Duration, OffsetDateTime};

    use super::*;

    fn record() -> Record {
        let data = [("canary".to_owned(), "what the session knows".into())].into();
        Record { id: Id::default(), data, expiry_date: OffsetDateTime::now_utc() + Duration::hours(1) }
    }

    #[tokio::test]
    async fn the_inner_store_sees_neither_id_nor_content() {
        let inner = Arc::new(MemoryStore::default());
        let sessions = SealedSessions::new(inner.clone(), Store::in_memory().await.unwrap());
        let mut record = record();
        sessions.create(&mut record).await.unwrap();
        assert_eq!(sessions.load(&record.id).await.unwrap().unwrap(), record);
        assert!(inner.load(&record.id).await.unwrap().is_none());
        let seen = inner.load(&sessions.store.owner(&record.id).id()).await.unwrap().unwrap();
        assert!(
            !format!("{seen:?}").contains("canary") && !format!("{seen:?}").contains("knows"),
            "{seen:?}"
        );
        // Under another id the same content does not open.
        let other = Id::default();
        inner.save(&Record { id: sessions.store.owner(&other).id(), ..seen }).await.unwrap();
        assert!(sessions.load(&other).await.unwrap().is_none());
        sessions.delete(&record.id).await.unwrap();
        assert!(sessions.load(&record.id).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_id_that_is_taken_is_not_given_again() {
        let sessions = Store::in_memory().await.unwrap().sessions();
        let mut one = record();
        sessions.create(&mut one).await.unwrap();
        let mut two = Record { data: Default::default(), ..one.clone() };
        sessions.create(&mut two).await.unwrap();
        assert_ne!(one.id, two.id);
        assert_eq!(sessions.load(&one.id).await.unwrap().unwrap().data, one.data);
        assert!(sessions.load(&two.id).await.unwrap().unwrap().data.is_empty());
    }
}
