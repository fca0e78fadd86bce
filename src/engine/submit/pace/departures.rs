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

/// What departed so long ago matters to no rate of one a second and more.
const SECOND: Duration = Duration::from_millis(1_008);

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

/// So many departures in so long a time at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    pub most: usize,
    pub span: Duration,
    /// What the whole rate grants in this time, and the rate.
    whole: usize,
    rate: f64,
}

impl Bound {
    /// A rate as a bound: the time is a second, or the one in which the rate grants a request.
    pub fn of(rate: f64) -> Self {
        let most = rate.ceil();
        let span = Duration::from_secs_f64((most / rate).max(1.0)) + TRAVEL;
        Self { most: most as usize, span, whole: most as usize, rate }
    }

    /// So many of them, where others have the rest.
    pub fn part(self, part: usize) -> Self {
        Self { most: self.whole.min(part), ..self }
    }

    /// Requests a second; none where there is no part.
    pub fn rate(self) -> Option<f64> {
        (self.most > 0).then(|| self.rate * self.most as f64 / self.whole as f64)
    }
}

/// The departures of the last while, of all runs together.
#[derive(Debug, Default)]
pub struct Window {
    departed: VecDeque<Instant>,
}

impl Window {
    /// Whether one more may depart under a bound, which may be another each time.
    pub fn leave(&mut self, now: Instant, bound: Option<Bound>) -> Leave {
        let span = bound.map_or(SECOND, |bound| bound.span);
        while self.departed.front().is_some_and(|first| *first + span <= now) {
            self.departed.pop_front();
        }
        if let Some(Bound { most, .. }) = bound
            && self.departed.len() >= most
        {
            let first = self.departed.get(self.departed.len() - most);
            return Leave::At(first.map_or(now, |first| *first) + span);
        }
        self.departed.push_back(now);
        Leave::Now
    }

    /// Whether nothing departed within the last second.
    pub fn is_empty(&self, now: Instant) -> bool {
        self.departed.back().is_none_or(|last| *last + SECOND <= now)
    }
}
