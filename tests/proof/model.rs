//! The ledger against a model of a hundred lines: whatever is asked of it in whatever order, a row never has
//! a second live attempt, and what was acknowledged is there after the process is gone.

use std::collections::BTreeMap;

use caseload::keyed::Key;
use caseload::ledger::{EntryId, Intent, Journal, Ledger, Resolution, RunSpec, Settlement, State, Step};
use caseload_sheet::row::Place;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use tempfile::TempDir;

const ROWS: u32 = 4;

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

#[derive(Debug, Clone, Default)]
struct Model {
    rows: BTreeMap<u32, Row>,
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
            Action::Open { row, may_repeat } => match self.rows.get_mut(&row) {
                None => {
                    let first = Row { state: State::Sending, attempts: 1, doubt: false, resolved: false };
                    self.rows.insert(row, first);
                    true
                }
                Some(known) if known.state == State::Pending || (known.state == State::Unknown && may_repeat) => {
                    if known.state == State::Unknown {
                        (known.doubt, known.resolved) = (true, false);
                    }
                    known.state = State::Sending;
                    known.attempts += 1;
                    true
                }
                Some(_) => false,
            },
            Action::Settle { row, state } => self.of(row, State::Sending, |known| known.state = state),
            Action::Withdraw { row } => {
                if self.rows.get(&row).is_some_and(|known| known.state == State::Sending && known.attempts == 1) {
                    self.rows.remove(&row);
                    return true;
                }
                self.of(row, State::Sending, |known| {
                    let still = known.doubt && !known.resolved;
                    known.state = if still { State::Unknown } else { State::Pending };
                    known.attempts -= 1;
                })
            }
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
                self.rows.values_mut().filter(|row| row.state == State::Sending).for_each(|r| r.state = State::Unknown);
                true
            }
        }
    }

    fn of(&mut self, row: u32, state: State, change: impl FnOnce(&mut Row)) -> bool {
        let Some(known) = self.rows.get_mut(&row).filter(|known| known.state == state) else { return false };
        change(known);
        true
    }
}

/// The ledger on a disk, and a run in it.
struct OnDisk {
    folder: TempDir,
    ledger: Option<Ledger>,
    run: u32,
}

impl OnDisk {
    fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().unwrap()
    }

    /// Hands a step to the journal and waits until it is durable, or refused.
    fn hand(&mut self, step: Step) -> bool {
        let (journal, mut receipts) = Journal::start(self.ledger.take().unwrap(), self.run).unwrap();
        journal.hand(step);
        let receipt = receipts.blocking_recv().unwrap().remove(0);
        self.ledger = Some(journal.stop().unwrap());
        receipt.durable.is_ok()
    }

    fn act(&mut self, action: &Action) -> bool {
        match *action {
            Action::Open { row, may_repeat } => self.hand(Step::Open(intent(row, may_repeat))),
            Action::Settle { row, state } => {
                self.hand(Step::Settle(row, Box::new(Settlement { state, http_status: None, id: None, error: None })))
            }
            Action::Withdraw { row } => self.hand(Step::Withdraw(row)),
            Action::Resolve { row, done } => {
                let id = EntryId { run: self.run, ordinal: row };
                let state = if done { State::Done } else { State::Pending };
                self.ledger().resolve(&[Resolution::new(id, state, None, "{}")]).is_ok()
            }
            Action::ReopenRejected => self.ledger().reopen_rejected(self.run, None).is_ok(),
            Action::Crash => {
                self.ledger = None;
                self.ledger = Some(reopened(&self.folder.path().join("l.db")));
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
        let run = ledger.begin(spec()).unwrap().number;
        OnDisk { folder, ledger: Some(ledger), run }
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
            Err(caseload::ledger::Error::Busy) => std::thread::sleep(std::time::Duration::from_millis(10)),
            other => return other.unwrap(),
        }
    }
    panic!("somebody keeps the lock");
}

fn intent(row: u32, may_repeat: bool) -> Intent {
    let place = Place { sheet: 0, row: row + 2 };
    Intent {
        ordinal: row,
        place,
        key: Key([row as u8; 16]),
        body: None,
        order: None,
        first: None,
        server: None,
        at_ms: 1,
        may_repeat,
    }
}

fn spec() -> RunSpec {
    RunSpec {
        name: "model".to_owned(),
        signature: [1; 32],
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
