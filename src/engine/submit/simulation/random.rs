//! Everything that is left to chance, from one seed.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use crate::uptime::Uptime;

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number below one of these.
    pub fn below_one_of(&mut self, bounds: &[u64]) -> u64 {
        let bound = self.one_of(bounds);
        self.below(bound)
    }

    /// Happens `times` times out of `of`.
    pub fn happens(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    pub fn ms(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from + 1))
    }

    pub fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// One of a list, each as often as its weight says.
    pub fn weighed<T: Copy>(&mut self, list: &[(u64, T)]) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in list {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        list[0].1
    }
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

thread_local! {
    static START: Cell<Option<Instant>> = const { Cell::new(None) };
    static PACES: Cell<u64> = const { Cell::new(0) };
}

/// Sets what [`chance`] gives on this thread.
pub fn seed_chance(seed: u64) {
    START.set(None);
    PACES.set(mixed(seed));
}

/// The spread of the pace's pauses.
pub fn chance() -> f64 {
    let state = PACES.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    PACES.set(state);
    (mixed(state) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The nonce of an attempt, from the same numbers.
pub fn nonce() -> u64 {
    chance().to_bits()
}

/// The clock of the machine that sends, which is Tokio's.
pub fn uptime() -> Uptime {
    let start = START.get().unwrap_or_else(|| {
        let start = Instant::now();
        START.set(Some(start));
        start
    });
    Uptime { boot: 1, ms: start.elapsed().as_millis() as i64 }
}
