//! What is kept: how much there is of each day, and letting go of the oldest days.

use cloudtrail::time::{DAY, Time};

use crate::ArchiveError;
use crate::reader::Archive;
use crate::writer::{Writer, forget_replaced};

/// How much an archive holds of one day, by the time of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its first instant, UTC.
    pub start: Time,
    /// Events.
    pub events: u64,
    /// Bytes of their event files on disk.
    pub bytes: u64,
}

impl Archive {
    /// The days that there are events of, the oldest first. A scope makes no difference here: this is about the disk.
    pub async fn days(&self) -> Result<Vec<Day>, ArchiveError> {
        let mut files = self.catalog().state(None).await?.files;
        files.sort_by_key(|file| file.day);
        let days = files.chunk_by(|a, b| a.day == b.day).map(|files| Day {
            start: Time::from_millis(files[0].day * DAY),
            events: files.iter().map(|file| file.rows).sum(),
            bytes: files.iter().map(|file| file.bytes).sum(),
        });
        Ok(days.collect())
    }

    /// Before this, events were let go of ([`Writer::drop_before`]); `None` if none ever were.
    pub async fn kept_from(&self) -> Result<Option<Time>, ArchiveError> {
        self.catalog().kept_from().await
    }
}

impl Writer {
    /// Lets go of all events of whole days before a time, and of what is said to have been fetched of these days: both or
    /// neither, whatever happens meanwhile. Returns how many events that were.
    ///
    /// From then on no search finds them. Their files are deleted some minutes later, as lists may be in the middle of
    /// them. `now` is the time now.
    pub async fn drop_before(&self, before: Time, now: Time) -> Result<u64, ArchiveError> {
        // What is known of the files for adding to them is forgotten with this.
        let _alone = self.pages().keep_out().await;
        let events = self.archive().catalog().drop_before(before.day(), now).await?;
        let context = self.context();
        self.archive().blocking(move || forget_replaced(&context, now)).await?;
        Ok(events)
    }

    /// What was let go of may be fetched again: nothing says any more that it is not kept.
    pub async fn keep_all(&self) -> Result<(), ArchiveError> {
        self.archive().catalog().forget_kept_from().await
    }

    /// See [`Archive::kept_from`].
    pub async fn kept_from(&self) -> Result<Option<Time>, ArchiveError> {
        self.archive().kept_from().await
    }

    /// Closes the catalog. Searches that are under way end with an error; whoever deletes the folder next leaves nobody
    /// writing into it.
    pub async fn close(&self) {
        let _alone = self.pages().keep_out().await;
        self.archive().catalog().close().await;
    }
}
