//! The check: the clerk's own rows, what is wrong with them, and the way out of each.

use jiff::Timestamp;

use super::only::Only;
use super::parts::notice::Notice;
use super::run_head::RunHead;
use super::words::Mark;

/// The page at `…/check`.
#[derive(Debug, Clone)]
pub struct CheckScreen {
    /// The head.
    pub run: RunHead,
    /// The rows by what the check says.
    pub counts: CheckCounts,
    /// Which rows are shown.
    pub only: Only,
    /// The sheets that are read, where there are several; the shown one by its place.
    pub sheets: Option<(Vec<String>, usize)>,
    /// The kinds of problems, the commonest first.
    pub kinds: Vec<ProblemKind>,
    /// All problems of all rows. It may be more than the invalid rows.
    pub problems: u64,
    /// The sheet's columns, in the clerk's order.
    pub headers: Vec<Header>,
    /// The rows of this page.
    pub rows: Vec<SheetRow>,
    /// Where these rows stand among those that the filter lets through.
    pub span: Span,
    /// The cell that is being mended.
    pub editor: Option<Editor>,
    /// A mistake that stands in several rows, offered to be mended at once.
    pub same: Option<SameMistake>,
    /// The last mend, which can be taken back.
    pub undo: Option<LastMend>,
    /// What this person may do here.
    pub hand: Hand,
    /// The largest file that is taken, in bytes.
    pub limit: u64,
    /// What is to be said first: this file was sent before, a sheet was left out, an approval lapsed.
    pub notices: Vec<Notice>,
}

/// The rows of a list by what the check says. `read` is the sum of the four that follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckCounts {
    /// Rows read.
    pub read: u64,
    /// They can be sent.
    pub valid: u64,
    /// The contract does not accept them.
    pub invalid: u64,
    /// Sent before, or twice in this list.
    pub duplicate: u64,
    /// A person left them out.
    pub left_out: u64,
    /// Valid ones with something to look at; no term of the sum.
    pub warned: u64,
    /// Rows in which a person changed a cell here; no term of the sum.
    pub mended: u64,
}

/// What a person may do with the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hand {
    /// Mend them.
    Mends,
    /// Look at them, for another person mends them: that person's name. This one may take over.
    Held(String),
    /// Look at them: the run awaits approval, has begun, or this person does not prepare lists.
    Looks,
}

/// A kind of problem, as a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemKind {
    /// As `?only=problem:CODE` spells it.
    pub code: String,
    /// What is wrong, in a few words ("Talep tipi tanınmadı").
    pub title: String,
    /// The columns, and the commonest values with their counts ("A · “Kurlum” 37, “Kurulm” 14").
    pub detail: String,
    /// Rows that have it.
    pub rows: u64,
}

/// A column of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As the spreadsheet letters it.
    pub letter: String,
    /// The header as it stands.
    pub title: String,
    /// Whether its cells are sent.
    pub is_sent: bool,
}

/// A row of the sheet.
#[derive(Debug, Clone)]
pub struct SheetRow {
    /// The number that the spreadsheet shows beside it.
    pub number: u32,
    /// What the check says.
    pub mark: Mark,
    /// A cell a header.
    pub cells: Vec<SheetCell>,
    /// What there is to say, the gravest first.
    pub notes: Vec<RowNote>,
    /// A person left it out; it can be taken in again.
    pub is_left_out: bool,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetCell {
    /// As the spreadsheet shows it, or as it was mended to.
    pub text: String,
    /// What is with it.
    pub state: CellState,
}

/// What is with a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CellState {
    /// Nothing.
    #[default]
    Plain,
    /// It is wrong.
    Wrong,
    /// It is worth a look.
    Warned,
    /// It was mended here, and is right now.
    Mended,
}

/// Something to say about a row.
#[derive(Debug, Clone)]
pub enum RowNote {
    /// A cell, or the row as a whole, is wrong.
    Problem {
        /// The letter of the column; nothing for the row as a whole.
        column: Option<String>,
        /// What is wrong and what to do, as a sentence.
        text: String,
        /// The way out, as one button.
        fix: Option<Fix>,
    },
    /// Something to look at; the row goes.
    Warning {
        /// The letter of the column; nothing for the row as a whole.
        column: Option<String>,
        /// What, as a sentence.
        text: String,
        /// The way out, as one button.
        fix: Option<Fix>,
    },
    /// The row was sent before, or stands in this list twice.
    Duplicate(SameRow),
    /// A cell was mended here.
    Mended {
        /// The letter of the column.
        column: String,
        /// Who mended it.
        by: String,
        /// When.
        at: Timestamp,
        /// What the cell was; empty for an empty one.
        was: String,
    },
    /// A person left the row out.
    LeftOut {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
}

/// One button beside a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Writes a value into a cell.
    Write {
        /// The letter of the column.
        column: String,
        /// The value as people read it, which the form sends ("Kurulum").
        value: String,
    },
    /// Leaves the row out.
    LeaveOut,
}

/// The row that a duplicate is the same as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameRow {
    /// The run, as addresses name it; nothing where it is this very list, or a run that is forgotten.
    pub run: Option<String>,
    /// Its file; empty for this very list.
    pub file_name: String,
    /// Its row.
    pub row: u32,
    /// When it was sent; nothing for a row of this list.
    pub at: Option<Timestamp>,
    /// The number that it got; empty for none.
    pub id: String,
}

/// Where the shown rows stand among all that the filter lets through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Rows that the filter lets through.
    pub rows: u64,
    /// The place of the first shown one, from 1; 0 with none.
    pub first: u64,
    /// The row to go on after: `?after=`. Nothing on the last page.
    pub next: Option<u32>,
    /// The row before which this page begins, on all pages but the first; 0 leads to the first page.
    pub before: Option<u32>,
}

/// The editor of one cell.
#[derive(Debug, Clone)]
pub struct Editor {
    /// The row; it is among the shown ones.
    pub row: u32,
    /// The letter of the column.
    pub column: String,
    /// What stands in the cell, or what was typed and refused.
    pub value: String,
    /// What may be written, as people read it; empty where any text may.
    pub choices: Vec<String>,
    /// The choice to stand on: the suggested one, or the cell's own.
    pub chosen: String,
    /// What the field asks for ("F, 00 veya HN ile başlar, en çok 12 karakter"); empty for nothing.
    pub hint: String,
    /// Why what was typed was refused, as a sentence.
    pub refused: Option<String>,
    /// Rows with the same wrong value in this column, this one among them.
    pub same_rows: u64,
}

/// One wrong value that stands in several rows.
#[derive(Debug, Clone)]
pub struct SameMistake {
    /// The letter of the column.
    pub column: String,
    /// What the column is called ("Talep Tipi").
    pub title: String,
    /// The wrong value.
    pub from: String,
    /// Rows that have it.
    pub rows: u64,
    /// What may be written, as people read it; empty where any text may.
    pub choices: Vec<String>,
    /// The choice to stand on: the suggested one; empty for none.
    pub to: String,
}

/// The last mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastMend {
    /// One cell.
    Cell {
        /// Its row.
        row: u32,
        /// What its column is called.
        title: String,
    },
    /// The same mistake in several rows.
    Rows {
        /// How many.
        rows: u64,
        /// What the column is called.
        title: String,
    },
    /// A row was left out, or taken in again.
    LeftOut {
        /// The row.
        row: u32,
    },
}
