//! A ledger, whichever store keeps it.

use std::ops::Deref;
use std::path::Path;

use super::error::Error;
use super::sqlite::Sqlite;
use super::store::Store;

/// An open ledger: a handle to the store that keeps it, whose methods are its own. Dropping it closes the ledger.
pub struct Ledger(Box<dyn Store>);

impl Ledger {
    /// The ledger that a store keeps.
    pub fn of(store: impl Store + 'static) -> Self {
        Self(Box::new(store))
    }

    /// Opens the ledger of a file to write, beside others who do, and makes it where there is none.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        Sqlite::open(path).map(Self::of)
    }

    /// The same with a folder for what is known of ledgers beside themselves.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub fn open_marked(path: &Path, state: Option<&Path>) -> Result<Self, Error> {
        Sqlite::open_marked(path, state).map(Self::of)
    }

    /// Opens the ledger of a file to look into it, while runs may be under way. Nothing can be written.
    ///
    /// # Errors
    /// As [`Sqlite::look`].
    pub fn look(path: &Path) -> Result<Self, Error> {
        Sqlite::look(path).map(Self::of)
    }
}

impl Deref for Ledger {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
