//! Where CloudTrail puts its files in S3, and what their names say.
//!
//! `[prefix/]AWSLogs/[o-…/]account/kind/region/YYYY/MM/DD/account_kind_region_time_unique.json.gz`
//! (User Guide, "Finding your CloudTrail log files" and "CloudTrail digest file structure"). People rename and move
//! such files, so whatever a key does not tell is `None`, and nothing here is an error.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::time::{DAY, Date, Time};

/// Folders, from `AWSLogs` down to a day.
mod folder;

pub use folder::LogFolder;

/// A file that CloudTrail delivered, as far as its key tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Events.
    Log(LogKey),
    /// A digest, which lists log files with their hashes.
    Digest(DigestKey),
}

/// What kind of events a log file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogKind {
    /// Management and data events: `CloudTrail`.
    Events,
    /// Insights events: `CloudTrail-Insight`.
    Insight,
    /// Network activity events: `CloudTrail-NetworkActivity`.
    NetworkActivity,
    /// Aggregated data events: `CloudTrail-Aggregated`.
    Aggregated,
}

/// A log file's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// What stands before `AWSLogs`, without the last slash; the whole folder where there is no such layout.
    pub prefix: Option<String>,
    /// The organisation, `o-…`, of an organisation trail.
    pub organization: Option<String>,
    /// The account whose events it holds.
    pub account: Option<String>,
    /// What kind of events.
    pub kind: Option<LogKind>,
    /// The Region.
    pub region: Option<String>,
    /// The day of delivery (UTC), from the folders.
    pub date: Option<Date>,
    /// When it was delivered, to the minute, from the name. The events in it are older: usually by minutes, after a
    /// delivery problem by up to 30 days.
    pub delivered: Option<Time>,
    /// The 16 characters that set files of one minute apart.
    pub unique: Option<String>,
    /// The key as it was found.
    text: String,
}

/// A digest file's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestKey {
    /// What stands before `AWSLogs`, without the last slash.
    pub prefix: Option<String>,
    /// The organisation, `o-…`, of an organisation trail.
    pub organization: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The Region whose log files it lists.
    pub region: Option<String>,
    /// The day (UTC), from the folders.
    pub date: Option<Date>,
    /// The trail's name.
    pub trail: Option<String>,
    /// The trail's home Region.
    pub home_region: Option<String>,
    /// The end of the hour it covers.
    pub ends: Option<Time>,
    /// Whether it belongs to the chain of files that were delivered late.
    pub backfill: bool,
    /// The key as it was found.
    text: String,
}

/// Where an account's files of one Region lie in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// What stands before `AWSLogs`, without the last slash.
    pub prefix: Option<&'a str>,
    /// The organisation, `o-…`, of an organisation trail.
    pub organization: Option<&'a str>,
    /// The account.
    pub account: &'a str,
    /// The Region.
    pub region: &'a str,
}

impl LogKind {
    /// All of them.
    pub const ALL: [LogKind; 4] =
        [LogKind::Events, LogKind::Insight, LogKind::NetworkActivity, LogKind::Aggregated];

    /// As folders and names write it.
    pub fn folder(self) -> &'static str {
        match self {
            LogKind::Events => "CloudTrail",
            LogKind::Insight => "CloudTrail-Insight",
            LogKind::NetworkActivity => "CloudTrail-NetworkActivity",
            LogKind::Aggregated => "CloudTrail-Aggregated",
        }
    }

    fn from_folder(folder: &str) -> Option<LogKind> {
        LogKind::ALL.into_iter().find(|kind| kind.folder() == folder)
    }
}

const DIGEST_FOLDER: &str = "CloudTrail-Digest";

/// Reads a key, or a path with `/` between its folders. `None` if it names no file of CloudTrail's kind of names
/// (`.json`, `.json.gz`).
pub fn parse_key(key: &str) -> Option<Key> {
    let (folders, name) = key.rsplit_once('/').unwrap_or(("", key));
    let stem = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".json")?;
    let folder = parse_folder(folders);
    if folder.kind.as_deref() == Some(DIGEST_FOLDER) || stem.contains("_CloudTrail-Digest_") {
        return Some(Key::Digest(parse_digest(key, stem, folder)));
    }
    Some(Key::Log(parse_log(key, stem, folder)))
}

/// What the folders above a file tell.
#[derive(Default)]
struct Folder {
    prefix: Option<String>,
    organization: Option<String>,
    account: Option<String>,
    region: Option<String>,
    date: Option<Date>,
    kind: Option<String>,
}

fn parse_folder(folders: &str) -> Folder {
    let whole = || Folder { prefix: (!folders.is_empty()).then(|| folders.to_owned()), ..Folder::default() };
    let segments: Vec<&str> = folders.split('/').collect();
    // The layout is read from its end, since a prefix may hold anything, `AWSLogs` too.
    let (start, organization) = match segments.as_slice() {
        [.., "AWSLogs", organization, _, _, _, _, _, _] if organization.starts_with("o-") => {
            (segments.len() - 8, Some((*organization).to_owned()))
        }
        [.., "AWSLogs", _, _, _, _, _, _] => (segments.len() - 7, None),
        _ => return whole(),
    };
    let [account, kind, region, year, month, day] = segments[segments.len() - 6..] else { return whole() };
    let Some(date) = parse_date(year, month, day).filter(|_| is_account(account)) else { return whole() };
    let prefix = segments[..start].join("/");
    Folder {
        prefix: (start > 0).then_some(prefix),
        organization,
        account: Some(account.to_owned()),
        region: Some(region.to_owned()),
        date: Some(date),
        kind: Some(kind.to_owned()),
    }
}

/// `account_CloudTrail_region_20260930T2300Z_UniqueCharacters`
fn parse_log(key: &str, stem: &str, folder: Folder) -> LogKey {
    let mut parts = stem.split('_');
    let account = parts.next().filter(|part| is_account(part));
    let kind = parts.next().and_then(LogKind::from_folder).filter(|_| account.is_some());
    let in_name = account.is_some() && kind.is_some();
    let region = parts.next().filter(|_| in_name);
    let time = parts.next().filter(|_| in_name);
    let unique = parts.next().filter(|part| in_name && !part.is_empty());
    // Some files were named by hand as `us-east-1-20200930T2300`.
    let (region, time) = match (region, time) {
        (Some(joined), None) => match joined.rsplit_once('-') {
            Some((region, time)) if parse_stamp(time).is_some() => (Some(region), Some(time)),
            _ => (Some(joined), None),
        },
        other => other,
    };
    LogKey {
        prefix: folder.prefix,
        organization: folder.organization,
        account: folder.account.or_else(|| account.map(str::to_owned)),
        kind: folder.kind.as_deref().and_then(LogKind::from_folder).or(kind),
        region: folder.region.or_else(|| region.filter(|region| is_region(region)).map(str::to_owned)),
        date: folder.date,
        delivered: time.and_then(parse_stamp),
        unique: unique.map(str::to_owned),
        text: key.to_owned(),
    }
}

/// `account_CloudTrail-Digest_region_trail_homeRegion_20260930T230000Z[_backfill]`; a trail's name may hold `_`.
fn parse_digest(key: &str, stem: &str, folder: Folder) -> DigestKey {
    let (stem, backfill) = match stem.strip_suffix("_backfill") {
        Some(stem) => (stem, true),
        None => (stem, false),
    };
    let mut ends = stem.rsplitn(3, '_');
    let (time, home_region, front) = (ends.next(), ends.next(), ends.next().unwrap_or_default());
    let mut front = front.splitn(4, '_');
    let account = front.next().filter(|part| is_account(part));
    let is_digest = front.next() == Some(DIGEST_FOLDER) && account.is_some();
    let own = |part: Option<&str>| part.filter(|_| is_digest).map(str::to_owned);
    let region = own(front.next());
    DigestKey {
        prefix: folder.prefix,
        organization: folder.organization,
        account: folder.account.or_else(|| account.map(str::to_owned)),
        region: folder.region.or(region),
        date: folder.date,
        trail: own(front.next()),
        home_region: own(home_region),
        ends: time.filter(|_| is_digest).and_then(parse_stamp),
        backfill,
        text: key.to_owned(),
    }
}

impl LogKey {
    /// The key CloudTrail would give a file.
    pub fn new(place: &Place<'_>, kind: LogKind, delivered: Time, unique: &str) -> LogKey {
        let Place { prefix, organization, account, region } = *place;
        let folder = place.dated_folder(kind.folder(), delivered);
        let stamp = stamp_of(delivered, 13) + "Z";
        let text = format!("{folder}{account}_{}_{region}_{stamp}_{unique}.json.gz", kind.folder());
        LogKey {
            prefix: prefix.map(str::to_owned),
            organization: organization.map(str::to_owned),
            account: Some(account.to_owned()),
            kind: Some(kind),
            region: Some(region.to_owned()),
            date: Some(delivered.civil().date),
            delivered: parse_stamp(&stamp),
            unique: Some(unique.to_owned()),
            text,
        }
    }
}

impl DigestKey {
    /// The key CloudTrail would give the digest of the hour that ends at `ends`.
    pub fn new(place: &Place<'_>, trail: &str, home_region: &str, ends: Time, backfill: bool) -> DigestKey {
        let Place { prefix, organization, account, region } = *place;
        let folder = place.dated_folder(DIGEST_FOLDER, ends);
        let stamp = stamp_of(ends, 15) + "Z";
        let late = if backfill { "_backfill" } else { "" };
        let name = format!("{account}_{DIGEST_FOLDER}_{region}_{trail}_{home_region}_{stamp}{late}.json.gz");
        DigestKey {
            prefix: prefix.map(str::to_owned),
            organization: organization.map(str::to_owned),
            account: Some(account.to_owned()),
            region: Some(region.to_owned()),
            date: Some(ends.civil().date),
            trail: Some(trail.to_owned()),
            home_region: Some(home_region.to_owned()),
            ends: parse_stamp(&stamp),
            backfill,
            text: format!("{folder}{name}"),
        }
    }
}

/// Prints the key.
impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Prints the key.
impl fmt::Display for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Prints the key.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Log(key) => key.fmt(f),
            Key::Digest(key) => key.fmt(f),
        }
    }
}

/// The folders, one a day, that hold the files delivered in `[from, to)`, each with a slash at its end: what to list
/// in a bucket instead of all of it. At most [`MAX_DATED_PREFIXES`], the oldest first.
///
/// Events come up to some minutes before their file, and rarely days: whoever looks for events adds a margin to `to`.
pub fn dated_prefixes(place: &Place<'_>, kind: LogKind, from: Time, to: Time) -> Vec<String> {
    if from >= to {
        return Vec::new();
    }
    let last = to.plus(-1).day();
    (from.day()..=last)
        .take(MAX_DATED_PREFIXES)
        .map(|day| place.dated_folder(kind.folder(), Time::from_millis(day * DAY)))
        .collect()
}

/// How many days [`dated_prefixes`] counts up: ten years.
pub const MAX_DATED_PREFIXES: usize = 3_653;

impl Place<'_> {
    fn dated_folder(&self, kind: &str, time: Time) -> String {
        let slashed = |part: Option<&str>| part.map(|part| format!("{part}/")).unwrap_or_default();
        let (prefix, organization) = (slashed(self.prefix), slashed(self.organization));
        let date = time.date().replace('-', "/");
        format!("{prefix}AWSLogs/{organization}{}/{kind}/{}/{date}/", self.account, self.region)
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A Region's name, `us-gov-west-1`: small letters, digits and at least two hyphens.
fn is_region(text: &str) -> bool {
    text.matches('-').count() >= 2
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn parse_date(year: &str, month: &str, day: &str) -> Option<Date> {
    let is_written = (year.len(), month.len(), day.len()) == (4, 2, 2);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    // `+1` is a number to Rust, and no month.
    (is_written && date.to_string() == format!("{year}-{month}-{day}")).then_some(date)
}

/// The first characters of `20260930T230007`.
fn stamp_of(time: Time, length: usize) -> String {
    let mut stamp = time.readable().replace(' ', "T").replace(['-', ':'], "");
    stamp.truncate(length);
    stamp
}

/// `20260930T2300Z` or `20260930T230007Z`, the Z optional.
fn parse_stamp(text: &str) -> Option<Time> {
    let stamp = text.strip_suffix('Z').unwrap_or(text);
    let (date, clock) = stamp.split_once('T')?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || !matches!(clock.len(), 4 | 6) || !is_digits(date) || !is_digits(clock) {
        return None;
    }
    let second = if clock.len() == 6 { &clock[4..] } else { "00" };
    let (hour, minute) = (&clock[..2], &clock[2..4]);
    Time::parse(&format!("{}-{}-{}T{hour}:{minute}:{second}Z", &date[..4], &date[4..6], &date[6..]))
}

#[cfg(test)]
mod tests;
