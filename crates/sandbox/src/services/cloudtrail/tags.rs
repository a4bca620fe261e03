//! AddTags, RemoveTags, ListTags.

use serde::Deserialize;
use serde_json::{Value, json};

use super::trails::check_management;
use super::{find, kept, read};
use crate::problem::{Problem, Result};
use crate::trails::{Trail, Trails};
use crate::world::{Call, Done, lock};

/// Most tags on a trail.
const MOST: usize = 50;
/// Most resources that ListTags takes.
const MOST_RESOURCES: usize = 20;
const TRAIL: &str = "AWS::CloudTrail::Trail";

/// A tag as it comes in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    resource_id: Option<String>,
    resource_id_list: Option<Vec<String>>,
    tags_list: Option<Vec<Tag>>,
    next_token: Option<String>,
}

pub(super) fn add_tags(call: &Call<'_>, input: &Value) -> Result<Done> {
    let (arn, tags) = one(call, input)?;
    call.allow("cloudtrail:AddTags", Some(&arn))?;
    let mut trails = lock(&call.world.trails);
    let mut trail = own(call, &trails, &arn)?.clone();
    add(&mut trail.tags, tags)?;
    trails.put(trail).map_err(kept)?;
    Ok(Done::read(json!({})).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn remove_tags(call: &Call<'_>, input: &Value) -> Result<Done> {
    let (arn, tags) = one(call, input)?;
    call.allow("cloudtrail:RemoveTags", Some(&arn))?;
    let mut trails = lock(&call.world.trails);
    let mut trail = own(call, &trails, &arn)?.clone();
    // A value in the request narrows nothing down: the key is what counts.
    trail.tags.retain(|(key, _)| tags.iter().all(|tag| tag.key != *key));
    trails.put(trail).map_err(kept)?;
    Ok(Done::read(json!({})).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn list_tags(call: &Call<'_>, input: &Value) -> Result<Done> {
    let input: Input = read(input)?;
    if input.next_token.is_some_and(|token| !token.is_empty()) {
        // Reserved for future use: there is never a second page.
        return Err(Problem::new("InvalidTokenException", "The token is not valid."));
    }
    let arns = input.resource_id_list.unwrap_or_default();
    if arns.is_empty() || arns.len() > MOST_RESOURCES {
        let text = format!("Specify between 1 and {MOST_RESOURCES} resources.");
        return Err(Problem::new("InvalidParameterException", text));
    }
    let mut list = Vec::new();
    for arn in arns {
        check(call, &arn)?;
        call.allow("cloudtrail:ListTags", Some(&arn))?;
        let trails = lock(&call.world.trails);
        let tags: Vec<Value> = own(call, &trails, &arn)?
            .tags
            .iter()
            .map(|(key, value)| match value {
                Some(value) => json!({"Key": key, "Value": value}),
                None => json!({"Key": key}),
            })
            .collect();
        list.push(json!({"ResourceId": arn, "TagsList": tags}));
    }
    Ok(Done::read(json!({"ResourceTagList": list})))
}

/// Adds tags; one whose key is there already gets the new value.
///
/// # Errors
/// When a tag breaks a rule, or there are too many.
pub(super) fn add(tags: &mut Vec<(String, Option<String>)>, more: Vec<Tag>) -> Result<()> {
    let mut given: Vec<String> = Vec::new();
    for Tag { key, value } in more {
        let letters = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c));
        let length = |text: &str, most: usize| text.chars().count() <= most;
        let value_fits = value.as_deref().is_none_or(|value| letters(value) && length(value, 256));
        if key.is_empty()
            || !length(&key, 128)
            || !letters(&key)
            || key.to_lowercase().starts_with("aws:")
            || !value_fits
            || given.contains(&key)
        {
            return Err(Problem::new(
                "InvalidTagParameterException",
                format!("Tag key or value is not valid, or is given twice: {key}"),
            ));
        }
        given.push(key.clone());
        match tags.iter_mut().find(|(other, _)| *other == key) {
            Some(tag) => tag.1 = value,
            None => tags.push((key, value)),
        }
    }
    if tags.len() > MOST {
        return Err(Problem::new(
            "TagsLimitExceededException",
            format!("A resource can have at most {MOST} tags."),
        ));
    }
    Ok(())
}

fn one(call: &Call<'_>, input: &Value) -> Result<(String, Vec<Tag>)> {
    let input: Input = read(input)?;
    let arn = input.resource_id.unwrap_or_default();
    check(call, &arn)?;
    let tags = input.tags_list.filter(|tags| !tags.is_empty());
    let tags =
        tags.ok_or_else(|| Problem::new("InvalidTagParameterException", "Specify at least one tag."))?;
    Ok((arn, tags))
}

/// Tags hang on ARNs alone. Besides trails CloudTrail knows resources that the sandbox has none of.
fn check(call: &Call<'_>, arn: &str) -> Result<()> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let invalid = |code: &'static str| Problem::new(code, format!("Resource ARN is not valid: {arn}"));
    let ["arn", "aws", "cloudtrail", _, _, resource] = parts[..] else {
        return Err(invalid("CloudTrailARNInvalidException"));
    };
    let (kind, id) = resource.split_once('/').unwrap_or((resource, ""));
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let not_found = |code: &'static str| Problem::new(code, format!("Resource {arn} is not found."));
    Err(match kind {
        "trail" => return find::arn(call, arn).map(drop),
        "eventdatastore" if is_id => not_found("EventDataStoreNotFoundException"),
        "eventdatastore" => invalid("EventDataStoreARNInvalidException"),
        // ListTags has no exception of its own for these.
        "channel" if is_id && call.operation != "ListTags" => not_found("ChannelNotFoundException"),
        "channel" if !is_id => invalid("ChannelARNInvalidException"),
        "channel" | "dashboard" => not_found("ResourceNotFoundException"),
        _ => {
            let text = format!("The type of the resource {arn} is not supported.");
            Problem::new("ResourceTypeNotSupportedException", text)
        }
    })
}

/// The account's trail, called for in its home Region. Those of an organisation belong to its management account.
fn own<'t>(call: &Call<'_>, trails: &'t Trails, arn: &str) -> Result<&'t Trail> {
    let seen = trails.get(arn).filter(|trail| trail.is_seen_in(&call.caller.account, &call.region));
    if let Some(trail) = seen.filter(|trail| trail.region == call.region) {
        if trail.account == call.caller.account {
            return Ok(trail);
        }
        if call.operation != "ListTags" {
            return check_management(call).map(|()| trail);
        }
    }
    Err(Problem::new("ResourceNotFoundException", format!("Resource {arn} is not found.")))
}
