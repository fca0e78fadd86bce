//! When the next request may leave: the rate, the waits that the server asks for, the pauses before
//! a row is sent again. The only place that waits for the server's sake.
//!
//! How fast a run goes under refusals is decided in [`control`], without a clock.

mod control;
mod departures;
mod limiter;
mod rounds;

use std::time::Duration;

use tokio::time::Instant;

use control::Control;
use departures::{Turns, Window};
use limiter::Limiter;

const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// Between two tries to reach a server that is gone.
const LONGEST_PROBE: Duration = Duration::from_secs(4);
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

    pub fn per_second(self) -> f64 {
        self.0
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
    control: Control,
    /// The rate that the user allows.
    limiter: Option<Limiter>,
    /// Turns where the server is met at a slower rate, or no other is given.
    turns: Turns,
    window: Option<Window>,
    hold_until: Option<Instant>,
    start: Instant,
    chance: fn() -> f64,
}

impl Pace {
    /// `rate` is what the user allows; none leaves the pace to the server. `chance` gives numbers
    /// from 0 to 1, for the spread of pauses.
    pub fn new(rate: Option<Rate>, chance: fn() -> f64) -> Self {
        let asked = rate.map(Rate::per_second);
        let (control, limiter, window) = (Control::new(asked), asked.map(Limiter::new), asked.map(Window::new));
        let (turns, start) = (Turns::default(), Instant::now());
        Self { control, limiter, turns, window, hold_until: None, start, chance }
    }

    /// Takes a turn: the request may leave now, or the time at which to ask again.
    pub fn turn(&mut self) -> Result<(), Instant> {
        let now = Instant::now();
        match self.hold_until {
            Some(until) if until > now => return Err(until),
            _ => self.hold_until = None,
        }
        let rate = self.control.rate(self.seconds(now));
        let allowed = self.limiter.as_ref().map(Limiter::rate);
        let slower = rate.filter(|rate| allowed.is_none_or(|allowed| *rate < allowed));
        if let Some(due) = slower.and_then(|rate| self.turns.due(now, rate)) {
            return Err(due);
        }
        self.limiter.as_ref().map_or(Ok(()), Limiter::turn)?;
        self.turns.take(now, slower);
        Ok(())
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
        self.control.accepted(self.seconds(Instant::now()));
    }

    /// The server said "not now", and perhaps for how long. The run waits that long and a little more.
    pub fn refused(&mut self, hold: Option<Duration>) {
        let told = hold.unwrap_or_default().mul_f64(1.0 + 0.1 * (self.chance)());
        let now = Instant::now();
        let pause = self.control.refused(self.seconds(now), told.as_secs_f64());
        self.hold(now + told.max(Duration::from_secs_f64(pause)));
    }

    /// The server could not be reached, the `nth` time in a row: everybody waits before the next try.
    pub fn unreachable(&mut self, nth: u32) {
        let most = FIRST_BACKOFF.saturating_mul(1 << nth.min(10)).min(LONGEST_PROBE);
        self.hold(Instant::now() + most.mul_f64(0.5 + 0.5 * (self.chance)()));
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

    /// Until when the run holds because the server asked, if it does.
    pub fn held_until(&self) -> Option<Instant> {
        self.hold_until.filter(|until| *until > Instant::now())
    }

    fn hold(&mut self, until: Instant) {
        self.hold_until = Some(self.hold_until.map_or(until, |already| already.max(until)));
    }

    fn seconds(&self, at: Instant) -> f64 {
        (at - self.start).as_secs_f64()
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
    async fn a_server_that_asks_to_wait_is_left_alone_and_where_no_rate_is_asked_for_then_met_at_its_own_pace() {
        let mut pace = Pace::new(None, || 0.0);
        for _ in 0..5 {
            assert!(pace.turn().is_ok());
            pace.answered();
        }
        pace.refused(Some(Duration::from_secs(1)));
        let until = pace.turn().unwrap_err();
        assert!(
            until >= Instant::now() + Duration::from_secs(1) && until < Instant::now() + Duration::from_millis(1_001)
        );
        let times = turns(&mut pace, 4).await;
        assert!(times[0] >= 1.0);
        assert!(worst_second(&times) <= 5, "{times:?}");
    }

    /// Takes turns under a server that answers each at once, until it refuses one, for so many `seconds`.
    async fn under(pace: &mut Pace, seconds: u64, mut refuses: impl FnMut(u32) -> Option<Duration>) -> u32 {
        let (start, mut asked, mut accepted) = (Instant::now(), 0, 0);
        while start.elapsed() < Duration::from_secs(seconds) {
            match pace.turn() {
                Ok(()) => {
                    asked += 1;
                    if let Some(hold) = refuses(asked) {
                        pace.refused(Some(hold));
                    } else {
                        accepted += 1;
                        pace.answered();
                    }
                }
                Err(at) => tokio::time::sleep_until(at).await,
            }
        }
        accepted
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_alone_do_not_slow_a_run() {
        // Of ten in a second one is refused now and then, in no order: 1.9 s for 10 rows and a pause of a second.
        let mut pace = Pace::new(Some(Rate(10.0)), || 0.0);
        let mut state = 7_u32;
        let accepted = under(&mut pace, 400, |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16).is_multiple_of(10).then_some(Duration::from_secs(1))
        });
        let accepted = accepted.await;
        assert!(accepted > 1_600, "{accepted} in 400 s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_counts_is_met_along_its_limit() {
        let mut pace = Pace::new(Some(Rate(200.0)), || 0.0);
        let start = Instant::now();
        let (mut second, mut taken, mut refused) = (0, 0, 0);
        let accepted = under(&mut pace, 200, |_| {
            if start.elapsed().as_secs() != second {
                (second, taken) = (start.elapsed().as_secs(), 0);
            }
            taken += 1;
            refused += u32::from(taken > 20);
            (taken > 20).then_some(Duration::from_secs(1))
        });
        let accepted = accepted.await;
        assert!(accepted > 3_400 && refused < 40, "{accepted} accepted and {refused} refused in 200 s at 20/s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_always_too_short_is_made_longer() {
        let mut pace = Pace::new(Some(Rate(10.0)), || 0.0);
        let mut asked = 0;
        let accepted = under(&mut pace, 60, |_| {
            asked += 1;
            Some(Duration::from_secs(1))
        });
        assert_eq!(accepted.await, 0);
        assert!(asked < 20, "{asked} times in a minute");
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_refusals_or_a_lull_before_one_does_not_bring_the_run_to_a_crawl() {
        for hold in [None, Some(Duration::ZERO)] {
            let mut pace = Pace::new(Some(Rate(40.0)), || 0.0);
            assert!(pace.turn().is_ok());
            pace.answered();
            tokio::time::sleep(Duration::from_secs(8)).await;
            (0..8).for_each(|_| pace.refused(hold));
            let times = turns(&mut pace, 2).await;
            assert!(times.len() >= 75, "{hold:?}: {} in two seconds", times.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_refuses_most_and_names_no_time_is_met_at_its_own_pace() {
        let mut pace = Pace::new(Some(Rate(200.0)), || 0.0);
        let start = Instant::now();
        let (mut second, mut taken, mut refused) = (0, 0, 0);
        let accepted = under(&mut pace, 60, |_| {
            if start.elapsed().as_secs() != second {
                (second, taken) = (start.elapsed().as_secs(), 0);
            }
            taken += 1;
            refused += u32::from(taken > 20);
            (taken > 20).then_some(Duration::ZERO)
        });
        let accepted = accepted.await;
        assert!(accepted > 1_020 && refused < 2_400, "{accepted} accepted and {refused} refused in a minute at 20/s");
    }

    #[tokio::test(start_paused = true)]
    async fn a_row_that_may_go_at_once_every_time_comes_back_later_each_time() {
        let pace = Pace::new(None, || 0.0);
        let waits: Vec<u128> = (1..10).map(|nth| (pace.back(nth) - Instant::now()).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
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
