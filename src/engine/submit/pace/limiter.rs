//! The rate that the user allows, held by the generic cell rate algorithm. No controller goes over it.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use super::departures::{GRACE, HAIR};

/// A request costs this many of the limiter's cells at most, so that its burst can be set in fractions of a request.
const CELLS: u64 = 20;
/// The limiter counts whole nanoseconds; a shorter cell would be rounded noticeably.
const SHORTEST_CELL_NS: u64 = 1_000;

/// Tokio's clock as the limiter reads it, so that paused time holds for both.
#[derive(Debug, Clone)]
struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Turns at one rate.
pub struct Limiter {
    cells: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>,
    clock: TokioClock,
    cost: NonZeroU32,
    rate: f64,
}

impl Limiter {
    pub fn new(rate: f64) -> Self {
        let request_ns = (1e9 / (rate * HAIR)) as u64;
        let cells = (request_ns / SHORTEST_CELL_NS).clamp(1, CELLS);
        let cell = Duration::from_nanos((request_ns / cells).max(1));
        let grace = (GRACE.as_nanos() / cell.as_nanos()) as u32;
        let cost = NonZeroU32::new(cells as u32).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(cell).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let clock = TokioClock { start: Instant::now() };
        let cells = RateLimiter::direct_with_clock(quota.allow_burst(cost.saturating_add(grace)), clock.clone());
        Self { cells, clock, cost, rate }
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Takes a turn, or says when the next one is due.
    pub fn turn(&self) -> Result<(), Instant> {
        match self.cells.check_n(self.cost) {
            Ok(Err(not_until)) => Err(Instant::now() + not_until.wait_time_from(self.clock.now())),
            // More cells than the burst holds cannot be: the burst is the cost and something.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }
}
