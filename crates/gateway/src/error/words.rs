//! What AWS's words tell of a failure, and what helps against it.

use cloudtrail::time::{SECOND, Time, readable_duration};

use super::{GatewayError, Kind};

/// AWS says of a wrong clock that a signature is not (yet, any more) current: the same code as for a wrong secret.
const BEHIND: &str = "Signature expired: ";
const AHEAD: &str = "Signature not yet current: ";

/// Whether AWS's words are about a clock.
pub fn is_about_clock(message: &str) -> bool {
    [BEHIND, AHEAD, "not in the allowed time range"].iter().any(|text| message.contains(text))
}

/// How far this machine's clock is ahead of AWS's, in milliseconds, where AWS says both: "Signature expired: 20261122T203000Z is
/// now earlier than 20261122T204500Z (20261122T205000Z - 5 min.)".
fn ahead(message: &str) -> Option<i64> {
    let rest = [BEHIND, AHEAD].iter().find_map(|text| Some(message.split_once(text)?.1))?;
    let ours = stamp(rest.split(' ').next()?)?;
    let theirs = stamp(rest.split_once('(')?.1.split(' ').next()?)?;
    Some(ours.as_millis() - theirs.as_millis())
}

/// `20261122T203000Z`.
fn stamp(text: &str) -> Option<Time> {
    let part = |range| text.get(range);
    let (date, time) = (part(0..8)?, part(9..15)?);
    (text.len() == 16).then_some(())?;
    Time::parse(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &time[..2],
        &time[2..4],
        &time[4..]
    ))
}

/// The kind of policy that denies a call expressly, such as `service control policy`: "… with an explicit deny in a service
/// control policy: arn:…" (IAM User Guide, "Troubleshoot access denied error messages").
fn denying_policy(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("with an explicit deny in ")?;
    let rest = ["a ", "an ", "the "].iter().find_map(|article| rest.strip_prefix(article)).unwrap_or(rest);
    let end =
        rest.find("policy").map(|at| at + "policy".len()).or_else(|| Some(rest.find("boundary")? + 8))?;
    rest.get(..end)
}

/// The kind of policy that would have to allow a call: "… because no permissions boundary allows the … action".
fn silent_policy(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("because no ")?;
    Some(rest.split_once(" allows")?.0)
}

impl GatewayError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self.kind {
            Kind::Expired => "Sign in again; temporary credentials end by themselves.".to_owned(),
            // The signature names the Region that was meant.
            Kind::Invalid if self.message.contains("scoped to a valid region") => {
                format!("There is no Region `{}` there; check its name.", self.region)
            }
            Kind::Invalid if self.is_wrong_signature() => {
                "AWS knows the access key, and the secret is not its secret. Copy the access key, the secret and the session \
                 token once more, all three from the same place."
                    .to_owned()
            }
            Kind::Invalid => {
                "Copy the access key, the secret and the session token once more, all three from the same place. Deleted and \
                 deactivated keys are answered like this too."
                    .to_owned()
            }
            Kind::Denied => self.what_allows(),
            Kind::Throttled => {
                "It goes on by itself, slower. Other programs in the account may use up the same allowance."
                    .to_owned()
            }
            Kind::ClockSkew => self.which_clock(),
            Kind::RegionOff => format!(
                "Nothing is recorded in a Region that is off. Enable {} in the account, or leave it out of the configuration.",
                self.region
            ),
            Kind::StaleToken => "The search starts over by itself.".to_owned(),
            Kind::Unreachable => {
                "Check that the machine that runs Waymark reaches AWS, also through a proxy. It is tried again by itself."
                    .to_owned()
            }
            Kind::Garbled => {
                "It seems that not AWS has answered: check the endpoint, and what stands between it and the machine that runs \
                 Waymark, such as a proxy."
                    .to_owned()
            }
            Kind::Server => "It is tried again by itself. The AWS Health Dashboard says if more is wrong.".to_owned(),
            Kind::Refused => return None,
        };
        Some(help)
    }

    /// Whether it is something to know rather than a failure: a Region that the account or its organization keeps closed. The
    /// others go on.
    pub fn is_note(&self) -> bool {
        self.kind == Kind::RegionOff
            || self.kind == Kind::Denied && denying_policy(&self.message) == Some("service control policy")
    }

    /// The action that is missing, such as `cloudtrail:LookupEvents`, as AWS names it in "User: … is not authorized to perform: …".
    pub fn missing_permission(&self) -> Option<String> {
        let (_, rest) = self.message.split_once("is not authorized to perform: ")?;
        let action = rest.split([' ', ',']).next()?.trim_end_matches('.');
        let is_action = action.split_once(':').is_some_and(|(service, name)| {
            let is_word = |word: &str| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            is_word(service) && is_word(name)
        });
        is_action.then(|| action.to_owned())
    }

    /// The policy statement that would allow the call; none where a policy denies it expressly, as no statement helps then.
    pub fn statement(&self) -> Option<String> {
        if denying_policy(&self.message).is_some() {
            return None;
        }
        let action = self.missing_permission()?;
        let resource =
            self.message.split_once("on resource: ").and_then(|(_, rest)| rest.split([' ', ',']).next());
        // S3 puts it in quotes.
        let resource = resource.map(|arn| arn.trim_matches('"'));
        let is_plain = |arn: &&str| {
            arn.starts_with("arn:")
                && arn.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
        };
        let resource = resource.filter(is_plain).unwrap_or("*");
        Some(format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#))
    }

    fn what_allows(&self) -> String {
        if let Some(policy) = denying_policy(&self.message) {
            let who = match policy {
                "service control policy" | "resource control policy" => "whoever manages the organization",
                _ => "whoever manages permissions in this account",
            };
            return format!("A {policy} denies it expressly, and no other policy can allow it. Ask {who}.")
                .replacen("A identity", "An identity", 1);
        }
        match (self.statement(), silent_policy(&self.message)) {
            (
                Some(statement),
                Some(policy @ ("permissions boundary" | "session policy" | "service control policy")),
            ) => {
                format!("The {policy} has to allow it, besides the permissions: {statement}")
            }
            (Some(statement), _) if self.missing_permission().as_deref() == Some("sts:AssumeRole") => {
                format!(
                    "The role's trust policy has to name who takes it on, and they need this statement: {statement}"
                )
            }
            (Some(statement), _) => {
                format!("Ask whoever manages permissions for this statement: {statement}")
            }
            (None, _) => "Ask whoever manages permissions in this account.".to_owned(),
        }
    }

    fn which_clock(&self) -> String {
        let which = match ahead(&self.message) {
            Some(ahead) if ahead.abs() >= SECOND => {
                let way = if ahead > 0 { "ahead of" } else { "behind" };
                format!(" It is {} {way} AWS's.", readable_duration(ahead))
            }
            _ => String::new(),
        };
        format!("Set the clock of the machine that runs Waymark.{which} AWS takes no more than five minutes.")
    }

    fn is_wrong_signature(&self) -> bool {
        matches!(self.code.as_str(), "InvalidSignatureException" | "SignatureDoesNotMatch")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(message: &str) -> GatewayError {
        GatewayError { message: message.to_owned(), ..GatewayError::failed(Kind::Denied) }
    }

    const WHO: &str = "User: arn:aws:iam::111122223333:user/jo is not authorized to perform: ";

    #[test]
    fn a_region_that_is_none_is_no_wrong_secret() {
        let error = GatewayError {
            code: "SignatureDoesNotMatch".to_owned(),
            message: "Credential should be scoped to a valid region. ".to_owned(),
            ..GatewayError::failed(Kind::Invalid)
        };
        assert!(error.help().unwrap().starts_with("There is no Region `"));
        assert!(error.answer().ends_with(" valid region."), "{}", error.answer());
    }

    #[test]
    fn a_denied_call_names_what_would_allow_it() {
        let error = denied(&format!(
            "{WHO}cloudtrail:LookupEvents because no identity-based policy allows the cloudtrail:LookupEvents action"
        ));
        assert_eq!(error.missing_permission().as_deref(), Some("cloudtrail:LookupEvents"));
        let statement = r#"{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"*"}"#;
        assert_eq!(error.statement().as_deref(), Some(statement));
        assert!(error.help().unwrap().ends_with(statement) && !error.is_note());
        assert!(error.detail().starts_with("LookupEvents in eu-central-1"));

        let role =
            denied(&format!("{WHO}sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Auditor"));
        assert!(role.statement().unwrap().contains(r#""Resource":"arn:aws:iam::444455556666:role/Auditor""#));
        assert!(role.help().unwrap().contains("trust policy"));
        let boundary = denied(&format!("{WHO}sts:X because no permissions boundary allows the sts:X action"));
        assert!(boundary.help().unwrap().starts_with("The permissions boundary has to allow it"));
    }

    #[test]
    fn against_an_express_denial_no_statement_is_offered() {
        for (policy, who) in [
            ("a service control policy", "organization"),
            ("an identity-based policy", "account"),
            ("a permissions boundary", "account"),
            ("a session policy: arn:aws:iam::aws:policy/X", "account"),
        ] {
            let error = denied(&format!("{WHO}cloudtrail:LookupEvents with an explicit deny in {policy}"));
            let help = error.help().unwrap();
            assert!(!help.contains("Effect") && help.contains(who), "{help}");
            assert!(help.to_lowercase().starts_with(policy.split(':').next().unwrap()), "{help}");
            assert_eq!(error.is_note(), policy.contains("service control"), "{policy}");
        }
    }

    #[test]
    fn a_wrong_clock_is_off_one_way_or_the_other() {
        let error = |message: &str| GatewayError {
            message: message.to_owned(),
            ..GatewayError::failed(Kind::ClockSkew)
        };
        let behind = "Signature expired: 20261122T203000Z is now earlier than 20261122T204500Z (20261122T205000Z - 5 min.)";
        let ahead = "Signature not yet current: 20261122T203000Z is still later than 20261122T201500Z (20261122T201000Z + 5 min.)";
        assert!(is_about_clock(behind) && is_about_clock(ahead));
        assert!(error(behind).help().unwrap().contains("20 min behind AWS's"));
        assert!(error(ahead).help().unwrap().contains("20 min ahead of AWS's"));
        for odd in
            ["", "Signature expired: x (y", "Signature expired: 2026\u{e9}\u{e9}\u{e9}\u{e9}T203000Z (z "]
        {
            assert!(
                error(odd).help().unwrap().starts_with("Set the clock of the machine that runs Waymark. AWS")
            );
        }
    }
}
