//! How a run can end, and the error that ends one before its time.

use crate::message::{Lang, Text};

/// The exit codes of the program, as the table in the README lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every row done, or was already; for `check`: every row valid.
    Done = 0,
    /// Finished; some rows were not done.
    SomeNot = 1,
    /// Could not start: usage, settings, an unreadable file, missing columns.
    CannotStart = 2,
    /// Stopped early: authorisation, breaker, server gone, ledger. The same command goes on.
    StoppedEarly = 3,
    /// Another run holds this ledger.
    LedgerBusy = 75,
    /// Interrupted by Ctrl-C; rows in flight were settled first.
    Interrupted = 130,
    /// Ended by SIGTERM; rows in flight were settled first.
    Terminated = 143,
}

impl Exit {
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The end in a word, as `--json` has it.
    pub fn word(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::SomeNot => "some-not-done",
            Exit::CannotStart => "cannot-start",
            Exit::StoppedEarly => "stopped-early",
            Exit::LedgerBusy => "ledger-busy",
            Exit::Interrupted => "interrupted",
            Exit::Terminated => "terminated",
        }
    }
}

/// Why the program could not start or had to stop: a sentence with the place and the next step,
/// and the exit code. A row that failed is never a `Stop`; it is an [`Outcome`](crate::outcome::Outcome).
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Stop {
    pub exit: Exit,
    pub message: Text,
    /// What `--json` has to say of the file, where more is known of it than the sentence.
    pub summary: Option<Box<serde_json::Value>>,
}

impl Stop {
    pub fn new(exit: Exit, message: Text) -> Self {
        Self { exit, message, summary: None }
    }

    /// Nothing was sent: the command line, the settings or the file has to be mended first.
    pub fn cannot_start(message: Text) -> Self {
        Self::new(Exit::CannotStart, message)
    }

    /// Rows may have been sent; all that is known stands in the ledger.
    pub fn early(message: Text) -> Self {
        Self::new(Exit::StoppedEarly, message)
    }

    pub fn sentence(&self, lang: Lang) -> &str {
        self.message.get(lang)
    }
}
