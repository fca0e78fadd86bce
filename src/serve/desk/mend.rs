//! People mend cells, leave rows out, and take that back. After each change the list is checked again.

use caseload_engine::outcome::Status;
use caseload_engine::row::{Place, column_letter};
use caseload_engine::run::{Only, Page, Wrong};

use super::check::Checked;
use super::{Desk, Fault, now};
use crate::office::{Actor, CellAt, List, NewMend, RowAt};

/// A cell, and what it says from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The name of its sheet; empty for a text.
    pub sheet: String,
    /// As the spreadsheet numbers it.
    pub row: u32,
    /// Counted from 0.
    pub column: u16,
    /// What it says; empty is an empty cell.
    pub value: String,
}

/// The same mistake wherever it stands in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The name of the sheet; empty for a text.
    pub sheet: String,
    /// Counted from 0.
    pub column: u16,
    /// What the cells say.
    pub from: String,
    /// What they say from now on.
    pub to: String,
}

impl Desk {
    /// Mends a cell. Gives the list as it is then, checked.
    ///
    /// # Errors
    /// There is no such row, somebody else mends the list, its rows may leave, or it was changed since `revision`.
    pub fn mend(&self, list: &List, mended: &Mended, revision: Option<u64>, by: &Actor) -> Result<List, Fault> {
        self.mend_cells(list, std::slice::from_ref(mended), revision, by)
    }

    /// Mends cells, all of them or none: one change, which is taken back as a whole.
    ///
    /// # Errors
    /// As [`Desk::mend`].
    pub fn mend_cells(&self, list: &List, mended: &[Mended], revision: Option<u64>, by: &Actor) -> Result<List, Fault> {
        let mends = self
            .with_rows(list, |rows| mended.iter().map(|mended| mend_of(rows, mended)).collect::<Result<Vec<_>, _>>())?;
        if mends.is_empty() {
            return Ok(list.clone());
        }
        self.office().mend(list.id, by, &mends, revision, now())?;
        self.check(&self.list(&list.name)?)
    }

    /// Mends every row that has the same wrong value in a column.
    ///
    /// # Errors
    /// As [`Desk::mend`]; no row has it.
    pub fn replace(&self, list: &List, replaced: &Replaced, revision: Option<u64>, by: &Actor) -> Result<List, Fault> {
        let mends = self.with_rows(list, |rows| {
            let sheet = sheet(rows, &replaced.sheet)?;
            let column = usize::from(replaced.column);
            let page =
                Page { only: Only::Status(Status::Invalid), sheet: Some(sheet), after: None, limit: usize::MAX - 1 };
            let (wrong, _) = rows.table.page(rows.ledger.as_ref(), page)?;
            let letter = column_letter(column);
            let has = |row: &caseload_engine::run::TableRow| {
                row.cells.get(column).map(String::as_str).unwrap_or_default() == replaced.from
                    && row.outcome.problems.iter().any(|problem| problem.column == letter && !problem.warning)
            };
            let places: Vec<u32> = wrong.iter().filter(|row| has(row)).map(|row| row.place.row).collect();
            let words = || (replaced.from.clone(), replaced.to.clone());
            places
                .into_iter()
                .map(|row| new_mend(rows, sheet, row, replaced.column, words()))
                .collect::<Result<Vec<_>, _>>()
        })?;
        if mends.is_empty() {
            return Err(Fault::NotFound);
        }
        self.office().mend(list.id, by, &mends, revision, now())?;
        self.check(&self.list(&list.name)?)
    }

    /// Leaves a row out, or takes it in again.
    ///
    /// # Errors
    /// As [`Desk::mend`].
    pub fn leave_out(
        &self,
        list: &List,
        at: &RowAt,
        is_out: bool,
        revision: Option<u64>,
        by: &Actor,
    ) -> Result<List, Fault> {
        let at = self.with_rows(list, |rows| {
            let place = Place { sheet: sheet(rows, &at.sheet)?, row: at.row };
            rows.table.row_at(rows.ledger.as_ref(), place)?.ok_or(Fault::NotFound)?;
            let sheet = rows.table.sheets()[usize::from(place.sheet)].name.clone();
            Ok(RowAt { sheet, row: at.row })
        })?;
        self.office().leave_out(list.id, by, &[at], is_out, revision, now())?;
        self.check(&self.list(&list.name)?)
    }

    /// Takes the last change back. Gives the list, and the rows that changed; no rows where there was no change.
    ///
    /// # Errors
    /// As [`Desk::mend`].
    pub fn undo(&self, list: &List, revision: Option<u64>, by: &Actor) -> Result<(List, Vec<RowAt>), Fault> {
        let Some(change) = self.office().undo(list.id, by, revision, now())? else {
            return Ok((list.clone(), Vec::new()));
        };
        let rows = self.office().rows_of_change(list.id, change.number)?;
        Ok((self.check(&self.list(&list.name)?)?, rows))
    }

    /// What a cell says.
    ///
    /// # Errors
    /// There is no such row.
    pub fn cell(&self, list: &List, sheet_name: &str, row: u32, column: u16) -> Result<String, Fault> {
        self.with_rows(list, |rows| {
            let place = Place { sheet: sheet(rows, sheet_name)?, row };
            let row = rows.table.row_at(rows.ledger.as_ref(), place)?.ok_or(Fault::NotFound)?;
            Ok(row.cells.get(usize::from(column)).cloned().unwrap_or_default())
        })
    }

    /// Makes a person the one who mends a list, whoever did before.
    ///
    /// # Errors
    /// The office cannot be written.
    pub fn take_over(&self, list: i64, by: &Actor) -> Result<(), Fault> {
        self.office().edit(list, by, true, now())?;
        Ok(())
    }

    /// How many rows have the same wrong value in a column.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn rows_with(&self, list: &List, wrong: &Wrong) -> Result<u32, Fault> {
        self.with_rows(list, |rows| Ok(rows.table.rows_with(wrong)))
    }
}

/// The index of a sheet. A list of one sheet needs no name for it.
///
/// # Errors
/// The list has none of this name.
pub(crate) fn sheet(rows: &Checked, name: &str) -> Result<u16, Fault> {
    let sheets = rows.table.sheets();
    let found =
        sheets.iter().position(|sheet| sheet.name == name).or((name.is_empty() && sheets.len() == 1).then_some(0));
    found.map(|index| index as u16).ok_or(Fault::NotFound)
}

fn mend_of(rows: &mut Checked, mended: &Mended) -> Result<NewMend, Fault> {
    let sheet = sheet(rows, &mended.sheet)?;
    let place = Place { sheet, row: mended.row };
    let row = rows.table.row_at(rows.ledger.as_ref(), place)?.ok_or(Fault::NotFound)?;
    let old = row.cells.get(usize::from(mended.column)).cloned().unwrap_or_default();
    new_mend(rows, sheet, mended.row, mended.column, (old, mended.value.clone()))
}

fn new_mend(rows: &Checked, sheet: u16, row: u32, column: u16, (old, new): (String, String)) -> Result<NewMend, Fault> {
    let known = rows.table.sheets().get(usize::from(sheet)).ok_or(Fault::NotFound)?;
    let header = known.headers.get(usize::from(column)).ok_or(Fault::NotFound)?.to_string();
    let field = rows.table.field(sheet, usize::from(column)).map(|field| field.name.clone());
    Ok(NewMend { at: CellAt { sheet: known.name.clone(), row, column }, header, field, old, new })
}
