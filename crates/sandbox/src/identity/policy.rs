//! IAM's policies: statements that allow or deny actions on resources, under conditions.
//!
//! The rules are those of the IAM User Guide (reference_policies_evaluation-logic): an explicit deny wins, and what nothing
//! allows is denied. What is not understood is refused when a policy is read, so that no statement is silently left out.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A policy document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
struct Statement {
    allow: bool,
    /// `false`: all actions but these.
    actions: (bool, Vec<String>),
    resources: (bool, Vec<String>),
    /// `None` in identity policies.
    principals: Option<Vec<String>>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
struct Condition {
    operator: String,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

/// What is asked of a policy.
pub(crate) struct Question<'a> {
    /// `cloudtrail:LookupEvents`
    pub action: &'a str,
    /// An ARN or `*`.
    pub resource: &'a str,
    /// ARNs and account ids by which the caller is known, for policies that name principals.
    pub principals: &'a [String],
    /// Condition keys in lower case.
    pub context: &'a BTreeMap<String, String>,
}

/// What a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A statement allows it and none denies it.
    Allowed,
    /// A statement denies it.
    Denied,
    /// No statement is about it.
    Silent,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Document {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    id: Option<String>,
    statement: OneOrMany<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Part {
    #[serde(default, rename = "Sid")]
    _sid: Option<String>,
    effect: String,
    action: Option<OneOrMany<String>>,
    not_action: Option<OneOrMany<String>>,
    resource: Option<OneOrMany<String>>,
    not_resource: Option<OneOrMany<String>>,
    principal: Option<Value>,
    #[serde(default)]
    condition: BTreeMap<String, BTreeMap<String, OneOrMany<Value>>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            OneOrMany::Many(many) => many,
            OneOrMany::One(one) => vec![one],
        }
    }
}

const OPERATORS: [&str; 18] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Bool",
    "Null",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];

impl Policy {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is no policy, or says something that is not understood here; the text says what.
    pub fn parse(text: &str) -> Result<Policy, String> {
        let document: Document = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let _ = document.id;
        if document
            .version
            .as_deref()
            .is_some_and(|version| version != "2012-10-17" && version != "2008-10-17")
        {
            return Err("The policy must contain a valid version string".to_owned());
        }
        let statements =
            document.statement.into_vec().into_iter().map(Statement::new).collect::<Result<_, _>>()?;
        Ok(Policy { statements })
    }

    /// Both policies in one.
    pub fn and(mut self, other: Policy) -> Policy {
        self.statements.extend(other.statements);
        self
    }

    /// What the policy says.
    pub fn ask(&self, question: &Question<'_>) -> Verdict {
        let mut verdict = Verdict::Silent;
        for statement in self.statements.iter().filter(|statement| statement.is_about(question)) {
            if !statement.allow {
                return Verdict::Denied;
            }
            verdict = Verdict::Allowed;
        }
        verdict
    }
}

/// What several policies say together.
pub(crate) fn ask_all<'p>(
    policies: impl IntoIterator<Item = &'p Policy>,
    question: &Question<'_>,
) -> Verdict {
    let mut verdict = Verdict::Silent;
    for policy in policies {
        match policy.ask(question) {
            Verdict::Denied => return Verdict::Denied,
            Verdict::Allowed => verdict = Verdict::Allowed,
            Verdict::Silent => {}
        }
    }
    verdict
}

impl Statement {
    fn new(part: Part) -> Result<Statement, String> {
        let allow = match part.effect.as_str() {
            "Allow" => true,
            "Deny" => false,
            other => return Err(format!("Invalid effect: {other}")),
        };
        let actions = match (part.action, part.not_action) {
            (Some(actions), None) => (true, actions.into_vec()),
            (None, Some(actions)) => (false, actions.into_vec()),
            _ => return Err("Policy statement must contain actions.".to_owned()),
        };
        let principals = part.principal.map(|principal| read_principals(&principal)).transpose()?;
        let resources = match (part.resource, part.not_resource) {
            (Some(resources), None) => (true, resources.into_vec()),
            (None, Some(resources)) => (false, resources.into_vec()),
            // A trust policy is about its own role.
            (None, None) if principals.is_some() => (true, vec!["*".to_owned()]),
            _ => return Err("Policy statement must contain resources.".to_owned()),
        };
        let mut conditions = Vec::new();
        for (operator, keys) in part.condition {
            let (operator, if_exists) = match operator.strip_suffix("IfExists") {
                Some(operator) => (operator.to_owned(), true),
                None => (operator, false),
            };
            if !OPERATORS.contains(&operator.as_str()) {
                return Err(format!("Condition type {operator} is not understood here"));
            }
            for (key, values) in keys {
                let values = values.into_vec().iter().map(plain).collect();
                let (operator, key) = (operator.clone(), key.to_lowercase());
                conditions.push(Condition { operator, if_exists, key, values });
            }
        }
        Ok(Statement { allow, actions, resources, principals, conditions })
    }

    fn is_about(&self, question: &Question<'_>) -> bool {
        let action = self.actions.1.iter().any(|pattern| matches_action(pattern, question.action));
        let resource = self.resources.1.iter().any(|pattern| matches(pattern, question.resource));
        let principal = self
            .principals
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| name == "*" || question.principals.contains(name)));
        action == self.actions.0
            && resource == self.resources.0
            && principal
            && self.conditions.iter().all(|condition| condition.holds(question.context))
    }
}

impl Condition {
    fn holds(&self, context: &BTreeMap<String, String>) -> bool {
        let given = context.get(&self.key);
        if self.operator == "Null" {
            return self.values.iter().any(|value| (value == "true") == given.is_none());
        }
        let negated = self.operator.contains("Not");
        let Some(given) = given else { return self.if_exists || negated };
        let compare = |value: &str| given.parse::<f64>().ok()?.partial_cmp(&value.parse().ok()?);
        let any = self.values.iter().any(|value| match self.operator.as_str() {
            "StringEquals" | "StringNotEquals" => value == given,
            "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" | "Bool" => {
                value.eq_ignore_ascii_case(given)
            }
            "NumericEquals" | "NumericNotEquals" => compare(value).is_some_and(Ordering::is_eq),
            "NumericLessThan" => compare(value).is_some_and(Ordering::is_lt),
            "NumericLessThanEquals" => compare(value).is_some_and(Ordering::is_le),
            "NumericGreaterThan" => compare(value).is_some_and(Ordering::is_gt),
            "NumericGreaterThanEquals" => compare(value).is_some_and(Ordering::is_ge),
            _ => matches(value, given),
        });
        any != negated
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn read_principals(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(all) if all == "*" => Ok(vec!["*".to_owned()]),
        Value::Object(kinds) => {
            let names = kinds.values().flat_map(|names| match names {
                Value::Array(many) => many.iter().map(plain).collect(),
                one => vec![plain(one)],
            });
            Ok(names.collect())
        }
        other => Err(format!("Invalid principal in policy: {other}")),
    }
}

/// Actions are compared without regard to case.
fn matches_action(pattern: &str, action: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

/// `*` stands for any text, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star stood, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            p = at + 1;
            t = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(policy: &str, action: &str, resource: &str, context: &[(&str, &str)]) -> Verdict {
        let context = context.iter().map(|(key, value)| (key.to_lowercase(), value.to_string())).collect();
        let principals = ["111122223333".to_owned()];
        let question = Question { action, resource, principals: &principals, context: &context };
        Policy::parse(policy).unwrap().ask(&question)
    }

    #[test]
    fn wildcards() {
        for (pattern, text, holds) in [
            ("*", "", true),
            ("a*c", "abbbc", true),
            ("a*c", "abbbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*:trail/*", "arn:aws:cloudtrail:us-east-1:1:trail/x", true),
            ("", "x", false),
            ("**b*", "aab", true),
        ] {
            assert_eq!(matches(pattern, text), holds, "{pattern} {text}");
        }
    }

    #[test]
    fn a_deny_wins_and_silence_is_no_allow() {
        let policy = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["cloudtrail:Lookup*","CLOUDTRAIL:gettrail"],"Resource":"*"},
            {"Sid":"No","Effect":"Deny","Action":"cloudtrail:*","Resource":"arn:aws:cloudtrail:*:*:trail/secret"}]}"#;
        assert_eq!(ask(policy, "cloudtrail:LookupEvents", "*", &[]), Verdict::Allowed);
        assert_eq!(
            ask(policy, "cloudtrail:GetTrail", "arn:aws:cloudtrail:a:b:trail/x", &[]),
            Verdict::Allowed
        );
        assert_eq!(
            ask(policy, "cloudtrail:GetTrail", "arn:aws:cloudtrail:a:b:trail/secret", &[]),
            Verdict::Denied
        );
        assert_eq!(ask(policy, "s3:GetObject", "*", &[]), Verdict::Silent);
    }

    #[test]
    fn conditions() {
        let mfa = r#"{"Statement":{"Effect":"Deny","NotAction":"sts:GetSessionToken","Resource":"*",
            "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}}"#;
        assert_eq!(ask(mfa, "sts:GetSessionToken", "*", &[]), Verdict::Silent);
        assert_eq!(ask(mfa, "s3:GetObject", "*", &[]), Verdict::Denied, "no key at all");
        assert_eq!(ask(mfa, "s3:GetObject", "*", &[("aws:MultiFactorAuthPresent", "true")]), Verdict::Silent);
        let region = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*",
            "Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-west-2"]}}}]}"#;
        assert_eq!(ask(region, "a:b", "*", &[("aws:RequestedRegion", "eu-west-1")]), Verdict::Silent);
        assert_eq!(ask(region, "a:b", "*", &[("aws:RequestedRegion", "us-east-1")]), Verdict::Allowed);
        for (operator, given, holds) in [
            ("NumericEquals", "60", true),
            ("NumericNotEquals", "60.0", false),
            ("NumericLessThan", "60", false),
            ("NumericLessThanEquals", "60", true),
            ("NumericGreaterThan", "60", false),
            ("NumericGreaterThanEquals", "60", true),
            ("NumericGreaterThanEquals", "sixty", false),
            ("StringNotEqualsIgnoreCase", "60", false),
        ] {
            let policy = format!(
                r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"a:Age":60}}}}}}}}"#
            );
            let verdict = ask(&policy, "a:b", "*", &[("a:Age", given)]);
            assert_eq!(verdict == Verdict::Allowed, holds, "{operator} {given}");
        }
    }

    #[test]
    fn principals_of_trust_policies() {
        let trust = |principal: &str| {
            format!(
                r#"{{"Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}}}]}}"#
            )
        };
        assert_eq!(ask(&trust(r#"{"AWS":["111122223333"]}"#), "sts:AssumeRole", "x", &[]), Verdict::Allowed);
        assert_eq!(ask(&trust(r#"{"AWS":"999999999999"}"#), "sts:AssumeRole", "x", &[]), Verdict::Silent);
        assert_eq!(ask(&trust(r#""*""#), "sts:AssumeRole", "x", &[]), Verdict::Allowed);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [
            "",
            "{}",
            "[]",
            r#"{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*"}]}"#,
            r#"{"Version":"2020","Statement":[]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLike":{"a":"b"}}}]}"#,
        ] {
            assert!(Policy::parse(bad).is_err(), "{bad}");
        }
    }
}
