//! What is handed to the ledger while rows are sent, and what it answers.

use super::entry::{EntryId, Settlement, State};
use super::failure::Failure;
use crate::keyed::Key;
use crate::row::Place;
use crate::uptime::Uptime;

/// The right to one attempt of a row. The nonce, 64 random bits drawn for each intent, tells this attempt from every
/// other one of the row, whichever process makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The row.
    pub id: EntryId,
    /// Which attempt.
    pub nonce: u64,
}

/// Draws a nonce from the system.
pub fn nonce() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    // Where the system has no random numbers left to give, the seeds of its hash tables are the next best.
    getrandom::u64().unwrap_or_else(|_| RandomState::new().hash_one(std::time::Instant::now()))
}

/// What is about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Intent {
    /// The attempt.
    pub grant: Grant,
    /// Where the row stands in its file.
    pub place: Place,
    /// By which a repeat is known.
    pub key: Key,
    /// The key of the body, where `key` is that of a rule.
    pub body: Option<Key>,
    /// By which the row waits for others.
    pub order: Option<Key>,
    /// Of several equal rows that are all meant: the key of the first, for a later one.
    pub first: Option<Key>,
    /// The number of the server that it goes to.
    pub server: Option<u32>,
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The same moment by the clock that nobody sets: waits are counted from it (`ripe`).
    pub opened: Uptime,
    /// The row may go even where an earlier attempt may have been carried out: doing it twice is doing it once,
    /// or the server refuses the second.
    pub may_repeat: bool,
    /// Which other rows count against it.
    pub reach: Reach,
}

/// Which other rows with one of its keys count against a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Rows that may have been done count if they were sent at this time or later, in milliseconds since 1970-01-01 UTC.
    pub open_since_ms: i64,
    /// The same of rows that were done; none where equal rows are sent on purpose: then rows of the same run do not
    /// count at all, for their own file names them.
    pub done_since_ms: Option<i64>,
}

impl Reach {
    /// Every row counts, however old.
    pub const ALL: Self = Self { open_since_ms: i64::MIN, done_since_ms: Some(i64::MIN) };
}

/// What is handed over.
#[derive(Debug, Clone)]
pub enum Step {
    /// Opens an attempt. The request may leave when this is granted, and not before.
    Open(Intent),
    /// Closes an attempt.
    Settle(Grant, Box<Settlement>),
    /// Takes an intent back whose request did not leave: as if the attempt had not been opened.
    Withdraw(Grant),
}

impl Step {
    /// The receipt of a step that was not written.
    pub fn failed(self, why: &Failure) -> Receipt {
        match self {
            Step::Open(intent) => Receipt::Opened(intent, Opening::Failed(why.clone())),
            Step::Settle(grant, settlement) => Receipt::Settled(grant, settlement, Kept::Failed(why.clone())),
            Step::Withdraw(grant) => Receipt::Withdrawn(grant, Kept::Failed(why.clone())),
        }
    }
}

impl Receipt {
    /// The run of the row.
    pub fn run(&self) -> u32 {
        match self {
            Receipt::Opened(intent, _) => intent.grant.id.run,
            Receipt::Settled(grant, ..) | Receipt::Withdrawn(grant, _) => grant.id.run,
        }
    }

    /// The step that it is of.
    pub fn into_step(self) -> Step {
        match self {
            Receipt::Opened(intent, _) => Step::Open(intent),
            Receipt::Settled(grant, settlement, _) => Step::Settle(grant, settlement),
            Receipt::Withdrawn(grant, _) => Step::Withdraw(grant),
        }
    }
}

/// What became of a step.
#[derive(Debug)]
pub enum Receipt {
    /// Of [`Step::Open`].
    Opened(Intent, Opening),
    /// Of [`Step::Settle`].
    Settled(Grant, Box<Settlement>, Kept),
    /// Of [`Step::Withdraw`].
    Withdrawn(Grant, Kept),
}

/// What the ledger answers to an intent. Only [`Opening::Failed`] is a reason to stop the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The attempt is durable, and the row's nth.
    Granted {
        /// Counted from 1.
        attempt: u32,
    },
    /// Another row of its order key is under way, or unknown.
    Held {
        /// That row.
        by: EntryId,
        /// Where it stands.
        state: State,
    },
    /// Another row with one of its keys is under way. When that one is settled, this one repeats it or goes.
    Waits {
        /// That row.
        behind: EntryId,
    },
    /// Another row with one of its keys was done, or may have been. The row is told as its duplicate from now on.
    Repeats {
        /// That row.
        of: EntryId,
        /// Where it stands.
        state: State,
    },
    /// The row itself is not open any more: a person closed it, or another process sent it.
    Stale(State),
    /// The ledger cannot write: nothing may leave.
    Failed(Failure),
}

/// What became of an outcome or a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It is on disk.
    Durable,
    /// The attempt is no longer the row's, or its row was closed otherwise: the row is in this state, if it has any.
    /// An outcome that contradicts what is there is kept beside it.
    Contradicts(Option<State>),
    /// The ledger cannot write.
    Failed(Failure),
}
