//! People: added, changed, removed, and known by their passwords.

use caseload_sheet::message::Lang;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use secrecy::SecretString;

use super::super::act::role_names;
use super::super::people::{email, name, roles};
use super::super::{Act, Actor, Error, Member, NewMember, Office, password};
use super::trail;
use crate::person::Role;

const MEMBER: &str = "id, email, name, roles, hash IS NOT NULL AS known, barred, lang, theme, added_ms, seen_ms";

impl Office {
    /// Whether there is anybody.
    ///
    /// # Errors
    /// The database.
    pub fn has_people(&self) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM person WHERE removed_ms IS NULL)";
        self.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// The database.
    pub fn people(&self) -> Result<Vec<Member>, Error> {
        let sql = format!("SELECT {MEMBER} FROM person WHERE removed_ms IS NULL ORDER BY name, email");
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then([], member)?.collect())
    }

    /// The person of a number.
    ///
    /// # Errors
    /// The database.
    pub fn person(&self, id: i64) -> Result<Option<Member>, Error> {
        self.store.read(|db| found(db, id))
    }

    /// The person of an address.
    ///
    /// # Errors
    /// The database.
    pub fn person_of(&self, typed: &str) -> Result<Option<Member>, Error> {
        let Ok(email) = email(typed) else { return Ok(None) };
        let sql = format!("SELECT {MEMBER} FROM person WHERE email = ?1 AND removed_ms IS NULL");
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then([email], member)?.next().transpose())
    }

    /// Adds a person. One who was here before gets the same number again: what that person prepared stays theirs.
    ///
    /// # Errors
    /// [`Error::EmailTaken`], [`Error::Refused`].
    pub fn add_person(&self, new: &NewMember, by: &Actor, now_ms: i64) -> Result<Member, Error> {
        let (email, name, roles) = (email(&new.email)?, name(&new.name)?, roles(&new.roles)?);
        let hash = new.password.as_ref().map(password::hash).transpose()?;
        self.store.write(|db| {
            let changed = db.execute(
                "INSERT INTO person (email, name, roles, hash, added_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (email) DO UPDATE SET name = ?2, roles = ?3, hash = ?4, added_ms = ?5, barred = 0, seen_ms = NULL,
                    removed_ms = NULL WHERE removed_ms IS NOT NULL",
                params![email, name, joined(&roles), hash, now_ms],
            )?;
            if changed == 0 {
                return Err(Error::EmailTaken(email.clone()));
            }
            let added = Act::PersonAdded { email: email.clone(), roles: role_names(&roles) };
            trail::add(db, by, None, &added, now_ms)?;
            let id: i64 = db.query_row("SELECT id FROM person WHERE email = ?1", [&email], |row| row.get(0))?;
            existing(db, id)
        })
    }

    /// Removes a person: password, sessions and tokens are gone; who did what stays told.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`]
    pub fn remove_person(&self, id: i64, by: &Actor, now_ms: i64) -> Result<(), Error> {
        self.store.write(|db| {
            let email = existing(db, id)?.email;
            db.execute(
                "UPDATE person SET hash = NULL, roles = '', removed_ms = ?2 WHERE id = ?1",
                params![id, now_ms],
            )?;
            db.execute("DELETE FROM session WHERE person = ?1", [id])?;
            db.execute("DELETE FROM token WHERE person = ?1", [id])?;
            trail::add(db, by, None, &Act::PersonRemoved { email }, now_ms)
        })
    }

    /// Gives a person other roles.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`], [`Error::Refused`].
    pub fn set_roles(&self, id: i64, given: &[Role], by: &Actor, now_ms: i64) -> Result<Member, Error> {
        let roles = roles(given)?;
        self.store.write(|db| {
            let email = existing(db, id)?.email;
            db.execute("UPDATE person SET roles = ?2 WHERE id = ?1", params![id, joined(&roles)])?;
            trail::add(db, by, None, &Act::RolesSet { email, roles: role_names(&roles) }, now_ms)?;
            existing(db, id)
        })
    }

    /// Gives a person another password, and ends the person's sessions.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`], [`Error::Refused`].
    pub fn set_password(&self, id: i64, password: &SecretString, by: &Actor, now_ms: i64) -> Result<(), Error> {
        let hash = password::hash(password)?;
        self.store.write(|db| {
            let email = existing(db, id)?.email;
            db.execute("UPDATE person SET hash = ?2 WHERE id = ?1", params![id, hash])?;
            db.execute("DELETE FROM session WHERE person = ?1", [id])?;
            trail::add(db, by, None, &Act::PasswordSet { email }, now_ms)
        })
    }

    /// Keeps a person out, or lets the person in again. Whoever is kept out has no session any more.
    ///
    /// # Errors
    /// [`Error::NoSuchPerson`]
    pub fn bar(&self, id: i64, is_out: bool, by: &Actor, now_ms: i64) -> Result<(), Error> {
        self.store.write(|db| {
            let email = existing(db, id)?.email;
            db.execute("UPDATE person SET barred = ?2 WHERE id = ?1", params![id, is_out])?;
            if is_out {
                db.execute("DELETE FROM session WHERE person = ?1", [id])?;
            }
            trail::add(db, by, None, &Act::Barred { email, out: is_out }, now_ms)
        })
    }

    /// Keeps how a person wants the page.
    ///
    /// # Errors
    /// The database.
    pub fn set_reader(&self, id: i64, lang: Lang, theme: &str) -> Result<(), Error> {
        let theme = theme.get(..theme.len().min(20)).unwrap_or_default();
        let sql = "UPDATE person SET lang = ?2, theme = ?3 WHERE id = ?1";
        self.store.write(|db| Ok(db.execute(sql, params![id, super::rows::tag(lang), theme]).map(drop)?))
    }

    /// The person of an address and a password. It takes as long where there is no such person; no lock is held while
    /// the password is hashed.
    ///
    /// # Errors
    /// The database.
    pub fn by_password(&self, typed: &str, password: &SecretString, now_ms: i64) -> Result<Option<Member>, Error> {
        let email = email(typed).ok();
        let sql = "SELECT id, hash FROM person WHERE email = ?1 AND removed_ms IS NULL AND NOT barred";
        let known: Option<(i64, Option<String>)> = self.store.read(|db| {
            Ok(db.prepare_cached(sql)?.query_row([email], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })?;
        // Hashed in any case: the time that it takes tells nothing.
        let (id, hash) = known.unzip();
        if !password::fits(password, hash.flatten().as_deref()) {
            return Ok(None);
        }
        let Some(id) = id else { return Ok(None) };
        self.store.write(|db| {
            db.execute("UPDATE person SET seen_ms = ?2 WHERE id = ?1", params![id, now_ms])?;
            Ok(found(db, id)?.filter(|member| !member.is_barred))
        })
    }
}

/// The person of a number that has to be there.
pub(super) fn existing(db: &Connection, id: i64) -> Result<Member, Error> {
    found(db, id)?.ok_or(Error::NoSuchPerson)
}

pub(super) fn found(db: &Connection, id: i64) -> Result<Option<Member>, Error> {
    let sql = format!("SELECT {MEMBER} FROM person WHERE id = ?1 AND removed_ms IS NULL");
    db.prepare_cached(&sql)?.query_and_then([id], member)?.next().transpose()
}

fn joined(roles: &[Role]) -> String {
    role_names(roles).join(" ")
}

fn member(row: &Row) -> Result<Member, Error> {
    let roles: String = row.get("roles")?;
    let lang: Option<String> = row.get("lang")?;
    Ok(Member {
        id: row.get("id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        roles: roles.split(' ').filter_map(Role::named).collect(),
        has_password: row.get("known")?,
        is_barred: row.get("barred")?,
        lang: lang.map(|lang| Lang::from_tag(&lang)),
        theme: row.get("theme")?,
        added_ms: row.get("added_ms")?,
        seen_ms: row.get("seen_ms")?,
    })
}
