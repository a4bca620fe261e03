//! Operations on buckets: their records, and the folders of their objects.

use std::sync::Arc;

use cloudtrail::time::Time;
use s3s::dto::{
    Bucket as Listed, BucketLifecycleConfiguration, BucketLocationConstraint, CreateBucketInput,
    CreateBucketOutput, DeleteBucketInput, DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput,
    DeleteBucketOutput, DeleteBucketPolicyInput, DeleteBucketPolicyOutput, GetBucketAclInput,
    GetBucketAclOutput, GetBucketEncryptionInput, GetBucketEncryptionOutput,
    GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput, GetBucketLocationInput,
    GetBucketLocationOutput, GetBucketPolicyInput, GetBucketPolicyOutput, Grant, Grantee, HeadBucketInput,
    HeadBucketOutput, ListBucketsInput, ListBucketsOutput, Owner, Permission,
    PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput, PutBucketPolicyInput,
    PutBucketPolicyOutput, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Timestamp, Type,
};
use s3s::{S3Error, S3Result, s3_error};
use sha2::{Digest, Sha256};

use super::Storage;
use super::buckets::Bucket;
use super::store::Meta;
use crate::identity::Caller;
use crate::identity::policy::Policy;
use crate::random::hex;
use crate::world::{World, lock};

/// Longest bucket policy, in bytes.
const LONGEST_POLICY: usize = 20 * 1024;

/// A call that is allowed.
pub(super) struct Call<'c> {
    pub world: &'c World,
    pub caller: &'c Caller,
    /// Region of the signing scope.
    pub region: Option<&'c str>,
}

impl Call<'_> {
    /// The record of a bucket.
    pub fn bucket(&self, name: &str) -> S3Result<Bucket> {
        lock(&self.world.buckets)
            .get(name)
            .cloned()
            .ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))
    }

    /// An object; its bucket must be there, too.
    pub fn object(&self, bucket: &str, key: &str) -> S3Result<Arc<Meta>> {
        self.bucket(bucket)?;
        let found = self.storage()?.objects.meta(bucket, key);
        found.ok_or_else(|| s3_error!(NoSuchKey, "The specified key does not exist."))
    }

    /// Where objects are.
    pub fn storage(&self) -> S3Result<&Storage> {
        self.world.storage.get().ok_or_else(|| s3_error!(ServiceUnavailable))
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Bucket)) -> S3Result<()> {
        let mut bucket = self.bucket(name)?;
        change(&mut bucket);
        lock(&self.world.buckets).put(name, bucket).map_err(S3Error::internal_error)
    }
}

pub(super) async fn create_bucket(call: &Call<'_>, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    let asked = input.create_bucket_configuration.and_then(|configuration| configuration.location_constraint);
    let region = asked.map(|place| place.as_str().to_owned()).or(call.region.map(str::to_owned));
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    if !crate::regions::DEFAULT.contains(&region.as_str()) {
        return Err(s3_error!(InvalidLocationConstraint, "The specified location-constraint is not valid"));
    }
    let mut buckets = lock(&call.world.buckets);
    match buckets.get(&input.bucket) {
        Some(bucket) if bucket.account == call.caller.account => {
            return Err(s3_error!(BucketAlreadyOwnedByYou));
        }
        Some(_) => return Err(s3_error!(BucketAlreadyExists)),
        None => {}
    }
    let bucket = Bucket {
        account: call.caller.account.clone(),
        region,
        created: call.world.clock.now(),
        policy: None,
        lifecycle: None,
    };
    buckets.put(&input.bucket, bucket).map_err(S3Error::internal_error)?;
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) })
}

pub(super) async fn delete_bucket(call: &Call<'_>, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    call.bucket(&input.bucket)?;
    if !call.storage()?.objects.is_empty(&input.bucket) {
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
    lock(&call.world.buckets).remove(&input.bucket).map_err(S3Error::internal_error)?;
    Ok(DeleteBucketOutput::default())
}

pub(super) async fn head_bucket(call: &Call<'_>, input: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    let bucket = call.bucket(&input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(bucket.region), ..HeadBucketOutput::default() })
}

pub(super) async fn list_buckets(call: &Call<'_>, _input: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    let account = &call.caller.account;
    let buckets = lock(&call.world.buckets);
    let list = buckets.of_account(account).map(|(name, bucket)| Listed {
        name: Some(name.clone()),
        creation_date: Some(timestamp(bucket.created)),
        bucket_region: Some(bucket.region.clone()),
    });
    Ok(ListBucketsOutput {
        buckets: Some(list.collect()),
        owner: Some(owner(account)),
        ..ListBucketsOutput::default()
    })
}

pub(super) async fn get_bucket_location(
    call: &Call<'_>,
    input: GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    let region = call.bucket(&input.bucket)?.region;
    // Of the first Region, S3 says nothing.
    let constraint = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
    Ok(GetBucketLocationOutput { location_constraint: constraint })
}

pub(super) async fn get_bucket_acl(
    call: &Call<'_>,
    input: GetBucketAclInput,
) -> S3Result<GetBucketAclOutput> {
    let owner = owner(&call.bucket(&input.bucket)?.account);
    let grantee = Grantee {
        id: owner.id.clone(),
        type_: Type::from_static(Type::CANONICAL_USER),
        display_name: None,
        email_address: None,
        uri: None,
    };
    let grant =
        Grant { grantee: Some(grantee), permission: Some(Permission::from_static(Permission::FULL_CONTROL)) };
    Ok(GetBucketAclOutput { grants: Some(vec![grant]), owner: Some(owner) })
}

pub(super) async fn get_bucket_policy(
    call: &Call<'_>,
    input: GetBucketPolicyInput,
) -> S3Result<GetBucketPolicyOutput> {
    let policy = call.bucket(&input.bucket)?.policy;
    let policy = policy.ok_or_else(|| s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist"))?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

pub(super) async fn put_bucket_policy(
    call: &Call<'_>,
    input: PutBucketPolicyInput,
) -> S3Result<PutBucketPolicyOutput> {
    if input.policy.len() > LONGEST_POLICY {
        return Err(s3_error!(MalformedPolicy, "The policy is longer than 20 KB"));
    }
    Policy::parse(&input.policy).map_err(|error| s3_error!(MalformedPolicy, "{error}"))?;
    call.change(&input.bucket, |bucket| bucket.policy = Some(input.policy))?;
    Ok(PutBucketPolicyOutput::default())
}

pub(super) async fn delete_bucket_policy(
    call: &Call<'_>,
    input: DeleteBucketPolicyInput,
) -> S3Result<DeleteBucketPolicyOutput> {
    call.change(&input.bucket, |bucket| bucket.policy = None)?;
    Ok(DeleteBucketPolicyOutput::default())
}

/// Since 2023, every bucket is encrypted with keys of S3 unless it says otherwise.
pub(super) async fn get_bucket_encryption(
    call: &Call<'_>,
    input: GetBucketEncryptionInput,
) -> S3Result<GetBucketEncryptionOutput> {
    call.bucket(&input.bucket)?;
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
            kms_master_key_id: None,
            sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
        }),
        bucket_key_enabled: Some(false),
    };
    let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
}

pub(super) async fn get_bucket_lifecycle_configuration(
    call: &Call<'_>,
    input: GetBucketLifecycleConfigurationInput,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    let kept = call.bucket(&input.bucket)?.lifecycle;
    let kept = kept.ok_or_else(|| {
        s3_error!(NoSuchLifecycleConfiguration, "The lifecycle configuration does not exist")
    })?;
    let configuration: BucketLifecycleConfiguration =
        serde_json::from_value(kept).map_err(S3Error::internal_error)?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: Some(configuration.rules),
        ..GetBucketLifecycleConfigurationOutput::default()
    })
}

pub(super) async fn put_bucket_lifecycle_configuration(
    call: &Call<'_>,
    input: PutBucketLifecycleConfigurationInput,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let configuration = input.lifecycle_configuration.ok_or_else(|| s3_error!(MalformedXML))?;
    let kept = serde_json::to_value(configuration).map_err(S3Error::internal_error)?;
    call.change(&input.bucket, |bucket| bucket.lifecycle = Some(kept))?;
    Ok(PutBucketLifecycleConfigurationOutput::default())
}

pub(super) async fn delete_bucket_lifecycle(
    call: &Call<'_>,
    input: DeleteBucketLifecycleInput,
) -> S3Result<DeleteBucketLifecycleOutput> {
    call.change(&input.bucket, |bucket| bucket.lifecycle = None)?;
    Ok(DeleteBucketLifecycleOutput::default())
}

/// S3 knows accounts by a canonical id.
fn owner(account: &str) -> Owner {
    Owner { display_name: None, id: Some(hex(&Sha256::digest(format!("canonical/{account}")))) }
}

/// A time as S3's types want it.
pub(super) fn timestamp(time: Time) -> Timestamp {
    let millis = u64::try_from(time.as_millis()).unwrap_or_default();
    Timestamp::from(std::time::UNIX_EPOCH + std::time::Duration::from_millis(millis))
}
