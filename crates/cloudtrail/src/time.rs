//! Instants as CloudTrail writes them, and the expressions people type for them.

use serde::{Deserialize, Serialize};
use std::fmt;

mod civil;

pub use civil::{Civil, Date};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
///
/// CloudTrail writes whole seconds; Insights windows and Lake go down to milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

/// Milliseconds in a second.
pub const SECOND: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time; write 2026-11-22, 2026-11-22T09:30:00Z, -2h or now")]
pub struct InvalidTime {
    /// What was given.
    pub text: String,
}

impl Time {
    /// The earliest time a record may carry (1970; CloudTrail began in 2013).
    pub const MIN: Time = Time(0);
    /// The latest time a record may carry: the end of the year 9998.
    pub const MAX: Time = Time(253_370_764_800_000 - 1);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Time {
        Time(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This much later (or earlier, if negative); stops at the limits of an `i64`.
    pub const fn plus(self, millis: i64) -> Time {
        Time(self.0.saturating_add(millis))
    }

    /// Days since the epoch, in UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// Reads RFC 3339 (`2026-11-22T09:30:00Z`, any offset, fractions of a second cut to milliseconds; seconds may be
    /// left out), a date and time without an offset (UTC), or a date (its first instant in UTC).
    pub fn parse(text: &str) -> Option<Time> {
        if let Some(time) = parse_as_cloudtrail_writes(text.as_bytes()) {
            return Some(time);
        }
        civil::parse(text.trim()).map(Time).filter(|time| (Time::MIN..=Time::MAX).contains(time))
    }

    /// `2026-11-22`, in UTC.
    pub fn date(self) -> String {
        self.civil().date.to_string()
    }

    /// `2026-11-22 09:30:00`, in UTC: for reading in a table.
    pub fn readable(self) -> String {
        let Civil { date, hour, minute, second, .. } = self.civil();
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    }

    /// The calendar date and clock time in UTC.
    pub fn civil(self) -> Civil {
        Civil::of(self)
    }
}

/// Prints RFC 3339 in UTC; milliseconds only where there are any.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { date, hour, minute, second, millisecond } = self.civil();
        write!(f, "{date}T{hour:02}:{minute:02}:{second:02}")?;
        if millisecond != 0 {
            write!(f, ".{millisecond:03}")?;
        }
        f.write_str("Z")
    }
}

/// Reads what people type as one end of a time range: everything [`Time::parse`] takes, `now`, and an age
/// (`-30m`, `-2h`, `-7d`, `-2w`, `-90s`, also joined: `-1d12h`), counted back from `now`.
pub fn parse_expression(text: &str, now: Time) -> Result<Time, InvalidTime> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    let time = match text.strip_prefix('-').and_then(parse_age) {
        Some(age) => Some(now.plus(-age)).filter(|time| (Time::MIN..=Time::MAX).contains(time)),
        None => Time::parse(text),
    };
    time.ok_or_else(|| InvalidTime { text: text.to_owned() })
}

/// Reads an age such as `2h`, `1d12h`: whole numbers with one of `s m h d w` behind each. In milliseconds.
pub fn parse_age(text: &str) -> Option<i64> {
    let mut total = 0i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b's' => SECOND,
            b'm' => MINUTE,
            b'h' => HOUR,
            b'd' => DAY,
            b'w' => 7 * DAY,
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

/// A duration in words for people: `4 min`, `3 days`, `90 days`.
pub fn readable_duration(millis: i64) -> String {
    let (count, unit) = match millis.saturating_abs() / SECOND {
        seconds if seconds < 90 => (seconds, "s"),
        seconds if seconds < 90 * 60 => ((seconds + 30) / 60, "min"),
        seconds if seconds < 36 * 3600 => ((seconds + 1800) / 3600, "h"),
        seconds => return plural_days((seconds + 43_200) / 86_400),
    };
    format!("{count} {unit}")
}

fn plural_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// `2026-11-22T09:30:00Z` exactly: the form of nearly every `eventTime`, so it is worth a path of its own.
fn parse_as_cloudtrail_writes(text: &[u8]) -> Option<Time> {
    if text.len() != 20
        || text[4] != b'-'
        || text[7] != b'-'
        || text[10] != b'T'
        || text[13] != b':'
        || text[16] != b':'
        || text[19] != b'Z'
    {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text[range]
            .iter()
            .try_fold(0i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1970..9999).contains(&year) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = Date::new(year, month, day)?.days();
    Some(Time((days * 86_400 + hour * 3_600 + minute * 60 + second) * SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_and_cloudtrail_write() {
        let time = Time::parse("2023-07-10T11:42:18Z").unwrap();
        assert_eq!(time.to_string(), "2023-07-10T11:42:18Z");
        for same in ["2023-07-10T13:42:18+02:00", "2023-07-10 11:42:18", "2023-07-10T11:42:18.000Z"] {
            assert_eq!(Time::parse(same), Some(time), "{same}");
        }
        assert_eq!(Time::parse("2023-07-10T11:42Z").unwrap().to_string(), "2023-07-10T11:42:00Z");
        assert_eq!(Time::parse("2023-07-10").unwrap().to_string(), "2023-07-10T00:00:00Z");
        assert_eq!(Time::parse("2023-07-10T11:42:18.25Z").unwrap().to_string(), "2023-07-10T11:42:18.250Z");
    }

    #[test]
    fn refuses_dates_that_make_no_sense() {
        for text in [
            "",
            "yesterday",
            "2023-02-30T00:00:00Z",
            "2023-13-01",
            "0001-01-01T00:00:00Z",
            "2023-07-10T25:00:00Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn expressions_count_back_from_now() {
        let now = Time::parse("2026-11-22T12:00:00Z").unwrap();
        assert_eq!(parse_expression("-2h", now).unwrap().to_string(), "2026-11-22T10:00:00Z");
        assert_eq!(parse_expression("-1d12h", now).unwrap().to_string(), "2026-11-21T00:00:00Z");
        assert_eq!(parse_expression("now", now), Ok(now));
        assert!(parse_expression("-2 fortnights", now).unwrap_err().to_string().contains("-2 fortnights"));
        assert!(parse_expression("-999999999w", now).is_err());
    }

    proptest! {
        #[test]
        fn the_quick_path_agrees_with_the_other(seconds in 0i64..253_000_000_000) {
            let time = Time::from_millis(seconds * SECOND);
            let text = time.to_string();
            prop_assert_eq!(parse_as_cloudtrail_writes(text.as_bytes()), Some(time));
            prop_assert_eq!(civil::parse(&text), Some(time.as_millis()));
        }
    }
}
