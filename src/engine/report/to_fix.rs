//! The rows that are to be mended, as a workbook of their own: the columns of the list, and nothing added, so that it
//! is sent like the list itself once it is mended.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use caseload_sheet::panics::writing;
use caseload_sheet::write::{LARGE, Palette, ROW_LIMIT, SheetNames, SheetWriter, Styles, Target, seal};
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::Layout;
use super::cells::write_input;
use super::columns::{Columns, Places};
use super::publish::{self, failed};
use crate::error::Error;
use crate::outcome::{Outcome, Status};
use crate::row::{Row, Sheet};
use crate::say;

/// Whether a person has something to mend in a row. A row that nobody knows the end of is not sent again.
pub fn is_to_fix(outcome: &Outcome) -> bool {
    matches!(outcome.status, Status::Invalid | Status::Rejected)
}

/// The workbook in the making. Dropped before [`Writer::finish`], it leaves nothing behind.
pub struct Writer<'a> {
    target: Target,
    layout: Layout<'a>,
    book: Workbook,
    names: SheetNames,
    /// No column is added.
    columns: Columns,
    styles: Styles,
    sheets: Vec<Part>,
}

/// What there is of one sheet of the list.
struct Part {
    places: Places,
    full: Vec<Worksheet>,
    current: Option<SheetWriter>,
}

impl<'a> Writer<'a> {
    /// Begins the workbook at `path`.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub fn create(path: &Path, layout: Layout<'a>) -> Result<Self, Error> {
        let target = publish::create(path)?;
        let columns = Columns::none();
        let part = |sheet: &Sheet| Part { places: Places::new(sheet, &columns), full: Vec::new(), current: None };
        let sheets = layout.sheets.iter().map(part).collect();
        let mut book = Workbook::new();
        writing(|| book.set_tempdir(target.folder()).map(drop)).map_err(|why| failed(target.path(), &layout, &why))?;
        let (names, styles) = (SheetNames::default(), Styles::default());
        Ok(Self { target, layout, book, names, columns, styles, sheets })
    }

    /// Adds a row; the cells that a problem names are coloured.
    ///
    /// # Errors
    /// The disk.
    pub fn row(&mut self, row: &Row, outcome: &Outcome) -> Result<(), Error> {
        writing(|| self.write(row, outcome)).map_err(|why| failed(self.target.path(), &self.layout, &why))
    }

    fn write(&mut self, row: &Row, outcome: &Outcome) -> Result<(), XlsxError> {
        let index = usize::from(row.place.sheet);
        if index >= self.sheets.len() {
            return Ok(());
        }
        self.make_room(index)?;
        let part = &mut self.sheets[index];
        let Some(sheet) = &mut part.current else { return Ok(()) };
        let at = sheet.begin_row(None);
        let mut palette = Palette { styles: &mut self.styles, formats: self.layout.formats };
        write_input(sheet, at, row, outcome, &part.places, &mut palette)
    }

    /// Sees that a sheet has a part with room for a row.
    fn make_room(&mut self, index: usize) -> Result<(), XlsxError> {
        let part = &mut self.sheets[index];
        let width = part.places.width();
        if let Some(full) = part.current.take_if(|sheet| sheet.next() >= ROW_LIMIT) {
            part.full.push(full.end(width)?);
        }
        if part.current.is_some() {
            return Ok(());
        }
        let (source, number) = (&self.layout.sheets[index], part.full.len() + 1);
        let own = say!(self.layout.lang, "Düzeltilecek", "To mend");
        let name = if source.name.is_empty() { own.as_str() } else { source.name.as_str() };
        let mut worksheet = self.book.new_worksheet_with_constant_memory()?;
        worksheet.set_name(self.names.take(name, number))?;
        let mut sheet = SheetWriter::new(worksheet);
        let mut palette = Palette { styles: &mut self.styles, formats: self.layout.formats };
        sheet.begin(&part.places.head(source, &self.columns, false), &mut palette)?;
        part.current = Some(sheet);
        Ok(())
    }

    /// Completes the workbook and gives it its name. Returns the path.
    ///
    /// # Errors
    /// The disk.
    pub fn finish(mut self) -> Result<PathBuf, Error> {
        let saved = writing(|| self.assemble()).and_then(|size| self.save(size));
        saved.map_err(|why| failed(self.target.path(), &self.layout, &why))?;
        publish::publish(self.target, &self.layout)
    }

    /// Puts the sheets in their order. A workbook has one at least, with the headers alone if there is nothing to mend.
    fn assemble(&mut self) -> Result<u64, XlsxError> {
        if self.sheets.iter().all(|part| part.current.is_none()) && !self.sheets.is_empty() {
            self.make_room(0)?;
        }
        let mut size = 0;
        for part in &mut self.sheets {
            for full in std::mem::take(&mut part.full) {
                self.book.push_worksheet(full);
                size = LARGE;
            }
            if let Some(last) = part.current.take() {
                size = size.max(last.size());
                self.book.push_worksheet(last.end(part.places.width())?);
            }
        }
        Ok(size)
    }

    fn save(&mut self, size: u64) -> io::Result<()> {
        self.book.use_zip_large_file(size >= LARGE).set_zip_compression_level(2);
        let mut out = BufWriter::with_capacity(1 << 16, self.target.file()?);
        writing(|| self.book.save_to_writer(&mut out))?;
        out.flush()?;
        seal(self.target.file()?)
    }
}
