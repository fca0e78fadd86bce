//! The cells of one row of the workbook: the input's own, then the added ones.

use caseload_sheet::write::{Palette, SheetWriter, Styles, looks_like_formula};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{RowNum, XlsxError};
use serde_json::Value as Json;

use super::added::Value;
use super::columns::{Columns, Places, column_index};
use super::explain::Context;
use super::moment;
use super::styles::StatusStyles;
use crate::message::harmless;
use crate::outcome::{Outcome, id_text};
use crate::row::Row;

/// Writes the input's own cells; those that a problem names are coloured.
pub fn write_input(
    part: &mut SheetWriter,
    at: RowNum,
    row: &Row,
    outcome: &Outcome,
    places: &Places,
    palette: &mut Palette,
) -> Result<(), XlsxError> {
    let wrong: Vec<usize> = outcome.problems.iter().filter_map(|problem| column_index(&problem.column)).collect();
    for (column, cell) in row.cells.iter().enumerate() {
        if let Some(to) = places.of(column) {
            part.cell(at, to, cell, wrong.contains(&column), palette)?;
        }
    }
    Ok(())
}

/// What the added cells of one row are written from.
pub struct AddedCells<'a> {
    pub columns: &'a Columns,
    pub styles: &'a Styles,
    pub statuses: &'a StatusStyles,
    pub zone: &'a TimeZone,
    pub context: Context<'a>,
    pub operation: Option<usize>,
}

impl AddedCells<'_> {
    pub fn write(&self, part: &mut SheetWriter, at: RowNum, first: usize, outcome: &Outcome) -> Result<(), XlsxError> {
        for (column, added) in (first..).zip(&self.columns.added) {
            let value = added.value(outcome, self.columns, self.operation, self.context);
            self.cell(part, at, column, value)?;
        }
        Ok(())
    }

    fn cell(&self, part: &mut SheetWriter, at: RowNum, column: usize, value: Value) -> Result<(), XlsxError> {
        let styles = self.styles;
        match value {
            Value::Nothing => Ok(()),
            Value::Status(status) => part.text(at, column, status.as_str(), Some(self.statuses.of(status))),
            Value::Id(id) => self.id(part, at, column, id),
            Value::Words(words) if words.is_empty() => Ok(()),
            Value::Words(words) if looks_like_formula(&words) => {
                part.wrapped(at, column, &words, &styles.quoted_wrapped)
            }
            Value::Words(words) => part.wrapped(at, column, &words, &styles.wrapped),
            Value::Text(text) => self.text(part, at, column, &text),
            Value::Count(count) => part.number(at, column, f64::from(count), 4, &styles.whole),
            Value::Moment(ms) => match moment::serial(ms, self.zone) {
                Some(serial) => part.number(at, column, serial, 20, &styles.moment),
                None => Ok(()),
            },
        }
    }

    /// An id that is a whole number stays one, as long as a spreadsheet keeps all of its digits.
    fn id(&self, part: &mut SheetWriter, at: RowNum, column: usize, id: &Json) -> Result<(), XlsxError> {
        let number = id.as_u64().filter(|&number| number < 1_000_000_000_000_000);
        match number {
            Some(number) => part.number(at, column, number as f64, 16, &self.styles.whole),
            None => self.text(part, at, column, &id_text(id)),
        }
    }

    fn text(&self, part: &mut SheetWriter, at: RowNum, column: usize, words: &str) -> Result<(), XlsxError> {
        if words.is_empty() {
            return Ok(());
        }
        let words = harmless(words);
        part.text(at, column, &words, self.styles.text(looks_like_formula(&words), false))
    }
}
