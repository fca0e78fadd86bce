//! What the page keeps beside the ledger: lists as they came and what people changed in them, who the people are, and
//! who did what.
//!
//! The ledger knows what was sent, and holds no cell. The office holds cells, for as long as a target keeps uploads, and
//! forgets them when that time is over. It decides nothing about a row.
//!
//! # Where it lies
//! In a folder beside the ledger's file, named for it: `caseload.db.office`. Only its owner may enter (0700). It holds
//! `office.db` and `uploads`, where each list lies as it came, under a name that nobody chose.
//!
//! # Who is at work on it
//! Several processes at once: two pages, and the command line. Each change is one short transaction that takes the write
//! lock first, so that what it reads still holds when it writes. Calls block for a sync of the disk; a server makes them
//! on threads that may wait.
//!
//! # What it takes
//! The time comes in as milliseconds since 1970-01-01 UTC, and an [`Actor`] says who asks. Whether that person may, the
//! gate has decided before.
//!
//! # Four eyes
//! [`Office::ask`] keeps the digest of what would go, [`Office::approve`] is another person's word for it and makes the
//! list one that is being sent, [`Office::approved`] finds that word by the digest. [`Office::hands_of`] says who cannot
//! give it. A change of the list takes it away in the same transaction.
//!
//! # Where the SQL is
//! In `sqlite` alone, with a file for each subject. The rest speaks of lists, mends and people.

mod act;
mod actor;
mod approval;
mod doorkeeper;
mod error;
mod list;
mod mapping;
mod mend;
mod password;
mod people;
mod place;
mod retention;
mod sqlite;
mod upload;
mod words;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use act::{Act, Entry, Sought};
pub use actor::Actor;
pub use approval::{Approval, Decision, NewApproval};
pub use doorkeeper::Doorkeeper;
pub use error::Error;
pub use list::{Editor, Filter, Kind, List, NewList, Started};
pub use mapping::Mapping;
pub use mend::{CellAt, Change, ChangeKind, Mend, NewMend, Overlay, RowAt};
pub use password::one_time_password;
pub use people::{Member, NewMember, Stay, Token};
pub use retention::Destruction;
pub use upload::{Received, Upload};

use sqlite::Store;

/// What the page keeps. Any number of threads may use one.
#[derive(Debug)]
pub struct Office {
    folder: PathBuf,
    store: Store,
}

impl Office {
    /// Opens the office of a ledger, and makes it where there is none. Uploads that no list names any more are removed,
    /// but for those that are arriving at this moment.
    ///
    /// # Errors
    /// Its folder is another person's, or open to others, or a link; it was written by a newer version of this program;
    /// the disk.
    pub fn open(ledger: &Path) -> Result<Self, Error> {
        let folder = place::make(ledger)?;
        let office = Self { store: Store::open(&folder.join("office.db"))?, folder };
        office.sweep()?;
        Ok(office)
    }

    /// Opens the office of a ledger where there is one.
    ///
    /// # Errors
    /// As [`Office::open`].
    pub fn find(ledger: &Path) -> Result<Option<Self>, Error> {
        if place::exists(ledger)? { Self::open(ledger).map(Some) } else { Ok(None) }
    }

    /// The folder of the office.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn uploads(&self) -> PathBuf {
        self.folder.join("uploads")
    }
}
