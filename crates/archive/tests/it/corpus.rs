//! Records of every kind, made up from a seed: fields missing, spelled with escapes, of every category, and the
//! oddities that AWS writes.

use cloudtrail::json::Tape;
use cloudtrail::names::AccountNames;
use cloudtrail::record::Record;
use cloudtrail::search::matches::{Compiled, event_id};
use cloudtrail::search::{Expr, Field, FieldRef, TimeRange};
use cloudtrail::time::Time;

use crate::support::{Identity, hash_of};

/// When the first of the records can be; the last is three days later.
pub const START: &str = "2026-11-18T21:00:00Z";
pub const SPAN: u64 = 3 * 24 * 3_600;

/// A record and what it is known by.
pub struct Made {
    pub raw: String,
    pub identity: Identity,
    pub time: Time,
}

/// Records newest first, as a search lists them.
pub fn make(seed: u64, count: usize) -> Vec<Made> {
    let mut random = Random(seed);
    let mut records: Vec<Made> = (0..count).map(|number| made(random.record(number))).collect();
    records.sort_by_key(|made| (std::cmp::Reverse(made.time), made.identity.1.clone()));
    records
}

/// What a search has to find, told record by record by the language's reference.
pub fn expected<'m>(
    records: &'m [Made],
    expr: &Expr,
    range: TimeRange,
    names: &AccountNames,
) -> Vec<&'m Made> {
    let compiled = Compiled::new(expr, names);
    let all_categories = asks_for_category(expr);
    let in_range =
        |time: Time| range.from.is_none_or(|from| time >= from) && range.to.is_none_or(|to| time < to);
    records
        .iter()
        .filter(|made| in_range(made.time))
        .filter(|made| {
            with_record(&made.raw, |record| {
                let is_shown = all_categories || !matches!(record.category(), "Insight" | "Aggregated");
                is_shown && compiled.matches(record)
            })
        })
        .collect()
}

pub fn with_record<T>(raw: &str, ask: impl FnOnce(&Record<'_>) -> T) -> T {
    let mut tape = Tape::default();
    ask(&Record::read(tape.parse(raw).unwrap()).unwrap())
}

fn asks_for_category(expr: &Expr) -> bool {
    match expr {
        Expr::All | Expr::Word(_) => false,
        Expr::And(children) | Expr::Or(children) => children.iter().any(asks_for_category),
        Expr::Not(child) => asks_for_category(child),
        Expr::Field(FieldRef::Known(field), _) => matches!(field, Field::Category | Field::Id),
        Expr::Field(FieldRef::Path(path), _) => path == &["eventCategory"],
    }
}

fn made(raw: String) -> Made {
    let (id, time) = with_record(&raw, |record| (event_id(record).into_owned(), record.time.unwrap()));
    let hash = hash_of(&raw);
    Made { raw, identity: (id, hash), time }
}

/// SplitMix64: small, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len() as u64) as usize]
    }

    /// A JSON string. Now and then with escapes that no one needs.
    fn spell(&mut self, text: &str) -> String {
        let needless = self.one_in(12);
        let mut out = String::from("\"");
        for character in text.chars() {
            match character {
                '"' | '\\' => out.extend(['\\', character]),
                '/' if needless => out.push_str("\\/"),
                '\n' => out.push_str("\\n"),
                other if u32::from(other) < 0x20 || (needless && self.one_in(3)) => {
                    let mut units = [0; 2];
                    other
                        .encode_utf16(&mut units)
                        .iter()
                        .for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
                }
                other => out.push(other),
            }
        }
        out.push('"');
        out
    }

    /// Adds a field with one of some values, or leaves it out one time in `missing`.
    fn field(&mut self, out: &mut Vec<String>, key: &str, values: &[&str], missing: u64) {
        if missing == 0 || !self.one_in(missing) {
            let value = self.pick(values);
            let value = self.spell(value);
            out.push(format!("\"{key}\":{value}"));
        }
    }

    fn time(&mut self) -> Time {
        // Few different instants, so that many are shared; some with milliseconds.
        let second = self.below(SPAN / 60) * 60;
        let millis = if self.one_in(9) { self.below(1_000) } else { 0 };
        Time::parse(START).unwrap().plus((second * 1_000 + millis) as i64)
    }

    /// One record.
    pub fn record(&mut self, number: usize) -> String {
        let mut out = Vec::new();
        match self.below(24) {
            0 => return self.insight(number),
            1 => return self.aggregated(number),
            _ => {}
        }
        self.field(&mut out, "eventVersion", &["1.0", "1.05", "1.08", "1.11"], 0);
        if let Some(identity) = self.identity() {
            out.push(format!("\"userIdentity\":{{{}}}", identity.join(",")));
        }
        out.push(format!("\"eventTime\":\"{}\"", self.time()));
        self.field(&mut out, "eventSource", SOURCES, 30);
        self.field(&mut out, "eventName", EVENTS, 30);
        self.field(&mut out, "awsRegion", &["eu-west-1", "us-east-1", "EU-WEST-1", "ap-south-1"], 20);
        self.field(&mut out, "sourceIPAddress", ADDRESSES, 12);
        self.field(&mut out, "userAgent", AGENTS, 15);
        if self.one_in(4) {
            self.field(&mut out, "errorCode", ERRORS, 0);
            self.field(&mut out, "errorMessage", &["User: x is not authorized to perform: y", "no"], 2);
        }
        let read_only = self.pick(&["true", "false", "\"true\"", "\"False\"", "null"]);
        if !self.one_in(5) {
            out.push(format!("\"readOnly\":{read_only}"));
        }
        let parameters = self.parameters();
        out.push(format!("\"requestParameters\":{parameters}"));
        if self.one_in(8) {
            let key = self.pick(KEYS);
            out.push(format!(
                r#""responseElements":{{"credentials":{{"accessKeyId":"{key}"}},"userName":"made"}}"#
            ));
        }
        if self.one_in(3) {
            let arn = self.pick(ARNS);
            out.push(format!(
                r#""resources":[{{"ARN":"{arn}","type":"AWS::S3::Object"}},{{"accountId":"1"}}]"#
            ));
        }
        self.field(
            &mut out,
            "eventType",
            &["AwsApiCall", "AwsServiceEvent", "AwsConsoleSignIn", "AwsVpceEvent"],
            9,
        );
        match self.below(5) {
            0 => out.push(format!("\"managementEvent\":{}", self.pick(&["true", "false"]))),
            1 => {}
            _ => self.field(&mut out, "eventCategory", &["Management", "Data", "NetworkActivity", "data"], 0),
        }
        self.field(&mut out, "recipientAccountId", ACCOUNTS, 6);
        self.field(&mut out, "sharedEventID", &["shared-1", "shared-2", ""], 2);
        if !self.one_in(20) {
            // A few ids come twice, one of them with other letters.
            let number = if self.one_in(15) { number / 2 } else { number };
            out.push(format!("\"{}\":\"id-{number:05}-É\"", self.pick(&["eventID", "eventID", "eventId"])));
        }
        // Keys come in any order.
        for last in (1..out.len()).rev() {
            out.swap(last, self.below(last as u64 + 1) as usize);
        }
        format!("{{{}}}", out.join(self.pick(&[",", ", ", ",\n  "])))
    }

    fn identity(&mut self) -> Option<Vec<String>> {
        let mut out = Vec::new();
        let kind = self.pick(&[
            "IAMUser",
            "Root",
            "AssumedRole",
            "AssumedRole",
            "AssumedRole",
            "AWSService",
            "AWSAccount",
            "",
        ]);
        if kind.is_empty() {
            return self.one_in(2).then(Vec::new);
        }
        out.push(format!("\"type\":\"{kind}\""));
        self.field(&mut out, "accountId", ACCOUNTS, 5);
        self.field(&mut out, "accessKeyId", KEYS, 3);
        match kind {
            "IAMUser" => {
                let user = self.pick(USERS);
                let user = self.spell(user);
                out.push(format!("\"userName\":{user}"));
                self.field(&mut out, "arn", &["arn:aws:iam::111122223333:user/x", ""], 0);
            }
            "AssumedRole" => {
                let role = self.pick(&["Admin", "ci-deploy", "AWSReservedSSO_ReadOnly_0123", "admin"]);
                let session = self.pick(&["jo@example.com", "i-0abc", "JO@example.com", "Ünal@example.com"]);
                out.push(format!("\"arn\":\"arn:aws:sts::111122223333:assumed-role/{role}/{session}\""));
                let mut context = vec![format!(r#""sessionIssuer":{{"type":"Role","userName":"{role}"}}"#)];
                context.push(r#""attributes":{"mfaAuthenticated":"true"}"#.to_owned());
                self.field(&mut context, "sourceIdentity", &["jo", "Émile"], 2);
                self.field(
                    &mut context,
                    "signInSessionArn",
                    &["arn:aws:signin:::session/1", "arn:aws:signin:::session/2", ""],
                    2,
                );
                out.push(format!("\"sessionContext\":{{{}}}", context.join(",")));
            }
            "AWSService" => {
                self.field(&mut out, "invokedBy", &["ec2.amazonaws.com", "autoscaling.amazonaws.com"], 3)
            }
            _ => {}
        }
        Some(out)
    }

    fn parameters(&mut self) -> String {
        let mut out = Vec::new();
        self.field(
            &mut out,
            "bucketName",
            &["prod-logs", "prod-data", "PROD-LOGS", "dev", "bücher", "a b"],
            2,
        );
        self.field(&mut out, "roleName", &["Admin", "ci-deploy"], 4);
        if self.one_in(3) {
            let (one, other) = (self.below(5), self.below(5));
            out.push(format!(
                r#""instancesSet":{{"items":[{{"instanceId":"i-{one}"}},{{"instanceId":"i-{other}"}}]}}"#
            ));
        }
        if self.one_in(3) {
            let number = self.pick(&[
                "5",
                "50",
                "-1",
                "1e3",
                "5.0",
                "\"7\"",
                "true",
                "null",
                "[5,60]",
                "\"2026-11-20\"",
            ]);
            out.push(format!("\"maxResults\":{number}"));
        }
        if self.one_in(4) {
            let text = self.pick(NOTES);
            let text = self.spell(text);
            out.push(format!(r#""Tags":[{{"key":"aws:tag/x","value":{text}}},{{"key":"é","value":null}}]"#));
        }
        if self.one_in(6) {
            out.push(r#""empty":"","none":{},"Deep":[[{"x":[1,{"y":"z"}]}]]"#.to_owned());
        }
        match self.below(10) {
            0 => "null".to_owned(),
            1 => "\"not an object\"".to_owned(),
            _ => format!("{{{}}}", out.join(",")),
        }
    }

    fn insight(&mut self, number: usize) -> String {
        let (time, event, source) = (self.time(), self.pick(EVENTS), self.pick(SOURCES));
        let (event, source) = (self.spell(event), self.spell(source));
        format!(
            r#"{{"eventVersion":"1.09","eventTime":"{time}","awsRegion":"eu-west-1","eventID":"insight-{number}","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","sharedEventID":"shared-1","insightDetails":{{"state":"Start","eventSource":{source},"eventName":{event},"insightType":"ApiCallRateInsight"}}}}"#
        )
    }

    fn aggregated(&mut self, number: usize) -> String {
        let time = self.time();
        format!(
            r#"{{"eventVersion":"1.0","accountId":"444455556666","eventId":"aggregated-{number}","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","awsRegion":"eu-west-1","eventSource":"s3.amazonaws.com","timeWindow":{{"windowStart":"{time}","windowSize":"PT5M"}},"summary":{{"primaryDimension":{{"dimension":"eventName","statistics":[{{"name":"StopInstances","value":{number}}}]}}}}}}"#
        )
    }
}

const SOURCES: &[&str] = &[
    "ec2.amazonaws.com",
    "iam.amazonaws.com",
    "s3.amazonaws.com",
    "S3.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "école.example",
];
const EVENTS: &[&str] = &[
    "StopInstances",
    "stopinstances",
    "DescribeInstances",
    "GetObject",
    "CreateUser",
    "ÉcoleStop",
    "écolestop",
    "Stop",
    "ConsoleLogin",
];
const ADDRESSES: &[&str] = &[
    "203.0.113.7",
    "203.0.113.77",
    "10.1.2.3",
    "2001:db8::1",
    "2001:DB8:0:0::1",
    "::ffff:10.1.2.3",
    "ec2.amazonaws.com",
    "AWS Internal",
];
const AGENTS: &[&str] = &[
    "aws-cli/2.0 (Linux)",
    "AWS-CLI/2.0",
    "Boto3 \"x\" a/b\\c",
    "<script>",
    "Mozilla/5.0 é",
    "signin.amazonaws.com",
];
const ERRORS: &[&str] = &["AccessDenied", "Client.UnauthorizedOperation", "accessdenied", "Throttling"];
const KEYS: &[&str] = &["AKIAEXAMPLE1", "ASIAEXAMPLE2", "ASIAEXAMPLE3", "asiaexample2"];
const ACCOUNTS: &[&str] = &["111122223333", "444455556666", "777788889999"];
const USERS: &[&str] = &["jo", "JO", "émile", "ÉMILE", "a\"b", "HIDDEN_DUE_TO_SECURITY_REASONS"];
const ARNS: &[&str] = &[
    "arn:aws:s3:::prod-logs/a/b.txt",
    "arn:aws:s3:::prod-logs",
    "arn:aws:lambda:eu-west-1:1:function:Pay",
    "arn:aws:s3:::École",
];
const NOTES: &[&str] =
    &["say \"hi\"", "back\\slash", "two  spaces", "École", "a/b", "line\nend", "👩‍👦", "K", "aws"];
