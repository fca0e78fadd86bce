//! The office in SQLite: one connection that writes, and some that read beside it.

mod approvals;
mod editing;
mod lists;
mod mappings;
mod mends;
mod migrations;
mod people;
mod progress;
mod retention;
mod rows;
mod sessions;
mod trail;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use caseload_sheet::files;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::Error;

/// How long other processes may be in the way, each for one short transaction at a time.
const OTHERS: Duration = Duration::from_secs(5);

/// Readers that are kept open between two looks.
const READERS: usize = 8;

/// The connections to the database of an office.
pub struct Store {
    path: PathBuf,
    /// Writers of this process wait here for each other, and not in SQLite's sleep.
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the database, makes it where there is none, and brings it to the newest step.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        // Made by hand first: SQLite would make it as the user's mask says, and gives its log the rights of the database.
        drop(files::open_or_create(path).map_err(|error| match error {
            error if files::is_link(&error) => Error::Link(path.to_owned()),
            error => error.into(),
        })?);
        let mut connection = patiently(|| connect(path))?;
        patiently(|| migrations::apply(&mut connection))?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(connection), readers: Mutex::default() })
    }

    /// Looks, at one moment of the database.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let kept = locked(&self.readers).pop();
        let connection = kept.map_or_else(|| patiently(|| connect(&self.path)), Ok)?;
        let transaction = Transaction::new_unchecked(&connection, TransactionBehavior::Deferred)?;
        let found = look(&transaction);
        drop(transaction);
        let mut readers = locked(&self.readers);
        if readers.len() < READERS {
            readers.push(connection);
        }
        found
    }

    /// Changes something, or nothing where it fails. The write lock is held from the first statement on.
    pub(super) fn write<T>(&self, change: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let connection = locked(&self.writer);
        let transaction = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
        migrations::is_newest(&transaction)?;
        let done = change(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Leaves nothing in the log of what was deleted. Where somebody reads at this moment, the next time does it.
    pub(super) fn empty_log(&self) -> Result<(), Error> {
        let connection = locked(&self.writer);
        let done = connection.pragma_update_and_check(None, "wal_checkpoint", "truncate", |_| Ok(()));
        match done.map_err(Error::from) {
            Err(error) if !error.is_busy() => Err(error),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.path).finish()
    }
}

/// A panic between two statements leaves a transaction that is rolled back: what stands behind the lock stays whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(OTHERS)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opening takes locks for which SQLite does not wait by itself.
fn patiently<T>(mut open: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    let begun = Instant::now();
    loop {
        match open() {
            Err(error) if error.is_busy() && begun.elapsed() < OTHERS => thread::sleep(Duration::from_millis(20)),
            done => return done,
        }
    }
}

/// What the tests of the office need of the schema.
#[cfg(test)]
pub(super) mod tests {
    pub(crate) use super::migrations::{NEWEST, apply_first};
}
