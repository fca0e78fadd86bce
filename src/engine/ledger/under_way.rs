//! How far a run has come, for those who only look.

use std::collections::BTreeMap;

use rusqlite::params;

use super::entry::{Error, State};
use super::query::state;
use super::sqlite::{Ledger, range};

impl Ledger {
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
