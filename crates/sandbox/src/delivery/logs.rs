//! Log files: what a trail recorded, by account and Region, in the true layout (User Guide, cloudtrail-log-file-examples).

use std::collections::BTreeMap;

use cloudtrail::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{put, root};
use crate::clock::civil;
use crate::events::entry::{Entry, Place};
use crate::random::{self, hex};
use crate::trails::Trail;
use crate::world::{World, lock};

/// Most records in a file. AWS's limit is one of size, 50 MB; this stays far below it.
const MOST: usize = 5_000;
/// Services whose events are global: a trail can leave them out.
const GLOBAL: [&str; 3] = ["iam.amazonaws.com", "sts.amazonaws.com", "cloudfront.amazonaws.com"];

/// A delivered file, as a digest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogFile {
    /// Account whose events are in it.
    pub account: String,
    /// Region of the events.
    pub region: String,
    /// Key in the trail's bucket.
    pub key: String,
    /// SHA-256 of the uncompressed file, in hex.
    pub hash: String,
    /// Oldest event.
    pub oldest: Time,
    /// Newest event.
    pub newest: Time,
}

/// What goes into one file.
struct Batch {
    place: Place,
    insight: bool,
    records: Vec<Box<str>>,
    oldest: Time,
    newest: Time,
}

/// Delivers the records from the trail's cursor up to a number. Gives the files.
///
/// # Errors
/// S3's error code.
pub(super) fn deliver(world: &World, trail: &Trail, until: u64, now: Time) -> Result<Vec<LogFile>, String> {
    let mut files = Vec::new();
    for batch in collect(world, trail, until) {
        let kind = if batch.insight { "CloudTrail-Insight" } else { "CloudTrail" };
        let (account, region) = (&batch.place.account, &batch.place.region);
        let (day, stamp) = (civil(now).strftime("%Y/%m/%d"), civil(now).strftime("%Y%m%dT%H%MZ"));
        let unique = &random::id("")[..16];
        let root = root(trail);
        let key = format!(
            "{root}{account}/{kind}/{region}/{day}/{account}_{kind}_{region}_{stamp}_{unique}.json.gz"
        );
        let text = format!("{{\"Records\":[{}]}}", batch.records.join(","));
        put(world, &trail.settings.bucket, &key, &text, BTreeMap::new())?;
        files.push(LogFile {
            account: account.to_string(),
            region: region.to_string(),
            key,
            hash: hex(&Sha256::digest(text.as_bytes())),
            oldest: batch.oldest,
            newest: batch.newest,
        });
    }
    Ok(files)
}

fn collect(world: &World, trail: &Trail, until: u64) -> Vec<Batch> {
    let events = lock(&world.events);
    let mut batches: Vec<Batch> = Vec::new();
    for (place, list) in events.all() {
        if !trail.is_seen_in(&place.account, &place.region) {
            continue;
        }
        for insight in [false, true] {
            let wanted = list.iter().filter(|entry| {
                entry.insight == insight
                    && (trail.cursor..until).contains(&entry.number)
                    && records(trail, entry)
            });
            let wanted: Vec<&Entry> = wanted.collect();
            for part in wanted.chunks(MOST) {
                // Lists are sorted by time.
                let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
                batches.push(Batch {
                    place: place.clone(),
                    insight,
                    records: part.iter().map(|entry| entry.record.clone()).collect(),
                    oldest: first.time,
                    newest: last.time,
                });
            }
        }
    }
    batches
}

/// Whether a trail's selectors take an event.
fn records(trail: &Trail, entry: &Entry) -> bool {
    if entry.insight {
        return looks_for(trail, entry);
    }
    if !trail.settings.global && GLOBAL.contains(&&*entry.source) {
        return false;
    }
    trail.selectors.take(entry)
}

/// Whether a trail looks for an Insights event: for its type, in the category of events that it is about.
fn looks_for(trail: &Trail, entry: &Entry) -> bool {
    let record: Value = serde_json::from_str(&entry.record).unwrap_or_default();
    let details = &record["insightDetails"];
    let category = details["sourceEventCategory"].as_str().unwrap_or("Management");
    trail.insights.iter().any(|(kind, categories)| {
        details["insightType"] == kind.as_str() && categories.iter().any(|other| other == category)
    })
}
