//! A row, as the ledger knows it.

use serde_json::Value;

use crate::keyed::Key;
use crate::outcome::{Cause, Status};
use crate::row::Place;
use crate::uptime::Uptime;

/// A row of a run: run number and the row's ordinal in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The number of the run in its ledger.
    pub run: u32,
    /// The number of the row among the rows read, from 0.
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
    /// The server did it.
    Done,
    /// The server says done, and its answer carries no id.
    DoneWithoutId,
    /// The server refused it, and did nothing.
    Rejected,
    /// It may have been done or not; nothing but a look-up or a person closes it.
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
    /// Where the row stands then.
    pub state: State,
    /// The status of the answer; `None` without one.
    pub http_status: Option<u16>,
    /// The id(s) in the answer, as the server wrote them.
    pub id: Option<Value>,
    /// Why it is not done.
    pub error: Option<Cause>,
}

/// A row that was sent, or that repeats one.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which row it is.
    pub id: EntryId,
    /// Where it stands in its file.
    pub place: Place,
    /// Where it stands in the ledger.
    pub state: State,
    /// How many attempts were opened.
    pub attempts: u32,
    /// Milliseconds since 1970-01-01 UTC.
    pub sent_at_ms: Option<i64>,
    /// How the latest of them ended.
    pub settlement: Settlement,
    /// The row that it repeats.
    pub duplicate_of: Option<EntryId>,
    /// By which it waits for others.
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

/// A row of an earlier run that a new row may repeat.
#[derive(Debug, Clone, Copy)]
pub struct PastRow {
    /// Which row it is.
    pub id: EntryId,
    /// The key under which it was found.
    pub key: Key,
    /// The key of its body, where `key` is that of a rule.
    pub body: Option<Key>,
    /// Of several equal rows: the key of the first, for a later one.
    pub first: Option<Key>,
    /// Milliseconds since 1970-01-01 UTC.
    pub sent_at_ms: i64,
    /// Where it stands in the ledger.
    pub state: State,
    /// The number of its server; none in a run from before, whose keys hold the address.
    pub server: Option<u32>,
}
