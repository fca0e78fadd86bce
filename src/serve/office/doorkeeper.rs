//! The office at the gate: it knows the people, and keeps their sessions.

use std::net::IpAddr;
use std::sync::Arc;

use caseload_engine::error::Error as Stop;
use jiff::Timestamp;
use secrecy::SecretString;

use super::{Act, Actor, Error, Member, Office, Stay};
use crate::gate::people::{Entry, People, What};
use crate::gate::secret::Hash;
use crate::gate::session::{Session, Sessions};
use crate::gate::{Reader, Theme};
use crate::person::Person;

/// Lets people in whom the office knows.
pub struct Doorkeeper {
    office: Arc<Office>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Doorkeeper {
    /// For an office, by a clock.
    pub fn new(office: Arc<Office>, clock: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        Self { office, clock }
    }

    fn now_ms(&self) -> i64 {
        (self.clock)().as_millisecond()
    }

    fn actor(&self, person: Option<i64>, from: IpAddr) -> Result<Actor, Error> {
        let member = person.map(|id| self.office.person(id)).transpose()?.flatten();
        let actor = member.map_or_else(|| Actor { id: person, ..Actor::named("") }, |member| member.actor());
        Ok(actor.at(from))
    }
}

/// Who may come in now.
fn welcome(member: Option<Member>) -> Option<Person> {
    member.filter(|member| !member.is_barred).map(|member| member.person())
}

impl People for Doorkeeper {
    fn any(&self) -> Result<bool, Stop> {
        Ok(self.office.has_people()?)
    }

    fn by_password(&self, email: &str, password: &SecretString) -> Result<Option<Person>, Stop> {
        Ok(welcome(self.office.by_password(email, password, self.now_ms())?))
    }

    fn by_number(&self, number: i64) -> Result<Option<Person>, Stop> {
        Ok(welcome(self.office.person(number)?))
    }

    fn by_email(&self, email: &str) -> Result<Option<Person>, Stop> {
        Ok(welcome(self.office.person_of(email)?))
    }

    fn by_token(&self, token: &Hash) -> Result<Option<Person>, Stop> {
        Ok(welcome(self.office.by_token(&token.0, self.now_ms())?))
    }

    fn reader(&self, number: i64) -> Result<Option<Reader>, Stop> {
        let member = self.office.person(number)?;
        Ok(member.and_then(|member| {
            let theme = member.theme.as_deref().and_then(Theme::named).unwrap_or_default();
            Some(Reader { lang: member.lang?, theme })
        }))
    }

    fn keep_reader(&self, number: i64, reader: Reader) -> Result<(), Stop> {
        Ok(self.office.set_reader(number, reader.lang, reader.theme.as_str())?)
    }

    fn note(&self, entry: &Entry) -> Result<(), Stop> {
        let act = match entry.what {
            What::SignedIn => Act::SignedIn,
            What::Refused => Act::SignInRefused { times: 1 },
            What::SignedOut => Act::SignedOut,
        };
        let by = self.actor(entry.person, entry.from)?;
        Ok(self.office.note(&by, None, &act, self.now_ms())?)
    }
}

impl Sessions for Doorkeeper {
    fn begin(&self, id: &Hash, session: &Session) -> Result<(), Stop> {
        let person = session.person.ok_or(Error::NoSuchPerson)?;
        let (began_ms, seen_ms) = (session.began.as_millisecond(), session.seen.as_millisecond());
        Ok(self.office.begin_session(&id.0, &Stay { person, began_ms, seen_ms })?)
    }

    fn find(&self, id: &Hash) -> Result<Option<Session>, Stop> {
        let Some(stay) = self.office.session(&id.0)? else { return Ok(None) };
        let at = |ms: i64| Timestamp::from_millisecond(ms).map_err(|_| Error::Damaged("session".to_owned()));
        Ok(Some(Session { person: Some(stay.person), began: at(stay.began_ms)?, seen: at(stay.seen_ms)? }))
    }

    fn seen(&self, id: &Hash, now: Timestamp) -> Result<(), Stop> {
        Ok(self.office.session_seen(&id.0, now.as_millisecond())?)
    }

    fn end(&self, id: &Hash) -> Result<(), Stop> {
        Ok(self.office.end_session(&id.0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NewMember, Sought};
    use super::*;
    use crate::person::Role;
    use caseload_sheet::message::Lang;

    #[test]
    fn the_gate_knows_people_tokens_and_sessions_by_the_office() {
        let folder = tempfile::tempdir().unwrap();
        let office = Arc::new(Office::open(&folder.path().join("ledger.db")).unwrap());
        let at = Timestamp::from_second(1_000_000).unwrap();
        let gate = Doorkeeper::new(Arc::clone(&office), Arc::new(move || at));
        let here = Actor::named("command line");
        assert!(!gate.any().unwrap());
        let password = || SecretString::from("güneşli bir pazartesi");
        let new = NewMember {
            email: "elif@ornek.example".to_owned(),
            name: "Elif".to_owned(),
            roles: vec![Role::Approver],
            password: Some(password()),
        };
        let elif = office.add_person(&new, &here, 1).unwrap();
        let person = gate.by_password("elif@ornek.example", &password()).unwrap();
        assert!(gate.any().unwrap() && person == Some(elif.person()));
        assert_eq!(gate.by_email("ELIF@ornek.example").unwrap(), person);
        assert_eq!(gate.by_number(elif.id).unwrap(), person);
        let (_, token) = office.add_token(elif.id, "gece", None, &here, 2).unwrap();
        assert_eq!(gate.by_token(&Hash::of(&token)).unwrap(), person);
        let reader = Reader { lang: Lang::Tr, theme: Theme::Dark };
        assert_eq!(gate.reader(elif.id).unwrap(), None);
        gate.keep_reader(elif.id, reader).unwrap();
        assert_eq!(gate.reader(elif.id).unwrap(), Some(reader));
        let (id, session) = (Hash::of("id"), Session { person: Some(elif.id), began: at, seen: at });
        gate.begin(&id, &session).unwrap();
        assert_eq!(gate.find(&id).unwrap(), Some(session));
        let from = "192.0.2.7".parse().unwrap();
        gate.note(&Entry { what: What::SignedIn, person: Some(elif.id), from }).unwrap();
        gate.note(&Entry { what: What::Refused, person: None, from }).unwrap();
        let trail = office.trail(&Sought::default(), None, 2).unwrap();
        assert_eq!((&trail[0].act, trail[0].by.from), (&Act::SignInRefused { times: 1 }, Some(from)));
        assert_eq!((&trail[1].act, trail[1].by.name.as_str(), trail[1].at_ms), (&Act::SignedIn, "Elif", 1_000_000_000));
        // Whoever is kept out is kept out by every way.
        office.bar(elif.id, true, &here, 3).unwrap();
        assert_eq!(gate.by_number(elif.id).unwrap(), None);
        assert_eq!(gate.by_email("elif@ornek.example").unwrap(), None);
        assert_eq!(gate.by_token(&Hash::of(&token)).unwrap(), None);
        assert_eq!(gate.find(&id).unwrap(), None);
    }
}
