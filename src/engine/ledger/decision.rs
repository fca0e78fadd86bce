//! What is decided about rows: by a person, by what was found, or by the look before a run.

use serde_json::Value;

use super::entry::{Entry, EntryId, State};
use crate::doubt::Doubt;
use crate::keyed::Key;
use crate::row::Place;

/// A row that is not to go for an earlier one's sake.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    /// Its number among the rows read, from 0.
    pub ordinal: u32,
    /// Where it stands.
    pub place: Place,
    /// By which it is known as a repeat.
    pub key: Key,
    /// The earlier row.
    pub of: EntryId,
    /// Left out because nobody said that it should go: looked at again by the next command.
    pub doubt: Option<Doubt>,
}

/// What became of an unknown row after all.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The row.
    pub id: EntryId,
    /// The attempt that was looked at: its number and nonce. None stands for whichever is the latest.
    pub attempt: Option<(u32, Option<u64>)>,
    /// Done, done without an id, or pending where it was not done.
    pub state: State,
    /// The id that the server has for it, where it is done and one is known.
    pub answer: Option<Value>,
    /// Who says so, when and why: JSON.
    pub note: String,
}

impl Resolution {
    /// Of whichever attempt is the latest.
    pub fn new(id: EntryId, state: State, answer: Option<Value>, note: &str) -> Self {
        Self { id, attempt: None, state, answer, note: note.to_owned() }
    }

    /// The same of a row as it was shown: where it has another attempt since, nothing is closed.
    pub fn of(entry: &Entry, state: State, answer: Option<Value>, note: &str) -> Self {
        Self { attempt: Some((entry.attempts, entry.nonce)), ..Self::new(entry.id, state, answer, note) }
    }
}

/// What was forgotten, and what was kept although it is old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Runs whose rows were forgotten.
    pub runs: u64,
    /// Their rows.
    pub rows: u64,
    /// Rows whose hashes stay until their window is over, of these and of earlier runs.
    pub hashes: u64,
    /// Runs that still have rows to send, or rows of unknown outcome: forgetting them could send a row twice.
    pub kept: u64,
}
