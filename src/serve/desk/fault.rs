//! Why the desk does not do what it was asked.

use caseload_engine::error::Error as Stop;

use crate::office;
use crate::state::RunState;

/// The desk refuses, or something that it needs cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no such list, row or column.
    #[error("there is no such list or row")]
    NotFound,
    /// The settings have no target of this name any more.
    #[error("there is no target {0}")]
    NoTarget(String),
    /// The list is in a state in which this cannot be done.
    #[error("the list is {}", .0.as_str())]
    NotNow(RunState),
    /// What the person agreed to is not what would go now.
    #[error("the list has changed: {rows} rows would go, by the digest {digest}")]
    Changed {
        /// The rows that would go now.
        rows: u64,
        /// Their digest.
        digest: String,
    },
    /// The number that was given is not the number of rows that would go.
    #[error("{rows} rows would go, and {given} were agreed to")]
    WrongCount {
        /// The rows that would go.
        rows: u64,
        /// What was given.
        given: u64,
    },
    /// What a person gave cannot be taken, in the engine's words.
    #[error("{0}")]
    Engine(#[from] Stop),
    /// The office refuses.
    #[error("{0}")]
    Office(office::Error),
}

impl From<office::Error> for Fault {
    fn from(error: office::Error) -> Self {
        match error {
            office::Error::NoSuchList => Self::NotFound,
            office::Error::NotNow(state) => Self::NotNow(state),
            other => Self::Office(other),
        }
    }
}
