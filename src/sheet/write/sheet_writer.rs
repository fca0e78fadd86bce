//! One sheet of a workbook, while rows are written to it from the top down.

use rust_xlsxwriter::{ColNum, Format, IgnoreError, RowNum, Worksheet, XlsxError};

use super::cell_text::{clipped, looks_like_formula};
use super::styles::Styles;
use super::widths::{LINE_HEIGHT, WIDEST, Widths, lines_in};
use crate::row::{BadCell, Cell};

/// The rows that a sheet has, the header's too.
pub const ROW_LIMIT: RowNum = 1_048_576;
/// A part of the file above this size, in bytes, is written so that it may pass 4 GiB once escaped.
pub const LARGE: u64 = 512 << 20;
/// The columns that a sheet has.
pub const COLUMN_LIMIT: usize = 16_384;
/// A header further down is not frozen: it would leave no room to scroll in.
const LAST_FROZEN: RowNum = 20;
/// How many rows of a sheet get a height of their own.
const MOST_HEIGHTS: u32 = 10_000;
/// The lines of a text that a row shows.
const MOST_LINES: u32 = 12;

/// Writes one sheet of a workbook from the top down, in constant memory.
pub struct SheetWriter {
    sheet: Worksheet,
    /// The header's row, counted from 0 as all rows here.
    header_at: RowNum,
    /// The first row that is still free.
    next: RowNum,
    widths: Widths,
    sampled: bool,
    heights: u32,
    size: u64,
}

/// The number formats of the input's cells, and the looks that are made of them.
pub struct Palette<'a> {
    /// The looks of this workbook.
    pub styles: &'a mut Styles,
    /// The number formats, as cells name them.
    pub formats: &'a [String],
}

/// The header of a sheet, and what stands above it.
pub struct Head<'a> {
    /// The header's row, counted from 0.
    pub at: RowNum,
    /// The rows above it, by the numbers that a spreadsheet shows.
    pub above: &'a [(u32, Vec<Cell>)],
    /// The header cells.
    pub headers: Vec<Header<'a>>,
    /// How many columns have a header.
    pub width: usize,
}

/// A header cell.
pub struct Header<'a> {
    /// Its column, counted from 0.
    pub column: usize,
    /// What it says.
    pub text: &'a str,
    /// The program added the column to those of the input.
    pub added: bool,
}

impl SheetWriter {
    /// A writer of an empty sheet.
    pub fn new(sheet: Worksheet) -> Self {
        Self { sheet, header_at: 0, next: 0, widths: Widths::default(), sampled: true, heights: 0, size: 0 }
    }

    /// Begins the sheet with its header, under what stands above it.
    ///
    /// # Errors
    /// As the library that writes the workbook; so are all errors here.
    pub fn begin(&mut self, head: &Head, palette: &mut Palette) -> Result<(), XlsxError> {
        self.sheet.set_column_range_format(0, last_column(head.width), &palette.styles.top)?;
        self.header_at = head.at;
        for (row, cells) in head.above {
            let at = row.saturating_sub(1);
            if at >= self.next && at < self.header_at {
                self.above(at, cells, palette)?;
            }
        }
        for header in &head.headers {
            self.header(header, palette.styles)?;
        }
        self.next = self.header_at + 1;
        Ok(())
    }

    /// A row above the header, cell by cell where it stood; it does not widen the columns.
    fn above(&mut self, at: RowNum, cells: &[Cell], palette: &mut Palette) -> Result<(), XlsxError> {
        self.sampled = false;
        for (column, cell) in cells.iter().enumerate() {
            self.cell(at, column, cell, false, palette)?;
        }
        self.next = at + 1;
        Ok(())
    }

    /// Writes a header cell. Nothing may be written below it yet.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn header(&mut self, header: &Header, styles: &Styles) -> Result<(), XlsxError> {
        self.widths.header(header.column, header.text);
        let Some(to) = column_number(header.column) else { return Ok(()) };
        let format = styles.header(header.added, looks_like_formula(header.text));
        self.sheet.write_string_with_format(self.header_at, to, clipped(header.text), format)?;
        self.next = self.next.max(self.header_at + 1);
        Ok(())
    }

    /// The first row that is still free, counted from 0.
    pub fn next(&self) -> RowNum {
        self.next
    }

    /// Roughly how large the sheet's part of the file gets, in bytes.
    pub fn size(&self) -> u64 {
        self.size
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
        palette: &mut Palette,
    ) -> Result<(), XlsxError> {
        let Some(to) = column_number(column) else { return Ok(()) };
        self.size += 40;
        match cell {
            Cell::Text(text) | Cell::Bad(BadCell::Error(text) | BadCell::Undecodable(text)) => {
                self.text(at, column, text, palette.styles.text(looks_like_formula(text), problem))?;
            }
            Cell::Number { value, format } | Cell::Date { serial: value, format } => {
                let number_format = palette.formats.get(usize::from(*format)).map_or("", String::as_str);
                if self.sampled {
                    self.widths.note(column, number_format.len().clamp(8, 20) + 1);
                }
                let format = palette.styles.number(*format, number_format, problem);
                if value.is_finite() {
                    self.sheet.write_number_with_format(at, to, *value, format)?;
                } else {
                    self.sheet.write_string_with_format(at, to, value.to_string(), format)?;
                }
            }
            Cell::Bool(value) => {
                let format = if problem { palette.styles.missing() } else { &palette.styles.top };
                self.sheet.write_boolean_with_format(at, to, *value, format)?;
            }
            Cell::Empty | Cell::Bad(BadCell::NoCachedValue) if problem => {
                self.sheet.write_blank(at, to, palette.styles.missing())?;
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

fn last_column(width: usize) -> ColNum {
    column_number(width.saturating_sub(1)).unwrap_or(0)
}
