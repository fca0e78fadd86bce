//! How far a list has come.

use rusqlite::params;
use serde_json::Value;

use super::super::{Act, Actor, Error, List, Office, Started};
use super::editing::is_revision;
use super::lists::existing;
use super::trail;
use crate::state::RunState;

impl Office {
    /// Moves a list to a state if it is in one of some others: of two windows that send the same list, one does.
    /// `by` says whose wish it is; nobody's, where a server pauses what it sends because it ends.
    ///
    /// # Errors
    /// [`Error::NotNow`] with the state that it is in. A list that waits for approval is never moved to be sent: that is
    /// for [`Office::approve`].
    pub fn move_list(
        &self,
        list: i64,
        from: &[RunState],
        to: RunState,
        by: Option<&Actor>,
        now_ms: i64,
    ) -> Result<List, Error> {
        self.store.write(|db| {
            let known = existing(db, list)?;
            // A list that waits for approval is sent by `approve`, and by no other way.
            let goes_round = known.state == RunState::WaitingApproval && to == RunState::Sending;
            if !from.contains(&known.state) || goes_round {
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
            if let Some((by, act)) = by.zip(act_of(known.state, to)) {
                trail::add(db, by, Some(&known.name), &act, now_ms)?;
            }
            existing(db, list)
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
            is_revision(&existing(db, list)?, Some(revision))?;
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

    fn set(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Error> {
        let changed = self.store.write(|db| Ok(db.prepare_cached(sql)?.execute(values)?))?;
        if changed == 1 { Ok(()) } else { Err(Error::NoSuchList) }
    }
}

/// What a person did who moved a list from one state to another.
fn act_of(from: RunState, to: RunState) -> Option<Act> {
    match (from, to) {
        (RunState::Paused | RunState::Stopped, RunState::Sending) => Some(Act::Resumed),
        (_, RunState::Sending) => Some(Act::Sent),
        (_, RunState::Paused) => Some(Act::Paused),
        (_, RunState::Cancelled) => Some(Act::Cancelled),
        _ => None,
    }
}
