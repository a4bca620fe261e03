//! ListPublicKeys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudtrail::time::Time;
use serde::Deserialize;
use serde_json::{Value, json};

use super::lookup::seconds;
use super::read;
use crate::problem::{Problem, Result};
use crate::world::{Call, Done};

pub(super) fn list(call: &Call<'_>, input: &Value) -> Result<Done> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Input {
        start_time: Option<f64>,
        end_time: Option<f64>,
        next_token: Option<String>,
    }
    call.allow("cloudtrail:ListPublicKeys", None)?;
    let Input { start_time, end_time, next_token } = read(input)?;
    if next_token.is_some() {
        // There is one key, and never a second page.
        return Err(Problem::new("InvalidTokenException", "The token is not valid."));
    }
    let time = |seconds: f64| Time::from_millis((seconds * 1000.0) as i64);
    let (from, to) = (start_time.map_or(call.now, time), end_time.map_or(call.now, time));
    if from > to {
        return Err(Problem::new("InvalidTimeRangeException", "The start time occurs after the end time."));
    }
    let key = call
        .world
        .digest_keys
        .get(call.now)
        .map_err(|error| Problem::internal(format!("there is no key for digests: {error}")))?;
    let counts = key.from <= to && key.until >= from;
    let list = counts.then(|| {
        json!({
            "Value": STANDARD.encode(&key.public), "Fingerprint": key.fingerprint,
            "ValidityStartTime": seconds(key.from), "ValidityEndTime": seconds(key.until),
        })
    });
    Ok(Done::read(json!({"PublicKeyList": list.into_iter().collect::<Vec<_>>()})))
}
