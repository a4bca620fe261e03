//! Search over an archive: which events match, how many, over what time, with what values.

use cloudtrail::names::AccountNames;
use cloudtrail::search::{Cursor, EventPage, Expr, Field, FieldRef, Search, TimeRange};
use cloudtrail::time::Time;
use std::sync::Arc;

use crate::ArchiveError;
use crate::reader::{Archive, Snapshot, in_parallel};
use crate::segment::Segment;
use crate::sight::Sight;

/// Sets of rows.
mod bits;
/// Which rows of one file match.
mod evaluate;
/// Counts by value.
mod facets;
/// Counts over time.
mod histogram;
/// An expression as tests of columns.
mod plan;
/// From matching rows to a page.
mod rows;

pub use bits::Bits;
pub use evaluate::Matched;
pub use facets::{column_of, count_values};
pub use rows::event_rows;

use evaluate::Evaluator;
use plan::Plan;

/// What is asked of an archive.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to look for, and when.
    pub search: Search,
    /// Where the page starts.
    pub place: Place,
    /// How many rows a page has.
    pub limit: usize,
    /// How many values each facet lists; none: no facets.
    pub facets: Option<usize>,
    /// How many bars the histogram has at most; none: no histogram.
    pub histogram: Option<usize>,
}

impl Request {
    /// The newest events of a search, without facets and histogram.
    pub fn newest(search: Search, limit: usize) -> Request {
        Request { search, place: Place::Newest, limit, facets: None, histogram: None }
    }
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// At the newest match.
    Newest,
    /// Behind the last row of another page.
    After(Cursor),
    /// At the newest match that is not newer than this.
    At(Time),
}

impl Archive {
    /// Answers a search: a page of rows, newest first, the exact total, facets, histogram, and what was looked at.
    ///
    /// Insight and aggregated records are left out unless the query asks about `category`.
    pub async fn search(&self, request: &Request) -> Result<EventPage, ArchiveError> {
        let mut notes = Vec::new();
        let at = match &request.place {
            Place::After(cursor) => Some(cursor.generation),
            Place::Newest | Place::At(_) => None,
        };
        let snapshot = match self.snapshot(at).await? {
            Some(snapshot) => snapshot,
            None => {
                notes.push(
                    "The list was made from an earlier state of the archive that is gone; it goes on from the present one."
                        .to_owned(),
                );
                self.present().await?
            }
        };
        Sight::of(self, snapshot).search(request, notes).await
    }

    /// All matching rows that may be seen, file by file, newest file first.
    pub(crate) fn find(
        &self,
        snapshot: &Snapshot,
        expr: &Expr,
        names: &AccountNames,
        range: TimeRange,
    ) -> Result<Vec<Matched>, ArchiveError> {
        let plan = match self.visible() {
            None => Plan::new(expr, names),
            Some(visible) => Plan::new(expr, names).within(visible),
        };
        let evaluator = Evaluator::new(self, expr, &plan, names, range);
        let files: Vec<_> = snapshot
            .files
            .iter()
            .filter(|file| {
                range.to.is_none_or(|to| file.oldest < to)
                    && range.from.is_none_or(|from| file.newest >= from)
            })
            .collect();
        let mut found = in_parallel(&files, |file| evaluator.matched(self.segment(file)?))?;
        found.retain(|matched| !matched.is_empty());
        Ok(found)
    }
}

impl Sight {
    /// Answers a search; `notes` are put before what else there is to say.
    pub async fn search(
        self: &Arc<Sight>,
        request: &Request,
        notes: Vec<String>,
    ) -> Result<EventPage, ArchiveError> {
        let request = request.clone();
        self.blocking(move |sight| sight.answer(&request, notes)).await
    }

    fn answer(&self, request: &Request, mut notes: Vec<String>) -> Result<EventPage, ArchiveError> {
        let range = request.search.range;
        let found = self.find(&request.search.query.expr, range)?;
        let names = self.names();
        let page = rows::page(names, self.generation(), &found, &request.place, request.limit)?;
        let data = self.data();
        let histogram = request.histogram.and_then(|bars| histogram::of(data, &found, range, bars));
        let facets = request.facets.map(|values| facets::of(names, &found, &Field::FACETS, values));
        let mut coverage = self.coverage(range);
        notes.append(&mut coverage.notes);
        coverage.notes = notes;
        Ok(EventPage {
            total: found.iter().map(Matched::count).sum(),
            rows: page.rows,
            next: page.next,
            newer: page.newer,
            facets: facets.unwrap_or_default(),
            histogram,
            coverage,
        })
    }
}

/// The rows of a file whose events lie in a range. They stand newest first.
pub fn rows_in(segment: &Segment, range: TimeRange) -> std::ops::Range<usize> {
    let start = range.to.map_or(0, |to| segment.times.partition_point(|time| *time >= to.as_millis()));
    let end = range
        .from
        .map_or(segment.rows(), |from| segment.times.partition_point(|time| *time >= from.as_millis()));
    start..end.max(start)
}

/// Whether an expression says anything about the category of events.
fn asks_for_category(expr: &Expr) -> bool {
    match expr {
        Expr::All | Expr::Word(_) => false,
        Expr::And(children) | Expr::Or(children) => children.iter().any(asks_for_category),
        Expr::Not(child) => asks_for_category(child),
        Expr::Field(FieldRef::Known(field), _) => matches!(field, Field::Category | Field::Id),
        Expr::Field(FieldRef::Path(path), _) => {
            path.len() == 1 && path[0].eq_ignore_ascii_case("eventCategory")
        }
    }
}

/// A file that has been opened.
pub type Opened = Arc<Segment>;
