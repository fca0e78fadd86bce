//! When the next request may leave: the rate, the waits that the server asks for, the pauses before
//! a row is sent again. The only place that waits for the server's sake.
//!
//! # What is promised
//! - The runs that go to one server with one credential share one pace: those of one process on whatever thread
//!   ([`Paces`]), those of several processes through their ledger ([`keeper`]).
//! - No second sees more requests than the lowest rate of the runs under way, counted over all of them.
//! - When the server asks one run to wait, none of them sends a request before that time. A run of another process
//!   hears of it within a second.
//! - Together they use the rate, and each gets its turn: the run that has waited longest goes first.
//! - What one run learns of the server (that it counts, that it cannot be reached) holds for the others.
//!
//! How fast the runs go under refusals is decided in [`control`], without a clock. The rate that the user allows is
//! kept by [`limiter`]; the controller above it only goes slower.

mod allot;
mod control;
mod departures;
mod gate;
mod host;
mod keeper;
mod limiter;
mod pool;
mod queue;
mod rounds;

#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;

use std::sync::{Arc, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::time::Instant;

use super::breaker::Look;
use crate::ledger::State;
use crate::outcome::Attempt;
use gate::Gate;
use pool::Shared;

pub use host::Host;
pub use pool::Paces;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// Between two attempts of one row, whatever the server allows.
const FIRST_RETURN: Duration = Duration::from_millis(100);
const LONGEST_RETURN: Duration = Duration::from_secs(5);

/// The rates that are taken, a second: from one an hour on.
const RATES: std::ops::RangeInclusive<f64> = 1.0 / 3600.0..=1e6;

/// The same as people are told.
pub const RATE_EXAMPLES: &str = "10/s, 600/m, 100/h (1/h … 1000000/s)";

/// Requests per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate(f64);

impl Rate {
    /// `10/s`, `600/m`; a bare number is per second.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_once('/').unwrap_or((text.trim(), "s"));
        let number: f64 = number.trim().replace(',', ".").parse().ok()?;
        let per_second = match unit.trim() {
            "s" | "sn" => number,
            "m" | "min" | "dk" => number / 60.0,
            "h" | "sa" => number / 3600.0,
            _ => return None,
        };
        RATES.contains(&per_second).then_some(Self(per_second))
    }

    /// Requests a second.
    pub fn per_second(self) -> f64 {
        self.0
    }
}

/// Whether a request may leave whose turn was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It may leave.
    Now,
    /// A little later.
    At(Instant),
    /// The server asked for a pause since.
    AfterHold,
}

/// One run's place at the servers that it goes to. Dropping it gives the place up.
///
/// A run names the operation of each request, for its operations may go to several servers.
pub struct Pace {
    /// Each server once.
    seats: Vec<Seat>,
    /// The seat of each operation.
    of_operation: Vec<usize>,
    chance: fn() -> f64,
}

/// A run's place at one server.
struct Seat {
    gate: Arc<Shared>,
    run: u64,
    /// The thread that keeps its part of the rate among several processes.
    keeper: Option<JoinHandle<()>>,
}

impl Pace {
    /// The pace of a run that shares its servers with nobody: what `rate` the user allows, if any. `chance` gives
    /// numbers from 0 to 1, for the spread of pauses.
    #[cfg(test)]
    pub fn alone(rate: Option<Rate>, chance: fn() -> f64) -> Self {
        Paces::new(chance).join(&[Host::default()], rate, None)
    }

    /// Takes a turn for a request of an operation: it may leave now, or the run asks again at the time given.
    pub fn turn(&mut self, operation: usize) -> Result<(), Instant> {
        let seat = self.seat(operation);
        seat.gate().turn(seat.run)
    }

    /// Asked again right before the request leaves.
    pub fn leave(&mut self, operation: usize) -> Leave {
        self.seat(operation).gate().leave()
    }

    /// A row was answered properly.
    pub fn answered(&mut self, operation: usize) {
        self.seat(operation).gate().answered();
    }

    /// The server said "not now", and perhaps for how long. Every run waits that long and a little more.
    pub fn refused(&mut self, operation: usize, hold: Option<Duration>) {
        let seat = self.seat(operation);
        seat.gate().refused(hold);
        seat.gate.changed.notify_all();
    }

    /// Takes note of how an attempt ended, and gives what all runs together know of the server. `stale`: the attempt
    /// was under way when the server was found gone.
    pub fn look(&mut self, operation: usize, attempt: &Attempt, state: State, stale: bool) -> Look {
        self.seat(operation).gate().look(attempt, state, stale)
    }

    /// The server could not be reached: every run waits before the next try, longer each time.
    pub fn unreachable(&mut self, operation: usize) {
        self.seat(operation).gate().unreachable();
    }

    /// Whether the last try to reach each of the run's servers came through.
    pub fn is_reachable(&self) -> bool {
        self.seats.iter().all(|seat| seat.gate().is_reachable())
    }

    /// When a row may be sent again after its `nth` attempt: full jitter under a limit that doubles.
    pub fn backoff(&self, nth: u32) -> Instant {
        let most = FIRST_BACKOFF.saturating_mul(1 << nth.min(10)).min(LONGEST_BACKOFF);
        Instant::now() + most.mul_f64((self.chance)())
    }

    /// The earliest time at which a row may be sent again after its `nth` attempt, where the server named the time, or
    /// was not reached: it may have said "at once" every time.
    pub fn back(&self, nth: u32) -> Instant {
        Instant::now() + FIRST_RETURN.saturating_mul(1 << nth.saturating_sub(1).min(10)).min(LONGEST_RETURN)
    }

    /// Until when nothing goes to an operation's server because the server asked, if it did.
    pub fn held_until(&self, operation: usize) -> Option<Instant> {
        self.seat(operation).gate().held_until()
    }

    fn seat(&self, operation: usize) -> &Seat {
        &self.seats[self.of_operation.get(operation).copied().unwrap_or_default()]
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        for seat in &mut self.seats {
            seat.gate().end(seat.run);
            seat.gate.changed.notify_all();
            if let Some(keeper) = seat.keeper.take() {
                let _ = keeper.join();
            }
        }
    }
}

impl Seat {
    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock()
    }
}

/// A number from 0 to 1, from the system.
pub fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}
