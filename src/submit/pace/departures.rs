//! Turns at a rate that may change from one to the next, and the promise about each second.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Leave;

/// Turns are a hair slower than the rate, and may make up for a late timer by [`GRACE`]. With both,
/// no second sees more than the rate although requests travel unevenly, and at least 0.97 of the
/// rate is reached although a timer wakes only every millisecond.
pub(super) const HAIR: f64 = 0.985;
pub(super) const GRACE: Duration = Duration::from_millis(3);

/// A request leaves some time after its turn, when its intent is on the disk, and that time varies. So departures are
/// counted once more; this much lets them travel unevenly, and is less than the hair.
const TRAVEL: Duration = Duration::from_millis(8);

/// The longest time between two turns.
const LONGEST: f64 = 1e9;

/// Turns, one after the other.
#[derive(Debug, Default)]
pub struct Turns {
    last: Option<Instant>,
}

impl Turns {
    /// When the next turn at this rate is due, where that is not now.
    pub fn due(&self, now: Instant, rate: f64) -> Option<Instant> {
        self.next(rate).filter(|due| *due > now)
    }

    /// Takes a turn that is due, at this rate or at that of others.
    pub fn take(&mut self, now: Instant, rate: Option<f64>) {
        let earliest = now.checked_sub(GRACE).unwrap_or(now);
        // A late timer is made up for, by so much and no more.
        let due = rate.and_then(|rate| self.next(rate)).map_or(now, |due| due.max(earliest));
        self.last = Some(due);
    }

    fn next(&self, rate: f64) -> Option<Instant> {
        Some(self.last? + Duration::from_secs_f64((1.0 / (rate * HAIR)).min(LONGEST)))
    }
}

/// The departures of the last second, or of the time in which the rate grants one.
pub struct Window {
    most: usize,
    span: Duration,
    departed: VecDeque<Instant>,
}

impl Window {
    pub fn new(rate: f64) -> Self {
        let most = rate.ceil();
        let span = Duration::from_secs_f64((most / rate).max(1.0)) + TRAVEL;
        Self { most: most as usize, span, departed: VecDeque::new() }
    }

    pub fn leave(&mut self, now: Instant) -> Leave {
        if self.departed.len() == self.most
            && let Some(first) = self.departed.front()
        {
            let free = *first + self.span;
            if free > now {
                return Leave::At(free);
            }
            self.departed.pop_front();
        }
        self.departed.push_back(now);
        Leave::Now
    }
}
