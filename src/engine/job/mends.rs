//! What people changed of a list after it came: cells that they mended, and rows that they left out.
//!
//! The file stays as it came. Mends lie over its cells whenever its rows are read, so a row is checked, sent, reported
//! and compared as it was mended, by whatever door. They are no part of what makes two runs the same.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use compact_str::CompactString;

use crate::row::{Cell, Row};

/// The mends of a list, by the names of its sheets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mends {
    sheets: HashMap<String, SheetMends>,
}

/// The mends of one sheet, by the numbers of its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetMends {
    cells: BTreeMap<u32, BTreeMap<u16, CompactString>>,
    left_out: BTreeSet<u32>,
}

impl Mends {
    /// Sets what a cell says. `sheet` is empty for a CSV file, `row` counts as the spreadsheet does, and `column` from 0.
    pub fn set(&mut self, sheet: &str, row: u32, column: u16, text: &str) {
        let cells = self.sheet(sheet).cells.entry(row).or_default();
        cells.insert(column, CompactString::from(text));
    }

    /// Leaves a row out: it is not sent.
    pub fn leave_out(&mut self, sheet: &str, row: u32) {
        self.sheet(sheet).left_out.insert(row);
    }

    fn sheet(&mut self, name: &str) -> &mut SheetMends {
        self.sheets.entry(name.to_owned()).or_default()
    }

    /// Those of a sheet.
    pub fn of_sheet(&self, name: &str) -> Option<&SheetMends> {
        self.sheets.get(name)
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }

    /// How many rows have a mended cell.
    pub fn rows(&self) -> usize {
        self.sheets.values().map(|sheet| sheet.cells.len()).sum()
    }

    /// How many rows were left out.
    pub fn left_out(&self) -> usize {
        self.sheets.values().map(|sheet| sheet.left_out.len()).sum()
    }
}

impl SheetMends {
    /// A row of the sheet as it was mended.
    pub fn over<'r>(&self, row: &'r Row) -> Cow<'r, Row> {
        let Some(cells) = self.cells.get(&row.place.row) else { return Cow::Borrowed(row) };
        let mut mended = row.clone();
        for (column, text) in cells {
            let column = usize::from(*column);
            if mended.cells.len() <= column {
                mended.cells.resize(column + 1, Cell::Empty);
            }
            mended.cells[column] = if text.is_empty() { Cell::Empty } else { Cell::Text(text.clone()) };
        }
        Cow::Owned(mended)
    }

    /// The columns of a row that were mended, counted from 0.
    pub fn columns(&self, row: u32) -> impl Iterator<Item = u16> {
        self.cells.get(&row).into_iter().flat_map(|cells| cells.keys().copied())
    }

    /// Whether a row was left out.
    pub fn leaves_out(&self, row: u32) -> bool {
        self.left_out.contains(&row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Place;

    #[test]
    fn a_mend_lies_over_its_cell_and_over_no_other() {
        let mut mends = Mends::default();
        assert!(mends.is_empty());
        mends.set("Liste", 5, 1, "Kurulum");
        mends.set("Liste", 5, 3, "late");
        mends.set("Liste", 5, 0, "");
        mends.leave_out("Liste", 7);
        let sheet = mends.of_sheet("Liste").unwrap();
        let row = |row: u32| Row {
            place: Place { sheet: 0, row },
            hidden: false,
            cells: vec![Cell::Bool(true), Cell::Text("Kurlum".into())],
        };
        let mended = sheet.over(&row(5)).into_owned();
        assert_eq!(mended.cells, [Cell::Empty, Cell::Text("Kurulum".into()), Cell::Empty, Cell::Text("late".into())]);
        assert_eq!(*sheet.over(&row(6)), row(6));
        assert_eq!(sheet.columns(5).collect::<Vec<_>>(), [0, 1, 3]);
        assert_eq!((sheet.leaves_out(7), sheet.leaves_out(5)), (true, false));
        assert_eq!((mends.rows(), mends.left_out()), (1, 1));
        assert!(mends.of_sheet("").is_none());
    }
}
