//! The ledger while rows are sent: one thread that commits intents and outcomes in groups.
//!
//! The thread takes what has gathered, commits it in one transaction and only then acknowledges.
//! Messages are committed in the order in which they were handed over: an intent that follows an
//! outcome is never durable without it, so at most as many rows are open as are in flight.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::mpsc;

use super::attempt;
use super::entry::{Error, State};
use super::failure::Failure;
use super::mark;
use super::run_lock::Held;
use super::sqlite::{Ledger, drop_ballast};
use super::step::{Kept, Opening, Receipt, Step};
use super::watch::{Found, Watched};
use crate::fail;

/// Messages in one transaction at most.
pub(super) const GROUP: usize = 512;

/// Receipts, a group of them at a time; ends if the writer is gone.
pub type Receipts = mpsc::UnboundedReceiver<Vec<Receipt>>;

/// The ledger's writing end, for all runs of a process: what they hand over shares its commits.
pub struct Journal {
    sender: Sender<Message>,
    thread: JoinHandle<Ledger>,
}

enum Message {
    /// A run begins to hand steps over.
    Join(Member),
    Step(Step),
    Stop,
}

/// A run that is being sent.
struct Member {
    run: u32,
    lock: Watched,
    receipts: mpsc::UnboundedSender<Vec<Receipt>>,
}

/// Where one run hands its steps over.
#[derive(Clone)]
pub struct Hand {
    sender: Sender<Message>,
}

impl Hand {
    /// Hands a step over. Its receipt comes when it is durable, or is not going to be.
    pub fn hand(&self, step: Step) {
        // A thread that is gone ends the receipts, and their reader sees that.
        let _ = self.sender.send(Message::Step(step));
    }
}

impl Journal {
    /// Hands the ledger to its thread.
    pub fn start(ledger: Ledger) -> Result<Self, Error> {
        let (sender, messages) = channel();
        let thread =
            std::thread::Builder::new().name("ledger".to_owned()).spawn(move || Writer::new(ledger).run(&messages))?;
        Ok(Self { sender, thread })
    }

    /// Lets a run hand over steps. Only who holds a run may.
    pub fn join(&self, held: &Held) -> (Hand, Receipts) {
        let (receipts, received) = mpsc::unbounded_channel();
        let member = Member { run: held.run(), lock: held.watched().clone(), receipts };
        let _ = self.sender.send(Message::Join(member));
        (Hand { sender: self.sender.clone() }, received)
    }

    /// Waits until all that was handed over is committed, and gives the ledger back.
    ///
    /// # Errors
    /// The thread panicked.
    pub fn stop(self) -> Result<Ledger, Error> {
        let _ = self.sender.send(Message::Stop);
        self.thread.join().map_err(|_| Error::Unfit("its writer ended unexpectedly".to_owned()))
    }
}

/// The thread that writes.
struct Writer {
    ledger: Ledger,
    members: Vec<Member>,
    /// What was handed over and is not committed yet.
    group: Vec<Step>,
    stops: bool,
}

impl Writer {
    fn new(ledger: Ledger) -> Self {
        Self { ledger, members: Vec::new(), group: Vec::new(), stops: false }
    }

    fn run(mut self, messages: &Receiver<Message>) -> Ledger {
        while !self.stops
            && let Ok(first) = messages.recv()
        {
            self.take(first);
            while self.group.len() < GROUP
                && !self.stops
                && let Ok(next) = messages.try_recv()
            {
                self.take(next);
            }
            if self.group.is_empty() {
                continue;
            }
            let group = std::mem::take(&mut self.group);
            let receipts = self.commit(group);
            self.ledger.leave_mark();
            self.look_after(&receipts);
            self.acknowledge(receipts);
        }
        self.ledger.sync_marks();
        self.ledger
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Join(member) => {
                self.members.retain(|known| known.run != member.run && !known.receipts.is_closed());
                self.members.push(member);
            }
            Message::Step(step) => self.group.push(step),
            Message::Stop => self.stops = true,
        }
    }

    /// A run whose lock file is gone could be taken for dead: it opens nothing more.
    fn commit(&self, group: Vec<Step>) -> Vec<Receipt> {
        let gone: Vec<u32> = self.members.iter().filter(|m| !m.lock.is_there()).map(|member| member.run).collect();
        let is_refused = |step: &Step| matches!(step, Step::Open(intent) if gone.contains(&intent.grant.id.run));
        let (refused, group): (Vec<Step>, Vec<Step>) = group.into_iter().partition(is_refused);
        let mut receipts = commit(&self.ledger, group);
        receipts.extend(refused.into_iter().map(|step| failed(step, &Failure::LockGone)));
        receipts
    }

    /// A row that waits behind one whose process is dead would wait for ever: nobody else may be there to find out.
    fn look_after(&self, receipts: &[Receipt]) {
        let mut runs: Vec<u32> = receipts.iter().filter_map(waits_for).collect();
        runs.sort_unstable();
        runs.dedup();
        for run in runs {
            // If it cannot be found out now, the row is tried again, and so is this.
            let _ = self.ledger.recover_run(run);
        }
    }

    /// Whoever waits for receipts may be gone; what was handed over is written all the same.
    fn acknowledge(&self, receipts: Vec<Receipt>) {
        if let [only] = self.members.as_slice() {
            let _ = only.receipts.send(receipts);
            return;
        }
        let mut by_run: BTreeMap<u32, Vec<Receipt>> = BTreeMap::new();
        for receipt in receipts {
            by_run.entry(run_of(&receipt)).or_default().push(receipt);
        }
        for member in &self.members {
            if let Some(receipts) = by_run.remove(&member.run) {
                let _ = member.receipts.send(receipts);
            }
        }
    }
}

/// The run that another row waits for.
fn waits_for(receipt: &Receipt) -> Option<u32> {
    match receipt {
        Receipt::Opened(intent, Opening::Waits { behind: id } | Opening::Held { by: id, state: State::Sending })
            if id.run != intent.grant.id.run =>
        {
            Some(id.run)
        }
        _ => None,
    }
}

fn run_of(receipt: &Receipt) -> u32 {
    match receipt {
        Receipt::Opened(intent, _) => intent.grant.id.run,
        Receipt::Settled(grant, ..) | Receipt::Withdrawn(grant, _) => grant.id.run,
    }
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
