//! A row on its way to be sent.

use tokio::time::Instant;

use crate::ledger::Reach;
use crate::row::Place;
use crate::validate::Request;

/// A row that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its number among the rows read, from 0.
    pub ordinal: u32,
    /// Where it stands.
    pub place: Place,
    /// What is sent.
    pub request: Request,
    /// Requests made for it since the command was given.
    pub attempts: u32,
    /// An earlier attempt may have been carried out.
    pub doubtful: bool,
    /// A token was refused with it, and another one got for it.
    pub renewed: bool,
    /// Which attempt it is in.
    pub nonce: u64,
    /// When the intent of that attempt was made.
    pub opened: Instant,
    /// Which rows of other runs count against it.
    pub reach: Box<Reach>,
}

/// A row that may go again at a time.
#[derive(PartialEq, Eq)]
pub(super) struct Later {
    pub at: Instant,
    pub row: Queued,
}

impl Ord for Later {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.row.ordinal).cmp(&(other.at, other.row.ordinal))
    }
}

impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
