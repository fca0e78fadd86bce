//! Why the office does not do what it was asked.

use std::path::PathBuf;

use caseload_engine::error::{Code, Error as Stop, ErrorKind};
use caseload_engine::ledger;
use caseload_sheet::message::Text;

use super::list::Editor;
use crate::state::RunState;

/// The office cannot be opened, read or written, or refuses a change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The disk.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The ledger beside which it lies cannot lie there.
    #[error("{0}")]
    Ledger(#[from] ledger::Error),
    /// A folder of it belongs to somebody else: whose it is.
    #[error("{} belongs to {}", .0.display(), .1)]
    Foreign(PathBuf, String),
    /// Others may enter a folder of it.
    #[error("{} is open to others", .0.display())]
    Exposed(PathBuf),
    /// A link, or something else that is no folder or no file of its own.
    #[error("{} is a link, or is something else", .0.display())]
    Link(PathBuf),
    /// The file is another program's database.
    #[error("it is another program's database")]
    Unfit,
    /// It was written by a newer version of this program.
    #[error("it was written by a newer version of this program (schema {0})")]
    Newer(i64),
    /// What stands in it does not read as what was written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// There is no such list, or it was deleted.
    #[error("there is no such list")]
    NoSuchList,
    /// The list is in a state in which this cannot be done.
    #[error("the list is {}", .0.as_str())]
    NotNow(RunState),
    /// Somebody else mends the list at this moment.
    #[error("{} mends the list", .0.by.name)]
    Edited(Box<Editor>),
    /// The list was changed since it was looked at: the revision that it has now.
    #[error("the list has changed (revision {0})")]
    Changed(u64),
    /// There is no such person.
    #[error("there is no such person")]
    NoSuchPerson,
    /// There is a person of that address.
    #[error("there is a person of the address {0}")]
    EmailTaken(String),
    /// Who had a hand in a list cannot approve it.
    #[error("that person had a hand in the list")]
    OwnWork,
    /// A value that is not taken, with the sentence that says why.
    #[error("{0}")]
    Refused(Text),
}

impl Error {
    /// Whether somebody else writes at this moment: the same may do a little later.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        let code = if let Self::Sqlite(error) = self { error.sqlite_error_code() } else { None };
        matches!(code, Some(DatabaseBusy | DatabaseLocked))
    }

    /// Whether a rule of uniqueness stands against what was to be written.
    pub(super) fn is_taken(&self) -> bool {
        let code = if let Self::Sqlite(error) = self { error.sqlite_error_code() } else { None };
        code == Some(rusqlite::ErrorCode::ConstraintViolation)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let words = error.words();
        match error {
            Error::Refused(_) | Error::NoSuchPerson | Error::EmailTaken(_) => Code::OptionInvalid.cannot_start(words),
            Error::Newer(_) | Error::Unfit | Error::Damaged(_) => Code::LedgerUnusable.cannot_start(words),
            Error::Foreign(..) | Error::Exposed(_) | Error::Link(_) => Code::LedgerLink.cannot_start(words),
            _ if error.is_busy() => Stop { code: Code::LedgerHeld, ..Stop::new(ErrorKind::LedgerBusy, words) },
            _ => Code::LedgerUnreadable.cannot_start(words),
        }
    }
}
