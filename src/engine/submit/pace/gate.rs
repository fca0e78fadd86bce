//! The gate to one server: every request that goes there with one credential passes here, whichever run it is of.

use std::time::Duration;

use tokio::time::Instant;

use super::allot::Lot;
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

/// A run of a process that has no part of the rate yet asks again after so long.
const NO_PART: Duration = Duration::from_millis(50);

/// What the runs at one server share.
pub struct Gate {
    runs: Vec<Member>,
    /// Rates of runs that have ended, and until when they hold.
    ended: Vec<(f64, Instant)>,
    next: u64,
    control: Control,
    /// The lowest rate that the users of the runs allow, or this process's part of it.
    limiter: Option<Limiter>,
    /// The same for departures.
    bound: Option<Bound>,
    /// Turns where the server is met at a slower rate, or no other is given.
    turns: Turns,
    window: Window,
    queue: Queue,
    look: Look,
    hold_until: Option<Instant>,
    /// The same of pauses that the server has asked this process for.
    told_until: Option<Instant>,
    start: Instant,
    chance: fn() -> f64,
}

/// A run at this server.
struct Member {
    run: u64,
    /// The rate that its user allows.
    rate: Option<f64>,
    /// Its part of the rate that several processes share, where they do.
    lot: Option<Lot>,
}

impl Gate {
    pub fn new(chance: fn() -> f64) -> Self {
        Self {
            runs: Vec::new(),
            ended: Vec::new(),
            next: 0,
            control: Control::new(None),
            limiter: None,
            bound: None,
            turns: Turns::default(),
            window: Window::default(),
            queue: Queue::default(),
            look: Look::default(),
            hold_until: None,
            told_until: None,
            start: Instant::now(),
            chance,
        }
    }

    /// A run begins; gives its number here. The first one looks at the server anew, but a pause that was asked for
    /// and the departures of the last second hold for it too. One that shares with other processes waits for its part.
    pub fn begin(&mut self, rate: Option<f64>, shares: bool) -> u64 {
        if self.runs.is_empty() {
            (self.control, self.look, self.start) = (Control::new(None), Look::default(), Instant::now());
        }
        let run = self.next;
        self.next += 1;
        self.runs.push(Member { run, rate, lot: shares.then_some(Lot::NOTHING) });
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

    /// Whether a run is under way.
    pub fn has(&self, run: u64) -> bool {
        self.runs.iter().any(|member| member.run == run)
    }

    /// The part of a run in what several processes share; none where nobody bounds it.
    pub fn share(&mut self, run: u64, lot: Option<Lot>) {
        if let Some(member) = self.runs.iter_mut().find(|member| member.run == run) {
            member.lot = lot;
        }
        self.follow_runs(Instant::now());
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
        if self.bound.is_some_and(|bound| bound.most == 0) {
            return Err(now + NO_PART);
        }
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
        match self.window.leave(now, self.bound) {
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
        self.told_until = self.hold_until;
    }

    /// Until when the server has asked this process to wait.
    pub fn told_until(&self) -> Option<Instant> {
        self.told_until
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

    /// Nothing leaves until then.
    pub fn hold(&mut self, until: Instant) {
        self.hold_until = Some(self.hold_until.map_or(until, |already| already.max(until)));
    }

    /// The rate is the lowest of the runs under way, and of those that have only just ended; where several processes
    /// share it, this one has the parts of its runs.
    fn follow_runs(&mut self, now: Instant) {
        self.ended.retain(|(_, until)| *until > now);
        let under_way = self.runs.iter().filter_map(|member| member.rate);
        let rates = under_way.chain(self.ended.iter().map(|(rate, _)| *rate));
        let shared = self.runs.iter().filter_map(|member| member.lot?.rate);
        let lowest = rates.chain(shared).min_by(f64::total_cmp);
        let bound = lowest.map(|rate| self.bounded(Bound::of(rate)));
        if bound != self.bound {
            self.bound = bound;
            self.limiter = bound.and_then(Bound::rate).map(Limiter::new);
        }
        self.control.ask(self.limiter.as_ref().map(Limiter::rate));
    }

    /// The parts of the runs in what several processes share.
    fn bounded(&self, whole: Bound) -> Bound {
        let parts = self.runs.iter().filter_map(|member| member.lot).map(|lot| lot.part as usize);
        match parts.reduce(usize::saturating_add) {
            Some(parts) => whole.part(parts),
            None => whole,
        }
    }

    fn seconds(&self, at: Instant) -> f64 {
        (at - self.start).as_secs_f64()
    }
}
