//! What is decided about rows: closed, given back, left out, forgotten.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, params};

use super::{Sqlite, range};
use crate::doubt::Doubt;
use crate::fail;
use crate::identity::Server;
use crate::ledger::decision::{LeftOut, Purged, Resolution};
use crate::ledger::entry::{Entry, EntryId, State};
use crate::ledger::error::Error;
use crate::ledger::ripe;
use crate::ledger::store::{Decisions, Rows};
use crate::uptime::Uptime;

impl Decisions for Sqlite {
    fn reopen_rejected(&self, run: u32, only: Option<&[u32]>) -> Result<u64, Error> {
        let transaction = self.writing()?;
        let mut changed = 0;
        if let Some(ordinals) = only {
            for ordinal in ordinals {
                changed += transaction.execute(
                    "UPDATE entry SET state = 'pending' WHERE id = ?1 AND state = 'rejected'",
                    [EntryId { run, ordinal: *ordinal }.to_sql()],
                )?;
            }
        } else {
            let (first, last) = range(run);
            let sql = "UPDATE entry SET state = 'pending' WHERE id BETWEEN ?1 AND ?2 AND state = 'rejected'";
            changed = transaction.execute(sql, params![first, last])?;
        }
        transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [run])?;
        fail::point("refusals-reopening");
        transaction.commit()?;
        fail::point("refusals-reopened");
        Ok(changed as u64)
    }

    fn reopen_duplicates(&self, run: u32) -> Result<u64, Error> {
        const NOT_DONE: &str = "id BETWEEN ?1 AND ?2 AND state = 'duplicate' AND EXISTS
            (SELECT 1 FROM entry original WHERE original.id = entry.duplicate_of AND original.state IN ('pending', 'rejected'))";
        let (first, last) = range(run);
        let transaction = self.writing()?;
        let deleted =
            transaction.execute(&format!("DELETE FROM entry WHERE {NOT_DONE} AND attempts = 0"), [first, last])?;
        let changed = transaction.execute(
            &format!("UPDATE entry SET state = 'pending', duplicate_of = NULL WHERE {NOT_DONE}"),
            [first, last],
        )?;
        if deleted + changed > 0 {
            transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [run])?;
        }
        fail::point("repeats-reopening");
        transaction.commit()?;
        fail::point("repeats-reopened");
        Ok((deleted + changed) as u64)
    }

    fn reopen_doubtful(&self, run: u32) -> Result<u64, Error> {
        const IN_QUESTION: &str = "id BETWEEN ?1 AND ?2 AND state = 'duplicate' AND code IN ('past-window', 'changed')";
        let (first, last) = range(run);
        let transaction = self.writing()?;
        let sql = format!("DELETE FROM entry WHERE {IN_QUESTION} AND attempts = 0");
        let mut changed = transaction.execute(&sql, [first, last])?;
        let sql = format!("UPDATE entry SET state = 'pending', duplicate_of = NULL, code = NULL WHERE {IN_QUESTION}");
        changed += transaction.execute(&sql, [first, last])?;
        if changed > 0 {
            transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [run])?;
        }
        transaction.commit()?;
        Ok(changed as u64)
    }

    fn note_left_out(&self, run: u32, rows: &[LeftOut]) -> Result<(), Error> {
        let transaction = self.writing()?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO entry (id, sheet, row, key, state, attempts, duplicate_of, code)
                 VALUES (?1, ?2, ?3, ?4, 'duplicate', 0, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET state = 'duplicate', duplicate_of = excluded.duplicate_of, code = excluded.code
                 WHERE state = 'pending'",
            )?;
            for LeftOut { ordinal, place, key, of, doubt } in rows {
                let id = EntryId { run, ordinal: *ordinal };
                let code = doubt.map(Doubt::as_str);
                insert.execute(params![id.to_sql(), place.sheet, place.row, key.0, of.to_sql(), code])?;
            }
        }
        fail::point("repeats-noting");
        transaction.commit()?;
        fail::point("repeats-noted");
        Ok(())
    }

    fn resolve(&self, resolutions: &[Resolution], now: Uptime) -> Result<(), Error> {
        let transaction = self.writing()?;
        for Resolution { id, attempt, state, answer, note } in resolutions {
            if let Some(entry) = self.entry(*id)? {
                if attempt.is_some_and(|seen| seen != (entry.attempts, entry.nonce)) {
                    return Err(Error::Changed);
                }
                if let Some(left) = self.unripe_for(&entry, now)?.filter(|_| *state == State::Pending) {
                    return Err(Error::Unripe(left));
                }
            }
            let changed = transaction.execute(
                "UPDATE entry SET state = ?2, answer_id = ?3, resolved = ?4, code = NULL, title = NULL, description = NULL,
                     reason = NULL, doubt = (?2 = 'pending')
                 WHERE id = ?1 AND (state = 'unknown' OR (state = 'done-without-id' AND ?2 <> 'pending'))",
                params![id.to_sql(), state.as_str(), answer.as_ref().map(ToString::to_string), note],
            )?;
            if changed != 1 {
                return Err(Error::Unfit("the row is not unknown".to_owned()));
            }
            if *state == State::Pending {
                transaction.execute("UPDATE run SET finished = 0 WHERE number = ?1", [id.run])?;
            }
        }
        fail::point("resolution-committing");
        transaction.commit()?;
        fail::point("resolution-committed");
        Ok(())
    }

    fn unripe_for(&self, entry: &Entry, now: Uptime) -> Result<Option<Duration>, Error> {
        Ok(ripe::wait_for(entry, self.timeout_of(entry.id.run)?, self.is_here(entry)?, now))
    }

    fn purge(&self, before_ms: i64, now_ms: i64) -> Result<Purged, Error> {
        let purge = || self.purge_alone(before_ms, now_ms);
        self.watch.as_ref().map_or_else(purge, |watch| watch.alone(purge))
    }
}

impl Sqlite {
    fn timeout_of(&self, run: u32) -> Result<Option<Duration>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT timeout_ms FROM run WHERE number = ?1")?;
        let kept: Option<i64> = statement.query_row([run], |row| row.get(0)).optional()?.flatten();
        Ok(kept.map(|ms| Duration::from_millis(ms.unsigned_abs())))
    }

    /// Whether a row went to a server of this machine.
    fn is_here(&self, entry: &Entry) -> Result<bool, Error> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM server WHERE number = ?1")?;
        let name: Option<String> = statement.query_row([entry.server], |row| row.get(0)).optional()?;
        Ok(name.is_some_and(|name| ripe::is_here(&Server::from_name(&name))))
    }
}
