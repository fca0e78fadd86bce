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
