//! The ledger against a model of a hundred lines: whatever is asked of it in whatever order, a row never has
//! a second live attempt, and what was acknowledged is there after the process is gone.

use std::collections::BTreeMap;

use caseload_engine::keyed::Key;
use caseload_engine::ledger::{
    Begun, EntryId, Grant, Held, Intent, Journal, Kept, Ledger, Opening, Reach, Receipt, Resolution, RunSpec,
    Settlement, State, Step,
};
use caseload_engine::uptime::Uptime;
use caseload_sheet::row::Place;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use tempfile::TempDir;

const ROWS: u32 = 4;

/// The machine was started since every intent, so that every row is ripe.
const LATER_START: Uptime = Uptime { boot: 2, ms: 0 };

#[derive(Debug, Clone)]
enum Action {
    Open {
        row: u32,
        may_repeat: bool,
    },
    Settle {
        row: u32,
        state: State,
    },
    Withdraw {
        row: u32,
    },
    /// A person's word.
    Resolve {
        row: u32,
        done: bool,
    },
    ReopenRejected,
    /// The process ends without a word, and another one begins.
    Crash,
}

/// What the ledger should say of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    state: State,
    attempts: u32,
    /// An earlier attempt may have been carried out.
    doubt: bool,
    resolved: bool,
}

/// Which attempt of a row the ledger knows as its latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Latest {
    /// The one that was granted last.
    Granted,
    /// The same, taken for lost when its process had ended.
    Lost,
    /// It was taken back.
    Withdrawn,
}

#[derive(Debug, Clone, Default)]
struct Model {
    rows: BTreeMap<u32, Row>,
    latest: BTreeMap<u32, Latest>,
    /// Whether the latest action was one that the ledger may do.
    allowed: bool,
}

struct Rules;

impl ReferenceStateMachine for Rules {
    type State = Model;
    type Transition = Action;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::default()).boxed()
    }

    fn transitions(_: &Model) -> BoxedStrategy<Action> {
        let row = 0..ROWS;
        let ends = prop_oneof![
            Just(State::Done),
            Just(State::DoneWithoutId),
            Just(State::Rejected),
            Just(State::Unknown),
            Just(State::Pending)
        ];
        prop_oneof![
            6 => (row.clone(), any::<bool>()).prop_map(|(row, may_repeat)| Action::Open { row, may_repeat }),
            6 => (row.clone(), ends).prop_map(|(row, state)| Action::Settle { row, state }),
            2 => row.clone().prop_map(|row| Action::Withdraw { row }),
            2 => (row, any::<bool>()).prop_map(|(row, done)| Action::Resolve { row, done }),
            1 => Just(Action::ReopenRejected),
            1 => Just(Action::Crash),
        ]
        .boxed()
    }

    fn apply(mut model: Model, action: &Action) -> Model {
        model.allowed = model.step(action);
        model
    }
}

impl Model {
    fn step(&mut self, action: &Action) -> bool {
        match *action {
            Action::Open { row, may_repeat } => self.open(row, may_repeat),
            Action::Settle { row, state } => self.settle(row, state),
            Action::Withdraw { row } => self.withdraw(row),
            Action::Resolve { row, done } => {
                let Some(known) = self.rows.get_mut(&row) else { return false };
                // What the server called done is never sent again.
                if known.state != State::Unknown && (known.state != State::DoneWithoutId || !done) {
                    return false;
                }
                known.state = if done { State::Done } else { State::Pending };
                known.doubt = !done;
                known.resolved = true;
                true
            }
            Action::ReopenRejected => {
                self.rows
                    .values_mut()
                    .filter(|row| row.state == State::Rejected)
                    .for_each(|r| r.state = State::Pending);
                true
            }
            Action::Crash => {
                for (row, known) in self.rows.iter_mut().filter(|(_, known)| known.state == State::Sending) {
                    known.state = State::Unknown;
                    self.latest.insert(*row, Latest::Lost);
                }
                true
            }
        }
    }

    fn open(&mut self, row: u32, may_repeat: bool) -> bool {
        match self.rows.get_mut(&row) {
            None => {
                self.rows.insert(row, Row { state: State::Sending, attempts: 1, doubt: false, resolved: false });
            }
            Some(known) if known.state == State::Pending || (known.state == State::Unknown && may_repeat) => {
                if known.state == State::Unknown {
                    (known.doubt, known.resolved) = (true, false);
                }
                known.state = State::Sending;
                known.attempts += 1;
            }
            Some(_) => return false,
        }
        self.latest.insert(row, Latest::Granted);
        true
    }

    /// The answer to the latest attempt is what is known of the row, unless a person or the server said otherwise.
    fn settle(&mut self, row: u32, state: State) -> bool {
        let latest = self.latest.get(&row).copied();
        let Some(known) = self.rows.get_mut(&row).filter(|_| latest.is_some_and(|l| l != Latest::Withdrawn)) else {
            return false;
        };
        let is_open = matches!(known.state, State::Sending | State::Unknown | State::Pending);
        if is_open && (state != State::Unknown || known.state == State::Sending) {
            known.state = state;
            self.latest.insert(row, Latest::Granted);
            return true;
        }
        // The same again says nothing new.
        known.state == state
    }

    fn withdraw(&mut self, row: u32) -> bool {
        let latest = self.latest.get(&row).copied();
        let Some(known) = self.rows.get_mut(&row) else { return true };
        if latest == Some(Latest::Withdrawn) || known.state == State::Pending {
            return true;
        }
        let is_lost = known.state == State::Unknown && latest == Some(Latest::Lost);
        if known.state != State::Sending && !is_lost {
            return false;
        }
        self.latest.insert(row, Latest::Withdrawn);
        if known.attempts == 1 {
            self.rows.remove(&row);
            return true;
        }
        let still = known.doubt && !known.resolved;
        known.state = if still { State::Unknown } else { State::Pending };
        known.attempts -= 1;
        true
    }
}

/// The ledger on a disk, and a run in it.
struct OnDisk {
    folder: TempDir,
    ledger: Option<Ledger>,
    held: Option<Held>,
    run: u32,
    /// The nonce of each row's latest attempt, and the last that was drawn.
    nonce: [u64; ROWS as usize],
    drawn: u64,
}

impl OnDisk {
    fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().unwrap()
    }

    /// Hands a step to the journal and waits until it is durable, or refused.
    fn hand(&mut self, step: Step) -> bool {
        let journal = Journal::start(self.ledger.take().unwrap()).unwrap();
        let (hand, mut receipts) = journal.join(self.held.as_ref().unwrap());
        hand.hand(step);
        let receipt = receipts.blocking_recv().unwrap().remove(0);
        self.ledger = Some(journal.stop().unwrap());
        match receipt {
            Receipt::Opened(_, opening) => matches!(opening, Opening::Granted { .. }),
            Receipt::Settled(_, _, kept) | Receipt::Withdrawn(_, kept) => kept == Kept::Durable,
        }
    }

    /// The latest attempt of a row: each has a nonce of its own.
    fn grant(&self, row: u32) -> Grant {
        Grant { id: EntryId { run: self.run, ordinal: row }, nonce: self.nonce[row as usize] }
    }

    fn act(&mut self, action: &Action) -> bool {
        match *action {
            Action::Open { row, may_repeat } => {
                self.drawn += 1;
                let grant = Grant { nonce: self.drawn, ..self.grant(row) };
                let granted = self.hand(Step::Open(Intent { grant, ..intent(row, may_repeat) }));
                if granted {
                    self.nonce[row as usize] = self.drawn;
                }
                granted
            }
            Action::Settle { row, state } => {
                let settlement = Settlement { state, http_status: None, id: None, error: None };
                self.hand(Step::Settle(self.grant(row), Box::new(settlement)))
            }
            Action::Withdraw { row } => self.hand(Step::Withdraw(self.grant(row))),
            Action::Resolve { row, done } => {
                let id = EntryId { run: self.run, ordinal: row };
                let state = if done { State::Done } else { State::Pending };
                self.ledger().resolve(&[Resolution::new(id, state, None, "{}")], LATER_START).is_ok()
            }
            Action::ReopenRejected => self.ledger().reopen_rejected(self.run, None).is_ok(),
            Action::Crash => {
                (self.ledger, self.held) = (None, None);
                let ledger = reopened(&self.folder.path().join("l.db"));
                (self.held, self.ledger) = (Some(ledger.hold(self.run).unwrap()), Some(ledger));
                true
            }
        }
    }
}

impl StateMachineTest for OnDisk {
    type SystemUnderTest = OnDisk;
    type Reference = Rules;

    fn init_test(_: &Model) -> OnDisk {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("l.db")).unwrap();
        let Begun::New(run) = ledger.begin(spec()).unwrap() else { panic!("it is the first") };
        let run = run.number;
        OnDisk {
            folder,
            held: Some(ledger.hold(run).unwrap()),
            ledger: Some(ledger),
            run,
            nonce: [0; ROWS as usize],
            drawn: 0,
        }
    }

    fn apply(mut disk: OnDisk, model: &Model, action: Action) -> OnDisk {
        let done = disk.act(&action);
        assert_eq!(done, model.allowed, "{action:?} in {model:?}");
        disk
    }

    fn check_invariants(disk: &OnDisk, model: &Model) {
        let found = disk.ledger().page(disk.run, 0).unwrap();
        let settled = disk.ledger().settled(disk.run, ROWS).unwrap();
        let found: BTreeMap<u32, Row> = found
            .iter()
            .map(|entry| {
                let row = Row {
                    state: entry.state,
                    attempts: entry.attempts,
                    doubt: settled.is_doubtful(entry.id.ordinal),
                    resolved: entry.resolved.is_some(),
                };
                (entry.id.ordinal, row)
            })
            .collect();
        let told = |row: &Row| {
            // What is being sent shows its doubt when it is settled.
            let doubt = row.state == State::Unknown || row.doubt;
            Row { doubt, ..*row }
        };
        let wanted: BTreeMap<u32, Row> = model.rows.iter().map(|(at, row)| (*at, told(row))).collect();
        assert_eq!(found, wanted);
    }
}

/// Another test of this binary may be starting a process just now, which holds every open file for a moment.
fn reopened(path: &std::path::Path) -> Ledger {
    for _ in 0..200 {
        match Ledger::open(path) {
            Err(caseload_engine::ledger::Error::Busy) => std::thread::sleep(std::time::Duration::from_millis(10)),
            other => return other.unwrap(),
        }
    }
    panic!("somebody keeps the lock");
}

fn intent(row: u32, may_repeat: bool) -> Intent {
    let place = Place { sheet: 0, row: row + 2 };
    Intent {
        grant: Grant { id: EntryId { run: 1, ordinal: row }, nonce: 0 },
        place,
        key: Key([row as u8; 16]),
        body: None,
        order: None,
        first: None,
        server: None,
        at_ms: 1,
        opened: Uptime { boot: 1, ms: 0 },
        may_repeat,
        reach: Reach::ALL,
    }
}

fn spec() -> RunSpec {
    RunSpec {
        name: "model".to_owned(),
        signature: [1; 32],
        again: 0,
        file: "list.csv".to_owned(),
        sha256: "00".to_owned(),
        destinations: Vec::new(),
        recipe: "{}".to_owned(),
        rows: ROWS,
        started_ms: 1,
        sheets: vec![],
    }
}

prop_state_machine! {
    #![proptest_config(Config { cases: 40, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_ledger_does_what_the_model_does(sequential 1..60 => OnDisk);
}

prop_state_machine! {
    #![proptest_config(Config { cases: 20_000, failure_persistence: None, ..Config::default() })]

    #[test]
    #[ignore = "the long form: about half an hour"]
    fn the_ledger_does_what_the_model_does_for_long(sequential 1..100 => OnDisk);
}
