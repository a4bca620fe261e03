//! Values that look like secrets: shown masked, and kept out of logs.
//!
//! CloudTrail hides most secrets itself (`HIDDEN_DUE_TO_SECURITY_REASONS`, `<sensitiveDataRemoved>`), but session
//! tokens stand in every AssumeRole record, and what people put into parameters is theirs.

/// Whether a value under this key looks like a secret. Key ids are none: they are what people search for.
pub fn is_secret(key: &str, value: &str) -> bool {
    if value.len() < 4 || is_hidden_already(value) {
        return false;
    }
    let key: String =
        key.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    KEYS.iter().any(|end| key.ends_with(end)) || holds_key_material(value)
}

/// How the names of such values end, in small letters and without `_` and `-`.
const KEYS: [&str; 19] = [
    "password",
    "passphrase",
    "secretaccesskey",
    "sessiontoken",
    "securitytoken",
    "secretstring",
    "secretbinary",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "bearertoken",
    "webidentitytoken",
    "samlassertion",
    "clientsecret",
    "sharedsecret",
    "presharedkey",
    "keymaterial",
];

fn is_hidden_already(value: &str) -> bool {
    value == "HIDDEN_DUE_TO_SECURITY_REASONS"
        || value.starts_with("<sensitive")
        || value.bytes().all(|byte| byte == b'*')
}

/// Private keys in PEM, and JSON web tokens.
fn holds_key_material(value: &str) -> bool {
    let is_web_token = value.starts_with("eyJ") && value.matches('.').count() == 2 && value.len() > 60;
    is_web_token || (value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_key_or_their_look() {
        for (key, value, secret) in [
            ("sessionToken", "FwoGZXIvYXdzE", true),
            ("X-Amz-Security-Token", "FwoGZXIvYXdzE", true),
            ("masterUserPassword", "hunter22", true),
            ("masterUserPassword", "****", false),
            ("password", "HIDDEN_DUE_TO_SECURITY_REASONS", false),
            ("secretId", "prod/db", false),
            ("accessKeyId", "ASIAEXAMPLE", false),
            ("passwordResetRequired", "false", false),
            ("passwordLastUsed", "Nov 22, 2026", false),
            ("data", "-----BEGIN RSA PRIVATE KEY-----\nMII", true),
            ("nextToken", "AAAA", false),
        ] {
            assert_eq!(is_secret(key, value), secret, "{key}: {value}");
        }
    }
}
