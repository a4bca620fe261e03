//! An event as one sentence: *when · who · what · where · from where · how*, and whether it failed.
//!
//! "On 22 Nov 2026 at 09:30:00 UTC, jo@example.com (role Admin, with MFA) stopped EC2 instance i-0abc in eu-central-1
//! from 203.0.113.7 using the AWS console."
//!
//! The sentence comes in pieces, so that a page can make a link of every value in it. It says nothing that the record
//! does not say; where the record is silent the sentence is shorter.

use std::fmt;

use crate::actor::{ActorKind, Evidence};
use crate::failure::Denial;
use crate::json::Node;
use crate::record::Record;
use crate::search::Field;
use crate::time::Time;

mod action;
mod actions;
mod agent;
mod words;

pub use actions::is_common_action;
pub use agent::tool;
pub use words::{api_name, service_title};

/// An event in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// What the sentence is made of, in order; the texts joined are the sentence.
    pub pieces: Vec<Piece>,
}

/// A run of text, or a value that can be searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What to show.
    pub text: String,
    /// The field and the whole value behind it (the text may be shorter), if it is one.
    pub value: Option<(Field, String)>,
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| f.write_str(&piece.text))
    }
}

impl Record<'_> {
    /// This event in words.
    pub fn sentence(&self) -> Sentence {
        let mut sentence = Sentence::default();
        sentence.when(self);
        sentence.who(self);
        action::tell(self, &mut sentence);
        sentence.place(self);
        sentence.origin(self);
        sentence.say(".");
        sentence.failure(self);
        sentence
    }

    /// Whether the call failed. A failed sign-in has no error code, only a message or a result.
    pub fn failed(&self) -> bool {
        let said = |key| self.response_elements.and_then(|node: Node<'_>| node.get(key)?.as_str());
        self.error_code.is_some()
            || (self.error_message.is_some() && self.event_type.as_deref() == Some("AwsConsoleSignIn"))
            || said("ConsoleLogin").as_deref() == Some("Failure")
            || said("SwitchRole").as_deref() == Some("Failure")
    }

    /// Whether the caller had used multi-factor authentication, where the record says.
    pub fn with_mfa(&self) -> Option<bool> {
        self.identity.mfa.or_else(|| match self.additional_event_data?.get("MFAUsed")?.as_str()?.as_ref() {
            "Yes" => Some(true),
            "No" => Some(false),
            _ => None,
        })
    }
}

impl Sentence {
    fn say(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece { text: last, value: None }) => last.push_str(text),
            _ => self.pieces.push(Piece { text: text.to_owned(), value: None }),
        }
    }

    fn value(&mut self, field: Field, text: impl Into<String>, value: impl Into<String>) {
        self.pieces.push(Piece { text: text.into(), value: Some((field, value.into())) });
    }

    fn when(&mut self, record: &Record<'_>) {
        match (record.time, &record.time_text) {
            (Some(time), _) => {
                self.say("On ");
                self.value(Field::Time, readable(time), time.to_string());
                self.say(", ");
            }
            (None, Some(text)) => {
                self.say(&format!("At a time that makes no sense (“{}”), ", shortened(text)))
            }
            (None, None) => self.say("At an unknown time, "),
        }
    }

    fn who(&mut self, record: &Record<'_>) {
        let actor = record.actor();
        let mut notes = Vec::new();
        match (actor.kind, actor.evidence) {
            (_, Evidence::Hidden) => self.say("someone whose user name AWS hides"),
            (_, Evidence::Nothing) => {
                self.say(if actor.name == "anonymous" { "an anonymous caller" } else { "an unknown caller" })
            }
            (ActorKind::Root, _) => {
                self.say("the ");
                self.value(Field::Who, "root user", actor.name.as_ref());
            }
            (ActorKind::Account, _) => {
                self.say("someone in account ");
                self.value(Field::Who, actor.name.as_ref(), actor.name.as_ref());
            }
            (ActorKind::Service, _) => {
                self.value(Field::Who, service_title(&actor.name), actor.name.as_ref())
            }
            (ActorKind::Role, Evidence::RoleName) => {
                self.say("role ");
                self.value(Field::Who, actor.name.as_ref(), actor.name.as_ref());
                if let Some(session) = record.session_name() {
                    notes.push(vec![plain("session "), value(Field::User, session, session)]);
                }
            }
            _ => self.value(Field::Who, shortened(&actor.name), actor.name.as_ref()),
        }
        if let Some(role) = record.role().filter(|role| *role != actor.name) {
            let (word, shown) = role_title(role);
            notes.push(vec![plain(word), value(Field::Role, shown, role)]);
        }
        let home = record.identity.account_id.as_deref();
        if let (Some(home), Some(account)) = (home, record.recipient_account_id.as_deref())
            && home != account
            && actor.name != home
            && home.bytes().all(|byte| byte.is_ascii_digit())
        {
            notes.push(vec![plain("of account "), plain(home)]);
        }
        match record.with_mfa() {
            Some(true) => notes.push(vec![plain("with MFA")]),
            Some(false) if matches!(actor.kind, ActorKind::Root) || is_sign_in(record) => {
                notes.push(vec![plain("without MFA")]);
            }
            _ => {}
        }
        for (index, note) in notes.iter().enumerate() {
            self.say(if index == 0 { " (" } else { ", " });
            note.iter().for_each(|piece| match &piece.value {
                None => self.say(&piece.text),
                Some(_) => self.pieces.push(piece.clone()),
            });
        }
        self.say(if notes.is_empty() { " " } else { ") " });
    }

    fn place(&mut self, record: &Record<'_>) {
        let is_global = record.service().is_some_and(words::is_global);
        if let Some(region) = record.region.as_deref().filter(|_| !is_global) {
            self.say(" in ");
            self.value(Field::Region, region, region);
        }
    }

    fn origin(&mut self, record: &Record<'_>) {
        let by_itself = record.actor().kind == ActorKind::Service;
        let mut said = None;
        match record.source_ip.as_deref() {
            Some(ip) if ip.parse::<std::net::IpAddr>().is_ok() => {
                self.say(" from ");
                self.value(Field::Ip, ip, ip);
            }
            Some(ip) if ip.starts_with("AWS Internal") => self.say(" from inside AWS"),
            Some(name) if by_itself && record.identity.invoked_by.as_deref() == Some(name) => {
                said = Some(name)
            }
            Some(name) => {
                self.say(" through ");
                self.value(Field::Ip, service_title(name), name);
                said = Some(name);
            }
            None => {}
        }
        if let Some(service) = record.identity.invoked_by.as_deref()
            && said != Some(service)
            && !by_itself
            && !service.starts_with("AWS Internal")
        {
            self.say(&format!(" through {}", service_title(service)));
            said = Some(service);
        }
        if let Some(tool) = tool(record).filter(|_| said.is_none() || said != record.user_agent.as_deref()) {
            self.say(" using ");
            match record.user_agent.as_deref() {
                Some(agent) => self.value(Field::Agent, tool, agent),
                None => self.say(&tool),
            }
        }
    }

    fn failure(&mut self, record: &Record<'_>) {
        if !record.failed() {
            return;
        }
        let code = record.error_code.as_deref();
        let denial = record.failure().and_then(|failure| failure.denial);
        self.say(if denial.is_some() { " It was denied" } else { " It failed" });
        if let Some(code) = code {
            self.say(" (");
            self.value(Field::Error, shortened(code), code);
            self.say(")");
        }
        match denial {
            // The message repeats who and what; the reason is all that is new.
            Some(denial) => self.denial(&denial),
            None => self.message(record.error_message.as_deref()),
        }
    }

    fn denial(&mut self, denial: &Denial) {
        let what = denial.action.as_deref().unwrap_or("this");
        match (&denial.policy, denial.explicit) {
            (Some(policy), true) => {
                self.say(&format!(": a policy ({policy}) denies {} expressly", shortened(what)))
            }
            (None, true) => self.say(&format!(": a policy denies {} expressly", shortened(what))),
            (Some(policy), false) => self.say(&format!(": no {policy} allows {}", shortened(what))),
            (None, false) => {
                if let Some(action) = &denial.action {
                    self.say(&format!(": no permission for {}", shortened(action)));
                }
            }
        }
        self.say(".");
    }

    fn message(&mut self, message: Option<&str>) {
        let message = message.map(|message| shortened(message.trim().trim_end_matches('.')));
        if let Some(message) = &message {
            self.say(&format!(": {message}"));
        }
        self.say(if message.is_some_and(|message| message.ends_with('…')) { "" } else { "." });
    }
}

/// How many characters of a value from outside the sentence carries; the record below it has all.
const MAX_SHOWN: usize = 240;

/// The text, cut between characters where it is too long for a sentence.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `22 Nov 2026 at 09:30:00 UTC`.
fn readable(time: Time) -> String {
    let date = time.civil().date;
    let month = MONTHS.get(usize::from(date.month) - 1).copied().unwrap_or_default();
    let clock = time.readable().split_off(11);
    format!("{} {month} {} at {clock} UTC", date.day, date.year)
}

fn plain(text: &str) -> Piece {
    Piece { text: text.to_owned(), value: None }
}

fn value(field: Field, text: &str, value: &str) -> Piece {
    Piece { text: shortened(text), value: Some((field, value.to_owned())) }
}

fn is_sign_in(record: &Record<'_>) -> bool {
    record.event_name.as_deref() == Some("ConsoleLogin")
}

/// A role as people know it: `("role ", "Admin")`, or `("permission set ", "Admin")` for one that IAM Identity Center
/// made.
pub fn role_title(role: &str) -> (&'static str, &str) {
    match permission_set(role) {
        Some(set) => ("permission set ", set),
        None => ("role ", role),
    }
}

/// The name people gave the permission set behind a role that IAM Identity Center made:
/// `AWSReservedSSO_Admin_0123456789abcdef` is `Admin`.
fn permission_set(role: &str) -> Option<&str> {
    let name = role.strip_prefix("AWSReservedSSO_")?;
    let (name, suffix) = name.rsplit_once('_')?;
    (suffix.len() == 16 && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    fn sentence(json: &str) -> String {
        let mut tape = Tape::default();
        Record::read(tape.parse(json).unwrap()).unwrap().sentence().to_string()
    }

    /// A record by jo@example.com in role Admin, from the console, with this and that besides.
    fn by_jo(rest: &str) -> String {
        sentence(&format!(
            r#"{{"eventTime":"2026-11-22T09:30:00Z","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.7",
            "sessionCredentialFromConsole":"true","userAgent":"Mozilla/5.0","recipientAccountId":"111122223333",
            "userIdentity":{{"type":"AssumedRole","accountId":"111122223333",
            "arn":"arn:aws:sts::111122223333:assumed-role/Admin/jo@example.com","sessionContext":{{
            "attributes":{{"mfaAuthenticated":"true"}},"sessionIssuer":{{"type":"Role","userName":"Admin"}}}}}},{rest}}}"#
        ))
    }

    #[test]
    fn tells_when_who_what_where_and_how() {
        let said = by_jo(
            r#""eventSource":"ec2.amazonaws.com","eventName":"StopInstances",
            "requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0abc"}]},"force":false}"#,
        );
        assert_eq!(
            said,
            "On 22 Nov 2026 at 09:30:00 UTC, jo@example.com (role Admin, with MFA) stopped EC2 instance i-0abc in \
             eu-central-1 from 203.0.113.7 using the AWS console."
        );
    }

    #[test]
    fn a_call_that_failed_was_only_tried() {
        let said = by_jo(
            r#""eventSource":"ec2.amazonaws.com","eventName":"StopInstances","errorCode":"Client.UnauthorizedOperation",
            "errorMessage":"You are not authorized to perform this operation.",
            "requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"},{"instanceId":"i-3"}]}}"#,
        );
        assert!(said.contains(") tried to stop EC2 instances i-1, i-2 and i-3 in"), "{said}");
        assert!(said.ends_with(" It was denied (Client.UnauthorizedOperation)."), "{said}");
    }

    #[test]
    fn a_denial_says_which_policy_decided() {
        let denied = |message: &str| {
            let said =
                by_jo(&format!(r#""eventName":"x","errorCode":"AccessDenied","errorMessage":"{message}""#));
            said[said.find("It was").unwrap()..].to_owned()
        };
        assert_eq!(
            denied(
                "User: arn:aws:iam::1:user/jo is not authorized to perform: ecs:UpdateService because no identity-based \
                 policy allows the ecs:UpdateService action"
            ),
            "It was denied (AccessDenied): no identity-based policy allows ecs:UpdateService."
        );
        assert_eq!(
            denied(
                "User: x is not authorized to perform: s3:GetObject with an explicit deny in a service control policy"
            ),
            "It was denied (AccessDenied): a policy (service control policy) denies s3:GetObject expressly."
        );
        assert_eq!(
            denied("User: x is not authorized to perform: s3:GetObject"),
            "It was denied (AccessDenied): no permission for s3:GetObject."
        );
    }

    #[test]
    fn a_sign_in_says_whether_mfa_was_used() {
        let said = sentence(
            r#"{"eventTime":"2026-11-22T09:30:00Z","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7",
            "eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn",
            "userAgent":"Mozilla/5.0 Firefox/128.0","userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root"},
            "additionalEventData":{"MFAUsed":"No"},"errorMessage":"Failed authentication",
            "responseElements":{"ConsoleLogin":"Failure"}}"#,
        );
        assert_eq!(
            said,
            "On 22 Nov 2026 at 09:30:00 UTC, the root user (without MFA) tried to sign in to the AWS console from \
             203.0.113.7 using Firefox. It failed: Failed authentication."
        );
    }

    #[test]
    fn a_service_acts_by_itself_or_for_someone() {
        let by_itself = sentence(
            r#"{"eventTime":"2026-11-22T09:30:00Z","awsRegion":"us-east-1","sourceIPAddress":"ec2.amazonaws.com",
            "eventSource":"sts.amazonaws.com","eventName":"AssumeRole","userAgent":"ec2.amazonaws.com",
            "userIdentity":{"type":"AWSService","invokedBy":"ec2.amazonaws.com"},
            "requestParameters":{"roleArn":"arn:aws:iam::1:role/web","roleSessionName":"i-0abc"}}"#,
        );
        assert_eq!(by_itself, "On 22 Nov 2026 at 09:30:00 UTC, EC2 assumed role web as session i-0abc.");
        let for_someone = by_jo(
            r#""eventSource":"s3.amazonaws.com","eventName":"CreateBucket","sourceIPAddress":"cloudformation.amazonaws.com",
            "requestParameters":{"bucketName":"logs"}"#,
        );
        assert!(for_someone.contains("created S3 bucket logs in eu-central-1"), "{for_someone}");
    }

    #[test]
    fn silent_and_odd_records_make_short_sentences() {
        assert_eq!(sentence("{}"), "At an unknown time, an unknown caller made a call.");
        let odd = sentence(r#"{"eventTime":"soon","eventName":"<b>x</b>","errorCode":"E"}"#);
        assert_eq!(
            odd,
            "At a time that makes no sense (“soon”), an unknown caller tried to call <b>x</b>. It failed (E)."
        );
        let long = sentence(&format!(
            r#"{{"eventName":"Stop","errorCode":"E","errorMessage":"{}"}}"#,
            "ä".repeat(5000)
        ));
        assert!(long.chars().count() < 600);
    }

    #[test]
    fn permission_sets_go_by_the_name_people_gave() {
        assert_eq!(permission_set("AWSReservedSSO_Power_User_0123456789abcdef"), Some("Power_User"));
        assert_eq!(permission_set("AWSReservedSSO_x"), None);
        assert_eq!(permission_set("Admin"), None);
    }
}
