//! When the next request may leave: the rate, the waits that the server asks for, the pauses before
//! a row is sent again. The only place that waits for the server's sake.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// The limiter is set a hair below the rate, and may make up for a late timer by [`GRACE`]. With both,
/// no second sees more than the rate although requests travel unevenly, and at least 0.97 of the
/// rate is reached although a timer wakes only every millisecond.
const HAIR: f64 = 0.985;
const GRACE: Duration = Duration::from_millis(3);

/// A request leaves some time after its turn, when its intent is on the disk, and that time varies. So departures are
/// counted once more; this much lets them travel unevenly, and is less than the hair.
const TRAVEL: Duration = Duration::from_millis(8);

/// A request costs this many of the limiter's cells at most, so that its burst can be set in fractions of a request.
const CELLS: u64 = 20;
/// The limiter counts whole nanoseconds; a shorter cell would be rounded noticeably.
const SHORTEST_CELL_NS: u64 = 1_000;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// Between two tries to reach a server that is gone.
const LONGEST_PROBE: Duration = Duration::from_secs(4);

/// The slowest rate to which refusals bring the run, a second.
const SLOWEST: f64 = 0.5;
/// After this long without a refusal the run goes a quarter faster again.
const CALM: Duration = Duration::from_secs(10);
/// Refusals this soon after the run was slowed answer requests of before, or tell nothing new.
const BURST: Duration = Duration::from_secs(1);

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

    pub fn per_second(self) -> f64 {
        self.0
    }
}

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

struct Limiter {
    cells: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>,
    clock: TokioClock,
    cost: NonZeroU32,
    rate: f64,
}

impl Limiter {
    fn new(rate: f64) -> Self {
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

    fn turn(&self) -> Result<(), Instant> {
        match self.cells.check_n(self.cost) {
            Ok(Err(not_until)) => Err(Instant::now() + not_until.wait_time_from(self.clock.now())),
            // More cells than the burst holds cannot be: the burst is the cost and something.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }
}

/// The departures of the last second, or of the time in which the rate grants one.
struct Window {
    most: usize,
    span: Duration,
    departed: VecDeque<Instant>,
}

impl Window {
    fn new(rate: f64) -> Self {
        let most = rate.ceil();
        let span = Duration::from_secs_f64((most / rate).max(1.0)) + TRAVEL;
        Self { most: most as usize, span, departed: VecDeque::new() }
    }

    fn leave(&mut self, now: Instant) -> Leave {
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

/// Whether a request may leave whose turn was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    Now,
    /// A little later.
    At(Instant),
    /// The server asked for a pause since.
    AfterHold,
}

/// Paces a run.
pub struct Pace {
    asked: Option<f64>,
    limiter: Option<Limiter>,
    window: Option<Window>,
    hold_until: Option<Instant>,
    /// When the run last became slower.
    slowed: Option<Instant>,
    since: Instant,
    answered: u64,
    chance: fn() -> f64,
}

impl Pace {
    /// `rate` is what the user allows; none leaves the pace to the server. `chance` gives numbers
    /// from 0 to 1, for the spread of pauses.
    pub fn new(rate: Option<Rate>, chance: fn() -> f64) -> Self {
        let asked = rate.map(Rate::per_second);
        let limiter = asked.map(Limiter::new);
        let window = asked.map(Window::new);
        Self { asked, limiter, window, hold_until: None, slowed: None, since: Instant::now(), answered: 0, chance }
    }

    /// Takes a turn: the request may leave now, or the time at which to ask again.
    pub fn turn(&mut self) -> Result<(), Instant> {
        let now = Instant::now();
        if let Some(until) = self.hold_until {
            if until > now {
                return Err(until);
            }
            self.hold_until = None;
        }
        self.relax(now);
        self.limiter.as_ref().map_or(Ok(()), Limiter::turn)
    }

    /// Asked again right before the request leaves.
    pub fn leave(&mut self) -> Leave {
        if self.held_until().is_some() {
            return Leave::AfterHold;
        }
        self.window.as_mut().map_or(Leave::Now, |window| window.leave(Instant::now()))
    }

    /// A row was answered properly.
    pub fn answered(&mut self) {
        self.answered += 1;
    }

    /// The server said "not now", and perhaps for how long. The run waits, and goes on no faster than
    /// the server answered so far. Several refusals at once slow it once.
    pub fn refused(&mut self, hold: Option<Duration>) {
        let now = Instant::now();
        let until = now + hold.unwrap_or_default().mul_f64(1.0 + 0.1 * (self.chance)());
        self.hold_until = Some(self.hold_until.map_or(until, |already| already.max(until)));
        if self.slowed.is_some_and(|slowed| now < slowed + BURST) {
            return;
        }
        self.slowed = Some(until);
        if self.answered == 0 {
            // Nothing was measured: the pause is all that the server has asked for.
            return;
        }
        let span = (until - self.since).as_secs_f64().max(0.1);
        let reached = self.answered as f64 / span;
        let calmer = if hold.is_some() { reached } else { reached / 2.0 }.max(SLOWEST);
        // In a lull nothing was asked of the server: that few answers came then says nothing of its pace.
        let least = if hold.is_none_or(|hold| hold.is_zero()) { 0.5 } else { 0.0 };
        let limit = self.limiter.as_ref().map_or(calmer, |limiter| limiter.rate.min(calmer.max(limiter.rate * least)));
        self.set_rate(limit, until);
    }

    fn set_rate(&mut self, rate: f64, since: Instant) {
        self.limiter = Some(Limiter::new(rate));
        self.since = since;
        self.answered = 0;
    }

    /// Goes a little faster after a calm time, up to what the user allows.
    fn relax(&mut self, now: Instant) {
        let Some(limiter) = &self.limiter else { return };
        let slowed = self.asked.is_none_or(|asked| limiter.rate < asked);
        if slowed && now.saturating_duration_since(self.since) > CALM {
            let faster = limiter.rate * 1.25;
            self.set_rate(self.asked.map_or(faster, |asked| faster.min(asked)), now);
        }
    }

    /// The server could not be reached, the `nth` time in a row: everybody waits before the next try.
    pub fn unreachable(&mut self, nth: u32) {
        let most = FIRST_BACKOFF.saturating_mul(1 << nth.min(10)).min(LONGEST_PROBE);
        let until = Instant::now() + most.mul_f64(0.5 + 0.5 * (self.chance)());
        self.hold_until = Some(self.hold_until.map_or(until, |already| already.max(until)));
    }

    /// When a row may be sent again after its `nth` attempt: full jitter under a limit that doubles.
    pub fn backoff(&self, nth: u32) -> Instant {
        let most = FIRST_BACKOFF.saturating_mul(1 << nth.min(10)).min(LONGEST_BACKOFF);
        Instant::now() + most.mul_f64((self.chance)())
    }

    /// Until when the run holds because the server asked, if it does.
    pub fn held_until(&self) -> Option<Instant> {
        self.hold_until.filter(|until| *until > Instant::now())
    }
}

/// A number from 0 to 1, from the system.
pub fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets a run of `seconds` take turns with a timer that wakes on whole milliseconds, and gives the
    /// times of the turns in seconds.
    async fn turns(pace: &mut Pace, seconds: u64) -> Vec<f64> {
        let start = Instant::now();
        let mut times = Vec::new();
        while start.elapsed() < Duration::from_secs(seconds) {
            match pace.turn() {
                Ok(()) => times.push(start.elapsed().as_secs_f64()),
                Err(at) => tokio::time::sleep_until(at).await,
            }
        }
        times
    }

    fn worst_second(times: &[f64]) -> usize {
        (0..times.len()).map(|i| times[i..].iter().take_while(|t| **t < times[i] + 1.0).count()).max().unwrap_or(0)
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_reached_and_no_second_sees_more() {
        for rate in [1.0, 10.0, 50.0, 500.0, 2000.0] {
            let mut pace = Pace::new(Some(Rate(rate)), || 0.5);
            let times = turns(&mut pace, 20).await;
            let reached = times.len() as f64 / 20.0 / rate;
            assert!(reached >= 0.97, "{rate}/s: reached {reached}");
            assert!(worst_second(&times) as f64 <= rate, "{rate}/s: {} in a second", worst_second(&times));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_is_now_slow_now_fast_does_not_crowd_the_departures() {
        for rate in [1.0, 2.5, 50.0] {
            let mut pace = Pace::new(Some(Rate(rate)), || 0.5);
            let start = Instant::now();
            let mut departures = Vec::new();
            for (n, turn) in turns(&mut pace, 20).await.into_iter().enumerate() {
                // Every seventh commit takes 60 ms; a departure that must wait does not hold the others up.
                let mut at =
                    start + Duration::from_secs_f64(turn) + Duration::from_millis(if n % 7 == 0 { 60 } else { 0 });
                let window = pace.window.as_mut().unwrap();
                while let Leave::At(later) = window.leave(at) {
                    at = later;
                }
                departures.push((at - start).as_secs_f64());
            }
            let reached = departures.len() as f64 / departures.last().unwrap() / rate;
            assert!(worst_second(&departures) as f64 <= rate.ceil(), "{rate}/s: {}", worst_second(&departures));
            assert!(reached >= 0.97, "{rate}/s: reached {reached}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_does_not_leave_into_a_pause_that_was_asked_for_since_its_turn() {
        let mut pace = Pace::new(None, || 0.0);
        assert!(pace.turn().is_ok());
        pace.refused(Some(Duration::from_secs(2)));
        assert_eq!(pace.leave(), Leave::AfterHold);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(pace.leave(), Leave::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_asks_to_wait_is_left_alone_and_then_met_at_its_own_pace() {
        let mut pace = Pace::new(None, || 0.0);
        for _ in 0..5 {
            assert!(pace.turn().is_ok());
            pace.answered();
        }
        pace.refused(Some(Duration::from_secs(1)));
        assert_eq!(pace.turn().unwrap_err(), Instant::now() + Duration::from_secs(1));
        let times = turns(&mut pace, 6).await;
        assert!(times[0] >= 1.0);
        assert!(worst_second(&times) <= 5, "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_refusals_of_one_burst_slow_the_run_once() {
        for hold in [None, Some(Duration::ZERO)] {
            let mut pace = Pace::new(Some(Rate(100.0)), || 0.0);
            let before = turns(&mut pace, 2).await.len();
            (0..before).for_each(|_| pace.answered());
            (0..8).for_each(|_| pace.refused(hold));
            let after = turns(&mut pace, 2).await.len();
            assert!(after as f64 > before as f64 * 0.45, "{hold:?}: {before}, then {after}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_lull_before_a_refusal_does_not_bring_the_run_to_a_crawl() {
        for hold in [None, Some(Duration::ZERO)] {
            let mut pace = Pace::new(Some(Rate(40.0)), || 0.0);
            assert!(pace.turn().is_ok());
            pace.answered();
            tokio::time::sleep(Duration::from_secs(8)).await;
            pace.refused(hold);
            let times = turns(&mut pace, 2).await;
            assert!((35..=41).contains(&times.len()), "{hold:?}: {} in two seconds", times.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_before_the_first_answer_pauses_the_run_and_does_not_slow_it() {
        let mut pace = Pace::new(None, || 0.0);
        assert!(pace.turn().is_ok());
        pace.refused(Some(Duration::from_secs(1)));
        let start = Instant::now();
        tokio::time::sleep_until(pace.turn().unwrap_err()).await;
        assert!((0..100).all(|_| pace.turn().is_ok()));
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }

    #[test]
    fn a_rate_is_read_per_second_minute_or_hour() {
        assert_eq!(Rate::parse("10/s"), Some(Rate(10.0)));
        assert_eq!(Rate::parse("600/m"), Some(Rate(10.0)));
        assert_eq!(Rate::parse("3600/h"), Some(Rate(1.0)));
        assert_eq!(Rate::parse("7"), Some(Rate(7.0)));
        for bad in ["0/s", "-1/s", "x/s", "1/y", "inf", ""] {
            assert_eq!(Rate::parse(bad), None, "{bad}");
        }
    }
}
