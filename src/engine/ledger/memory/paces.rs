//! Rates that runs share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::book::Book;
use super::{Flaw, Memory, MemoryLeases};
use crate::keyed::Key;
use crate::ledger::error::Error;
use crate::ledger::pace::{Known, Share, Sharer, Shares};
use crate::ledger::store::Paces;

/// The pace at one server.
#[derive(Clone, Default)]
pub struct Pace {
    shares: BTreeMap<u32, Share>,
    free_ms: i64,
    hold_ms: i64,
}

impl Paces for Memory {
    fn sharer(&self, run: u32) -> Sharer {
        let (book, leases) = (self.book.clone(), self.leases.clone());
        Sharer::new(self.secret, move |host| {
            Ok(Box::new(MemoryShares { book: book.clone(), leases: leases.clone(), host, run }))
        })
    }
}

struct MemoryShares {
    book: Arc<Mutex<Book>>,
    leases: MemoryLeases,
    host: Key,
    run: u32,
}

impl MemoryShares {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, pace: &Pace) -> Known {
        let lives = |run: u32| run == self.run || self.leases.is_held(run);
        let (shares, dead): (Vec<Share>, Vec<Share>) = pace.shares.values().partition(|share| lives(share.run));
        let dead = dead.iter().map(|share| share.run).collect();
        Known { shares, dead, free_ms: pace.free_ms, hold_ms: pace.hold_ms }
    }
}

impl Shares for MemoryShares {
    fn run(&self) -> u32 {
        self.run
    }

    fn look(&self) -> Result<Known, Error> {
        Ok(self.book().paces.get(&self.host).map_or_else(Known::default, |pace| self.known(pace)))
    }

    fn settle(&mut self, decide: &mut dyn FnMut(&Known) -> (Share, i64)) -> Result<Known, Error> {
        let mut book = self.book();
        let pace = book.paces.entry(self.host).or_default();
        let known = self.known(pace);
        let (own, free_ms) = decide(&known);
        pace.shares.retain(|run, _| !known.dead.contains(run));
        pace.shares.insert(own.run, own);
        pace.free_ms = free_ms;
        Ok(self.known(pace))
    }

    fn hold(&mut self, until_ms: i64) -> Result<(), Error> {
        let mut book = self.book();
        let longest = book.keeps(Flaw::PauseCutShort);
        let pace = book.paces.entry(self.host).or_default();
        pace.hold_ms = if longest { pace.hold_ms.max(until_ms) } else { until_ms };
        Ok(())
    }

    fn leave(&mut self, free_ms: i64) -> Result<(), Error> {
        let mut book = self.book();
        let pace = book.paces.entry(self.host).or_default();
        pace.shares.remove(&self.run);
        pace.free_ms = pace.free_ms.max(free_ms);
        Ok(())
    }
}
