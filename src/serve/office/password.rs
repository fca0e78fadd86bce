//! Passwords, by argon2id with the parameters that OWASP names first for 19 MiB of memory.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use caseload_sheet::fold::composed;
use caseload_sheet::text;
use secrecy::{ExposeSecret as _, SecretString};

use super::Error;

/// The fewest characters of a password.
const SHORTEST: usize = 12;

/// The most bytes: what is longer costs time and guards nothing.
const LONGEST: usize = 1024;

/// Memory in KiB, rounds, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// The hash of a password that nobody has: a person who is not known takes as much time as one who is.
const OF_NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y2FzZWxvYWQtbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// # Errors
/// [`Error::Refused`] where a password is too short or too long.
pub(super) fn check(password: &SecretString) -> Result<(), Error> {
    let password = password.expose_secret();
    if password.chars().count() >= SHORTEST && password.len() <= LONGEST {
        return Ok(());
    }
    Err(Error::Refused(text!(
        "Parola en az {SHORTEST} karakter ve en çok {LONGEST} bayt olmalı. Birkaç kelimelik bir cümle iyi olur.",
        "A password has at least {SHORTEST} characters and at most {LONGEST} bytes. A sentence of a few words does well."
    )))
}

/// The hash of a password, as a PHC string. It takes some tens of milliseconds: no lock is held meanwhile.
///
/// # Errors
/// As [`check`]; the system gives no random numbers.
pub(super) fn hash(password: &SecretString) -> Result<String, Error> {
    check(password)?;
    let salt = SaltString::encode_b64(&super::upload::random()?.to_le_bytes()).map_err(failed)?;
    let hashed = hasher()?.hash_password(composed(password.expose_secret()).as_bytes(), &salt).map_err(failed)?;
    Ok(hashed.to_string())
}

/// Whether a password has a hash; without a hash it takes as long, and fits nothing.
pub(super) fn fits(password: &SecretString, hash: Option<&str>) -> bool {
    let password = password.expose_secret();
    if password.len() > LONGEST {
        return false;
    }
    let Ok(known) = PasswordHash::new(hash.unwrap_or(OF_NOBODY)) else { return false };
    let is_same = Argon2::default().verify_password(composed(password).as_bytes(), &known).is_ok();
    is_same && hash.is_some()
}

/// A password to begin with, for somebody to be told by another way: 80 bits of chance, in letters and digits that are
/// not taken for each other.
///
/// # Errors
/// The system gives no random numbers.
pub fn one_time_password() -> Result<SecretString, Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut chance = super::upload::random()?;
    let mut out = String::new();
    for at in 0..16 {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        out.push(char::from(LETTERS[(chance & 31) as usize]));
        chance >>= 5;
    }
    Ok(out.into())
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let (memory, rounds, lanes) = COST;
    let params = Params::new(memory, rounds, lanes, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Io(std::io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_hash_and_nobodys_fits_nothing() {
        let word = |text: &str| SecretString::from(text);
        let hashed = hash(&word("güneşli bir gün")).unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(fits(&word("güneşli bir gün"), Some(&hashed)));
        // The same letters, put together otherwise by another keyboard.
        assert!(fits(&word("gu\u{308}nes\u{327}li bir gu\u{308}n"), Some(&hashed)));
        assert!(!fits(&word("gunesli bir gun"), Some(&hashed)));
        assert!(PasswordHash::new(OF_NOBODY).is_ok());
        assert!(!fits(&word("güneşli bir gün"), None));
        assert!(!fits(&word(""), Some("not a hash")));
        for bad in ["", "11 letters.", &"x".repeat(1 << 20)] {
            assert!(matches!(hash(&word(bad)), Err(Error::Refused(_))));
        }
    }

    #[test]
    fn a_password_to_begin_with_is_long_enough_and_never_the_same() {
        let (one, other) = (one_time_password().unwrap(), one_time_password().unwrap());
        assert_eq!(one.expose_secret().len(), 19);
        assert_ne!(one.expose_secret(), other.expose_secret());
        check(&one).unwrap();
    }
}
