//! Forgetting: what a run did is deleted for good, that it was is kept.
//!
//! A row that was done still counts as sent until its window is over. Of such a row its keyed hashes stay that long,
//! with its place and the time at which it was sent: a mended file that has it is not sent again in the meantime.

use rusqlite::{OptionalExtension as _, params};

use super::rows::state;
use super::{Sqlite, range};
use crate::ledger::decision::Purged;
use crate::ledger::entry::{Entry, EntryId, Settlement};
use crate::ledger::error::Error;
use crate::ledger::store::{Rows as _, Runs as _};
use crate::row::Place;

/// The window of a run that was sent before the ledger kept it: longer than that of any contract that is built in.
const UNKNOWN_WINDOW_MS: i64 = 366 * 86_400_000;

impl Sqlite {
    /// Forgets, while nobody else is in.
    pub(super) fn purge_alone(&self, before_ms: i64, now_ms: i64) -> Result<Purged, Error> {
        let mut purged = Purged::default();
        let transaction = self.writing()?;
        for run in self.runs()? {
            let old = run.ended_ms.unwrap_or(run.spec.started_ms) < before_ms;
            if !old || run.purged_ms.is_some() {
                continue;
            }
            if !run.finished || !self.unknown(run.number)?.is_empty() {
                purged.kept += 1;
                continue;
            }
            let (first, last) = range(run.number);
            transaction.execute(
                "INSERT INTO forgotten (id, sheet, row, key, body_key, first_key, state, sent_ms, server, kept_until_ms)
                 SELECT id, sheet, row, key, body_key, first_key, state, sent_ms, server,
                     sent_ms + coalesce((SELECT window_ms FROM run WHERE number = ?3), ?4)
                 FROM entry WHERE id BETWEEN ?1 AND ?2 AND state IN ('done', 'done-without-id') AND sent_ms IS NOT NULL",
                params![first, last, run.number, UNKNOWN_WINDOW_MS],
            )?;
            let rows = transaction.execute("DELETE FROM entry WHERE id BETWEEN ?1 AND ?2", params![first, last])?;
            transaction.execute("DELETE FROM past_keys WHERE run = ?1", [run.number])?;
            let file = crate::files::base_name(&run.spec.file);
            transaction.execute(
                "UPDATE run SET purged_ms = ?2, file = ?3, recipe = '{}', sheets = '[]', result = NULL WHERE number = ?1",
                params![run.number, now_ms, file],
            )?;
            purged.runs += 1;
            purged.rows += rows as u64;
        }
        transaction.execute("DELETE FROM forgotten WHERE kept_until_ms <= ?1", [now_ms])?;
        let hashes: i64 = transaction.query_row("SELECT count(*) FROM forgotten", [], |row| row.get(0))?;
        purged.hashes = hashes.unsigned_abs();
        transaction.commit()?;
        // `secure_delete` has overwritten the pages; what they were must not stay in the log or in free pages either.
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(purged)
    }

    /// What is left of a row that was forgotten: that it was done, where it stood, and when it was sent.
    pub(super) fn forgotten(&self, id: EntryId) -> Result<Option<Entry>, Error> {
        let sql = "SELECT sheet, row, state, sent_ms, server FROM forgotten WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_row([id.to_sql()], |row| {
            let state = state(row, 2)?;
            Ok(Entry {
                id,
                place: Place { sheet: row.get(0)?, row: row.get(1)? },
                state,
                attempts: 1,
                sent_at_ms: row.get(3)?,
                settlement: Settlement { state, http_status: None, id: None, error: None },
                duplicate_of: None,
                order: None,
                resolved: None,
                server: row.get(4)?,
                nonce: None,
                opened: None,
            })
        });
        Ok(found.optional()?)
    }
}
