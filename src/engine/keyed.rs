//! Keyed hashes in place of cells: what the ledger keeps to know a row again.
//!
//! HMAC-SHA-256 under a key that never leaves the ledger, cut to 128 bits: equal fields give equal
//! keys, and a key tells nobody what the fields were.

use std::cmp::Ordering;
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _, RandomState};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// A row's mark, or that of its order key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key(pub [u8; 16]);

/// By the bytes, as one number: a check sorts the keys of a whole file.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Makes [`Key`]s for one operation and one ledger. What is hashed is said in [`identity`](crate::identity).
#[derive(Clone)]
pub struct KeyedHasher(Function);

/// How keys are made.
#[derive(Clone)]
enum Function {
    /// What a ledger keeps: an HMAC that has taken in what all keys have in common.
    Ledger(Hmac<Sha256>),
    /// Good for one reading of a file, at a fraction of the cost.
    Reading(DefaultHasher),
}

impl KeyedHasher {
    /// Two names are part of every key: what rows of one operation have in common.
    pub fn new(secret: &[u8; 32], first: &str, second: &str) -> Self {
        // HMAC fills a short key up with zeros to the block of its hash.
        let mut block = [0; 64];
        block[..secret.len()].copy_from_slice(secret);
        let mut mac = Hmac::new(&block.into());
        feed(&mut mac, first.as_bytes());
        feed(&mut mac, second.as_bytes());
        Self(Function::Ledger(mac))
    }

    /// Makes keys by which the rows of one reading are compared with each other, where no ledger is asked. The names
    /// are part of every key, as in [`KeyedHasher::new`].
    pub fn of_reading(reading: &RandomState, first: &str, second: &str) -> Self {
        let mut hasher = reading.build_hasher();
        (first, second).hash(&mut hasher);
        Self(Function::Reading(hasher))
    }

    /// The key of some parts under a purpose. Each part goes in with its length, so that parts cannot
    /// run into each other.
    pub fn key(&self, purpose: &str, parts: impl IntoIterator<Item: AsRef<[u8]>>) -> Key {
        let mut key = [0; 16];
        match &self.0 {
            Function::Ledger(mac) => {
                let mut mac = mac.clone();
                feed(&mut mac, purpose.as_bytes());
                for part in parts {
                    feed(&mut mac, part.as_ref());
                }
                key.copy_from_slice(&mac.finalize().into_bytes()[..16]);
            }
            Function::Reading(hasher) => {
                let mut buffer = Buffer::of(hasher.clone());
                buffer.feed(purpose.as_bytes());
                for part in parts {
                    buffer.feed(part.as_ref());
                }
                let low = buffer.into_hasher();
                let mut high = low.clone();
                high.write_u8(1);
                key[..8].copy_from_slice(&low.finish().to_le_bytes());
                key[8..].copy_from_slice(&high.finish().to_le_bytes());
            }
        }
        Key(key)
    }

    /// Makes [`KeyedHasher::occurrence`] keys; what they are made from names the operation already.
    pub fn of_occurrences(secret: &[u8; 32]) -> Self {
        Self::new(secret, "", "occurrence")
    }

    /// The key of the nth equal body of a file; the first keeps its own.
    pub fn occurrence(&self, key: Key, nth: u32) -> Key {
        if nth == 0 { key } else { self.key("occurrence", [key.0.as_slice(), &nth.to_le_bytes()]) }
    }
}

/// Gathers the parts of a key, because the hasher takes much longer over many short pieces than over one.
struct Buffer {
    hasher: DefaultHasher,
    bytes: [u8; Self::ROOM],
    filled: usize,
}

impl Buffer {
    /// Bytes of a usual row's parts, with their lengths.
    const ROOM: usize = 192;

    fn of(hasher: DefaultHasher) -> Self {
        Self { hasher, bytes: [0; Self::ROOM], filled: 0 }
    }

    /// Each part goes in with its length.
    fn feed(&mut self, part: &[u8]) {
        self.put(&(part.len() as u64).to_le_bytes());
        self.put(part);
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.bytes.len() - self.filled < bytes.len() {
            self.empty();
        }
        match self.bytes[self.filled..].get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.filled += bytes.len();
            }
            None => self.hasher.write(bytes),
        }
    }

    fn empty(&mut self) {
        self.hasher.write(&self.bytes[..self.filled]);
        self.filled = 0;
    }

    fn into_hasher(mut self) -> DefaultHasher {
        self.empty();
        self.hasher
    }
}

fn feed(mac: &mut Hmac<Sha256>, part: &[u8]) {
    mac.update(&(part.len() as u32).to_le_bytes());
    mac.update(part);
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_run_together_differ_and_operations_are_apart() {
        let keyer = KeyedHasher::new(&[7; 32], "a", "op");
        let key = |parts: &[&str]| keyer.key("unique", parts.iter().map(|p| p.as_bytes()));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        let other = KeyedHasher::new(&[7; 32], "b", "op").key("unique", [b"ab".as_slice(), b"c"]);
        assert_ne!(key(&["ab", "c"]), other);
        assert_ne!(keyer.occurrence(key(&["a"]), 1), keyer.occurrence(key(&["a"]), 2));
    }

    #[test]
    fn keys_are_sorted_by_their_bytes() {
        let mut keys: Vec<Key> = (0..200_u8).map(|n| Key([n.wrapping_mul(91); 16])).collect();
        keys.push(Key([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        keys.push(Key([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]));
        keys.sort();
        assert!(keys.is_sorted_by_key(|key| key.0));
    }

    #[test]
    fn rows_of_one_reading_are_told_apart_as_those_of_a_ledger_are() {
        let reading = RandomState::new();
        let keyer = KeyedHasher::of_reading(&reading, "a", "op");
        let key = |parts: &[&str]| keyer.key("unique", parts.iter().map(|p| p.as_bytes()));
        assert_eq!(key(&["ab", "c"]), key(&["ab", "c"]));
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        let parts = || [b"ab".as_slice(), b"c"];
        assert_eq!(KeyedHasher::of_reading(&reading, "a", "op").key("unique", parts()), key(&["ab", "c"]));
        assert_ne!(KeyedHasher::of_reading(&reading, "b", "op").key("unique", parts()), key(&["ab", "c"]));
        assert_ne!(KeyedHasher::of_reading(&RandomState::new(), "a", "op").key("unique", parts()), key(&["ab", "c"]));
        for length in [0, 1, 150, 176, 184, 185, 192, 193, 5000] {
            let long = "x".repeat(length);
            assert_eq!(key(&[&long, "b"]), key(&[&long, "b"]), "{length}");
            assert_ne!(key(&[&long, "b"]), key(&[&long, "c"]), "{length}");
            assert_ne!(key(&[&long, "b"]), key(&[&format!("{long}b"), ""]), "{length}");
        }
        let Key(bytes) = key(&["a"]);
        assert_ne!(bytes[..8], bytes[8..]);
    }
}
