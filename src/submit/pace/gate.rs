//! The gate to one server: every request that goes there with one credential passes here, whichever run it is of.

use std::time::Duration;

use tokio::time::Instant;

use super::control::Control;
use super::departures::{Bound, Turns, Window};
use super::limiter::Limiter;
use super::queue::Queue;
use super::{FIRST_BACKOFF, Leave};
use crate::ledger::State;
use crate::outcome::Attempt;
use crate::submit::breaker::Look;

/// Between two tries to reach a server that is gone.
const LONGEST_PROBE: Duration = Duration::from_secs(4);
/// The rate of a run that has ended still holds for the second in which it sent its last request.
const AFTERGLOW: Duration = Duration::from_secs(1);
/// A run asks again after so long at the latest, for the rate may have grown meanwhile.
const RETHINK: Duration = Duration::from_secs(1);

/// What the runs at one server share.
pub struct Gate {
    runs: Vec<Member>,
    /// Rates of runs that have ended, and until when they hold.
    ended: Vec<(f64, Instant)>,
    next: u64,
    control: Control,
    /// The lowest rate that the users of the runs allow.
    limiter: Option<Limiter>,
    /// Turns where the server is met at a slower rate, or no other is given.
    turns: Turns,
    window: Window,
    queue: Queue,
    look: Look,
    hold_until: Option<Instant>,
    start: Instant,
    chance: fn() -> f64,
}

/// A run at this server, and the rate that its user allows.
struct Member {
    run: u64,
    rate: Option<f64>,
}

impl Gate {
    pub fn new(chance: fn() -> f64) -> Self {
        Self {
            runs: Vec::new(),
            ended: Vec::new(),
            next: 0,
            control: Control::new(None),
            limiter: None,
            turns: Turns::default(),
            window: Window::default(),
            queue: Queue::default(),
            look: Look::default(),
            hold_until: None,
            start: Instant::now(),
            chance,
        }
    }

    /// A run begins; gives its number here. The first one looks at the server anew, but a pause that was asked for
    /// and the departures of the last second hold for it too.
    pub fn begin(&mut self, rate: Option<f64>) -> u64 {
        if self.runs.is_empty() {
            (self.control, self.look, self.start) = (Control::new(None), Look::default(), Instant::now());
        }
        let run = self.next;
        self.next += 1;
        self.runs.push(Member { run, rate });
        self.follow_runs(Instant::now());
        run
    }

    /// A run has ended.
    pub fn end(&mut self, run: u64) {
        let now = Instant::now();
        self.queue.end(run);
        if let Some(at) = self.runs.iter().position(|member| member.run == run) {
            let rate = self.runs.swap_remove(at).rate;
            self.ended.extend(rate.map(|rate| (rate, now + AFTERGLOW)));
        }
    }

    /// Whether nothing of what is known here matters to a run that begins now.
    pub fn is_forgettable(&self) -> bool {
        self.runs.is_empty() && self.held_until().is_none() && self.window.is_empty(Instant::now())
    }

    /// Takes a turn: a request may leave now, or the time at which the run asks again.
    pub fn turn(&mut self, run: u64) -> Result<(), Instant> {
        let now = Instant::now();
        if let Some(until) = self.held_until() {
            return Err(until);
        }
        self.follow_runs(now);
        let allowed = self.limiter.as_ref().map(Limiter::rate);
        let rate = self.control.rate(self.seconds(now));
        let apart = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        if let Some(at) = self.queue.behind(run, now, apart) {
            return Err(at.min(now + RETHINK));
        }
        let slower = rate.filter(|rate| allowed.is_none_or(|allowed| *rate < allowed));
        self.take(now, slower).inspect(|()| self.queue.go(run)).map_err(|due| {
            let at = due.min(now + RETHINK);
            self.queue.wait(run, at);
            at
        })
    }

    fn take(&mut self, now: Instant, slower: Option<f64>) -> Result<(), Instant> {
        if let Some(due) = slower.and_then(|rate| self.turns.due(now, rate)) {
            return Err(due);
        }
        self.limiter.as_ref().map_or(Ok(()), Limiter::turn)?;
        self.turns.take(now, slower);
        Ok(())
    }

    /// Asked again right before a request leaves.
    pub fn leave(&mut self) -> Leave {
        let now = Instant::now();
        if self.held_until().is_some() {
            return Leave::AfterHold;
        }
        self.follow_runs(now);
        match self.window.leave(now, self.limiter.as_ref().map(|limiter| Bound::of(limiter.rate()))) {
            Leave::At(at) => Leave::At(at.min(now + RETHINK)),
            leave => leave,
        }
    }

    pub fn answered(&mut self) {
        self.control.accepted(self.seconds(Instant::now()));
    }

    pub fn refused(&mut self, hold: Option<Duration>) {
        let told = hold.unwrap_or_default().mul_f64(1.0 + 0.1 * (self.chance)());
        let now = Instant::now();
        let pause = self.control.refused(self.seconds(now), told.as_secs_f64());
        self.hold(now + told.max(Duration::from_secs_f64(pause)));
    }

    pub fn look(&mut self, attempt: &Attempt, state: State, stale: bool) -> Look {
        self.look.note(attempt, state, stale);
        self.look
    }

    pub fn is_reachable(&self) -> bool {
        self.look.is_reachable()
    }

    pub fn unreachable(&mut self) {
        let most = FIRST_BACKOFF.saturating_mul(1 << self.look.not_sent().min(10)).min(LONGEST_PROBE);
        self.hold(Instant::now() + most.mul_f64(0.5 + 0.5 * (self.chance)()));
    }

    pub fn held_until(&self) -> Option<Instant> {
        self.hold_until.filter(|until| *until > Instant::now())
    }

    fn hold(&mut self, until: Instant) {
        self.hold_until = Some(self.hold_until.map_or(until, |already| already.max(until)));
    }

    /// The rate is the lowest of the runs under way, and of those that have only just ended.
    fn follow_runs(&mut self, now: Instant) {
        self.ended.retain(|(_, until)| *until > now);
        let under_way = self.runs.iter().filter_map(|member| member.rate);
        let rates = under_way.chain(self.ended.iter().map(|(rate, _)| *rate));
        let lowest = rates.min_by(f64::total_cmp);
        if lowest != self.limiter.as_ref().map(Limiter::rate) {
            self.limiter = lowest.map(Limiter::new);
        }
        self.control.ask(lowest);
    }

    fn seconds(&self, at: Instant) -> f64 {
        (at - self.start).as_secs_f64()
    }
}
