//! The paces that the runs of one process share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::gate::Gate;
use super::{Host, Pace, Rate, Seat};
use crate::keyed::Key;

/// The pool of paces, one for each server and credential. Whoever starts runs owns it and hands it to each of them;
/// clones are one pool.
#[derive(Clone)]
pub struct Paces {
    gates: Arc<Mutex<HashMap<Key, Arc<Mutex<Gate>>>>>,
    /// The key of the hashes by which the pool remembers credentials.
    secret: [u8; 32],
    chance: fn() -> f64,
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
    /// `rate` is what the user allows at each of them; without one the server sets the pace.
    pub fn join(&self, hosts: &[Host], rate: Option<Rate>) -> Pace {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| !gate.lock().unwrap_or_else(PoisonError::into_inner).is_forgettable());
        let (mut seats, mut known, mut of_operation) = (Vec::new(), Vec::new(), Vec::new());
        for host in hosts {
            let key = host.key(&self.secret);
            let at = known.iter().position(|other| *other == key).unwrap_or_else(|| {
                let gate = gates.entry(key).or_insert_with(|| Arc::new(Mutex::new(Gate::new(self.chance))));
                let run = gate.lock().unwrap_or_else(PoisonError::into_inner).begin(rate.map(Rate::per_second));
                seats.push(Seat { gate: Arc::clone(gate), run });
                known.push(key);
                seats.len() - 1
            });
            of_operation.push(at);
        }
        Pace { seats, of_operation, chance: self.chance }
    }
}
