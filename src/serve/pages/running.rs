//! The run under way.

use std::time::Duration;

use jiff::Timestamp;

use super::parts::notice::Notice;
use super::run_head::RunHead;
use super::words::Mark;

/// The page at `…/progress`. Its inner part is also what `…/events` sends.
#[derive(Debug, Clone)]
pub struct RunningScreen {
    /// The head.
    pub run: RunHead,
    /// What goes on.
    pub phase: Phase,
    /// How far it is.
    pub figures: Figures,
    /// How fast it is.
    pub pace: Pace,
    /// The last answers, the newest first.
    pub answers: Vec<Answer>,
    /// What the column of [`Answer::key`] is called ("Mali No").
    pub key_title: String,
    /// Whether this person may hold it and let it go on.
    pub may_send: bool,
    /// What is to be said first: the server was restarted and the run went on.
    pub notices: Vec<Notice>,
}

/// What goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The first row is under way, alone: its number.
    First(u32),
    /// Rows go.
    Sending,
    /// The server asked for a pause.
    Waiting {
        /// How long it asked for.
        asked: Duration,
        /// When it is over.
        until: Timestamp,
    },
    /// A person asked for a pause, and rows under way are waited for.
    Pausing,
    /// A person holds it: who, if it is known.
    Paused(Option<String>),
    /// A person ends it, and rows under way are waited for.
    Stopping,
    /// It stopped by itself.
    Stopped {
        /// What stopped it, as a title without a full stop ("HuginOps tokenı kabul etmedi").
        title: String,
        /// What is so and what to do, as sentences of the engine.
        text: String,
        /// When.
        at: Timestamp,
        /// The HTTP status that stopped it.
        status: Option<u16>,
        /// Whether an administrator has to act first: secrets, settings, the ledger.
        is_for_administrator: bool,
    },
}

/// How far a run is. `to_send` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rows that were to go.
    pub to_send: u64,
    /// Done, with a number.
    pub done: u64,
    /// Done, without a number.
    pub done_without_id: u64,
    /// Refused by the server.
    pub rejected: u64,
    /// Done or not: nobody knows.
    pub unknown: u64,
    /// Under way: sent, and not answered yet.
    pub in_flight: u64,
    /// Not sent yet.
    pub waiting: u64,
}

impl Figures {
    /// Rows that have come to an outcome.
    pub fn answered(&self) -> u64 {
        self.done + self.done_without_id + self.rejected + self.unknown
    }

    /// Whether no row is lost.
    pub fn adds_up(&self) -> bool {
        self.answered() + self.in_flight + self.waiting == self.to_send
    }
}

/// How fast a run is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pace {
    /// Requests a second, over the last seconds.
    pub per_second: Option<f64>,
    /// Requests a second at most.
    pub limit: Option<f64>,
    /// How long it will still take.
    pub left: Option<Duration>,
    /// When sending began.
    pub began: Option<Timestamp>,
    /// How often the server asked for a pause, and how long in all.
    pub pauses: (u64, Duration),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The row.
    pub row: u32,
    /// A cell that tells the row (a device's number); empty for none.
    pub key: String,
    /// What became of it.
    pub mark: Mark,
    /// The number that it got; empty for none.
    pub id: String,
    /// Why it is not done; empty where it is.
    pub why: String,
    /// When it was answered.
    pub at: Timestamp,
}
