//! What a deployment does: images, stacks, functions and container services.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::time::{Seconds, spoken};
use crate::world::Place;

/// ECR GetAuthorizationToken.
pub fn registry_token() -> Call {
    Call::read("ecr", "GetAuthorizationToken", NULL)
}

/// The calls of `docker push`.
pub fn push_image(dice: &mut Dice, place: &Place, app: &str) -> Vec<Call> {
    let arn = place.arn("ecr", &format!("repository/{app}"));
    let (upload, layer, digest) = (dice.uuid(), dice.hex(64), dice.hex(64));
    let on = |call: Call| call.on(place.account, "AWS::ECR::Repository", &arn);
    let image = json!({"registryId": (place.account), "repositoryName": app, "imageId": {"imageDigest": (format!("sha256:{digest}")), "imageTag": (&digest[..12])}});
    vec![
        on(Call::read(
            "ecr",
            "BatchCheckLayerAvailability",
            json!({"registryId": (place.account), "repositoryName": app, "layerDigests": [(format!("sha256:{layer}"))]}),
        )),
        on(Call::write(
            "ecr",
            "InitiateLayerUpload",
            json!({"registryId": (place.account), "repositoryName": app}),
            json!({"uploadId": (upload), "partSize": 20_971_520}),
        )),
        on(Call::write(
            "ecr",
            "CompleteLayerUpload",
            json!({"registryId": (place.account), "repositoryName": app, "uploadId": (upload), "layerDigests": [(format!("sha256:{layer}"))]}),
            json!({"registryId": (place.account), "repositoryName": app, "uploadId": (upload), "layerDigest": (format!("sha256:{layer}"))}),
        )),
        on(Call::write(
            "ecr",
            "PutImage",
            json!({"registryId": (place.account), "repositoryName": app, "imageTag": (&digest[..12]), "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json"}),
            json!({"image": image}),
        )),
    ]
}

/// ECS RegisterTaskDefinition of a new image.
pub fn register_task(dice: &mut Dice, place: &Place, app: &str) -> Call {
    let family = format!("{}-{app}", place.slug);
    let image = format!("{}.dkr.ecr.{}.amazonaws.com/{app}:{}", place.account, place.region, dice.hex(12));
    let container = json!({
        "name": app, "image": image, "cpu": 512, "memory": 1024, "essential": true,
        "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": (format!("/{}/{app}", place.slug)), "awslogs-region": (place.region), "awslogs-stream-prefix": "app"}}
    });
    let role = format!("arn:aws:iam::{}:role/{app}-task", place.account);
    let request = json!({
        "family": (family), "taskRoleArn": (role), "executionRoleArn": (format!("arn:aws:iam::{}:role/ecs-execution", place.account)),
        "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "512", "memory": "1024",
        "containerDefinitions": (Raw::list([container.clone()]))
    });
    let arn = place.arn("ecs", &format!("task-definition/{family}:{}", dice.between(40, 190)));
    let response = json!({"taskDefinition": {
        "taskDefinitionArn": (arn), "family": family, "taskRoleArn": role, "networkMode": "awsvpc", "status": "ACTIVE",
        "containerDefinitions": (Raw::list([container])), "compatibilities": ["EC2", "FARGATE"]
    }});
    Call::write("ecs", "RegisterTaskDefinition", request, response)
}

/// ECS UpdateService to a new task definition.
pub fn update_service(dice: &mut Dice, place: &Place, app: &str, time: Seconds) -> Call {
    let cluster = place.arn("ecs", &format!("cluster/{}", place.slug));
    let service = place.arn("ecs", &format!("service/{}/{app}", place.slug));
    let task = place.arn("ecs", &format!("task-definition/{}-{app}:{}", place.slug, dice.between(40, 190)));
    let request = json!({"cluster": (place.slug), "service": app, "taskDefinition": (task), "forceNewDeployment": false});
    let response = json!({"service": {
        "serviceArn": (service), "serviceName": app, "clusterArn": cluster, "status": "ACTIVE", "desiredCount": 3,
        "runningCount": 3, "pendingCount": 0, "launchType": "FARGATE", "taskDefinition": (task),
        "deployments": [{"id": (format!("ecs-svc/{}", dice.between(1_000_000, 9_000_000))), "status": "PRIMARY", "taskDefinition": (task), "desiredCount": 3, "pendingCount": 0, "runningCount": 0, "createdAt": (spoken(time)), "rolloutState": "IN_PROGRESS"}]
    }});
    Call::write("ecs", "UpdateService", request, response).on(place.account, "AWS::ECS::Service", &service)
}

/// The calls that move a stack forward with a change set.
pub fn change_stack(dice: &mut Dice, place: &Place, app: &str) -> Vec<Call> {
    let stack = place.arn("cloudformation", &format!("stack/{}-{app}/{}", place.slug, dice.uuid()));
    let (name, set) = (format!("{}-{app}", place.slug), format!("deploy-{}", dice.hex(8)));
    let set_arn = place.arn("cloudformation", &format!("changeSet/{set}/{}", dice.uuid()));
    let template = format!(
        "https://{}.s3.{}.amazonaws.com/templates/{app}-{}.yaml",
        place.bucket("artifacts"),
        place.region,
        dice.hex(12)
    );
    vec![
        Call::read("cloudformation", "DescribeStacks", json!({"stackName": (name)})),
        Call::write(
            "cloudformation",
            "CreateChangeSet",
            json!({"stackName": (name), "changeSetName": (set), "changeSetType": "UPDATE", "templateURL": template, "capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"], "parameters": [{"parameterKey": "Environment", "parameterValue": (place.slug)}], "tags": [{"key": "Application", "value": app}]}),
            json!({"id": (set_arn), "stackId": (stack)}),
        ),
        Call::read(
            "cloudformation",
            "DescribeChangeSet",
            json!({"changeSetName": (set_arn), "stackName": (stack)}),
        ),
        Call::write(
            "cloudformation",
            "ExecuteChangeSet",
            json!({"changeSetName": set_arn, "stackName": (stack), "disableRollback": false}),
            NULL,
        ),
        Call::read("cloudformation", "DescribeStackEvents", json!({"stackName": stack})),
    ]
}

/// Lambda UpdateFunctionCode.
pub fn update_function(dice: &mut Dice, place: &Place, function: &str, time: Seconds) -> Call {
    let arn = place.arn("lambda", &format!("function:{function}"));
    let bucket = place.bucket("artifacts");
    let request = json!({
        "functionName": function, "s3Bucket": bucket, "s3Key": (format!("builds/{}/{function}.zip", dice.hex(12))),
        "publish": true, "dryRun": false, "architectures": ["arm64"]
    });
    let response = json!({
        "functionName": function, "functionArn": (arn), "runtime": "nodejs22.x",
        "role": (format!("arn:aws:iam::{}:role/{function}-function", place.account)), "handler": "index.handler",
        "codeSize": (dice.between(20_000, 900_000)), "description": "", "timeout": 30, "memorySize": 512,
        "lastModified": (crate::time::rfc3339(time).replace('Z', ".000+0000")), "codeSha256": (format!("{}=", dice.base64(43))),
        "version": (dice.between(20, 400).to_string()), "environment": {}, "tracingConfig": {"mode": "Active"},
        "revisionId": (dice.uuid()), "state": "Active", "lastUpdateStatus": "InProgress",
        "lastUpdateStatusReasonCode": "Creating", "packageType": "Zip", "architectures": ["arm64"],
        "ephemeralStorage": {"size": 512}, "snapStart": {"applyOn": "None", "optimizationStatus": "Off"},
        "loggingConfig": {"logFormat": "JSON", "logGroup": (format!("/aws/lambda/{function}"))}
    });
    Call::write("lambda", "UpdateFunctionCode20150331v2", request, response).on(
        place.account,
        "AWS::Lambda::Function",
        &arn,
    )
}

/// Lambda GetFunction, asked until the update is through.
pub fn get_function(function: &str) -> Call {
    Call::read("lambda", "GetFunction20150331v2", json!({"functionName": function}))
}
