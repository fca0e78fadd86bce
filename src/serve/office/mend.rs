//! What people changed of a list: cells that they mended, rows that they left out. Every change is kept, those that were
//! taken back too.

use std::collections::{BTreeMap, HashMap};

use caseload_engine::job::Mends;
use caseload_sheet::text;

use super::{Actor, Error};

/// What a cell of a spreadsheet holds at most, in characters.
const LONGEST_CELL: usize = 32_767;

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowAt {
    /// The name of its sheet; empty for a text.
    pub sheet: String,
    /// As the spreadsheet numbers it.
    pub row: u32,
}

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellAt {
    /// The name of its sheet; empty for a text.
    pub sheet: String,
    /// As the spreadsheet numbers it.
    pub row: u32,
    /// Counted from 0.
    pub column: u16,
}

/// A cell to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMend {
    /// Where.
    pub at: CellAt,
    /// The header of its column.
    pub header: String,
    /// The field that the column is, where it is one.
    pub field: Option<String>,
    /// What the cell said.
    pub old: String,
    /// What it says from now on; empty is an empty cell.
    pub new: String,
}

/// A mend as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// Its place in the order of all mends of the list.
    pub seq: u64,
    /// The change that it belongs to.
    pub change: u32,
    /// What was mended.
    pub mend: NewMend,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at_ms: i64,
    /// When it was taken back.
    pub undone_ms: Option<i64>,
}

/// What a change did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It mended cells.
    Mended,
    /// It left rows out.
    LeftOut,
    /// It put rows back in that were left out.
    PutBack,
}

impl ChangeKind {
    /// As the office spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Mended => "mended",
            ChangeKind::LeftOut => "left-out",
            ChangeKind::PutBack => "put-back",
        }
    }

    /// The kind of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [ChangeKind::Mended, ChangeKind::LeftOut, ChangeKind::PutBack].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a person did at one time: one cell, or the same mistake in 37 rows. It is taken back as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number in the list, from 1.
    pub number: u32,
    /// What it did.
    pub kind: ChangeKind,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at_ms: i64,
    /// How many cells or rows it is about.
    pub size: u64,
    /// Who took it back, and when.
    pub undone: Option<(Actor, i64)>,
    /// The revision of the list after it, or after it was taken back; only of the change that was just made.
    pub revision: Option<u64>,
}

/// What lies over a list now: the last word about each cell and row that was not taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// The revision of the list of which this holds.
    pub revision: u64,
    /// What mended cells say.
    pub cells: HashMap<CellAt, String>,
    /// Rows that are left out, and who left them out.
    pub left_out: BTreeMap<RowAt, Actor>,
}

impl Overlay {
    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.left_out.is_empty()
    }

    /// The same as the engine takes it.
    pub fn mends(&self) -> Mends {
        let mut mends = Mends::default();
        for (at, text) in &self.cells {
            mends.set(&at.sheet, at.row, at.column, text);
        }
        for at in self.left_out.keys() {
            mends.leave_out(&at.sheet, at.row);
        }
        mends
    }
}

/// # Errors
/// [`Error::Refused`] where a text does not fit a cell.
pub(super) fn check(mend: &NewMend) -> Result<(), Error> {
    let is_long = |text: &str| text.len() > 4 * LONGEST_CELL || text.chars().count() > LONGEST_CELL;
    if is_long(&mend.new) || mend.new.contains('\0') {
        return Err(Error::Refused(text!(
            "Bir hücre en çok 32.767 karakter alır ve sıfır baytı alamaz. Daha kısa yazın.",
            "A cell holds at most 32,767 characters, and no zero byte. Write less."
        )));
    }
    Ok(())
}
