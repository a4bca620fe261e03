//! Trails: made, changed, looked at, taken away.

use sandbox::Who;
use serde_json::{Value, json};

use crate::client::{Client, Stand};

const BUCKET: &str = "example-prod-audit-logs";

async fn ok(client: &Client, operation: &str, input: Value) -> Value {
    let answer = client.trail(operation, input).await;
    assert_eq!(answer.status, 200, "{operation}: {answer:?}");
    answer.json()
}

async fn code(client: &Client, operation: &str, input: Value) -> String {
    let answer = client.trail(operation, input).await;
    assert!((400..500).contains(&answer.status), "{operation}: {answer:?}");
    answer.code()
}

#[tokio::test]
async fn a_trail_lives_and_dies() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let made = ok(&admin, "CreateTrail", json!({"Name": "mine", "S3BucketName": BUCKET, "IsMultiRegionTrail": true, "EnableLogFileValidation": true,
        "SnsTopicName": "news", "KmsKeyId": "alias/logs", "TagsList": [{"Key": "team", "Value": "red"}]})).await;
    let arn = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/mine";
    assert_eq!(
        (&made["TrailARN"], &made["SnsTopicARN"]),
        (&json!(arn), &json!("arn:aws:sns:eu-central-1:111122223333:news"))
    );
    assert_eq!(
        code(&admin, "CreateTrail", json!({"Name": "mine", "S3BucketName": BUCKET})).await,
        "TrailAlreadyExistsException"
    );

    assert_eq!(made["RecursiveLogging"], true);
    let status = ok(&admin, "GetTrailStatus", json!({"Name": "mine"})).await;
    assert_eq!(status["IsLogging"], false);
    ok(&admin, "StartLogging", json!({"Name": "mine"})).await;
    stand.clock.forward(60);
    ok(&admin, "StartLogging", json!({"Name": arn})).await;
    let status = ok(&admin, "GetTrailStatus", json!({"Name": arn})).await;
    assert_eq!(
        (&status["IsLogging"], &status["StartLoggingTime"]),
        (&json!(true), &json!(1_795_348_800)),
        "since the first time"
    );
    ok(&admin, "StopLogging", json!({"Name": "mine"})).await;
    assert_eq!(ok(&admin, "GetTrailStatus", json!({"Name": "mine"})).await["StopLoggingTime"], 1_795_348_860);

    let changed = ok(
        &admin,
        "UpdateTrail",
        json!({"Name": "mine", "S3KeyPrefix": "p", "KmsKeyId": "", "RecursiveLogging": false}),
    )
    .await;
    assert_eq!(
        (&changed["S3KeyPrefix"], &changed["KmsKeyId"], &changed["IsMultiRegionTrail"]),
        (&json!("p"), &Value::Null, &json!(true))
    );

    let elsewhere = admin.in_region("us-west-2");
    let shadow = ok(&elsewhere, "GetTrail", json!({"Name": arn})).await;
    assert_eq!(shadow["Trail"]["HomeRegion"], "eu-central-1");
    assert_eq!(code(&elsewhere, "GetTrail", json!({"Name": "mine"})).await, "TrailNotFoundException");
    assert_eq!(code(&elsewhere, "UpdateTrail", json!({"Name": arn})).await, "InvalidHomeRegionException");
    assert_eq!(code(&elsewhere, "DeleteTrail", json!({"Name": arn})).await, "InvalidHomeRegionException");

    ok(&admin, "DeleteTrail", json!({"Name": "mine"})).await;
    assert_eq!(code(&admin, "GetTrailStatus", json!({"Name": "mine"})).await, "TrailNotFoundException");
    let history = admin.history().await;
    let record = history
        .iter()
        .find(|record| record["eventName"] == "CreateTrail" && record["errorCode"].is_null())
        .unwrap();
    assert_eq!(record["requestParameters"]["s3BucketName"], BUCKET);
    assert_eq!(record["responseElements"]["trailARN"], arn);
    assert_eq!((&record["readOnly"], &record["resources"][0]["ARN"]), (&json!(false), &json!(arn)));
}

#[tokio::test]
async fn the_sample_has_four_trails() {
    let stand = Stand::empty().await;
    let auditor = stand.client(Who::Auditor);
    let names = |answer: &Value| {
        let list = answer["trailList"].as_array().unwrap().iter();
        list.map(|trail| trail["Name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ok(&auditor, "DescribeTrails", json!({})).await;
    assert_eq!(names(&all), ["partner-audit", "payments-audit", "organization-trail"]);
    let shadows = ok(&auditor.in_region("eu-west-1"), "DescribeTrails", json!({})).await;
    assert_eq!(names(&shadows).len(), 3);
    let none =
        ok(&auditor.in_region("eu-west-1"), "DescribeTrails", json!({"includeShadowTrails": false})).await;
    assert!(names(&none).is_empty());
    let own = ok(&auditor, "DescribeTrails", json!({"includeShadowTrails": false})).await;
    assert_eq!(
        names(&own),
        ["partner-audit", "payments-audit"],
        "the organisation's is a shadow in a member account"
    );
    let one = ok(&auditor, "DescribeTrails", json!({"trailNameList": ["payments-audit"]})).await;
    assert_eq!(names(&one), ["payments-audit"]);
    let elsewhere = auditor.in_region("eu-west-1");
    let named = ok(&elsewhere, "DescribeTrails", json!({"trailNameList": ["payments-audit"]})).await;
    assert!(names(&named).is_empty(), "a name is that of a trail of the Region");

    let organization = "arn:aws:cloudtrail:eu-central-1:777788889999:trail/organization-trail";
    let trail = ok(&auditor, "GetTrail", json!({"Name": organization})).await;
    assert_eq!(
        (&trail["Trail"]["IsOrganizationTrail"], &trail["Trail"]["HasInsightSelectors"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        ok(&auditor, "GetTrailStatus", json!({"Name": "partner-audit"})).await["LatestDeliveryError"],
        "AccessDenied"
    );
    let staging = stand.client_of(stand.running.session("444455556666", "Auditor", "me", 900).unwrap());
    assert_eq!(ok(&staging, "GetTrailStatus", json!({"Name": "staging-debug"})).await["IsLogging"], false);
    let of_one_region = "arn:aws:cloudtrail:eu-central-1:444455556666:trail/staging-debug";
    let asked = json!({"trailNameList": [of_one_region]});
    let found = ok(&staging.in_region("us-west-2"), "DescribeTrails", asked.clone()).await;
    assert_eq!(names(&found), ["staging-debug"], "an ARN leads to another Region");
    assert!(names(&ok(&auditor, "DescribeTrails", asked).await).is_empty(), "and not to another account");
    let listed = ok(&staging.in_region("sa-east-1"), "ListTrails", json!({})).await;
    assert_eq!(listed["Trails"].as_array().unwrap().len(), 2);

    let admin = stand.client(Who::Administrator);
    assert_eq!(
        code(&admin, "StopLogging", json!({"Name": organization})).await,
        "NotOrganizationMasterAccountException"
    );
    let answer = auditor.trail("StopLogging", json!({"Name": "payments-audit"})).await;
    assert_eq!(
        answer.json()["message"],
        "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: cloudtrail:StopLogging on resource: \
         arn:aws:cloudtrail:eu-central-1:111122223333:trail/payments-audit because no identity-based policy allows the \
         cloudtrail:StopLogging action"
    );
}

#[tokio::test]
async fn every_mistake_has_its_exception() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    for (change, expected) in [
        (json!({"Name": "a"}), "InvalidTrailNameException"),
        (json!({"Name": null}), "InvalidTrailNameException"),
        (json!({"Name": "arn:aws:cloudtrail:x"}), "InvalidTrailNameException"),
        (json!({"S3BucketName": null}), "InvalidS3BucketNameException"),
        (json!({"S3BucketName": "A"}), "InvalidS3BucketNameException"),
        (json!({"S3BucketName": "nobody-has-it"}), "S3BucketDoesNotExistException"),
        (json!({"S3BucketName": "example-partner-audit-logs"}), "InsufficientS3BucketPolicyException"),
        (json!({"S3KeyPrefix": "x".repeat(201)}), "InvalidS3PrefixException"),
        (json!({"SnsTopicName": "a b"}), "InvalidSnsTopicNameException"),
        (json!({"KmsKeyId": "key"}), "InvalidKmsKeyIdException"),
        (json!({"KmsKeyId": "arn:aws:kms:us-east-1:111122223333:alias/logs"}), "KmsKeyNotFoundException"),
        (json!({"CloudWatchLogsLogGroupArn": "x"}), "InvalidCloudWatchLogsLogGroupArnException"),
        (json!({"CloudWatchLogsRoleArn": "x"}), "InvalidCloudWatchLogsRoleArnException"),
        (
            json!({"CloudWatchLogsRoleArn": "arn:aws:iam::1:role/r"}),
            "InvalidCloudWatchLogsLogGroupArnException",
        ),
        (
            json!({"IsMultiRegionTrail": true, "IncludeGlobalServiceEvents": false}),
            "InvalidParameterCombinationException",
        ),
        (json!({"IsOrganizationTrail": true}), "NotOrganizationMasterAccountException"),
        (json!({"TagsList": [{"Key": "aws:x"}]}), "InvalidTagParameterException"),
        (
            json!({"TagsList": (0..51).map(|n| json!({"Key": n.to_string()})).collect::<Vec<_>>()}),
            "TagsLimitExceededException",
        ),
        (json!({"IsMultiRegionTrail": "yes"}), "SerializationException"),
    ] {
        let mut input = json!({"Name": "mine", "S3BucketName": BUCKET});
        change.as_object().unwrap().iter().for_each(|(key, value)| input[key] = value.clone());
        assert_eq!(code(&admin, "CreateTrail", input).await, expected, "{change}");
    }
    assert_eq!(
        code(&admin, "GetTrail", json!({"Name": "arn:aws:cloudtrail:x"})).await,
        "CloudTrailARNInvalidException"
    );
    for name in ["one", "two", "three"] {
        ok(&admin, "CreateTrail", json!({"Name": name, "S3BucketName": BUCKET})).await;
    }
    let sixth = json!({"Name": "four", "S3BucketName": BUCKET});
    assert_eq!(code(&admin, "CreateTrail", sixth).await, "MaximumNumberOfTrailsExceededException");
}

#[tokio::test]
async fn selectors() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let name = json!({"TrailName": "payments-audit"});
    let with = |more: Value| {
        let mut input = name.clone();
        more.as_object().unwrap().iter().for_each(|(key, value)| input[key] = value.clone());
        input
    };
    let first = ok(&admin, "GetEventSelectors", name.clone()).await;
    assert_eq!(first["EventSelectors"][0]["ReadWriteType"], "All");
    let advanced = json!([{"Name": "writes", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["true"]}]}]);
    ok(&admin, "PutEventSelectors", with(json!({"AdvancedEventSelectors": advanced}))).await;
    let now = ok(&admin, "GetEventSelectors", name.clone()).await;
    assert_eq!((&now["AdvancedEventSelectors"], &now["EventSelectors"]), (&advanced, &Value::Null));
    assert_eq!(
        ok(&admin, "GetTrail", json!({"Name": "payments-audit"})).await["Trail"]["HasCustomEventSelectors"],
        true
    );
    let both = with(json!({"AdvancedEventSelectors": advanced, "EventSelectors": [{}]}));
    assert_eq!(code(&admin, "PutEventSelectors", both).await, "InvalidEventSelectorsException");

    assert_eq!(code(&admin, "GetInsightSelectors", name.clone()).await, "InsightNotEnabledException");
    let rate = json!({"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]});
    assert_eq!(
        code(&admin, "PutInsightSelectors", with(rate)).await,
        "InvalidInsightSelectorsException",
        "only reads are recorded"
    );
    for (kind, category) in [("ApiCallRateInsight", "Data"), ("ApiErrorRateInsight", "Data")] {
        let input = json!({"InsightSelectors": [{"InsightType": kind, "EventCategories": [category]}]});
        assert_eq!(
            code(&admin, "PutInsightSelectors", with(input)).await,
            "InvalidInsightSelectorsException",
            "no data events are recorded"
        );
    }
    let destination = json!({"InsightSelectors": [], "InsightsDestination": "arn:aws:cloudtrail:x"});
    assert_eq!(
        code(&admin, "PutInsightSelectors", with(destination)).await,
        "InvalidParameterCombinationException"
    );
    let errors = json!({"InsightSelectors": [{"InsightType": "ApiErrorRateInsight"}]});
    ok(&admin, "PutInsightSelectors", with(errors)).await;
    let insights = ok(&admin, "GetInsightSelectors", name.clone()).await;
    assert_eq!(
        insights["InsightSelectors"],
        json!([{"InsightType": "ApiErrorRateInsight", "EventCategories": ["Management"]}])
    );
    ok(&admin, "PutInsightSelectors", with(json!({"InsightSelectors": []}))).await;
    assert_eq!(code(&admin, "GetInsightSelectors", name.clone()).await, "InsightNotEnabledException");
    let store = with(json!({"EventDataStore": "arn:aws:cloudtrail:x"}));
    assert_eq!(code(&admin, "GetInsightSelectors", store).await, "InvalidParameterCombinationException");
    assert_eq!(code(&admin, "GetInsightSelectors", json!({})).await, "InvalidParameterException");
}

#[tokio::test]
async fn tags() {
    let stand = Stand::empty().await;
    let admin = stand.client(Who::Administrator);
    let arn = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/payments-audit";
    ok(&admin, "AddTags", json!({"ResourceId": arn, "TagsList": [{"Key": "a", "Value": "1"}, {"Key": "owner", "Value": "me"}, {"Key": "bare"}]})).await;
    ok(&admin, "RemoveTags", json!({"ResourceId": arn, "TagsList": [{"Key": "a"}]})).await;
    let list = ok(&admin, "ListTags", json!({"ResourceIdList": [arn]})).await;
    assert_eq!(
        list["ResourceTagList"][0]["TagsList"],
        json!([{"Key": "owner", "Value": "me"}, {"Key": "bare"}])
    );
    let tag = json!([{"Key": "k"}]);
    for (id, expected) in [
        ("payments-audit", "CloudTrailARNInvalidException"),
        ("arn:aws:cloudtrail:eu-central-1:111122223333:trail/none", "ResourceNotFoundException"),
        ("arn:aws:cloudtrail:eu-central-1:111122223333:dashboard/x", "ResourceNotFoundException"),
        ("arn:aws:cloudtrail:eu-central-1:111122223333:query/x", "ResourceTypeNotSupportedException"),
        (
            "arn:aws:cloudtrail:eu-central-1:111122223333:eventdatastore/e-1",
            "EventDataStoreNotFoundException",
        ),
        ("arn:aws:cloudtrail:eu-central-1:111122223333:eventdatastore/", "EventDataStoreARNInvalidException"),
        ("arn:aws:cloudtrail:eu-central-1:111122223333:channel/a b", "ChannelARNInvalidException"),
        ("arn:aws:s3:::example", "CloudTrailARNInvalidException"),
    ] {
        assert_eq!(code(&admin, "AddTags", json!({"ResourceId": id, "TagsList": tag})).await, expected);
        assert_eq!(code(&admin, "ListTags", json!({"ResourceIdList": [id]})).await, expected);
    }
    let channel = "arn:aws:cloudtrail:eu-central-1:111122223333:channel/0123";
    let add = |id: &str, tags: Value| json!({"ResourceId": id, "TagsList": tags});
    assert_eq!(code(&admin, "RemoveTags", add(channel, tag.clone())).await, "ChannelNotFoundException");
    let channels = json!({"ResourceIdList": [channel]});
    assert_eq!(code(&admin, "ListTags", channels).await, "ResourceNotFoundException");
    let twice = json!([{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]);
    assert_eq!(code(&admin, "AddTags", add(arn, twice)).await, "InvalidTagParameterException");
    assert_eq!(
        code(&admin, "ListTags", json!({"ResourceIdList": [arn], "NextToken": "x"})).await,
        "InvalidTokenException"
    );
    let organization = "arn:aws:cloudtrail:eu-central-1:777788889999:trail/organization-trail";
    assert_eq!(
        code(&admin, "AddTags", add(organization, tag.clone())).await,
        "NotOrganizationMasterAccountException"
    );
    let elsewhere = admin.in_region("eu-west-1");
    assert_eq!(code(&elsewhere, "AddTags", add(arn, tag)).await, "ResourceNotFoundException", "not at home");
}

#[tokio::test]
async fn trails_outlive_the_program_in_a_state_folder() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Stand::with(|options| options.state = Some(folder.path().to_owned()));
    let stand = start().await;
    ok(&stand.client(Who::Administrator), "CreateTrail", json!({"Name": "mine", "S3BucketName": BUCKET}))
        .await;
    stand.running.stop().await;
    let again = start().await;
    ok(&again.client(Who::Administrator), "GetTrail", json!({"Name": "mine"})).await;
}
