//! The question: what goes where, how many, how fast, what stays and why, what is doubtful.

use std::time::Duration;

use caseload_engine::doubt::Doubt;
use jiff::Timestamp;

use super::check::SameRow;
use super::parts::notice::Notice;
use super::run_head::RunHead;

/// The page at `…/confirm`.
#[derive(Debug, Clone)]
pub struct ConfirmScreen {
    /// The head.
    pub run: RunHead,
    /// What goes, and where.
    pub ticket: Ticket,
    /// The digest of exactly this list; the form sends it back.
    pub digest: String,
    /// What is asked of this person.
    pub stage: Stage,
    /// What is in question, each with a box.
    pub doubts: Vec<InDoubt>,
    /// What stays.
    pub staying: Staying,
    /// What goes, by kind.
    pub kinds: Kinds,
    /// What was wrong with the form that came back.
    pub fault: Option<ConfirmFault>,
    /// What is to be said first: an approver turned it back, and why.
    pub notices: Vec<Notice>,
}

/// What is asked of the person at the question.
#[derive(Debug, Clone)]
pub enum Stage {
    /// This person may send it.
    Send,
    /// This person may ask for approval.
    Ask {
        /// Who may approve, as name and email.
        approvers: Vec<(String, String)>,
        /// The note, as typed before.
        note: String,
    },
    /// Approval was asked for.
    Waiting {
        /// Who may give it, by name.
        approvers: Vec<String>,
        /// Who asked.
        by: String,
        /// When.
        at: Timestamp,
        /// Whether this person may take the request back.
        may_withdraw: bool,
        /// Whether this person may give it: the page leads to `…/approve`.
        may_approve: bool,
    },
    /// This person looks only.
    Looks,
    /// Nothing can go: no row is valid.
    Nothing,
}

/// What would go, where and how.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Rows that go if nobody says otherwise.
    pub rows: u64,
    /// What one row becomes, as the contract calls it ("Talep açma"); empty for several operations.
    pub operation: String,
    /// The servers, as the ledger knows them.
    pub servers: Vec<String>,
    /// By whose right: which secrets of the settings are used ("token"), as names.
    pub secrets: Vec<String>,
    /// The row that goes first, alone.
    pub first_row: u32,
    /// What rows are kept in order by ("aynı cihaz"); empty where no order is kept.
    pub order: String,
    /// Requests a second at most, as the settings write it ("10/s").
    pub rate: String,
    /// How long it will take, where it can be said.
    pub takes: Option<Duration>,
}

/// Something that a person has to decide.
#[derive(Debug, Clone)]
pub struct InDoubt {
    /// What.
    pub doubt: Doubt,
    /// What is so, as sentences of the engine.
    pub text: String,
    /// Rows that go only with a yes; for a doubt of the whole file, all of them.
    pub rows: u64,
    /// Whether the box was ticked in the form that came back.
    pub agreed: bool,
}

/// Rows that stay.
#[derive(Debug, Clone, Default)]
pub struct Staying {
    /// The contract does not accept them.
    pub invalid: u64,
    /// Sent before, or twice in this list.
    pub duplicate: u64,
    /// A person left them out.
    pub left_out: u64,
    /// The contract's rule of what is the same, as a sentence; empty for none.
    pub rule: String,
    /// The first of the duplicates, a few.
    pub same: Vec<Same>,
    /// What the two columns before the place of the same row are called ("Mali No", "Terminal No").
    pub key_titles: Vec<String>,
}

/// A duplicate, and what it is the same as.
#[derive(Debug, Clone)]
pub struct Same {
    /// Its own row.
    pub row: u32,
    /// The cells that tell it, as many as [`Staying::key_titles`].
    pub keys: Vec<String>,
    /// The row that it is the same as.
    pub of: SameRow,
}

/// Rows that go, by kind.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    /// What tells the kinds apart ("Talep tipi"); empty where nothing does.
    pub title: String,
    /// Each kind and its rows, the commonest first.
    pub rows: Vec<(String, u64)>,
    /// Rows with a warning among them.
    pub warned: u64,
}

/// What was wrong with the form that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmFault {
    /// The number that was typed is not the number of rows; what was typed.
    WrongCount(String),
    /// The list is another by now: a cell was mended elsewhere.
    Changed,
}
