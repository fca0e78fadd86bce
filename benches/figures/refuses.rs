//! How the server refuses, and what it keeps of that.

use std::time::Duration;

use clap::Args;

/// What the server does besides answering.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Refuses {
    /// Refuses so many of a hundred requests, as chance has it.
    #[arg(long, default_value_t = 0)]
    pub percent: u64,
    /// By this status, with `Retry-After: 1`.
    #[arg(long, default_value_t = 429)]
    pub status: u16,
    /// Takes no more than so many in each second.
    #[arg(long)]
    pub limit: Option<usize>,
}

impl Refuses {
    /// The same on a command line.
    pub fn arguments(self) -> Vec<String> {
        let limit = self.limit.into_iter().flat_map(|limit| ["--limit".to_owned(), limit.to_string()]);
        let share = ["--percent".to_owned(), self.percent.to_string(), "--status".to_owned(), self.status.to_string()];
        share.into_iter().chain(limit).collect()
    }
}

/// Counts, and tells pauses.
#[derive(Debug, Default)]
pub struct Refusals {
    second: u64,
    taken: usize,
    told_until: Duration,
    /// The time for which it has asked to wait, each moment once.
    pub paused: Duration,
    pub refused: usize,
}

impl Refusals {
    /// Whether the `nth` request, which came now, is refused.
    pub fn take(&mut self, refuses: Refuses, nth: usize, now: Duration) -> bool {
        if now.as_secs() != self.second {
            (self.second, self.taken) = (now.as_secs(), 0);
        }
        let full = refuses.limit.is_some_and(|limit| self.taken >= limit);
        let refused = full || lot(nth as u64) % 100 < refuses.percent;
        if refused {
            let until = now + Duration::from_secs(1);
            self.paused += until.saturating_sub(self.told_until.max(now));
            self.told_until = until;
            self.refused += 1;
        } else {
            self.taken += 1;
        }
        refused
    }
}

/// A number that looks random and is the same each time (SplitMix64).
fn lot(nth: u64) -> u64 {
    let mut z = nth.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
