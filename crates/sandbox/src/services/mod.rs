//! The operations: which there are, and the record that each call leaves behind.

pub(crate) mod cloudtrail;
pub(crate) mod organizations;
pub(crate) mod sts;

use ::cloudtrail::time::Time;
use serde_json::{Map, Value, json};

use crate::events::record::{Happening, recorded, spoken};
use crate::http::protocol::{Protocol, Service, unknown_operation};
use crate::problem::{Problem, Result};
use crate::world::{Call, Done, lock};

/// Does what is asked, and records it, also when it fails. Gives the output. A fault, if there is one, is answered instead.
///
/// # Errors
/// What AWS would answer.
pub(crate) fn perform(call: &Call<'_>, fault: Option<Problem>, body: &[u8]) -> Result<Value> {
    let input = input(call, body)?;
    let (account, region) = (&call.caller.account, &call.region);
    let done = match fault {
        Some(fault) => Err(fault),
        None => call
            .world
            .quotas
            .take(call.service, &call.operation, account, region, call.now)
            .and_then(|()| dispatch(call, &input)),
    };
    record(call, &input, &done)?;
    done.map(|done| done.output)
}

fn dispatch(call: &Call<'_>, input: &Value) -> Result<Done> {
    match call.service {
        Service::CloudTrail => cloudtrail::perform(call, input),
        Service::Sts => sts::perform(call, input),
        Service::Organizations => organizations::perform(call, input),
        _ => Err(unknown_operation(&call.operation)),
    }
}

/// The input as JSON; of a form, its fields.
fn input(call: &Call<'_>, body: &[u8]) -> Result<Value> {
    match call.service.protocol() {
        Protocol::Json | Protocol::Rest => {
            if body.iter().all(u8::is_ascii_whitespace) {
                return Ok(json!({}));
            }
            let input: Value =
                serde_json::from_slice(body).map_err(|error| Problem::serialization(error.to_string()))?;
            if input.is_object() { Ok(input) } else { Err(Problem::serialization("Expected an object")) }
        }
        Protocol::Query => {
            let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body)
                .map_err(|error| Problem::new("MalformedInput", error.to_string()))?;
            Ok(Value::Object(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()))
        }
        Protocol::S3 => Ok(Value::Null),
    }
}

/// Parameters that CloudTrail does not write down.
const HIDDEN: [&str; 4] = ["Action", "Version", "TokenCode", "NextToken"];

/// Puts the call into the caller's event history.
fn record(call: &Call<'_>, input: &Value, done: &Result<Done>) -> Result<()> {
    let mut request = recorded(&without(input, &HIDDEN));
    for time in ["startTime", "endTime"] {
        if let Some(seconds) = request[time].as_f64() {
            request[time] = json!(spoken(Time::from_millis((seconds * 1000.0) as i64)));
        }
    }
    // A form has texts alone, and the record has a number.
    if let Some(seconds) = request["durationSeconds"].as_str().and_then(|text| text.parse::<i64>().ok()) {
        request["durationSeconds"] = json!(seconds);
    }
    if request.as_object().is_some_and(Map::is_empty) {
        request = Value::Null;
    }
    let place = (call.caller.account.as_str(), call.region.as_str());
    let source = format!("{}.amazonaws.com", call.service.name());
    let mut happenings = vec![Happening {
        error: done
            .as_ref()
            .err()
            .map(|problem| (problem.recorded_code().to_owned(), problem.message.clone())),
        request,
        response: done.as_ref().map(|done| done.response.clone()).unwrap_or_default(),
        read_only: is_read_only(&call.operation),
        resources: done.as_ref().map(|done| done.resources.clone()).unwrap_or_default(),
        shared: done.as_ref().ok().and_then(|done| done.shared.clone()),
        ..Happening::bare(&source, &call.operation, call.caller.identity(), place, call.now, &call.envelope)
    }];
    if let Ok(done) = done {
        happenings.extend(done.also.iter().cloned());
    }
    let records: Vec<String> = happenings.iter().map(Happening::to_record).collect();
    lock(&call.world.events)
        .add(records.iter().map(String::as_str))
        .map_err(|error| Problem::internal(format!("the call could not be recorded: {error}")))
}

fn without(input: &Value, hidden: &[&str]) -> Value {
    let members = input.as_object().into_iter().flatten();
    let kept = members.filter(|(name, _)| !hidden.contains(&name.as_str()));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn is_read_only(operation: &str) -> bool {
    ["Get", "List", "Describe", "Lookup", "AssumeRole"].iter().any(|start| operation.starts_with(start))
}
