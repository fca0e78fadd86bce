//! The desk where a person says what became of unknown rows.

use jiff::Timestamp;

use super::run_head::RunHead;

/// The page at `…/unknown?row=`.
#[derive(Debug, Clone)]
pub struct UnknownScreen {
    /// The head.
    pub run: RunHead,
    /// Every row that is or was unknown: the open ones first, then the closed ones, each by its number.
    pub rows: Vec<UnknownRow>,
    /// The row to decide about; nothing where none is open.
    pub open: Option<OpenRow>,
    /// Whether this person may decide.
    pub may_resolve: bool,
}

/// A row in the list of the desk.
#[derive(Debug, Clone)]
pub struct UnknownRow {
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// A cell that tells it; empty for none.
    pub key: String,
    /// What happened, in a few words ("60 sn yanıt yok").
    pub why: String,
    /// What a person said.
    pub closed: Option<Resolved>,
}

/// What a person said of an unknown row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// It was done, and got this number.
    Done(String),
    /// It was not done; the row can be sent again.
    NotDone,
}

/// The row to decide about.
#[derive(Debug, Clone)]
pub struct OpenRow {
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// What the row is, in a few words ("Kurulum, FU00004254").
    pub title: String,
    /// What happened, as sentences of the engine.
    pub what: String,
    /// When it was sent last.
    pub sent_at: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// The reference that the request carried; empty for none.
    pub reference: String,
    /// The cells that tell it, as header and value.
    pub cells: Vec<(String, String)>,
    /// The rows that wait for it.
    pub waiting: Vec<u32>,
    /// The system's name ("HuginOps").
    pub system: String,
    /// The value to search there for; empty where nothing tells the row.
    pub search: String,
    /// What else has to agree, as header and value.
    pub compare: Vec<(String, String)>,
    /// Between when and when it was made if it was.
    pub between: (Timestamp, Timestamp),
    /// What the server answered when it was asked, as a sentence; nothing where it cannot be asked.
    pub looked_up: Option<String>,
    /// What the number is called ("Talep numarası").
    pub id_title: String,
    /// What was wrong with the answer that came back, as a sentence; and what was typed.
    pub fault: Option<(String, String)>,
    /// The open row after this one, which "later" leads to.
    pub next: Option<(String, u32)>,
}
