use cloudtrail::search::{Expr, TimeRange, parse};
use cloudtrail::time::Time;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::corpus::{SPAN, START};

/// Terms of every kind, most of which fit some of the records.
pub const TERMS: &[&str] = &[
    "event:StopInstances",
    "event:stop*",
    "event:\"StopInstances\"",
    "event:*Instances",
    "event:é*",
    "event:*",
    "event:ÉCOLESTOP",
    "event:?top",
    "event:S*p,GetObject",
    "event:\"\"",
    "event:nothing",
    "event:**",
    "service:ec2",
    "service:ec2.amazonaws.com",
    "service:*.amazonaws.com",
    "service:\"s3\"",
    "service:école.example",
    "service:*",
    "who:jo",
    "who:\"jo\"",
    "who:jo@*",
    "who:émile",
    "who:root",
    "who:ci-deploy",
    "who:111122223333",
    "who:*",
    "user:jo",
    "user:ÉMILE",
    "user:*@example.com",
    "user:*",
    "role:admin",
    "role:\"Admin\"",
    "role:*",
    "role:AWSReservedSSO_*",
    "ip:203.0.113.7",
    "ip:203.0.113.0/24",
    "ip:10.0.0.0/8",
    "ip:2001:db8::1",
    "ip:2001:db8::/32",
    "ip:*amazonaws*",
    "ip:10.0.0.0/8,203.*",
    "ip:::ffff:10.1.2.3",
    "ip:*",
    "ip:0.0.0.0/0",
    "region:eu-*",
    "region:\"eu-west-1\"",
    "region:*",
    "account:111122223333",
    "account:prod-payments",
    "account:dev*",
    "account:*éclair",
    "account:\"prod-payments\"",
    "account:*",
    "error:*",
    "error:AccessDenied",
    "error:\"AccessDenied\"",
    "error:*denied,throttling",
    "resource:prod-logs",
    "resource:i-3",
    "resource:b.txt",
    "resource:pay",
    "resource:*",
    "resource:arn:aws:s3*",
    "resource:École",
    "resource:\"Pay\"",
    "resource:admin",
    "key:ASIAEXAMPLE2",
    "key:\"ASIAEXAMPLE2\"",
    "key:asia*",
    "key:*",
    "agent:aws-cli*",
    "agent:*script*",
    "agent:\"Boto3 \\\"x\\\" a/b\\\\c\"",
    "agent:*",
    "agent:*é",
    "category:Management",
    "category:insight",
    "category:Data,Aggregated",
    "category:*",
    "category:network*",
    "readOnly:true",
    "readOnly:false",
    "readOnly:*",
    "time:>2026-11-20",
    "time:<=2026-11-19T12:00Z",
    "time:2026-11-20",
    "time:*",
    "id:id-00007-É",
    "id:ID-00007-é",
    "id:insight-*",
    "id:sha256-*",
    "id:id-0001?-*",
    "id:*",
    "id:nothing,id-00009-É",
    "eventType:AwsApiCall",
    "eventVersion:1.0",
    "eventVersion:>1.05",
    "requestParameters.bucketName:prod-*",
    "requestParameters.bucketName:\"prod-logs\"",
    "requestParameters.bucketName:*",
    "requestParameters.bucketName:BÜCHER",
    "requestParameters.bucketName:\"a b\"",
    "requestparameters.INSTANCESSET.items.instanceid:i-3",
    "requestParameters:i-3",
    "requestParameters.maxResults:>5",
    "requestParameters.maxResults:<=5",
    "requestParameters.maxResults:5",
    "requestParameters.maxResults:>2026-11-19",
    "requestParameters.Tags.value:*é*",
    "requestParameters.Tags.value:\"say \\\"hi\\\"\"",
    "requestParameters.Tags.key:aws:tag/x",
    "requestParameters.empty:\"\"",
    "requestParameters.empty:*",
    "requestParameters.none:*",
    "requestParameters.Deep:z",
    ".Deep.x.y:z",
    "requestParameters:not*",
    "userIdentity.arn:*assumed-role/Admin/*",
    "userIdentity.arn:*",
    "userIdentity.arn:\"\"",
    "userIdentity.arn:a,\"\"",
    "userIdentity.arn:**",
    "sharedEventID:\"\"",
    "userIdentity.sessionContext.signInSessionArn:**",
    "useridentity.ARN:*/JO@example.com",
    "userIdentity.sessionContext.signInSessionArn:*session/1",
    "userIdentity.sessionContext.attributes.mfaAuthenticated:true",
    "userIdentity:jo",
    "userIdentity.type:Root",
    "responseElements.credentials.accessKeyId:ASIAEXAMPLE3",
    "responseElements.credentials.accessKeyId:*",
    "responseElements.credentials:*",
    "sharedEventID:shared-1",
    "sharedEventID:*",
    "sharedEventID:>5",
    "sharedEventID:\"SHARED-1\"",
    "errorMessage:*authorized*",
    "insightDetails.state:start",
    "summary.primaryDimension.statistics.value:>100",
    "resources.type:*object",
    "StopInstances",
    "\"StopInstances\"",
    "stopinst",
    "ÉCOLE",
    "\"École\"",
    "aws",
    "K",
    "prod-logs",
    "stop*ces",
    "i-?",
    "a/b",
    "\"say \\\"hi\\\"\"",
    "\"back\\\\slash\"",
    "\"two  spaces\"",
    "<script>",
    "bucketName",
    "\"accountId\\\":\\\"1\"",
    "203.0.113",
    "*",
    "nothing-at-all",
    "👩‍👦",
    "id-0000",
    "example.com",
    "*é*",
    "eventName*x",
    "2026-11-20T0",
];

/// Expressions over those terms, and over patterns that nobody would think of.
pub fn expressions() -> impl Strategy<Value = Expr> {
    let listed = proptest::sample::select(TERMS).prop_map(|text| parse(text).unwrap().expr);
    let field = proptest::sample::select(
        &["event", "who", "agent", "resource", "requestParameters.bucketName", "error"][..],
    );
    let odd = (field, "[SstopéÉ*?a-c]{1,5}")
        .prop_filter_map("not a term", |(field, pattern)| parse(&format!("{field}:{pattern}")).ok())
        .prop_map(|query| query.expr);
    let word = "[SstopéÉ*?a-c/.1\\-]{1,4}".prop_filter_map("not a word", |word| {
        parse(&word).ok().map(|query| query.expr).filter(|expr| *expr != Expr::All)
    });
    let leaf = prop_oneof![6 => listed, 1 => odd, 1 => word];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::and),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::or),
            inner.prop_map(Expr::negate),
        ]
    })
}

pub fn ranges() -> impl Strategy<Value = TimeRange> {
    // Mostly on the instants of events, where being half-open shows.
    let bound =
        || {
            proptest::option::of((0..SPAN / 60, prop_oneof![Just(0), 1i64..60_000]).prop_map(
                |(minute, millis)| Time::parse(START).unwrap().plus(minute as i64 * 60_000 + millis),
            ))
        };
    (bound(), bound()).prop_map(|(from, to)| TimeRange { from, to })
}

pub fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}
