//! What a server did between its refusals, and what that says of it.
//!
//! A server that refuses by chance takes now three requests and now fifty between two refusals. One that counts takes
//! the same number each time. That tells them apart long before any average does.

use std::collections::VecDeque;

/// So many rounds are remembered.
const REMEMBERED: usize = 12;
/// The pace that was reached is told by so many.
const TELLING: usize = 6;
/// A server counts where the accepted requests of so many rounds spread no more than by this part of their mean. By
/// chance that happens less than once in a thousand rounds.
const COUNTED: [(usize, f64); 2] = [(TELLING, 0.15), (REMEMBERED, 0.38)];
/// Rounds that are this much shorter than those of the whole run are an accident.
const USUAL: f64 = 0.7;
/// How much of the memory of rounds' lengths each new one leaves.
const FADING: f64 = 0.95;

/// From the end of a pause to the end of the next one. Times are in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Round {
    pub accepted: f64,
    pub refused: f64,
    pub length: f64,
    /// The part of it that the server asked to wait.
    pub pause: f64,
}

impl Round {
    /// Accepted requests a second, pauses included.
    pub fn reached(&self) -> f64 {
        self.accepted / self.length.max(0.1)
    }

    /// Requests a second while none was held back.
    pub fn sent(&self) -> f64 {
        (self.accepted + self.refused) / (self.length - self.pause).max(0.001)
    }
}

/// The last rounds of a run at full speed.
#[derive(Debug, Default)]
pub struct Rounds {
    last: VecDeque<Round>,
    /// Accepted requests of all rounds, and their number, fading.
    accepted: f64,
    count: f64,
}

impl Rounds {
    pub fn add(&mut self, round: Round) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(round);
        self.accepted = self.accepted * FADING + round.accepted;
        self.count = self.count * FADING + 1.0;
    }

    /// The pause of the last round went on.
    pub fn lengthen(&mut self, by: f64) {
        if let Some(round) = self.last.back_mut() {
            round.length += by;
            round.pause += by;
        }
    }

    /// The telling ones as one.
    pub fn sum(&self) -> Round {
        self.last.iter().rev().take(TELLING).fold(Round::default(), |sum, round| Round {
            accepted: sum.accepted + round.accepted,
            refused: sum.refused + round.refused,
            length: sum.length + round.length,
            pause: sum.pause + round.pause,
        })
    }

    /// The pause of a round.
    pub fn pause(&self) -> f64 {
        self.sum().pause / self.last.len().clamp(1, TELLING) as f64
    }

    /// Requests that the server takes before it refuses one; rather too many than too few.
    pub fn usual(&self) -> f64 {
        self.mean(REMEMBERED).max(self.accepted / self.count.max(1.0)).max(1.0)
    }

    /// The server takes so many requests and then no more, again and again.
    pub fn are_counted(&self) -> bool {
        COUNTED.iter().any(|(rounds, spread)| self.spread(*rounds).is_some_and(|found| found < *spread))
    }

    fn mean(&self, rounds: usize) -> f64 {
        let last = self.last.iter().rev().take(rounds);
        last.map(|round| round.accepted).sum::<f64>() / self.last.len().clamp(1, rounds) as f64
    }

    /// By what part of their mean the accepted requests of the last rounds differ.
    fn spread(&self, rounds: usize) -> Option<f64> {
        let mean = self.mean(rounds);
        if self.last.len() < rounds || mean < USUAL * self.accepted / self.count {
            return None;
        }
        let last = self.last.iter().rev().take(rounds);
        let squares: f64 = last.map(|round| (round.accepted - mean).powi(2)).sum();
        // Two and three are no more alike than chance makes them.
        Some((squares / (rounds - 1) as f64).sqrt() / mean.max(3.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(accepted: &[u32]) -> Rounds {
        let mut rounds = Rounds::default();
        for accepted in accepted {
            rounds.add(Round { accepted: f64::from(*accepted), refused: 1.0, length: 2.0, pause: 1.0 });
        }
        rounds
    }

    #[test]
    fn a_server_that_counts_is_told_from_chance() {
        assert!(rounds(&[20, 20, 21, 20, 19, 20]).are_counted());
        assert!(!rounds(&[20, 20, 21, 20, 19]).are_counted(), "too few to tell");
        assert!(!rounds(&[3, 40, 17, 8, 22, 1]).are_counted());
        assert!(rounds(&[20, 40, 20, 40, 20, 40, 20, 40, 20, 40, 20, 40]).are_counted(), "one window, or two");
    }

    #[test]
    fn six_short_rounds_after_long_ones_are_an_accident() {
        assert!(!rounds(&[40, 9, 31, 52, 70, 26, 4, 4, 4, 4, 4, 4]).are_counted());
    }

    #[test]
    fn what_was_reached_counts_the_pauses() {
        let sum = rounds(&[20; 6]).sum();
        assert!((sum.reached() - 10.0).abs() < 1e-9 && (sum.sent() - 21.0).abs() < 1e-9, "{sum:?}");
    }
}
