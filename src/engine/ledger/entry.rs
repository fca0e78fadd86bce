//! What the ledger's records hold.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::doubt::Doubt;
use crate::identity::{Endpoint, Server};
use crate::keyed::Key;
use crate::outcome::{Cause, Status, Tally};
use crate::row::Place;
use crate::uptime::Uptime;

/// The ledger cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program holds the ledger for itself.
    #[error("another program holds the ledger")]
    Busy,
    /// Another process is sending the run.
    #[error("another process is sending the run")]
    UnderWay,
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its folder lies on a network, on this file system.
    #[error("its folder is on a network ({0})")]
    Remote(&'static str),
    /// There is a hard link to it.
    #[error("the file has two names")]
    TwoNames,
    /// A link stands where a file of the ledger's own belongs.
    #[error("{} is a link", .0.display())]
    Link(PathBuf),
    /// The ledger is a link that leads nowhere, or that is somebody else's or leads to somebody else's file.
    #[error("{} is a link that is not followed", .0.display())]
    StrangeLink(PathBuf),
    /// It is an older copy of a ledger that has gone on since.
    #[error("it is an older copy")]
    Older(super::mark::Newer),
    /// It was closed, sent again or given back since somebody looked at it.
    #[error("the row has changed")]
    Changed,
    /// Something of the row's request may still be under way, for so long.
    #[error("the row's request may still be under way for {} s", .0.as_secs() + 1)]
    Unripe(std::time::Duration),
    #[error("{0}")]
    Unfit(String),
}

impl Error {
    /// Whether somebody else writes at this moment: the same may do a little later.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        let code = if let Self::Sqlite(error) = self { error.sqlite_error_code() } else { None };
        matches!(self, Self::Busy) || matches!(code, Some(DatabaseBusy | DatabaseLocked))
    }
}

/// A row of a run: run number and the row's ordinal in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    pub run: u32,
    pub ordinal: u32,
}

impl EntryId {
    pub(super) fn to_sql(self) -> i64 {
        (i64::from(self.run) << 32) | i64::from(self.ordinal)
    }

    pub(super) fn from_sql(id: i64) -> Self {
        Self { run: (id >> 32) as u32, ordinal: id as u32 }
    }
}

/// Where a row stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Proven not done; may be sent.
    Pending,
    /// Its intent is durable and its outcome is not: lost if the process ends now.
    Sending,
    Done,
    DoneWithoutId,
    Rejected,
    Unknown,
    /// Repeats a row of an earlier run.
    Duplicate,
}

impl State {
    pub(super) const ALL: [State; 7] = [
        State::Pending,
        State::Sending,
        State::Done,
        State::DoneWithoutId,
        State::Rejected,
        State::Unknown,
        State::Duplicate,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Sending => "sending",
            State::Done => "done",
            State::DoneWithoutId => "done-without-id",
            State::Rejected => "rejected",
            State::Unknown => "unknown",
            State::Duplicate => "duplicate",
        }
    }

    /// The result word of a row in this state.
    pub fn status(self) -> Status {
        match self {
            State::Pending => Status::NotSent,
            State::Sending | State::Unknown => Status::Unknown,
            State::Done => Status::Done,
            State::DoneWithoutId => Status::DoneWithoutId,
            State::Rejected => Status::Rejected,
            State::Duplicate => Status::Duplicate,
        }
    }
}

/// How an attempt ended, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    pub state: State,
    pub http_status: Option<u16>,
    pub id: Option<Value>,
    /// Why it is not done.
    pub error: Option<Cause>,
}

/// A row that was sent, or that repeats one.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    pub place: Place,
    pub state: State,
    pub attempts: u32,
    /// Milliseconds since 1970-01-01 UTC.
    pub sent_at_ms: Option<i64>,
    pub settlement: Settlement,
    pub duplicate_of: Option<EntryId>,
    pub order: Option<Key>,
    /// Who closed an unknown row, when and why.
    pub resolved: Option<String>,
    /// The number of its server; none in a run from before, whose keys hold the address.
    pub server: Option<u32>,
    /// Which attempt is its latest; none of a row that has no attempt, or one from before.
    pub nonce: Option<u64>,
    /// When the intent of its latest attempt was made, by the clock that nobody sets.
    pub opened: Option<Uptime>,
}

/// A row that is not to go for an earlier one's sake.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    pub ordinal: u32,
    pub place: Place,
    pub key: Key,
    pub of: EntryId,
    /// Left out because nobody said that it should go: looked at again by the next command.
    pub doubt: Option<Doubt>,
}

/// What became of an unknown row after all.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    pub id: EntryId,
    /// The attempt that was looked at: its number and nonce. None stands for whichever is the latest.
    pub attempt: Option<(u32, Option<u64>)>,
    /// Done, done without an id, or pending where it was not done.
    pub state: State,
    pub answer: Option<Value>,
    /// Who says so, when and why: JSON.
    pub note: String,
}

impl Resolution {
    pub fn new(id: EntryId, state: State, answer: Option<Value>, note: &str) -> Self {
        Self { id, attempt: None, state, answer, note: note.to_owned() }
    }

    /// The same of a row as it was shown: where it has another attempt since, nothing is closed.
    pub fn of(entry: &Entry, state: State, answer: Option<Value>, note: &str) -> Self {
        Self { attempt: Some((entry.attempts, entry.nonce)), ..Self::new(entry.id, state, answer, note) }
    }
}

/// A row of an earlier run that a new row may repeat.
#[derive(Debug, Clone, Copy)]
pub struct PastRow {
    pub id: EntryId,
    pub key: Key,
    /// The key of its body, where `key` is that of a rule.
    pub body: Option<Key>,
    /// Of several equal rows: the key of the first, for a later one.
    pub first: Option<Key>,
    pub sent_at_ms: i64,
    pub state: State,
    /// The number of its server; none in a run from before, whose keys hold the address.
    pub server: Option<u32>,
}

/// One operation of a run, and where its requests go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// `system/operation`.
    pub operation: String,
    /// The base address as it was given, or `sandbox`. In a run from before: in small letters, as its keys have it.
    pub address: String,
    /// None in a run from before.
    pub endpoint: Option<Endpoint>,
}

impl Destination {
    pub fn server(&self) -> Server {
        Server::of(&self.address)
    }
}

/// What a run is known by.
#[derive(Debug, Clone)]
pub struct RunSpec {
    pub name: String,
    /// Hash of file, operations and mapping: the same again, to the same servers, is the same run.
    pub signature: [u8; 32],
    /// How many runs with this signature, to these servers, were known when this one began.
    pub again: u32,
    pub file: String,
    pub sha256: String,
    /// In the order of the file's operations.
    pub destinations: Vec<Destination>,
    /// What `report` needs to read the file the same way again: JSON.
    pub recipe: String,
    pub rows: u32,
    pub started_ms: i64,
    /// The sheets' names, by which places are told.
    pub sheets: Vec<String>,
}

impl RunSpec {
    /// The operations as `--to` takes them, joined by commas.
    pub fn target(&self) -> String {
        each_once(self.destinations.iter().map(|to| to.operation.as_str()))
    }

    /// The addresses, each once, joined by commas.
    pub fn addresses(&self) -> String {
        each_once(self.destinations.iter().map(|to| to.address.as_str()))
    }

    /// A rehearsal.
    pub fn is_sandbox(&self) -> bool {
        self.destinations.iter().any(|to| to.server().is_sandbox())
    }
}

fn each_once<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut list: Vec<&str> = Vec::new();
    for name in names {
        if !list.contains(&name) {
            list.push(name);
        }
    }
    list.join(",")
}

/// What becomes of a run that is to begin.
#[derive(Debug)]
pub enum Begun {
    New(Box<Run>),
    /// Another process began the run of this number at the same time.
    Joined(u32),
}

/// A run in the ledger.
#[derive(Debug, Clone)]
pub struct Run {
    pub number: u32,
    pub spec: RunSpec,
    /// Every row that can be settled is.
    pub finished: bool,
    pub ended_ms: Option<i64>,
    pub tally: Option<Tally>,
    pub result: Option<String>,
    /// When its rows were forgotten, in milliseconds since 1970-01-01 UTC.
    pub purged_ms: Option<i64>,
}
