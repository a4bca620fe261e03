//! Tokens for the next page: opaque, good for an hour, and only with the parameters they were made for.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudtrail::time::{HOUR, Time};

/// How long a token is good, in milliseconds.
const LIFE: i64 = HOUR;

/// Where the next page begins: before this event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Its time.
    pub time: Time,
    /// Its number.
    pub number: u64,
}

/// Makes a token. `parameters` are all that must be the same when it is used.
pub(crate) fn make(key: &[u8; 32], position: Position, parameters: &str, now: Time) -> String {
    let mut bytes = Vec::with_capacity(56);
    bytes.extend(now.as_millis().to_be_bytes());
    bytes.extend(position.time.as_millis().to_be_bytes());
    bytes.extend(position.number.to_be_bytes());
    let tag = hmac::sign(&hmac_key(key), &with(&bytes, parameters));
    bytes.extend(tag.as_ref());
    STANDARD.encode(bytes)
}

/// Reads a token. `None` if it is no token, an old one, or one for other parameters.
pub(crate) fn read(key: &[u8; 32], token: &str, parameters: &str, now: Time) -> Option<Position> {
    let bytes = STANDARD.decode(token).ok().filter(|bytes| bytes.len() == 56)?;
    let (head, tag) = bytes.split_at(24);
    hmac::verify(&hmac_key(key), &with(head, parameters), tag).ok()?;
    let number = |at: usize| head[at..at + 8].try_into().map(i64::from_be_bytes).ok();
    let (made, time, count) = (number(0)?, number(8)?, number(16)?);
    (now.as_millis() - made <= LIFE)
        .then_some(Position { time: Time::from_millis(time), number: count as u64 })
}

fn hmac_key(key: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

/// What the tag is over. The head has always the same length, so that the two cannot be mistaken for each other.
fn with(head: &[u8], parameters: &str) -> Vec<u8> {
    [head, parameters.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_insists_on_its_parameters() {
        let (key, now) = ([7; 32], Time::from_millis(1_000_000_000_000));
        let position = Position { time: now, number: 42 };
        let token = make(&key, position, "a", now);
        assert_eq!(read(&key, &token, "a", now), Some(position));
        assert_eq!(read(&key, &token, "b", now), None);
        assert_eq!(read(&[8; 32], &token, "a", now), None);
        assert_eq!(read(&key, &token, "a", now.plus(LIFE + 1)), None);
        assert_eq!(read(&key, "", "a", now), None);
        assert_eq!(read(&key, "no base64!", "a", now), None);
    }
}
