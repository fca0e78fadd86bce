//! Lists: added, found, and how far each has come.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use serde_json::Value;

use super::super::list::{may_change, shown_name};
use super::super::upload::{self, Received};
use super::super::{Actor, Editor, Error, Filter, List, NewList, Office, Started};
use super::rows::{self, LIST, reading_json, tag};
use crate::state::RunState;
use crate::target::Reading;

/// Most lists of one page.
const MOST: usize = 500;

impl Office {
    /// Makes a list of a file that has arrived. From then on the file counts.
    ///
    /// # Errors
    /// [`Error::Refused`] for a name that cannot be used. The file is removed then.
    pub fn add_list(&self, new: &NewList, received: Received, by: &Actor, now_ms: i64) -> Result<List, Error> {
        let file_name = shown_name(&new.file_name)?;
        let list = loop {
            match self.store.write(|db| insert(db, new, &file_name, &received, by, now_ms)) {
                // The name is another list's already: it is drawn anew.
                Err(error) if error.is_taken() => {}
                done => break done?,
            }
        };
        received.keep();
        Ok(list)
    }

    /// The list of a name; a deleted one is not found.
    ///
    /// # Errors
    /// The database.
    pub fn list(&self, name: &str) -> Result<Option<List>, Error> {
        let sql = format!("SELECT {LIST} FROM list WHERE name = ?1 AND deleted_ms IS NULL");
        self.store.read(|db| one(db, &sql, [name]))
    }

    /// The list of a number; a deleted one is not found.
    ///
    /// # Errors
    /// The database.
    pub fn list_of_id(&self, id: i64) -> Result<Option<List>, Error> {
        self.store.read(|db| found(db, id))
    }

    /// The list of a run in the ledger.
    ///
    /// # Errors
    /// The database.
    pub fn list_of_run(&self, run: &str) -> Result<Option<List>, Error> {
        let sql =
            format!("SELECT {LIST} FROM list WHERE run_name = ?1 AND deleted_ms IS NULL ORDER BY id DESC LIMIT 1");
        self.store.read(|db| one(db, &sql, [run]))
    }

    /// The latest lists first. The next page is [`Filter::before`] the last of this one.
    ///
    /// # Errors
    /// The database.
    pub fn recent(&self, filter: &Filter, limit: usize) -> Result<Vec<List>, Error> {
        let mut sql = format!("SELECT {LIST} FROM list WHERE deleted_ms IS NULL");
        let mut values: Vec<Sql> = Vec::new();
        if let Some(before) = filter.before {
            sql.push_str(" AND id < ?");
            values.push(before.into());
        }
        if let Some(by) = filter.by {
            sql.push_str(" AND by_id = ?");
            values.push(by.into());
        }
        if !filter.states.is_empty() {
            sql.push_str(&format!(" AND state IN ({})", vec!["?"; filter.states.len()].join(", ")));
            values.extend(filter.states.iter().map(|state| Sql::from(state.as_str().to_owned())));
        }
        sql.push_str(&format!(" ORDER BY id DESC LIMIT {}", limit.min(MOST)));
        self.store.read(|db| many(db, &sql, params_from_iter(values)))
    }

    /// Lists of the same file, the latest first: what a colleague may have sent yesterday.
    ///
    /// # Errors
    /// The database.
    pub fn same_file(&self, sha256: &str, except: Option<i64>) -> Result<Vec<List>, Error> {
        let sql = format!(
            "SELECT {LIST} FROM list WHERE sha256 = ?1 AND id IS NOT ?2 AND deleted_ms IS NULL ORDER BY id DESC LIMIT 100"
        );
        self.store.read(|db| many(db, &sql, params![sha256, except]))
    }

    /// What a server has to go on with when it starts: lists that were being sent, and those that nobody paused but the
    /// end of a server, the oldest first. Whether the time since [`List::touched_ms`] is short enough, its caller says.
    ///
    /// # Errors
    /// The database.
    pub fn to_go_on(&self) -> Result<Vec<List>, Error> {
        let sql = format!(
            "SELECT {LIST} FROM list WHERE deleted_ms IS NULL
                AND (state = 'sending' OR (state = 'paused' AND paused_by_name IS NULL)) ORDER BY id"
        );
        self.store.read(|db| many(db, &sql, []))
    }

    /// Where the file of a list is.
    ///
    /// # Errors
    /// [`Error::NoSuchList`] where it was destroyed.
    pub fn file_of(&self, list: i64) -> Result<std::path::PathBuf, Error> {
        let sql = "SELECT upload FROM list WHERE id = ?1";
        let upload: Option<Option<String>> =
            self.store.read(|db| Ok(db.query_row(sql, [list], |row| row.get(0)).optional()?))?;
        Ok(self.upload_path(&upload.flatten().ok_or(Error::NoSuchList)?))
    }

    /// Moves a list to a state if it is in one of some others: of two windows that send the same list, one does.
    /// `by` says who pauses it; nobody, where a server ends.
    ///
    /// # Errors
    /// [`Error::NotNow`] with the state that it is in.
    pub fn move_list(
        &self,
        list: i64,
        from: &[RunState],
        to: RunState,
        by: Option<&Actor>,
        now_ms: i64,
    ) -> Result<List, Error> {
        self.store.write(|db| {
            let known = found(db, list)?.ok_or(Error::NoSuchList)?;
            if !from.contains(&known.state) {
                return Err(Error::NotNow(known.state));
            }
            let paused = by.filter(|_| to == RunState::Paused);
            let ends = matches!(to, RunState::Finished | RunState::Cancelled | RunState::Stopped);
            db.prepare_cached(
                "UPDATE list SET state = ?2, state_ms = ?3, touched_ms = ?3, paused_by_id = ?4, paused_by_name = ?5,
                    ended_ms = CASE WHEN ?6 THEN ?3 ELSE ended_ms END WHERE id = ?1",
            )?
            .execute(params![
                list,
                to.as_str(),
                now_ms,
                paused.and_then(|by| by.id),
                paused.map(|by| &by.name),
                ends
            ])?;
            found(db, list)?.ok_or(Error::NoSuchList)
        })
    }

    /// Writes down which run of the ledger a list has become.
    ///
    /// # Errors
    /// The database.
    pub fn note_run(&self, list: i64, run: &Started, now_ms: i64) -> Result<(), Error> {
        let sql = "UPDATE list SET run_number = ?2, run_name = ?3, touched_ms = ?4 WHERE id = ?1";
        self.set(sql, params![list, run.number, run.name, now_ms])
    }

    /// Writes down the digest of what is proposed of a list, as long as it has the revision of which the digest is.
    ///
    /// # Errors
    /// [`Error::Changed`] where the list was changed since.
    pub fn note_digest(&self, list: i64, revision: u64, digest: &str) -> Result<(), Error> {
        self.store.write(|db| {
            is_revision(db, list, Some(revision))?;
            db.execute("UPDATE list SET digest = ?2 WHERE id = ?1", params![list, digest])?;
            Ok(())
        })
    }

    /// Writes down what was counted of a list, and that it lives.
    ///
    /// # Errors
    /// The database.
    pub fn note_counts(&self, list: i64, counts: &Value, now_ms: i64) -> Result<(), Error> {
        let sql = "UPDATE list SET counts = ?2, touched_ms = ?3 WHERE id = ?1";
        self.set(sql, params![list, counts.to_string(), now_ms])
    }

    /// Writes down that a list is still being sent. A server does so every minute.
    ///
    /// # Errors
    /// The database.
    pub fn note_alive(&self, list: i64, now_ms: i64) -> Result<(), Error> {
        self.set("UPDATE list SET touched_ms = ?2 WHERE id = ?1", params![list, now_ms])
    }

    /// Reads a list another way: its operation, its sheet, the fields of its columns.
    ///
    /// # Errors
    /// [`Error::NotNow`] while its rows may leave.
    pub fn read_as(&self, list: i64, reading: &Reading, by: &Actor, now_ms: i64) -> Result<List, Error> {
        self.store.write(|db| {
            changes(db, list, by, None, now_ms)?;
            db.execute("UPDATE list SET reading = ?2 WHERE id = ?1", params![list, reading_json(reading)])?;
            found(db, list)?.ok_or(Error::NoSuchList)
        })
    }

    /// Makes a person the one who mends a list.
    ///
    /// # Errors
    /// [`Error::Edited`] where somebody else does, unless the person takes over; that is recorded.
    pub fn edit(&self, list: i64, by: &Actor, take_over: bool, now_ms: i64) -> Result<Editor, Error> {
        self.store.write(|db| become_editor(db, list, by, take_over, now_ms))
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

    /// Whether a list names a file of `uploads`.
    pub(in super::super) fn names_upload(&self, id: &str) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM list WHERE upload = ?1)";
        self.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?))
    }

    fn set(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Error> {
        let changed = self.store.write(|db| Ok(db.prepare_cached(sql)?.execute(values)?))?;
        if changed == 1 { Ok(()) } else { Err(Error::NoSuchList) }
    }
}

fn insert(
    db: &Connection,
    new: &NewList,
    file_name: &str,
    received: &Received,
    by: &Actor,
    now_ms: i64,
) -> Result<List, Error> {
    let kind = if new.is_sandbox { caseload_engine::job::SANDBOX_RUN } else { "" };
    let name = format!("{kind}{}-{:06x}", new.day, upload::random()? & 0x00ff_ffff);
    db.prepare_cached(
        "INSERT INTO list (name, upload, file_name, sha256, bytes, kind, by_id, by_name, uploaded_ms, target, reading, lang,
            keep_ms, state, state_ms, touched_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?9, ?9)",
    )?
    .execute(params![
        name,
        received.id(),
        file_name,
        received.sha256,
        received.bytes().cast_signed(),
        new.kind.as_str(),
        by.id,
        by.name,
        now_ms,
        new.target,
        reading_json(&new.reading),
        tag(new.lang),
        new.keep_ms,
        RunState::Checking.as_str(),
    ])?;
    found(db, db.last_insert_rowid())?.ok_or(Error::NoSuchList)
}

/// The list of a number that was not deleted.
pub(super) fn found(db: &Connection, id: i64) -> Result<Option<List>, Error> {
    one(db, &format!("SELECT {LIST} FROM list WHERE id = ?1 AND deleted_ms IS NULL"), [id])
}

fn one(db: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Option<List>, Error> {
    db.prepare_cached(sql)?.query_and_then(values, rows::list)?.next().transpose()
}

pub(super) fn many(db: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<List>, Error> {
    db.prepare_cached(sql)?.query_and_then(values, rows::list)?.collect()
}

fn is_revision(db: &Connection, list: i64, expected: Option<u64>) -> Result<(), Error> {
    let known = found(db, list)?.ok_or(Error::NoSuchList)?;
    match expected {
        Some(expected) if expected != known.revision => Err(Error::Changed(known.revision)),
        _ => Ok(()),
    }
}

/// Begins a change of a list: refuses it where nothing may change, counts it, and lets a proposal or an approval lapse.
/// Gives the revision from then on.
///
/// # Errors
/// [`Error::NotNow`], [`Error::Edited`], [`Error::Changed`].
pub(super) fn changes(
    db: &Connection,
    list: i64,
    by: &Actor,
    expected: Option<u64>,
    now_ms: i64,
) -> Result<u64, Error> {
    is_revision(db, list, expected)?;
    let known = found(db, list)?.ok_or(Error::NoSuchList)?;
    if !may_change(known.state) || known.destroyed_ms.is_some() {
        return Err(Error::NotNow(known.state));
    }
    become_editor(db, list, by, false, now_ms)?;
    db.prepare_cached(
        "UPDATE list SET revision = revision + 1, touched_ms = ?2, digest = NULL,
            state_ms = CASE state WHEN 'waiting-approval' THEN ?2 ELSE state_ms END,
            state = CASE state WHEN 'waiting-approval' THEN 'checked' ELSE state END WHERE id = ?1",
    )?
    .execute(params![list, now_ms])?;
    Ok(known.revision + 1)
}

fn become_editor(db: &Connection, list: i64, by: &Actor, take_over: bool, now_ms: i64) -> Result<Editor, Error> {
    let known = found(db, list)?.ok_or(Error::NoSuchList)?;
    let editor = match known.editor {
        Some(editor) if editor.by.is_same(by) => Editor { seen_ms: now_ms, ..editor },
        Some(editor) if !take_over => return Err(Error::Edited(Box::new(editor))),
        other => {
            if let Some(before) = other {
                db.execute(
                    "INSERT INTO taken_over (list, from_id, from_name, by_id, by_name, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![list, before.by.id, before.by.name, by.id, by.name, now_ms],
                )?;
            }
            Editor { by: by.clone(), since_ms: now_ms, seen_ms: now_ms }
        }
    };
    db.prepare_cached(
        "UPDATE list SET editor_id = ?2, editor_name = ?3, editor_ms = ?4, editor_seen_ms = ?5 WHERE id = ?1",
    )?
    .execute(params![list, editor.by.id, editor.by.name, editor.since_ms, editor.seen_ms])?;
    Ok(editor)
}
