//! Get and PutEventSelectors, Get and PutInsightSelectors.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{find, kept, read};
use crate::problem::{Problem, Result};
use crate::trails::Trail;
use crate::trails::selectors::{Advanced, Basic, Selectors};
use crate::world::{Call, Done, lock};

const TRAIL: &str = "AWS::CloudTrail::Trail";
const INSIGHTS: [&str; 2] = ["ApiCallRateInsight", "ApiErrorRateInsight"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    trail_name: Option<String>,
    event_data_store: Option<String>,
    event_selectors: Option<Vec<Basic>>,
    advanced_event_selectors: Option<Vec<Advanced>>,
    insight_selectors: Option<Vec<Insight>>,
    insights_destination: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Insight {
    insight_type: Option<String>,
    event_categories: Option<Vec<String>>,
}

pub(super) fn get(call: &Call<'_>, input: &Value) -> Result<Done> {
    let name = trail_name(read(input)?)?;
    call.allow("cloudtrail:GetEventSelectors", Some(&find::arn(call, &name)?))?;
    let trails = lock(&call.world.trails);
    Ok(Done::read(selectors(find::to_read(call, &trails, &name)?)))
}

pub(super) fn put(call: &Call<'_>, input: &Value) -> Result<Done> {
    let mut input: Input = read(input)?;
    let (basic, advanced) = (input.event_selectors.take(), input.advanced_event_selectors.take());
    let name = trail_name(input)?;
    let arn = find::arn(call, &name)?;
    call.allow("cloudtrail:PutEventSelectors", Some(&arn))?;
    let mut trails = lock(&call.world.trails);
    let mut trail = find::to_change(call, &trails, &name)?;
    trail.selectors = Selectors::new(basic, advanced)?;
    let output = selectors(&trail);
    trails.put(trail).map_err(kept)?;
    Ok(Done::wrote(output).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn get_insights(call: &Call<'_>, input: &Value) -> Result<Done> {
    let name = trail_or_store(read(input)?)?;
    call.allow("cloudtrail:GetInsightSelectors", Some(&find::arn(call, &name)?))?;
    let trails = lock(&call.world.trails);
    let trail = find::to_read(call, &trails, &name)?;
    if trail.insights.is_empty() {
        let text = format!(
            "Trail {} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.",
            trail.arn()
        );
        return Err(Problem::new("InsightNotEnabledException", text));
    }
    Ok(Done::read(insights(trail)))
}

pub(super) fn put_insights(call: &Call<'_>, input: &Value) -> Result<Done> {
    let mut input: Input = read(input)?;
    let asked = input.insight_selectors.take();
    let name = trail_or_store(input)?;
    let arn = find::arn(call, &name)?;
    call.allow("cloudtrail:PutInsightSelectors", Some(&arn))?;
    let asked =
        asked.ok_or_else(|| Problem::new("InvalidParameterException", "Insight selectors are missing."))?;
    let mut trails = lock(&call.world.trails);
    let mut trail = find::to_change(call, &trails, &name)?;
    let invalid = |text: String| Problem::new("InvalidInsightSelectorsException", text);
    let mut list: Vec<(String, Vec<String>)> = Vec::new();
    for Insight { insight_type, event_categories } in asked {
        let kind = insight_type.unwrap_or_default();
        if !INSIGHTS.contains(&kind.as_str()) || list.iter().any(|(other, _)| *other == kind) {
            return Err(invalid(format!("The insight type {kind} is not valid, or is given twice.")));
        }
        let categories = event_categories.unwrap_or_else(|| vec!["Management".to_owned()]);
        if categories.is_empty() || categories.iter().any(|name| name != "Management" && name != "Data") {
            return Err(invalid(
                "Event categories of an insight selector are Management and Data.".to_owned(),
            ));
        }
        let selectors = &trail.selectors;
        for category in &categories {
            let (records, what) = match (kind.as_str(), category.as_str()) {
                ("ApiCallRateInsight", "Management") => {
                    (selectors.has_management(false), "write management events")
                }
                (_, "Management") => {
                    let any = selectors.has_management(false) || selectors.has_management(true);
                    (any, "read or write management events")
                }
                _ => (selectors.has_data(), "read or write data events"),
            };
            if !records {
                return Err(invalid(format!(
                    "The trail must log {what} to log Insights of the type {kind}."
                )));
            }
        }
        list.push((kind, categories));
    }
    trail.insights = list;
    let output = insights(&trail);
    trails.put(trail).map_err(kept)?;
    Ok(Done::wrote(output).on(&call.caller.account, TRAIL, &arn))
}

fn trail_name(input: Input) -> Result<String> {
    input.trail_name.ok_or_else(|| Problem::new("InvalidTrailNameException", "Trail name cannot be blank!"))
}

/// The operations on Insights take a trail or an event data store, and the sandbox has none of the latter.
fn trail_or_store(input: Input) -> Result<String> {
    match (input.trail_name, input.event_data_store) {
        (Some(name), None) if input.insights_destination.is_none() => Ok(name),
        (Some(_), _) => Err(Problem::new(
            "InvalidParameterCombinationException",
            "Specify either a trail name or event data stores, not both.",
        )),
        (None, Some(_)) => Err(Problem::new(
            "UnsupportedOperationException",
            "Event data stores are not supported by this endpoint.",
        )),
        (None, None) => {
            Err(Problem::new("InvalidParameterException", "Specify a trail name or an event data store."))
        }
    }
}

fn selectors(trail: &Trail) -> Value {
    match &trail.selectors {
        Selectors::Basic(list) => json!({"TrailARN": trail.arn(), "EventSelectors": list}),
        Selectors::Advanced(list) => json!({"TrailARN": trail.arn(), "AdvancedEventSelectors": list}),
    }
}

fn insights(trail: &Trail) -> Value {
    let list: Vec<Value> = trail
        .insights
        .iter()
        .map(|(kind, categories)| json!({"InsightType": kind, "EventCategories": categories}))
        .collect();
    json!({"TrailARN": trail.arn(), "InsightSelectors": list})
}
