//! Approvals: asked for, given by another person, and lapsed when the list changes.

use std::collections::BTreeSet;

use caseload_sheet::text;
use rusqlite::{Connection, Row, params};

use super::super::{Act, Actor, Approval, Decision, Error, List, NewApproval, Office};
use super::editing::add_hand;
use super::lists::existing;
use super::rows::{actor, by, count};
use super::trail;
use crate::state::RunState;

/// The longest note or reason, in characters.
const LONGEST: usize = 2_000;

impl Office {
    /// Asks for the approval of what would go of a list, as it is at a revision.
    ///
    /// # Errors
    /// [`Error::Changed`] where the list changed since; [`Error::NotNow`].
    pub fn ask(
        &self,
        list: i64,
        revision: u64,
        asked: &NewApproval,
        by: &Actor,
        now_ms: i64,
    ) -> Result<Approval, Error> {
        check(&asked.note)?;
        self.store.write(|db| {
            let known = existing(db, list)?;
            if revision != known.revision {
                return Err(Error::Changed(known.revision));
            }
            if !matches!(known.state, RunState::Checked | RunState::Stopped | RunState::Finished) {
                return Err(Error::NotNow(known.state));
            }
            db.execute(
                "UPDATE approval SET decision = 'lapsed', lapsed_ms = ?2
                 WHERE list = ?1 AND decision IN ('open', 'approved')",
                params![list, now_ms],
            )?;
            db.execute(
                "INSERT INTO approval (list, digest, rows, by_id, by_name, asked_ms, note, decision)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open')",
                params![list, asked.digest, asked.rows.cast_signed(), by.id, by.name, now_ms, asked.note],
            )?;
            let id = db.last_insert_rowid();
            add_hand(db, list, by, "asked")?;
            go_to(db, &known, RunState::WaitingApproval, Some(&asked.digest), now_ms)?;
            trail::add(db, by, Some(&known.name), &Act::ApprovalAsked { rows: asked.rows }, now_ms)?;
            of_id(db, id)
        })
    }

    /// Approves what was asked for, and makes the list one that is being sent: of two who approve at once, one does.
    ///
    /// # Errors
    /// [`Error::OwnWork`] where that person had a hand in the list; [`Error::Changed`] where the digest or the number of
    /// rows is not what was asked for; [`Error::NotNow`] where nobody waits for approval.
    pub fn approve(&self, list: i64, digest: &str, rows: u64, by: &Actor, now_ms: i64) -> Result<Approval, Error> {
        self.store.write(|db| {
            let (known, open) = open_of(db, list)?;
            let Some(person) = by.id else { return Err(nobody()) };
            if hands(db, list)?.contains(&person) {
                return Err(Error::OwnWork);
            }
            if open.digest != digest || open.rows != rows {
                return Err(Error::Changed(known.revision));
            }
            decide(db, &open, Decision::Approved, by, "", now_ms)?;
            go_to(db, &known, RunState::Sending, Some(digest), now_ms)?;
            trail::add(db, by, Some(&known.name), &Act::Approved { rows }, now_ms)?;
            of_id(db, open.id)
        })
    }

    /// Gives a list back to the one who asked, and says why.
    ///
    /// # Errors
    /// [`Error::NotNow`] where nobody waits for approval; [`Error::Refused`] for a reason that is too long.
    pub fn turn_back(&self, list: i64, why: &str, by: &Actor, now_ms: i64) -> Result<Approval, Error> {
        check(why)?;
        self.close(list, Decision::TurnedBack, by, why, now_ms)
    }

    /// Takes a request for approval back.
    ///
    /// # Errors
    /// [`Error::NotNow`] where nobody waits for approval.
    pub fn withdraw(&self, list: i64, by: &Actor, now_ms: i64) -> Result<Approval, Error> {
        self.close(list, Decision::Withdrawn, by, "", now_ms)
    }

    /// Every request for the approval of a list, the latest first.
    ///
    /// # Errors
    /// The database.
    pub fn approvals(&self, list: i64) -> Result<Vec<Approval>, Error> {
        let sql = format!("{SELECT} WHERE list = ?1 ORDER BY id DESC");
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then([list], approval)?.collect())
    }

    /// The approval that lets a digest go, by whichever door. A change of its list has taken it away.
    ///
    /// # Errors
    /// The database.
    pub fn approved(&self, digest: &str) -> Result<Option<Approval>, Error> {
        let sql = format!("{SELECT} WHERE digest = ?1 AND decision = 'approved' ORDER BY id DESC LIMIT 1");
        self.store.read(|db| db.prepare_cached(&sql)?.query_and_then([digest], approval)?.next().transpose())
    }

    /// The people who uploaded a list, changed it, asked for its approval, or answered what was asked before sending. None
    /// of them may approve it.
    ///
    /// # Errors
    /// The database.
    pub fn hands_of(&self, list: i64) -> Result<BTreeSet<i64>, Error> {
        self.store.read(|db| hands(db, list))
    }

    /// Writes down that the word of a person is in a list without that person having changed it: somebody whose mapping
    /// it was read by.
    ///
    /// # Errors
    /// The database.
    pub fn note_hand(&self, list: i64, by: &Actor) -> Result<(), Error> {
        self.store.write(|db| add_hand(db, list, by, "mapped"))
    }

    fn close(&self, list: i64, decision: Decision, by: &Actor, why: &str, now_ms: i64) -> Result<Approval, Error> {
        self.store.write(|db| {
            let (known, open) = open_of(db, list)?;
            decide(db, &open, decision, by, why, now_ms)?;
            go_to(db, &known, RunState::Checked, None, now_ms)?;
            let act = if decision == Decision::TurnedBack { Act::TurnedBack } else { Act::Withdrawn };
            trail::add(db, by, Some(&known.name), &act, now_ms)?;
            of_id(db, open.id)
        })
    }
}

const SELECT: &str =
    "SELECT id, list, digest, rows, by_id, by_name, asked_ms, note, decision, decided_by_id, decided_by,
    decided_ms, why FROM approval";

fn check(words: &str) -> Result<(), Error> {
    if words.len() <= 4 * LONGEST && words.chars().count() <= LONGEST {
        return Ok(());
    }
    Err(Error::Refused(text!(
        "Açıklama en çok {LONGEST} karakter alır. Kısaltıp yineleyin.",
        "A note has at most {LONGEST} characters. Shorten it and repeat."
    )))
}

fn nobody() -> Error {
    Error::Refused(text!(
        "Onay, kayıtlı kişiler ister. Önce \"caseload user add\" ile kişi ekleyin.",
        "Approval needs people. Add them by \"caseload user add\" first."
    ))
}

fn hands(db: &Connection, list: i64) -> Result<BTreeSet<i64>, Error> {
    let sql = "SELECT DISTINCT person FROM hand WHERE list = ?1";
    Ok(db.prepare_cached(sql)?.query_map([list], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The list, and the request for its approval that is open.
fn open_of(db: &Connection, list: i64) -> Result<(List, Approval), Error> {
    let known = existing(db, list)?;
    let sql = format!("{SELECT} WHERE list = ?1 AND decision = 'open' ORDER BY id DESC LIMIT 1");
    let open = db.prepare_cached(&sql)?.query_and_then([list], approval)?.next().transpose()?;
    match open.filter(|_| known.state == RunState::WaitingApproval) {
        Some(open) => Ok((known, open)),
        None => Err(Error::NotNow(known.state)),
    }
}

fn decide(
    db: &Connection,
    open: &Approval,
    decision: Decision,
    by: &Actor,
    why: &str,
    now_ms: i64,
) -> Result<(), Error> {
    db.execute(
        "UPDATE approval SET decision = ?2, decided_by_id = ?3, decided_by = ?4, decided_ms = ?5, why = ?6 WHERE id = ?1",
        params![open.id, decision.as_str(), by.id, by.name, now_ms, why],
    )?;
    Ok(())
}

fn go_to(db: &Connection, list: &List, to: RunState, digest: Option<&str>, now_ms: i64) -> Result<(), Error> {
    db.execute(
        "UPDATE list SET state = ?2, state_ms = ?3, touched_ms = ?3, digest = ?4 WHERE id = ?1",
        params![list.id, to.as_str(), now_ms, digest],
    )?;
    Ok(())
}

fn of_id(db: &Connection, id: i64) -> Result<Approval, Error> {
    let sql = format!("{SELECT} WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_and_then([id], approval)?.next().transpose()?;
    found.ok_or_else(|| Error::Damaged("approval".to_owned()))
}

fn approval(row: &Row) -> Result<Approval, Error> {
    let decision: String = row.get("decision")?;
    Ok(Approval {
        id: row.get("id")?,
        list: row.get("list")?,
        digest: row.get("digest")?,
        rows: count(row, "rows")?,
        asked_by: by(row)?,
        asked_ms: row.get("asked_ms")?,
        note: row.get("note")?,
        decision: Decision::named(&decision).ok_or(Error::Damaged(decision))?,
        decided_by: actor(row, "decided_by_id", "decided_by")?,
        decided_ms: row.get("decided_ms")?,
        why: row.get("why")?,
    })
}
