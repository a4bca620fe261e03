//! Virtual second factors: time-based codes of six digits (RFC 6238 with HMAC-SHA-1, thirty seconds), as AWS's are.

use aws_lc_rs::hmac;
use cloudtrail::time::Time;

use crate::random;

/// A virtual device.
pub(crate) struct Mfa {
    /// `arn:aws:iam::…:mfa/…`
    pub serial: String,
    seed: [u8; 20],
}

impl std::fmt::Debug for Mfa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mfa").field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// Seconds for which a code is shown.
const STEP: i64 = 30;

impl Mfa {
    /// A device with a secret of its own.
    pub fn new(serial: String) -> Mfa {
        Mfa { serial, seed: random::bytes() }
    }

    /// The code it shows.
    pub fn code(&self, now: Time) -> String {
        self.code_of_step(now.as_millis().div_euclid(1000 * STEP))
    }

    /// Whether a code is the one shown, or that of the step before or after.
    pub fn accepts(&self, code: &str, now: Time) -> bool {
        let step = now.as_millis().div_euclid(1000 * STEP);
        (step - 1..=step + 1).any(|step| self.code_of_step(step) == code)
    }

    fn code_of_step(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let hash = tag.as_ref();
        let at = usize::from(hash[19] & 0x0f);
        let number = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
        format!("{:06}", number % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        let mfa = Mfa { serial: String::new(), seed: *b"12345678901234567890" };
        // RFC 6238, appendix B, the last six of eight digits.
        assert_eq!(mfa.code(Time::from_millis(59_000)), "287082");
        assert_eq!(mfa.code(Time::from_millis(1_111_111_109_000)), "081804");
        assert!(mfa.accepts("287082", Time::from_millis(89_000)));
        assert!(!mfa.accepts("287082", Time::from_millis(120_000)));
    }
}
