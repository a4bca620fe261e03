//! Times as CloudTrail and the APIs it records write them. Everything is UTC, in whole seconds since 1970.

use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Seconds since the start of 1970, UTC.
pub type Seconds = i64;

/// One hour.
pub const HOUR: Seconds = 3600;
/// One day.
pub const DAY: Seconds = 24 * HOUR;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn civil(time: Seconds) -> DateTime {
    // A time that jiff cannot hold (thousands of years away) is refused when the options are checked.
    Offset::UTC.to_datetime(jiff::Timestamp::from_second(time).unwrap_or_default())
}

/// `2026-11-22T14:05:09Z`, as in `eventTime`.
pub fn rfc3339(time: Seconds) -> String {
    let at = civil(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `Nov 22, 2026, 2:05:09 PM`, as STS and IAM write times into `responseElements`.
pub fn spoken(time: Seconds) -> String {
    let at = civil(time);
    let hour = match at.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let half = if at.hour() < 12 { "AM" } else { "PM" };
    let month = MONTHS[usize::from(at.month().unsigned_abs()) - 1];
    format!("{month} {}, {}, {hour}:{:02}:{:02} {half}", at.day(), at.year(), at.minute(), at.second())
}

/// `2026/11/22`, the date folders of a log file's key.
pub fn folders(time: Seconds) -> String {
    let at = civil(time);
    format!("{:04}/{:02}/{:02}", at.year(), at.month(), at.day())
}

/// `20261122T1405Z`, the delivery time in a log file's name.
pub fn minute_stamp(time: Seconds) -> String {
    let at = civil(time);
    format!("{:04}{:02}{:02}T{:02}{:02}Z", at.year(), at.month(), at.day(), at.hour(), at.minute())
}

/// `20261122T140509Z`, the end time in a digest file's name.
pub fn second_stamp(time: Seconds) -> String {
    let at = civil(time);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Hour of the week, 0 is Monday from 00:00 to 01:00 UTC.
pub fn hour_of_week(time: Seconds) -> u32 {
    // 1970-01-01 was a Thursday.
    ((time.div_euclid(HOUR) + 3 * 24).rem_euclid(7 * 24)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let time = 1_795_356_309; // 2026-11-22 14:05:09, a Sunday
        assert_eq!(rfc3339(time), "2026-11-22T14:05:09Z");
        assert_eq!(spoken(time), "Nov 22, 2026, 2:05:09 PM");
        assert_eq!(folders(time), "2026/11/22");
        assert_eq!(minute_stamp(time), "20261122T1405Z");
        assert_eq!(second_stamp(time), "20261122T140509Z");
        assert_eq!(hour_of_week(time), 6 * 24 + 14);
        assert_eq!(spoken(time - 14 * HOUR), "Nov 22, 2026, 12:05:09 AM");
    }
}
