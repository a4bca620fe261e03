//! What trails deliver: log files every five minutes, digest files every hour, and how that went.

pub(crate) mod digests;
pub(crate) mod keys;
pub(crate) mod logs;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use cloudtrail::time::{HOUR, Time};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::s3::store::Attributes;
use crate::trails::Trail;
use crate::world::{World, lock};

/// How often log files are delivered.
const EVERY: Duration = Duration::from_secs(300);

/// Delivers until the world is gone.
pub(crate) async fn forever(world: Arc<World>) {
    let mut ticks = tokio::time::interval(EVERY);
    // The first tick is at once, and there is nothing yet.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let world = Arc::clone(&world);
        // Signing and writing take their time.
        let done = tokio::task::spawn_blocking(move || {
            deliver(&world);
            let now = world.clock.now();
            digest(&world, |trail| now >= last_digest(trail).plus(HOUR));
        });
        if let Err(error) = done.await {
            tracing::error!(%error, "the trails could not deliver");
        }
    }
}

/// Delivers what all trails have recorded since the last time.
pub(crate) fn deliver(world: &World) {
    let now = world.clock.now();
    for trail in trails(world, Trail::delivers) {
        let obstacle = obstacle(world, &trail);
        let (mut fresh, mut failed) = (Vec::new(), obstacle.map(str::to_owned));
        // What comes in meanwhile is for the next time.
        let until = trail.until.unwrap_or_else(|| lock(&world.events).next_number());
        if failed.is_none() {
            match logs::deliver(world, &trail, until, now) {
                Ok(files) => fresh = files,
                Err(error) => failed = Some(error),
            }
        }
        update(world, &trail.arn(), |trail| {
            if failed.is_none() {
                trail.cursor = until;
                // Stopped meanwhile, it has a little more to deliver.
                trail.until = trail.until.filter(|last| *last > until);
                trail.status.delivered = Some(now);
                if trail.settings.validated {
                    trail.pending.append(&mut fresh);
                }
            }
            trail.status.failed = failed;
        });
    }
}

/// Delivers the digest files of the trails that are due.
pub(crate) fn digest(world: &World, is_due: impl Fn(&Trail) -> bool) {
    let now = world.clock.now();
    for trail in trails(world, |trail| trail.status.logging) {
        // The time is part of a digest's key: two within a second would be one.
        let same = last_digest(&trail).as_millis() / 1000 == now.as_millis() / 1000;
        if !trail.settings.validated || same || !is_due(&trail) {
            continue;
        }
        let done = match obstacle(world, &trail) {
            Some(code) => Err(code.to_owned()),
            None => digests::deliver(world, &trail, now),
        };
        update(world, &trail.arn(), |trail| match done {
            Ok(chain) => {
                trail.chain = chain;
                trail.pending.clear();
                trail.status.digest_delivered = Some(now);
                trail.status.digest_failed = None;
            }
            Err(code) => trail.status.digest_failed = Some(code),
        });
    }
}

/// From when on the next digest counts.
fn last_digest(trail: &Trail) -> Time {
    trail.status.digest_delivered.max(trail.status.started).unwrap_or(Time::MIN)
}

fn trails(world: &World, wanted: impl Fn(&Trail) -> bool) -> Vec<Trail> {
    lock(&world.trails).all().filter(|trail| wanted(trail)).cloned().collect()
}

/// S3's error code for what is in the way.
fn obstacle(world: &World, trail: &Trail) -> Option<&'static str> {
    let (bucket, prefix) = (&trail.settings.bucket, trail.settings.prefix.as_deref());
    lock(&world.buckets)
        .check(bucket, prefix, &trail.account, &trail.arn())
        .err()
        .map(|obstacle| obstacle.code())
}

/// Changes a trail, if it is still there and delivers.
fn update(world: &World, arn: &str, change: impl FnOnce(&mut Trail)) {
    let mut trails = lock(&world.trails);
    let Some(mut trail) = trails.get(arn).filter(|trail| trail.delivers()).cloned() else { return };
    change(&mut trail);
    if let Err(error) = trails.put(trail) {
        tracing::error!(%error, "a trail's status could not be kept");
    }
}

/// Puts a gzip file into a trail's bucket.
///
/// # Errors
/// S3's error code.
fn put(
    world: &World,
    bucket: &str,
    key: &str,
    text: &str,
    metadata: BTreeMap<String, String>,
) -> Result<(), String> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, "a trail's file could not be written");
        "InternalError".to_owned()
    };
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).map_err(failed)?;
    let bytes = encoder.finish().map_err(failed)?;
    let storage = world.storage.get().ok_or_else(|| "ServiceUnavailable".to_owned())?;
    let with =
        Attributes { kind: Some("application/json".to_owned()), encoding: Some("gzip".to_owned()), metadata };
    storage.objects.put(bucket, key, &bytes, with, world.clock.now()).map(drop).map_err(failed)
}

/// `[prefix/]AWSLogs/[o-id/]` of a trail.
fn root(trail: &Trail) -> String {
    let prefix = trail.settings.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
    let organization = if trail.settings.organization {
        format!("{}/", crate::services::organizations::ORGANIZATION)
    } else {
        String::new()
    };
    format!("{prefix}AWSLogs/{organization}")
}
