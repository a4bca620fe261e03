//! Taking in records that come a page at a time.
//!
//! Each page is safe on disk when its call returns, and found by the next search. Pages that come while another is being
//! written are written together afterwards, so that many callers cost little more than one.

use cloudtrail::time::Time;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, oneshot};

use crate::intake::{Context, Rows, read_texts};
use crate::writer::Writer;
use crate::{ArchiveError, Covered};

/// What the archive has, as far as adding needs to know it.
mod hot;

use hot::Hot;

/// So many bytes of rows are written together at most.
const TOGETHER: usize = 64 * 1024 * 1024;

/// What became of records handed to [`Writer::add`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// New events.
    pub events: u64,
    /// Events that the archive had already, or that came twice.
    pub duplicates: u64,
    /// Texts that are no CloudTrail records: no JSON object, without a time, larger than 16 MiB or nested deeper than
    /// 100 levels.
    pub refused: u64,
}

impl Writer {
    /// Adds records, given as CloudTrail's JSON texts (`CloudTrailEvent` of LookupEvents) in any order, and what has been
    /// fetched with them: all of it or nothing. `now` is when they were first seen.
    ///
    /// Several tasks may call it at once. A call that is dropped may add its records all the same.
    ///
    /// # Errors
    /// When the archive cannot be read or written. Merging small files belongs to the call: if only that failed, the
    /// records are in, and a second call finds duplicates.
    pub async fn add(
        &self,
        records: &[String],
        covered: &[Covered],
        now: Time,
    ) -> Result<Added, ArchiveError> {
        let (records, covered) = (records.to_vec(), covered.to_vec());
        let read = tokio::task::spawn_blocking(move || read_texts(&records, now)).await;
        let texts = read.map_err(|_| ArchiveError::Worker)?;
        let (done, mut answer) = oneshot::channel();
        let page = Page { blocks: texts.blocks, refused: texts.refused, covered, now, done };
        let pages = self.pages().clone();
        let number = pages.put(page);
        let hot = pages.hot.clone().lock_owned().await;
        match answer.try_recv() {
            // Whoever wrote before has written this page too.
            Ok(added) => Ok(added),
            Err(TryRecvError::Closed) => Err(ArchiveError::Worker),
            Err(TryRecvError::Empty) => {
                let context = self.context();
                // What holds the lock goes on to its end, whether or not somebody waits for it.
                let write = tokio::task::spawn_blocking(move || pages.write(hot, number, &context));
                write.await.unwrap_or(Err(ArchiveError::Worker))
            }
        }
    }
}

/// Pages that wait to be written, and what is needed to write them. One writes at a time.
#[derive(Default)]
pub struct Pages {
    /// `None` when nothing is known yet, or no more.
    hot: Arc<AsyncMutex<Option<Hot>>>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    pages: Vec<(u64, Page)>,
    count: u64,
}

/// What one call hands over.
struct Page {
    blocks: Vec<(i64, Rows)>,
    refused: u64,
    covered: Vec<Covered>,
    now: Time,
    done: oneshot::Sender<Added>,
}

impl Pages {
    /// Keeps everyone else from writing event files. What was known of them is forgotten.
    pub async fn keep_out(&self) -> OwnedMutexGuard<Option<Hot>> {
        let mut hot = self.hot.clone().lock_owned().await;
        *hot = None;
        hot
    }

    fn put(&self, page: Page) -> u64 {
        let mut waiting = self.waiting();
        waiting.count += 1;
        let number = waiting.count;
        waiting.pages.push((number, page));
        number
    }

    /// Takes out one page and, as far as they are not too much, those that wait with it.
    fn take(&self, number: u64) -> Option<(Page, Vec<(u64, Page)>)> {
        let mut waiting = self.waiting();
        let own = waiting.pages.iter().position(|(other, _)| *other == number)?;
        let (_, own) = waiting.pages.remove(own);
        let mut bytes = own.bytes();
        let fit = waiting.pages.iter().take_while(|(_, page)| {
            bytes += page.bytes();
            bytes <= TOGETHER
        });
        let fit = fit.count();
        Some((own, waiting.pages.drain(..fit).collect()))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a page and those that wait with it. Blocks.
    fn write(
        &self,
        mut state: OwnedMutexGuard<Option<Hot>>,
        number: u64,
        context: &Context,
    ) -> Result<Added, ArchiveError> {
        let (own, others) = self.take(number).ok_or(ArchiveError::Worker)?;
        // After a failure, or a panic, what is known may be wrong: it stays out.
        let hot = state.take().map_or_else(|| Hot::load(context), Ok);
        let pages: Vec<&Page> = std::iter::once(&own).chain(others.iter().map(|(_, page)| page)).collect();
        let written = hot.and_then(|mut hot| Ok((hot.write(context, &pages)?, hot)));
        let (added, mut hot) = match written {
            Ok(written) => written,
            Err(error) => {
                // Each of the others tries for itself, unless it has gone away.
                let others = others.into_iter().filter(|(_, page)| !page.done.is_closed());
                self.waiting().pages.extend(others);
                return Err(error);
            }
        };
        for ((_, page), added) in others.into_iter().zip(&added[1..]) {
            // Its caller may have gone away; the records are in all the same.
            page.done.send(*added).ok();
        }
        hot.tidy(context, own.now)?;
        *state = Some(hot);
        Ok(added[0])
    }
}

impl Page {
    fn bytes(&self) -> usize {
        self.blocks.iter().map(|(_, rows)| rows.bytes()).sum()
    }
}
