//! The gate: who asks, and by which right.
//!
//! Every request for a page or for JSON passes `let_in`: it finds out where the request came from ([`arrival`]), who
//! asks ([`asker`]), and that no other site makes the browser ask ([`forgery`]). A route takes an [`Asker`], and nobody
//! else gets to it.

pub mod arrival;
pub mod asker;
mod cookie;
pub mod forgery;
mod key;
mod let_in;
pub mod people;
pub mod secret;
pub mod session;
mod sign_in;
mod slow;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use caseload_engine::error::{Code, Error};
use caseload_sheet::text;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::options::Options;
use crate::person::Person;
use crate::problem::Problem;
use arrival::Arrival;
use asker::{By, Proof};
use forgery::FormSecret;
use people::{Entry, People, What};
use secret::Hash;
use session::{InMemory, Lifetime, Session, Sessions};
use slow::Slow;

pub use asker::{Asker, Reader, Theme};
pub use key::Keys;
pub(crate) use let_in::let_in;
pub use sign_in::routes;

/// Passwords that are looked at at once; each takes memory and time on purpose.
const PASSWORDS_AT_ONCE: usize = 2;
/// Those that may wait for it. Others are told to come again.
const PASSWORDS_WAITING: usize = 64;
/// The time between two notes that a session is in use.
const NOTE_EVERY: i64 = 60;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a gate is made of.
pub struct Opening {
    /// Where the page is served, with the port that it got.
    pub options: Options,
    /// The people who may come in.
    pub people: Arc<dyn People>,
    /// Where their sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// The keys of a page without people.
    pub keys: Keys,
    /// How the holder of a key is called.
    pub holder: String,
    /// The time.
    pub clock: Clock,
}

/// Lets people in, and keeps the others out.
pub struct Gate {
    opening: Opening,
    /// The sessions of those who came by a key end with the process, as the keys do.
    of_keys: InMemory,
    slow: Slow,
    passwords: Semaphore,
    passwords_waiting: Semaphore,
    /// What the form tokens of people are made of whom the proxy names.
    secret: String,
}

/// Somebody who was recognised.
struct Known {
    person: Person,
    by: By,
    proof: Proof,
    forms: FormSecret,
}

impl Gate {
    /// A gate.
    ///
    /// # Errors
    /// The system has no chance to give.
    pub fn new(opening: Opening) -> Result<Self, Error> {
        Ok(Self {
            opening,
            of_keys: InMemory::default(),
            slow: Slow::default(),
            passwords: Semaphore::new(PASSWORDS_AT_ONCE),
            passwords_waiting: Semaphore::new(PASSWORDS_WAITING),
            secret: secret::random().map_err(|_| no_chance())?,
        })
    }

    /// Where the page is served.
    pub fn options(&self) -> &Options {
        &self.opening.options
    }

    /// The keys of a page without people.
    pub fn keys(&self) -> &Keys {
        &self.opening.keys
    }

    /// Whether a key opens the page: it is served on this machine alone, and knows no people.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn is_keyed(&self) -> Result<bool, Error> {
        Ok(self.options().is_keyed() && !self.opening.people.any()?)
    }

    /// The time, by the clock that the gate was given.
    pub fn now(&self) -> Timestamp {
        (self.opening.clock)()
    }

    fn cookie_name(&self, arrival: &Arrival) -> String {
        cookie::session_name(arrival.is_https, self.options().listen.port())
    }

    /// Who asks, if anybody is known.
    fn recognise(&self, headers: &HeaderMap, arrival: &Arrival, is_keyed: bool) -> Result<Option<Known>, Problem> {
        if headers.contains_key(header::AUTHORIZATION) {
            return self.by_token(headers, is_keyed).map(Some);
        }
        if let Some(known) = self.by_proxy(headers, arrival)? {
            return Ok(Some(known));
        }
        let Some(id) = cookie::value(headers, &self.cookie_name(arrival)) else { return Ok(None) };
        let hash = Hash::of(id);
        let Some(person) = self.by_session(&hash, is_keyed)? else { return Ok(None) };
        Ok(Some(Known { person, by: By::Cookie, proof: Proof::Session(hash), forms: FormSecret::of(id) }))
    }

    fn by_token(&self, headers: &HeaderMap, is_keyed: bool) -> Result<Known, Problem> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (first, second) = (values.next().and_then(|value| value.to_str().ok()), values.next());
        let (scheme, token) = first.unwrap_or_default().split_once(' ').unwrap_or_default();
        let token = token.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || second.is_some() {
            return Err(token_unknown());
        }
        let hash = Hash::of(token);
        let (person, proof) = if is_keyed {
            (self.keys().is_bearer(&hash).then(|| self.holder()), Proof::Key)
        } else {
            (self.opening.people.by_token(&hash)?, Proof::Token(hash))
        };
        let person = person.ok_or_else(token_unknown)?;
        Ok(Known { person, by: By::Bearer, proof, forms: FormSecret::of(token) })
    }

    /// Whose token a request shows.
    ///
    /// # Errors
    /// It shows none, or one that is not good.
    pub(crate) fn of_a_token(&self, headers: &HeaderMap) -> Result<Person, Problem> {
        Ok(self.by_token(headers, self.is_keyed()?)?.person)
    }

    fn by_proxy(&self, headers: &HeaderMap, arrival: &Arrival) -> Result<Option<Known>, Problem> {
        let proxy = self.options().proxy.as_ref().filter(|_| arrival.by_proxy);
        let Some(name) = proxy.and_then(|proxy| proxy.user_header.as_ref()) else { return Ok(None) };
        let mut values = headers.get_all(name).iter();
        let Some(first) = values.next() else { return Ok(None) };
        let email = first.to_str().ok().filter(|_| values.next().is_none()).map(str::trim).unwrap_or_default();
        let person = self.opening.people.by_email(email)?.ok_or_else(person_unknown)?;
        let forms = FormSecret::of(&format!("{}{:?}", self.secret, person.id));
        Ok(Some(Known { person, by: By::Proxy, proof: Proof::Word, forms }))
    }

    /// Whose session it is, while it lasts. That it was used is noted now and then.
    fn by_session(&self, id: &Hash, is_keyed: bool) -> Result<Option<Person>, Error> {
        let (sessions, lifetime) = self.sessions(is_keyed);
        let Some(session) = sessions.find(id)? else { return Ok(None) };
        let now = self.now();
        if lifetime.is_over(&session, now) {
            sessions.end(id)?;
            return Ok(None);
        }
        if now.duration_since(session.seen).as_secs() >= NOTE_EVERY {
            sessions.seen(id, now)?;
        }
        match session.person {
            None => Ok(is_keyed.then(|| self.holder())),
            Some(number) => self.opening.people.by_number(number),
        }
    }

    /// Whether somebody who was let in would be let in now. A session is not used by it.
    pub(crate) fn still_lets_in(&self, asker: &Asker) -> bool {
        let known = self.is_keyed().and_then(|is_keyed| match asker.proof {
            Proof::Session(id) => {
                let (sessions, lifetime) = self.sessions(is_keyed);
                Ok(sessions.find(&id)?.is_some_and(|session| !lifetime.is_over(&session, self.now())))
            }
            Proof::Token(hash) => Ok(self.opening.people.by_token(&hash)?.is_some()),
            Proof::Key => Ok(is_keyed),
            Proof::Word => match asker.person.id {
                Some(number) => Ok(self.opening.people.by_number(number)?.is_some()),
                None => Ok(false),
            },
        });
        known.unwrap_or(false)
    }

    fn sessions(&self, is_keyed: bool) -> (&dyn Sessions, Lifetime) {
        if is_keyed {
            (&self.of_keys, Lifetime::OF_A_KEY)
        } else {
            (self.opening.sessions.as_ref(), Lifetime::OF_PEOPLE)
        }
    }

    fn holder(&self) -> Person {
        Person::of_this_machine(self.opening.holder.clone())
    }

    /// Begins a session under a new id, and gives the id.
    fn begin(&self, person: Option<i64>) -> Result<String, Error> {
        let id = secret::random().map_err(|_| no_chance())?;
        let now = self.now();
        let (sessions, _) = self.sessions(person.is_none());
        sessions.begin(&Hash::of(&id), &Session { person, began: now, seen: now })?;
        Ok(id)
    }

    /// Ends the session of a cookie, whoever's it is.
    fn end(&self, headers: &HeaderMap, arrival: &Arrival) -> Result<(), Error> {
        let Some(id) = cookie::value(headers, &self.cookie_name(arrival)) else { return Ok(()) };
        let hash = Hash::of(id);
        self.of_keys.end(&hash)?;
        self.opening.sessions.end(&hash)
    }

    /// Looks at an email address and a password.
    ///
    /// # Errors
    /// They fit nobody; too many wrong ones came before, or too many at once; the store cannot be read.
    async fn sign_in(self: &Arc<Self>, email: String, password: SecretString, from: IpAddr) -> Result<Person, Problem> {
        let _waiting = self.passwords_waiting.try_acquire().map_err(|_| too_busy())?;
        let _turn = self.passwords.acquire().await.map_err(|_| too_busy())?;
        // Asked after the turn has come: of many attempts at once each sees what became of those before it.
        if let Some(left) = self.slow.wait(&email, from, self.now()) {
            return Err(slowed(left));
        }
        let gate = Arc::clone(self);
        crate::blocking(move || {
            let person = gate.opening.people.by_password(&email, &password)?;
            let what = if person.is_some() { What::SignedIn } else { What::Refused };
            match &person {
                Some(_) => gate.slow.came_in(&email, from),
                None => gate.slow.failed(&email, from, gate.now()),
            }
            gate.opening.people.note(&Entry { what, person: person.as_ref().and_then(|person| person.id), from })?;
            person.ok_or_else(wrong_password)
        })
        .await
    }
}

fn no_chance() -> Error {
    Code::System.cannot_start(text!(
        "İşletim sistemi rastgele sayı vermiyor; oturum açılamaz.",
        "The system gives no random numbers, so that no session can begin."
    ))
}

fn token_unknown() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "token-unknown",
        text!("Bu token geçmiyor", "This token is not good"),
        text!(
            "Authorization: Bearer ile gelen token bilinmiyor ya da geri alınmış. \"caseload user token\" yenisini verir.",
            "The token of Authorization: Bearer is not known, or was taken back. \"caseload user token\" gives a new one."
        ),
    )
    .with_header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
}

fn person_unknown() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "person-unknown",
        text!("Burada tanınmıyorsunuz", "You are not known here"),
        text!(
            "Öndeki proxy sizi tanıyor, ama bu programda kaydınız yok. Yöneticiniz \"caseload user add\" ile ekler.",
            "The proxy knows you, but this program does not. Your administrator adds you by \"caseload user add\"."
        ),
    )
}

fn wrong_password() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "sign-in-wrong",
        text!("E-posta ya da parola yanlış", "Email or password is wrong"),
        text!(
            "İkisini de denetleyip yeniden deneyin. Parolanızı unuttuysanız yöneticiniz yenisini verir.",
            "Check both and try again. If you forgot your password, your administrator gives you a new one."
        ),
    )
}

fn slowed(left: Duration) -> Problem {
    let seconds = left.as_secs().max(1);
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "sign-in-slowed",
        text!("Biraz bekleyin", "Wait a little"),
        text!(
            "Çok sayıda yanlış deneme oldu. {seconds} saniye sonra yeniden deneyin.",
            "There were many wrong attempts. Try again in {seconds} seconds."
        ),
    )
    .after(seconds)
}

fn too_busy() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "sign-in-busy",
        text!("Şu anda çok kişi giriyor", "Many people are signing in"),
        text!("Birkaç saniye sonra yeniden deneyin.", "Try again in a few seconds."),
    )
    .after(5)
}
