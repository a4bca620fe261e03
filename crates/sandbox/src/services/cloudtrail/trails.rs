//! CreateTrail, UpdateTrail, DeleteTrail, GetTrail, DescribeTrails, ListTrails.

use serde::Deserialize;
use serde_json::{Value, json};

use super::settings::Asked;
use super::tags::Tag;
use super::{find, kept, read};
use crate::delivery::digests::Chain;
use crate::identity::sample::MANAGEMENT;
use crate::problem::{Problem, Result};
use crate::trails::selectors::Selectors;
use crate::trails::{Status, Trail};
use crate::world::{Call, Done, lock};

/// Most trails in a Region, shadows included (User Guide, limits).
const MOST_TRAILS: usize = 5;
const TRAIL: &str = "AWS::CloudTrail::Trail";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: Option<String>,
}

pub(super) fn create(call: &Call<'_>, input: &Value) -> Result<Done> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Tags {
        tags_list: Option<Vec<Tag>>,
    }
    let name = name(input)?;
    find::check_name(&name)?;
    let arn = find::arn(call, &name)?;
    call.allow("cloudtrail:CreateTrail", Some(&arn))?;
    let asked: Asked = read(input)?;
    let Tags { tags_list } = read(input)?;
    let mut tags = Vec::new();
    super::tags::add(&mut tags, tags_list.unwrap_or_default())?;
    let settings = asked.for_new_trail(call)?;
    let mut trails = lock(&call.world.trails);
    if trails.get(&arn).is_some() {
        let text = format!("Trail {name} already exists for customer: {}", call.caller.account);
        return Err(Problem::new("TrailAlreadyExistsException", text));
    }
    let own = trails
        .seen_in(&call.caller.account, &call.region)
        .filter(|trail| trail.account == call.caller.account);
    if own.count() >= MOST_TRAILS {
        let text =
            format!("User: {} already has {MOST_TRAILS} trails in {}.", call.caller.account, call.region);
        return Err(Problem::new("MaximumNumberOfTrailsExceededException", text));
    }
    let trail = Trail {
        account: call.caller.account.clone(),
        region: call.region.clone(),
        name,
        settings,
        selectors: Selectors::default(),
        insights: Vec::new(),
        tags,
        // A new trail records nothing until StartLogging.
        status: Status::default(),
        cursor: 0,
        until: None,
        pending: Vec::new(),
        chain: Chain::new(),
    };
    check_bucket(call, &trail)?;
    let output = created(&trail);
    trails.put(trail).map_err(kept)?;
    Ok(Done::wrote(output).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn update(call: &Call<'_>, input: &Value) -> Result<Done> {
    let name = name(input)?;
    let arn = find::arn(call, &name)?;
    call.allow("cloudtrail:UpdateTrail", Some(&arn))?;
    let asked: Asked = read(input)?;
    let mut trails = lock(&call.world.trails);
    let mut trail = find::to_change(call, &trails, &name)?;
    let validated = trail.settings.validated;
    trail.settings = asked.over(call, trail.settings)?;
    if trail.settings.validated != validated {
        // Without validation the chain ends, and with it a new one begins.
        trail.pending.clear();
        trail.chain.clear();
    }
    check_bucket(call, &trail)?;
    let output = created(&trail);
    trails.put(trail).map_err(kept)?;
    Ok(Done::wrote(output).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn delete(call: &Call<'_>, input: &Value) -> Result<Done> {
    let name = name(input)?;
    let arn = find::arn(call, &name)?;
    call.allow("cloudtrail:DeleteTrail", Some(&arn))?;
    let mut trails = lock(&call.world.trails);
    find::to_change(call, &trails, &name)?;
    trails.remove(&arn).map_err(kept)?;
    Ok(Done::read(json!({})).on(&call.caller.account, TRAIL, &arn))
}

pub(super) fn get(call: &Call<'_>, input: &Value) -> Result<Done> {
    let name = name(input)?;
    call.allow("cloudtrail:GetTrail", Some(&find::arn(call, &name)?))?;
    let trails = lock(&call.world.trails);
    Ok(Done::read(json!({"Trail": described(find::to_read(call, &trails, &name)?)})))
}

pub(super) fn describe(call: &Call<'_>, input: &Value) -> Result<Done> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Input {
        trail_name_list: Option<Vec<String>>,
        include_shadow_trails: Option<bool>,
    }
    call.allow("cloudtrail:DescribeTrails", None)?;
    let Input { trail_name_list, include_shadow_trails } = read(input)?;
    let names = trail_name_list.unwrap_or_default();
    let asked = names.iter().map(|name| find::arn(call, name)).collect::<Result<Vec<_>>>()?;
    let shadows = include_shadow_trails.unwrap_or(true);
    let trails = lock(&call.world.trails);
    let account = &call.caller.account;
    let list: Vec<Value> = if asked.is_empty() {
        // In a member account the organisation's trail is a shadow at home, too.
        let is_own = |trail: &&Trail| trail.region == call.region && trail.account == *account;
        let seen = trails.seen_in(account, &call.region);
        seen.filter(|trail| shadows || is_own(trail)).map(described).collect()
    } else {
        // A name is that of a trail in this Region; an ARN may lead to another one.
        let all = trails.of_account(account);
        all.filter(|trail| asked.contains(&trail.arn())).map(described).collect()
    };
    Ok(Done::read(json!({"trailList": list})))
}

pub(super) fn list(call: &Call<'_>, _input: &Value) -> Result<Done> {
    call.allow("cloudtrail:ListTrails", None)?;
    let trails = lock(&call.world.trails);
    let list: Vec<Value> = trails
        .of_account(&call.caller.account)
        .map(|trail| json!({"TrailARN": trail.arn(), "Name": trail.name, "HomeRegion": trail.region}))
        .collect();
    // Never more than one page: an account has five trails in a Region at most.
    Ok(Done::read(json!({"Trails": list})))
}

/// The name or ARN that nearly every operation asks for.
pub(super) fn name(input: &Value) -> Result<String> {
    let Named { name } = read(input)?;
    name.ok_or_else(|| Problem::new("InvalidTrailNameException", "Trail name cannot be blank!"))
}

/// What CreateTrail and UpdateTrail answer.
fn created(trail: &Trail) -> Value {
    let settings = &trail.settings;
    let mut out = json!({
        "Name": trail.name,
        "S3BucketName": settings.bucket,
        "IncludeGlobalServiceEvents": settings.global,
        "IsMultiRegionTrail": settings.multi_region,
        "TrailARN": trail.arn(),
        "LogFileValidationEnabled": settings.validated,
        "IsOrganizationTrail": settings.organization,
        "RecursiveLogging": settings.recursive,
    });
    for (member, value) in [
        ("S3KeyPrefix", &settings.prefix),
        ("SnsTopicARN", &settings.topic),
        ("CloudWatchLogsLogGroupArn", &settings.log_group),
        ("CloudWatchLogsRoleArn", &settings.log_role),
        ("KmsKeyId", &settings.key),
    ] {
        if let Some(value) = value {
            out[member] = json!(value);
        }
    }
    if let Some(name) = settings.topic.as_ref().and_then(|arn| arn.rsplit(':').next()) {
        out["SnsTopicName"] = json!(name);
    }
    out
}

/// What GetTrail and DescribeTrails answer.
fn described(trail: &Trail) -> Value {
    let mut out = created(trail);
    out["HomeRegion"] = json!(trail.region);
    out["HasCustomEventSelectors"] = json!(trail.selectors.are_custom());
    out["HasInsightSelectors"] = json!(!trail.insights.is_empty());
    out
}

/// CloudTrail looks at the bucket before it accepts a trail, and at where the key is.
fn check_bucket(call: &Call<'_>, trail: &Trail) -> Result<()> {
    use crate::s3::buckets::Obstacle;
    let settings = &trail.settings;
    let (bucket, prefix) = (settings.bucket.as_str(), settings.prefix.as_deref());
    let buckets = lock(&call.world.buckets);
    match buckets.check(bucket, prefix, &trail.account, &trail.arn()) {
        Ok(()) => {
            let region = buckets.get(bucket).map(|bucket| bucket.region.as_str());
            // `arn:aws:kms:<region>:…`
            let key = settings.key.as_ref().filter(|key| key.split(':').nth(3) != region);
            let elsewhere = |key: &String| {
                let text = format!("KMS key {key} must be in the Region of the S3 bucket {bucket}.");
                Err(Problem::new("KmsKeyNotFoundException", text))
            };
            key.map_or(Ok(()), elsewhere)
        }
        Err(Obstacle::NoSuchBucket) => {
            Err(Problem::new("S3BucketDoesNotExistException", format!("S3 bucket {bucket} does not exist!")))
        }
        Err(Obstacle::AccessDenied) => Err(Problem::new(
            "InsufficientS3BucketPolicyException",
            format!("Incorrect S3 bucket policy is detected for bucket: {bucket}"),
        )),
    }
}

/// Whether the caller may make trails of the organisation.
pub(super) fn check_management(call: &Call<'_>) -> Result<()> {
    if call.caller.account == MANAGEMENT {
        return Ok(());
    }
    let text = "Only the management account of an organization can create or change its trails.";
    Err(Problem::new("NotOrganizationMasterAccountException", text))
}
