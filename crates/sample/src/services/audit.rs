//! Looking after security: CloudTrail itself, Config, GuardDuty, Security Hub, the organisation.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, json};
use crate::time::{HOUR, Seconds, spoken};
use crate::world::{Place, TRAIL};

/// ARN of a trail.
pub fn trail_arn(place: &Place, name: &str) -> String {
    place.arn("cloudtrail", &format!("trail/{name}"))
}

/// DescribeTrails.
pub fn describe_trails() -> Call {
    Call::read("cloudtrail", "DescribeTrails", json!({"trailNameList": [], "includeShadowTrails": true}))
}

/// GetTrailStatus.
pub fn trail_status(place: &Place, name: &str) -> Call {
    Call::read("cloudtrail", "GetTrailStatus", json!({"name": (trail_arn(place, name))}))
}

/// StopLogging.
pub fn stop_logging(place: &Place, name: &str) -> Call {
    Call::write("cloudtrail", "StopLogging", json!({"name": (trail_arn(place, name))}), NULL)
}

/// StartLogging.
pub fn start_logging(place: &Place, name: &str) -> Call {
    Call::write("cloudtrail", "StartLogging", json!({"name": (trail_arn(place, name))}), NULL)
}

/// LookupEvents over the last hours.
pub fn lookup_events(dice: &mut Dice, time: Seconds) -> Call {
    let hours = Seconds::from(*dice.pick(&[1_u32, 12, 24, 168]));
    Call::read(
        "cloudtrail",
        "LookupEvents",
        json!({
            "lookupAttributes": [{"attributeKey": "ReadOnly", "attributeValue": "false"}],
            "startTime": (spoken(time - hours * HOUR)), "endTime": (spoken(time)), "maxResults": 50
        }),
    )
}

/// The calls behind the console's page of CloudTrail.
pub fn cloudtrail_page(dice: &mut Dice, place: &Place, time: Seconds) -> Vec<Call> {
    vec![
        describe_trails(),
        trail_status(place, TRAIL),
        Call::read("cloudtrail", "GetEventSelectors", json!({"trailName": (trail_arn(place, TRAIL))})),
        Call::read("cloudtrail", "GetInsightSelectors", json!({"trailName": (trail_arn(place, TRAIL))})),
        lookup_events(dice, time),
        Call::read("cloudtrail", "ListEventDataStores", json!({"maxResults": 25})),
    ]
}

/// The calls behind the console's pages of findings.
pub fn findings_page(dice: &mut Dice) -> Vec<Call> {
    let detector = dice.hex(32);
    vec![
        Call::read("guardduty", "ListDetectors", NULL),
        Call::read(
            "guardduty",
            "ListFindings",
            json!({"detectorId": (detector), "findingCriteria": {"criterion": {"severity": {"gte": 4}}}, "maxResults": 50}),
        ),
        Call::read(
            "guardduty",
            "GetFindingsStatistics",
            json!({"detectorId": detector, "findingStatisticTypes": ["COUNT_BY_SEVERITY"]}),
        ),
        Call::read(
            "securityhub",
            "GetFindings",
            json!({"Filters": {"RecordState": [{"Comparison": "EQUALS", "Value": "ACTIVE"}]}, "MaxResults": 100}),
        ),
        Call::read("securityhub", "GetInsights", json!({"MaxResults": 100})),
        Call::read("config", "DescribeComplianceByConfigRule", json!({"complianceTypes": ["NON_COMPLIANT"]})),
    ]
}

/// The calls behind the console's page of the organisation.
pub fn organization_page() -> Vec<Call> {
    let read = |name: &'static str| {
        Call::read("organizations", name, NULL).host("organizations.us-east-1.amazonaws.com".to_owned())
    };
    vec![
        read("DescribeOrganization"),
        read("ListAccounts"),
        read("ListRoots"),
        read("ListDelegatedAdministrators"),
    ]
}

/// What a posture scanner asks in each account.
pub fn scan(dice: &mut Dice, place: &Place) -> Call {
    match dice.below(12) {
        0 => crate::services::ec2::describe_groups(place),
        1 => crate::services::ec2::describe_snapshots(place),
        2 => crate::services::iam::plain("GetAccountPasswordPolicy"),
        3 => crate::services::iam::plain("GetCredentialReport"),
        4 => crate::services::iam::plain("ListVirtualMFADevices"),
        5 => crate::services::s3::list_buckets(dice, place),
        6 => describe_trails(),
        7 => trail_status(place, TRAIL),
        8 => Call::read("config", "DescribeConfigurationRecorderStatus", NULL),
        9 => Call::read("ec2", "DescribeFlowLogs", json!({"DescribeFlowLogsRequest": {"MaxResults": 1000}})),
        10 => Call::read("ec2", "GetEbsEncryptionByDefault", json!({"GetEbsEncryptionByDefaultRequest": ""})),
        _ => Call::read("access-analyzer", "ListAnalyzers", json!({"type": "ACCOUNT"})),
    }
}

/// What AWS Config records with its own role.
pub fn config_sweep(dice: &mut Dice, place: &Place) -> Call {
    match dice.below(6) {
        0 => crate::services::ec2::describe_groups(place),
        1 => crate::services::ec2::describe_volumes(dice, place),
        2 => crate::services::operations::scaling_groups(dice, place),
        3 => Call::read(
            "ec2",
            "DescribeNetworkInterfaces",
            json!({"networkInterfaceIdSet": {}, "filterSet": (crate::services::ec2::filter("vpc-id", &place.vpc))}),
        ),
        4 => {
            let bucket = dice.pick(&place.buckets);
            crate::services::s3::get_bucket_acl(dice, place, bucket)
        }
        _ => {
            let role = crate::services::iam::role_name(dice, place);
            crate::services::iam::get_role(&role)
        }
    }
}

/// Config's own PutEvaluations.
pub fn put_evaluations(dice: &mut Dice, place: &Place, time: Seconds) -> Call {
    let instance = crate::services::ec2::any(dice, place);
    let rule = *dice.pick(&[
        "encrypted-volumes",
        "restricted-ssh",
        "iam-user-mfa-enabled",
        "s3-bucket-public-read-prohibited",
    ]);
    Call::write(
        "config",
        "PutEvaluations",
        json!({"evaluations": [{"complianceResourceType": "AWS::EC2::Instance", "complianceResourceId": (instance.id), "complianceType": "COMPLIANT", "annotation": rule, "orderingTimestamp": (spoken(time))}], "resultToken": "HIDDEN_DUE_TO_SECURITY_REASONS", "testMode": false}),
        NULL,
    )
}
