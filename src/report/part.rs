//! One sheet of the workbook while rows are written to it, from the top down.

use rust_xlsxwriter::{ColNum, Format, IgnoreError, RowNum, Worksheet, XlsxError};

use super::cell_text::{clipped, looks_like_formula};
use super::columns::{Columns, Places};
use super::styles::Styles;
use super::widths::{LINE_HEIGHT, WIDEST, Widths, lines_in};
use crate::row::{BadCell, Cell, Sheet};

/// The columns that a sheet has.
pub const COLUMN_LIMIT: usize = 16_384;
/// A header further down is not frozen: it would leave no room to scroll in.
const LAST_FROZEN: RowNum = 20;
/// How many rows of a sheet get a height of their own.
const MOST_HEIGHTS: u32 = 10_000;
/// The lines of a text that a row shows.
const MOST_LINES: u32 = 12;

pub struct Part {
    sheet: Worksheet,
    /// The header's row, counted from 0 as all rows here.
    header_at: RowNum,
    /// The first row that is still free.
    pub next: RowNum,
    widths: Widths,
    sampled: bool,
    heights: u32,
    /// Roughly how large the sheet's part of the file gets, in bytes.
    pub size: u64,
}

/// What a part needs to know of the input's cells.
pub struct Look<'a> {
    pub styles: &'a mut Styles,
    pub formats: &'a [String],
}

impl Part {
    pub fn new(sheet: Worksheet) -> Self {
        Self { sheet, header_at: 0, next: 0, widths: Widths::default(), sampled: true, heights: 0, size: 0 }
    }

    /// Begins a part with the header of an input sheet: at its own row, under what stands above it
    /// there, or in the first row.
    pub fn begin(
        &mut self,
        source: &Sheet,
        columns: &Columns,
        places: &Places,
        at_own_row: bool,
        look: &mut Look,
    ) -> Result<(), XlsxError> {
        self.sheet.set_column_range_format(0, last_column(places), &look.styles.top)?;
        self.header_at = if at_own_row { source.header_row.saturating_sub(1) } else { 0 };
        if at_own_row {
            for (row, cells) in &source.above {
                let at = row.saturating_sub(1);
                if at >= self.next && at < self.header_at {
                    self.above(at, cells, look)?;
                }
            }
        }
        for (column, header) in source.headers.iter().enumerate() {
            if let Some(column) = places.of(column) {
                self.header(column, header, false, look.styles)?;
            }
        }
        for (column, header) in columns.headers().enumerate() {
            self.header(places.kept + column, header, true, look.styles)?;
        }
        self.next = self.header_at + 1;
        Ok(())
    }

    /// Begins a part with these headers in its first row: name, and whether the program added the column.
    pub fn begin_with(&mut self, headers: &[(String, bool)], styles: &Styles) -> Result<(), XlsxError> {
        let last = column_number(headers.len().saturating_sub(1)).unwrap_or(0);
        self.sheet.set_column_range_format(0, last, &styles.top)?;
        headers
            .iter()
            .enumerate()
            .try_for_each(|(column, (header, added))| self.header(column, header, *added, styles))?;
        self.next = self.header_at + 1;
        Ok(())
    }

    /// A row above the header, cell by cell where it stood; it does not widen the columns.
    fn above(&mut self, at: RowNum, cells: &[Cell], look: &mut Look) -> Result<(), XlsxError> {
        self.sampled = false;
        for (column, cell) in cells.iter().enumerate() {
            self.cell(at, column, cell, false, look)?;
        }
        self.next = at + 1;
        Ok(())
    }

    /// A header cell. The part's header row must not be written yet.
    pub fn header(&mut self, column: usize, text: &str, added: bool, styles: &Styles) -> Result<(), XlsxError> {
        self.widths.header(column, text);
        let Some(to) = column_number(column) else { return Ok(()) };
        let format = styles.header(added, looks_like_formula(text));
        self.sheet.write_string_with_format(self.header_at, to, clipped(text), format)?;
        self.next = self.next.max(self.header_at + 1);
        Ok(())
    }

    /// Begins a row at `wanted`, or below the last one where that row is taken. Returns where.
    pub fn begin_row(&mut self, wanted: Option<RowNum>) -> RowNum {
        let at = wanted.map_or(self.next, |wanted| wanted.max(self.next));
        self.next = at + 1;
        self.sampled = self.widths.begin_row();
        at
    }

    /// Writes a cell of the input with its value and its number format.
    pub fn cell(
        &mut self,
        at: RowNum,
        column: usize,
        cell: &Cell,
        problem: bool,
        look: &mut Look,
    ) -> Result<(), XlsxError> {
        let Some(to) = column_number(column) else { return Ok(()) };
        self.size += 40;
        match cell {
            Cell::Text(text) | Cell::Bad(BadCell::Error(text) | BadCell::Undecodable(text)) => {
                self.text(at, column, text, look.styles.text(looks_like_formula(text), problem))?;
            }
            Cell::Number { value, format } | Cell::Date { serial: value, format } => {
                let number_format = look.formats.get(usize::from(*format)).map_or("", String::as_str);
                if self.sampled {
                    self.widths.note(column, number_format.len().clamp(8, 20) + 1);
                }
                let format = look.styles.number(*format, number_format, problem);
                if value.is_finite() {
                    self.sheet.write_number_with_format(at, to, *value, format)?;
                } else {
                    self.sheet.write_string_with_format(at, to, value.to_string(), format)?;
                }
            }
            Cell::Bool(value) => {
                let format = if problem { look.styles.missing() } else { &look.styles.top };
                self.sheet.write_boolean_with_format(at, to, *value, format)?;
            }
            Cell::Empty | Cell::Bad(BadCell::NoCachedValue) if problem => {
                self.sheet.write_blank(at, to, look.styles.missing())?;
            }
            Cell::Empty | Cell::Bad(BadCell::NoCachedValue) => {}
        }
        Ok(())
    }

    /// Writes a text as text, whatever it begins with.
    pub fn text(&mut self, at: RowNum, column: usize, text: &str, format: Option<&Format>) -> Result<(), XlsxError> {
        let Some(to) = column_number(column) else { return Ok(()) };
        self.size += text.len() as u64 + 40;
        if self.sampled {
            self.widths.text(column, text);
        }
        let text = clipped(text);
        match format {
            Some(format) => self.sheet.write_string_with_format(at, to, text, format)?,
            None => self.sheet.write_string(at, to, text)?,
        };
        Ok(())
    }

    /// Writes a text that may take several lines, and makes the row high enough for it. Excel would do
    /// that by itself on opening; others take the row as it is.
    pub fn wrapped(&mut self, at: RowNum, column: usize, text: &str, format: &Format) -> Result<(), XlsxError> {
        self.text(at, column, text, Some(format))?;
        self.widths.note(column, WIDEST);
        let lines = lines_in(text, WIDEST);
        // The library keeps each height in memory.
        if lines > 1 && self.heights < MOST_HEIGHTS {
            self.heights += 1;
            self.sheet.set_row_height(at, LINE_HEIGHT * lines.min(MOST_LINES))?;
        }
        Ok(())
    }

    /// Writes a number in one of the program's own formats; `width` is how wide it shows.
    pub fn number(
        &mut self,
        at: RowNum,
        column: usize,
        value: f64,
        width: usize,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let Some(to) = column_number(column) else { return Ok(()) };
        self.size += 40;
        if self.sampled {
            self.widths.note(column, width);
        }
        self.sheet.write_number_with_format(at, to, value, format)?;
        Ok(())
    }

    /// Sets what is known only at the end: widths, the filter's range, and that digits in a text are meant so.
    pub fn end(mut self, width: usize) -> Result<Worksheet, XlsxError> {
        let last = column_number(width.saturating_sub(1)).unwrap_or(0);
        for (column, width) in (0..).zip(self.widths.clamped().take(COLUMN_LIMIT)) {
            self.sheet.set_column_width(column, width)?;
        }
        let bottom = self.next.saturating_sub(1).max(self.header_at);
        self.sheet.autofilter(self.header_at, 0, bottom, last)?;
        self.sheet.ignore_error_range(self.header_at, 0, bottom, last, IgnoreError::NumberStoredAsText)?;
        self.sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(self.header_at, self.header_at)?;
        if self.header_at < LAST_FROZEN {
            self.sheet.set_freeze_panes(self.header_at + 1, 0)?;
        }
        Ok(self.sheet)
    }
}

fn column_number(column: usize) -> Option<ColNum> {
    if column < COLUMN_LIMIT { ColNum::try_from(column).ok() } else { None }
}

fn last_column(places: &Places) -> ColNum {
    column_number(places.width().saturating_sub(1)).unwrap_or(0)
}
