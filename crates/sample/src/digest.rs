//! Digest files: one an hour for each account and Region, each naming the log files delivered in that hour with their
//! hashes, and the digest file before it.
//!
//! A digest's own signature is metadata of its S3 object, which a folder cannot hold. What stands in
//! `previousDigestSignature` is made up: no key signed it.

use std::path::Path;

use crate::SampleError;
use crate::dice::Dice;
use crate::json::{Raw, json};
use crate::layout::digest_key;
use crate::time::{HOUR, Seconds, rfc3339};
use crate::world::{Place, TRAIL_BUCKET, World};
use crate::writer::{Written, sha256, write_whole};

/// Hours before the end from which on the trail validates its log files.
pub const HOURS: Seconds = 72;

/// Writes the chain of one place. Gives the number of digest files.
///
/// # Errors
/// When a file cannot be written.
pub fn write_chain(
    folder: &Path,
    world: &World,
    place: &Place,
    logs: &[Written],
) -> Result<u64, SampleError> {
    let mut dice = Dice::named(world.seed, &format!("digest/{}/{}", place.account, place.region));
    let fingerprint = Dice::named(world.seed, &format!("digest-key/{}", place.region)).hex(32);
    let mut previous: Option<Link> = None;
    for hour in 0..HOURS {
        let end = world.end - (HOURS - 1 - hour) * HOUR;
        let start = end - HOUR;
        // A file belongs to the hour in which it was delivered.
        let listed: Vec<&Written> =
            logs.iter().filter(|log| start < log.delivered && log.delivered <= end).collect();
        let key = digest_key(place, end);
        let text = body(place, (start, end), &key, &fingerprint, &listed, previous.as_ref());
        write_whole(folder, &key, &text)?;
        previous = Some(Link { key, hash: sha256(&text), signature: dice.hex(512) });
    }
    Ok(HOURS as u64)
}

/// What a digest says about the one before.
struct Link {
    key: String,
    hash: String,
    signature: String,
}

fn body(
    place: &Place,
    (start, end): (Seconds, Seconds),
    key: &str,
    fingerprint: &str,
    listed: &[&Written],
    previous: Option<&Link>,
) -> String {
    let files = Raw::list(listed.iter().map(|log| {
        json!({
            "s3Bucket": TRAIL_BUCKET,
            "s3Object": (log.key),
            "hashValue": (log.hash),
            "hashAlgorithm": "SHA-256",
            "newestEventTime": (rfc3339(log.newest)),
            "oldestEventTime": (rfc3339(log.oldest))
        })
    }));
    let newest = listed.iter().map(|log| log.newest).max().map(rfc3339);
    let oldest = listed.iter().map(|log| log.oldest).min().map(rfc3339);
    json!({
        "awsAccountId": (place.account),
        "digestStartTime": (rfc3339(start)),
        "digestEndTime": (rfc3339(end)),
        "digestS3Bucket": TRAIL_BUCKET,
        "digestS3Object": key,
        "digestPublicKeyFingerprint": fingerprint,
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": newest,
        "oldestEventTime": oldest,
        "previousDigestS3Bucket": (previous.map(|_| TRAIL_BUCKET)),
        "previousDigestS3Object": (previous.map(|link| link.key.as_str())),
        "previousDigestHashValue": (previous.map(|link| link.hash.as_str())),
        "previousDigestHashAlgorithm": (previous.map(|_| "SHA-256")),
        "previousDigestSignature": (previous.map(|link| link.signature.as_str())),
        "logFiles": files
    })
    .0
}
