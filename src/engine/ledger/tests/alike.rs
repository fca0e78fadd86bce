//! SQLite and the ledger in memory answer alike, whatever is asked of them in whatever order. The one in memory has every
//! rule written down the plain way, so where they differ one of them is wrong.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{begin, ended};
use crate::doubt::Doubt;
use crate::identity::Server;
use crate::keyed::Key;
use crate::ledger::{
    Entry, EntryId, Grant, Held, Intent, Ledger, LeftOut, Memory, Reach, Resolution, Sqlite, State, Step,
};
use crate::outcome::Tally;
use crate::row::Place;
use crate::uptime::Uptime;

const RUNS: u32 = 3;
const ROWS: u32 = 4;
const SERVERS: [&str; 2] = ["https://one.example", "https://two.example"];
const NOW_MS: i64 = 1_000_000;

/// What somebody does.
#[derive(Debug, Clone)]
enum Action {
    Open {
        id: EntryId,
        key: u8,
        body: Option<u8>,
        order: Option<u8>,
        server: u32,
        may_repeat: bool,
        reach: Reach,
    },
    /// The outcome of one of the attempts so far.
    Settle {
        attempt: usize,
        state: State,
    },
    Withdraw {
        attempt: usize,
    },
    /// The process of a run dies, and another one takes it over.
    Die {
        run: u32,
    },
    Resolve {
        id: EntryId,
        state: State,
        early: bool,
        blind: bool,
    },
    Reopen {
        run: u32,
        what: u8,
    },
    LeaveOut {
        id: EntryId,
        of: EntryId,
        doubt: Option<Doubt>,
    },
    Close {
        run: u32,
        finished: bool,
    },
    SaySame,
    Purge {
        run: u32,
    },
}

fn ids() -> impl Strategy<Value = EntryId> {
    (1..=RUNS, 0..ROWS).prop_map(|(run, ordinal)| EntryId { run, ordinal })
}

fn reaches() -> impl Strategy<Value = Reach> {
    select(vec![
        Reach::ALL,
        Reach { done_since_ms: None, ..Reach::ALL },
        Reach { open_since_ms: i64::MIN, done_since_ms: Some(NOW_MS + 1) },
    ])
}

fn actions() -> impl Strategy<Value = Action> {
    let ends = select(vec![State::Done, State::DoneWithoutId, State::Rejected, State::Unknown, State::Pending]);
    let words = select(vec![State::Done, State::DoneWithoutId, State::Pending]);
    let (some, order) = (proptest::option::of(0..4_u8), proptest::option::of(0..3_u8));
    let open = (ids(), 0..4_u8, some, order, 1..=2_u32, any::<bool>(), reaches());
    let doubts = select(vec![None, Some(Doubt::Changed), Some(Doubt::PastWindow), Some(Doubt::OtherServer)]);
    prop_oneof![
        8 => open.prop_map(|(id, key, body, order, server, may_repeat, reach)| {
            Action::Open { id, key, body, order, server, may_repeat, reach }
        }),
        8 => (0..6_usize, ends).prop_map(|(attempt, state)| Action::Settle { attempt, state }),
        3 => (0..6_usize).prop_map(|attempt| Action::Withdraw { attempt }),
        2 => (1..=RUNS).prop_map(|run| Action::Die { run }),
        4 => (ids(), words, any::<bool>(), any::<bool>())
            .prop_map(|(id, state, early, blind)| Action::Resolve { id, state, early, blind }),
        3 => (1..=RUNS, 0..4_u8).prop_map(|(run, what)| Action::Reopen { run, what }),
        2 => (ids(), ids(), doubts).prop_map(|(id, of, doubt)| Action::LeaveOut { id, of, doubt }),
        2 => (1..=RUNS, any::<bool>()).prop_map(|(run, finished)| Action::Close { run, finished }),
        1 => Just(Action::SaySame),
        1 => (1..=RUNS).prop_map(|run| Action::Purge { run }),
    ]
}

/// One of the two ledgers, and the process that has it.
struct Side {
    ledger: Ledger,
    held: Vec<Held>,
}

impl Side {
    fn of(ledger: Ledger) -> Self {
        for server in SERVERS {
            ledger.note_server(&Server::of(server), false).unwrap();
        }
        let runs: Vec<u32> = (1..=RUNS).map(|run| begin(&ledger, &format!("run {run}"))).collect();
        let held = runs.into_iter().map(|run| ledger.hold(run).unwrap()).collect();
        Self { ledger, held }
    }

    fn commit(&self, step: Step) -> String {
        let receipts = self.ledger.commit(vec![step], &self.held);
        let told = receipts.into_iter().map(|receipt| format!("{receipt:?}"));
        told.collect()
    }

    /// Does something, and tells what came of it.
    fn act(&mut self, action: &Action, attempts: &[Grant]) -> String {
        let ledger = &self.ledger;
        let run = |run: u32| ledger.run_numbered(run).unwrap().unwrap();
        match action {
            // A run that is finished opens nothing before it is given something back, and one that is forgotten nothing.
            Action::Open { id, .. } if run(id.run).finished => String::new(),
            Action::Open { id, .. } | Action::LeaveOut { id, .. } if run(id.run).purged_ms.is_some() => String::new(),
            Action::Open { .. } => self.commit(Step::Open(intent(action, attempts.len()).unwrap())),
            Action::Settle { attempt, state } => match attempts.iter().rev().nth(*attempt) {
                Some(grant) => self.commit(Step::Settle(*grant, Box::new(ended(*state)))),
                None => String::new(),
            },
            Action::Withdraw { attempt } => match attempts.iter().rev().nth(*attempt) {
                Some(grant) => self.commit(Step::Withdraw(*grant)),
                None => String::new(),
            },
            Action::Die { run } => {
                self.held.retain(|held| held.run() != *run);
                let recovered = ledger.recover(*run).unwrap();
                self.held.push(ledger.hold(*run).unwrap());
                format!("{recovered} recovered")
            }
            Action::Resolve { id, state, early, blind } => {
                let now = Uptime { boot: 1, ms: if *early { 2_000 } else { 10_000_000 } };
                let said = match ledger.entry(*id).unwrap() {
                    Some(entry) if !blind => Resolution::of(&entry, *state, None, "{}"),
                    _ => Resolution::new(*id, *state, None, "{}"),
                };
                told(ledger.resolve(&[said], now))
            }
            Action::Reopen { run, what: 0 } => told(ledger.reopen_rejected(*run, None)),
            Action::Reopen { run, what: 1 } => told(ledger.reopen_rejected(*run, Some(&[0, 1]))),
            Action::Reopen { run, what: 2 } => told(ledger.reopen_duplicates(*run)),
            Action::Reopen { run, .. } => told(ledger.reopen_doubtful(*run)),
            Action::LeaveOut { id, of, doubt } => {
                let place = Place { sheet: 0, row: id.ordinal };
                let left_out = LeftOut { ordinal: id.ordinal, place, key: key(0), of: *of, doubt: *doubt };
                told(ledger.note_left_out(id.run, &[left_out]))
            }
            Action::Close { run, finished } => {
                told(ledger.close(*run, *finished, &Tally::of_rows(4), None, i64::from(*run)))
            }
            Action::SaySame => told(ledger.say_same(&Server::of(SERVERS[0]), &Server::of(SERVERS[1]), 1)),
            Action::Purge { run } => told(ledger.purge(i64::from(*run) + 1, NOW_MS)),
        }
    }

    /// All that the ledger tells.
    fn seen(&self) -> String {
        let ledger = &self.ledger;
        let run = |run: u32| {
            let found = ledger.run_numbered(run).unwrap().unwrap();
            let settled = ledger.settled(run, ROWS).unwrap();
            let bits = |ordinal| {
                (settled.contains(ordinal, false), settled.contains(ordinal, true), settled.is_doubtful(ordinal))
            };
            let rows: Vec<_> = (0..ROWS).map(|ordinal| row(ledger, EntryId { run, ordinal })).collect();
            let bits: Vec<_> = (0..ROWS).map(bits).collect();
            let unknown: Vec<_> = ledger.unknown(run).unwrap().iter().map(|entry| entry.id).collect();
            let counts = ledger.counts(run).unwrap();
            format!("{:?} {:?} {rows:#?} {bits:?} {unknown:?} {counts:?}\n", found.finished, found.purged_ms)
        };
        let mut keys: Vec<Key> = (0..4).map(key).collect();
        keys.sort();
        let mut past = Vec::new();
        ledger.past_rows(&keys, Some(2), &mut |found| past.push((found.id, found.state, found.server))).unwrap();
        past.sort();
        let mut orders: Vec<_> = ledger.held_orders().unwrap().iter().map(|held| (held.id, held.server)).collect();
        orders.sort();
        format!("{} {past:?} {orders:?}", (1..=RUNS).map(run).collect::<String>())
    }
}

/// A row without the words of its error, and how many outcomes did not fit it.
fn row(ledger: &Ledger, id: EntryId) -> (Option<Entry>, usize) {
    let entry = ledger.entry(id).unwrap().map(|mut entry| {
        entry.settlement.error = None;
        entry
    });
    (entry, ledger.contradictions(id).unwrap().len())
}

fn told<T: Debug>(result: Result<T, crate::ledger::Error>) -> String {
    result.map_or_else(|error| error.to_string(), |value| format!("{value:?}"))
}

fn key(n: u8) -> Key {
    Key([n + 1; 16])
}

/// The intent of an action, which is the nth.
fn intent(action: &Action, nth: usize) -> Option<Intent> {
    let Action::Open { id, key: own, body, order, server, may_repeat, reach } = action else { return None };
    Some(Intent {
        grant: Grant { id: *id, nonce: nth as u64 + 1 },
        place: Place { sheet: 0, row: id.ordinal },
        key: key(*own),
        body: body.map(key),
        order: order.map(key),
        first: None,
        server: Some(*server),
        at_ms: NOW_MS,
        opened: Uptime { boot: 1, ms: 1_000 },
        may_repeat: *may_repeat,
        reach: *reach,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_and_a_ledger_in_memory_answer_alike(actions in vec(actions(), 1..60)) {
        let mut file = Side::of(Ledger::of(Sqlite::simulated().unwrap()));
        let mut memory = Side::of(Ledger::of(Memory::new()));
        let mut attempts: Vec<Grant> = Vec::new();
        for action in &actions {
            let (one, other) = (file.act(action, &attempts), memory.act(action, &attempts));
            prop_assert_eq!(one, other, "{:?}", action);
            prop_assert_eq!(file.seen(), memory.seen(), "after {:?}", action);
            attempts.extend(intent(action, attempts.len()).map(|intent| intent.grant));
        }
    }
}
