//! Puts the rows of a sheet together from its cells.

use std::io::BufReader;
use std::sync::Arc;

use calamine::{DataRef, Xlsx, XlsxCellReader, XlsxError};
use jiff::civil::{Date, Time, date};

use super::gate::Gated;
use super::marks::Marks;
use super::scanner::Scanner;
use super::trouble::Trouble;
use crate::error::{Error, ErrorKind, SheetFault};
use crate::message::shown;
use crate::panics::parsing;
use crate::row::{BadCell, Cell, column_letter};

pub(super) type Book = Xlsx<BufReader<Gated>>;

/// Characters in one cell, and the last row and column: what Excel itself allows.
const LONGEST_CELL: usize = 32_767;
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;

/// Days from 1899-12-30 to 1904-01-01, from where workbooks of old Macs count.
const DAYS_TO_1904: f64 = 1462.0;

/// The number formats of a workbook, and which style has which.
#[derive(Debug, Default)]
pub(super) struct Formats {
    of_style: Vec<u16>,
    pub codes: Vec<String>,
    is_1904: bool,
    /// The first of [`ISO`] among the codes.
    iso: u16,
}

/// The formats of a moment without a known format for dates: a day, a day with its time, a time.
const ISO: [&str; 3] = ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss"];

impl Formats {
    /// The formats of the workbook that has this sheet.
    pub fn of(book: &mut Book, place: Where) -> Result<Self, Error> {
        let is_1904 = book.has_1904_epoch();
        let mut formats = Formats { codes: vec!["General".to_owned()], is_1904, ..Formats::default() };
        let reader = parsing(|| book.worksheet_cells_reader(place.sheet));
        let reader = reader.map_err(|error| place.cause(cannot_read(place.file, place.sheet, &error)))?;
        for style in reader.styles() {
            let code = style.number_format.as_ref().map_or("General", |format| match format.format_id {
                // The reader's answer for a format that it does not know: what it is depends on the language.
                Some(1..164) if format.format_code == "General" => "",
                _ => format.format_code.as_str(),
            });
            let known = formats.codes.iter().position(|known| known == code);
            let index = known.unwrap_or_else(|| {
                formats.codes.push(code.to_owned());
                formats.codes.len() - 1
            });
            formats.of_style.push(u16::try_from(index).unwrap_or(0));
        }
        formats.iso = u16::try_from(formats.codes.len()).unwrap_or(0);
        formats.codes.extend(ISO.map(str::to_owned));
        Ok(formats)
    }

    fn cell(&self, value: &DataRef, format: u16) -> Cell {
        match value {
            DataRef::Empty => Cell::Empty,
            DataRef::String(text) | DataRef::DurationIso(text) => text_cell(text),
            DataRef::DateTimeIso(text) => {
                iso_serial(text).map_or_else(|| text_cell(text), |serial| self.moment(serial, format))
            }
            DataRef::SharedString(text) => text_cell(text),
            DataRef::Float(value) if !value.is_finite() => no_number(*value),
            DataRef::Float(value) => Cell::Number { value: *value, format },
            DataRef::Int(value) => Cell::Number { value: *value as f64, format },
            DataRef::Bool(value) => Cell::Bool(*value),
            DataRef::Error(error) => Cell::Bad(BadCell::Error(compact_str::format_compact!("{error}"))),
            DataRef::DateTime(date) => {
                let serial = date.as_f64();
                if !serial.is_finite() {
                    return no_number(serial);
                }
                // A duration, or a time without a day, has no epoch.
                let counts_from_1904 = self.is_1904 && date.is_datetime() && serial >= 1.0;
                self.moment(if counts_from_1904 { serial + DAYS_TO_1904 } else { serial }, format)
            }
        }
    }
}

impl Formats {
    /// A moment, with a format that shows it as one.
    fn moment(&self, serial: f64, format: u16) -> Cell {
        let has_format =
            self.codes.get(usize::from(format)).is_some_and(|code| !["", "General"].contains(&code.as_str()));
        let own = match serial {
            ..1.0 => 2,
            _ if serial.fract() == 0.0 => 0,
            _ => 1,
        };
        Cell::Date { serial, format: if has_format { format } else { self.iso + own } }
    }
}

/// A sheet that is read: its name, and the scanner of its part.
#[derive(Clone, Copy)]
pub(super) struct Where<'a> {
    pub file: &'a str,
    pub sheet: &'a str,
    pub scanner: &'a Scanner,
    pub part: usize,
}

impl Where<'_> {
    /// What to tell of the sheet where the parser stumbles.
    fn cause(self, stumbled: Error) -> Error {
        self.scanner.cause(self.part, self.file, stumbled)
    }

    fn refused(self, fault: SheetFault) -> Error {
        Error::new(self.file, ErrorKind::Sheet(self.sheet.to_owned(), fault))
    }
}

/// The rows of a sheet, put together from its cells.
pub(super) struct Rows<'a> {
    reader: XlsxCellReader<'a, BufReader<Gated>>,
    formats: &'a Formats,
    place: Where<'a>,
    /// Those of the sheet, from where it turned out to have some.
    marks: Option<Arc<Marks>>,
    /// How many of the formula cells without a result are passed, and of the errors that the reader does not know.
    uncached: usize,
    unknown: usize,
    /// Cells of a row at least.
    width: usize,
    /// The first cell of the next row, with its row from 0.
    ahead: Option<(u32, u32, Cell)>,
    /// The number of the last row, from 1.
    last: u32,
    /// The reader must not be asked again once it had no more.
    ended: bool,
}

impl<'a> Rows<'a> {
    /// Rows of at least `width` cells.
    pub fn open(book: &'a mut Book, formats: &'a Formats, place: Where<'a>, width: usize) -> Result<Self, Error> {
        let reader = parsing(|| book.worksheet_cells_reader(place.sheet));
        let reader = reader.map_err(|error| place.cause(cannot_read(place.file, place.sheet, &error)))?;
        let (marks, ahead) = (None, None);
        Ok(Self { reader, formats, place, marks, uncached: 0, unknown: 0, width, ahead, last: 0, ended: false })
    }

    /// The next row that has a cell which is not empty: its number and its cells from column A on.
    pub fn next(&mut self) -> Result<Option<(u32, Vec<Cell>)>, Error> {
        self.next_row().map_err(|stumbled| self.place.cause(stumbled))
    }

    /// Whether the row that was last given is hidden.
    pub fn is_hidden(&self) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.hidden.contains(self.last))
    }

    fn next_row(&mut self) -> Result<Option<(u32, Vec<Cell>)>, Error> {
        let Some((row, column, cell)) = self.take_ahead()? else { return Ok(None) };
        if row < self.last || row >= MOST_ROWS {
            return Err(self.out_of_order(row, column));
        }
        self.last = row + 1;
        let mut cells = Vec::with_capacity(self.width.max(column as usize + 1));
        self.place_cell(&mut cells, row, column, cell)?;
        while let Some((next_row, column, cell)) = self.next_cell()? {
            if next_row != row {
                self.ahead = Some((next_row, column, cell));
                break;
            }
            self.place_cell(&mut cells, row, column, cell)?;
        }
        if cells.len() < self.width {
            cells.resize(self.width, Cell::Empty);
        }
        Ok(Some((row + 1, cells)))
    }

    fn take_ahead(&mut self) -> Result<Option<(u32, u32, Cell)>, Error> {
        match self.ahead.take() {
            Some(cell) => Ok(Some(cell)),
            None => self.next_cell(),
        }
    }

    fn place_cell(&self, cells: &mut Vec<Cell>, row: u32, column: u32, cell: Cell) -> Result<(), Error> {
        if (column as usize) < cells.len() || column >= MOST_COLUMNS {
            return Err(self.out_of_order(row, column));
        }
        cells.resize(column as usize, Cell::Empty);
        cells.push(cell);
        Ok(())
    }

    /// The next cell that is not empty: its row and column from 0.
    fn next_cell(&mut self) -> Result<Option<(u32, u32, Cell)>, Error> {
        let place = self.place;
        while !self.ended {
            // By now the scanner is beyond this cell.
            let next = parsing(|| self.reader.next_cell_with_style_id());
            if self.marks.is_none() && place.scanner.is_special(place.part) {
                self.marks = Some(place.scanner.marks(place.part).map_err(|trouble| trouble.of(place.file))?);
            }
            let (found, style) = match next {
                Ok(Some(cell)) => cell,
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                Err(error) => return self.unknown_error(error).map(Some),
            };
            let (row, column) = found.get_position();
            if matches!(found.get_value(), DataRef::Empty) {
                if self.marks.is_none() || !self.is_uncached(row, column) {
                    continue;
                }
                return Ok(Some((row, column, Cell::Bad(BadCell::NoCachedValue))));
            }
            let format = self.formats.of_style.get(style).copied().unwrap_or(0);
            let cell = self.formats.cell(found.get_value(), format);
            if let Cell::Text(text) = &cell
                && text.len() > LONGEST_CELL
                && text.encode_utf16().count() > LONGEST_CELL
            {
                return Err(self.too_long(row, column));
            }
            return Ok(Some((row, column, cell)));
        }
        Ok(None)
    }

    /// The cell with an error that the reader does not know. The reader has left it, and goes on behind it.
    fn unknown_error(&mut self, error: XlsxError) -> Result<(u32, u32, Cell), Error> {
        let unknown =
            self.marks.as_ref().filter(|marks| !marks.unsure).and_then(|marks| marks.unknown.get(self.unknown));
        match (error, unknown) {
            (XlsxError::CellError(value), Some((row, column))) => {
                self.unknown += 1;
                Ok((*row, *column, Cell::Bad(BadCell::Error(shown(&value).into()))))
            }
            (error, _) => Err(self.refusal(&error)),
        }
    }

    fn is_uncached(&mut self, row: u32, column: u32) -> bool {
        let Some(marks) = &self.marks else { return false };
        self.uncached += marks.uncached[self.uncached..].partition_point(|place| *place < (row, column));
        marks.uncached.get(self.uncached) == Some(&(row, column))
    }

    fn refusal(&self, error: &XlsxError) -> Error {
        match error {
            XlsxError::CellError(value) => {
                self.place.refused(SheetFault::ErrorCell { row: self.last.max(1), value: value.clone() })
            }
            error => cannot_read(self.place.file, self.place.sheet, error),
        }
    }

    fn out_of_order(&self, row: u32, column: u32) -> Error {
        self.place.refused(SheetFault::OutOfPlace(reference(row, column)))
    }

    fn too_long(&self, row: u32, column: u32) -> Error {
        self.place.refused(SheetFault::LongCell { cell: reference(row, column), most: LONGEST_CELL })
    }
}

fn reference(row: u32, column: u32) -> String {
    format!("{}{}", column_letter(column as usize), u64::from(row) + 1)
}

/// Days since 1899-12-30, of a moment that is written as a text: a date, a date with its time, or a time.
fn iso_serial(text: &str) -> Option<f64> {
    let (day, clock) = match text.split_once('T') {
        Some(("", clock)) => (None, Some(clock)),
        Some((day, clock)) => (Some(day), Some(clock)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let days = match day {
        Some(day) => i64::from((day.parse::<Date>().ok()? - date(1899, 12, 30)).get_days()),
        None => 0,
    };
    let time = match clock {
        // One with a zone is another moment elsewhere, which no cell keeps: it stays the text that it is.
        Some(clock) if clock.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')) => {
            clock.parse::<Time>().ok()?
        }
        Some(_) => return None,
        None => Time::midnight(),
    };
    Some(days as f64 + time.duration_since(Time::midnight()).as_secs_f64() / 86_400.0)
}

/// No spreadsheet writes such a value.
fn no_number(value: f64) -> Cell {
    Cell::Bad(BadCell::Error(compact_str::format_compact!("{value}")))
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.into()) }
}

pub(super) fn cannot_read(file: &str, sheet: &str, error: &XlsxError) -> Error {
    if sheet.is_empty() {
        return Trouble::Damaged(error.to_string()).of(file);
    }
    Error::new(file, ErrorKind::Sheet(sheet.to_owned(), SheetFault::Unreadable(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_of_iso_8601_has_a_serial() {
        for (text, serial) in [
            ("2026-12-31", 46387.0),
            ("2026-12-31T00:00:00", 46387.0),
            ("2026-12-31T12:00:00.000", 46387.5),
            ("2026-12-31T06:00:00", 46387.25),
            ("1899-12-30", 0.0),
            ("18:00:00", 0.75),
            ("T18:00:00", 0.75),
        ] {
            assert_eq!(iso_serial(text), Some(serial), "{text}");
        }
        for text in [
            "",
            "tomorrow",
            "31.12.2026",
            "2026-13-01",
            "2026-12-31T25:00:00",
            "2026-12-31T06:00:00+03:00",
            "2026-12-31T06:00:00Z",
        ] {
            assert_eq!(iso_serial(text), None, "{text}");
        }
    }
}
