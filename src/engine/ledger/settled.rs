//! Where the rows of a run stand, in some bits a row.

use super::entry::{EntryId, State};
use crate::keyed::Key;

/// An unknown row, by what is held behind it.
#[derive(Debug, Clone, Copy)]
pub struct HeldOrder {
    /// The order key.
    pub key: Key,
    /// The unknown row.
    pub id: EntryId,
    /// The number of its server; none in a run from before, whose keys hold the address.
    pub server: Option<u32>,
}

/// Where the rows of a run stand.
pub struct Settled {
    closed: Bits,
    unknown: Bits,
    doubtful: Bits,
}

impl Settled {
    /// Of a run with so many rows, of which none is known yet.
    pub fn of(rows: u32) -> Self {
        Self { closed: Bits::of(rows), unknown: Bits::default(), doubtful: Bits::default() }
    }

    /// Takes a row in: its state, and whether an earlier attempt may have been carried out.
    pub fn note(&mut self, ordinal: u32, state: State, doubt: bool) {
        if state != State::Pending {
            self.closed.set(ordinal);
        }
        if state == State::Unknown {
            self.unknown.set(ordinal);
        }
        if state == State::Unknown || doubt {
            self.doubtful.set(ordinal);
        }
    }

    /// Whether a row needs no sending; one that is unknown does where it may be repeated.
    pub fn contains(&self, ordinal: u32, may_repeat: bool) -> bool {
        self.closed.contains(ordinal) && !(may_repeat && self.unknown.contains(ordinal))
    }

    /// Whether an earlier attempt may have been carried out.
    pub fn is_doubtful(&self, ordinal: u32) -> bool {
        self.doubtful.contains(ordinal)
    }

    /// How many rows are not pending.
    pub fn count(&self) -> u64 {
        self.closed.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// One bit a row.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn of(rows: u32) -> Self {
        Self(vec![0; rows.div_ceil(64) as usize])
    }

    fn set(&mut self, ordinal: u32) {
        let at = ordinal as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (ordinal % 64);
    }

    fn contains(&self, ordinal: u32) -> bool {
        self.0.get(ordinal as usize / 64).is_some_and(|word| word & (1 << (ordinal % 64)) != 0)
    }
}
