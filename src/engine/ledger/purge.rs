//! Forgetting: what a run did is deleted for good, that it was is kept.

use rusqlite::params;

use super::entry::Error;
use super::sqlite::{Ledger, range};

/// What was forgotten, and what was kept although it is old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    pub runs: u64,
    pub rows: u64,
    /// Runs that still have rows to send, or rows of unknown outcome: forgetting them could send a row twice.
    pub kept: u64,
}

impl Ledger {
    /// Forgets the rows of every run that ended before a time, with their ids, keys and errors. The run's own
    /// record stays as the proof of it: name, hash of the file, counts; so the same file again is still known.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn purge(&self, before_ms: i64, now_ms: i64) -> Result<Purged, Error> {
        let mut purged = Purged::default();
        let transaction = self.connection.unchecked_transaction()?;
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
        transaction.commit()?;
        // `secure_delete` has overwritten the pages; what they were must not stay in the log or in free pages either.
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
        Ok(purged)
    }
}
