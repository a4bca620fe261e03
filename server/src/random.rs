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
    fill(&mut buffer);
    buffer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random bytes from the operating system.
///
/// # Panics
///
/// As [`hex`].
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    fill(&mut buffer);
    buffer
}

fn fill(buffer: &mut [u8]) {
    if let Err(error) = OsRng.try_fill_bytes(buffer) {
        panic!("the operating system gives no random bytes: {error}");
    }
}
