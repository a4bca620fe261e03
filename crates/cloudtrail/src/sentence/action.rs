//! The middle of a sentence: what was done, to what.

use super::actions::{self, Action};
use super::words::{self, api_name, service_title};
use super::{Sentence, shortened};
use crate::json::{Kind, Node};
use crate::record::{Record, Text};
use crate::search::Field;

/// How many names the sentence says before it counts the rest.
const MAX_NAMED: usize = 3;

pub(super) fn tell(record: &Record<'_>, sentence: &mut Sentence) {
    let Some(event) = record.event_name.as_deref() else {
        return sentence.say("made a call");
    };
    let teller = Teller { record, resources: record.resource_names(), sentence };
    if let Some(details) = record.insight_details {
        return teller.insight(event, details);
    }
    match actions::find(record.service().unwrap_or_default(), api_name(event)) {
        Some(action) => teller.known(event, &action),
        None => teller.by_name(event),
    }
}

struct Teller<'a, 's> {
    record: &'a Record<'a>,
    resources: Vec<Text<'a>>,
    sentence: &'s mut Sentence,
}

impl Teller<'_, '_> {
    fn verb(&mut self, event: &str, infinitive: &str, past: &str) {
        if self.record.failed() {
            self.sentence.say("tried to ");
            self.sentence.value(Field::Event, shortened(infinitive), event);
        } else {
            self.sentence.value(Field::Event, shortened(past), event);
        }
    }

    fn known(mut self, event: &str, action: &Action) {
        self.verb(event, action.infinitive, action.past);
        for (index, segment) in action.objects.split('|').map(str::trim).enumerate() {
            let object = Object::read(segment);
            let values = object.keys.as_deref().map(|keys| self.find(keys)).unwrap_or_default();
            match (&object.keys, values.is_empty()) {
                (None, _) if !segment.is_empty() => self.sentence.say(&format!(" {segment}")),
                (None, _) => {}
                (Some(_), false) => self.object(object.lead, object.noun, &values),
                (Some(_), true) if index == 0 && !object.noun.is_empty() => {
                    let article = if needs_article(object.noun) { words::article(object.noun) } else { "" };
                    let gap = if article.is_empty() { "" } else { " " };
                    self.sentence.say(&format!(" {}{article}{gap}{}", object.lead, object.noun));
                }
                (Some(_), true) => {}
            }
        }
    }

    /// An action that is not in the table, told from the words of its name.
    fn by_name(mut self, event: &str) {
        let name = api_name(event);
        let words = words::split_camel(name);
        let service = self.record.event_source.as_deref().map(service_title);
        let is_camel = words.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match words.split_first().and_then(|(first, rest)| Some((words::verb(first)?, rest))) {
            Some(((infinitive, past), rest)) if is_camel => {
                self.verb(event, infinitive, past);
                let noun = rest.iter().map(|word| words::inner_word(word)).collect::<Vec<_>>().join(" ");
                let values = self.distinct_resources();
                match values.as_slice() {
                    [one] => {
                        self.object("", &noun, &[(Some(Field::Resource), one.clone())]);
                        self.aside(service.as_deref(), &[]);
                    }
                    several => {
                        // The names may be of different kinds, so they do not belong to the noun.
                        let is_one = !noun.ends_with('s') && !noun.ends_with("ing");
                        let article =
                            if is_one { format!("{} ", words::article(&noun)) } else { String::new() };
                        self.sentence.say(&format!(" {article}{noun}"));
                        self.aside(service.as_deref(), several);
                    }
                }
            }
            _ => {
                self.sentence.say(if self.record.failed() { "tried to call " } else { "called " });
                self.sentence.value(Field::Event, shortened(event), event);
                if let Some(service) = service {
                    self.sentence.say(&format!(" of {service}"));
                }
            }
        }
    }

    /// The resources, without a name that another one's ARN says again.
    fn distinct_resources(&self) -> Vec<Text<'static>> {
        let mut shorts: Vec<&str> = Vec::new();
        let mut values = Vec::new();
        for resource in &self.resources {
            let (short, _) = short_name(resource, None);
            if !shorts.contains(&short) {
                shorts.push(short);
                values.push(Text::Owned(resource.clone().into_owned()));
            }
        }
        values
    }

    /// ` (EC2: igw-1, vpc-1)`.
    fn aside(&mut self, service: Option<&str>, values: &[Text<'static>]) {
        if service.is_none() && values.is_empty() {
            return;
        }
        self.sentence.say(" (");
        self.sentence.say(service.unwrap_or_default());
        if !values.is_empty() {
            self.sentence.say(if service.is_some() { ": " } else { "" });
            let values: Vec<_> = values.iter().map(|value| (Some(Field::Resource), value.clone())).collect();
            self.names(&values);
        }
        self.sentence.say(")");
    }

    fn insight(self, event: &str, details: Node<'_>) {
        let text = |key| details.get(key).and_then(|node| node.as_str());
        let what = match text("insightType").as_deref() {
            Some("ApiErrorRateInsight") => "an unusual rate of errors of ",
            _ => "an unusual rate of calls of ",
        };
        let state =
            if text("state").as_deref() == Some("End") { "was seen to end " } else { "was seen to begin " };
        self.sentence.say(state);
        self.sentence.say(what);
        self.sentence.value(Field::Event, shortened(event), event);
    }

    fn object(&mut self, lead: &str, noun: &str, values: &[(Option<Field>, Text<'_>)]) {
        let noun = if values.len() > 1 { words::plural(noun) } else { noun.to_owned() };
        self.sentence.say(" ");
        self.sentence.say(lead);
        self.sentence.say(&noun);
        if !noun.is_empty() {
            self.sentence.say(" ");
        }
        self.names(values);
    }

    fn names(&mut self, values: &[(Option<Field>, Text<'_>)]) {
        // "and 1 more" is longer than the name itself.
        let named = if values.len() == MAX_NAMED { MAX_NAMED } else { values.len().min(MAX_NAMED - 1) };
        for (index, (field, value)) in values[..named].iter().enumerate() {
            match index {
                0 => {}
                _ if index + 1 == values.len() => self.sentence.say(" and "),
                _ => self.sentence.say(", "),
            }
            let (short, other_account) = short_name(value, self.record.account());
            match field {
                Some(field) => self.sentence.value(*field, shortened(short), value.as_ref()),
                None => self.sentence.say(&shortened(short)),
            }
            if let Some(account) = other_account {
                self.sentence.say(&format!(" of account {account}"));
            }
        }
        if values.len() > named {
            self.sentence.say(&format!(" and {} more", values.len() - named));
        }
    }

    /// The values of the first of these keys that the parameters have (or else the response), and what to search
    /// them by.
    fn find(&self, keys: &[&str]) -> Vec<(Option<Field>, Text<'static>)> {
        for node in [self.record.request_parameters, self.record.response_elements].into_iter().flatten() {
            for key in keys {
                let mut values = Vec::new();
                collect(node, key, 0, &mut values);
                if !values.is_empty() {
                    let field = |value: &Text<'_>| match *key {
                        "accessKeyId" => Some(Field::Key),
                        _ => self.resources.contains(value).then_some(Field::Resource),
                    };
                    return values.into_iter().map(|value| (field(&value), value)).collect();
                }
            }
        }
        Vec::new()
    }
}

/// One segment of an action's objects: `to role {roleName,roleArn}`.
struct Object<'t> {
    lead: &'t str,
    noun: &'t str,
    keys: Option<Vec<&'t str>>,
}

impl<'t> Object<'t> {
    fn read(segment: &'t str) -> Object<'t> {
        let Some((words, keys)) = segment.split_once('{') else {
            return Object { lead: "", noun: segment, keys: None };
        };
        let words = words.trim_end();
        let prepositions = ["to", "from", "for", "in", "on", "as", "into", "of", "with", "by", "at"];
        let lead = prepositions.into_iter().find_map(|word| {
            let rest = words.strip_prefix(word)?;
            (rest.is_empty() || rest.starts_with(' ')).then_some(word.len())
        });
        let (lead, noun) = match lead {
            Some(at) if at == words.len() => (&segment[..at + 1], ""),
            Some(at) => words.split_at(at + 1),
            None => ("", words),
        };
        Object { lead, noun, keys: Some(keys.trim_end_matches('}').split(',').collect()) }
    }
}

/// `EC2 instance` needs one, `the policy of S3 bucket` does not.
fn needs_article(noun: &str) -> bool {
    let first = noun.split(' ').next().unwrap_or_default();
    !matches!(
        first,
        "the" | "a" | "an" | "who" | "what" | "others" | "several" | "tags" | "logging" | "outgoing" | "MFA"
    )
}

/// How deep in the parameters a key is looked for.
const MAX_DEPTH: usize = 6;
/// How many values are looked at; the sentence names three and counts the rest.
const MAX_VALUES: usize = 1_000;

fn collect(node: Node<'_>, key: &str, depth: usize, values: &mut Vec<Text<'static>>) {
    if depth > MAX_DEPTH || values.len() >= MAX_VALUES {
        return;
    }
    for (name, value) in node.fields() {
        if name == key && value.kind() != Kind::Object {
            for text in value.scalar().into_iter().chain(value.items().filter_map(|item| item.scalar())) {
                if !text.is_empty() && !values.contains(&text) {
                    values.push(Text::Owned(text.into_owned()));
                }
            }
        } else if matches!(value.kind(), Kind::Object | Kind::Array) {
            collect(value, key, depth + 1, values);
        }
    }
    for item in node.items().filter(|item| item.kind() == Kind::Object) {
        collect(item, key, depth + 1, values);
    }
}

/// The name at the end of an ARN, and the ARN's account if it is another one than the event's. A policy of AWS's own
/// belongs to the account `aws`, which is none.
fn short_name<'v>(value: &'v str, account: Option<&str>) -> (&'v str, Option<&'v str>) {
    let mut parts = value.splitn(6, ':');
    if parts.next() != Some("arn") {
        return (value, None);
    }
    let (Some(owner), Some(name)) = (parts.nth(3), parts.next()) else { return (value, None) };
    let short = match name.rsplit(['/', ':']).next() {
        Some(last) if !last.is_empty() && last != "*" => last,
        _ => name,
    };
    let is_other = owner.bytes().all(|byte| byte.is_ascii_digit())
        && !owner.is_empty()
        && account.is_some_and(|own| own != owner);
    (short, is_other.then_some(owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    fn told(json: &str) -> String {
        let mut tape = Tape::default();
        let mut sentence = Sentence::default();
        tell(&Record::read(tape.parse(json).unwrap()).unwrap(), &mut sentence);
        sentence.to_string()
    }

    #[test]
    fn common_calls_are_told_as_people_would() {
        let cases = [
            (
                r#"{"eventSource":"iam.amazonaws.com","eventName":"AttachRolePolicy","requestParameters":
                {"roleName":"ci","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}}"#,
                "attached policy AdministratorAccess to role ci",
            ),
            (
                r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","requestParameters":{"userName":"bert"},
                "responseElements":{"accessKey":{"accessKeyId":"AKIA1","userName":"bert"}}}"#,
                "created access key AKIA1 for user bert",
            ),
            (
                r#"{"eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress","requestParameters":
                {"groupId":"sg-1","ipPermissions":{"items":[{"fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}}"#,
                "opened security group sg-1 to 0.0.0.0/0 on port 22",
            ),
            (
                r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","requestParameters":
                {"name":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}}"#,
                "stopped logging of trail main",
            ),
            (
                r#"{"eventSource":"lambda.amazonaws.com","eventName":"CreateFunction20150331","requestParameters":{"functionName":"f"}}"#,
                "created Lambda function f",
            ),
            (
                r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","recipientAccountId":"111122223333","requestParameters":
                {"roleArn":"arn:aws:iam::999900001111:role/Admin","roleSessionName":"jo"}}"#,
                "assumed role Admin of account 999900001111 as session jo",
            ),
            (
                r#"{"eventSource":"ec2.amazonaws.com","eventName":"TerminateInstances","requestParameters":{"instancesSet":{"items":
                [{"instanceId":"i-1"},{"instanceId":"i-2"},{"instanceId":"i-3"},{"instanceId":"i-4"}]}}}"#,
                "terminated EC2 instances i-1, i-2 and 2 more",
            ),
            (
                r#"{"eventSource":"ec2.amazonaws.com","eventName":"StopInstances","requestParameters":null}"#,
                "stopped an EC2 instance",
            ),
        ];
        for (json, sentence) in cases {
            assert_eq!(told(json), sentence, "{json}");
        }
    }

    #[test]
    fn other_calls_are_told_by_their_name() {
        let named = |service: &str, event: &str, parameters: &str| {
            told(&format!(
                r#"{{"eventSource":"{service}.amazonaws.com","eventName":"{event}","requestParameters":{parameters}}}"#
            ))
        };
        assert_eq!(
            named("rds", "DeleteDBClusterParameterGroup", "null"),
            "deleted a DB cluster parameter group (RDS)"
        );
        assert_eq!(
            named("logs", "PutSubscriptionFilter", r#"{"logGroupName":"/a"}"#),
            "set subscription filter /a (CloudWatch Logs)"
        );
        let gateway = r#"{"internetGatewayId":"igw-1","vpcId":"vpc-1"}"#;
        assert_eq!(
            named("ec2", "DetachInternetGateway", gateway),
            "detached an internet gateway (EC2: igw-1 and vpc-1)"
        );
        assert_eq!(named("ec2", "DescribeInstances", "{}"), "described instances (EC2)");
        assert_eq!(named("new", "Frobnicate", "{}"), "called Frobnicate of new");
        assert_eq!(named("new", "FrobnicateAll", "{}"), "called FrobnicateAll of new");
    }

    #[test]
    fn every_action_of_the_table_makes_a_phrase() {
        for action in actions::ACTIONS {
            let said = told(&format!(
                r#"{{"eventSource":"{}.amazonaws.com","eventName":"{}"}}"#,
                action.service, action.event
            ));
            assert!(said.starts_with(action.past) && !said.contains(['{', '}', '|']), "{said}");
            assert!(!said.contains("  ") && said.trim() == said, "{said}");
            assert_eq!(
                actions::find(action.service, action.event).map(|found| found.past),
                Some(action.past)
            );
        }
    }

    #[test]
    fn insights_are_told_without_an_actor() {
        let said = told(
            r#"{"insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"AllocateAddress",
            "insightType":"ApiCallRateInsight"}}"#,
        );
        assert_eq!(said, "was seen to begin an unusual rate of calls of AllocateAddress");
    }
}
