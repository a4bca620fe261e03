//! Every event of a search, newest first, at any size: for downloads.

use cloudtrail::search::{Expr, Search, TimeRange};
use cloudtrail::time::{DAY, Time};
use std::sync::Arc;
use tokio::sync::mpsc;

use crate::ArchiveError;
use crate::reader::{Archive, StoredEvent, places_newest_first, stored};
use crate::sight::Sight;

/// Events handed over at a time.
const BATCH: usize = 500;
/// Batches made ahead of their reader.
const AHEAD: usize = 4;

/// A stream of events. Dropping it stops the work.
pub struct RecordStream {
    batches: mpsc::Receiver<Result<Vec<StoredEvent>, ArchiveError>>,
}

impl RecordStream {
    /// The next few events; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Vec<StoredEvent>, ArchiveError>> {
        self.batches.recv().await
    }
}

impl Archive {
    /// All events of a search, newest first, from one state of the archive.
    pub async fn stream(&self, search: &Search) -> Result<RecordStream, ArchiveError> {
        Ok(self.sight().await?.stream(search, true))
    }
}

impl Sight {
    /// All events of a search, newest first. With `whole` an archive that cannot be read ends it; else it is left out.
    pub fn stream(self: Arc<Sight>, search: &Search, whole: bool) -> RecordStream {
        let (expr, range) = (search.query.expr.clone(), search.range);
        let (sender, batches) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = self.send_all(&expr, range, whole, &sender) {
                // Nobody may be listening any more; then nobody needs to know.
                sender.blocking_send(Err(error)).ok();
            }
        });
        RecordStream { batches }
    }

    /// Sends day by day: files of different days do not overlap, so that no more than a day's places are held.
    fn send_all(
        &self,
        expr: &Expr,
        range: TimeRange,
        whole: bool,
        sender: &mpsc::Sender<Result<Vec<StoredEvent>, ArchiveError>>,
    ) -> Result<(), ArchiveError> {
        self.check_whole(whole)?;
        for day in self.days() {
            let start = Time::from_millis(day * DAY);
            let end = start.plus(DAY);
            let from = range.from.map_or(start, |from| from.max(start));
            let to = range.to.map_or(end, |to| to.min(end));
            if from >= to {
                continue;
            }
            let found = self.find(expr, TimeRange { from: Some(from), to: Some(to) })?;
            self.check_whole(whole)?;
            for places in places_newest_first(&found).chunks(BATCH) {
                let events = stored(self.names(), places)?;
                if sender.blocking_send(Ok(events)).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn check_whole(&self, whole: bool) -> Result<(), ArchiveError> {
        match self.missing().into_iter().next() {
            Some(title) if whole => Err(ArchiveError::Missing { title }),
            _ => Ok(()),
        }
    }
}
