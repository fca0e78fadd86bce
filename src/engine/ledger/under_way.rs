//! Which run is being sent at this moment, for those who only look: its number stands in the lock file, and counts as
//! long as somebody holds the lock.

use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::path::Path;

use rusqlite::params;

use super::entry::{Error, State};
use super::place::sibling;
use super::query::state;
use super::sqlite::{Ledger, range};
use crate::files;

/// The longest number of a run.
const LONGEST: u64 = 16;

impl Ledger {
    /// Says to those who look that this run is being sent from here.
    pub fn announce(&self, run: u32) {
        if let Some(watch) = &self.watch {
            watch.announce(run);
        }
    }

    /// Whether another process is sending this run.
    pub fn is_under_way(&self, run: u32) -> bool {
        if self.watch.is_some() {
            return false;
        }
        let path = sibling(&self.path, ".lock");
        let says_so = files::read_text(&path, LONGEST).is_ok_and(|text| text.trim() == run.to_string());
        // Taken together with others who look; a run that begins just now waits that long.
        says_so && files::open(&path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// How many rows of a run are in which state.
    pub fn counts(&self, run: u32) -> Result<BTreeMap<State, u64>, Error> {
        let (first, last) = range(run);
        let sql = "SELECT state, COUNT(*) FROM entry WHERE id BETWEEN ?1 AND ?2 GROUP BY state";
        let mut statement = self.connection.prepare(sql)?;
        let counts =
            statement.query_map(params![first, last], |row| Ok((state(row, 0)?, row.get::<_, i64>(1)? as u64)))?;
        Ok(counts.collect::<Result<_, _>>()?)
    }
}

/// Whether a run lives, wherever it is: the kernel has its lock (`<ledger>.run-N.lock`) as long as its process lasts.
pub(super) fn is_alive(ledger: &Path, run: u32) -> bool {
    let path = sibling(ledger, &format!(".run-{run}.lock"));
    files::open(&path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
