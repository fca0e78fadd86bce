//! The error that keeps a run from starting, or ends it before its time.

mod code;

use crate::message::{Lang, Text};

pub use self::code::Code;

/// What an error means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing was sent: the command line, the settings or the file has to be mended first.
    CannotStart,
    /// Rows may have been sent; all that is known is in the ledger. The same command goes on.
    StoppedEarly,
    /// Another process is sending this run.
    LedgerBusy,
    /// Ctrl-C; rows in flight were settled first.
    Interrupted,
    /// SIGTERM; rows in flight were settled first.
    Terminated,
}

/// Why the program could not start or had to stop: a sentence with the place and the next step. A row that failed is
/// never an `Error`; it is an [`Outcome`](crate::outcome::Outcome).
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What it means for the caller.
    pub kind: ErrorKind,
    /// Its stable name.
    pub code: Code,
    /// The sentence, in both languages.
    pub message: Text,
}

impl Error {
    /// An error with the code of its kind.
    pub fn new(kind: ErrorKind, message: Text) -> Self {
        Self { kind, code: kind.into(), message }
    }

    /// An error before anything was sent.
    pub fn cannot_start(message: Text) -> Self {
        Self::new(ErrorKind::CannotStart, message)
    }

    /// An error that ends a run on its way.
    pub fn early(message: Text) -> Self {
        Self::new(ErrorKind::StoppedEarly, message)
    }

    /// The sentence in one language.
    pub fn sentence(&self, lang: Lang) -> &str {
        self.message.get(lang)
    }
}

/// A file that is refused keeps its run from starting.
impl From<caseload_sheet::Error> for Error {
    fn from(error: caseload_sheet::Error) -> Self {
        Code::from(&error.kind).cannot_start(error.into())
    }
}
