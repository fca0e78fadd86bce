//! Sessions of browsers, and tokens of programs: both are kept as hashes.

use caseload_sheet::text;
use rusqlite::{OptionalExtension as _, Row, params};

use super::super::people::name;
use super::super::{Act, Actor, Error, Member, Office, Stay, Token};
use super::people::{existing, found};
use super::trail;
use crate::gate::secret::{self, Hash};

/// Sessions of one person at once; the one that was not used for the longest time gives way.
const SESSIONS: u32 = 20;

/// No session lasts longer, whatever the gate allows.
const LONGEST_MS: i64 = 7 * 86_400_000;

/// How exactly the last use of a token is kept: a program that asks every second makes no write each time.
const USED_EVERY_MS: i64 = 60_000;

/// Tokens of one person.
const TOKENS: u32 = 50;

/// How every token begins, so that one in a file is known for what it is.
const PREFIX: &str = "caseload_";

impl Office {
    /// Keeps a new session under the hash of its id.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`]
    pub fn begin_session(&self, id: &[u8; 32], stay: &Stay) -> Result<(), Error> {
        self.store.write(|db| {
            existing(db, stay.person)?;
            db.execute("DELETE FROM session WHERE began_ms < ?1", [stay.began_ms - LONGEST_MS])?;
            db.execute(
                "DELETE FROM session WHERE id IN
                    (SELECT id FROM session WHERE person = ?1 ORDER BY seen_ms DESC LIMIT -1 OFFSET ?2)",
                params![stay.person, SESSIONS - 1],
            )?;
            db.execute(
                "INSERT INTO session (id, person, began_ms, seen_ms) VALUES (?1, ?2, ?3, ?4)",
                params![id, stay.person, stay.began_ms, stay.seen_ms],
            )?;
            Ok(())
        })
    }

    /// The session of an id.
    ///
    /// # Errors
    /// The database.
    pub fn session(&self, id: &[u8; 32]) -> Result<Option<Stay>, Error> {
        let sql = "SELECT person, began_ms, seen_ms FROM session WHERE id = ?1";
        let stay = |row: &Row| Ok(Stay { person: row.get(0)?, began_ms: row.get(1)?, seen_ms: row.get(2)? });
        self.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([id], stay).optional()?))
    }

    /// Writes down that a session was used.
    ///
    /// # Errors
    /// The database.
    pub fn session_seen(&self, id: &[u8; 32], now_ms: i64) -> Result<(), Error> {
        let sql = "UPDATE session SET seen_ms = max(seen_ms, ?2) WHERE id = ?1";
        self.store.write(|db| Ok(db.prepare_cached(sql)?.execute(params![id, now_ms]).map(drop)?))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database.
    pub fn end_session(&self, id: &[u8; 32]) -> Result<(), Error> {
        self.store.write(|db| Ok(db.execute("DELETE FROM session WHERE id = ?1", [id]).map(drop)?))
    }

    /// Makes a token for a person's program, and gives it once: what is kept is its hash.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`]; [`Error::Refused`] where the person has one of that name, or too many.
    pub fn add_token(
        &self,
        person: i64,
        called: &str,
        expires_ms: Option<i64>,
        by: &Actor,
        now_ms: i64,
    ) -> Result<(Token, String), Error> {
        let called = name(called)?;
        let chance = secret::random().map_err(|error| std::io::Error::other(error.to_string()))?;
        let secret = format!("{PREFIX}{chance}");
        let token = self.store.write(|db| {
            let email = existing(db, person)?.email;
            let many = "SELECT count(*), count(*) FILTER (WHERE name = ?2) FROM token WHERE person = ?1";
            let (many, same): (u32, u32) =
                db.query_row(many, params![person, called], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if same > 0 || many >= TOKENS {
                return Err(no_more(same > 0));
            }
            db.execute(
                "INSERT INTO token (hash, person, name, made_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![Hash::of(&secret).0, person, called, now_ms, expires_ms],
            )?;
            let id = db.last_insert_rowid();
            trail::add(db, by, None, &Act::TokenMade { email, name: called.clone() }, now_ms)?;
            Ok(Token { id, person, name: called.clone(), made_ms: now_ms, used_ms: None, expires_ms })
        })?;
        Ok((token, secret))
    }

    /// The tokens of a person.
    ///
    /// # Errors
    /// The database.
    pub fn tokens(&self, person: i64) -> Result<Vec<Token>, Error> {
        let sql = "SELECT id, person, name, made_ms, used_ms, expires_ms FROM token WHERE person = ?1 ORDER BY name";
        self.store.read(|db| Ok(db.prepare_cached(sql)?.query_map([person], token)?.collect::<Result<_, _>>()?))
    }

    /// Takes the token of a name back. Whether there was one.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`]
    pub fn revoke_token(&self, person: i64, called: &str, by: &Actor, now_ms: i64) -> Result<bool, Error> {
        self.store.write(|db| {
            let email = existing(db, person)?.email;
            let gone = db.execute("DELETE FROM token WHERE person = ?1 AND name = ?2", params![person, called])?;
            if gone > 0 {
                let act = Act::TokenRevoked { email, name: called.to_owned() };
                trail::add(db, by, None, &act, now_ms)?;
            }
            Ok(gone > 0)
        })
    }

    /// The person of a token, which is known by its SHA-256. A token that has ended, and one whose person may not come in,
    /// is nobody's.
    ///
    /// # Errors
    /// The database.
    pub fn by_token(&self, hash: &[u8; 32], now_ms: i64) -> Result<Option<Member>, Error> {
        let sql = "SELECT id, person, name, made_ms, used_ms, expires_ms FROM token WHERE hash = ?1";
        let known = self.store.read(|db| {
            let known = db.prepare_cached(sql)?.query_row([hash], token).optional()?;
            let Some(known) = known.filter(|token| token.expires_ms.is_none_or(|end| now_ms < end)) else {
                return Ok(None);
            };
            Ok(found(db, known.person)?.filter(|member| !member.is_barred).map(|member| (known, member)))
        })?;
        let Some((token, member)) = known else { return Ok(None) };
        if token.used_ms.is_none_or(|used| now_ms - used >= USED_EVERY_MS) {
            let sql = "UPDATE token SET used_ms = ?2 WHERE id = ?1";
            self.store.write(|db| Ok(db.execute(sql, params![token.id, now_ms]).map(drop)?))?;
        }
        Ok(Some(member))
    }
}

fn no_more(is_same: bool) -> Error {
    Error::Refused(if is_same {
        text!(
            "Bu kişinin o adda bir tokenı var. Başka bir ad verin ya da önce eskisini geri alın.",
            "That person has a token of that name. Give another name, or take the old one back first."
        )
    } else {
        text!(
            "Bir kişinin en çok {TOKENS} tokenı olur. Önce kullanılmayanları geri alın.",
            "A person has at most {TOKENS} tokens. Take those back first that are not used."
        )
    })
}

fn token(row: &Row) -> rusqlite::Result<Token> {
    Ok(Token {
        id: row.get(0)?,
        person: row.get(1)?,
        name: row.get(2)?,
        made_ms: row.get(3)?,
        used_ms: row.get(4)?,
        expires_ms: row.get(5)?,
    })
}
