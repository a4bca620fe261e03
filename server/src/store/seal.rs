//! Sealing: what lies in the database can be read only with a key that does not.
//!
//! XChaCha20-Poly1305 with a random nonce. What is sealed is bound to its place (the name of the table and of the row), so that
//! a row that is copied elsewhere does not open. The newest key seals; all of them open.

use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::random;

/// The length of a key, in bytes.
const KEY: usize = 32;
/// How much of a key's hash tells it from others.
const NAME: usize = 4;
/// The length of a nonce.
const NONCE: usize = 24;

/// The keys, the newest first. Their `Debug` shows how many there are.
pub struct Keys {
    keys: Vec<Key>,
}

struct Key {
    name: [u8; NAME],
    cipher: XChaCha20Poly1305,
}

/// Why something is no key. It never repeats what was given.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It has another length.
    #[error(
        "a key is 32 random bytes in Base64, as `openssl rand -base64 32` makes them; this has {0} bytes"
    )]
    Length(usize),
    /// It is no Base64.
    #[error("a key is 32 random bytes in Base64, as `openssl rand -base64 32` makes them; this is no Base64")]
    NotBase64,
    /// It was not made by chance.
    #[error("this key is not random; make one with `openssl rand -base64 32`")]
    NotRandom,
    /// There is none.
    #[error("there must be at least one key")]
    None,
}

impl Keys {
    /// One that nobody knows, and that is gone with this value.
    pub fn random() -> Keys {
        Keys { keys: vec![Key::new(&Zeroizing::new(random::bytes()))] }
    }

    /// From texts, the newest first.
    ///
    /// # Errors
    /// Which of them (counted from 1) is no key, and why.
    pub fn read(texts: &[Zeroizing<String>]) -> Result<Keys, (usize, BadKey)> {
        if texts.is_empty() {
            return Err((1, BadKey::None));
        }
        let read = |(at, text): (usize, &Zeroizing<String>)| Key::read(text).map_err(|error| (at + 1, error));
        Ok(Keys { keys: texts.iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }

    /// A key for a text file.
    pub fn make() -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(Zeroizing::new(random::bytes::<KEY>())))
    }

    /// Seals with the newest key.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let key = &self.keys[0];
        let nonce: [u8; NONCE] = random::bytes();
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let Ok(text) = key.cipher.encrypt(XNonce::from_slice(&nonce), payload) else {
            unreachable!("sealing fails only beyond 256 GiB");
        };
        [&key.name[..], &nonce, &text].concat()
    }

    /// Opens what one of the keys has sealed for this place; nothing else opens.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (name, rest) = sealed.split_at_checked(NAME)?;
        let (nonce, text) = rest.split_at_checked(NONCE)?;
        let payload = || Payload { msg: text, aad: place.as_bytes() };
        let mut keys = self.keys.iter().filter(|key| key.name == name);
        keys.find_map(|key| key.cipher.decrypt(XNonce::from_slice(nonce), payload()).ok()).map(Zeroizing::new)
    }

    /// Whether the newest key has sealed it.
    pub fn is_newest(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&self.keys[0].name)
    }
}

impl Key {
    fn new(bytes: &[u8; KEY]) -> Key {
        let hash = Sha256::new().chain_update(b"waymark key name").chain_update(bytes).finalize();
        let mut name = [0; NAME];
        name.copy_from_slice(&hash[..NAME]);
        Key { name, cipher: XChaCha20Poly1305::new(bytes.into()) }
    }

    fn read(text: &str) -> Result<Key, BadKey> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| BadKey::NotBase64)?);
        let bytes: &[u8; KEY] = bytes.as_slice().try_into().map_err(|_| BadKey::Length(bytes.len()))?;
        let mut different = bytes.to_vec();
        different.sort_unstable();
        different.dedup();
        let is_random = different.len() >= 16;
        Zeroizing::new(different);
        if is_random { Ok(Key::new(bytes)) } else { Err(BadKey::NotRandom) }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

/// Reads a key's text from a file.
///
/// # Errors
/// When it cannot be read, or others than its owner and group can read it.
pub fn text_of_file(path: &Path) -> std::io::Result<Zeroizing<String>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if path.metadata()?.permissions().mode() & 0o007 != 0 {
            return Err(std::io::Error::other(
                "everybody on this machine may read it; take that away with `chmod o= FILE`",
            ));
        }
    }
    std::fs::read_to_string(path).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[&Zeroizing<String>]) -> Keys {
        Keys::read(&texts.iter().map(|text| (*text).clone()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_newest_key_seals_and_all_of_them_open() {
        let (old, new) = (Keys::make(), Keys::make());
        let before = keys(&[&old]);
        let sealed = before.seal("a", b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        let rotated = keys(&[&new, &old]);
        assert_eq!(rotated.open("a", &sealed).unwrap().as_slice(), b"secret");
        assert!(!rotated.is_newest(&sealed) && before.is_newest(&sealed));
        let again = rotated.seal("a", b"secret");
        assert!(before.open("a", &again).is_none() && keys(&[&new]).open("a", &again).is_some());
        assert_ne!(rotated.seal("a", b"secret"), again);
    }

    #[test]
    fn what_was_touched_or_moved_does_not_open() {
        let keys = Keys::random();
        let sealed = keys.seal("sessions/1", b"secret");
        assert!(keys.open("sessions/2", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut touched = sealed.clone();
            touched[at] ^= 1;
            assert!(keys.open("sessions/1", &touched).is_none(), "{at}");
            assert!(keys.open("sessions/1", &sealed[..at]).is_none(), "{at}");
        }
    }

    #[test]
    fn only_keys_are_keys() {
        let read = |text: &str| Keys::read(&[Zeroizing::new(text.to_owned())]).unwrap_err();
        assert_eq!(read(""), (1, BadKey::Length(0)));
        assert_eq!(read("c2hvcnQ="), (1, BadKey::Length(5)));
        assert_eq!(read("my secret key"), (1, BadKey::NotBase64));
        assert_eq!(read(&STANDARD.encode([7; 32])), (1, BadKey::NotRandom));
        assert_eq!(Keys::read(&[]).unwrap_err(), (1, BadKey::None));
        let (good, bad) = (Keys::make(), Zeroizing::new("x".to_owned()));
        assert_eq!(Keys::read(&[good.clone(), bad]).unwrap_err().0, 2);
        assert!(!format!("{:?}", keys(&[&good])).contains(good.trim()));
    }
}
