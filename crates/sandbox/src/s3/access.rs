//! Who may do what with S3: the session token, the policies of caller and bucket, and the bucket's Region.

use std::sync::Weak;

use axum::http::{HeaderMap, StatusCode};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use super::{Seen, Sight};
use crate::faults::Effect;
use crate::http::protocol::{Service, Target};
use crate::http::refusal::Refusal;
use crate::http::signature::decode;
use crate::identity::Caller;
use crate::identity::policy::{Question, Verdict};
use crate::quota::throttled;
use crate::world::{World, lock};

/// Secrets by key, for the check of signatures.
pub(super) struct Keys(pub Weak<World>);

/// The check of what a recognised sender may do.
pub(super) struct Permission(pub Weak<World>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let world = self.0.upgrade().ok_or_else(|| s3_error!(ServiceUnavailable))?;
        let directory = lock(&world.directory);
        directory.secret(access_key).map(SecretKey::from).ok_or_else(|| s3_error!(InvalidAccessKeyId))
    }
}

#[async_trait::async_trait]
impl S3Access for Permission {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let world = self.0.upgrade().ok_or_else(|| s3_error!(ServiceUnavailable))?;
        let key = cx.credentials().map(|credentials| credentials.access_key.clone());
        let key = key.ok_or_else(|| s3_error!(AccessDenied, "Access Denied"))?;
        let (token, scope) = token_and_scope(cx.headers(), cx.uri().query().unwrap_or_default());
        // Signature Version 2 has no scope, and AWS takes it in no new Region.
        let region = scope.ok_or_else(|| s3_error!(InvalidRequest, "Please use AWS4-HMAC-SHA256."))?;
        let now = world.clock.now();
        let caller = lock(&world.directory)
            .holder(&key, token.as_deref(), now)
            .map(|(caller, _)| caller)
            .map_err(|refusal| match refusal {
                Refusal::Expired => s3_error!(ExpiredToken, "The provided token has expired."),
                _ => s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid."),
            })?;
        let (bucket, object) = match cx.s3_path() {
            S3Path::Root => (None, None),
            S3Path::Bucket { bucket } => (Some(bucket.to_string()), None),
            S3Path::Object { bucket, key } => (Some(bucket.to_string()), Some(key.to_string())),
        };
        let operation = cx.s3_op().name().to_owned();
        let target = Target { service: Service::S3, operation: operation.clone() };
        let effect = world.faults.meet(&target, &caller.account, &region).await;
        let sight = Sight {
            spoil: effect.spoil.clone(),
            caller: caller.clone(),
            region: region.clone(),
            operation: operation.clone(),
            bucket: bucket.clone(),
            object: object.is_some(),
        };
        if let Some(seen) = cx.extensions_mut().get::<Seen>() {
            *lock(&seen.0) = Some(sight);
        }
        cx.extensions_mut().insert(caller.clone());
        fault(effect)?;
        allow(&world, &caller, &operation, bucket.as_deref(), object.as_deref(), &region)?;
        in_region(&world, &operation, bucket.as_deref(), &region)
    }
}

/// Answers with an error, if the fault file says so.
fn fault(effect: Effect) -> S3Result<()> {
    match effect.problem {
        None => Ok(()),
        Some(problem) if problem == throttled() => {
            Err(s3_error!(SlowDown, "Please reduce your request rate."))
        }
        Some(problem) => {
            let mut error =
                S3Error::with_message(S3ErrorCode::Custom(problem.code.into_owned().into()), problem.message);
            if let Ok(status) = StatusCode::from_u16(problem.status) {
                error.set_status_code(status);
            }
            Err(error)
        }
    }
}

/// Asks the policies of the caller and of the bucket: in its own account either is enough, elsewhere it takes both.
fn allow(
    world: &World,
    caller: &Caller,
    operation: &str,
    bucket: Option<&str>,
    object: Option<&str>,
    region: &str,
) -> S3Result<()> {
    let action = action(operation);
    let resource = match (bucket, object) {
        (Some(bucket), Some(object)) => format!("arn:aws:s3:::{bucket}/{object}"),
        (Some(bucket), None) => format!("arn:aws:s3:::{bucket}"),
        (None, _) => "*".to_owned(),
    };
    let mut context = caller.context(world.clock.now());
    context.insert("aws:requestedregion".to_owned(), region.to_owned());
    let on = bucket.map(|_| resource.as_str());
    let own = lock(&world.directory).authorize(caller, &action, on, &context);
    let found = bucket.and_then(|name| lock(&world.buckets).get(name).cloned());
    let (theirs, same) = match &found {
        None => (Verdict::Silent, true),
        Some(bucket) => {
            let principals = caller.principals();
            let question =
                Question { action: &action, resource: &resource, principals: &principals, context: &context };
            (bucket.ask(&question), bucket.account == caller.account)
        }
    };
    let denied = |message: String| S3Error::with_message(S3ErrorCode::AccessDenied, message);
    match (own, theirs) {
        (_, Verdict::Denied) => Err(denied(format!(
            "User: {} is not authorized to perform: {action} on resource: \"{resource}\" with an explicit deny in a resource-based policy",
            caller.arn()
        ))),
        (Ok(()), Verdict::Allowed) => Ok(()),
        (Ok(()), Verdict::Silent) if same => Ok(()),
        (Ok(()), Verdict::Silent) => Err(denied(format!(
            "User: {} is not authorized to perform: {action} on resource: \"{resource}\" because no resource-based policy allows the {action} action",
            caller.arn()
        ))),
        (Err(message), Verdict::Allowed) if same && !message.contains("explicit deny") => Ok(()),
        (Err(message), _) => Err(denied(message)),
    }
}

/// A bucket is spoken to in its own Region; the error says which it is, and clients ask again there.
fn in_region(world: &World, operation: &str, bucket: Option<&str>, region: &str) -> S3Result<()> {
    // These work from everywhere.
    if ["GetBucketLocation", "CreateBucket", "ListBuckets"].contains(&operation) {
        return Ok(());
    }
    let Some(home) =
        bucket.and_then(|name| lock(&world.buckets).get(name).map(|bucket| bucket.region.clone()))
    else {
        return Ok(());
    };
    if home == region {
        return Ok(());
    }
    let text =
        format!("The authorization header is malformed; the region '{region}' is wrong; expecting '{home}'");
    let mut error = S3Error::with_message(S3ErrorCode::AuthorizationHeaderMalformed, text);
    let mut headers = HeaderMap::new();
    if let Ok(value) = home.parse() {
        headers.insert("x-amz-bucket-region", value);
    }
    error.set_headers(headers);
    Err(error)
}

/// The IAM action of an operation, where it is not called the same.
fn action(operation: &str) -> String {
    let name = match operation {
        "HeadObject" | "GetObject" => "GetObject",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "DeleteObjects" => "DeleteObject",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "ListBuckets" => "ListAllMyBuckets",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => "PutLifecycleConfiguration",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "ListParts" => "ListMultipartUploadParts",
        other => other,
    };
    format!("s3:{name}")
}

/// The session token, and the Region of the signing scope; from headers or from a signed address.
fn token_and_scope(headers: &HeaderMap, query: &str) -> (Option<String>, Option<String>) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let parameter = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| decode(value))
    };
    let credential = header("authorization")
        .and_then(|text| text.split_once("Credential=").map(|(_, rest)| rest.to_owned()))
        .or_else(|| parameter("X-Amz-Credential"));
    let region = credential.and_then(|text| text.split('/').nth(2).map(str::to_owned));
    (header("x-amz-security-token").or_else(|| parameter("X-Amz-Security-Token")), region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_and_region_from_both_forms() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-west-1/s3/aws4_request, x".parse().unwrap(),
        );
        assert_eq!(token_and_scope(&headers, ""), (None, Some("eu-west-1".to_owned())));
        let query =
            "X-Amz-Credential=AKIA%2F20261122%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Security-Token=a%2Bb";
        let found = token_and_scope(&HeaderMap::new(), query);
        assert_eq!(found, (Some("a+b".to_owned()), Some("us-east-1".to_owned())));
    }
}
