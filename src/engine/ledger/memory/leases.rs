//! Leases within one process: each run has one holder, who gives it up by dropping the lease.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::ledger::lease::{Held, Lease};

/// Which runs are held.
#[derive(Debug, Clone, Default)]
pub struct MemoryLeases(Arc<Mutex<BTreeSet<u32>>>);

impl MemoryLeases {
    /// Takes a run; none where somebody holds it.
    pub fn take(&self, run: u32) -> Option<Held> {
        self.change(|held| held.insert(run)).then(|| Held::of(Taken { run, of: self.clone() }))
    }

    pub fn is_held(&self, run: u32) -> bool {
        self.change(|held| held.contains(&run))
    }

    fn change<T>(&self, what: impl FnOnce(&mut BTreeSet<u32>) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Taken {
    run: u32,
    of: MemoryLeases,
}

impl Lease for Taken {
    fn run(&self) -> u32 {
        self.run
    }

    fn is_kept(&self) -> bool {
        self.of.is_held(self.run)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.of.change(|held| held.remove(&self.run));
    }
}
