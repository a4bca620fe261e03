//! Digest files: one for each account and Region, naming the log files since the last, chained and signed (User Guide,
//! cloudtrail-log-file-validation-digest-file-structure and -custom-validation).

use std::collections::BTreeMap;

use cloudtrail::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::logs::LogFile;
use super::{last_digest, put, root};
use crate::clock::civil;
use crate::random::hex;
use crate::regions;
use crate::trails::Trail;
use crate::world::World;

/// What the next digest says about the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    /// Bucket.
    bucket: String,
    /// Key.
    key: String,
    /// SHA-256 of the uncompressed file, in hex.
    hash: String,
    /// Its signature, in hex.
    signature: String,
}

/// The last digests by `account/region`.
pub(crate) type Chain = BTreeMap<String, Link>;

/// Delivers a digest for every account and Region that the trail records. Gives the chain with the new ends.
///
/// # Errors
/// S3's error code.
pub(super) fn deliver(world: &World, trail: &Trail, now: Time) -> Result<Chain, String> {
    let accounts: Vec<&str> = if trail.settings.organization {
        sample::ACCOUNTS.iter().map(|(id, _)| *id).collect()
    } else {
        vec![trail.account.as_str()]
    };
    let home = [trail.region.as_str()];
    let regions: &[&str] = if trail.settings.multi_region { &regions::DEFAULT } else { &home };
    let mut chain = trail.chain.clone();
    for account in accounts {
        for region in regions {
            let place = format!("{account}/{region}");
            let link = one(world, trail, account, region, chain.get(&place), now)?;
            chain.insert(place, link);
        }
    }
    Ok(chain)
}

fn one(
    world: &World,
    trail: &Trail,
    account: &str,
    region: &str,
    previous: Option<&Link>,
    now: Time,
) -> Result<Link, String> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "a digest could not be signed");
        "InternalError".to_owned()
    };
    let signing = world.digest_keys.get(now).map_err(failed)?;
    let (name, home, bucket) = (&trail.name, &trail.region, &trail.settings.bucket);
    let (day, stamp) = (civil(now).strftime("%Y/%m/%d"), civil(now).strftime("%Y%m%dT%H%M%SZ"));
    let key = format!(
        "{}{account}/CloudTrail-Digest/{region}/{day}/{account}_CloudTrail-Digest_{region}_{name}_{home}_{stamp}.json.gz",
        root(trail)
    );
    let files: Vec<&LogFile> =
        trail.pending.iter().filter(|file| file.account == account && file.region == region).collect();
    let newest = files.iter().map(|file| file.newest).max();
    let oldest = files.iter().map(|file| file.oldest).min();
    let end = whole_seconds(now);
    let text = json!({
        "awsAccountId": account,
        "digestStartTime": whole_seconds(last_digest(trail)),
        "digestEndTime": end,
        "digestS3Bucket": bucket,
        "digestS3Object": key,
        "digestPublicKeyFingerprint": signing.fingerprint,
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": newest.map(whole_seconds),
        "oldestEventTime": oldest.map(whole_seconds),
        "previousDigestS3Bucket": previous.map(|link| &link.bucket),
        "previousDigestS3Object": previous.map(|link| &link.key),
        "previousDigestHashValue": previous.map(|link| &link.hash),
        "previousDigestHashAlgorithm": previous.map(|_| "SHA-256"),
        "previousDigestSignature": previous.map(|link| &link.signature),
        "logFiles": files.iter().map(|file| json!({
            "s3Bucket": bucket, "s3Object": file.key, "hashValue": file.hash, "hashAlgorithm": "SHA-256",
            "newestEventTime": whole_seconds(file.newest), "oldestEventTime": whole_seconds(file.oldest),
        })).collect::<Vec<_>>(),
    })
    .to_string();
    let hash = hex(&Sha256::digest(text.as_bytes()));
    // Of the first digest of a chain, the text `null` is signed.
    let before = previous.map_or("null", |link| link.signature.as_str());
    let signature = signing.sign(&format!("{end}\n{bucket}/{key}\n{hash}\n{before}")).map_err(failed)?;
    let metadata = BTreeMap::from([
        ("signature".to_owned(), signature.clone()),
        ("signature-algorithm".to_owned(), "SHA256withRSA".to_owned()),
    ]);
    put(world, bucket, &key, &text, metadata)?;
    Ok(Link { bucket: bucket.clone(), key, hash, signature })
}

/// Digests count in whole seconds.
fn whole_seconds(time: Time) -> String {
    Time::from_millis(time.as_millis().div_euclid(1000) * 1000).to_string()
}
