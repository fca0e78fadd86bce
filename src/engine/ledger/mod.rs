//! What was sent, and what became of it.
//!
//! # What is promised
//! An intent is durable before its request leaves; an outcome is durable before it is reported. A row
//! has at most one live attempt, and one that was done, refused for good or lost is never opened
//! again: the statement that opens an attempt does nothing unless the row is new or pending.
//!
//! # Durability
//! SQLite in WAL mode with `synchronous=FULL`: a commit that was acknowledged survives power loss.
//! [`Journal`] commits in groups: while one sync runs, the next group forms.
//!
//! # Concurrency
//! Several runs at once, of one process and of several on this machine. A kernel lock for each run tells whether it is
//! being sent (`run_lock`): a second process that sends the same run is kept out, and only what a dead run left open is
//! taken for lost. The statement that opens an attempt asks what other rows stand against it (`claims`), and the write
//! lock that it holds makes two runs with the same row or the same device go one after the other. Locks on the
//! ledger itself keep programs from before out, and those who would change the schema (`watch`). While rows are sent,
//! one thread owns the connection, and looks before each group whether the ledger is still the file that was opened: a
//! run whose ledger was removed or replaced stops, and writes what it knew to a file again.
//!
//! # An older copy
//! Marks outside the file tell how far it had come (`mark`). A ledger that is behind them is not written to until a
//! person takes it by `caseload ledger restore`.
//!
//! # What it keeps
//! Runs, and for each row that was sent (or found to repeat a row of an earlier run) its place,
//! keyed hashes, state, ids and errors. Never the cells.
//!
//! # Evolution
//! The schema grows by a list of steps, with two rules (`migrations`).

mod attempt;
mod backup;
mod claims;
mod entry;
mod failure;
mod journal;
mod mark;
mod migrations;
mod past;
mod place;
mod purge;
mod query;
mod ripe;
mod run_lock;
mod servers;
mod shares;
mod sqlite;
mod step;
mod under_way;
mod watch;

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

pub use entry::{
    Begun, Destination, Entry, EntryId, Error, LeftOut, PastRow, Resolution, Run, RunSpec, Settlement, State,
};
pub use failure::Failure;
pub use journal::{Hand, Journal, Receipts};
pub use mark::Newer;
pub use purge::Purged;
pub use query::{HeldOrder, Settled};
pub use ripe::LEAVE;
pub use run_lock::Held;
pub use servers::Servers;
pub use shares::{Known, Share, Sharer, Shares};
pub use sqlite::Ledger;
pub use step::{Grant, Intent, Kept, Opening, Reach, Receipt, Step, nonce};
