//! The calendar, in UTC. A general library for time would be a tenth of what a browser loads before the first page
//! lives; what is needed here is this, and the tests hold it against such a library.

use super::{DAY, HOUR, MINUTE, SECOND, Time};
use std::fmt;

/// A day of the Gregorian calendar. It prints as `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

/// A calendar date and a time of day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The day.
    pub date: Date,
    /// Hours since its beginning.
    pub hour: u8,
    /// Minutes since the beginning of the hour.
    pub minute: u8,
    /// Seconds since the beginning of the minute.
    pub second: u8,
    /// Milliseconds since the beginning of the second.
    pub millisecond: u16,
}

impl Date {
    /// A day that the calendar has.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Date> {
        let is_real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        is_real.then_some(Date { year: year as u16, month: month as u8, day: day as u8 })
    }

    /// Days since 1970-01-01.
    ///
    /// Years are counted from March here, so that the leap day is the last of its year.
    pub fn days(self) -> i64 {
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    fn of_days(days: i64) -> Date {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        Date { year: year as u16, month: month as u8, day: day as u8 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Civil {
    /// What a calendar and a clock in UTC show at an instant. One outside the years 1 to 9999, which no record may
    /// carry, is shown as 1970-01-01.
    pub fn of(time: Time) -> Civil {
        let days = Some(time.day()).filter(|days| (-719_162..=2_932_896).contains(days)).unwrap_or_default();
        let millis = time.as_millis().rem_euclid(DAY);
        Civil {
            date: Date::of_days(days),
            hour: (millis / HOUR) as u8,
            minute: (millis % HOUR / MINUTE) as u8,
            second: (millis % MINUTE / SECOND) as u8,
            millisecond: (millis % SECOND) as u16,
        }
    }
}

/// Reads a date, with a time of day and an offset from UTC if they are there: `2026-11-22`, `2026-11-22 09:30`,
/// `2026-11-22T09:30:00.25+02:00`. In milliseconds since the epoch.
pub fn parse(text: &str) -> Option<i64> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.digits(4)?;
    rest.expect(b"-")?;
    let month = rest.digits(2)?;
    rest.expect(b"-")?;
    let date = Date::new(year, month, rest.digits(2)?)?;
    let mut millis = date.days() * DAY;
    if rest.0.is_empty() {
        return Some(millis);
    }
    rest.expect(b"Tt ")?;
    let hour = rest.digits(2)?;
    rest.expect(b":")?;
    let (minute, mut second, mut fraction) = (rest.digits(2)?, 0, 0);
    if rest.expect(b":").is_some() {
        second = rest.digits(2)?;
        if rest.expect(b".,").is_some() {
            fraction = rest.fraction()?;
        }
    }
    // A leap second is shown as the second before it, as clocks that know none do.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    millis += hour * HOUR + minute * MINUTE + second.min(59) * SECOND + fraction;
    let offset = rest.offset()?;
    rest.0.is_empty().then_some(millis - offset)
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Takes one of these characters.
    fn expect(&mut self, one_of: &[u8]) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        one_of.contains(first).then(|| self.0 = rest)
    }

    /// Takes a number of exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let number = digits.iter().try_fold(0, |sum, byte| digit(*byte).map(|digit| sum * 10 + digit))?;
        self.0 = rest;
        Some(number)
    }

    /// Takes a fraction of a second: one to nine digits, cut to milliseconds.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let place = |place: usize| digits.get(place).and_then(|byte| digit(*byte)).unwrap_or(0);
        Some(place(0) * 100 + place(1) * 10 + place(2))
    }

    /// Takes `Z`, `+02:00`, `+0200`, `+02` or nothing, which is UTC. In milliseconds.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.expect(b"Zz").is_some() {
            return Some(0);
        }
        let is_behind = self.0.first() == Some(&b'-');
        self.expect(b"+-")?;
        let hours = self.digits(2)?;
        let has_colon = self.expect(b":").is_some();
        let minutes = if has_colon || !self.0.is_empty() { self.digits(2)? } else { 0 };
        let offset = hours * HOUR + minutes * MINUTE;
        (hours <= 25 && minutes <= 59).then_some(if is_behind { -offset } else { offset })
    }
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::{Offset, TimeZone};
    use proptest::prelude::*;

    #[test]
    fn reads_offsets_and_nothing_behind_them() {
        let noon = parse("2026-11-22T12:00:00Z").unwrap();
        for same in [
            "2026-11-22T14:00:00+02:00",
            "2026-11-22 14:00+0200",
            "2026-11-22t14:00+02",
            "2026-11-22T06:30:00,000-05:30",
        ] {
            assert_eq!(parse(same), Some(noon), "{same}");
        }
        for text in [
            "2026-11-22T12:00:00ZZ",
            "2026-11-22T12:00:00+2",
            "2026-11-22T12:00:00+02:0",
            "2026-11-22T12",
            "2026-11-22T12:",
            "2026-11-22T12:00:00.",
            "2026-11-22T12:00:00.1234567890Z",
            "2026-11-22Z",
            "20261122",
            "26-11-22",
            "2026-11-2２",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_library_for_time(millis in -62_135_596_800_000i64..253_370_764_800_000) {
            let civil = Civil::of(Time::from_millis(millis));
            let theirs = Offset::UTC.to_datetime(jiff::Timestamp::from_millisecond(millis).unwrap());
            prop_assert_eq!(civil.date.to_string(), theirs.strftime("%Y-%m-%d").to_string());
            prop_assert_eq!(i16::from(civil.hour), i16::from(theirs.hour()));
            prop_assert_eq!(i16::from(civil.minute), i16::from(theirs.minute()));
            prop_assert_eq!(i16::from(civil.second), i16::from(theirs.second()));
            prop_assert_eq!(civil.millisecond as i16, theirs.millisecond());
            prop_assert_eq!(civil.date.days(), millis.div_euclid(DAY));
        }

        #[test]
        fn reads_dates_as_a_library_does(year in 0i64..10_000, month in 0i64..14, day in 0i64..33) {
            let theirs = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok().filter(|_| year > 0);
            let theirs = theirs.map(|date| date.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond());
            prop_assert_eq!(parse(&format!("{year:04}-{month:02}-{day:02}")), theirs);
        }

        #[test]
        fn reads_what_it_has_never_seen(text in "\\PC{0,30}") {
            parse(&text);
        }
    }
}
