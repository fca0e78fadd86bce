//! History: all runs, and the search over their rows.

use jiff::Timestamp;

use super::run_head::Place;
use super::start::RunRow;
use super::words::Mark;

/// The page at `/runs`.
#[derive(Debug, Clone)]
pub struct HistoryScreen {
    /// What is looked for and shown.
    pub query: HistoryQuery,
    /// The targets to choose from, as the form's value and its words.
    pub targets: Vec<(String, String)>,
    /// The people to choose from, as the form's value and the name.
    pub people: Vec<(String, String)>,
    /// What was found.
    pub found: Found,
    /// How long rows are remembered, in days, where they are forgotten at all.
    pub kept_days: Option<u32>,
}

/// What a person asked for: the fields of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// `q`: the whole number of a device, a terminal, a case; empty lists the runs.
    pub text: String,
    /// `state`: `unknown`, `stopped`, `waiting-approval`, `sending`; empty for all.
    pub state: String,
    /// `target`; empty for all.
    pub target: String,
    /// `by`; empty for everyone.
    pub by: String,
    /// `days`: `30`, `90`, `365`; empty for all.
    pub days: String,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Found {
    /// No text was looked for: runs, the newest first.
    Runs {
        /// Those of this page.
        rows: Vec<RunRow>,
        /// All that match.
        all: u64,
        /// The run to go on after: `?after=`.
        next: Option<String>,
    },
    /// Rows of runs that the text is an identifier of, the newest first; none where it is nowhere.
    Rows(Vec<FoundRow>),
}

/// A row that was found.
#[derive(Debug, Clone)]
pub struct FoundRow {
    /// When its run began.
    pub at: Timestamp,
    /// The run as addresses name it.
    pub run: String,
    /// Its file.
    pub file_name: String,
    /// The sheet, where several are read; empty else.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// Where it went.
    pub place: Place,
    /// What became of it.
    pub mark: Mark,
    /// The number that it got; empty for none.
    pub id: String,
    /// Who brought the list.
    pub by: String,
}
