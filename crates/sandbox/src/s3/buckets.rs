//! What is known of buckets besides their objects: owner, Region, policy, lifecycle. Kept in a file of the state folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cloudtrail::time::Time;
use serde::{Deserialize, Serialize};

use crate::identity::policy::{Policy, Question, Verdict};

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    /// Account that owns it.
    pub account: String,
    /// Where it is.
    pub region: String,
    /// When it was made.
    pub created: Time,
    /// Its policy, as it was put.
    pub policy: Option<String>,
    /// Its lifecycle rules, as JSON of their own.
    pub lifecycle: Option<serde_json::Value>,
}

/// All buckets, by name.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    all: BTreeMap<String, Bucket>,
    file: Option<PathBuf>,
}

/// Why a trail cannot deliver to a bucket. The words are S3's error codes, which a trail's status shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// There is none of that name.
    NoSuchBucket,
    /// Its policy does not let CloudTrail write.
    AccessDenied,
}

impl Obstacle {
    /// S3's error code.
    pub fn code(self) -> &'static str {
        match self {
            Obstacle::NoSuchBucket => "NoSuchBucket",
            Obstacle::AccessDenied => "AccessDenied",
        }
    }
}

impl Bucket {
    /// What its policy says; a policy that cannot be read says nothing, and none is put that cannot.
    pub fn ask(&self, question: &Question<'_>) -> Verdict {
        let policy = self.policy.as_deref().and_then(|text| Policy::parse(text).ok());
        policy.map_or(Verdict::Silent, |policy| policy.ask(question))
    }
}

impl Buckets {
    /// The buckets of a state folder, or those given if it has none yet.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(folder: Option<&Path>, first: Vec<(String, Bucket)>) -> std::io::Result<Buckets> {
        let file = folder.map(|folder| folder.join("buckets.json"));
        let all = match &file {
            Some(path) if path.exists() => serde_json::from_slice(&std::fs::read(path)?)?,
            _ => first.into_iter().collect(),
        };
        let buckets = Buckets { all, file };
        buckets.save()?;
        Ok(buckets)
    }

    /// The bucket of this name.
    pub fn get(&self, name: &str) -> Option<&Bucket> {
        self.all.get(name)
    }

    /// Names and buckets of an account.
    pub fn of_account(&self, account: &str) -> impl Iterator<Item = (&String, &Bucket)> {
        self.all.iter().filter(move |(_, bucket)| bucket.account == account)
    }

    /// Adds or changes a bucket.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put(&mut self, name: &str, bucket: Bucket) -> std::io::Result<()> {
        self.all.insert(name.to_owned(), bucket);
        self.save()
    }

    /// Takes a bucket away.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remove(&mut self, name: &str) -> std::io::Result<()> {
        self.all.remove(name);
        self.save()
    }

    /// Whether a trail could write its files: CloudTrail asks for the bucket's ACL, and puts objects below `AWSLogs/`.
    pub fn check(
        &self,
        name: &str,
        prefix: Option<&str>,
        account: &str,
        trail: &str,
    ) -> Result<(), Obstacle> {
        let bucket = self.get(name).ok_or(Obstacle::NoSuchBucket)?;
        let context = BTreeMap::from([
            ("aws:sourcearn".to_owned(), trail.to_owned()),
            ("aws:sourceaccount".to_owned(), account.to_owned()),
            ("s3:x-amz-acl".to_owned(), "bucket-owner-full-control".to_owned()),
        ]);
        let principals = ["cloudtrail.amazonaws.com".to_owned()];
        let prefix = prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default();
        let object = format!("arn:aws:s3:::{name}/{prefix}AWSLogs/{account}/CloudTrail/");
        let allowed = [("s3:GetBucketAcl", format!("arn:aws:s3:::{name}")), ("s3:PutObject", object)]
            .iter()
            .all(|(action, resource)| {
                let question = Question { action, resource, principals: &principals, context: &context };
                bucket.ask(&question) == Verdict::Allowed
            });
        if allowed { Ok(()) } else { Err(Obstacle::AccessDenied) }
    }

    fn save(&self) -> std::io::Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let temporary = path.with_extension("json.new");
        std::fs::write(&temporary, serde_json::to_vec_pretty(&self.all)?)?;
        std::fs::rename(temporary, path)
    }
}

/// The policy that AWS's documentation gives for a trail's bucket.
pub(crate) fn trail_policy(bucket: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[
        {{"Sid":"AWSCloudTrailAclCheck","Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::{bucket}"}},
        {{"Sid":"AWSCloudTrailWrite","Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::{bucket}/*",
          "Condition":{{"StringEquals":{{"s3:x-amz-acl":"bucket-owner-full-control"}}}}}}]}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_must_be_there_and_let_cloudtrail_write() {
        let bucket = |policy: Option<String>| Bucket {
            account: "1".to_owned(),
            region: "r".to_owned(),
            created: Time::MIN,
            policy,
            lifecycle: None,
        };
        let mut buckets = Buckets::default();
        buckets.put("good", bucket(Some(trail_policy("good")))).unwrap();
        buckets.put("bad", bucket(Some(trail_policy("good")))).unwrap();
        buckets.put("bare", bucket(None)).unwrap();
        let check = |name: &str| buckets.check(name, Some("p"), "1", "arn");
        assert_eq!(check("good"), Ok(()));
        assert_eq!(check("bad"), Err(Obstacle::AccessDenied));
        assert_eq!(check("bare"), Err(Obstacle::AccessDenied));
        assert_eq!(check("none"), Err(Obstacle::NoSuchBucket));
    }
}
