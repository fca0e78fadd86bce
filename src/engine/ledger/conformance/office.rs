//! The people of a scene: one ledger, and those who work on it.

use sha2::{Digest as _, Sha256};

use super::Opens;
use crate::identity::Server;
use crate::keyed::Key;
use crate::ledger::{
    Begun, Destination, EntryId, Grant, Held, Intent, Kept, Ledger, Opening, Reach, Receipt, RunSpec, Settlement,
    State, Step,
};
use crate::outcome::{ApiError, Tally};
use crate::row::Place;
use crate::uptime::Uptime;

/// The time of all scenes: milliseconds since 1970-01-01 UTC.
pub const NOW_MS: i64 = 1_000_000_000;

/// When all intents are made, by the clock that nobody sets.
pub const OPENED: Uptime = Uptime { boot: 1, ms: 1_000 };

/// When nothing of any attempt can arrive any more.
pub const MUCH_LATER: Uptime = Uptime { boot: 1, ms: 10_000_000 };

/// The server of all runs, unless a scene says otherwise.
pub const SERVER: &str = "https://things.example";

/// One ledger, and those who work on it.
pub struct Office {
    pub opens: Opens,
}

impl Office {
    /// A process that sends a new run.
    pub fn run(&self, name: &str) -> Clerk {
        self.run_at(name, SERVER)
    }

    /// A process that sends a new run to this address.
    pub fn run_at(&self, name: &str, address: &str) -> Clerk {
        let ledger = self.open();
        let server = ledger.note_server(&Server::of(address), false).unwrap();
        let Begun::New(run) = ledger.begin(spec(name)).unwrap() else { panic!("{name} was begun before") };
        let held = ledger.hold(run.number).unwrap();
        Clerk { run: run.number, server, held, ledger, attempts: 0 }
    }

    /// Somebody who looks, resolves, or comes later.
    pub fn open(&self) -> Ledger {
        (self.opens)()
    }
}

/// One process that sends one run.
pub struct Clerk {
    pub run: u32,
    pub server: u32,
    pub held: Held,
    pub ledger: Ledger,
    attempts: u64,
}

impl Clerk {
    /// The next attempt of a row with a key and a device of its own.
    pub fn row(&mut self, ordinal: u32) -> Intent {
        self.attempts += 1;
        let own = |what: &str| key(&format!("{what} {} {ordinal}", self.run));
        Intent {
            grant: Grant { id: self.id(ordinal), nonce: (u64::from(self.run) << 32) | self.attempts },
            place: Place { sheet: 0, row: ordinal + 2 },
            key: own("key"),
            body: None,
            order: Some(own("device")),
            first: None,
            server: Some(self.server),
            at_ms: NOW_MS,
            opened: OPENED,
            may_repeat: false,
            reach: Reach::ALL,
        }
    }

    pub fn id(&self, ordinal: u32) -> EntryId {
        EntryId { run: self.run, ordinal }
    }

    /// Makes steps durable under the run's lease.
    pub fn commit(&self, group: Vec<Step>) -> Vec<Receipt> {
        self.ledger.commit(group, std::slice::from_ref(&self.held))
    }

    pub fn open(&self, intent: Intent) -> Opening {
        opening_of(self.commit(vec![Step::Open(intent)]), intent.grant)
    }

    pub fn settle(&self, intent: Intent, state: State) -> Kept {
        kept(self.commit(vec![Step::Settle(intent.grant, Box::new(ended(state)))]))
    }

    pub fn withdraw(&self, intent: Intent) -> Kept {
        kept(self.commit(vec![Step::Withdraw(intent.grant)]))
    }

    /// Sends a row to its end.
    #[track_caller]
    pub fn send(&self, intent: Intent, state: State) {
        assert_granted(&self.open(intent));
        assert_eq!(self.settle(intent, state), Kept::Durable);
    }

    /// Sends row 0, 1, 2 … to these ends.
    #[track_caller]
    pub fn send_all(&mut self, states: &[State]) {
        for (ordinal, state) in (0..).zip(states) {
            let row = self.row(ordinal);
            self.send(row, *state);
        }
    }

    /// Where a row stands, if it stands in the ledger.
    pub fn state(&self, ordinal: u32) -> Option<State> {
        self.ledger.entry(self.id(ordinal)).unwrap().map(|entry| entry.state)
    }

    /// Where the rows of the run stand.
    pub fn states(&self) -> Vec<State> {
        self.ledger.page(self.run, 0).unwrap().iter().map(|entry| entry.state).collect()
    }

    /// Ends the run, and the process with it.
    pub fn finish(self) {
        self.ledger.close(self.run, true, &Tally::of_rows(10), Some("/out.xlsx"), NOW_MS).unwrap();
    }
}

/// What the receipts say of one intent: a store may give them in any order.
#[track_caller]
pub fn opening_of(receipts: Vec<Receipt>, grant: Grant) -> Opening {
    let mut openings = receipts.into_iter().filter_map(|receipt| match receipt {
        Receipt::Opened(intent, opening) if intent.grant == grant => Some(opening),
        _ => None,
    });
    openings.next().expect("each step has a receipt")
}

/// What the only receipt says of an outcome or a withdrawal.
#[track_caller]
pub fn kept(mut receipts: Vec<Receipt>) -> Kept {
    match receipts.pop() {
        Some(Receipt::Settled(_, _, kept) | Receipt::Withdrawn(_, kept)) => kept,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub fn assert_granted(opening: &Opening) {
    assert!(matches!(opening, Opening::Granted { .. }), "not granted: {opening:?}");
}

pub fn key(what: &str) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(what)[..16]);
    Key(key)
}

/// An outcome: what is done has an id, and what is not has a code.
pub fn ended(state: State) -> Settlement {
    let id = (state == State::Done).then(|| serde_json::json!(1001));
    let error = ApiError { code: Some("E1".to_owned()), ..ApiError::default() };
    let error = (!matches!(state, State::Done | State::DoneWithoutId)).then(|| error.into());
    Settlement { state, http_status: Some(200), id, error }
}

pub fn spec(name: &str) -> RunSpec {
    RunSpec {
        name: name.to_owned(),
        signature: Sha256::digest(name).into(),
        again: 0,
        file: format!("{name}.csv"),
        sha256: format!("hash of {name}"),
        destinations: vec![Destination { operation: "t/make".to_owned(), address: SERVER.to_owned(), endpoint: None }],
        recipe: "{}".to_owned(),
        rows: 10,
        started_ms: NOW_MS,
        sheets: vec!["Sheet".to_owned()],
    }
}
