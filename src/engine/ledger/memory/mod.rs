//! A ledger in memory: every rule of a store, written down the plain way.
//!
//! It lasts as long as somebody has it open, and knows no disk. Tests put it in place of a file, and the conformance
//! suite is tried on it: it breaks a promise on purpose where a [`Flaw`] says so.

mod attempts;
mod book;
mod claims;
mod decisions;
mod flaw;
mod leases;
mod paces;
mod rows;
mod runs;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::Error;
use super::failure::Failure;
use super::lease::Held;
use super::step::{Receipt, Step};
use super::store::{Attempts, Leases, Store};
use book::Book;

pub use flaw::Flaw;
pub use leases::MemoryLeases;

/// A ledger in memory, as one process has it open.
pub struct Memory {
    book: Arc<Mutex<Book>>,
    leases: MemoryLeases,
    secret: [u8; 32],
    recovered: u64,
}

impl Memory {
    /// A new ledger.
    pub fn new() -> Self {
        Self::with(Book::default())
    }

    /// A new ledger that breaks a promise.
    pub fn flawed(flaw: Flaw) -> Self {
        Self::with(Book { flaw: Some(flaw), ..Book::default() })
    }

    fn with(book: Book) -> Self {
        Self { book: Arc::new(Mutex::new(book)), leases: MemoryLeases::default(), secret: [7; 32], recovered: 0 }
    }

    /// Opens the same ledger for another process.
    pub fn open(&self) -> Self {
        let mut opened = Self { book: self.book.clone(), leases: self.leases.clone(), ..*self };
        opened.recovered = {
            let mut book = opened.book();
            let mut runs: Vec<u32> = book.rows.keys().map(|id| id.run).collect();
            runs.dedup();
            let spares_the_living = book.keeps(Flaw::LivingTakenForDead);
            let is_dead = |run: &u32| !(spares_the_living && opened.leases.is_held(*run));
            runs.into_iter().filter(is_dead).map(|run| book.interrupt(run)).sum()
        };
        opened
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for Memory {
    fn path(&self) -> &Path {
        Path::new(":memory:")
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn save_what_is_gone(&self, _: &str) -> Result<Option<PathBuf>, Error> {
        Ok(None)
    }
}

impl Attempts for Memory {
    fn commit(&self, group: Vec<Step>, held: &[Held]) -> Vec<Receipt> {
        let mut book = self.book();
        let may_open = |run| held.iter().any(|held| held.run() == run && held.is_kept());
        let carry_out = |step| match step {
            Step::Open(intent) if book.keeps(Flaw::LeaseNotAsked) && !may_open(intent.grant.id.run) => {
                step.failed(&Failure::LockGone)
            }
            Step::Open(intent) => Receipt::Opened(intent, book.open(&intent)),
            Step::Settle(grant, settlement) => {
                let kept = book.settle(grant, &settlement);
                Receipt::Settled(grant, settlement, kept)
            }
            Step::Withdraw(grant) => Receipt::Withdrawn(grant, book.withdraw(grant)),
        };
        group.into_iter().map(carry_out).collect()
    }
}

impl Leases for Memory {
    fn hold(&self, run: u32) -> Result<Held, Error> {
        let held = if self.book().keeps(Flaw::LeaseNotHeld) {
            self.leases.take(run)
        } else {
            MemoryLeases::default().take(run)
        };
        let held = held.ok_or(Error::UnderWay)?;
        self.book().interrupt(run);
        Ok(held)
    }

    fn is_under_way(&self, run: u32) -> bool {
        self.leases.is_held(run)
    }

    fn recover(&self, run: u32) -> Result<u64, Error> {
        Ok(match self.leases.take(run) {
            Some(_held) => self.book().interrupt(run),
            None => 0,
        })
    }

    fn recovered(&self) -> u64 {
        self.recovered
    }
}
