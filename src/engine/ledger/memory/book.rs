//! All that a ledger in memory holds.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Flaw;
use super::paces::Pace;
use crate::identity::Server;
use crate::keyed::Key;
use crate::ledger::entry::{Entry, EntryId, State};
use crate::ledger::run::Run;
use crate::ledger::servers::Servers;
use crate::outcome::{Cause, Failure, Reason};
use crate::row::Place;

#[derive(Clone, Default)]
pub struct Book {
    pub runs: BTreeMap<u32, RunRecord>,
    pub rows: BTreeMap<EntryId, Record>,
    /// What purge has left, with the end of its window.
    pub forgotten: BTreeMap<EntryId, (Record, i64)>,
    /// By number, from one on; and whether it is a test server.
    pub servers: Vec<(Server, bool)>,
    pub same: Vec<(Server, Server)>,
    pub contradictions: Vec<(EntryId, String)>,
    pub paces: BTreeMap<Key, Pace>,
    pub flaw: Option<Flaw>,
}

#[derive(Clone)]
pub struct RunRecord {
    pub run: Run,
    pub timeout: Option<Duration>,
    pub window: Option<Duration>,
}

#[derive(Clone)]
pub struct Record {
    pub entry: Entry,
    pub key: Key,
    pub body: Option<Key>,
    pub first: Option<Key>,
    /// An earlier attempt may have been carried out.
    pub doubt: bool,
}

impl Record {
    /// A row that has no attempt.
    pub fn new(id: EntryId, place: Place, key: Key, state: State) -> Self {
        let settlement = crate::ledger::Settlement { state, http_status: None, id: None, error: None };
        let entry = Entry {
            id,
            place,
            state,
            attempts: 0,
            sent_at_ms: None,
            settlement,
            duplicate_of: None,
            order: None,
            resolved: None,
            server: None,
            nonce: None,
            opened: None,
        };
        Self { entry, key, body: None, first: None, doubt: false }
    }

    pub fn is(&self, state: State) -> bool {
        self.entry.state == state
    }

    pub fn set(&mut self, state: State, error: Option<Cause>) {
        self.entry.state = state;
        self.entry.settlement.state = state;
        self.entry.settlement.error = error;
    }

    /// The process of its attempt died, and nobody has said since what became of it.
    pub fn is_interrupted(&self) -> bool {
        self.is(State::Unknown) && self.entry.settlement.error == Some(interrupted())
    }

    pub fn may_be_done(&self) -> bool {
        matches!(self.entry.state, State::Sending | State::Unknown | State::Done | State::DoneWithoutId)
    }

    /// Its own key, its body's, and that of the first of its equals.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        [Some(self.key), self.body, self.first].into_iter().flatten()
    }
}

pub fn interrupted() -> Cause {
    Reason::Failed(Failure::Interrupted).into()
}

impl Book {
    /// Whether a promise is kept.
    pub fn keeps(&self, promise: Flaw) -> bool {
        self.flaw != Some(promise)
    }

    /// What a run has open is unknown from now on. Gives the number of these rows.
    pub fn interrupt(&mut self, run: u32) -> u64 {
        let state = if self.keeps(Flaw::DeadTakenForNotSent) { State::Unknown } else { State::Pending };
        let open = self.of_run_mut(run).filter(|row| row.is(State::Sending));
        open.map(|row| row.set(state, Some(interrupted()))).count() as u64
    }

    /// The rows of a run.
    pub fn of_run(&self, run: u32) -> impl Iterator<Item = &Record> {
        self.rows.range(first(run)..=last(run)).map(|(_, row)| row)
    }

    pub fn of_run_mut(&mut self, run: u32) -> impl Iterator<Item = &mut Record> {
        self.rows.range_mut(first(run)..=last(run)).map(|(_, row)| row)
    }

    pub fn run_mut(&mut self, run: u32) -> Option<&mut RunRecord> {
        self.runs.get_mut(&run)
    }

    /// There is something to send again.
    pub fn is_to_go_on(&mut self, run: u32) {
        if let Some(record) = self.run_mut(run) {
            record.run.finished = false;
        }
    }

    pub fn known_servers(&self) -> Servers {
        let known = (1..).zip(&self.servers).map(|(number, (server, is_test))| (number, server.clone(), *is_test));
        Servers::of(known, self.same.clone())
    }

    /// Whether two rows went to one server.
    pub fn is_one_server(&self, one: Option<u32>, other: Option<u32>) -> bool {
        if one == other || !self.keeps(Flaw::ServerNotAsked) {
            return true;
        }
        let servers = self.known_servers();
        let named = |number: Option<u32>| number.and_then(|number| servers.numbered(number));
        matches!((named(one), named(other)), (Some(one), Some(other)) if servers.are_same(one, other))
    }
}

fn first(run: u32) -> EntryId {
    EntryId { run, ordinal: 0 }
}

fn last(run: u32) -> EntryId {
    EntryId { run, ordinal: u32::MAX }
}
