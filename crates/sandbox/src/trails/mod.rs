//! Trails: what they are, where they can be seen, and the file that keeps them.

pub(crate) mod sample;
pub(crate) mod selectors;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cloudtrail::time::Time;
use serde::{Deserialize, Serialize};

use selectors::Selectors;

use crate::delivery::digests::Chain;
use crate::delivery::logs::LogFile;

/// A trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trail {
    /// Account that owns it.
    pub account: String,
    /// Home Region.
    pub region: String,
    /// Name.
    pub name: String,
    /// What can be changed by UpdateTrail.
    pub settings: Settings,
    /// What it records.
    pub selectors: Selectors,
    /// What Insights it looks for: type and event categories.
    pub insights: Vec<(String, Vec<String>)>,
    /// Tags, in the order in which they were added.
    pub tags: Vec<(String, Option<String>)>,
    /// How it is doing.
    pub status: Status,
    /// Number of the first event that is not delivered yet.
    #[serde(default)]
    pub cursor: u64,
    /// Number of the first event after it was stopped, as long as what came before is not delivered.
    #[serde(default)]
    pub until: Option<u64>,
    /// Log files that no digest lists yet.
    #[serde(default)]
    pub pending: Vec<LogFile>,
    /// The last digests.
    #[serde(default)]
    pub chain: Chain,
}

/// What can be changed by UpdateTrail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// `S3BucketName`
    pub bucket: String,
    /// `S3KeyPrefix`
    pub prefix: Option<String>,
    /// `SnsTopicARN`
    pub topic: Option<String>,
    /// `IncludeGlobalServiceEvents`
    pub global: bool,
    /// `IsMultiRegionTrail`
    pub multi_region: bool,
    /// `LogFileValidationEnabled`
    pub validated: bool,
    /// `CloudWatchLogsLogGroupArn`
    pub log_group: Option<String>,
    /// `CloudWatchLogsRoleArn`
    pub log_role: Option<String>,
    /// `KmsKeyId`, always an ARN.
    pub key: Option<String>,
    /// `IsOrganizationTrail`
    pub organization: bool,
    /// `RecursiveLogging`: whether CloudTrail's own deliveries are recorded. Here they never are.
    #[serde(default = "yes")]
    pub recursive: bool,
}

fn yes() -> bool {
    true
}

/// How a trail is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// Whether it records.
    pub logging: bool,
    /// When it was last started.
    pub started: Option<Time>,
    /// When it was last stopped.
    pub stopped: Option<Time>,
    /// When a log file was last delivered.
    pub delivered: Option<Time>,
    /// S3's error code, if the last delivery failed.
    pub failed: Option<String>,
    /// When a digest file was last delivered.
    pub digest_delivered: Option<Time>,
    /// S3's error code, if the last delivery of a digest failed.
    pub digest_failed: Option<String>,
}

impl Trail {
    /// `arn:aws:cloudtrail:…:trail/…`
    pub fn arn(&self) -> String {
        format!("arn:aws:cloudtrail:{}:{}:trail/{}", self.region, self.account, self.name)
    }

    /// Begins anew: what happened before is not delivered, and no digest refers to one before.
    pub fn begin(&mut self, cursor: u64) {
        (self.cursor, self.until) = (cursor, None);
        self.pending.clear();
        self.chain.clear();
    }

    /// Whether it has something to deliver, now or later.
    pub fn delivers(&self) -> bool {
        self.status.logging || self.until.is_some()
    }

    /// Whether it can be seen in an account and Region, and records it: at home, as a shadow in other Regions, and an organisation's
    /// trail in all accounts of it.
    pub fn is_seen_in(&self, account: &str, region: &str) -> bool {
        (self.account == account || self.settings.organization)
            && (self.region == region || self.settings.multi_region)
    }
}

/// All trails, by ARN.
#[derive(Debug, Default)]
pub(crate) struct Trails {
    all: BTreeMap<String, Trail>,
    file: Option<PathBuf>,
}

impl Trails {
    /// The trails of a state folder, or the sample's if it has none yet.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not what was written there.
    pub fn open(folder: Option<&Path>, now: Time) -> std::io::Result<Trails> {
        let file = folder.map(|folder| folder.join("trails.json"));
        let known = match &file {
            Some(path) if path.exists() => serde_json::from_slice(&std::fs::read(path)?)?,
            _ => sample::trails(now),
        };
        let all = known.into_iter().map(|trail| (trail.arn(), trail)).collect();
        let trails = Trails { all, file };
        trails.save()?;
        Ok(trails)
    }

    /// All trails.
    pub fn all(&self) -> impl Iterator<Item = &Trail> {
        self.all.values()
    }

    /// All trails that can be seen in an account and Region.
    pub fn seen_in(&self, account: &str, region: &str) -> impl Iterator<Item = &Trail> {
        self.all.values().filter(move |trail| trail.is_seen_in(account, region))
    }

    /// All trails that an account owns or is part of, wherever they are at home.
    pub fn of_account(&self, account: &str) -> impl Iterator<Item = &Trail> {
        self.all.values().filter(move |trail| trail.account == account || trail.settings.organization)
    }

    /// The trail with this ARN.
    pub fn get(&self, arn: &str) -> Option<&Trail> {
        self.all.get(arn)
    }

    /// Adds a trail, or puts it in the place of the one with its ARN.
    ///
    /// # Errors
    /// When the file cannot be written; the trail is not changed then.
    pub fn put(&mut self, trail: Trail) -> std::io::Result<()> {
        let arn = trail.arn();
        let before = self.all.insert(arn.clone(), trail);
        self.save().inspect_err(|_| {
            match before {
                Some(before) => self.all.insert(arn, before),
                None => self.all.remove(&arn),
            };
        })
    }

    /// Lets all trails begin anew.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&mut self, cursor: u64) -> std::io::Result<()> {
        self.all.values_mut().for_each(|trail| trail.begin(cursor));
        self.save()
    }

    /// Removes a trail.
    ///
    /// # Errors
    /// When the file cannot be written; the trail stays then.
    pub fn remove(&mut self, arn: &str) -> std::io::Result<()> {
        let before = self.all.remove(arn);
        let saved = self.save();
        if saved.is_err()
            && let Some(before) = before
        {
            self.all.insert(arn.to_owned(), before);
        }
        saved
    }

    fn save(&self) -> std::io::Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let whole = serde_json::to_vec_pretty(&self.all.values().collect::<Vec<_>>())?;
        let temporary = path.with_extension("json.new");
        std::fs::write(&temporary, whole)?;
        std::fs::rename(temporary, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trails_are_kept_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let now = Time::parse("2026-11-22T12:00:00Z").unwrap();
        let mut trails = Trails::open(Some(folder.path()), now).unwrap();
        let arn = trails.all.keys().next().unwrap().clone();
        let count = trails.all.len();
        trails.remove(&arn).unwrap();
        drop(trails);
        let again = Trails::open(Some(folder.path()), now).unwrap();
        assert_eq!(again.all.len(), count - 1);
        assert!(again.get(&arn).is_none());
    }

    #[test]
    fn where_trails_are_seen() {
        let trails = Trails::open(None, Time::parse("2026-11-22T12:00:00Z").unwrap()).unwrap();
        let names = |account: &str, region: &str| {
            let mut names: Vec<&str> =
                trails.seen_in(account, region).map(|trail| trail.name.as_str()).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names("777788889999", "eu-central-1"), ["organization-trail"]);
        assert_eq!(names("777788889999", "sa-east-1"), ["organization-trail"], "a shadow");
        assert_eq!(
            names("111122223333", "eu-central-1"),
            ["organization-trail", "partner-audit", "payments-audit"]
        );
        assert!(names("444455556666", "eu-central-1").contains(&"staging-debug"));
        assert!(!names("444455556666", "us-east-1").contains(&"staging-debug"), "of one Region");
    }
}
