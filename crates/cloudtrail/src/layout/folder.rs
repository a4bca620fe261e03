//! Folders of the layout, from `AWSLogs` down to a day.

use std::fmt;

use super::{DIGEST_FOLDER, LogKind, is_account, is_region};
use crate::time::{Date, Time};

/// A folder at some level of `[prefix/]AWSLogs/[o-…/]account/kind/region/YYYY/MM/DD/`. What is below its level is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogFolder {
    /// What stands before `AWSLogs`, with the last slash if there is anything.
    prefix: String,
    organization: Option<String>,
    account: Option<String>,
    kind: Option<String>,
    region: Option<String>,
    year: Option<u16>,
    month: Option<u8>,
    day: Option<u8>,
}

impl LogFolder {
    /// Reads a path of folders, with or without a slash at its end. `None` if it does not lead to `AWSLogs` and on within the layout.
    pub fn parse(path: &str) -> Option<LogFolder> {
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        // A prefix may hold anything, `AWSLogs` too.
        let starts = (0..segments.len()).rev().filter(|at| segments[*at] == "AWSLogs");
        starts.into_iter().find_map(|at| {
            let prefix: String = segments[..at].iter().map(|segment| format!("{segment}/")).collect();
            LogFolder { prefix, ..LogFolder::default() }.down(&segments[at + 1..])
        })
    }

    fn down(mut self, mut rest: &[&str]) -> Option<LogFolder> {
        if let [organization, more @ ..] = rest
            && organization.starts_with("o-")
        {
            self.organization = Some((*organization).to_owned());
            rest = more;
        }
        let mut rest = rest.iter().copied();
        let Some(account) = rest.next() else { return Some(self) };
        self.account = Some(Some(account).filter(|account| is_account(account))?.to_owned());
        let Some(kind) = rest.next() else { return Some(self) };
        let is_kind = kind == DIGEST_FOLDER || LogKind::from_folder(kind).is_some();
        self.kind = Some(Some(kind).filter(|_| is_kind)?.to_owned());
        let Some(region) = rest.next() else { return Some(self) };
        self.region = Some(Some(region).filter(|region| is_region(region))?.to_owned());
        let number = |text: &str, digits: usize| {
            (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
            text.parse::<u16>().ok()
        };
        let Some(year) = rest.next() else { return Some(self) };
        self.year = Some(number(year, 4)?);
        let Some(month) = rest.next() else { return self.if_real() };
        self.month = u8::try_from(number(month, 2)?).ok();
        let Some(day) = rest.next() else { return self.if_real() };
        self.day = u8::try_from(number(day, 2)?).ok();
        if rest.next().is_some() { None } else { self.if_real() }
    }

    fn if_real(self) -> Option<LogFolder> {
        self.days().is_some().then_some(self)
    }

    /// The account.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The folder that says what is in it, such as `CloudTrail`.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The Region.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Whether it holds digests, which list log files.
    pub fn is_digest(&self) -> bool {
        self.kind.as_deref() == Some(DIGEST_FOLDER)
    }

    /// The one day it is of, counted from 1970 (UTC).
    pub fn day(&self) -> Option<i64> {
        self.day?;
        Some(self.days()?.0)
    }

    /// The first and the last day it is of, where it is of a year, a month or a day.
    pub fn days(&self) -> Option<(i64, i64)> {
        let year = i64::from(self.year?);
        let date = |year, month, day| Some(Date::new(year, month, day)?.days());
        match (self.month.map(i64::from), self.day.map(i64::from)) {
            (Some(month), Some(day)) => date(year, month, day).map(|day| (day, day)),
            (Some(12), None) | (None, None) => {
                Some((date(year, self.month.map_or(1, i64::from), 1)?, date(year, 12, 31)?))
            }
            (Some(month), None) => Some((date(year, month, 1)?, date(year, month + 1, 1)? - 1)),
            (None, Some(_)) => None,
        }
    }

    /// The folder of a day below a Region's, if it is of that day at all.
    pub fn of_day(&self, time: Time) -> Option<LogFolder> {
        self.region.as_ref()?;
        if self.days().is_some_and(|(first, last)| !(first..=last).contains(&time.day())) {
            return None;
        }
        let date = time.civil().date;
        Some(LogFolder {
            year: Some(date.year),
            month: Some(date.month),
            day: Some(date.day),
            ..self.clone()
        })
    }
}

/// Prints the path, with a slash at its end.
impl fmt::Display for LogFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}AWSLogs/", self.prefix)?;
        for part in [&self.organization, &self.account, &self.kind, &self.region].into_iter().flatten() {
            write!(f, "{part}/")?;
        }
        self.year.map_or(Ok(()), |year| write!(f, "{year:04}/"))?;
        self.month.map_or(Ok(()), |month| write!(f, "{month:02}/"))?;
        self.day.map_or(Ok(()), |day| write!(f, "{day:02}/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_read_and_printed_again() {
        let whole = "some/AWSLogs/old/AWSLogs/o-abc123/111122223333/CloudTrail/us-gov-west-1/2026/11/22/";
        let starts: Vec<usize> = whole.match_indices('/').map(|(at, _)| at + 1).collect();
        for end in &starts[3..] {
            let part = &whole[..*end];
            let read = LogFolder::parse(part).unwrap();
            assert_eq!(read.to_string(), part);
            assert_eq!(LogFolder::parse(part.trim_end_matches('/')), Some(read));
        }
        let read = LogFolder::parse(whole).unwrap();
        assert_eq!((read.account(), read.region()), (Some("111122223333"), Some("us-gov-west-1")));
        assert_eq!(read.day(), Some(Time::parse("2026-11-22T00:00:00Z").unwrap().day()));
    }

    #[test]
    fn what_is_not_of_the_layout_is_none() {
        for other in [
            "",
            "logs/",
            "AWSLogs/Config/",
            "AWSLogs/111122223333/Config/",
            "AWSLogs/111122223333/CloudTrail/everywhere/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/26/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/1/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/13/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/30/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/02/03/x/",
        ] {
            assert_eq!(LogFolder::parse(other), None, "{other}");
        }
    }

    #[test]
    fn days_of_years_months_and_days() {
        let folder = |text: &str| {
            LogFolder::parse(&format!("AWSLogs/111122223333/CloudTrail/eu-west-1/{text}")).unwrap()
        };
        let day = |text: &str| Time::parse(&format!("{text}T00:00:00Z")).unwrap().day();
        assert_eq!(folder("2024").days(), Some((day("2024-01-01"), day("2024-12-31"))));
        assert_eq!(folder("2024/02").days(), Some((day("2024-02-01"), day("2024-02-29"))));
        assert_eq!(folder("2024/12").days(), Some((day("2024-12-01"), day("2024-12-31"))));
        assert_eq!(folder("2024/02/29").days(), Some((day("2024-02-29"), day("2024-02-29"))));
        assert_eq!(folder("").days(), None);
        let time = Time::parse("2024-02-29T12:00:00Z").unwrap();
        assert_eq!(folder("2024/02").of_day(time), Some(folder("2024/02/29")));
        assert_eq!(folder("2024/03").of_day(time), None);
        assert_eq!(LogFolder::parse("AWSLogs/111122223333/").unwrap().of_day(time), None);
    }
}
