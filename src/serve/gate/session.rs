//! Sessions: what a browser is known by after it came in.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use caseload_engine::error::Error;
use jiff::{SignedDuration, Timestamp};

use super::secret::Hash;

/// A session as it is kept, under the hash of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Whose it is; nobody's on a machine without people.
    pub person: Option<i64>,
    /// When the person came in.
    pub began: Timestamp,
    /// When it was last used.
    pub seen: Timestamp,
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Without use.
    pub idle: SignedDuration,
    /// In all.
    pub whole: SignedDuration,
}

impl Lifetime {
    /// Of people: half an hour without use, a working day in all.
    pub const OF_PEOPLE: Lifetime =
        Lifetime { idle: SignedDuration::from_mins(30), whole: SignedDuration::from_hours(12) };
    /// Of the holder of a key, who sits at this machine.
    pub const OF_A_KEY: Lifetime =
        Lifetime { idle: SignedDuration::from_hours(12), whole: SignedDuration::from_hours(7 * 24) };

    /// Whether a session is over.
    pub fn is_over(&self, session: &Session, now: Timestamp) -> bool {
        now.duration_since(session.seen) >= self.idle || now.duration_since(session.began) >= self.whole
    }
}

/// Where sessions are kept.
pub trait Sessions: Send + Sync {
    /// Keeps a new session.
    ///
    /// # Errors
    /// The store cannot be written.
    fn begin(&self, id: &Hash, session: &Session) -> Result<(), Error>;

    /// The session of an id.
    ///
    /// # Errors
    /// The store cannot be read.
    fn find(&self, id: &Hash) -> Result<Option<Session>, Error>;

    /// Notes that a session was used.
    ///
    /// # Errors
    /// The store cannot be written.
    fn seen(&self, id: &Hash, now: Timestamp) -> Result<(), Error>;

    /// Ends a session.
    ///
    /// # Errors
    /// The store cannot be written.
    fn end(&self, id: &Hash) -> Result<(), Error>;
}

/// The most sessions that are kept in memory; the one that was not used for the longest time gives way.
const MOST: usize = 1000;

/// Sessions that end with the process.
#[derive(Default)]
pub struct InMemory(Mutex<HashMap<Hash, Session>>);

impl InMemory {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Hash, Session>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sessions for InMemory {
    fn begin(&self, id: &Hash, session: &Session) -> Result<(), Error> {
        self.with(|known| {
            if known.len() >= MOST
                && let Some(oldest) = known.iter().min_by_key(|(_, session)| session.seen).map(|(id, _)| *id)
            {
                known.remove(&oldest);
            }
            known.insert(*id, *session);
        });
        Ok(())
    }

    fn find(&self, id: &Hash) -> Result<Option<Session>, Error> {
        Ok(self.with(|known| known.get(id).copied()))
    }

    fn seen(&self, id: &Hash, now: Timestamp) -> Result<(), Error> {
        self.with(|known| {
            if let Some(session) = known.get_mut(id) {
                session.seen = now;
            }
        });
        Ok(())
    }

    fn end(&self, id: &Hash) -> Result<(), Error> {
        self.with(|known| known.remove(id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_without_use_and_in_any_case() {
        let began = Timestamp::UNIX_EPOCH;
        let at = |minutes: i64| began + SignedDuration::from_mins(minutes);
        let session = |seen: i64| Session { person: None, began, seen: at(seen) };
        let of_people = Lifetime::OF_PEOPLE;
        assert!(!of_people.is_over(&session(0), at(29)));
        assert!(of_people.is_over(&session(0), at(30)));
        assert!(!of_people.is_over(&session(719), at(719)));
        assert!(of_people.is_over(&session(719), at(720)));
    }

    #[test]
    fn memory_holds_no_more_than_its_most() {
        let sessions = InMemory::default();
        let at = |n: usize| Timestamp::from_second(i64::try_from(n).unwrap()).unwrap();
        for n in 0..MOST + 5 {
            let session = Session { person: None, began: at(n), seen: at(n) };
            sessions.begin(&Hash::of(&n.to_string()), &session).unwrap();
        }
        assert_eq!(sessions.with(|known| known.len()), MOST);
        assert_eq!(sessions.find(&Hash::of("4")).unwrap(), None);
        let last = Hash::of(&(MOST + 4).to_string());
        assert!(sessions.find(&last).unwrap().is_some());
        sessions.end(&last).unwrap();
        assert_eq!(sessions.find(&last).unwrap(), None);
    }
}
