//! Whose turn it is among several runs: of those that wait, the one that has had the fewest turns.

use std::time::Duration;

use tokio::time::Instant;

use super::departures::GRACE;

/// A run that was told a time and is later than this does not wait any more: it may have nothing to send.
const PATIENCE: Duration = Duration::from_millis(25);
/// A timer wakes on whole milliseconds.
const TICK: Duration = Duration::from_millis(1);

/// The runs at one server, and how many turns each has had.
#[derive(Debug, Default)]
pub struct Queue {
    runs: Vec<Turns>,
    /// How many turns the run had had that took the last one.
    latest: u64,
}

#[derive(Debug)]
struct Turns {
    run: u64,
    had: u64,
    /// When it was told to ask again, if it waits.
    told: Option<Instant>,
}

impl Queue {
    /// When a run may ask again that has to let others go first; none where it may take its turn. Turns are so far
    /// apart. Where several fall into one tick, a run may be so many ahead: it takes what its tick has.
    pub fn behind(&mut self, run: u64, now: Instant, apart: Duration) -> Option<Instant> {
        for late in self.runs.iter_mut().filter(|other| other.told.is_some_and(|told| told + PATIENCE < now)) {
            late.told = None;
        }
        let had = self.catch_up(run);
        let leeway = (GRACE + TICK).as_nanos() / apart.as_nanos().max(1);
        let first = |other: &&Turns| other.run != run && other.told.is_some() && u128::from(other.had) + leeway < had;
        let before: Vec<Instant> = self.runs.iter().filter(first).filter_map(|other| other.told).collect();
        let first = before.iter().min()?;
        let told = (*first).max(now + TICK) + apart.saturating_mul(before.len() as u32);
        self.wait(run, told);
        Some(told)
    }

    /// The turns that a run has had. What it did not ask for while others took theirs is not made up for.
    fn catch_up(&mut self, run: u64) -> u128 {
        let latest = self.latest;
        let own = self.of(run);
        if own.told.is_none() {
            own.had = own.had.max(latest);
        }
        u128::from(own.had)
    }

    /// A run waits until then.
    pub fn wait(&mut self, run: u64, told: Instant) {
        self.of(run).told = Some(told);
    }

    /// A run has had a turn.
    pub fn go(&mut self, run: u64) {
        let own = self.of(run);
        own.told = None;
        own.had += 1;
        self.latest = own.had - 1;
    }

    /// A run has ended.
    pub fn end(&mut self, run: u64) {
        self.runs.retain(|turns| turns.run != run);
    }

    fn of(&mut self, run: u64) -> &mut Turns {
        let at = self.runs.iter().position(|turns| turns.run == run).unwrap_or_else(|| {
            self.runs.push(Turns { run, had: 0, told: None });
            self.runs.len() - 1
        });
        &mut self.runs[at]
    }
}
