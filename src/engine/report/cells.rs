//! The cells of one row of the workbook: the input's own, then the added ones.

use caseload_sheet::write::{Palette, SheetWriter, Styles, looks_like_formula};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{RowNum, XlsxError};

use super::columns::{Added, Columns, Places, column_index};
use super::explain::{Context, code, explanation};
use super::moment;
use super::styles::StatusStyles;
use crate::message::harmless;
use crate::outcome::Outcome;
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
        for (column, &added) in (first..).zip(&self.columns.added) {
            self.cell(part, at, column, added, outcome)?;
        }
        Ok(())
    }

    fn cell(
        &self,
        part: &mut SheetWriter,
        at: RowNum,
        column: usize,
        added: Added,
        of: &Outcome,
    ) -> Result<(), XlsxError> {
        let styles = self.styles;
        match added {
            Added::Result => part.text(at, column, of.status.as_str(), Some(self.statuses.of(of.status))),
            Added::Id(id) if self.columns.holds(id, self.operation) => self.id(part, at, column, of),
            Added::Id(_) => Ok(()),
            Added::Error => match explanation(of, self.context) {
                words if words.is_empty() => Ok(()),
                words if looks_like_formula(&words) => part.wrapped(at, column, &words, &styles.quoted_wrapped),
                words => part.wrapped(at, column, &words, &styles.wrapped),
            },
            Added::ErrorCode => self.text(part, at, column, &code(of)),
            Added::HttpStatus => match of.http_status {
                Some(status) => part.number(at, column, f64::from(status), 4, &styles.whole),
                None => Ok(()),
            },
            Added::Attempts if of.attempts == 0 => Ok(()),
            Added::Attempts => part.number(at, column, f64::from(of.attempts), 4, &styles.whole),
            Added::SentAt => match of.sent_at_ms.and_then(|ms| moment::serial(ms, self.zone)) {
                Some(serial) => part.number(at, column, serial, 20, &styles.moment),
                None => Ok(()),
            },
            Added::Reference => self.text(part, at, column, of.reference.as_deref().unwrap_or_default()),
        }
    }

    /// An id that is a whole number stays one, as long as a spreadsheet keeps all of its digits.
    fn id(&self, part: &mut SheetWriter, at: RowNum, column: usize, of: &Outcome) -> Result<(), XlsxError> {
        let number = of.id.as_ref().and_then(serde_json::Value::as_u64).filter(|&id| id < 1_000_000_000_000_000);
        match number {
            Some(id) => part.number(at, column, id as f64, 16, &self.styles.whole),
            None => self.text(part, at, column, &of.id_text()),
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
