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
    /// Rows that go only if another is not refused, each with that one's ordinal.
    behind: HashMap<u32, u32>,
    /// Rows that were refused, or held for that.
    refused: HashSet<u32>,
}

/// What becomes of a row that comes up.
pub enum Admission {
    /// It may go now.
    Go(Queued),
    /// Behind a row in flight; comes up again by itself.
    Parked,
    /// Behind an unknown row, or one that was refused and had to be done first: not sent in this run.
    Held,
}

impl Order {
    /// `held`: the keys of rows that are unknown already.
    pub fn new(held: impl IntoIterator<Item = Key>) -> Self {
        Self { held: held.into_iter().collect(), ..Self::default() }
    }

    /// Rows that go only if another is not refused, and those of the latter that are already.
    pub fn behind(self, behind: HashMap<u32, u32>, refused: impl IntoIterator<Item = u32>) -> Self {
        Self { behind, refused: refused.into_iter().collect(), ..self }
    }

    /// The row was refused: what goes only if it is done is held.
    pub fn refuse(&mut self, ordinal: u32) {
        if !self.behind.is_empty() {
            self.refused.insert(ordinal);
        }
    }

    /// Whether a row goes without what had to be done first; those behind it do not go either.
    fn lacks(&mut self, row: &Queued) -> bool {
        let lacks = self.behind.get(&row.ordinal).is_some_and(|by| self.refused.contains(by));
        if lacks {
            self.refused.insert(row.ordinal);
        }
        lacks
    }

    /// Takes a row that comes up, in file order.
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
        if self.lacks(&row) {
            return Admission::Held;
        }
        self.busy.insert(key, VecDeque::new());
        Admission::Go(row)
    }

    /// The row in front was settled: the next of its key is ready.
    pub fn release(&mut self, key: Option<Key>) {
        let Some(key) = key else { return };
        while let Some(row) = self.busy.get_mut(&key).and_then(VecDeque::pop_front) {
            self.parked -= 1;
            if !self.lacks(&row) {
                return self.ready.push_back(row);
            }
        }
        self.busy.remove(&key);
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
}
