//! The paces that the runs of one process share.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::gate::Gate;
use super::keeper::Keeper;
use super::{Host, Pace, Rate, Seat};
use crate::keyed::Key;
use crate::ledger::Sharer;

/// The pool of paces, one for each server and credential. Whoever starts runs owns it and hands it to each of them;
/// clones are one pool.
#[derive(Clone)]
pub struct Paces {
    gates: Arc<Mutex<HashMap<Key, Arc<Shared>>>>,
    /// The key of the hashes by which the pool remembers credentials.
    secret: [u8; 32],
    chance: fn() -> f64,
}

/// A gate that several threads pass.
pub struct Shared {
    gate: Mutex<Gate>,
    /// The server asked for a pause, or a run has ended.
    pub changed: Condvar,
}

impl Shared {
    fn new(chance: fn() -> f64) -> Self {
        Self { gate: Mutex::new(Gate::new(chance)), changed: Condvar::new() }
    }

    pub fn lock(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Paces {
    /// An empty pool. `chance` gives numbers from 0 to 1, for the spread of pauses.
    pub fn new(chance: fn() -> f64) -> Self {
        let mut secret = [0; 32];
        // Without the system's chance the hashes still tell credentials apart; they never leave the process.
        let _ = getrandom::fill(&mut secret);
        Self { gates: Arc::default(), secret, chance }
    }

    /// Gives a run its place at the servers that it goes to: `hosts` are those of its operations, in their order.
    /// `rate` is what the user allows at each of them; without one the server sets the pace. A `sharer` shares both
    /// with the runs of other processes too.
    pub fn join(&self, hosts: &[Host], rate: Option<Rate>, sharer: Option<&Sharer>) -> Pace {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| !gate.lock().is_forgettable());
        let (mut seats, mut known, mut of_operation) = (Vec::new(), Vec::new(), Vec::new());
        for host in hosts {
            let key = host.key(&self.secret);
            let at = known.iter().position(|other| *other == key).unwrap_or_else(|| {
                let gate = gates.entry(key).or_insert_with(|| Arc::new(Shared::new(self.chance)));
                seats.push(Seat::take(gate, host, rate.map(Rate::per_second), sharer));
                known.push(key);
                seats.len() - 1
            });
            of_operation.push(at);
        }
        Pace { seats, of_operation, chance: self.chance }
    }
}

impl Seat {
    fn take(gate: &Arc<Shared>, host: &Host, per_s: Option<f64>, sharer: Option<&Sharer>) -> Self {
        let shares = sharer.and_then(|sharer| sharer.open(host.key(sharer.secret())).ok());
        let run = gate.lock().begin(per_s, shares.is_some());
        let keeper = shares.and_then(|shares| {
            let keeper = Keeper::begin(Arc::clone(gate), run, shares, per_s);
            std::thread::Builder::new().name("pace".to_owned()).spawn(|| keeper.keep()).ok()
        });
        Self { gate: Arc::clone(gate), run, keeper }
    }
}
