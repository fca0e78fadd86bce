//! What the ledger promises, asked of a real file.

mod alike;
mod attempts;
mod conformance;
mod decisions;
mod file;
mod groups;
mod queries;
mod runs;
mod shared;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::identity::Endpoint;
use crate::keyed::Key;
use crate::outcome::{ApiError, Tally};
use crate::row::Place;
use crate::uptime::Uptime;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("ledger.db")
    }

    fn open(&self) -> Ledger {
        Ledger::open(&self.path()).unwrap()
    }

    /// What another process sees.
    fn look(&self) -> Ledger {
        Ledger::look(&self.path()).unwrap()
    }
}

fn destination() -> Destination {
    Destination {
        operation: "t/make".to_owned(),
        address: "https://things.example".to_owned(),
        endpoint: Some(Endpoint { method: "POST".to_owned(), path: "/things".to_owned() }),
    }
}

fn begin(ledger: &Ledger, name: &str) -> u32 {
    let spec = RunSpec {
        name: name.to_owned(),
        signature: Sha256::digest(name).into(),
        again: 0,
        file: "list.csv".to_owned(),
        sha256: "00".to_owned(),
        destinations: vec![destination()],
        recipe: "{}".to_owned(),
        rows: 10,
        started_ms: 1_000,
        sheets: vec!["Sheet".to_owned()],
    };
    match ledger.begin(spec).unwrap() {
        Begun::New(run) => run.number,
        Begun::Joined(run) => panic!("run {run} is the same"),
    }
}

fn intent(run: u32, ordinal: u32) -> Intent {
    let place = Place { sheet: 0, row: ordinal + 2 };
    Intent {
        grant: grant(run, ordinal),
        place,
        key: key(run, ordinal),
        body: None,
        order: Some(key(run, ordinal.wrapping_add(100))),
        first: (ordinal == 1).then_some(Key([0; 16])),
        server: Some(1),
        at_ms: 5_000 + i64::from(ordinal),
        opened: Uptime { boot: 1, ms: 1_000 },
        may_repeat: false,
        reach: Reach::ALL,
    }
}

/// The key of a row: no two rows have the same.
fn key(run: u32, ordinal: u32) -> Key {
    let mut key = [ordinal as u8; 16];
    key[14] ^= (ordinal >> 8) as u8;
    key[15] ^= (run - 1) as u8;
    Key(key)
}

/// The only attempt of a row.
fn grant(run: u32, ordinal: u32) -> Grant {
    Grant { id: EntryId { run, ordinal }, nonce: 0 }
}

fn left_out(ordinal: u32, of: EntryId) -> LeftOut {
    let place = Place { sheet: 0, row: ordinal + 2 };
    LeftOut { ordinal, place, key: Key([ordinal as u8; 16]), of, doubt: None }
}

fn ended(state: State) -> Settlement {
    let id = (state == State::Done).then(|| json!(1001));
    let error = (state != State::Done).then(|| ApiError { code: Some("E".to_owned()), ..ApiError::default() }.into());
    Settlement { state, http_status: Some(200), id, error }
}

/// The journal of a run, one step at a time.
struct Hand {
    run: u32,
    /// The nonce of the latest attempt.
    nonce: u64,
    journal: Journal,
    held: Held,
    steps: super::Hand,
    receipts: Receipts,
}

impl Hand {
    fn start(ledger: Ledger, run: u32) -> Self {
        let held = ledger.hold(run).unwrap();
        let journal = Journal::start(ledger).unwrap();
        let (hand, receipts) = journal.join(&held);
        Self { run, nonce: 0, journal, held, steps: hand, receipts }
    }

    /// Opens an attempt under a nonce of its own; whether it was granted.
    fn open(&mut self, intent: Intent) -> bool {
        self.nonce += 1;
        let grant = Grant { nonce: self.nonce, ..intent.grant };
        let receipt = self.hand(Step::Open(Intent { grant, ..intent }));
        matches!(receipt, Receipt::Opened(_, Opening::Granted { .. }))
    }

    fn settle(&mut self, ordinal: u32, settlement: Settlement) -> Kept {
        kept(self.hand(Step::Settle(self.grant(ordinal), Box::new(settlement))))
    }

    fn withdraw(&mut self, ordinal: u32) -> Kept {
        kept(self.hand(Step::Withdraw(self.grant(ordinal))))
    }

    /// The attempt that was opened last, if it is that row's.
    fn grant(&self, ordinal: u32) -> Grant {
        Grant { id: EntryId { run: self.run, ordinal }, nonce: self.nonce }
    }

    fn hand(&mut self, step: Step) -> Receipt {
        self.steps.hand(step);
        self.receipts.blocking_recv().unwrap().pop().unwrap()
    }

    fn stop(self) -> Ledger {
        drop(self.held);
        self.journal.stop().unwrap()
    }
}

/// A lease that nobody contests, of a run that is not taken.
struct Uncontested(u32);

impl Lease for Uncontested {
    fn run(&self) -> u32 {
        self.0
    }

    fn is_kept(&self) -> bool {
        true
    }
}

/// Commits a group without a journal.
fn commit(ledger: &Ledger, group: Vec<Step>) -> Vec<Receipt> {
    let held: Vec<Held> = (1..10).map(|run| Held::of(Uncontested(run))).collect();
    ledger.commit(group, &held)
}

fn kept(receipt: Receipt) -> Kept {
    match receipt {
        Receipt::Settled(_, _, kept) | Receipt::Withdrawn(_, kept) => kept,
        Receipt::Opened(..) => panic!("{receipt:?}"),
    }
}

/// Whether a step was granted or kept.
fn is_durable(receipt: &Receipt) -> bool {
    match receipt {
        Receipt::Opened(_, opening) => matches!(opening, Opening::Granted { .. }),
        Receipt::Settled(_, _, kept) | Receipt::Withdrawn(_, kept) => *kept == Kept::Durable,
    }
}

/// Sends rows 0, 1, 2 … that end so, in a run of its own; `Sending` stays open.
fn send(ledger: Ledger, run: u32, states: &[State]) -> Ledger {
    let mut journal = Hand::start(ledger, run);
    for (ordinal, state) in (0..).zip(states) {
        assert!(journal.open(intent(run, ordinal)));
        if *state != State::Sending {
            assert_eq!(journal.settle(ordinal, ended(*state)), Kept::Durable);
        }
    }
    journal.stop()
}

fn states(ledger: &Ledger, run: u32) -> Vec<State> {
    ledger.page(run, 0).unwrap().iter().map(|entry| entry.state).collect()
}

fn close(ledger: &Ledger, run: u32, finished: bool, ended_ms: i64) {
    ledger.close(run, finished, &Tally::of_rows(10), Some("/out.xlsx"), ended_ms).unwrap();
}
