//! Where files stand: the keys of a trail's bucket, which are also the paths under the sample's folder.
//!
//! The form is that of the CloudTrail User Guide (get-and-view-cloudtrail-log-files, cloudtrail-log-file-examples) for an
//! organisation's trail. Written anew here: the code that reads keys must not be what made them.

use crate::time::{Seconds, folders, minute_stamp, second_stamp};
use crate::world::{MAIN_REGION, ORGANIZATION, Place, TRAIL};

/// Key of a log file that was delivered at `time`. `unique` is sixteen letters and digits.
pub fn log_key(place: &Place, time: Seconds, unique: &str) -> String {
    format!(
        "AWSLogs/{ORGANIZATION}/{account}/CloudTrail/{region}/{date}/{account}_CloudTrail_{region}_{stamp}_{unique}.json.gz",
        account = place.account,
        region = place.region,
        date = folders(time),
        stamp = minute_stamp(time),
    )
}

/// Key of a file with Insights events.
pub fn insight_key(place: &Place, time: Seconds, unique: &str) -> String {
    format!(
        "AWSLogs/{ORGANIZATION}/{account}/CloudTrail-Insight/{region}/{date}/{account}_CloudTrail-Insight_{region}_{stamp}_{unique}.json.gz",
        account = place.account,
        region = place.region,
        date = folders(time),
        stamp = minute_stamp(time),
    )
}

/// Key of the digest file of the hour that ends at `time`.
pub fn digest_key(place: &Place, time: Seconds) -> String {
    format!(
        "AWSLogs/{ORGANIZATION}/{account}/CloudTrail-Digest/{region}/{date}/{account}_CloudTrail-Digest_{region}_{TRAIL}_{MAIN_REGION}_{stamp}.json.gz",
        account = place.account,
        region = place.region,
        date = folders(time),
        stamp = second_stamp(time),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn keys() {
        let world = World::new(1, 0);
        let (place, time) = (world.place(0, 0), 1_795_356_309);
        assert_eq!(
            log_key(place, time, "7xgocspSowgK0Gto"),
            "AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-central-1/2026/11/22/111122223333_CloudTrail_eu-central-1_20261122T1405Z_7xgocspSowgK0Gto.json.gz"
        );
        assert_eq!(
            digest_key(place, time),
            "AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/eu-central-1/2026/11/22/111122223333_CloudTrail-Digest_eu-central-1_organization-trail_eu-central-1_20261122T140509Z.json.gz"
        );
    }
}
