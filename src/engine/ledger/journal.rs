//! The ledger while rows are sent: one thread that commits intents and outcomes in groups.
//!
//! The thread takes what has gathered, commits it in one transaction and only then acknowledges.
//! Messages are committed in the order in which they were handed over: an intent that follows an
//! outcome is never durable without it, so at most as many rows are open as are in flight.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::entry::State;
use super::error::Error;
use super::handle::Ledger;
use super::lease::{Held, Watched};
use super::step::{Opening, Receipt, Step};

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
    lease: Watched,
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
        let member = Member { run: held.run(), lease: held.watched(), receipts };
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
            self.look_after(&receipts);
            self.acknowledge(receipts);
        }
        self.ledger.rest();
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

    /// No run gives its lease up within a group.
    fn commit(&self, group: Vec<Step>) -> Vec<Receipt> {
        let held: Vec<Held> = self.members.iter().filter_map(|member| member.lease.held()).collect();
        self.ledger.commit(group, &held)
    }

    /// A row that waits behind one whose process is dead would wait for ever: nobody else may be there to find out.
    fn look_after(&self, receipts: &[Receipt]) {
        let mut runs: Vec<u32> = receipts.iter().filter_map(waits_for).collect();
        runs.sort_unstable();
        runs.dedup();
        for run in runs {
            // If it cannot be found out now, the row is tried again, and so is this.
            let _ = self.ledger.recover(run);
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
            by_run.entry(receipt.run()).or_default().push(receipt);
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
