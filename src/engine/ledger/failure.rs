//! Why the ledger did not keep a step: by kind, for what is said of it hangs on that.

use std::fmt;

use super::error::Error;

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The disk is full.
    Full,
    /// The disk fails: what the system says.
    Disk(String),
    /// Another process does not let go of the ledger.
    Busy,
    /// The ledger's file was removed or replaced during the run.
    Gone,
    /// A lock file was removed or replaced: another process could take the run for dead.
    LockGone,
    /// The thread that writes has ended, or met a fault of its own.
    Writer,
    /// Anything else that the database says.
    Other(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Full => f.write_str("database or disk is full"),
            Failure::Disk(why) | Failure::Other(why) => f.write_str(why),
            Failure::Busy => f.write_str("another process keeps it busy"),
            Failure::Gone => f.write_str("its file was removed or replaced during the run"),
            Failure::LockGone => f.write_str("its lock file was removed or replaced during the run"),
            Failure::Writer => f.write_str("its writer ended unexpectedly"),
        }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        match error {
            Error::Store { why, .. } => why.clone(),
            other => Failure::Other(other.to_string()),
        }
    }
}
