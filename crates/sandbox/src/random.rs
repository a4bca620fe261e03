//! Unguessable texts: keys, secrets, tokens and ids. Nothing secret is ever a constant of the program.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::TryRngCore;
use rand::rngs::OsRng;

/// Letters and digits of base32, which AWS's ids are made of.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Random bytes from the operating system.
///
/// # Panics
/// If the operating system has no randomness; nothing safe could be done then.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    if let Err(error) = OsRng.try_fill_bytes(&mut buffer) {
        panic!("the operating system gives no random bytes: {error}");
    }
    buffer
}

/// An id such as `AKIA…` or `AROA…`: the prefix and 16 random letters and digits.
pub(crate) fn id(prefix: &str) -> String {
    let tail = bytes::<16>().map(|byte| char::from(BASE32[usize::from(byte % 32)]));
    prefix.chars().chain(tail).collect()
}

/// A secret access key: 40 characters.
pub(crate) fn secret() -> String {
    STANDARD.encode(bytes::<30>())
}

/// A session token, of a length that AWS's have.
pub(crate) fn token() -> String {
    format!("IQoJb3JpZ2luX2Vj{}", STANDARD.encode(bytes::<240>()))
}

/// Whether two secrets are the same, found out in a time that does not depend on where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// A random GUID (version 4).
pub(crate) fn guid() -> String {
    let mut raw = bytes::<16>();
    raw[6] = raw[6] & 0x0f | 0x40;
    raw[8] = raw[8] & 0x3f | 0x80;
    let hex = hex(&raw);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(id("AKIA").len(), 20);
        assert_eq!(secret().len(), 40);
        let guid = guid();
        assert_eq!(guid.len(), 36);
        assert_eq!(&guid[14..15], "4");
        assert_ne!(secret(), secret());
    }
}
