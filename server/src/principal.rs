//! Lists of people by their ARNs, as an operator writes them.

/// A list of people and roles: ARNs, in which `*` stands for any text within a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principals {
    patterns: Vec<String>,
}

impl Principals {
    /// Reads a list.
    ///
    /// The account must be written out: whoever owns any AWS account can give any name to a role in it.
    ///
    /// # Errors
    /// Which of them cannot be used, and why.
    pub fn read(texts: &[String]) -> Result<Principals, String> {
        for text in texts {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            let [arn, partition, service, region, account, resource] = parts[..] else {
                return Err(format!(
                    "`{text}` is no ARN; write one such as arn:aws:sts::111122223333:assumed-role/Auditor/*"
                ));
            };
            let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            if arn != "arn"
                || partition.contains('*')
                || !matches!(service, "iam" | "sts")
                || !region.is_empty()
            {
                return Err(format!("`{text}` is not the ARN of a user or of a role's session"));
            }
            if !is_account {
                return Err(format!(
                    "`{text}` leaves the account open; write its 12 digits, or anybody with an AWS account could come in"
                ));
            }
            if !["user/", "assumed-role/", "federated-user/"].iter().any(|kind| resource.starts_with(kind)) {
                return Err(format!(
                    "`{text}` is not the ARN of a user or of a role's session; GetCallerIdentity says \
                     arn:aws:sts::{account}:assumed-role/ROLE/SESSION for a role"
                ));
            }
        }
        Ok(Principals { patterns: texts.to_vec() })
    }

    /// Whether an ARN is on the list.
    pub fn has(&self, arn: &str) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern, arn))
    }
}

/// Whether a text fits a pattern. `*` stands for any text without a slash or a colon, so that it never reaches into another part.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((begin, rest)) => {
            let Some(after) = text.strip_prefix(begin) else { return false };
            let open = after.find(['/', ':']).unwrap_or(after.len());
            after[..open].char_indices().map(|(at, _)| at).chain([open]).any(|at| matches(rest, &after[at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Result<Principals, String> {
        Principals::read(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn stars_stay_within_their_part() {
        let list = list(&[
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Audit_*/*@example.com",
            "arn:aws:iam::111122223333:user/staff/*",
        ])
        .unwrap();
        for right in [
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Audit_0a1b/jo@example.com",
            "arn:aws:iam::111122223333:user/staff/jo",
        ] {
            assert!(list.has(right), "{right}");
        }
        for wrong in [
            "",
            "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Audit_0a1b/jo@example.com",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Audit_0a1b/jo@example.com.evil",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Audit_x/y/jo@example.com",
            "arn:aws:sts::111122223333:assumed-role/Other/jo@example.com",
            "arn:aws:iam::111122223333:user/staff/a/b",
            "arn:aws:iam::111122223333:user/jo",
        ] {
            assert!(!list.has(wrong), "{wrong}");
        }
        assert!(!Principals::default().has("arn:aws:iam::111122223333:user/jo"));
    }

    #[test]
    fn an_open_account_is_refused() {
        for wrong in [
            "jo",
            "*",
            "arn:aws:iam::*:user/jo",
            "arn:aws:iam::1111*:user/jo",
            "arn:*:iam::111122223333:user/jo",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::111122223333:role/Auditor",
            "arn:aws:iam::111122223333:*",
        ] {
            assert!(list(&[wrong]).is_err(), "{wrong}");
        }
    }
}
