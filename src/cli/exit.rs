//! The exit codes of the program.

use caseload_engine::ending::Ending;
use caseload_engine::error::ErrorKind;

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
    /// Another process is sending this run.
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

impl From<Ending> for Exit {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::AllDone => Exit::Done,
            Ending::SomeNot => Exit::SomeNot,
            Ending::Stopped(kind) => kind.into(),
        }
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::CannotStart => Exit::CannotStart,
            ErrorKind::StoppedEarly => Exit::StoppedEarly,
            ErrorKind::LedgerBusy => Exit::LedgerBusy,
            ErrorKind::Interrupted => Exit::Interrupted,
            ErrorKind::Terminated => Exit::Terminated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_ends_as_its_json_says() {
        let kinds = [
            ErrorKind::CannotStart,
            ErrorKind::StoppedEarly,
            ErrorKind::LedgerBusy,
            ErrorKind::Interrupted,
            ErrorKind::Terminated,
        ];
        let stopped = kinds.into_iter().map(Ending::Stopped);
        for ending in [Ending::AllDone, Ending::SomeNot].into_iter().chain(stopped) {
            assert_eq!(Exit::from(ending).code(), ending.number());
        }
    }
}
