//! The ledger while rows are sent: one thread that commits intents and outcomes in groups.
//!
//! The thread takes what has gathered, commits it in one transaction and only then acknowledges.
//! Messages are committed in the order in which they were handed over: an intent that follows an
//! outcome is never durable without it, so at most as many rows are open as are in flight.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, params};
use tokio::sync::mpsc;

use super::entry::{EntryId, Error, Settlement, State};
use super::mark;
use super::sqlite::{Ledger, drop_ballast};
use super::watch::{Found, GONE, LOCK_GONE};
use crate::fail;
use crate::keyed::Key;
use crate::row::Place;

/// Messages in one transaction at most.
pub(super) const GROUP: usize = 512;

/// What is about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Intent {
    pub ordinal: u32,
    pub place: Place,
    pub key: Key,
    /// The key of the body, where `key` is that of a rule.
    pub body: Option<Key>,
    pub order: Option<Key>,
    /// Of several equal rows that are all meant: the key of the first, for a later one.
    pub first: Option<Key>,
    /// The number of the server that it goes to.
    pub server: Option<u32>,
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The row may go even where an earlier attempt may have been carried out: doing it twice is doing it once,
    /// or the server refuses the second.
    pub may_repeat: bool,
}

/// What is handed over.
#[derive(Debug, Clone)]
pub enum Step {
    /// Opens an attempt. The request may leave when this is durable, and not before.
    Open(Intent),
    /// Closes an attempt.
    Settle(u32, Box<Settlement>),
    /// Takes an intent back whose request did not leave: as if the attempt had not been opened.
    Withdraw(u32),
}

/// What became of a step: durable, or why not.
#[derive(Debug)]
pub struct Receipt {
    pub step: Step,
    pub durable: Result<(), String>,
}

/// Receipts, a group of them at a time; ends if the writer is gone.
pub type Receipts = mpsc::UnboundedReceiver<Vec<Receipt>>;

/// The ledger's writing end for one run.
pub struct Journal {
    sender: Sender<Step>,
    thread: JoinHandle<Ledger>,
}

impl Journal {
    /// Hands the ledger to its thread.
    pub fn start(ledger: Ledger, run: u32) -> Result<(Self, Receipts), Error> {
        let (sender, steps) = channel();
        let (acknowledge, receipts) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || write(ledger, run, &steps, &acknowledge))?;
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

fn write(
    mut ledger: Ledger,
    run: u32,
    steps: &Receiver<Step>,
    acknowledge: &mpsc::UnboundedSender<Vec<Receipt>>,
) -> Ledger {
    while let Ok(first) = steps.recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = steps.try_recv()
        {
            group.push(next);
        }
        let receipts = commit(&ledger, run, group);
        ledger.leave_mark();
        // Whoever waits for receipts may be gone; what was handed over is written all the same.
        let _ = acknowledge.send(receipts);
    }
    ledger.sync_marks();
    ledger
}

/// Commits a group, if the ledger is still the file that was opened. Else no intent is written, for another run may be
/// at work in its place; outcomes are, and where the file is gone they are told as not kept all the same.
pub(super) fn commit(ledger: &Ledger, run: u32, group: Vec<Step>) -> Vec<Receipt> {
    let why = match ledger.found() {
        Found::AsOpened => return kept(ledger, run, group),
        Found::LockGone => LOCK_GONE,
        Found::LedgerGone => GONE,
    };
    let (intents, outcomes): (Vec<Step>, Vec<Step>) = group.into_iter().partition(|step| matches!(step, Step::Open(_)));
    let refused = |step| Receipt { step, durable: Err(why.to_owned()) };
    let is_gone = why == GONE;
    let told = |receipt: Receipt| if is_gone { refused(receipt.step) } else { receipt };
    let mut receipts: Vec<Receipt> = kept(ledger, run, outcomes).into_iter().map(told).collect();
    receipts.extend(intents.into_iter().map(refused));
    receipts
}

/// Commits a group. Where the disk is full, the ballast makes room for the outcomes, which are in nobody
/// else's memory: all of them at once, or else each that can be. The intents fail, and nothing is sent for them.
fn kept(ledger: &Ledger, run: u32, group: Vec<Step>) -> Vec<Receipt> {
    let connection = &ledger.connection;
    let answers = match tried(connection, run, &mut group.iter()) {
        Ok(answers) => answers,
        Err(error) => {
            drop_ballast(&ledger.path);
            let is_outcome = |step: &&Step| matches!(step, Step::Settle(..));
            let together = tried(connection, run, &mut group.iter().filter(is_outcome));
            let mut saved = together.unwrap_or_default().into_iter();
            let answer = |step: &Step| match step {
                Step::Open(_) | Step::Withdraw(_) => Err(error.clone()),
                Step::Settle(..) => saved.next().unwrap_or_else(|| alone(connection, run, step)),
            };
            group.iter().map(answer).collect()
        }
    };
    group.into_iter().zip(answers).map(|(step, durable)| Receipt { step, durable }).collect()
}

fn alone(connection: &Connection, run: u32, step: &Step) -> Result<(), String> {
    tried(connection, run, &mut std::iter::once(step))?.remove(0)
}

/// A fault of our own over one step must not take the answers of the others with it: it is an error of the group.
fn tried(
    connection: &Connection,
    run: u32,
    steps: &mut dyn Iterator<Item = &'_ Step>,
) -> Result<Vec<Result<(), String>>, String> {
    match catch_unwind(AssertUnwindSafe(|| apply(connection, run, steps))) {
        Ok(applied) => applied.map_err(|error| error.to_string()),
        Err(_) => Err("its writer failed unexpectedly".to_owned()),
    }
}

fn apply(
    connection: &Connection,
    run: u32,
    steps: &mut dyn Iterator<Item = &'_ Step>,
) -> Result<Vec<Result<(), String>>, Error> {
    let transaction = connection.unchecked_transaction()?;
    let mut answers = Vec::new();
    let mut has = Kinds::default();
    for step in steps {
        has.note(step);
        answers.push(match step {
            Step::Open(intent) => open(&transaction, run, intent)?,
            Step::Settle(ordinal, settlement) => settle(&transaction, EntryId { run, ordinal: *ordinal }, settlement)?,
            Step::Withdraw(ordinal) => withdraw(&transaction, EntryId { run, ordinal: *ordinal })?,
        });
    }
    mark::advance(&transaction)?;
    has.committing();
    transaction.commit()?;
    has.committed();
    Ok(answers)
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

/// A row gets an attempt if it has none, or if all it had are proven to have done nothing, or may be repeated.
fn open(connection: &Connection, run: u32, intent: &Intent) -> Result<Result<(), String>, Error> {
    // A person's word was about the attempts before it, and not about one that is in doubt since.
    let mut statement = connection.prepare_cached(
        "INSERT INTO entry (id, sheet, row, key, order_key, first_key, state, attempts, sent_ms, body_key, server)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'sending', 1, ?7, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET doubt = doubt OR state = 'unknown',
             resolved = CASE WHEN state = 'unknown' THEN NULL ELSE resolved END, state = 'sending', attempts = attempts + 1,
             sent_ms = excluded.sent_ms, http_status = NULL, code = NULL, title = NULL, description = NULL
         WHERE state = 'pending' OR (state = 'unknown' AND ?8)",
    )?;
    let id = EntryId { run, ordinal: intent.ordinal };
    let changed = statement.execute(params![
        id.to_sql(),
        intent.place.sheet,
        intent.place.row,
        intent.key.0,
        intent.order.map(|key| key.0),
        intent.first.map(|key| key.0),
        intent.at_ms,
        intent.may_repeat,
        intent.body.map(|key| key.0),
        intent.server
    ])?;
    Ok(if changed == 1 { Ok(()) } else { Err(Error::AlreadySent.to_string()) })
}

fn settle(connection: &Connection, id: EntryId, settlement: &Settlement) -> Result<Result<(), String>, Error> {
    debug_assert!(!matches!(settlement.state, State::Sending | State::Duplicate));
    let mut statement = connection.prepare_cached(
        "UPDATE entry SET state = ?2, http_status = ?3, answer_id = ?4, code = ?5, title = ?6, description = ?7
         WHERE id = ?1 AND state = 'sending'",
    )?;
    let error = settlement.error.as_ref();
    let changed = statement.execute(params![
        id.to_sql(),
        settlement.state.as_str(),
        settlement.http_status,
        settlement.id.as_ref().map(ToString::to_string),
        error.and_then(|error| error.code.as_deref()),
        error.and_then(|error| error.title.as_deref()),
        error.and_then(|error| error.description.as_deref()),
    ])?;
    Ok(if changed == 1 { Ok(()) } else { Err("the row has no open attempt".to_owned()) })
}

fn withdraw(connection: &Connection, id: EntryId) -> Result<Result<(), String>, Error> {
    let first = "DELETE FROM entry WHERE id = ?1 AND state = 'sending' AND attempts = 1";
    // What was in doubt is so still.
    let later = "UPDATE entry SET state = CASE WHEN doubt AND resolved IS NULL THEN 'unknown' ELSE 'pending' END,
                     code = CASE WHEN doubt AND resolved IS NULL THEN 'interrupted' END, attempts = attempts - 1
                 WHERE id = ?1 AND state = 'sending'";
    let mut changed = connection.prepare_cached(first)?.execute([id.to_sql()])?;
    if changed == 0 {
        changed = connection.prepare_cached(later)?.execute([id.to_sql()])?;
    }
    Ok(if changed == 1 { Ok(()) } else { Err("the row has no open attempt".to_owned()) })
}
