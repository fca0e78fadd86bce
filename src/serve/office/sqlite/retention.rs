//! Files and mends are destroyed when their time is over, or when somebody deletes a list that was never sent.

use std::fs;

use caseload_sheet::files;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::super::upload::overwrite;
use super::super::{Act, Actor, Destruction, Error, List, Office};
use super::editing::lapse;
use super::lists::{existing, many};
use super::rows::{LIST, actor, count};
use super::trail;
use crate::state::RunState;

/// How many lists are looked at for one round.
const ROUND: usize = 200;

impl Office {
    /// Destroys the files and mends of lists whose time is over. `keep_ms` says how long a target keeps them after a run has
    /// ended, or after the last change of a list that was never sent; of a target that is not known any more the time
    /// counts that it had when the list came. What rows may still leave is not touched.
    ///
    /// # Errors
    /// The database, the disk. What was destroyed until then is written down.
    pub fn destroy_due(&self, keep_ms: impl Fn(&str) -> Option<i64>, now_ms: i64) -> Result<Vec<Destruction>, Error> {
        let sql = format!(
            "SELECT {LIST} FROM list WHERE upload IS NOT NULL AND state NOT IN ('sending', 'paused') AND id > ?1
             ORDER BY id LIMIT {ROUND}"
        );
        let (mut destroyed, mut after) = (Vec::new(), 0);
        loop {
            let lists = self.store.read(|db| many(db, &sql, [after]))?;
            let Some(last) = lists.last() else { break };
            after = last.id;
            for list in &lists {
                let kept = keep_ms(&list.target).unwrap_or(list.keep_ms);
                if is_due(list, kept, now_ms) {
                    destroyed.extend(self.destroy(list.id, kept, now_ms)?);
                }
            }
        }
        if !destroyed.is_empty() {
            self.store.empty_log()?;
        }
        Ok(destroyed)
    }

    /// Deletes a list that was never sent: its file and mends are destroyed at once.
    ///
    /// # Errors
    /// [`Error::NotNow`] where rows of it may have left.
    pub fn delete_list(&self, list: i64, by: &Actor, now_ms: i64) -> Result<(), Error> {
        self.store.write(|db| {
            let known = existing(db, list)?;
            if known.state.has_begun() || known.run.is_some() {
                return Err(Error::NotNow(known.state));
            }
            self.wipe(db, &known, "deleted", Some(by), now_ms)?;
            db.execute("UPDATE list SET deleted_ms = ?2 WHERE id = ?1", params![list, now_ms])?;
            trail::add(db, by, Some(&known.name), &Act::Deleted, now_ms)
        })?;
        self.store.empty_log()
    }

    /// What was destroyed since a time, the oldest first.
    ///
    /// # Errors
    /// The database.
    pub fn destructions(&self, since_ms: i64) -> Result<Vec<Destruction>, Error> {
        let sql =
            "SELECT list, at_ms, rule, bytes, cells, by_id, by_name FROM destruction WHERE at_ms >= ?1 ORDER BY rowid";
        self.store.read(|db| db.prepare_cached(sql)?.query_and_then([since_ms], destruction)?.collect())
    }

    /// Nothing, where the list was changed or sent meanwhile.
    fn destroy(&self, list: i64, kept_ms: i64, now_ms: i64) -> Result<Option<Destruction>, Error> {
        self.store.write(|db| {
            let sql = format!("SELECT {LIST} FROM list WHERE id = ?1 AND upload IS NOT NULL");
            let known = many(db, &sql, [list])?.into_iter().next().filter(|known| is_due(known, kept_ms, now_ms));
            let Some(known) = known else { return Ok(None) };
            let rule = format!("keep_uploads {}", days(kept_ms));
            let done = self.wipe(db, &known, &rule, None, now_ms)?;
            trail::add(db, &Actor::named(""), Some(&known.name), &Act::Destroyed, now_ms)?;
            Ok(Some(done))
        })
    }

    /// Destroys the file of a list first, and then what the database has of it: a process that dies in between leaves a
    /// list whose file is gone, and the next round goes on with it.
    fn wipe(
        &self,
        db: &Connection,
        list: &List,
        rule: &str,
        by: Option<&Actor>,
        now_ms: i64,
    ) -> Result<Destruction, Error> {
        let upload: Option<String> =
            db.query_row("SELECT upload FROM list WHERE id = ?1", [list.id], |row| row.get(0)).optional()?.flatten();
        if let Some(path) = upload.map(|id| self.upload_path(&id))
            && fs::symlink_metadata(&path).is_ok()
        {
            overwrite(files::open_or_create(&path)?, &path)?;
        }
        let cells = db.execute("DELETE FROM mended_cell WHERE list = ?1", [list.id])? as u64;
        db.execute(
            "UPDATE list SET upload = NULL, destroyed_ms = ?2, editor_id = NULL, editor_name = NULL, editor_ms = NULL,
                editor_seen_ms = NULL WHERE id = ?1",
            params![list.id, now_ms],
        )?;
        lapse(db, list.id, now_ms)?;
        db.execute(
            "INSERT INTO destruction (list, at_ms, rule, bytes, cells, by_id, by_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                list.name,
                now_ms,
                rule,
                list.bytes.cast_signed(),
                cells.cast_signed(),
                by.and_then(|by| by.id),
                by.map(|by| &by.name)
            ],
        )?;
        let (name, bytes) = (list.name.clone(), list.bytes);
        Ok(Destruction { list: name, at_ms: now_ms, rule: rule.to_owned(), bytes, cells, by: by.cloned() })
    }
}

fn is_due(list: &List, kept_ms: i64, now_ms: i64) -> bool {
    let since = match list.state {
        RunState::Sending | RunState::Paused => return false,
        // It can still go on: the last sign of life counts.
        RunState::Stopped => list.touched_ms,
        _ => list.ended_ms.map_or(list.touched_ms, |ended| ended.max(list.touched_ms)),
    };
    now_ms.saturating_sub(since) >= kept_ms
}

/// A time in the largest unit in which it is whole.
fn days(ms: i64) -> String {
    match ms / 1_000 {
        seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds => format!("{seconds}s"),
    }
}

fn destruction(row: &Row) -> Result<Destruction, Error> {
    Ok(Destruction {
        list: row.get("list")?,
        at_ms: row.get("at_ms")?,
        rule: row.get("rule")?,
        bytes: count(row, "bytes")?,
        cells: count(row, "cells")?,
        by: actor(row, "by_id", "by_name")?,
    })
}
