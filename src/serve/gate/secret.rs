//! Secrets of chance, and the hashes by which they are known again.

use caseload_engine::keyed::hex;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What is kept of a key, a session's id or a token: enough to know it again, and no use to a thief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of a secret. The secrets are of chance and long, so that no slow hash is needed.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Whether both are the same, told in the same time whatever they are.
    pub fn is(&self, other: &Hash) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A secret of 256 bits by the system's chance, as 64 hexadecimal digits.
///
/// # Errors
/// The system has no chance to give.
pub fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_never_the_same() {
        let (one, other) = (random().unwrap(), random().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
        assert!(Hash::of(&one).is(&Hash::of(&one)));
        assert!(!Hash::of(&one).is(&Hash::of(&other)));
    }
}
