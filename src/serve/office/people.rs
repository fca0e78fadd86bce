//! The people who may come in, and the tokens of their programs.

use caseload_sheet::message::{Lang, one_line};
use caseload_sheet::text;
use secrecy::SecretString;

use super::{Actor, Error};
use crate::person::{Person, Role};

/// The longest address, in bytes: what mail takes.
const LONGEST_EMAIL: usize = 254;

/// The longest name of a person or a token, in bytes.
const LONGEST_NAME: usize = 120;

/// A person to be added.
#[derive(Debug)]
pub struct NewMember {
    /// The address to sign in with.
    pub email: String,
    /// As others are shown that person.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// The password; nothing for somebody who is vouched for elsewhere.
    pub password: Option<SecretString>,
}

/// A person as the office knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The number. It stays when the person is removed and added again.
    pub id: i64,
    /// The address to sign in with.
    pub email: String,
    /// As others are shown that person.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// Whether there is a password.
    pub has_password: bool,
    /// The person may not come in.
    pub is_barred: bool,
    /// The language of the page, where the person chose one.
    pub lang: Option<Lang>,
    /// The appearance of the page, where the person chose one, as the gate spells it.
    pub theme: Option<String>,
    /// When the person was added.
    pub added_ms: i64,
    /// When the person came in last.
    pub seen_ms: Option<i64>,
}

impl Member {
    /// Who asks, when this person does.
    pub fn person(&self) -> Person {
        Person { id: Some(self.id), name: self.name.clone(), roles: self.roles.clone() }
    }

    /// Who does something, when this person does.
    pub fn actor(&self) -> Actor {
        Actor::from(&self.person())
    }
}

/// A token of a program. The token itself is shown once, and never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The number.
    pub id: i64,
    /// Whose word it is.
    pub person: i64,
    /// As its maker calls it.
    pub name: String,
    /// When it was made.
    pub made_ms: i64,
    /// When it was last used, to the minute.
    pub used_ms: Option<i64>,
    /// When it ends.
    pub expires_ms: Option<i64>,
}

/// A session, as it is kept under the hash of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Whose it is.
    pub person: i64,
    /// When the person came in.
    pub began_ms: i64,
    /// When it was last used.
    pub seen_ms: i64,
}

/// An address as it is kept and compared: without blanks around it, in small letters.
///
/// # Errors
/// [`Error::Refused`] where it is none.
pub(super) fn email(typed: &str) -> Result<String, Error> {
    let email = typed.trim();
    let is_plain = email.len() <= LONGEST_EMAIL && email.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let parts = email.rsplit_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty() && is_plain);
    if parts.is_some() && one_line(email) == email {
        return Ok(email.to_lowercase());
    }
    Err(Error::Refused(text!(
        "E-posta adresi anlaşılmadı. ad@firma.com.tr biçiminde yazın.",
        "The email address is not understood. Write it as name@company.com."
    )))
}

/// A name as it is shown.
///
/// # Errors
/// [`Error::Refused`] where it is empty, too long, or would steer a terminal.
pub(super) fn name(typed: &str) -> Result<String, Error> {
    let name = typed.trim();
    if !name.is_empty() && name.len() <= LONGEST_NAME && one_line(name) == name {
        return Ok(name.to_owned());
    }
    Err(Error::Refused(text!(
        "Ad boş olamaz, en çok {LONGEST_NAME} bayt alır ve tek satırdır.",
        "A name is not empty, has at most {LONGEST_NAME} bytes, and is one line."
    )))
}

/// Roles without repeats, in the order of the table.
///
/// # Errors
/// [`Error::Refused`] where there is none.
pub(super) fn roles(given: &[Role]) -> Result<Vec<Role>, Error> {
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| given.contains(role)).collect();
    if !roles.is_empty() {
        return Ok(roles);
    }
    Err(Error::Refused(text!(
        "En az bir rol verin: preparer, approver, administrator, reader.",
        "Give at least one role: preparer, approver, administrator, reader."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_in_small_letters_and_a_name_is_one_line() {
        assert_eq!(email(" Elif@Ornek.example ").unwrap(), "elif@ornek.example");
        let long = format!("{}@b", "a".repeat(1 << 20));
        for bad in ["", "elif", "@b", "a@", "a b@c", "a\n@c", "a\u{202e}@c", &long] {
            assert!(email(bad).is_err());
        }
        assert_eq!(name(" Işıl Taslak ").unwrap(), "Işıl Taslak");
        for bad in ["", " ", "a\nb", "a\u{202e}b", &"x".repeat(1 << 20)] {
            assert!(name(bad).is_err());
        }
        assert_eq!(roles(&[Role::Reader, Role::Preparer, Role::Reader]).unwrap(), [Role::Preparer, Role::Reader]);
        assert!(roles(&[]).is_err());
    }
}
