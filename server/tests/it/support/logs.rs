//! Log files for tests, small enough to know by heart.

use std::path::Path;

use serde_json::{Value, json};

/// How many events [`ordinary`] has.
pub const COUNT: usize = 30;

/// Thirty events of 2026-11-20, a minute apart from 09:00: `jo` reads (every third fails) and `max` stops instances.
pub fn ordinary() -> Vec<Value> {
    (0..COUNT).map(event).collect()
}

fn event(index: usize) -> Value {
    let stops = index % 2 == 1;
    let user = if stops { "max" } else { "jo" };
    let mut event = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": format!("arn:aws:iam::111122223333:user/{user}"),
            "accountId": "111122223333",
            "accessKeyId": format!("AKIAEXAMPLE{user}"),
            "userName": user
        },
        "eventTime": format!("2026-11-20T09:{index:02}:00Z"),
        "eventSource": if stops { "ec2.amazonaws.com" } else { "s3.amazonaws.com" },
        "eventName": if stops { "StopInstances" } else { "GetBucketPolicy" },
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.17.0",
        "requestParameters": { "bucketName": format!("bucket-{index}"), "weight": 1.50 },
        "responseElements": null,
        "requestID": format!("request-{index}"),
        "eventID": format!("00000000-0000-0000-0000-{index:012}"),
        "readOnly": !stops,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management"
    });
    if index.is_multiple_of(6) {
        event["errorCode"] = json!("AccessDenied");
        event["errorMessage"] = json!("no");
    }
    event
}

/// Writes records as a log file of CloudTrail's.
pub fn write(folder: &Path, name: &str, records: &[Value]) {
    std::fs::create_dir_all(folder).unwrap();
    let text = serde_json::to_string(&json!({ "Records": records })).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

/// A record in which every text is out to do harm.
pub fn hostile() -> Value {
    let evil = "\u{1b}[31m\u{1b}]0;owned\u{7}<script>alert(1)</script>\u{202e}gnp.exe\r\n=cmd|' /C calc'!A0";
    json!({
        "eventVersion": "1.11",
        "userIdentity": { "type": "IAMUser", "userName": evil, "accountId": "111122223333" },
        "eventTime": "2026-11-20T10:00:00Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "=HYPERLINK(\"http://evil.example\")",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.9",
        "userAgent": format!("</textarea><script>alert(2)</script>{}", "x".repeat(100_000)),
        "errorCode": evil,
        "requestParameters": { "roleName": "</script><img src=x onerror=alert(3)>" },
        "eventID": "evil-1",
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333"
    })
}
