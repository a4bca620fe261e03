//! LookupEvents.

use cloudtrail::time::{DAY, Time};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{read, token};
use crate::events::entry::{Entry, Place};
use crate::problem::{Problem, Result};
use crate::world::{Call, Done, lock};

/// How far back event history goes (User Guide, view-cloudtrail-events).
const HISTORY: i64 = 90 * DAY;
/// Most events on a page, and how many there are if nothing is said.
const PAGE: i64 = 50;
/// Longest value of an attribute, in characters, where some count twice.
const LONGEST_VALUE: usize = 2000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    lookup_attributes: Option<Vec<Attribute>>,
    start_time: Option<f64>,
    end_time: Option<f64>,
    event_category: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_key: String,
    attribute_value: String,
}

const KEYS: [&str; 8] = [
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
];
/// Those by which Insights events can be found.
const INSIGHT_KEYS: [&str; 3] = ["EventId", "EventName", "EventSource"];

/// A lookup that makes sense.
struct Lookup {
    attribute: Option<Attribute>,
    from: Time,
    /// Included.
    to: Time,
    insight: bool,
    page: usize,
}

pub(super) fn lookup_events(call: &Call<'_>, input: &Value) -> Result<Done> {
    call.allow("cloudtrail:LookupEvents", None)?;
    let mut input: Input = read(input)?;
    let token = input.next_token.take();
    let place = Place::new(&call.caller.account, &call.region);
    // What a token insists on: everything but itself, and where it was given.
    let parameters = format!("{place:?} {input:?}");
    let lookup = Lookup::new(input, call.now)?;
    let before = match token {
        None => None,
        Some(token) => {
            Some(token::read(&call.world.token_key, &token, &parameters, call.now).ok_or_else(|| {
                Problem::new(
                    "InvalidNextTokenException",
                    "The token is not valid, or was given for a request with other parameters.",
                )
            })?)
        }
    };

    let events = lock(&call.world.events);
    let list = events.of(&place);
    let end = list.partition_point(|entry| entry.time <= lookup.to);
    let end = before.map_or(end, |position| {
        end.min(list.partition_point(|entry| (entry.time, entry.number) < (position.time, position.number)))
    });
    let mut found = list[..end]
        .iter()
        .rev()
        .take_while(|entry| entry.time >= lookup.from)
        .filter(|entry| lookup.matches(entry))
        .take(lookup.page + 1);
    let page: Vec<&Entry> = found.by_ref().take(lookup.page).collect();
    let mut output = json!({"Events": page.iter().map(|entry| event(entry)).collect::<Vec<_>>()});
    if let (Some(last), Some(_)) = (page.last(), found.next()) {
        let position = token::Position { time: last.time, number: last.number };
        output["NextToken"] = json!(token::make(&call.world.token_key, position, &parameters, call.now));
    }
    Ok(Done::read(output))
}

impl Lookup {
    fn new(input: Input, now: Time) -> Result<Lookup> {
        let insight = match input.event_category.as_deref() {
            None => false,
            Some("insight") => true,
            Some(other) => {
                let text =
                    format!("The event category {other} is not valid. The only valid value is insight.");
                return Err(Problem::new("InvalidEventCategoryException", text));
            }
        };
        let page = input.max_results.unwrap_or(PAGE);
        if !(1..=PAGE).contains(&page) {
            let text = format!(
                "A max results value of {page} is not valid. Specify max results between 1 and {PAGE}."
            );
            return Err(Problem::new("InvalidMaxResultsException", text));
        }
        let allowed: &[&str] = if insight { &INSIGHT_KEYS } else { &KEYS };
        // AWS says that the list can hold one item, honours the first, and is silent about the others.
        let attribute = input.lookup_attributes.unwrap_or_default().into_iter().next();
        if let Some(attribute) = &attribute {
            let length = weigh(&attribute.attribute_value);
            let known = allowed.contains(&attribute.attribute_key.as_str());
            if !known || !(1..=LONGEST_VALUE).contains(&length) {
                let text = format!("The lookup attribute {} is not valid.", attribute.attribute_key);
                return Err(Problem::new("InvalidLookupAttributesException", text));
            }
        }
        let time = |seconds: f64| Time::from_millis((seconds * 1000.0).round() as i64);
        let range = |text: &str| Problem::new("InvalidTimeRangeException", text);
        if [input.start_time, input.end_time].iter().flatten().any(|&time| !(0.0..253e9).contains(&time)) {
            return Err(range("The time range is outside the range of possible values."));
        }
        let (from, to) = (input.start_time.map(time), input.end_time.map(time));
        if from.unwrap_or(Time::MIN) > to.unwrap_or(Time::MAX) {
            return Err(range("The start time occurs after the end time."));
        }
        let oldest = now.plus(-HISTORY);
        Ok(Lookup {
            attribute,
            from: from.unwrap_or(oldest).max(oldest),
            to: to.unwrap_or(Time::MAX),
            insight,
            page: usize::try_from(page).unwrap_or(1),
        })
    }

    fn matches(&self, entry: &Entry) -> bool {
        if entry.insight != self.insight {
            return false;
        }
        let Some(Attribute { attribute_key, attribute_value }) = &self.attribute else { return true };
        let value = attribute_value.as_str();
        match attribute_key.as_str() {
            "EventId" => &*entry.id == value,
            "EventName" => &*entry.name == value,
            "ReadOnly" => value == if entry.read_only { "true" } else { "false" },
            "Username" => entry.user.as_deref() == Some(value),
            "ResourceType" => entry.resources.iter().any(|(kind, _)| kind.as_deref() == Some(value)),
            "ResourceName" => entry.resources.iter().any(|(_, name)| &**name == value),
            "EventSource" => &*entry.source == value,
            "AccessKeyId" => entry.key.as_deref() == Some(value),
            _ => false,
        }
    }
}

/// Length of a value: `_`, space, comma and line end count twice.
fn weigh(value: &str) -> usize {
    value.chars().map(|character| if matches!(character, '_' | ' ' | ',' | '\n') { 2 } else { 1 }).sum()
}

fn event(entry: &Entry) -> Value {
    let mut event = json!({
        "EventId": entry.id,
        "EventName": entry.name,
        "EventTime": seconds(entry.time),
        "EventSource": entry.source,
        "Resources": entry.resources.iter().map(|(kind, name)| {
            let mut resource = json!({"ResourceName": name});
            if let Some(kind) = kind {
                resource["ResourceType"] = json!(kind);
            }
            resource
        }).collect::<Vec<_>>(),
        "CloudTrailEvent": entry.record,
    });
    if !entry.insight {
        event["ReadOnly"] = json!(if entry.read_only { "true" } else { "false" });
    }
    if let Some(user) = &entry.user {
        event["Username"] = json!(user);
    }
    if let Some(key) = &entry.key {
        event["AccessKeyId"] = json!(key);
    }
    event
}

/// A time as JSON 1.1 writes it: seconds, with a fraction only where there is one.
pub(super) fn seconds(time: Time) -> Value {
    let millis = time.as_millis();
    if millis % 1000 == 0 { json!(millis / 1000) } else { json!(millis as f64 / 1000.0) }
}
