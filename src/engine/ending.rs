//! How a check, a run or a reading ended, in one word.

use crate::error::ErrorKind;

/// The end of a stage that did its work, all of it or as far as it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every row is done, or was before; in a check, every row is valid.
    AllDone,
    /// The stage went to its end, and some rows are not done.
    SomeNot,
    /// Something stopped it first, or rows still wait to be sent.
    Stopped(ErrorKind),
}

impl Ending {
    /// The number that a JSON summary gives as `exit`.
    pub fn number(self) -> u8 {
        match self {
            Ending::AllDone => 0,
            Ending::SomeNot => 1,
            Ending::Stopped(ErrorKind::CannotStart) => 2,
            Ending::Stopped(ErrorKind::StoppedEarly) => 3,
            Ending::Stopped(ErrorKind::LedgerBusy) => 75,
            Ending::Stopped(ErrorKind::Interrupted) => 130,
            Ending::Stopped(ErrorKind::Terminated) => 143,
        }
    }
}
