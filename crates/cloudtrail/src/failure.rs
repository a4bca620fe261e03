//! What an error means, in words: for people who read an `AccessDenied` for the first time, and for those who want to
//! know which policy said no.

use std::borrow::Cow;

use crate::record::Record;

/// A failed call explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the error code means.
    pub meaning: &'static str,
    /// For a denial, what the message tells of it.
    pub denial: Option<Denial>,
    /// What to do next.
    pub advice: Option<&'static str>,
}

/// What the message of a denied call tells (IAM User Guide, "Troubleshoot access denied error messages").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Denial {
    /// Who was denied, by ARN.
    pub principal: Option<String>,
    /// The permission that was missing, `ec2:StopInstances`.
    pub action: Option<String>,
    /// On what, by ARN.
    pub resource: Option<String>,
    /// The kind of policy that decided (`identity-based policy`, `service control policy`, …).
    pub policy: Option<String>,
    /// That policy's ARN, where the message names it.
    pub policy_arn: Option<String>,
    /// Whether a policy denies it expressly; otherwise none allows it.
    pub explicit: bool,
    /// The message is encoded; only `aws sts decode-authorization-message` can read it.
    pub encoded: Option<String>,
}

impl Record<'_> {
    /// Why the call failed, if it did.
    pub fn failure(&self) -> Option<Failure> {
        if !self.failed() {
            return None;
        }
        let code = self.error_code.as_deref().unwrap_or_default();
        let message = self.error_message.as_deref().unwrap_or_default();
        let (meaning, advice) = explain(code, message);
        let denial = is_denial(code).then(|| Denial::read(message));
        let advice = denial.as_ref().and_then(Denial::advice).or(advice);
        Some(Failure { meaning, denial, advice })
    }
}

/// Whether an error code says that the caller was not allowed to do this.
pub fn is_denial(code: &str) -> bool {
    let code = bare(code);
    let denials = [
        "AccessDenied",
        "UnauthorizedOperation",
        "NotAuthorized",
        "AuthorizationError",
        "VpceAccessDenied",
        "Unauthorized",
        "Forbidden",
    ];
    denials.iter().any(|denial| code.starts_with(denial))
}

impl Denial {
    fn read(message: &str) -> Denial {
        const ENCODED: &str = "Encoded authorization failure message: ";
        let encoded = message
            .split_once(ENCODED)
            .map(|(_, rest)| rest.split_whitespace().next().unwrap_or(rest).to_owned());
        let text: Cow<'_, str> = match message.split_once(ENCODED) {
            Some((before, _)) => before.into(),
            None => message.into(),
        };
        let after = |key: &str| {
            let (_, rest) = text.split_once(key)?;
            let end = rest.find([' ', ',', '\n']).unwrap_or(rest.len());
            let word = rest[..end].trim_end_matches('.').trim_matches(['"', '\'']);
            (!word.is_empty()).then(|| word.to_owned())
        };
        let explicit = text.contains("explicit deny");
        // "because no identity-based policy allows the … action", "with an explicit deny in a service control policy: arn:…"
        let named = if explicit {
            text.split_once("explicit deny in ").map(|(_, rest)| {
                rest.trim_start_matches("a ").trim_start_matches("an ").trim_start_matches("the ")
            })
        } else {
            text.split_once("because no ").map(|(_, rest)| rest)
        };
        let policy = named.and_then(|rest| POLICIES.iter().find(|(name, _)| starts_with(rest, name)));
        let policy_arn = named.and_then(|rest| {
            let at = rest.find("arn:")?;
            let arn = &rest[at..];
            Some(arn[..arn.find([' ', ',']).unwrap_or(arn.len())].trim_end_matches('.').to_owned())
        });
        Denial {
            principal: after("User: ").filter(|user| user.starts_with("arn:")),
            action: after("not authorized to perform: ").filter(|action| action.contains(':')),
            resource: after("on resource: "),
            policy: policy.map(|(name, _)| (*name).to_owned()),
            policy_arn: policy_arn.filter(|_| policy.is_some()),
            explicit,
            encoded,
        }
    }

    /// What was decided, as a sentence: "No identity-based policy allows it."
    pub fn reason(&self) -> Option<String> {
        let policy = self.policy.as_deref();
        match (self.explicit, policy) {
            (true, Some(policy)) => {
                let article = if policy.starts_with("identity") { "An" } else { "A" };
                Some(format!("{article} {policy} denies it expressly; no other policy can allow it."))
            }
            (true, None) => Some("A policy denies it expressly; no other policy can allow it.".to_owned()),
            (false, Some(policy)) => Some(format!("No {policy} allows it.")),
            (false, None) => None,
        }
    }

    fn advice(&self) -> Option<&'static str> {
        if self.encoded.is_some() {
            return Some(
                "The reason is encoded. Someone with sts:DecodeAuthorizationMessage can read it with the command below.",
            );
        }
        let policy = self.policy.as_deref()?;
        POLICIES.iter().find(|(name, _)| *name == policy).map(|(_, advice)| *advice)
    }
}

/// The kinds of policy that a message can name, and where to look.
const POLICIES: [(&str, &str); 7] = [
    ("identity-based policy", "Look at the policies attached to the caller's user, group or role."),
    (
        "resource-based policy",
        "Look at the policy of the resource itself (a bucket policy, a key policy, a role's trust policy).",
    ),
    ("permissions boundary", "Look at the permissions boundary of the caller's user or role."),
    ("session policy", "Look at the policy that was passed when the role was assumed."),
    (
        "service control policy",
        "Look at the service control policies (SCPs) of the organization, above this account.",
    ),
    (
        "resource control policy",
        "Look at the resource control policies (RCPs) of the organization, above the resource's account.",
    ),
    ("VPC endpoint policy", "Look at the policy of the VPC endpoint that the call went through."),
];

/// What a code means and what to do about it. The codes of different services for one thing are explained together.
fn explain(code: &str, message: &str) -> (&'static str, Option<&'static str>) {
    let bare = bare(code);
    let has = |part: &str| bare.contains(part);
    if code.is_empty() {
        return match message {
            "Failed authentication" => {
                ("The sign-in failed: the password, the user name or the MFA code was wrong.", None)
            }
            _ => ("The call failed; the record has no error code.", None),
        };
    }
    if bare.starts_with("VpceAccessDenied") {
        return (
            "The VPC endpoint's policy did not let this call through.",
            Some("Look at the policy of the VPC endpoint."),
        );
    }
    if is_denial(code) {
        return ("The caller was not allowed to do this. Nothing was changed.", None);
    }
    if has("DryRun") {
        return (
            "A dry run: the caller asked whether it would be allowed, and it would. Nothing was changed.",
            None,
        );
    }
    if has("Throttl")
        || has("RequestLimitExceeded")
        || has("TooManyRequests")
        || has("SlowDown")
        || message.starts_with("Rate exceeded")
    {
        return (
            "The service refused because calls came too fast; the caller should try again more slowly.",
            Some("Look at who else calls this API at the same time."),
        );
    }
    if has("ExpiredToken") || has("RequestExpired") {
        return ("The credentials had expired.", None);
    }
    if has("InvalidClientTokenId")
        || has("InvalidAccessKeyId")
        || has("UnrecognizedClient")
        || has("AuthFailure")
        || has("SignatureDoesNotMatch")
        || has("IncompleteSignature")
    {
        return ("The credentials were not valid: unknown or deleted keys, or a wrong signature.", None);
    }
    if has("OptInRequired") || has("SubscriptionRequired") {
        return ("The account has not signed up for this service or Region.", None);
    }
    if has("LimitExceeded") || has("QuotaExceeded") || has("TooMany") || has("InsufficientInstanceCapacity") {
        return (
            "A quota or the capacity was used up.",
            Some("Service Quotas shows the quota and takes requests to raise it."),
        );
    }
    if has("NotFound")
        || has("NoSuch")
        || has("DoesNotExist")
        || has("Unknown")
        || has("Nonexistent")
        || has("NonExistent")
    {
        return ("What the call names does not exist (any more, or not in this Region or account).", None);
    }
    if has("AlreadyExists") || has("AlreadyOwned") || has("Duplicate") || has("EntityAlready") {
        return ("It exists already.", None);
    }
    if has("InUse")
        || has("NotEmpty")
        || has("DependencyViolation")
        || has("DeleteConflict")
        || has("Conflict")
        || has("Unmodifiable")
    {
        return ("Something else still uses or changes it.", None);
    }
    if has("IncorrectInstanceState") || has("InvalidState") || has("State") {
        return ("It was in a state in which this cannot be done.", None);
    }
    if has("Invalid")
        || has("Validation")
        || has("Malformed")
        || has("Missing")
        || has("BadRequest")
        || has("ClientException")
    {
        return ("The call's parameters were wrong.", None);
    }
    if has("ServiceUnavailable")
        || has("InternalError")
        || has("InternalFailure")
        || has("InternalServer")
        || code.starts_with("Server.")
    {
        return ("AWS itself failed; trying again usually helps.", None);
    }
    ("The call failed.", None)
}

/// The code without the prefix that EC2 sets before it.
fn bare(code: &str) -> &str {
    code.strip_prefix("Client.").or_else(|| code.strip_prefix("Server.")).unwrap_or(code)
}

fn starts_with(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    fn failure(code: &str, message: &str) -> Failure {
        let json = serde_json::json!({ "errorCode": code, "errorMessage": message }).to_string();
        let mut tape = Tape::default();
        Record::read(tape.parse(&json).unwrap()).unwrap().failure().unwrap()
    }

    #[test]
    fn a_denial_says_which_permission_was_missing_where() {
        let failure = failure(
            "AccessDenied",
            "User: arn:aws:iam::1:user/bert is not authorized to perform: sts:AssumeRole on resource: \
             arn:aws:iam::1:role/admin because no identity-based policy allows the sts:AssumeRole action",
        );
        let denial = failure.denial.unwrap();
        assert_eq!(denial.principal.as_deref(), Some("arn:aws:iam::1:user/bert"));
        assert_eq!(denial.action.as_deref(), Some("sts:AssumeRole"));
        assert_eq!(denial.resource.as_deref(), Some("arn:aws:iam::1:role/admin"));
        assert_eq!(denial.reason().as_deref(), Some("No identity-based policy allows it."));
        assert!(failure.advice.unwrap().contains("user, group or role"));
    }

    #[test]
    fn an_explicit_deny_names_its_policy() {
        let failure = failure(
            "Client.UnauthorizedOperation",
            "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/ci/x is not authorized to \
             perform: ec2:StopInstances on resource: arn:aws:ec2:us-east-1:1:instance/i-1 with an explicit deny in a \
             service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1",
        );
        let denial = failure.denial.unwrap();
        assert!(denial.explicit);
        assert_eq!(denial.policy.as_deref(), Some("service control policy"));
        assert_eq!(
            denial.policy_arn.as_deref(),
            Some("arn:aws:organizations::1:policy/o-1/service_control_policy/p-1")
        );
        assert_eq!(
            denial.reason().as_deref(),
            Some("A service control policy denies it expressly; no other policy can allow it.")
        );
    }

    #[test]
    fn an_encoded_message_is_set_apart() {
        let failure = failure(
            "Client.UnauthorizedOperation",
            "You are not authorized to perform this operation. Encoded authorization failure message: ywUZ-b4_x",
        );
        let denial = failure.denial.unwrap();
        assert_eq!(denial.encoded.as_deref(), Some("ywUZ-b4_x"));
        assert_eq!((denial.reason(), denial.action, denial.explicit), (None, None, false));
        assert!(failure.advice.unwrap().contains("command"));
    }

    #[test]
    fn codes_of_many_services_are_explained() {
        for (code, start) in [
            ("ThrottlingException", "The service refused because calls came too fast"),
            ("Client.InvalidVpcID.NotFound", "What the call names does not exist"),
            ("NoSuchBucketPolicy", "What the call names does not exist"),
            ("BucketNotEmpty", "Something else still uses"),
            ("Client.VpcLimitExceeded", "A quota"),
            ("Client.DryRunOperation", "A dry run"),
            ("ExpiredToken", "The credentials had expired"),
            ("ValidationException", "The call's parameters were wrong"),
            ("Frobnicated", "The call failed."),
        ] {
            let failure = failure(code, "");
            assert!(failure.meaning.starts_with(start), "{code}: {}", failure.meaning);
            assert_eq!(failure.denial, None);
        }
    }

    #[test]
    fn odd_messages_do_no_harm() {
        for message in
            ["", "because no ", "explicit deny in ", "User: ", "on resource: .", "because no identité"]
        {
            let denial = failure("AccessDenied", message).denial.unwrap();
            assert_eq!((denial.policy, denial.policy_arn), (None, None), "{message}");
        }
    }
}
