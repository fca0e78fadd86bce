//! How the runs of several processes share the rate of a server, and its pauses.
//!
//! Each run has a part of the rate; the parts of all runs that live are never more than the whole. A run lowers its part
//! at its own gate first, and in the ledger afterwards. What a run gives back may be taken a while later, when what it
//! sent with it counts no more. All waits are by the clock that nobody sets ([`Uptime`](crate::uptime::Uptime)); times of
//! another start of the machine are over.

use std::fmt;
use std::sync::Arc;

use super::error::Error;
use crate::keyed::Key;

/// A run's share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The number of the run in the ledger.
    pub run: u32,
    /// The rate that its user allows, a second.
    pub per_s: Option<f64>,
    /// Requests of those that the lowest rate grants in its time.
    pub part: u32,
}

/// What stands in the ledger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// The shares of runs that live, and the own.
    pub shares: Vec<Share>,
    /// Runs that have ended without giving their share back.
    pub dead: Vec<u32>,
    /// From then on what was given back may be taken. By [`Uptime`](crate::uptime::Uptime), as all times here.
    pub free_ms: i64,
    /// Until then nobody sends.
    pub hold_ms: i64,
}

/// What the ledger knows of the pace at one server, for one run.
pub trait Shares: Send {
    /// The run's number.
    fn run(&self) -> u32;

    /// # Errors
    /// The ledger cannot be read.
    fn look(&self) -> Result<Known, Error>;

    /// Changes the run's own share as `decide` says from what stands there at that moment: the share, and from when on
    /// what it gives back may be taken. Nobody else's change comes between the two. Gives what stands there then.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn settle(&mut self, decide: &mut dyn FnMut(&Known) -> (Share, i64)) -> Result<Known, Error>;

    /// Nobody sends until then.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn hold(&mut self, until_ms: i64) -> Result<(), Error>;

    /// The run has ended: what it had may be taken from then on.
    ///
    /// # Errors
    /// The ledger cannot be written.
    fn leave(&mut self, free_ms: i64) -> Result<(), Error>;
}

/// Opens what the ledger knows of one server, told by a hash of it and of the credential.
type Open = dyn Fn(Key) -> Result<Box<dyn Shares>, Error> + Send + Sync;

/// A run's claim to share the rates of its servers through the ledger.
#[derive(Clone)]
pub struct Sharer {
    secret: [u8; 32],
    open: Arc<Open>,
}

impl Sharer {
    /// `secret`: the ledger's, under which servers and credentials are hashed; `open` gives the shares of one of them.
    pub fn new(secret: [u8; 32], open: impl Fn(Key) -> Result<Box<dyn Shares>, Error> + Send + Sync + 'static) -> Self {
        Self { secret, open: Arc::new(open) }
    }

    /// The key of the hashes by which the ledger remembers credentials.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Opens what the ledger knows of one server, told by a hash of it and of the credential.
    ///
    /// # Errors
    /// The ledger cannot be opened.
    pub fn open(&self, host: Key) -> Result<Box<dyn Shares>, Error> {
        (self.open)(host)
    }
}

impl fmt::Debug for Sharer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sharer").finish_non_exhaustive()
    }
}
