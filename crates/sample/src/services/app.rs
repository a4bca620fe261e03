//! What applications call while they run: parameters, secrets, log streams, tables, functions.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::world::{Instance, Place};

/// SSM UpdateInstanceInformation, the agent's heartbeat.
pub fn heartbeat(place: &Place, instance: &Instance) -> Call {
    let request = json!({
        "instanceId": (instance.id), "agentVersion": "3.3.3050.0", "agentStatus": "Active",
        "platformType": "Linux", "platformName": "Amazon Linux", "platformVersion": "2023",
        "iPAddress": (instance.address),
        "computerName": (format!("ip-{}.{}.compute.internal", instance.address.replace('.', "-"), place.region)),
        "agentName": "amazon-ssm-agent", "availabilityZone": (instance.zone), "sSMConnectionChannel": "ssmmessages"
    });
    Call::write("ssm", "UpdateInstanceInformation", request, NULL)
}

/// The ARN of an application's parameter.
pub fn parameter(place: &Place, app: &str, name: &str) -> String {
    place.arn("ssm", &format!("parameter/{}/{app}/{name}", place.slug))
}

/// SSM GetParameter.
pub fn get_parameter(dice: &mut Dice, place: &Place, app: &str) -> Call {
    let name = *dice.pick(&["feature-flags", "database-url", "queue-url", "partner-endpoint", "limits"]);
    Call::read(
        "ssm",
        "GetParameter",
        json!({"name": (format!("/{}/{app}/{name}", place.slug)), "withDecryption": true}),
    )
    .on(place.account, "", &parameter(place, app, name))
}

/// SSM GetParametersByPath.
pub fn get_parameters(place: &Place, app: &str) -> Call {
    let path = format!("/{}/{app}", place.slug);
    Call::read(
        "ssm",
        "GetParametersByPath",
        json!({"path": path, "recursive": true, "withDecryption": true, "maxResults": 10}),
    )
    .on(place.account, "", &parameter(place, app, ""))
}

/// SSM PutParameter; CloudTrail hides the value.
pub fn put_parameter(dice: &mut Dice, place: &Place, app: &str) -> Call {
    let name = *dice.pick(&["feature-flags", "limits"]);
    let request = json!({
        "name": (format!("/{}/{app}/{name}", place.slug)), "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "type": "String", "overwrite": true, "tier": "Standard"
    });
    Call::write("ssm", "PutParameter", request, json!({"version": (dice.between(2, 90)), "tier": "Standard"}))
        .on(place.account, "", &parameter(place, app, name))
}

/// Secrets Manager GetSecretValue.
pub fn get_secret(secret: &str) -> Call {
    Call::read("secretsmanager", "GetSecretValue", json!({"secretId": secret, "versionStage": "AWSCURRENT"}))
}

/// CloudWatch Logs CreateLogStream of a function.
pub fn create_log_stream(dice: &mut Dice, function: &str) -> Call {
    let day = dice.between(1, 28);
    let request = json!({
        "logGroupName": (format!("/aws/lambda/{function}")),
        "logStreamName": (format!("2026/11/{day:02}/[$LATEST]{}", dice.hex(32)))
    });
    Call::write("logs", "CreateLogStream", request, NULL)
}

/// Lambda Invoke, a data event.
pub fn invoke(dice: &mut Dice, place: &Place) -> Call {
    let function = dice.pick(&place.functions);
    let arn = place.arn("lambda", &format!("function:{function}"));
    let request =
        json!({"functionName": (arn), "invocationType": "Event", "contentType": "application/json"});
    Call::write("lambda", "Invoke", request, NULL)
        .on(place.account, "AWS::Lambda::Function", &arn)
        .with(json!({"functionVersion": (format!("{arn}:$LATEST"))}))
        .data()
}

/// DynamoDB GetItem, Query or UpdateItem, a data event.
pub fn table_item(dice: &mut Dice, place: &Place, app: &str) -> Call {
    let table = format!("{}-{app}", place.slug);
    let arn = place.arn("dynamodb", &format!("table/{table}"));
    let key = json!({"pk": (format!("merchant#{:05}", dice.between(1, 40_000))), "sk": (format!("order#{}", dice.hex(10)))});
    let call = match dice.below(3) {
        0 => Call::read(
            "dynamodb",
            "GetItem",
            json!({"tableName": table, "key": key, "consistentRead": false}),
        ),
        1 => Call::read(
            "dynamodb",
            "Query",
            json!({"tableName": table, "keyConditionExpression": "HIDDEN_DUE_TO_SECURITY_REASONS", "limit": 50, "scanIndexForward": true}),
        ),
        _ => Call::write(
            "dynamodb",
            "UpdateItem",
            json!({"tableName": table, "key": key, "updateExpression": "HIDDEN_DUE_TO_SECURITY_REASONS", "returnValues": "UPDATED_NEW"}),
            NULL,
        ),
    };
    call.on(place.account, "AWS::DynamoDB::Table", &arn).id(dice.upper(52)).data()
}

/// SQS or SNS calls that are management events.
pub fn messaging(dice: &mut Dice, place: &Place, app: &str) -> Call {
    if dice.below(2) == 0 {
        let url =
            format!("https://sqs.{}.amazonaws.com/{}/{}-{app}", place.region, place.account, place.slug);
        Call::read("sqs", "GetQueueAttributes", json!({"queueUrl": url, "attributeNames": ["All"]}))
    } else {
        let arn = place.arn("sns", &format!("{}-{app}-alerts", place.slug));
        Call::read("sns", "GetTopicAttributes", json!({"topicArn": arn}))
    }
}

/// RDS or DynamoDB settings that an application reads at its start.
pub fn describe_store(dice: &mut Dice, place: &Place, app: &str) -> Call {
    let name = format!("{}-{app}", place.slug);
    if dice.below(2) == 0 {
        let arn = place.arn("dynamodb", &format!("table/{name}"));
        Call::read("dynamodb", "DescribeTable", json!({"tableName": name}))
            .on(place.account, "AWS::DynamoDB::Table", &arn)
            .id(dice.upper(52))
    } else {
        Call::read("rds", "DescribeDBClusters", json!({"dBClusterIdentifier": name, "includeShared": false}))
    }
}

/// The calls behind the console's list of functions and one function's page.
pub fn functions_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let function = dice.pick(&place.functions).clone();
    let named = |name: &'static str| Call::read("lambda", name, json!({"functionName": (function)}));
    vec![
        Call::read("lambda", "ListFunctions20150331", json!({"maxItems": 50})),
        Call::read("lambda", "GetAccountSettings20160819", NULL),
        named("GetFunction20150331v2"),
        named("GetFunctionConfiguration20150331v2"),
        named("ListVersionsByFunction20150331"),
        named("ListAliases20150331"),
        named("ListEventSourceMappings20150331"),
        named("GetPolicy20150331v2"),
        named("GetFunctionCodeSigningConfig"),
        Call::read(
            "logs",
            "DescribeLogStreams",
            json!({"logGroupName": (format!("/aws/lambda/{function}")), "orderBy": "LastEventTime", "descending": true, "limit": 50}),
        ),
    ]
}

/// The calls behind the console's page of a table.
pub fn tables_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let app = *dice.pick(place.apps);
    let (table, arn) =
        (format!("{}-{app}", place.slug), place.arn("dynamodb", &format!("table/{}-{app}", place.slug)));
    let named = |name: &'static str, request: Raw| {
        Call::read("dynamodb", name, request).on(place.account, "AWS::DynamoDB::Table", &arn)
    };
    vec![
        Call::read("dynamodb", "ListTables", json!({"limit": 100})),
        named("DescribeTable", json!({"tableName": (table)})),
        named("DescribeContinuousBackups", json!({"tableName": (table)})),
        named("DescribeTimeToLive", json!({"tableName": (table)})),
        named("ListTagsOfResource", json!({"resourceArn": (arn)})),
        Call::read(
            "application-autoscaling",
            "DescribeScalableTargets",
            json!({"serviceNamespace": "dynamodb", "resourceIds": [(format!("table/{table}"))]}),
        ),
    ]
}

/// The calls behind the console's page of secrets and parameters.
pub fn secrets_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let secret = dice.pick(&place.secrets).clone();
    vec![
        Call::read(
            "secretsmanager",
            "ListSecrets",
            json!({"maxResults": 100, "includePlannedDeletion": false, "sortOrder": "asc"}),
        ),
        Call::read("secretsmanager", "DescribeSecret", json!({"secretId": (secret)})),
        Call::read("secretsmanager", "GetResourcePolicy", json!({"secretId": (secret)})),
        Call::read(
            "secretsmanager",
            "ListSecretVersionIds",
            json!({"secretId": secret, "includeDeprecated": true}),
        ),
        Call::read(
            "ssm",
            "DescribeParameters",
            json!({"maxResults": 50, "shared": false, "parameterFilters": [{"key": "Path", "option": "Recursive", "values": [(format!("/{}", place.slug))]}]}),
        ),
    ]
}
