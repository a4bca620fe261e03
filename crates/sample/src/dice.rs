//! Random choices that come out the same on every machine and with every version of a compiler.
//!
//! ChaCha's stream is specified; how a number in a range is drawn from it is written here, since a library may change its
//! way of doing so. Nothing of the machine's word size enters.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

const HEX: &[u8; 16] = b"0123456789abcdef";
/// The letters of AWS's unique ids and access key ids.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const UPPER: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ALNUM: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Ax";

/// A source of random choices.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice of their own for one purpose: the same `seed` and `stream` always fall the same way.
    pub fn new(seed: u64, stream: u64) -> Dice {
        let mut key = *b"waymark sample, key from a seed.";
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut random = ChaCha8Rng::from_seed(key);
        random.set_stream(stream);
        Dice(random)
    }

    /// Dice named by a text, for ids that belong to a name.
    pub fn named(seed: u64, name: &str) -> Dice {
        // FNV-1a; the top bit keeps named streams apart from numbered ones.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Dice::new(seed, hash | 1 << 63)
    }

    /// A number from 0 up to, but not including, `bound`. A bound of 0 gives 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// True in `share` of a thousand cases.
    pub fn per_mille(&mut self, share: u32) -> bool {
        self.below(1000) < share
    }

    /// One of the items. The slice must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u32) as usize]
    }

    /// The index of a weight, drawn in proportion to the weights. All zero gives the last one.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut left = self.below(total);
        let mut index = 0;
        for (position, weight) in weights.enumerate() {
            index = position;
            if left < weight {
                return position;
            }
            left -= weight;
        }
        index
    }

    /// `length` lower-case hex digits.
    pub fn hex(&mut self, length: usize) -> String {
        self.letters(HEX, 4, length)
    }

    /// `length` characters of AWS's unique ids.
    pub fn base32(&mut self, length: usize) -> String {
        self.letters(BASE32, 5, length)
    }

    /// `length` upper-case letters and digits, as in S3's request ids.
    pub fn upper(&mut self, length: usize) -> String {
        self.letters(UPPER, 5, length)
    }

    /// `length` characters of base 64.
    pub fn base64(&mut self, length: usize) -> String {
        self.letters(BASE64, 6, length)
    }

    /// `length` letters and digits.
    pub fn alnum(&mut self, length: usize) -> String {
        self.letters(ALNUM, 6, length)
    }

    /// A random GUID, version 4.
    pub fn uuid(&mut self) -> String {
        let mut digits = [0_u8; 36];
        let mut bits = u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64());
        for (index, digit) in digits.iter_mut().enumerate() {
            *digit = match index {
                8 | 13 | 18 | 23 => b'-',
                14 => b'4',
                _ => {
                    let nibble = (bits & 15) as usize;
                    bits >>= 4;
                    HEX[if index == 19 { 8 | nibble & 3 } else { nibble }]
                }
            };
        }
        digits.iter().map(|&digit| char::from(digit)).collect()
    }

    /// A temporary access key id, made up for all to see.
    pub fn session_key(&mut self) -> String {
        format!("ASIAEXAMPLE{}", self.base32(9))
    }

    fn letters(&mut self, alphabet: &[u8], bits: u32, length: usize) -> String {
        let mut text = String::with_capacity(length);
        let mut left = 0;
        let mut pool = 0;
        for _ in 0..length {
            if left < bits {
                pool = self.0.next_u64();
                left = 64;
            }
            text.push(char::from(alphabet[pool as usize & (alphabet.len() - 1)]));
            pool >>= bits;
            left -= bits;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_stream_fall_the_same_way() {
        let (mut one, mut same, mut other) = (Dice::new(1, 2), Dice::new(1, 2), Dice::new(1, 3));
        let first = one.uuid();
        assert_eq!(first, same.uuid());
        assert_ne!(first, other.uuid());
        // Written down, so that a change of the stream cannot go unseen.
        assert_eq!(Dice::new(1, 0).hex(16), "50ac57a0130a6ff2");
    }
    #[test]
    fn shapes() {
        let mut dice = Dice::new(7, 7);
        let uuid = dice.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        assert_eq!(dice.session_key().len(), 20);
        for _ in 0..1000 {
            assert!(dice.below(3) < 3);
            assert!((5..=9).contains(&dice.between(5, 9)));
        }
        assert_eq!(dice.weighted([0, 5, 0].into_iter()), 1);
    }
}
