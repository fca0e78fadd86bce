//! Keeps one run's part of a server's rate, which runs of other processes share through the ledger.
//!
//! A thread looks twice a second what the others have, and whether one of them was told to wait. It writes where
//! something changes: a run began or ended, or the server asked this process for a pause.
//!
//! The order of the steps is what holds the rate: a part is lowered at the gate first and in the ledger afterwards;
//! it is raised in the ledger first, and at the gate only when what another run sent with it counts no more.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::allot::Lot;
use super::gate::Gate;
use super::pool::Shared;
use crate::ledger::{Error, Known, Share, Shares};
use crate::uptime::now_ms;

/// Between two looks at the others.
const LOOK: Duration = Duration::from_millis(500);
/// The same of a run that waits for its part.
const HUNGRY: Duration = Duration::from_millis(100);
/// What a run sent before its end counts for so long.
const AFTERGLOW_MS: i64 = 1_010;
/// No pause is longer.
const LONGEST_PAUSE_MS: i64 = 20 * 60 * 1_000;

/// Keeps the part of one run.
pub struct Keeper {
    shares: Box<dyn Shares>,
    gate: Arc<Shared>,
    /// The run at the gate.
    number: u64,
    own: Own,
    /// What may be used later, and from when on.
    raised: Option<(Lot, i64)>,
    /// The last pause that was written down.
    told: Option<Instant>,
}

/// The run in the ledger.
#[derive(Debug, Clone, Copy)]
struct Own {
    run: u32,
    /// The rate that its user allows.
    per_s: Option<f64>,
    /// What the gate lets through.
    used: Lot,
}

impl Keeper {
    /// Takes a first part, so that a run alone does not wait. Where the ledger cannot be written nothing is shared: the
    /// run goes on, and stops at its first intent.
    pub fn begin(gate: Arc<Shared>, number: u64, shares: Box<dyn Shares>, per_s: Option<f64>) -> Self {
        let own = Own { run: shares.run(), per_s, used: Lot::NOTHING };
        let mut keeper = Self { shares, gate, number, own, raised: None, told: None };
        let taken = keeper.take_over().and_then(|()| keeper.renew());
        if let Err(error) = taken
            && !error.is_busy()
        {
            keeper.gate.lock().share(number, None);
        }
        keeper
    }

    /// An earlier process of the same run may have been killed: what it had is given back for it.
    fn take_over(&mut self) -> Result<(), Error> {
        let known = self.shares.look()?;
        match self.own.part_in(&known) {
            Some(_) => self.shares.leave(now_ms() + AFTERGLOW_MS),
            None => Ok(()),
        }
    }

    /// Keeps the part until the run has ended, then gives it back.
    pub fn keep(mut self) {
        let mut pause = HUNGRY;
        while self.waits(pause) {
            // What cannot be read or written now stays as it is: what the ledger holds for this run no other takes.
            pause = self.renew().unwrap_or(LOOK);
        }
        let _ = self.shares.leave(now_ms() + AFTERGLOW_MS);
    }

    /// Waits so long, or until the server asks for a pause; whether the run is still under way.
    fn waits(&self, pause: Duration) -> bool {
        let gate = self.gate.lock();
        let nothing_new = |gate: &mut Gate| gate.has(self.number) && gate.told_until() <= self.told;
        let waited = self.gate.changed.wait_timeout_while(gate, pause, nothing_new);
        waited.unwrap_or_else(PoisonError::into_inner).0.has(self.number)
    }

    /// Looks what the others have, and takes or gives back. Gives the time until the next look.
    fn renew(&mut self) -> Result<Duration, Error> {
        let known = self.shares.look()?;
        self.share_pauses(&known)?;
        let now = now_ms();
        let wanted = self.own.wanted(&known, now);
        if wanted.part < self.own.used.part || (wanted.rate.is_some() && wanted.rate != self.own.used.rate) {
            self.use_now(Lot { part: wanted.part.min(self.own.used.part), ..wanted });
        }
        let may_raise = self.raised.is_none() && self.own.taken(&known, now).part > self.own.used.part;
        if may_raise || !self.own.is_settled(&known, now) {
            let (own, mut taken) = (self.own, wanted);
            let settled = self.shares.settle(&mut |known| {
                taken = own.taken(known, now);
                (Share { run: own.run, per_s: own.per_s, part: taken.part }, own.free_from(known, &taken, now))
            })?;
            // Where nobody names a rate there is none to wait for.
            let from = taken.rate.map_or(now, |_| settled.free_ms);
            self.raised = (taken.part > own.used.part).then_some((taken, from));
        }
        Ok(self.raise(now, &wanted))
    }

    /// Uses what was raised, once its time has come.
    fn raise(&mut self, now: i64, wanted: &Lot) -> Duration {
        match self.raised {
            Some((lot, from)) if from <= now => {
                self.raised = None;
                self.use_now(lot);
            }
            Some((_, from)) => return LOOK.min(Duration::from_millis((from - now).unsigned_abs())),
            None => {}
        }
        if self.own.used.part < wanted.part { HUNGRY } else { LOOK }
    }

    fn use_now(&mut self, lot: Lot) {
        self.own.used = lot;
        self.gate.lock().share(self.number, Some(lot).filter(|lot| lot.rate.is_some()));
    }

    /// A pause that was told to one process holds in all.
    fn share_pauses(&mut self, known: &Known) -> Result<(), Error> {
        let (now, now_ms) = (Instant::now(), now_ms());
        let left = (known.hold_ms - now_ms).clamp(0, LONGEST_PAUSE_MS);
        let told = {
            let mut gate = self.gate.lock();
            if left > 0 {
                gate.hold(now + Duration::from_millis(left.unsigned_abs()));
            }
            gate.told_until()
        };
        if told > self.told {
            let until = told.map_or(0, |told| told.saturating_duration_since(now).as_millis() as i64);
            if until > left {
                self.shares.hold(now_ms + until)?;
            }
            self.told = told;
        }
        Ok(())
    }
}

impl Own {
    /// The part that is this run's, once the others have given it up.
    fn wanted(&self, known: &Known, now: i64) -> Lot {
        let own = Share { run: self.run, per_s: self.per_s, part: 0 };
        let others = known.shares.iter().filter(|share| share.run != self.run).copied();
        Lot::of(&others.chain([own]).collect::<Vec<_>>(), self.run, now)
    }

    /// What of it can be taken now: what the others have is theirs, and what is used is given up at the gate first.
    fn taken(&self, known: &Known, now: i64) -> Lot {
        let wanted = self.wanted(known, now);
        if wanted.rate.is_none() {
            return wanted;
        }
        let others = known.shares.iter().filter(|share| share.run != self.run);
        let free = others.fold(wanted.whole, |free, share| free.saturating_sub(share.part));
        Lot { part: wanted.part.min(free).max(self.used.part), ..wanted }
    }

    /// From when on others may take what this run gives back, or what was left by runs that are gone.
    fn free_from(&self, known: &Known, taken: &Lot, now: i64) -> i64 {
        let gives = self.part_in(known).is_some_and(|part| taken.part < part).then(|| now + taken.span_ms());
        let left = (!known.dead.is_empty()).then_some(now + AFTERGLOW_MS);
        [gives, left].into_iter().flatten().fold(known.free_ms, i64::max)
    }

    fn part_in(&self, known: &Known) -> Option<u32> {
        known.shares.iter().find(|share| share.run == self.run).map(|share| share.part)
    }

    /// Whether the ledger says of this run what is so.
    fn is_settled(&self, known: &Known, now: i64) -> bool {
        let own = Share { run: self.run, per_s: self.per_s, part: self.taken(known, now).part };
        known.dead.is_empty() && known.shares.contains(&own)
    }
}
