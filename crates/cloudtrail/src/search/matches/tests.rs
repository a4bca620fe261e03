//! The meaning of each term, held against one record of every kind that matters.

use proptest::prelude::*;

use super::*;
use crate::json::Tape;
use crate::search::parse;

const STOP: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAX:jo@example.com",
"arn":"arn:aws:sts::111122223333:assumed-role/Admin/jo@example.com","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE1",
"sessionContext":{"attributes":{"mfaAuthenticated":"true"},"sessionIssuer":{"type":"Role","userName":"Admin"}}},
"eventTime":"2026-11-22T09:30:07Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"eu-west-1",
"sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2 (\u003ctest\u003e) a\/b","errorCode":"Client.UnauthorizedOperation",
"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0abc"},{"instanceId":"i-0def"}]},"force":false,"dryRun":null,
"maxResults":50,"limit":"7","since":"2026-11-20T00:00:00Z","note":"say \"hi\"","empty":"","none":{},"Tags":{"aws:tag/x":"École"}},
"responseElements":null,"eventID":"11111111-2222","readOnly":false,"eventType":"AwsApiCall","eventCategory":"Management",
"recipientAccountId":"111122223333","resources":[{"ARN":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc","type":"AWS::EC2::Instance"},
{"ARN":"arn:aws:lambda:eu-west-1:111122223333:function:Pay"}],"tlsDetails":{"tlsVersion":"TLSv1.3"}}"#;

const OLD: &str = r#"{"eventVersion":"1.0","userIdentity":{"type":"Root","arn":"arn:aws:iam::444455556666:root"},
"eventTime":"2014-03-06T21:22:54Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1",
"sourceIPAddress":"2001:DB8:0:0::1","requestParameters":{"userName":"Alice"}}"#;

fn holds(text: &str, json: &str) -> bool {
    let query = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let names: AccountNames = [("111122223333".to_owned(), "prod-payments".to_owned())].into_iter().collect();
    let mut tape = Tape::default();
    let record = Record::read(tape.parse(json).unwrap()).unwrap();
    let holds = matches(&query.expr, &record, &names);
    if holds && let Some(literals) = required_literals(&query.expr) {
        let raw = json.to_ascii_lowercase();
        assert!(literals.iter().any(|literal| raw.contains(literal)), "{text} requires one of {literals:?}");
    }
    holds
}

#[test]
fn fields_match_whole_values_without_case_unless_quoted() {
    let matching = [
        "event:stopinstances",
        "event:Stop*",
        "event:\"StopInstances\"",
        "-event:Start*",
        "event:a,StopInstances",
        "service:ec2",
        "service:EC2.amazonaws.com",
        "service:ec*",
        "service:*.amazonaws.com",
        "service:\"ec2\"",
        "who:jo@example.com",
        "who:jo@*",
        "user:jo@example.com",
        "role:admin",
        "region:eu-*",
        "ip:203.0.113.9",
        "ip:203.0.113.0/24",
        "ip:10.0.0.0/8,203.*",
        "account:111122223333",
        "account:prod-payments",
        "account:Prod-*",
        "error:*",
        "error:*unauthorized*",
        "key:ASIAEXAMPLE1",
        "agent:aws-cli*",
        "agent:*a/b",
        "category:management",
        "readOnly:false",
        "readOnly:no",
        "readOnly:*",
        "id:11111111-2222",
        "id:*",
        "resource:i-0abc",
        "resource:i-0DEF",
        "resource:pay",
        "resource:function:pay OR resource:Pay",
        "resource:arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc",
        "resource:*instance*",
        "resource:*",
        "time:2026-11-22",
        "time:2026-11-22T09:30Z",
        "time:2026-11-22T09:30:07Z",
        "time:>=2026-11-22T09:30:07Z",
        "time:<=2026-11-22",
        "time:>2026-11-21",
        "time:*",
        "-time:>2026-11-22",
    ];
    let not_matching = [
        "event:Stop",
        "event:\"stopinstances\"",
        "-event:Stop*",
        "service:ec",
        "service:amazonaws.com",
        "service:\"EC2\"",
        "ip:203.0.113",
        "ip:10.0.0.0/8",
        "ip:2001:db8::/32",
        "account:444455556666",
        "account:dev",
        "-error:*",
        "category:data",
        "readOnly:true",
        "resource:0abc",
        "resource:instance",
        "who:Admin",
        "time:2026-11-21",
        "time:>2026-11-22T09:30:07Z",
        "time:<2026-11-22",
        "id:sha256-*",
    ];
    for text in matching {
        assert!(holds(text, STOP), "{text}");
    }
    for text in not_matching {
        assert!(!holds(text, STOP), "{text}");
    }
}

#[test]
fn old_records_have_defaults() {
    for text in [
        "category:Management",
        "-readOnly:*",
        "-error:*",
        "who:root",
        "user:root",
        "ip:2001:db8::1",
        "ip:2001:db8::/32",
        "id:sha256-*",
        "account:*",
        "-account:prod-payments",
        "-role:*",
    ] {
        assert_eq!(holds(text, OLD), text != "account:*", "{text}");
    }
}

#[test]
fn paths_go_through_arrays_and_end_at_any_scalar_below() {
    let matching = [
        "requestParameters.instancesSet.items.instanceId:i-0def",
        "requestparameters.INSTANCESSET.items.instanceid:I-0DEF",
        "requestParameters:i-0abc",
        "requestParameters.instancesSet:*",
        "requestParameters.force:false",
        "requestParameters.force:*",
        "requestParameters.maxResults:50",
        "requestParameters.maxResults:>=50",
        "requestParameters.maxResults:<100",
        "requestParameters.limit:<10",
        "requestParameters.since:>2026-11-19",
        "requestParameters.since:<=2026-11-20",
        "requestParameters.Tags.\"aws:tag/x\":École",
        ".Tags:* OR requestParameters.tags:éCOLE",
        "userIdentity.sessionContext.attributes.mfaAuthenticated:true",
        "resources.type:AWS::EC2::Instance",
        "eventType:AwsApiCall",
        "tlsDetails.tlsVersion:TLSv1.3",
        ".eventName:Stop*",
        "requestParameters.note:*hi*",
        "-requestParameters.dryRun:*",
        "-requestParameters.empty:*",
        "-requestParameters.none:*",
        "-responseElements:*",
        "-requestParameters.absent:*",
        "requestParameters.empty:\"\"",
    ];
    for text in matching {
        assert!(holds(text, STOP), "{text}");
    }
    for text in [
        "requestParameters.instanceId:i-0abc",
        "requestParameters.maxResults:>50",
        "requestParameters.note:>5",
        "requestParameters.dryRun:null",
        "requestParameters.maxResults:50.0",
        "instancesSet.items:i-0abc",
        "requestParameters:\"I-0ABC\"",
    ] {
        assert!(!holds(text, STOP), "{text}");
    }
}

#[test]
fn words_are_found_in_the_whole_record() {
    for text in [
        "stopinst",
        "\"StopInst\"",
        "ec2.amazonaws.com",
        "instanceId",
        "203.0.113.9",
        "\"i-0def\"",
        "<test>",
        "\"<test>\"",
        "a/b",
        "\"say \\\"hi\\\"\"",
        "\"\\\\\\\"hi\"",
        "ÉCOLE",
        "stop*ces",
        "i-?abc",
        "arn:aws:ec2:eu-west-1:111122223333:instance/*",
        "-nothing",
        "jo@example.com AND (StartInstances OR StopInstances)",
        "*",
    ] {
        assert!(holds(text, STOP), "{text}");
    }
    for text in ["\"stopinst\"", "ec2*StopInstances", "nothing", "\"école\"", "-jo@example.com", "<u003c"] {
        assert!(!holds(text, STOP), "{text}");
    }
}

#[test]
fn values_can_be_tested_without_a_record() {
    let names: AccountNames = [("111122223333".to_owned(), "prod".to_owned())].into_iter().collect();
    let test = |text: &str, value: &str| match parse(text).unwrap().expr {
        Expr::Field(FieldRef::Known(field), test) => CompiledTest::new(field, &test, &names).matches(value),
        other => panic!("{other:?}"),
    };
    assert!(test("service:ec2", "ec2.amazonaws.com"));
    assert!(test("account:prod", "111122223333"));
    assert!(test("resource:b", "arn:aws:s3:::b"));
    assert!(test("time:>2026-11-21", "2026-11-22T09:30:07Z"));
    assert!(!test("error:*", ""));
}

fn record_text() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<String>().prop_map(serde_json::Value::from),
        "[a-cA-C/<>\" \\\\é]{0,6}".prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
    ];
    (value.clone(), value.clone(), "[a-c]{1,3}", any::<bool>()).prop_map(|(a, b, key, pretty)| {
        let record = serde_json::json!({"eventName": a, "requestParameters": {key: [b]}, "userAgent": "x"});
        let text =
            if pretty { serde_json::to_string_pretty(&record) } else { serde_json::to_string(&record) };
        // Some writers escape what need not be.
        text.unwrap().replace('/', "\\/").replace('<', "\\u003c")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_required_literal_is_never_missing_from_a_match(
        json in record_text(),
        text in r#"((event|requestParameters|requestParameters\.[a-c]):)?[a-cA-C/<>é*]{1,3}( OR [a-c/<]{1,2})?"#,
    ) {
        if parse(&text).is_ok() {
            // The check is in there.
            holds(&text, &json);
        }
    }

    #[test]
    fn what_a_record_says_is_found_by_it(json in record_text()) {
        let mut tape = Tape::default();
        let record = Record::read(tape.parse(&json).unwrap()).unwrap();
        if let Some(name) = &record.event_name {
            for exact in [true, false] {
                let pattern = Pattern::literal(name, exact);
                let field = Expr::Field(FieldRef::Known(Field::Event), Test::AnyOf(vec![pattern.clone()]));
                prop_assert!(matches(&field, &record, &AccountNames::default()));
                prop_assert!(matches(&Expr::Word(pattern), &record, &AccountNames::default()));
            }
        }
    }
}
