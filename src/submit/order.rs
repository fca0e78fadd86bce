//! Rows that concern the same thing go one at a time, in file order; a row behind an unknown one waits
//! until a person has closed that one.

use std::collections::{HashMap, HashSet, VecDeque};

use super::queued::Queued;
use crate::keyed::Key;

/// Keeps rows with the same order key apart.
#[derive(Default)]
pub struct Order {
    busy: HashMap<Key, VecDeque<Queued>>,
    held: HashSet<Key>,
    parked: usize,
    ready: VecDeque<Queued>,
}

/// What becomes of a row that comes up.
pub enum Admission {
    Go(Queued),
    /// Behind a row in flight; comes up again by itself.
    Parked,
    /// Behind an unknown row: not sent in this run.
    Held,
}

impl Order {
    /// `held`: the keys of rows that are unknown already.
    pub fn new(held: impl IntoIterator<Item = Key>) -> Self {
        Self { held: held.into_iter().collect(), ..Self::default() }
    }

    pub fn admit(&mut self, row: Queued) -> Admission {
        let Some(key) = row.request.order() else { return Admission::Go(row) };
        if self.held.contains(&key) {
            return Admission::Held;
        }
        if let Some(queue) = self.busy.get_mut(&key) {
            queue.push_back(row);
            self.parked += 1;
            return Admission::Parked;
        }
        self.busy.insert(key, VecDeque::new());
        Admission::Go(row)
    }

    /// The row in front was settled: the next of its key is ready.
    pub fn release(&mut self, key: Option<Key>) {
        let Some(key) = key else { return };
        let next = self.busy.get_mut(&key).and_then(VecDeque::pop_front);
        if let Some(row) = next {
            self.parked -= 1;
            self.ready.push_back(row);
        } else {
            self.busy.remove(&key);
        }
    }

    /// The row in front is unknown or was not sent: those behind it are held.
    pub fn hold(&mut self, key: Option<Key>) {
        let Some(key) = key else { return };
        self.held.insert(key);
        self.parked -= self.busy.remove(&key).map_or(0, |queue| queue.len());
    }

    /// A row that was parked and may go now.
    pub fn ready(&mut self) -> Option<Queued> {
        self.ready.pop_front()
    }

    /// Rows that wait behind one in flight.
    pub fn parked(&self) -> usize {
        self.parked
    }

    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }
}
