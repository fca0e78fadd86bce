//! The head of every page of a run: which file, which system, whose, how far.

use jiff::Timestamp;

use crate::state::RunState;

/// What the head of a run's pages says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunHead {
    /// The run as addresses name it.
    pub name: String,
    /// The file as it was called when it came.
    pub file_name: String,
    /// Where it goes.
    pub place: Place,
    /// What its rows become, as the contract calls it in the reader's language ("Talep açma"); empty while it is not
    /// known. Several operations are joined by commas.
    pub operation: String,
    /// The sheet, where the file is a workbook and only one of its sheets is read.
    pub sheet: Option<String>,
    /// How many sheets are read.
    pub sheets: usize,
    /// Rows read so far.
    pub rows: u64,
    /// Who brought it, as others are shown that person.
    pub by: String,
    /// When it came.
    pub at: Timestamp,
    /// How far it has come.
    pub state: RunState,
    /// A header did not say what its column is, so that the run has a page of columns.
    pub asks_columns: bool,
}

/// Where a list goes, as a plate and a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The system's name.
    pub title: String,
    /// TEST; every other place is LIVE.
    pub is_test: bool,
}
