//! Unguessable and unique texts.

use rand::TryRngCore;
use rand::rngs::OsRng;

/// So many random bytes from the operating system, in hex.
///
/// # Panics
///
/// If the operating system has no randomness; nothing safe could be done then.
pub fn hex(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    if let Err(error) = OsRng.try_fill_bytes(&mut buffer) {
        panic!("the operating system gives no random bytes: {error}");
    }
    buffer.iter().map(|byte| format!("{byte:02x}")).collect()
}
