//! Buckets in S3: what is in them, and the bytes of an object, under credentials that are handed in.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::head_bucket::HeadBucketError;

use crate::error::GatewayError;
use crate::regions::HOME;
use crate::{Credentials, Gateway};

mod logs;

pub use logs::{Logs, LogsError, Looked};

/// A bucket, under one set of credentials. Cheap to clone.
#[derive(Clone)]
pub struct Bucket {
    client: aws_sdk_s3::Client,
    name: String,
    region: String,
}

/// An object as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// What changes with its content.
    pub etag: String,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Objects, by key.
    pub objects: Vec<Object>,
    /// With a delimiter: the folders below the prefix, each whole and with a slash at its end.
    pub folders: Vec<String>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

impl Gateway {
    /// A bucket of this name. Its Region is asked for first, unless it is known: S3 answers in a bucket's own Region only.
    ///
    /// # Errors
    /// What AWS answered, in words. A bucket that is missing or denied is told by the first list.
    pub async fn bucket(
        &self,
        credentials: &Credentials,
        name: &str,
        region: Option<&str>,
    ) -> Result<Bucket, GatewayError> {
        let at = |region: &str| Bucket {
            client: self.inner.clients.s3(credentials, region),
            name: name.to_owned(),
            region: region.to_owned(),
        };
        match region {
            Some(region) => Ok(at(region)),
            None => {
                // Another Region of the same partition can tell.
                let some = self.inner.options.regions.first().map_or(HOME, String::as_str);
                let found = at(some).find_region().await?;
                Ok(at(found.as_deref().unwrap_or(some)))
            }
        }
    }
}

impl Bucket {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// A page of what begins with a prefix. `folders` stops at the next slash, so that what is below folders is not listed.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn list(
        &self,
        prefix: &str,
        folders: bool,
        page: Option<&str>,
    ) -> Result<Listed, GatewayError> {
        const OPERATION: &str = "ListObjectsV2";
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .set_delimiter(folders.then(|| "/".to_owned()))
            .set_continuation_token(page.map(str::to_owned))
            .send()
            .await
            .map_err(|error| {
                let error = GatewayError::of_sdk(OPERATION, &self.region, &error);
                error.lacking("s3:ListBucket", &format!("arn:aws:s3:::{}", self.name))
            })?;
        let next = match (answer.is_truncated(), answer.next_continuation_token()) {
            (Some(true), Some(next)) if Some(next) != page => Some(next.to_owned()),
            (Some(true), _) => {
                return Err(GatewayError::garbled(OPERATION, &self.region, "the list does not go on"));
            }
            _ => None,
        };
        let object = |object: &aws_sdk_s3::types::Object| {
            Some(Object {
                key: object.key()?.to_owned(),
                size: u64::try_from(object.size()?).ok()?,
                etag: object.e_tag().unwrap_or_default().to_owned(),
            })
        };
        Ok(Listed {
            objects: answer.contents().iter().filter_map(object).collect(),
            folders: answer
                .common_prefixes()
                .iter()
                .filter_map(|folder| folder.prefix().map(str::to_owned))
                .collect(),
            next,
        })
    }

    /// An object's bytes, no more than `most` of them.
    ///
    /// # Errors
    /// What AWS answered, in words; or that the object is longer.
    pub async fn object(&self, key: &str, most: u64) -> Result<Vec<u8>, GatewayError> {
        const OPERATION: &str = "GetObject";
        let garbled = |what: &str| GatewayError::garbled(OPERATION, &self.region, what);
        let too_long = || garbled(&format!("the object has more than {} MB", most / 1024 / 1024));
        let answer = self.client.get_object().bucket(&self.name).key(key).send().await.map_err(|error| {
            let error = GatewayError::of_sdk(OPERATION, &self.region, &error);
            error.lacking("s3:GetObject", &format!("arn:aws:s3:::{}/{key}", self.name))
        })?;
        let promised = answer.content_length().and_then(|length| u64::try_from(length).ok());
        if promised.is_some_and(|length| length > most) {
            return Err(too_long());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(promised.unwrap_or_default()).unwrap_or_default());
        let mut body = answer.body;
        while let Some(part) = body.next().await {
            let part = part.map_err(|_| garbled("the connection broke off in the object"))?;
            if (bytes.len() + part.len()) as u64 > most {
                return Err(too_long());
            }
            bytes.extend_from_slice(&part);
        }
        match promised {
            Some(length) if length != bytes.len() as u64 => Err(garbled("the object did not come whole")),
            _ => Ok(bytes),
        }
    }

    /// The Region that S3 names in every answer about a bucket, also where it refuses one (S3 API Reference, HeadBucket:
    /// `x-amz-bucket-region`). `None` where it names none.
    async fn find_region(&self) -> Result<Option<String>, GatewayError> {
        let error = match self.client.head_bucket().bucket(&self.name).send().await {
            Ok(answer) => {
                return Ok(Some(answer.bucket_region().map_or_else(|| self.region.clone(), str::to_owned)));
            }
            Err(error) => error,
        };
        if let Some(region) = region_of(&error) {
            return Ok(Some(region));
        }
        match error.raw_response() {
            // That it is missing or denied has better words in the answer to a list.
            Some(_) => Ok(None),
            None => Err(GatewayError::of_sdk("HeadBucket", &self.region, &error)),
        }
    }
}

fn region_of(error: &SdkError<HeadBucketError>) -> Option<String> {
    let region = error.raw_response()?.headers().get("x-amz-bucket-region")?;
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (!region.is_empty() && region.len() <= 32 && region.bytes().all(is_name)).then(|| region.to_owned())
}
