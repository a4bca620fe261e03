//! CloudTrail's log files in a bucket, found by their dated folders: a bucket is never listed as a whole.
//!
//! `[prefix/]AWSLogs/[o-…/]account/CloudTrail/region/YYYY/MM/DD/` (CloudTrail User Guide, "Finding your CloudTrail log files"). Lists
//! with a delimiter find accounts and Regions, in a few calls; then each day of the range is listed by itself.

use std::collections::BTreeSet;

use cloudtrail::layout::{LogFolder, LogKind};
use cloudtrail::time::{DAY, Time};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::Bucket;
use crate::error::GatewayError;

/// How many lists are asked for at once.
const AT_ONCE: usize = 8;
/// The most folders of one level that are looked at: more than any organization has accounts.
const MOST: usize = 50_000;
/// How many folders are looked into for the layout where the address does not lead to it.
const MOST_TRIED: usize = 100;
/// Up to so many days are listed without asking first which there are.
const FEW_DAYS: i64 = 4;

/// The folders of one day each that may hold log files, each with a slash at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logs {
    /// The folders, by day, the oldest first.
    pub folders: Vec<String>,
    /// What was looked at on the way.
    pub looked: Looked,
}

/// What there is, whether or not the range has files of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Account ids.
    pub accounts: BTreeSet<String>,
    /// Regions.
    pub regions: BTreeSet<String>,
}

/// Why no log files were found.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogsError {
    /// AWS did not answer as it should.
    #[error(transparent)]
    Aws(#[from] GatewayError),
    /// There is no such layout.
    #[error(
        "there are no CloudTrail logs below s3://{bucket}/{prefix}: no folder AWSLogs with an account and CloudTrail in it"
    )]
    NoLayout {
        /// The bucket.
        bucket: String,
        /// What was looked below.
        prefix: String,
        /// What is there instead.
        folders: Vec<String>,
    },
    /// It leads to digests.
    #[error("s3://{bucket}/{prefix} holds digest files, which list log files and hold no events")]
    Digests {
        /// The bucket.
        bucket: String,
        /// What was looked below.
        prefix: String,
    },
}

impl Bucket {
    /// Finds the folders of the days in `[from, to)` below a prefix, which may point anywhere in the layout: above `AWSLogs`, at an
    /// organization, an account, a Region, a year, a month or a day.
    ///
    /// # Errors
    /// What AWS answered, or that there is no such layout.
    pub async fn logs(&self, prefix: &str, (from, to): (Time, Time)) -> Result<Logs, LogsError> {
        let days = (from.day(), to.plus(-1).day());
        let mut starts = vec![LogFolder::parse(prefix)];
        if starts[0].is_none() {
            starts = self.below(prefix).await?.into_iter().map(|folder| LogFolder::parse(&folder)).collect();
        }
        let mut level: Vec<LogFolder> = starts.into_iter().flatten().collect();
        if level.is_empty() {
            return Err(self.no_layout(prefix).await);
        }
        if level.iter().all(LogFolder::is_digest) {
            return Err(LogsError::Digests { bucket: self.name.clone(), prefix: prefix.to_owned() });
        }
        let mut logs = Logs::default();
        let mut found: Vec<(i64, String)> = Vec::new();
        while !level.is_empty() {
            let mut next = Vec::new();
            let mut asked = Vec::new();
            for folder in level.into_iter().filter(holds_logs) {
                logs.looked.accounts.extend(folder.account().map(str::to_owned));
                logs.looked.regions.extend(folder.region().map(str::to_owned));
                match folder.day() {
                    _ if !is_of(&folder, days) => {}
                    Some(day) => found.push((day, folder.to_string())),
                    None if folder.region().is_some() && days.1 - days.0 < FEW_DAYS => {
                        let all =
                            (days.0..=days.1).filter_map(|day| folder.of_day(Time::from_millis(day * DAY)));
                        next.extend(all);
                    }
                    None => asked.push(folder),
                }
            }
            let lists = stream::iter(asked).map(|folder| async move { self.children(&folder).await });
            let lists: Vec<Vec<LogFolder>> = lists.buffer_unordered(AT_ONCE).try_collect().await?;
            next.extend(lists.into_iter().flatten());
            level = next;
        }
        if logs.looked.regions.is_empty() {
            // Other services write below `AWSLogs` too.
            return Err(self.no_layout(prefix).await);
        }
        found.sort();
        found.dedup();
        logs.folders = found.into_iter().map(|(_, folder)| folder).collect();
        Ok(logs)
    }

    async fn children(&self, folder: &LogFolder) -> Result<Vec<LogFolder>, GatewayError> {
        let folders = self.folders(&folder.to_string(), MOST).await?;
        Ok(folders.iter().filter_map(|child| LogFolder::parse(child)).collect())
    }

    /// The folders `AWSLogs` at a prefix, or one level below: trails may share a bucket under different prefixes.
    async fn below(&self, prefix: &str) -> Result<Vec<String>, GatewayError> {
        let prefix = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let here = self.folders(&prefix, MOST_TRIED).await?;
        let own = format!("{prefix}AWSLogs/");
        if here.contains(&own) {
            return Ok(vec![own]);
        }
        let tried = stream::iter(here).map(|folder| async move {
            let own = format!("{folder}AWSLogs/");
            let inside = self.list(&own, true, None).await?;
            Ok::<_, GatewayError>((!inside.folders.is_empty()).then_some(own))
        });
        let mut found: Vec<String> = tried
            .buffer_unordered(AT_ONCE)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await?;
        found.sort();
        Ok(found)
    }

    /// The folders right below a prefix, so many at most.
    async fn folders(&self, prefix: &str, most: usize) -> Result<Vec<String>, GatewayError> {
        let (mut folders, mut page) = (Vec::new(), None);
        loop {
            let listed = self.list(prefix, true, page.as_deref()).await?;
            folders.extend(listed.folders);
            page = listed.next;
            if page.is_none() || folders.len() >= most {
                folders.truncate(most);
                return Ok(folders);
            }
        }
    }

    async fn no_layout(&self, prefix: &str) -> LogsError {
        let folder = match prefix.trim_end_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let folders = self.folders(&folder, 10).await.unwrap_or_default();
        LogsError::NoLayout { bucket: self.name.clone(), prefix: prefix.to_owned(), folders }
    }
}

/// Whether a folder can lead to log files. Digests hold no events, and aggregated events are no events of their own.
fn holds_logs(folder: &LogFolder) -> bool {
    folder
        .kind()
        .is_none_or(|kind| LogKind::ALL.iter().any(|log| *log != LogKind::Aggregated && log.folder() == kind))
}

/// Whether a folder can lead to these days.
fn is_of(folder: &LogFolder, days: (i64, i64)) -> bool {
    folder.days().is_none_or(|(first, last)| first <= days.1 && days.0 <= last)
}
