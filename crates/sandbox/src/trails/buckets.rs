//! What is known of buckets without their objects: who owns them, and who may write into them.

use std::collections::BTreeMap;

use crate::identity::policy::{Policy, Question, Verdict};

/// A bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// Account that owns it.
    pub account: String,
    /// Its policy.
    pub policy: Policy,
}

/// All buckets, by name.
#[derive(Debug, Default)]
pub(crate) struct Buckets(pub BTreeMap<String, Bucket>);

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
    /// A bucket with a policy.
    ///
    /// # Errors
    /// When the policy is none; the text says why.
    pub fn new(account: &str, policy: &str) -> Result<Bucket, String> {
        Ok(Bucket { account: account.to_owned(), policy: Policy::parse(policy)? })
    }
}

impl Buckets {
    /// Whether a trail could write its files: CloudTrail asks for the bucket's ACL, and puts objects below `AWSLogs/`.
    pub fn check(
        &self,
        name: &str,
        prefix: Option<&str>,
        account: &str,
        trail: &str,
    ) -> Result<(), Obstacle> {
        let bucket = self.0.get(name).ok_or(Obstacle::NoSuchBucket)?;
        let context = BTreeMap::from([
            ("aws:sourcearn".to_owned(), trail.to_owned()),
            ("s3:x-amz-acl".to_owned(), "bucket-owner-full-control".to_owned()),
        ]);
        let principals = ["cloudtrail.amazonaws.com".to_owned()];
        let prefix = prefix.map(|prefix| format!("{prefix}/")).unwrap_or_default();
        let object = format!("arn:aws:s3:::{name}/{prefix}AWSLogs/{account}/CloudTrail/");
        let allowed = [("s3:GetBucketAcl", format!("arn:aws:s3:::{name}")), ("s3:PutObject", object)]
            .iter()
            .all(|(action, resource)| {
                let question = Question { action, resource, principals: &principals, context: &context };
                bucket.policy.ask(&question) == Verdict::Allowed
            });
        if allowed { Ok(()) } else { Err(Obstacle::AccessDenied) }
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
        let mut buckets = Buckets::default();
        buckets.0.insert("good".into(), Bucket::new("1", &trail_policy("good")).unwrap());
        buckets.0.insert("bad".into(), Bucket::new("1", &trail_policy("good")).unwrap());
        let check = |name: &str| buckets.check(name, Some("p"), "1", "arn");
        assert_eq!(check("good"), Ok(()));
        assert_eq!(check("bad"), Err(Obstacle::AccessDenied));
        assert_eq!(check("none"), Err(Obstacle::NoSuchBucket));
    }
}
