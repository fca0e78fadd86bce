//! Who does something.

use std::net::IpAddr;

use crate::person::Person;

/// Who does something, as it is written down beside what was done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// The person's number; nothing for the holder of a key on loopback, and for the command line.
    pub id: Option<i64>,
    /// As the person was called at that time.
    pub name: String,
    /// The address from which it was asked. The trail alone keeps it.
    pub from: Option<IpAddr>,
}

impl Actor {
    /// Somebody who has no number.
    pub fn named(name: impl Into<String>) -> Self {
        Self { id: None, name: name.into(), from: None }
    }

    /// The same from an address.
    pub fn at(self, from: IpAddr) -> Self {
        Self { from: Some(from), ..self }
    }

    /// Whether both are one person. A name counts only where nobody has a number.
    pub fn is_same(&self, other: &Actor) -> bool {
        match (self.id, other.id) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.name == other.name,
            _ => false,
        }
    }
}

impl From<&Person> for Actor {
    fn from(person: &Person) -> Self {
        Self { id: person.id, name: person.name.clone(), from: None }
    }
}
