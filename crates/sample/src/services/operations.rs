//! Watching over things: metrics, logs, load balancers, scaling groups, databases, containers, costs.

use crate::dice::Dice;
use crate::event::Call;
use crate::json::{NULL, Raw, json};
use crate::time::{HOUR, Seconds, spoken};
use crate::world::Place;

/// What every console page asks for besides its own data.
pub fn console_chrome(dice: &mut Dice, time: Seconds) -> Call {
    match dice.below(4) {
        0 => Call::read(
            "health",
            "DescribeEventAggregates",
            json!({"aggregateField": "eventTypeCategory", "filter": {
                "eventStatusCodes": ["open", "upcoming"], "startTimes": [{"from": (spoken(time - 7 * 24 * HOUR))}]
            }}),
        ),
        1 => Call::read("notifications", "ListNotificationHubs", NULL),
        2 => Call::read("organizations", "DescribeOrganization", NULL),
        _ => {
            Call::read("resource-explorer-2", "ListIndexes", json!({"MaxResults": 100, "Type": "AGGREGATOR"}))
        }
    }
}

/// The calls behind the console's page of metrics and alarms.
pub fn metrics_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let app = *dice.pick(place.apps);
    vec![
        Call::read(
            "monitoring",
            "DescribeAlarms",
            json!({"maxRecords": 100, "alarmTypes": ["MetricAlarm", "CompositeAlarm"], "stateValue": "ALARM"}),
        ),
        Call::read(
            "monitoring",
            "DescribeAlarms",
            json!({"alarmNamePrefix": (format!("{}-{app}", place.slug)), "maxRecords": 100}),
        ),
        Call::read("monitoring", "ListDashboards", NULL),
        Call::read("monitoring", "GetDashboard", json!({"dashboardName": (format!("{app}-overview"))})),
        Call::read(
            "monitoring",
            "ListMetrics",
            json!({"namespace": "AWS/ApplicationELB", "recentlyActive": "PT3H"}),
        ),
        Call::read("logs", "DescribeLogGroups", json!({"limit": 50, "includeLinkedAccounts": false})),
    ]
}

/// A look into an application's logs.
pub fn logs_page(dice: &mut Dice, place: &Place, time: Seconds) -> Vec<Call> {
    let app = *dice.pick(place.apps);
    let group = format!("/{}/{app}", place.slug);
    let query = dice.uuid();
    vec![
        Call::read("logs", "DescribeLogGroups", json!({"logGroupNamePrefix": (group), "limit": 50})),
        Call::write(
            "logs",
            "StartQuery",
            json!({"logGroupNames": [(group)], "startTime": (time - HOUR), "endTime": time, "queryString": "fields @timestamp, @message | filter level = \"ERROR\" | sort @timestamp desc | limit 100", "limit": 1000}),
            json!({"queryId": (query)}),
        ),
        Call::read("logs", "GetQueryResults", json!({"queryId": (query)})),
        Call::read("logs", "GetQueryResults", json!({"queryId": query})),
        Call::read(
            "logs",
            "FilterLogEvents",
            json!({"logGroupName": group, "startTime": ((time - HOUR) * 1000), "filterPattern": "timeout", "limit": 100}),
        ),
    ]
}

/// Load balancers and their targets.
pub fn balancers(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let app = *dice.pick(place.apps);
    let balancer = place
        .arn("elasticloadbalancing", &format!("loadbalancer/app/{}-{app}/{}", place.slug, &place.vpc[4..20]));
    let group =
        place.arn("elasticloadbalancing", &format!("targetgroup/{}-{app}/{}", place.slug, &place.vpc[5..21]));
    vec![
        Call::read("elasticloadbalancing", "DescribeLoadBalancers", json!({"pageSize": 400})),
        Call::read("elasticloadbalancing", "DescribeTargetGroups", json!({"loadBalancerArn": (balancer)})),
        Call::read("elasticloadbalancing", "DescribeTargetHealth", json!({"targetGroupArn": group})),
        Call::read("elasticloadbalancing", "DescribeListeners", json!({"loadBalancerArn": balancer})),
    ]
}

/// DescribeTargetHealth alone, which schedulers ask for all day.
pub fn target_health(dice: &mut Dice, place: &Place) -> Call {
    let app = dice.pick(place.apps);
    let group =
        place.arn("elasticloadbalancing", &format!("targetgroup/{}-{app}/{}", place.slug, &place.vpc[5..21]));
    Call::read("elasticloadbalancing", "DescribeTargetHealth", json!({"targetGroupArn": group}))
}

/// DescribeAutoScalingGroups of an application.
pub fn scaling_groups(dice: &mut Dice, place: &Place) -> Call {
    let app = dice.pick(place.apps);
    let group = format!("{}-{app}", place.slug);
    Call::read(
        "autoscaling",
        "DescribeAutoScalingGroups",
        json!({"autoScalingGroupNames": [(group)], "maxRecords": 100}),
    )
}

/// The calls behind the console's page of databases.
pub fn databases_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let name = format!("{}-{}", place.slug, dice.pick(place.apps));
    vec![
        Call::read("rds", "DescribeDBInstances", json!({"maxRecords": 100})),
        Call::read("rds", "DescribeDBClusters", json!({"includeShared": true, "maxRecords": 100})),
        Call::read(
            "rds",
            "DescribeDBClusterSnapshots",
            json!({"dBClusterIdentifier": (name), "includeShared": false, "includePublic": false}),
        ),
        Call::read("rds", "DescribePendingMaintenanceActions", NULL),
        Call::read(
            "rds",
            "DescribeEvents",
            json!({"sourceIdentifier": name, "sourceType": "db-cluster", "duration": 1440}),
        ),
        Call::read(
            "rds",
            "ListTagsForResource",
            json!({"resourceName": (place.arn("rds", &format!("cluster:{name}")))}),
        ),
    ]
}

/// The calls behind the console's page of a container service.
pub fn containers_page(dice: &mut Dice, place: &Place) -> Vec<Call> {
    let (cluster, app) = (place.arn("ecs", &format!("cluster/{}", place.slug)), *dice.pick(place.apps));
    let named = |name: &'static str, request: Raw| {
        Call::read("ecs", name, request).on(place.account, "AWS::ECS::Cluster", &cluster)
    };
    vec![
        named("ListClusters", json!({"maxResults": 100})),
        named("DescribeClusters", json!({"clusters": [(cluster)], "include": ["STATISTICS", "TAGS"]})),
        named("ListServices", json!({"cluster": (cluster), "maxResults": 100})),
        describe_service(place, app),
        named("ListTasks", json!({"cluster": (cluster), "serviceName": app, "desiredStatus": "RUNNING"})),
        Call::read(
            "ecs",
            "DescribeTaskDefinition",
            json!({"taskDefinition": (format!("{}-{app}:{}", place.slug, dice.between(20, 90)))}),
        ),
    ]
}

/// ECS DescribeServices of one service.
pub fn describe_service(place: &Place, app: &str) -> Call {
    let cluster = place.arn("ecs", &format!("cluster/{}", place.slug));
    let service = place.arn("ecs", &format!("service/{}/{app}", place.slug));
    Call::read(
        "ecs",
        "DescribeServices",
        json!({"cluster": (cluster), "services": [(service)], "include": ["TAGS"]}),
    )
    .on(place.account, "AWS::ECS::Service", &service)
}

/// The calls behind the console's page of costs.
pub fn costs_page() -> Vec<Call> {
    let read = |name: &'static str, request: Raw| {
        Call::read("ce", name, request).host("ce.us-east-1.amazonaws.com".to_owned())
    };
    vec![
        read(
            "GetCostAndUsage",
            json!({"Granularity": "DAILY", "Metrics": ["UnblendedCost"], "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}]}),
        ),
        read("GetCostForecast", json!({"Granularity": "MONTHLY", "Metric": "UNBLENDED_COST"})),
        read("GetDimensionValues", json!({"Dimension": "LINKED_ACCOUNT", "Context": "COST_AND_USAGE"})),
        Call::read("budgets", "DescribeBudgets", json!({"maxResults": 100}))
            .host("budgets.amazonaws.com".to_owned()),
    ]
}

/// PutMetricAlarm for an application.
pub fn put_alarm(dice: &mut Dice, place: &Place) -> Call {
    let app = *dice.pick(place.apps);
    let name = format!("{}-{app}-5xx", place.slug);
    let topic = place.arn("sns", &format!("{}-{app}-alerts", place.slug));
    let request = json!({
        "alarmName": name, "alarmDescription": "server errors above normal", "namespace": "AWS/ApplicationELB",
        "metricName": "HTTPCode_Target_5XX_Count", "statistic": "Sum", "period": 60, "evaluationPeriods": 5,
        "datapointsToAlarm": 3, "threshold": (dice.between(5, 60)), "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "notBreaching", "actionsEnabled": true, "alarmActions": [(topic)],
        "dimensions": [{"name": "LoadBalancer", "value": (format!("app/{}-{app}", place.slug))}]
    });
    Call::write("monitoring", "PutMetricAlarm", request, NULL)
}
