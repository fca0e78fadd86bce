//! The ledger of a simulation: the same statements in the same transactions, on a database in memory and without a
//! thread, so that a commit takes no time but what the simulation gives it.

use rusqlite::Connection;

use super::Sqlite;
use crate::ledger::error::Error;

impl Sqlite {
    /// Its pages are small, so that a disk that is full is met soon.
    pub fn simulated() -> Result<Self, Error> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "page_size", 512)?;
        Self::in_memory(connection)
    }

    /// From now on what needs another page fails: the disk is full.
    pub fn fill_disk(&self) -> Result<(), Error> {
        Ok(self.connection.pragma_update_and_check(None, "max_page_count", 1, |_| Ok(()))?)
    }

    /// From now on every write fails.
    pub fn break_disk(&self) -> Result<(), Error> {
        Ok(self.connection.pragma_update(None, "query_only", true)?)
    }

    /// All is well again.
    pub fn mend_disk(&self) -> Result<(), Error> {
        self.connection.pragma_update(None, "query_only", false)?;
        Ok(self.connection.pragma_update_and_check(None, "max_page_count", u32::MAX - 1, |_| Ok(()))?)
    }
}
