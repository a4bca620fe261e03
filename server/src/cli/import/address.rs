//! `s3://bucket/prefix`, and which days of it.

use std::fmt;
use std::path::Path;

use cloudtrail::layout::LogFolder;
use cloudtrail::search::TimeRange;
use cloudtrail::time::{DAY, HOUR, Time};

use crate::error::{Error, Result};

/// How far back is taken in when no one says.
const DEFAULT_DAYS: i64 = 90;
/// How much later than an event its file may come, as a rule: minutes. Files of so much more are looked at.
const LATE: i64 = HOUR;

/// Where logs are in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// What stands before the keys.
    pub prefix: String,
}

impl Address {
    /// Reads a source that begins with `s3://`; `None` for the path of a folder or file.
    ///
    /// # Errors
    /// When the address names no bucket.
    pub fn of(source: &Path) -> Result<Option<Address>> {
        let Some(rest) = source.to_str().and_then(|text| text.strip_prefix("s3://")) else { return Ok(None) };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // The rules for names are in the S3 User Guide, "General purpose bucket naming rules".
        let is_name = (3..=63).contains(&bucket.len())
            && bucket
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
        match is_name {
            true => Ok(Some(Address { bucket: bucket.to_owned(), prefix: prefix.to_owned() })),
            false => Err(Error::Argument(format!(
                "`s3://{rest}` names no bucket; write s3://bucket or s3://bucket/prefix (3 to 63 small letters, digits, hyphens and dots)"
            ))),
        }
    }

    /// The time to take in, and whether nobody said so: what is given, else the days that the prefix itself is of, else the last 90.
    pub fn range(&self, given: TimeRange, now: Time) -> ((Time, Time), bool) {
        let own = LogFolder::parse(&self.prefix).and_then(|folder| folder.days());
        let at = |day: i64| Time::from_millis(day * DAY);
        let to = given.to.or(own.map(|(_, last)| at(last + 1))).unwrap_or(now);
        let from =
            given.from.or(own.map(|(first, _)| at(first))).unwrap_or_else(|| to.plus(-DEFAULT_DAYS * DAY));
        ((from, to), given == TimeRange::default() && own.is_none())
    }
}

/// When files are delivered that may hold events of a range.
pub fn delivered((from, to): (Time, Time)) -> (Time, Time) {
    (from, to.plus(LATE))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_told_from_folders_and_from_nonsense() {
        let read = |text: &str| {
            Address::of(Path::new(text)).map(|address| address.map(|address| address.to_string()))
        };
        assert_eq!(read("s3://my-logs/a/b/").unwrap().as_deref(), Some("s3://my-logs/a/b/"));
        assert_eq!(read("s3://my.logs").unwrap().as_deref(), Some("s3://my.logs/"));
        assert_eq!(read("logs/s3").unwrap(), None);
        for wrong in ["s3://", "s3:///x", "s3://ab/x", "s3://My-Logs", "s3://my_logs/x", "s3://my logs"] {
            assert!(matches!(read(wrong), Err(Error::Argument(_))), "{wrong}");
        }
    }

    #[test]
    fn the_range_is_what_is_given_or_the_prefix_s_own_or_ninety_days() {
        let now = Time::parse("2026-11-22T10:00:00Z").unwrap();
        let time = |text: &str| Time::parse(text).unwrap();
        let of =
            |prefix: &str, given| Address { bucket: "b".into(), prefix: prefix.into() }.range(given, now);
        assert_eq!(of("AWSLogs", TimeRange::default()), ((now.plus(-90 * DAY), now), true));
        let day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20";
        let whole = (time("2026-11-20T00:00:00Z"), time("2026-11-21T00:00:00Z"));
        assert_eq!(of(day, TimeRange::default()), (whole, false));
        let from = TimeRange { from: Some(now.plus(-HOUR)), to: None };
        assert_eq!(of("AWSLogs", from), ((now.plus(-HOUR), now), false));
        let to = TimeRange { from: None, to: Some(time("2026-01-01T00:00:00Z")) };
        assert_eq!(of("", to).0.0, time("2026-01-01T00:00:00Z").plus(-90 * DAY));
    }
}
