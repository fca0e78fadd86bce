//! What was read as CSV, in the form of every result: UTF-8 with a byte order mark, `;` between fields.

use std::io;
use std::path::PathBuf;

use caseload_sheet::write::{CsvWriter, Target};

use super::super::publish::{self, failed};
use super::{Content, Grid, Layout, Line};
use crate::error::Error;

pub struct Writer<'a> {
    target: Target,
    grid: Grid<'a>,
    out: CsvWriter,
}

impl<'a> Writer<'a> {
    pub fn create(target: Target, layout: Layout<'a>) -> Result<Self, Error> {
        let grid = Grid::new(layout);
        let begin = || -> io::Result<CsvWriter> {
            let mut out = CsvWriter::begin(target.file()?)?;
            grid.headers.iter().try_for_each(|(header, _)| out.put_own(header))?;
            out.end_row()?;
            Ok(out)
        };
        let out = begin().map_err(|why| failed(target.path(), &grid.layout.result, &why))?;
        Ok(Self { target, grid, out })
    }

    pub fn line(&mut self, line: Line) -> Result<(), Error> {
        self.write(line).map_err(|why| failed(self.target.path(), &self.grid.layout.result, &why))
    }

    fn write(&mut self, line: Line) -> io::Result<()> {
        let (formats, lang) = (self.grid.layout.result.formats, self.grid.layout.result.lang);
        for content in self.grid.contents(line) {
            match content {
                Content::Input(cell, _) => self.out.put_cell(cell, formats, lang)?,
                Content::Item(cell) => self.out.put_cell(&cell, formats, lang)?,
                Content::Sheet(name) => self.out.put_own(name)?,
                Content::Result => self.out.put(line.outcome.status.as_str())?,
                Content::Explanation(words) | Content::Code(words) => self.out.put(&words)?,
                Content::HttpStatus(status) => self.out.put(&status.to_string())?,
                Content::Nothing => self.out.put("")?,
            }
        }
        self.out.end_row()
    }

    pub fn finish(self) -> Result<PathBuf, Error> {
        self.out.finish().map_err(|why| failed(self.target.path(), &self.grid.layout.result, &why))?;
        publish::publish(self.target, &self.grid.layout.result)
    }
}

/// Whether a file's first line is a header that begins with these columns.
pub fn begins_with(line: &str, columns: &[String]) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim_end();
    let mut headers = line.split(';').map(|header| header.trim_matches('"'));
    columns.iter().all(|column| headers.next() == Some(column))
}
