//! What became of every row.

use std::time::Duration;

use caseload_engine::outcome::Status;
use jiff::Timestamp;

use super::parts::notice::Notice;
use super::run_head::RunHead;

/// The page at `…/result`.
#[derive(Debug, Clone)]
pub struct ResultScreen {
    /// The head.
    pub run: RunHead,
    /// The rows by their outcomes, in the order of [`Status::ALL`]. Their sum has to be the rows read.
    pub counts: Vec<(Status, u64)>,
    /// Rows of `not-sent` that wait for an unknown one.
    pub behind_unknown: u64,
    /// Rows that can be sent now: reopened at the desk, or left by a run that ended early. The page leads to the question.
    pub can_go: u64,
    /// Which rows are shown.
    pub filter: ResultFilter,
    /// The rows of this page.
    pub rows: Vec<ResultRow>,
    /// The headers of [`ResultRow::cells`]: the columns that tell a row ("Talep Tipi", "Mali No").
    pub titles: Vec<String>,
    /// What a row's number is called ("Talep no").
    pub id_title: String,
    /// Rows that the filter lets through.
    pub matching: u64,
    /// The row to go on after: `?after=`.
    pub next: Option<u32>,
    /// How the run went.
    pub record: Record,
    /// Whether this person may close unknown rows and send the rest.
    pub may_send: bool,
    /// What is to be said first.
    pub notices: Vec<Notice>,
}

/// Which rows of a result are shown, as `?only=` spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResultFilter {
    /// `to-do`: every row that is not done, and those done without a number.
    #[default]
    ToDo,
    /// `all`
    All,
    /// The name of an outcome.
    Only(Status),
}

impl ResultFilter {
    /// As the query spells it.
    pub fn name(self) -> &'static str {
        match self {
            ResultFilter::ToDo => "to-do",
            ResultFilter::All => "all",
            ResultFilter::Only(status) => status.as_str(),
        }
    }

    /// The filter of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "to-do" => Some(ResultFilter::ToDo),
            "all" => Some(ResultFilter::All),
            _ => Status::from_name(name).map(ResultFilter::Only),
        }
    }
}

/// A row and its outcome.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The number that the spreadsheet shows beside it.
    pub number: u32,
    /// What became of it.
    pub status: Status,
    /// The cells that tell it, a title each.
    pub cells: Vec<String>,
    /// The number that it got, or that the row it repeats got; empty for none.
    pub id: String,
    /// Why, and what to do, as sentences of the engine.
    pub why: String,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

/// How the run went.
#[derive(Debug, Clone)]
pub struct Record {
    /// When its sending began.
    pub began: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How long rows were sent.
    pub took: Option<Duration>,
    /// The servers.
    pub servers: Vec<String>,
    /// Who brought it.
    pub prepared_by: String,
    /// Who sent it; nothing where the approver did by saying yes.
    pub sent_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// What was done when, by whom ("G. Misal 12. satırı düzeltti"), the oldest first.
    pub deeds: Vec<RecordDeed>,
    /// When the upload, and with it the cells of this page, is destroyed.
    pub kept_until: Option<Timestamp>,
}

/// Something that a person did with a run.
#[derive(Debug, Clone)]
pub struct RecordDeed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, as a sentence without the actor.
    pub what: String,
}
