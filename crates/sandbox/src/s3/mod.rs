//! S3: its protocol by `s3s`, objects in a folder, buckets as records, permission by the same policies as everywhere.

mod access;
pub(crate) mod buckets;
mod content;
mod objects;
mod operations;
pub(crate) mod store;

use std::path::Path;
use std::sync::{Arc, Mutex, Weak};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response, StatusCode};
use s3s::service::{S3Service, S3ServiceBuilder};
use serde_json::{Value, json};

use crate::events::record::Happening;
use crate::faults::Spoil;
use crate::http::answer::Answer;
use crate::identity::Caller;
use crate::world::{Envelope, World, lock};
use store::Store;

/// The service and its objects.
pub(crate) struct Storage {
    service: S3Service,
    /// Objects, also for what CloudTrail itself puts.
    pub objects: Store,
    /// Without a state folder: gone at the end.
    _temporary: Option<tempfile::TempDir>,
}

/// What the check of a request found out, for its record.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<Sight>>>);

/// A request whose sender is known.
struct Sight {
    caller: Caller,
    region: String,
    operation: String,
    bucket: Option<String>,
    object: bool,
    spoil: Option<Spoil>,
}

impl Storage {
    /// The objects of a state folder, or of a temporary one.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(world: &Weak<World>, state: Option<&Path>) -> std::io::Result<Storage> {
        let (objects, temporary) = match state {
            Some(state) => (Store::open(&state.join("objects"))?, None),
            None => {
                let folder = tempfile::tempdir()?;
                (Store::open(folder.path())?, Some(folder))
            }
        };
        let mut builder = S3ServiceBuilder::new(objects::Operations(Weak::clone(world)));
        builder.set_auth(access::Keys(Weak::clone(world)));
        builder.set_access(access::Permission(Weak::clone(world)));
        Ok(Storage { service: builder.build(), objects, _temporary: temporary })
    }
}

/// Whether a request is for S3: by its signing scope, or a signature in the address.
pub(crate) fn is_for_s3(headers: &HeaderMap, query: Option<&str>) -> bool {
    let authorization =
        headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    authorization.contains("/s3/aws4_request")
        || query
            .is_some_and(|query| query.contains("%2Fs3%2Faws4_request") || query.contains("/s3/aws4_request"))
}

/// Answers a request, and records it if it is about a bucket rather than an object.
pub(crate) async fn answer(world: &World, request: Request, envelope: Envelope) -> Response<Body> {
    let Some(storage) = world.storage.get() else { return unavailable() };
    let seen = Seen::default();
    let mut request = request.map(s3s::Body::http_body_unsync);
    request.extensions_mut().insert(seen.clone());
    let Ok(answered) = storage.service.call(request).await else { return unavailable() };
    let (mut parts, body) = answered.into_parts();
    if let Ok(id) = envelope.request_id.parse() {
        parts.headers.insert("x-amz-request-id", id);
    }
    let sight = lock(&seen.0).take();
    let spoil = sight.as_ref().and_then(|sight| sight.spoil.clone());
    if let Some(sight) = sight.filter(Sight::is_management) {
        let text = body.bytes().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let failed = !parts.status.is_success();
        record(world, &sight, failed.then(|| (element(&text, "Code"), element(&text, "Message"))), &envelope);
    }
    if let Some(home) =
        parts.headers.get("x-amz-bucket-region").filter(|_| parts.status == StatusCode::BAD_REQUEST)
    {
        // Clients read from the error where to ask again.
        let (home, text) = (home.to_str().unwrap_or_default(), body.bytes().unwrap_or_default());
        let text =
            String::from_utf8_lossy(&text).replace("</Error>", &format!("<Region>{home}</Region></Error>"));
        parts.headers.remove("content-length");
        return Response::from_parts(parts, Body::from(text));
    }
    let Some(spoil) = spoil else { return Response::from_parts(parts, Body::new(body)) };
    let bytes = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap_or_default();
    let answer = Answer {
        status: parts.status.as_u16(),
        kind: "application/xml",
        body: bytes.into(),
        error_type: None,
        half: false,
    };
    let spoiled = answer.spoiled(spoil, &[]).into_response(&envelope.request_id);
    parts.headers.remove("content-length");
    let (own, body) = spoiled.into_parts();
    if let Some(length) = own.headers.get("content-length") {
        parts.headers.insert("content-length", length.clone());
    }
    Response::from_parts(parts, body)
}

impl Sight {
    /// Calls about objects are data events, which event history does not show.
    fn is_management(&self) -> bool {
        !self.object
            && !["ListObjects", "ListObjectsV2", "ListMultipartUploads"].contains(&self.operation.as_str())
    }
}

fn record(world: &World, sight: &Sight, error: Option<(String, String)>, envelope: &Envelope) {
    let mut request = json!({"Host": envelope.host});
    if let Some(bucket) = &sight.bucket {
        request["bucketName"] = json!(bucket);
    }
    let account = sight.caller.account.clone();
    let resources =
        sight.bucket.iter().map(|name| (account.clone(), "AWS::S3::Bucket", format!("arn:aws:s3:::{name}")));
    let read_only = ["Get", "List", "Head"].iter().any(|start| sight.operation.starts_with(start));
    let happening = Happening {
        error,
        request,
        response: Value::Null,
        read_only,
        resources: resources.collect(),
        ..Happening::bare(
            "s3.amazonaws.com",
            &sight.operation,
            sight.caller.identity(),
            (&account, &sight.region),
            world.clock.now(),
            envelope,
        )
    };
    if let Err(error) = lock(&world.events).add([happening.to_record().as_str()]) {
        tracing::error!(%error, "a call of S3 could not be recorded");
    }
}

/// The text of the first element of this name, in an answer that is our own.
fn element(text: &str, name: &str) -> String {
    let rest = text.split_once(&format!("<{name}>")).map(|(_, rest)| rest).unwrap_or_default();
    rest.split_once('<').map(|(text, _)| text.to_owned()).unwrap_or_default()
}

fn unavailable() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
