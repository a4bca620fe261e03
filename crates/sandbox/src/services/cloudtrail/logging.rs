//! StartLogging, StopLogging, GetTrailStatus.

use cloudtrail::time::Time;
use serde_json::{Value, json};

use super::lookup::seconds;
use super::trails::name;
use super::{find, kept};
use crate::problem::Result;
use crate::world::{Call, Done, lock};

const TRAIL: &str = "AWS::CloudTrail::Trail";

pub(super) fn start(call: &Call<'_>, input: &Value) -> Result<Done> {
    switch(call, input, true)
}

pub(super) fn stop(call: &Call<'_>, input: &Value) -> Result<Done> {
    switch(call, input, false)
}

fn switch(call: &Call<'_>, input: &Value, on: bool) -> Result<Done> {
    let name = name(input)?;
    let arn = find::arn(call, &name)?;
    call.allow(&format!("cloudtrail:{}", call.operation), Some(&arn))?;
    let mut trails = lock(&call.world.trails);
    let mut trail = find::to_change(call, &trails, &name)?;
    // Started twice, it goes on since the first time.
    if trail.status.logging != on {
        let next = lock(&call.world.events).next_number();
        if on {
            trail.begin(next);
        } else {
            // What happened until now is delivered yet, and last of all this call.
            trail.until = Some(next + 1);
        }
        trail.status.logging = on;
        *(if on { &mut trail.status.started } else { &mut trail.status.stopped }) = Some(call.now);
        trails.put(trail).map_err(kept)?;
    }
    Ok(Done::read(json!({})).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn status(call: &Call<'_>, input: &Value) -> Result<Done> {
    let name = name(input)?;
    call.allow("cloudtrail:GetTrailStatus", Some(&find::arn(call, &name)?))?;
    let trails = lock(&call.world.trails);
    let status = &find::to_read(call, &trails, &name)?.status;
    let mut out = json!({"IsLogging": status.logging});
    for (member, time) in [
        ("LatestDeliveryTime", status.delivered),
        ("StartLoggingTime", status.started),
        ("StopLoggingTime", status.stopped),
        ("LatestDigestDeliveryTime", status.digest_delivered),
    ] {
        if let Some(time) = time {
            out[member] = seconds(time);
        }
    }
    for (member, error) in
        [("LatestDeliveryError", &status.failed), ("LatestDigestDeliveryError", &status.digest_failed)]
    {
        if let Some(error) = error {
            out[member] = json!(error);
        }
    }
    // AWS still sends these, "no longer in use", in whole seconds.
    let whole = |time: Time| Time::from_millis(time.as_millis().div_euclid(1000) * 1000);
    let text = |time: Option<Time>| time.map(|time| whole(time).to_string()).unwrap_or_default();
    let (attempt, fine) = (text(status.delivered), status.failed.is_none() && status.delivered.is_some());
    out["LatestDeliveryAttemptTime"] = json!(attempt);
    out["LatestDeliveryAttemptSucceeded"] = json!(if fine { attempt } else { String::new() });
    out["LatestNotificationAttemptTime"] = json!("");
    out["LatestNotificationAttemptSucceeded"] = json!("");
    out["TimeLoggingStarted"] = json!(text(status.started));
    out["TimeLoggingStopped"] = json!(text(status.stopped));
    Ok(Done::read(out))
}
