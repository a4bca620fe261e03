//! The RSA key that signs digest files. Made when it is first needed; kept in the state folder, so that the digests there stay valid.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use cloudtrail::time::{DAY, Time};
use sha2::{Digest, Sha256};

use crate::random::hex;
use crate::world::lock;

/// How long a key is good.
const LIFE: i64 = 365 * DAY;

/// The place of the key.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    file: Option<PathBuf>,
    key: Mutex<Option<std::sync::Arc<Key>>>,
}

/// A key.
pub(crate) struct Key {
    pair: KeyPair,
    /// The public half: PKCS#1, DER.
    pub public: Vec<u8>,
    /// 32 hex digits, by which digests name it.
    pub fingerprint: String,
    /// From when on it counts.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

impl Keys {
    /// The key of a state folder, or one that is forgotten at the end.
    pub fn new(folder: Option<&Path>) -> Keys {
        Keys { file: folder.map(|folder| folder.join("digest-key.p8")), key: Mutex::default() }
    }

    /// The key.
    ///
    /// # Errors
    /// When its file cannot be read or written, or holds no key.
    pub fn get(&self, now: Time) -> std::io::Result<std::sync::Arc<Key>> {
        let mut slot = lock(&self.key);
        if let Some(key) = &*slot {
            return Ok(std::sync::Arc::clone(key));
        }
        let pair = match &self.file {
            Some(path) if path.exists() => KeyPair::from_pkcs8(&std::fs::read(path)?)
                .map_err(|error| std::io::Error::other(error.to_string()))?,
            file => {
                let pair = KeyPair::generate(KeySize::Rsa2048).map_err(unspecified)?;
                if let Some(path) = file {
                    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(unspecified)?;
                    write_secret(path, der.as_ref())?;
                }
                pair
            }
        };
        let public = pair.public_key().as_ref().to_vec();
        let fingerprint = hex(&Sha256::digest(&public)[..16]);
        // Since a day ago, or since the file was written: digests of the folder may be as old.
        let written = self.file.as_ref().and_then(|path| path.metadata().ok()?.modified().ok());
        let written = written.and_then(|time| jiff::Timestamp::try_from(time).ok());
        let written = written.map_or(now, |time| Time::from_millis(time.as_millisecond())).min(now);
        let key = Key { pair, public, fingerprint, from: written.plus(-DAY), until: now.plus(LIFE) };
        let key = std::sync::Arc::new(key);
        *slot = Some(std::sync::Arc::clone(&key));
        Ok(key)
    }
}

impl Key {
    /// Signs a text: RSA, PKCS#1 v1.5, over its SHA-256. In hex.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn sign(&self, text: &str) -> std::io::Result<String> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(unspecified)?;
        Ok(hex(&signature))
    }
}

fn unspecified(_: aws_lc_rs::error::Unspecified) -> std::io::Error {
    std::io::Error::other("the key cannot be made or used")
}

/// Writes a file that only its owner may read.
fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    #[test]
    fn a_folder_keeps_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let now = Time::from_millis(1_800_000_000_000);
        let first = Keys::new(Some(folder.path())).get(now).unwrap();
        let again = Keys::new(Some(folder.path())).get(now).unwrap();
        assert_eq!(first.public, again.public);
        let signature = from_hex(&first.sign("text").unwrap());
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &again.public);
        assert!(public.verify(b"text", &signature).is_ok());
        assert!(public.verify(b"test", &signature).is_err());
    }

    fn from_hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
    }
}
