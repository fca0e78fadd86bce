//! Lists: added and found.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};

use super::super::list::shown_name;
use super::super::upload::{self, Received};
use super::super::{Act, Actor, Error, Filter, List, NewList, Office};
use super::editing::add_hand;
use super::rows::{self, LIST, reading_json, tag};
use super::trail;
use crate::state::RunState;

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

    /// Whether a list names a file of `uploads`.
    pub(in super::super) fn names_upload(&self, id: &str) -> Result<bool, Error> {
        let sql = "SELECT EXISTS (SELECT 1 FROM list WHERE upload = ?1)";
        self.store.read(|db| Ok(db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?))
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
    let list = db.last_insert_rowid();
    add_hand(db, list, by, "uploaded")?;
    trail::add(db, by, Some(&name), &Act::Uploaded, now_ms)?;
    existing(db, list)
}

/// The list of a number that has to be there.
pub(super) fn existing(db: &Connection, id: i64) -> Result<List, Error> {
    found(db, id)?.ok_or(Error::NoSuchList)
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
