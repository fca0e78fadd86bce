//! Four eyes: what the second person sees before the rows go.

use jiff::Timestamp;

use super::confirm::{ConfirmFault, InDoubt, Kinds, Ticket};
use super::run_head::RunHead;

/// The page at `…/approve`.
#[derive(Debug, Clone)]
pub struct ApproveScreen {
    /// The head.
    pub run: RunHead,
    /// What goes, and where.
    pub ticket: Ticket,
    /// The digest of what was asked for; the form sends it back.
    pub digest: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// What that person wrote; empty for nothing.
    pub note: String,
    /// What the asking person said yes to.
    pub agreed: Vec<InDoubt>,
    /// Rows to look at: the first two, two from the middle, the last.
    pub samples: Samples,
    /// What is worth a look.
    pub look: Look,
    /// What goes, by kind.
    pub kinds: Kinds,
    /// What was wrong with the form that came back.
    pub fault: Option<ConfirmFault>,
    /// Why this person may not approve it: that person had a hand in it. Nothing where they may.
    pub not_by_you: Option<Hands>,
}

/// How a person had a hand in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hands {
    /// Uploaded it.
    Uploaded,
    /// Mended a cell, or left a row out.
    Mended,
    /// Said what a column is.
    Mapped,
    /// Answered what was in question, or asked for the approval.
    Answered,
    /// Has no role that approves.
    NotApprover,
}

/// A few rows that go.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// The headers.
    pub titles: Vec<String>,
    /// The row's number, and a cell a header.
    pub rows: Vec<(u32, Vec<String>)>,
}

/// What is worth a look before a yes.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// How many rows the last list of this kind had, and when it went.
    pub last: Option<(u64, Timestamp)>,
    /// Cells that were mended here.
    pub mended: u64,
    /// Rows with a warning; they go.
    pub warned: u64,
    /// Rows that stay, for they were sent before.
    pub duplicate: u64,
    /// Rows that stay, for the contract does not accept them.
    pub invalid: u64,
    /// Rows that stay, for a person left them out.
    pub left_out: u64,
}
