//! The lease of a run: only its holder sends the run.
//!
//! A store gives a run to one holder at a time, among all processes. While a run is held nobody else touches its rows.
//! When it is not, whatever it left open is unknown. An intent is granted under the lease alone; outcomes and
//! withdrawals name their attempt, and need none: an answer that comes after the lease is lost is still the answer.

use std::sync::{Arc, Weak};

/// How a store tells that a run is held. Dropping it gives the run up.
pub trait Lease: Send + Sync {
    /// The run's number.
    fn run(&self) -> u32;

    /// Whether it still keeps others out.
    fn is_kept(&self) -> bool;
}

/// A run that this caller holds. Dropping it gives the run up: the next holder takes its open rows for lost.
pub struct Held(Arc<dyn Lease>);

impl Held {
    /// The run of a lease.
    pub fn of(lease: impl Lease + 'static) -> Self {
        Self(Arc::new(lease))
    }

    /// The run's number.
    pub fn run(&self) -> u32 {
        self.0.run()
    }

    /// Whether it still keeps others out.
    pub fn is_kept(&self) -> bool {
        self.0.is_kept()
    }

    pub(super) fn watched(&self) -> Watched {
        Watched(Arc::downgrade(&self.0))
    }
}

/// The lease of somebody else, who may give it up at any time.
pub(super) struct Watched(Weak<dyn Lease>);

impl Watched {
    /// Keeps the lease from being given up as long as the value lives; none where that has happened.
    pub fn held(&self) -> Option<Held> {
        self.0.upgrade().map(Held)
    }
}
