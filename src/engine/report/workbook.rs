//! The result as a workbook: a sheet for each sheet of the input, with the rows where they stood, then
//! the summary, then a sheet of ids where the server answered with lists.
//!
//! Sheets are written row by row to files that have no name, so memory stays flat; several may be open
//! at once, which lets the ids be written while the rows go by.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use caseload_sheet::panics::writing;
use caseload_sheet::write::{COLUMN_LIMIT, LARGE, Palette, SheetNames, SheetWriter, Styles, Target, seal};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{DocProperties, RowNum, Workbook, Worksheet, XlsxError};

use super::cells::{AddedCells, write_input};
use super::columns::{Columns, Places};
use super::explain::Context;
use super::frequent::Errors;
use super::ids::{self, IdSheet, Means, Origin};
use super::publish::{self, failed};
use super::styles::StatusStyles;
use super::{Facts, Layout, earlier, summary};
use crate::error::{Code, Error};
use crate::outcome::Outcome;
use crate::row::{Row, Sheet};
use crate::{say, text};

pub struct Writer<'a> {
    target: Target,
    layout: Layout<'a>,
    zone: TimeZone,
    row_limit: RowNum,
    book: Workbook,
    names: SheetNames,
    columns: Columns,
    styles: Styles,
    statuses: StatusStyles,
    sheets: Vec<ResultSheet>,
    ids: Vec<IdSheet>,
    errors: Errors,
}

/// The parts of the result for one input sheet.
struct ResultSheet {
    name: String,
    places: Places,
    full: Vec<Worksheet>,
    current: Option<SheetWriter>,
}

impl<'a> Writer<'a> {
    pub fn create(target: Target, layout: Layout<'a>, zone: TimeZone, row_limit: RowNum) -> Result<Self, Error> {
        let columns = Columns::new(layout.operations, layout.checking);
        let mut names = SheetNames::default();
        let sheets: Vec<_> =
            layout.sheets.iter().map(|sheet| ResultSheet::new(sheet, &columns, &mut names, &layout)).collect();
        if let Some((sheet, _)) = layout.sheets.iter().zip(&sheets).find(|(_, own)| own.places.width() > COLUMN_LIMIT) {
            return Err(too_wide(&sheet.name));
        }
        let mut book = Workbook::new();
        // The temporary parts stand on the target's disk, which has to hold the result anyway; the
        // system's own folder is often memory.
        writing(|| book.set_tempdir(target.folder()).map(drop)).map_err(|why| failed(target.path(), &layout, &why))?;
        let (styles, ids, errors) = (Styles::default(), Vec::new(), Errors::default());
        let statuses = StatusStyles::new(&styles);
        Ok(Self { target, layout, zone, row_limit, book, names, columns, styles, statuses, sheets, ids, errors })
    }

    pub fn row(&mut self, row: &Row, operation: Option<usize>, outcome: &Outcome) -> Result<(), Error> {
        writing(|| self.write(row, operation, outcome)).map_err(|why| failed(self.target.path(), &self.layout, &why))
    }

    fn write(&mut self, row: &Row, operation: Option<usize>, outcome: &Outcome) -> Result<(), XlsxError> {
        let index = usize::from(row.place.sheet);
        let Some(source) = self.layout.sheets.get(index) else { return Ok(()) };
        let context = Context {
            lang: self.layout.lang,
            headers: &source.headers,
            operation: operation.and_then(|operation| self.layout.operations.get(operation)),
            run: self.layout.run,
            flags: self.layout.flags,
        };
        self.errors.add(outcome, context);
        self.make_room(index, row.place.row)?;
        let sheet = &mut self.sheets[index];
        let Some(part) = &mut sheet.current else { return Ok(()) };
        let in_place = !self.layout.csv && sheet.full.is_empty();
        let at = part.begin_row(in_place.then(|| row.place.row.saturating_sub(1)));
        let mut palette = Palette { styles: &mut self.styles, formats: self.layout.formats };
        write_input(part, at, row, outcome, &sheet.places, &mut palette)?;
        let added = AddedCells {
            columns: &self.columns,
            styles: &self.styles,
            statuses: &self.statuses,
            zone: &self.zone,
            context,
            operation,
        };
        added.write(part, at, sheet.places.kept, outcome)?;
        self.list_ids(row, operation, outcome)
    }

    /// Sees that the sheet has a part with room for a row, and begins the next part where it has not.
    fn make_room(&mut self, index: usize, row: u32) -> Result<(), XlsxError> {
        let sheet = &mut self.sheets[index];
        let in_place = !self.layout.csv && sheet.full.is_empty();
        let (limit, wanted) = (self.row_limit, if in_place { row.saturating_sub(1) } else { 0 });
        let is_full = sheet.current.as_ref().is_some_and(|part| part.next().max(wanted) >= limit);
        if let Some(full) = sheet.current.take_if(|_| is_full) {
            sheet.full.push(full.end(sheet.places.width())?);
        }
        self.begin_if_none(index)
    }

    fn begin_if_none(&mut self, index: usize) -> Result<(), XlsxError> {
        if self.sheets[index].current.is_none() {
            let part = self.begin_part(index)?;
            self.sheets[index].current = Some(part);
        }
        Ok(())
    }

    fn begin_part(&mut self, index: usize) -> Result<SheetWriter, XlsxError> {
        let sheet = &self.sheets[index];
        let number = sheet.full.len() + 1;
        let name = if number == 1 { sheet.name.clone() } else { self.names.take(&sheet.name, number) };
        let mut worksheet = self.book.new_worksheet_with_constant_memory()?;
        worksheet.set_name(name)?;
        let mut part = SheetWriter::new(worksheet);
        let mut palette = Palette { styles: &mut self.styles, formats: self.layout.formats };
        let at_own_row = !self.layout.csv && number == 1;
        part.begin(&sheet.places.head(&self.layout.sheets[index], &self.columns, at_own_row), &mut palette)?;
        Ok(part)
    }

    fn list_ids(&mut self, row: &Row, operation: Option<usize>, outcome: &Outcome) -> Result<(), XlsxError> {
        let Some(listed) = ids::listed(outcome) else { return Ok(()) };
        let Some(name) = self.columns.id_name(operation) else { return Ok(()) };
        let mut means = Means {
            book: &mut self.book,
            names: &mut self.names,
            styles: &self.styles,
            zone: &self.zone,
            row_limit: self.row_limit,
        };
        if !self.ids.iter().any(|sheet| sheet.is_for(name)) {
            self.ids.push(IdSheet::create(name, !self.layout.csv, &mut means)?);
        }
        let sheet = self.layout.sheets.get(usize::from(row.place.sheet)).map(|sheet| sheet.name.as_str());
        let origin = Origin { place: row.place, sheet };
        for ids in self.ids.iter_mut().filter(|ids| ids.is_for(name)) {
            ids.add(listed, &origin, outcome.sent_at_ms, &mut means)?;
        }
        Ok(())
    }

    pub fn finish(mut self, facts: &Facts) -> Result<PathBuf, Error> {
        let saved = writing(|| self.assemble(facts)).and_then(|()| self.save());
        saved.map_err(|why| failed(self.target.path(), &self.layout, &why))?;
        publish::publish(self.target, &self.layout)
    }

    /// Puts the sheets in their order: rows, summary, ids.
    fn assemble(&mut self, facts: &Facts) -> Result<(), XlsxError> {
        let mut size = self.ids.iter().map(IdSheet::size).max().unwrap_or(0);
        for index in 0..self.sheets.len() {
            // A sheet without rows keeps its header.
            self.begin_if_none(index)?;
            let width = self.sheets[index].places.width();
            for full in std::mem::take(&mut self.sheets[index].full) {
                self.book.push_worksheet(full);
                size = LARGE;
            }
            if let Some(last) = self.sheets[index].current.take() {
                size = size.max(last.size());
                self.book.push_worksheet(last.end(width)?);
            }
        }
        let name = self.names.take(&say!(self.layout.lang, "Özet", "Summary"), 1);
        let sheet = self.book.add_worksheet();
        sheet.set_name(name)?;
        summary::write(sheet, facts, &self.layout, &self.columns, &self.errors, &self.zone)?;
        for ids in std::mem::take(&mut self.ids) {
            for sheet in ids.end()? {
                self.book.push_worksheet(sheet);
            }
        }
        let run = self.layout.run.unwrap_or("check");
        self.book.set_properties(&DocProperties::new().set_custom_property(earlier::PROPERTY, run));
        self.book.use_zip_large_file(size >= LARGE).set_zip_compression_level(2);
        Ok(())
    }

    fn save(&mut self) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, self.target.file()?);
        writing(|| self.book.save_to_writer(&mut out))?;
        out.flush()?;
        seal(self.target.file()?)
    }
}

impl ResultSheet {
    fn new(source: &Sheet, columns: &Columns, names: &mut SheetNames, layout: &Layout) -> Self {
        let name = match source.name.as_str() {
            "" => names.take(&say!(layout.lang, "Sonuç", "Result"), 1),
            name => names.take(name, 1),
        };
        Self { name, places: Places::new(source, columns), full: Vec::new(), current: None }
    }
}

/// A sheet whose result has more columns than a sheet can have.
pub fn too_wide(sheet: &str) -> Error {
    let sheet = crate::message::shown(sheet);
    Code::ResultTooWide.cannot_start(text!(
        "\"{sheet}\" sayfasında sonuç sütunlarına yer yok: bir sayfa en çok 16.384 sütun alır. Boş sütunları silin ya da -o ile .csv seçin.",
        "The sheet \"{sheet}\" has no room for the columns of the result: a sheet has at most 16,384. Delete the empty columns, or choose .csv with -o."
    ))
}
