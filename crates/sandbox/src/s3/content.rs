//! Operations on objects.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::dto::{
    CommonPrefix, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput,
    DeletedObject, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput,
    PutObjectOutput, StreamingBlob,
};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, s3_error};

use super::operations::{Call, timestamp};
use super::store::{Attributes, Found, Listing, Meta};

/// Longest object, in bytes: it is held in memory while it is put.
const LONGEST: usize = 64 * 1024 * 1024;
/// Most keys on a page.
const PAGE: i32 = 1000;

pub(super) async fn put_object(call: &Call<'_>, input: PutObjectInput) -> S3Result<PutObjectOutput> {
    call.bucket(&input.bucket)?;
    let store = &call.storage()?.objects;
    let exists = store.meta(&input.bucket, &input.key).is_some();
    match input.if_none_match {
        Some(condition) if !condition.is_any() => return Err(s3_error!(NotImplemented)),
        Some(_) if exists => return Err(s3_error!(PreconditionFailed)),
        _ => {}
    }
    if input.if_match.is_some() {
        return Err(s3_error!(NotImplemented));
    }
    let mut body = input.body.map(Body::from).unwrap_or_default();
    let longer = input.content_length.is_some_and(|length| length > LONGEST as i64);
    let too_large =
        || s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed object size.");
    if longer {
        return Err(too_large());
    }
    let bytes = body.store_all_limited(LONGEST).await.map_err(|error| {
        // A body that does not say how long it is, is counted; all else means that it broke off or was changed.
        let message = error.to_string();
        if message.contains("limit") {
            too_large()
        } else {
            S3Error::with_message(S3ErrorCode::IncompleteBody, message)
        }
    })?;
    let with = Attributes {
        kind: input.content_type,
        encoding: input.content_encoding,
        metadata: input.metadata.unwrap_or_default().into_iter().collect(),
    };
    let meta = store
        .put(&input.bucket, &input.key, &bytes, with, call.world.clock.now())
        .map_err(S3Error::internal_error)?;
    Ok(PutObjectOutput { e_tag: Some(etag(&meta)), ..PutObjectOutput::default() })
}

pub(super) async fn get_object(call: &Call<'_>, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    let meta = call.object(&input.bucket, &input.key)?;
    if input.if_match.is_some() || input.if_none_match.is_some() {
        return Err(s3_error!(NotImplemented));
    }
    let bytes = call.storage()?.objects.bytes(&meta).map_err(S3Error::internal_error)?;
    let (bytes, range) = match input.range {
        None => (bytes, None),
        Some(range) => {
            let part = range.check(meta.size)?;
            let text = format!("bytes {}-{}/{}", part.start, part.end - 1, meta.size);
            let at = |place: u64| usize::try_from(place).unwrap_or(bytes.len());
            (bytes[at(part.start)..at(part.end)].to_vec(), Some(text))
        }
    };
    Ok(GetObjectOutput {
        content_length: i64::try_from(bytes.len()).ok(),
        body: Some(StreamingBlob::from(Body::from(bytes))),
        content_range: range,
        accept_ranges: Some("bytes".to_owned()),
        content_type: meta.kind.clone(),
        content_encoding: meta.encoding.clone(),
        e_tag: Some(etag(&meta)),
        last_modified: Some(timestamp(meta.modified)),
        metadata: Some(meta.metadata.clone().into_iter().collect()),
        ..GetObjectOutput::default()
    })
}

pub(super) async fn head_object(call: &Call<'_>, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let meta = call.object(&input.bucket, &input.key)?;
    Ok(HeadObjectOutput {
        content_length: i64::try_from(meta.size).ok(),
        accept_ranges: Some("bytes".to_owned()),
        content_type: meta.kind.clone(),
        content_encoding: meta.encoding.clone(),
        e_tag: Some(etag(&meta)),
        last_modified: Some(timestamp(meta.modified)),
        metadata: Some(meta.metadata.clone().into_iter().collect()),
        ..HeadObjectOutput::default()
    })
}

pub(super) async fn delete_object(call: &Call<'_>, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    call.bucket(&input.bucket)?;
    call.storage()?.objects.remove(&input.bucket, &input.key).map_err(S3Error::internal_error)?;
    Ok(DeleteObjectOutput::default())
}

pub(super) async fn delete_objects(
    call: &Call<'_>,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    call.bucket(&input.bucket)?;
    let store = &call.storage()?.objects;
    let mut deleted = Vec::new();
    for object in input.delete.objects {
        store.remove(&input.bucket, &object.key).map_err(S3Error::internal_error)?;
        deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() });
    }
    Ok(DeleteObjectsOutput { deleted: Some(deleted), ..DeleteObjectsOutput::default() })
}

pub(super) async fn list_objects(call: &Call<'_>, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    call.bucket(&input.bucket)?;
    let most = page(input.max_keys)?;
    let found = call.storage()?.objects.list(Listing {
        bucket: &input.bucket,
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref(),
        after: input.marker.as_deref().unwrap_or_default(),
        most,
    });
    Ok(ListObjectsOutput {
        is_truncated: Some(found.next.is_some()),
        // Without a delimiter, the last key is the marker, and S3 does not repeat it.
        next_marker: found.next.clone().filter(|_| input.delimiter.is_some()),
        common_prefixes: Some(folders(&found)),
        contents: Some(objects(&found)),
        name: Some(input.bucket),
        prefix: input.prefix,
        delimiter: input.delimiter,
        marker: input.marker,
        max_keys: input.max_keys.or(Some(PAGE)),
        ..ListObjectsOutput::default()
    })
}

pub(super) async fn list_objects_v2(
    call: &Call<'_>,
    input: ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    call.bucket(&input.bucket)?;
    let most = page(input.max_keys)?;
    let after = match &input.continuation_token {
        None => input.start_after.clone().unwrap_or_default(),
        Some(token) => {
            let bytes = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            bytes.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?
        }
    };
    let found = call.storage()?.objects.list(Listing {
        bucket: &input.bucket,
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: input.delimiter.as_deref(),
        after: &after,
        most,
    });
    Ok(ListObjectsV2Output {
        is_truncated: Some(found.next.is_some()),
        next_continuation_token: found.next.as_ref().map(|last| STANDARD.encode(last)),
        key_count: i32::try_from(found.objects.len() + found.folders.len()).ok(),
        common_prefixes: Some(folders(&found)),
        contents: Some(objects(&found)),
        name: Some(input.bucket),
        prefix: input.prefix,
        delimiter: input.delimiter,
        start_after: input.start_after,
        continuation_token: input.continuation_token,
        max_keys: input.max_keys.or(Some(PAGE)),
        ..ListObjectsV2Output::default()
    })
}

fn page(asked: Option<i32>) -> S3Result<usize> {
    let asked = usize::try_from(asked.unwrap_or(PAGE).min(PAGE));
    asked.map_err(|_| {
        s3_error!(InvalidArgument, "Argument maxKeys must be an integer between 0 and 2147483647")
    })
}

fn objects(found: &Found) -> Vec<Object> {
    let object = |meta: &Meta| Object {
        key: Some(meta.key.clone()),
        size: i64::try_from(meta.size).ok(),
        e_tag: Some(etag(meta)),
        last_modified: Some(timestamp(meta.modified)),
        ..Object::default()
    };
    found.objects.iter().map(|meta| object(meta)).collect()
}

fn folders(found: &Found) -> Vec<CommonPrefix> {
    found.folders.iter().map(|folder| CommonPrefix { prefix: Some(folder.clone()) }).collect()
}

fn etag(meta: &Meta) -> ETag {
    ETag::Strong(meta.etag.clone())
}
