//! What was read as a workbook: one sheet, or several where there are more rows than one holds.

use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use caseload_sheet::panics::writing;
use caseload_sheet::write::{
    COLUMN_LIMIT, Head, Header, LARGE, Palette, ROW_LIMIT, SheetNames, SheetWriter, Styles, Target, looks_like_formula,
    seal,
};
use rust_xlsxwriter::{DocProperties, RowNum, Workbook, Worksheet, XlsxError};

use super::super::earlier::PROPERTY;
use super::super::publish::{self, failed};
use super::super::styles::StatusStyles;
use super::super::workbook::too_wide;
use super::{Content, Grid, Layout, Line};
use crate::error::Error;

pub struct Writer<'a> {
    target: Target,
    grid: Grid<'a>,
    row_limit: RowNum,
    book: Workbook,
    names: SheetNames,
    styles: Styles,
    statuses: StatusStyles,
    full: Vec<Worksheet>,
    current: Option<SheetWriter>,
}

impl<'a> Writer<'a> {
    pub fn create(target: Target, layout: Layout<'a>) -> Result<Self, Error> {
        let grid = Grid::new(layout);
        if grid.headers.len() > COLUMN_LIMIT {
            return Err(too_wide(&grid.layout.result.sheets.first().map(|s| s.name.clone()).unwrap_or_default()));
        }
        let mut book = Workbook::new();
        writing(|| book.set_tempdir(target.folder()).map(drop))
            .map_err(|why| failed(target.path(), &grid.layout.result, &why))?;
        let styles = Styles::default();
        Ok(Self {
            target,
            grid,
            row_limit: ROW_LIMIT,
            book,
            names: SheetNames::default(),
            statuses: StatusStyles::new(&styles),
            styles,
            full: Vec::new(),
            current: None,
        })
    }

    pub fn line(&mut self, line: Line) -> Result<(), Error> {
        writing(|| self.write(line)).map_err(|why| failed(self.target.path(), &self.grid.layout.result, &why))
    }

    fn write(&mut self, line: Line) -> Result<(), XlsxError> {
        let limit = self.row_limit;
        if let Some(full) = self.current.take_if(|part| part.next() >= limit) {
            self.full.push(full.end(self.grid.headers.len())?);
        }
        let mut part = self.part()?;
        let at = part.begin_row(None);
        let mut palette = Palette { styles: &mut self.styles, formats: self.grid.layout.result.formats };
        for (column, content) in self.grid.contents(line).into_iter().enumerate() {
            match content {
                Content::Nothing => {}
                Content::Input(cell, problem) => part.cell(at, column, cell, problem, &mut palette)?,
                Content::Item(cell) => part.cell(at, column, &cell, false, &mut palette)?,
                Content::Sheet(name) => {
                    part.text(at, column, name, palette.styles.text(looks_like_formula(name), false))?;
                }
                Content::Result => {
                    let word = line.outcome.status;
                    part.text(at, column, word.as_str(), Some(self.statuses.of(word)))?;
                }
                Content::Explanation(words) if words.is_empty() => {}
                Content::Explanation(words) if looks_like_formula(&words) => {
                    part.wrapped(at, column, &words, &palette.styles.quoted_wrapped)?;
                }
                Content::Explanation(words) => part.wrapped(at, column, &words, &palette.styles.wrapped)?,
                Content::Code(words) if words.is_empty() => {}
                Content::Code(words) => {
                    part.text(at, column, &words, palette.styles.text(looks_like_formula(&words), false))?;
                }
                Content::HttpStatus(status) => part.number(at, column, f64::from(status), 4, &palette.styles.whole)?,
            }
        }
        self.current = Some(part);
        Ok(())
    }

    /// The part that rows go to, begun where there is none.
    fn part(&mut self) -> Result<SheetWriter, XlsxError> {
        if let Some(part) = self.current.take() {
            return Ok(part);
        }
        let name = self.grid.layout.result.operations.first().map_or("Result", |operation| &operation.name);
        let mut worksheet = self.book.new_worksheet_with_constant_memory()?;
        worksheet.set_name(self.names.take(name, self.full.len() + 1))?;
        let mut part = SheetWriter::new(worksheet);
        let headers = self.grid.headers.iter().enumerate();
        let headers = headers.map(|(column, (text, added))| Header { column, text, added: *added }).collect();
        let head = Head { at: 0, above: &[], headers, width: self.grid.headers.len() };
        part.begin(&head, &mut Palette { styles: &mut self.styles, formats: self.grid.layout.result.formats })?;
        Ok(part)
    }

    pub fn finish(mut self) -> Result<PathBuf, Error> {
        let saved = writing(|| self.assemble()).and_then(|()| self.save());
        saved.map_err(|why| failed(self.target.path(), &self.grid.layout.result, &why))?;
        publish::publish(self.target, &self.grid.layout.result)
    }

    fn assemble(&mut self) -> Result<(), XlsxError> {
        let last = self.part()?;
        let large = !self.full.is_empty() || last.size() >= LARGE;
        for full in std::mem::take(&mut self.full) {
            self.book.push_worksheet(full);
        }
        self.book.push_worksheet(last.end(self.grid.headers.len())?);
        self.book.set_properties(&DocProperties::new().set_custom_property(PROPERTY, "fetch"));
        self.book.use_zip_large_file(large).set_zip_compression_level(2);
        Ok(())
    }

    fn save(&mut self) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, self.target.file()?);
        writing(|| self.book.save_to_writer(&mut out))?;
        out.flush()?;
        seal(self.target.file()?)
    }
}
