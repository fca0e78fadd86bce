//! Groups of steps: each is one transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::watch::Found;
use super::{Sqlite, attempt, drop_ballast, mark};
use crate::fail;
use crate::ledger::error::Error;
use crate::ledger::failure::Failure;
use crate::ledger::lease::Held;
use crate::ledger::step::{Receipt, Step};
use crate::ledger::store::Attempts;

impl Attempts for Sqlite {
    /// A run whose lock file is gone could be taken for dead: it opens nothing more.
    fn commit(&self, group: Vec<Step>, held: &[Held]) -> Vec<Receipt> {
        let kept: Vec<u32> = held.iter().filter(|held| held.is_kept()).map(Held::run).collect();
        let may_go = |step: &Step| !matches!(step, Step::Open(intent) if !kept.contains(&intent.grant.id.run));
        let (group, refused): (Vec<Step>, Vec<Step>) = group.into_iter().partition(may_go);
        let mut receipts = commit(self, group);
        receipts.extend(refused.into_iter().map(|step| step.failed(&Failure::LockGone)));
        self.leave_mark();
        receipts
    }

    fn rest(&self) {
        self.marks.borrow().sync();
    }
}

/// Commits a group, if the ledger is still the file that was opened. Else no intent is written, for another run may be
/// at work in its place; outcomes are, and where the file is gone they are told as not kept all the same.
fn commit(ledger: &Sqlite, group: Vec<Step>) -> Vec<Receipt> {
    let why = match ledger.found() {
        Found::AsOpened => return kept(ledger, group),
        Found::LockGone => Failure::LockGone,
        Found::LedgerGone => Failure::Gone,
    };
    let (intents, outcomes): (Vec<Step>, Vec<Step>) = group.into_iter().partition(|step| matches!(step, Step::Open(_)));
    let mut receipts = kept(ledger, outcomes);
    if why == Failure::Gone {
        receipts = receipts.into_iter().map(|receipt| receipt.into_step().failed(&why)).collect();
    }
    receipts.extend(intents.into_iter().map(|step| step.failed(&why)));
    receipts
}

/// Commits a group. Where the disk is full, the ballast makes room for the outcomes, which are in nobody
/// else's memory: all of them at once, or else each that can be. The intents fail, and nothing is sent for them.
fn kept(ledger: &Sqlite, group: Vec<Step>) -> Vec<Receipt> {
    let connection = &ledger.connection;
    let why = match tried(connection, &group) {
        Ok(receipts) => return receipts,
        Err(why) => why,
    };
    drop_ballast(&ledger.path);
    let outcomes: Vec<Step> = group.iter().filter(|step| matches!(step, Step::Settle(..))).cloned().collect();
    let mut saved = tried(connection, &outcomes).unwrap_or_default().into_iter();
    let receipt = |step: Step| match step {
        Step::Open(_) | Step::Withdraw(_) => step.failed(&why),
        Step::Settle(..) => saved.next().unwrap_or_else(|| alone(connection, step)),
    };
    group.into_iter().map(receipt).collect()
}

fn alone(connection: &Connection, step: Step) -> Receipt {
    let group = [step];
    let receipts = tried(connection, &group);
    let [step] = group;
    receipts.map_or_else(|why| step.clone().failed(&why), |mut receipts| receipts.remove(0))
}

/// A fault of our own over one step must not take the answers of the others with it: it is an error of the group.
fn tried(connection: &Connection, steps: &[Step]) -> Result<Vec<Receipt>, Failure> {
    match catch_unwind(AssertUnwindSafe(|| apply(connection, steps))) {
        Ok(applied) => applied.map_err(|error| Failure::from(&error)),
        Err(_) => Err(Failure::Writer),
    }
}

/// Applies a group in one transaction. The transaction holds the write lock from its first statement on, so what a step
/// reads of other rows still holds when the group is committed.
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
