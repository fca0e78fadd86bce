//! The ledger while rows are sent: one thread that commits intents and outcomes in groups.
//!
//! The thread takes what has gathered, commits it in one transaction and only then acknowledges.
//! Messages are committed in the order in which they were handed over: an intent that follows an
//! outcome is never durable without it, so at most as many rows are open as are in flight.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::mpsc;

use super::attempt;
use super::entry::Error;
use super::failure::Failure;
use super::mark;
use super::sqlite::{Ledger, drop_ballast};
use super::step::{Kept, Opening, Receipt, Step};
use super::watch::Found;
use crate::fail;

/// Messages in one transaction at most.
pub(super) const GROUP: usize = 512;

/// Receipts, a group of them at a time; ends if the writer is gone.
pub type Receipts = mpsc::UnboundedReceiver<Vec<Receipt>>;

/// The ledger's writing end.
pub struct Journal {
    sender: Sender<Step>,
    thread: JoinHandle<Ledger>,
}

impl Journal {
    /// Hands the ledger to its thread.
    pub fn start(ledger: Ledger) -> Result<(Self, Receipts), Error> {
        let (sender, steps) = channel();
        let (acknowledge, receipts) = mpsc::unbounded_channel();
        let thread =
            std::thread::Builder::new().name("ledger".to_owned()).spawn(move || write(ledger, &steps, &acknowledge))?;
        Ok((Self { sender, thread }, receipts))
    }

    /// Hands a step over. Its receipt comes when it is durable.
    pub fn hand(&self, step: Step) {
        // A thread that is gone ends the receipts, and their reader sees that.
        let _ = self.sender.send(step);
    }

    /// Waits for the last commit and gives the ledger back.
    ///
    /// # Errors
    /// The thread panicked.
    pub fn stop(self) -> Result<Ledger, Error> {
        drop(self.sender);
        self.thread.join().map_err(|_| Error::Unfit("its writer ended unexpectedly".to_owned()))
    }
}

fn write(mut ledger: Ledger, steps: &Receiver<Step>, acknowledge: &mpsc::UnboundedSender<Vec<Receipt>>) -> Ledger {
    while let Ok(first) = steps.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = steps.try_recv()
        {
            group.push(next);
        }
        let receipts = commit(&ledger, group);
        ledger.leave_mark();
        // Whoever waits for receipts may be gone; what was handed over is written all the same.
        let _ = acknowledge.send(receipts);
    }
    ledger.sync_marks();
    ledger
}

/// Commits a group, if the ledger is still the file that was opened. Else no intent is written, for another run may be
/// at work in its place; outcomes are, and where the file is gone they are told as not kept all the same.
pub(super) fn commit(ledger: &Ledger, group: Vec<Step>) -> Vec<Receipt> {
    let why = match ledger.found() {
        Found::AsOpened => return kept(ledger, group),
        Found::LockGone => Failure::LockGone,
        Found::LedgerGone => Failure::Gone,
    };
    let (intents, outcomes): (Vec<Step>, Vec<Step>) = group.into_iter().partition(|step| matches!(step, Step::Open(_)));
    let mut receipts = kept(ledger, outcomes);
    if why == Failure::Gone {
        receipts = receipts.into_iter().map(|receipt| failed(step_of(receipt), &why)).collect();
    }
    receipts.extend(intents.into_iter().map(|step| failed(step, &why)));
    receipts
}

/// Commits a group. Where the disk is full, the ballast makes room for the outcomes, which are in nobody
/// else's memory: all of them at once, or else each that can be. The intents fail, and nothing is sent for them.
fn kept(ledger: &Ledger, group: Vec<Step>) -> Vec<Receipt> {
    let connection = &ledger.connection;
    let why = match tried(connection, &group) {
        Ok(receipts) => return receipts,
        Err(why) => why,
    };
    drop_ballast(&ledger.path);
    let outcomes: Vec<Step> = group.iter().filter(|step| matches!(step, Step::Settle(..))).cloned().collect();
    let mut saved = tried(connection, &outcomes).unwrap_or_default().into_iter();
    let receipt = |step: Step| match step {
        Step::Open(_) | Step::Withdraw(_) => failed(step, &why),
        Step::Settle(..) => saved.next().unwrap_or_else(|| alone(connection, step)),
    };
    group.into_iter().map(receipt).collect()
}

fn alone(connection: &Connection, step: Step) -> Receipt {
    let group = [step];
    let receipts = tried(connection, &group);
    let [step] = group;
    receipts.map_or_else(|why| failed(step.clone(), &why), |mut receipts| receipts.remove(0))
}

fn failed(step: Step, why: &Failure) -> Receipt {
    match step {
        Step::Open(intent) => Receipt::Opened(intent, Opening::Failed(why.clone())),
        Step::Settle(grant, settlement) => Receipt::Settled(grant, settlement, Kept::Failed(why.clone())),
        Step::Withdraw(grant) => Receipt::Withdrawn(grant, Kept::Failed(why.clone())),
    }
}

fn step_of(receipt: Receipt) -> Step {
    match receipt {
        Receipt::Opened(intent, _) => Step::Open(intent),
        Receipt::Settled(grant, settlement, _) => Step::Settle(grant, settlement),
        Receipt::Withdrawn(grant, _) => Step::Withdraw(grant),
    }
}

/// A fault of our own over one step must not take the answers of the others with it: it is an error of the group.
fn tried(connection: &Connection, steps: &[Step]) -> Result<Vec<Receipt>, Failure> {
    match catch_unwind(AssertUnwindSafe(|| apply(connection, steps))) {
        Ok(applied) => applied.map_err(|error| Failure::from(&error)),
        Err(_) => Err(Failure::Writer),
    }
}

/// Applies a group in one transaction that holds the ledger's write lock from its first statement on: what a step finds
/// out about other rows is still so when the group is committed, whoever else writes.
fn apply(connection: &Connection, steps: &[Step]) -> Result<Vec<Receipt>, Error> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let mut receipts = Vec::with_capacity(steps.len());
    let mut has = Kinds::default();
    for step in steps {
        has.note(step);
        receipts.push(match step {
            Step::Open(intent) => Receipt::Opened(*intent, attempt::open(&transaction, intent)?),
            Step::Settle(grant, settlement) => {
                let kept = attempt::settle(&transaction, *grant, settlement)?;
                Receipt::Settled(*grant, settlement.clone(), kept)
            }
            Step::Withdraw(grant) => Receipt::Withdrawn(*grant, attempt::withdraw(&transaction, *grant)?),
        });
    }
    mark::advance(&transaction)?;
    has.committing();
    transaction.commit()?;
    has.committed();
    Ok(receipts)
}

/// What a group is made of, for the fail points around its commit.
#[derive(Default)]
struct Kinds {
    intents: bool,
    outcomes: bool,
    withdrawals: bool,
}

impl Kinds {
    fn note(&mut self, step: &Step) {
        match step {
            Step::Open(_) => self.intents = true,
            Step::Settle(..) => self.outcomes = true,
            Step::Withdraw(_) => self.withdrawals = true,
        }
    }

    fn committing(&self) {
        if self.intents {
            fail::point("intents-committing");
        }
        if self.outcomes {
            fail::point("outcomes-committing");
        }
        if self.withdrawals {
            fail::point("withdrawals-committing");
        }
    }

    fn committed(&self) {
        if self.intents {
            fail::point("intents-committed");
        }
        if self.outcomes {
            fail::point("outcomes-committed");
        }
        if self.withdrawals {
            fail::point("withdrawals-committed");
        }
    }
}
