//! Who changes a list, and what a change does to what was proposed of it.

use rusqlite::{Connection, params};

use super::super::list::may_change;
use super::super::{Act, Actor, Editor, Error, List, Office};
use super::lists::existing;
use super::rows::reading_json;
use super::trail;
use crate::target::Reading;

impl Office {
    /// Reads a list another way: its operation, its sheet, the fields of its columns.
    ///
    /// # Errors
    /// [`Error::NotNow`] while its rows may leave.
    pub fn read_as(&self, list: i64, reading: &Reading, by: &Actor, now_ms: i64) -> Result<List, Error> {
        self.store.write(|db| {
            changes(db, list, by, None, &Act::Mapped, now_ms)?;
            db.execute("UPDATE list SET reading = ?2 WHERE id = ?1", params![list, reading_json(reading)])?;
            existing(db, list)
        })
    }

    /// Makes a person the one who mends a list.
    ///
    /// # Errors
    /// [`Error::Edited`] where somebody else does, unless the person takes over; that is recorded.
    pub fn edit(&self, list: i64, by: &Actor, take_over: bool, now_ms: i64) -> Result<Editor, Error> {
        self.store.write(|db| become_editor(db, &existing(db, list)?, by, take_over, now_ms))
    }

    /// Ends the mending of a person, for another to begin.
    ///
    /// # Errors
    /// The database.
    pub fn leave(&self, list: i64, by: &Actor) -> Result<(), Error> {
        let sql = "UPDATE list SET editor_id = NULL, editor_name = NULL, editor_ms = NULL, editor_seen_ms = NULL
                   WHERE id = ?1 AND editor_id IS ?2 AND editor_name = ?3";
        self.store.write(|db| Ok(db.execute(sql, params![list, by.id, by.name]).map(drop)?))
    }

    /// Writes down that a person answered what is asked before a list is sent: that person cannot approve it.
    ///
    /// # Errors
    /// The database.
    pub fn note_answers(&self, list: i64, by: &Actor, questions: &[String], now_ms: i64) -> Result<(), Error> {
        self.store.write(|db| {
            let name = existing(db, list)?.name;
            add_hand(db, list, by, "answered")?;
            trail::add(db, by, Some(&name), &Act::Agreed { to: questions.to_vec() }, now_ms)
        })
    }
}

/// Whether a list is as it was looked at.
///
/// # Errors
/// [`Error::Changed`]
pub(super) fn is_revision(list: &List, expected: Option<u64>) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != list.revision => Err(Error::Changed(list.revision)),
        _ => Ok(()),
    }
}

/// Begins a change of a list: refuses it where nothing may change, counts it, writes it into the trail, and lets a
/// proposal or an approval lapse. Gives the revision from then on.
///
/// # Errors
/// [`Error::NotNow`], [`Error::Edited`], [`Error::Changed`].
pub(super) fn changes(
    db: &Connection,
    list: i64,
    by: &Actor,
    expected: Option<u64>,
    act: &Act,
    now_ms: i64,
) -> Result<u64, Error> {
    let known = existing(db, list)?;
    is_revision(&known, expected)?;
    if !may_change(known.state) || known.destroyed_ms.is_some() {
        return Err(Error::NotNow(known.state));
    }
    become_editor(db, &known, by, false, now_ms)?;
    add_hand(db, list, by, "changed")?;
    lapse(db, list, now_ms)?;
    db.prepare_cached("UPDATE list SET revision = revision + 1, touched_ms = ?2 WHERE id = ?1")?
        .execute(params![list, now_ms])?;
    trail::add(db, by, Some(&known.name), act, now_ms)?;
    Ok(known.revision + 1)
}

/// What was proposed, asked or approved of a list is so no longer.
pub(super) fn lapse(db: &Connection, list: i64, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached(
        "UPDATE list SET digest = NULL,
            state_ms = CASE state WHEN 'waiting-approval' THEN ?2 ELSE state_ms END,
            state = CASE state WHEN 'waiting-approval' THEN 'checked' ELSE state END WHERE id = ?1",
    )?
    .execute(params![list, now_ms])?;
    db.prepare_cached(
        "UPDATE approval SET decision = 'lapsed', lapsed_ms = ?2 WHERE list = ?1 AND decision IN ('open', 'approved')",
    )?
    .execute(params![list, now_ms])?;
    Ok(())
}

/// Writes down that a person had a hand in a list, and so cannot approve it.
pub(super) fn add_hand(db: &Connection, list: i64, by: &Actor, what: &str) -> Result<(), Error> {
    if by.id.is_some() {
        db.prepare_cached("INSERT OR IGNORE INTO hand (list, person, what) VALUES (?1, ?2, ?3)")?
            .execute(params![list, by.id, what])?;
    }
    Ok(())
}

fn become_editor(db: &Connection, list: &List, by: &Actor, take_over: bool, now_ms: i64) -> Result<Editor, Error> {
    let editor = match &list.editor {
        Some(editor) if editor.by.is_same(by) => Editor { seen_ms: now_ms, ..editor.clone() },
        Some(editor) if !take_over => return Err(Error::Edited(Box::new(editor.clone()))),
        before => {
            if let Some(before) = before {
                let act = Act::TookOver { from: before.by.name.clone() };
                trail::add(db, by, Some(&list.name), &act, now_ms)?;
            }
            Editor { by: by.clone(), since_ms: now_ms, seen_ms: now_ms }
        }
    };
    db.prepare_cached(
        "UPDATE list SET editor_id = ?2, editor_name = ?3, editor_ms = ?4, editor_seen_ms = ?5 WHERE id = ?1",
    )?
    .execute(params![list.id, editor.by.id, editor.by.name, editor.since_ms, editor.seen_ms])?;
    Ok(editor)
}
