//! What the gate asks about people; the store answers.

use caseload_engine::error::Error;
use secrecy::SecretString;

use super::asker::Reader;
use super::secret::Hash;
use crate::person::Person;

/// The people who may come in.
pub trait People: Send + Sync {
    /// Whether there is anybody. Without people a page on this machine is opened by a key, and no other page at all.
    ///
    /// # Errors
    /// The store cannot be read.
    fn any(&self) -> Result<bool, Error>;

    /// The person of an email address and a password. It takes the same time whether there is such a person.
    ///
    /// # Errors
    /// The store cannot be read.
    fn by_password(&self, email: &str, password: &SecretString) -> Result<Option<Person>, Error>;

    /// The person of a number, with the roles of now.
    ///
    /// # Errors
    /// The store cannot be read.
    fn by_number(&self, number: i64) -> Result<Option<Person>, Error>;

    /// The person of an email address, whom somebody else has vouched for.
    ///
    /// # Errors
    /// The store cannot be read.
    fn by_email(&self, email: &str) -> Result<Option<Person>, Error>;

    /// The person of a bearer token, which is known by its hash.
    ///
    /// # Errors
    /// The store cannot be read.
    fn by_token(&self, token: &Hash) -> Result<Option<Person>, Error>;

    /// How a person wants the page, where they chose.
    ///
    /// # Errors
    /// The store cannot be read.
    fn reader(&self, number: i64) -> Result<Option<Reader>, Error>;

    /// Keeps how a person wants the page, for other browsers too.
    ///
    /// # Errors
    /// The store cannot be written.
    fn keep_reader(&self, number: i64, reader: Reader) -> Result<(), Error>;

    /// Notes who came in or was kept out, for the trail of who did what.
    ///
    /// # Errors
    /// The store cannot be written.
    fn note(&self, entry: &Entry) -> Result<(), Error>;
}

/// Somebody came in or was kept out. No password, no token and no address that was typed is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub what: What,
    /// The person's number, where it is known.
    pub person: Option<i64>,
    /// The address that asked.
    pub from: std::net::IpAddr,
}

/// What happened at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Somebody signed in.
    SignedIn,
    /// A wrong password, or no such person.
    Refused,
    /// Somebody signed out.
    SignedOut,
}

impl What {
    /// As the trail spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            What::SignedIn => "signed-in",
            What::Refused => "sign-in-refused",
            What::SignedOut => "signed-out",
        }
    }
}

/// A page without people.
pub struct Nobody;

impl People for Nobody {
    fn any(&self) -> Result<bool, Error> {
        Ok(false)
    }

    fn by_password(&self, _: &str, _: &SecretString) -> Result<Option<Person>, Error> {
        Ok(None)
    }

    fn by_number(&self, _: i64) -> Result<Option<Person>, Error> {
        Ok(None)
    }

    fn by_email(&self, _: &str) -> Result<Option<Person>, Error> {
        Ok(None)
    }

    fn by_token(&self, _: &Hash) -> Result<Option<Person>, Error> {
        Ok(None)
    }

    fn reader(&self, _: i64) -> Result<Option<Reader>, Error> {
        Ok(None)
    }

    fn keep_reader(&self, _: i64, _: Reader) -> Result<(), Error> {
        Ok(())
    }

    fn note(&self, _: &Entry) -> Result<(), Error> {
        Ok(())
    }
}
