//! What was sent, and what became of it.
//!
//! # What is promised
//! An intent is durable before its request leaves; an outcome is durable before it is reported. A row
//! has at most one live attempt, and one that was done, refused for good or lost is never opened
//! again: the statement that opens an attempt does nothing unless the row is new or pending.
//!
//! # The parts
//! A [`Ledger`] is a handle to a [`Store`]; [`store`] says in words of the domain what one does. [`Sqlite`] is the store
//! of one machine, in a file. [`Journal`] is the writing end while rows are sent: one thread for all runs of a process,
//! which commits in groups. While one group is made durable, the next one forms.
//!
//! # Concurrency
//! Several runs at once, of one process and of several. The [lease](Held) of a run tells whether it is being sent: a
//! second process that sends the same run is kept out, and only what a dead run left open is taken for lost. The
//! transaction that opens an attempt asks what other rows stand against it, so of two runs with the same row or the same
//! device one is granted at a time. A run whose ledger was removed or replaced stops, and writes what it knew to a file
//! again.
//!
//! # An older copy
//! Marks outside a ledger's file tell how far it had come. A ledger that is behind them is not written to until a person
//! takes it by `caseload ledger restore`.
//!
//! # What it keeps
//! Runs, and for each row that was sent (or found to repeat a row of an earlier run) its place,
//! keyed hashes, state, ids and errors. Never the cells.
//!
//! # Evolution
//! The schema grows by a list of steps, with two rules (`sqlite/migrations.rs`).

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod decision;
mod entry;
mod error;
mod failure;
mod handle;
mod journal;
mod lease;
#[cfg(any(test, feature = "conformance"))]
mod memory;
mod pace;
mod ripe;
mod run;
mod servers;
mod settled;
mod sqlite;
mod step;
pub mod store;

#[cfg(test)]
mod tests;

pub use decision::{LeftOut, Purged, Resolution};
pub use entry::{Entry, EntryId, PastRow, Settlement, State};
pub use error::Error;
pub use failure::Failure;
pub use handle::Ledger;
pub use journal::{Hand, Journal, Receipts};
pub use lease::{Held, Lease};
#[cfg(any(test, feature = "conformance"))]
pub use memory::{Flaw, Memory};
pub use pace::{Known, Share, Sharer, Shares};
pub use ripe::LEAVE;
pub use run::{Begun, Destination, Run, RunSpec};
pub use servers::Servers;
pub use settled::{HeldOrder, Settled};
pub use sqlite::{Newer, Sqlite, place};
pub use step::{Grant, Intent, Kept, Opening, Reach, Receipt, Step, nonce};
pub use store::Store;
