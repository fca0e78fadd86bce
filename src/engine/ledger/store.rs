//! What a store of the ledger does, in words of the domain: a trait for each role, and [`Store`] for all of them.
//!
//! The module `conformance` (a feature) tells scene by scene what these words promise: a store that keeps it can stand
//! behind a [`Ledger`](super::Ledger). A method that writes does so durably, and all or nothing, before it returns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decision::{LeftOut, Purged, Resolution};
use super::entry::{Entry, EntryId, PastRow, State};
use super::error::Error;
use super::lease::Held;
use super::pace::Sharer;
use super::run::{Begun, Destination, Run, RunSpec};
use super::servers::Servers;
use super::settled::{HeldOrder, Settled};
use super::step::{Receipt, Step};
use crate::identity::Server;
use crate::keyed::Key;
use crate::outcome::Tally;
use crate::row::Place;
use crate::uptime::Uptime;

/// A ledger as one process has it open.
pub trait Store: Attempts + Leases + Runs + Rows + Past + Decisions + Names + Paces + Send {
    /// By which name a person opens it.
    fn path(&self) -> &Path;

    /// The key of the keyed hashes: made once, never shown.
    fn secret(&self) -> &[u8; 32];

    /// A ledger that was taken away while it was open is written somewhere again, as far as this process knows it. Gives
    /// the place; none where the ledger is as it was opened.
    ///
    /// # Errors
    /// It cannot be written anywhere.
    fn save_what_is_gone(&self, run: &str) -> Result<Option<PathBuf>, Error>;
}

/// Rows are sent: intents before, outcomes after.
pub trait Attempts {
    /// Makes a group of steps durable, all at once, and tells what became of each of them.
    ///
    /// An intent is granted only under the lease of its run, which is among `held`; only if the row's own record says
    /// that it is open; and only if no other row, of whatever run, stands against it: one with the same order key that
    /// is under way or unknown, or one with the same key that was done or may have been. The store asks and writes in
    /// one transaction, so of two intents that exclude each other one is granted, whoever makes them.
    ///
    /// An outcome is kept if its nonce is that of the row's latest attempt, and the row was not closed otherwise. One
    /// that does not fit is kept beside the row, as a contradiction. What could not be made durable was not granted.
    fn commit(&self, group: Vec<Step>, held: &[Held]) -> Vec<Receipt>;

    /// No group follows for a while: what is kept beside the ledger about it is brought up to it.
    fn rest(&self) {}
}

/// Runs are held, and those that died are found.
pub trait Leases {
    /// Takes a run for this caller alone, and finds out what an earlier holder left open.
    ///
    /// # Errors
    /// [`Error::UnderWay`] where another process, or another run of this one, is sending it.
    fn hold(&self, run: u32) -> Result<Held, Error>;

    /// Whether somebody holds this run.
    fn is_under_way(&self, run: u32) -> bool;

    /// If nobody holds this run, what it left open is unknown from now on. Gives the number of these rows.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn recover(&self, run: u32) -> Result<u64, Error>;

    /// How many attempts of dead runs were found open when this process opened the ledger. They are unknown since.
    fn recovered(&self) -> u64;
}

/// Runs begin, go on and end.
pub trait Runs {
    /// Begins a run, unless another process has begun the same one since this one looked: a run is the same by its
    /// signature, its destinations and its number among those.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn begin(&self, spec: RunSpec) -> Result<Begun, Error>;

    /// Ends a session of a run. It is finished if the caller says so and no row is pending: a person may have given one
    /// back meanwhile. An unfinished run is gone on with by the same command.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn close(&self, run: u32, finished: bool, tally: &Tally, result: Option<&str>, at_ms: i64) -> Result<(), Error>;

    /// Writes down where the file of a run is now: a renamed file is the same run.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn note_file(&self, run: u32, file: &str) -> Result<(), Error>;

    /// Writes down where the requests of a run go from now on, and where they went.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn note_destinations(&self, run: u32, destinations: &[Destination]) -> Result<(), Error>;

    /// Keeps the timeout of a run's requests; of several sessions the longest holds.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn note_timeout(&self, run: u32, timeout: Duration) -> Result<(), Error>;

    /// Keeps the longest window in which a row of a run counts as sent.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn note_window(&self, run: u32, window: Duration) -> Result<(), Error>;

    /// All runs, the latest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn runs(&self) -> Result<Vec<Run>, Error>;

    /// A run by its name.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn run_named(&self, name: &str) -> Result<Option<Run>, Error>;

    /// A run by its number.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn run_numbered(&self, number: u32) -> Result<Option<Run>, Error>;

    /// The runs of a file's bytes, the latest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn runs_of(&self, sha256: &str) -> Result<Vec<Run>, Error>;
}

/// Rows are looked at.
pub trait Rows {
    /// One row, or what purge has left of it.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn entry(&self, id: EntryId) -> Result<Option<Entry>, Error>;

    /// The rows of a run from an ordinal on, some at a time; empty at the end.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn page(&self, run: u32, from: u32) -> Result<Vec<Entry>, Error>;

    /// Which rows of a run are not to be sent, or not for the first time: some bits a row.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn settled(&self, run: u32, rows: u32) -> Result<Settled, Error>;

    /// The unknown rows of a run.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn unknown(&self, run: u32) -> Result<Vec<Entry>, Error>;

    /// The order keys of all unknown rows: a row behind one of them, at its server, is held.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn held_orders(&self) -> Result<Vec<HeldOrder>, Error>;

    /// How many rows of a run are in which state.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn counts(&self, run: u32) -> Result<BTreeMap<State, u64>, Error>;

    /// What was told of a row and does not fit its record, as JSON: the earliest first.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn contradictions(&self, id: EntryId) -> Result<Vec<String>, Error>;

    /// Rows whose answer holds a text as an id, or that go by one of some order keys.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn find(&self, text: &str, orders: &[Key]) -> Result<Vec<Entry>, Error>;
}

/// A file is compared with what earlier runs sent.
pub trait Past {
    /// Calls `each` for every row of all runs but one that may have been done and has one of these keys, as its own, its
    /// body's, or the first of its equals. The keys are sorted.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn past_rows(&self, keys: &[Key], but: Option<u32>, each: &mut dyn FnMut(PastRow)) -> Result<(), Error>;

    /// How many rows of a run may have been done.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn count_may_be_done(&self, run: u32) -> Result<usize, Error>;

    /// The rows of a run that may have been done, in the order of the file.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn may_be_done(&self, run: u32) -> Result<Vec<Entry>, Error>;

    /// The row of a run that stood at a place of its file.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn entry_at(&self, run: u32, place: Place) -> Result<Option<Entry>, Error>;
}

/// Somebody decides about rows: a person, a look-up, or the look before a run.
pub trait Decisions {
    /// Closes unknown rows by a person's word or by what was found: all of them, or none. What was said of them while
    /// they were unknown is no longer so. A row that the server called done without an id can be given one, and is
    /// never sent again.
    ///
    /// # Errors
    /// [`Error::Changed`] where a row has another attempt than the one that was looked at, [`Error::Unripe`] where one
    /// is said not to be done while something of its request may still arrive, [`Error::Unfit`] where one is not unknown.
    fn resolve(&self, resolutions: &[Resolution], now: Uptime) -> Result<(), Error>;

    /// How long a person has to wait before closing a row as not done. `None` means that the row is ripe.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn unripe_for(&self, entry: &Entry, now: Uptime) -> Result<Option<Duration>, Error>;

    /// Makes rows that were refused pending again: all of a run, or those named. Gives their number.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn reopen_rejected(&self, run: u32, only: Option<&[u32]>) -> Result<u64, Error>;

    /// Gives back the rows of a run that were left out for repeating a row that proved to have done nothing: the word
    /// of a person who closed it, or of the server that refused it. Gives their number.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn reopen_duplicates(&self, run: u32) -> Result<u64, Error>;

    /// Gives back the rows of a run that were left out because they were in question: they are looked at anew. Gives
    /// their number.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn reopen_doubtful(&self, run: u32) -> Result<u64, Error>;

    /// Writes down which rows of a run are not to go, so that its report stays what it is. Rows that are settled already
    /// stay as they are.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn note_left_out(&self, run: u32, rows: &[LeftOut]) -> Result<(), Error>;

    /// Forgets the rows of every run that ended before a time, with their ids, keys and errors. The run's own record
    /// stays as the proof of it: name, hash of the file, counts; so the same file again is still known. Of rows that
    /// were done the keys stay until their window is over.
    ///
    /// # Errors
    /// [`Error::Busy`] where the store has to be alone for it, and is not; the ledger cannot be written.
    fn purge(&self, before_ms: i64, now_ms: i64) -> Result<Purged, Error>;
}

/// Servers are known by their names.
pub trait Names {
    /// What the ledger knows of servers.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn servers(&self) -> Result<Servers, Error>;

    /// The number of a server, which gets one if it has none; and whether it is a test server, as its user says today.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn note_server(&self, server: &Server, is_test: bool) -> Result<u32, Error>;

    /// Keeps a person's word that two names mean one server. False where it was said before.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn say_same(&self, old: &Server, new: &Server, at_ms: i64) -> Result<bool, Error>;

    /// The operations and addresses of runs from before, each pair once: by them their keys were made.
    ///
    /// # Errors
    /// The ledger cannot be read.
    fn landed_destinations(&self) -> Result<Vec<Destination>, Error>;
}

/// Rates are shared.
pub trait Paces {
    /// Lets a run share the rates of its servers with the runs of other processes.
    fn sharer(&self, run: u32) -> Sharer;
}
