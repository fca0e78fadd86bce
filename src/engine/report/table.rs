//! The result as CSV, the way a Turkish Excel opens it with a double click: UTF-8 with a byte order
//! mark, fields apart by `;`. A field that a spreadsheet might take for a formula begins with `'`, and no field holds
//! a character that steers a terminal. The input's own cells come back letter for letter when the result is fed back.
//!
//! An input of several sheets gives one table: a Sheet column in front, then every header that any
//! sheet has, once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use caseload_sheet::write::{CsvWriter, Target};
use jiff::tz::TimeZone;

use super::added::Value;
use super::columns::{Columns, of_earlier_result};
use super::explain::Context;
use super::publish::{self, failed};
use super::{Layout, moment};
use crate::error::Error;
use crate::outcome::{Outcome, id_text};
use crate::row::{Cell, Row, Sheet};

pub struct Writer<'a> {
    target: Target,
    layout: Layout<'a>,
    zone: TimeZone,
    columns: Columns,
    /// For each sheet, the input column under each header of the table.
    sources: Vec<Vec<Option<usize>>>,
    out: CsvWriter,
}

impl<'a> Writer<'a> {
    pub fn create(target: Target, layout: Layout<'a>, zone: TimeZone) -> Result<Self, Error> {
        let columns = Columns::new(layout.operations, layout.checking);
        let (headers, sources) = merged(layout.sheets, |sheet| of_earlier_result(&sheet.headers));
        let several = layout.sheets.len() > 1;
        let begin = || -> io::Result<CsvWriter> {
            let mut out = CsvWriter::begin(target.file()?)?;
            if several {
                out.put("Sheet")?;
            }
            headers.iter().try_for_each(|header| out.put_own(header))?;
            columns.headers().try_for_each(|header| out.put(header))?;
            out.end_row()?;
            Ok(out)
        };
        let out = begin().map_err(|why| failed(target.path(), &layout, &why))?;
        Ok(Self { target, layout, zone, columns, sources, out })
    }

    pub fn row(&mut self, row: &Row, operation: Option<usize>, outcome: &Outcome) -> Result<(), Error> {
        self.write(row, operation, outcome).map_err(|why| failed(self.target.path(), &self.layout, &why))
    }

    fn write(&mut self, row: &Row, operation: Option<usize>, outcome: &Outcome) -> io::Result<()> {
        let index = usize::from(row.place.sheet);
        let (Some(sheet), Some(sources)) = (self.layout.sheets.get(index), self.sources.get(index)) else {
            return Ok(());
        };
        let (formats, lang) = (self.layout.formats, self.layout.lang);
        if self.layout.sheets.len() > 1 {
            self.out.put_own(&sheet.name)?;
        }
        for source in sources {
            let cell = source.and_then(|column| row.cells.get(column));
            self.out.put_cell(cell.unwrap_or(&Cell::Empty), formats, lang)?;
        }
        let operation_data = operation.and_then(|operation| self.layout.operations.get(operation));
        let (run, flags) = (self.layout.run, self.layout.flags);
        let context = Context { lang, headers: &sheet.headers, operation: operation_data, run, flags };
        for added in &self.columns.added {
            let value = added.value(outcome, &self.columns, operation, context);
            self.out.put(&self.text(value))?;
        }
        for cell in row.cells.iter().skip(sheet.headers.len()) {
            self.out.put_cell(cell, formats, lang)?;
        }
        self.out.end_row()
    }

    fn text<'v>(&self, value: Value<'v>) -> Cow<'v, str> {
        match value {
            Value::Nothing => "".into(),
            Value::Status(status) => status.as_str().into(),
            Value::Id(id) => id_text(id).into(),
            Value::Words(words) => words.into(),
            Value::Text(text) => text,
            Value::Count(count) => count.to_string().into(),
            Value::Moment(ms) => moment::plain(ms, &self.zone).into(),
        }
    }

    pub fn finish(self) -> Result<PathBuf, Error> {
        self.out.finish().map_err(|why| failed(self.target.path(), &self.layout, &why))?;
        publish::publish(self.target, &self.layout)
    }
}

/// The headers of all sheets, each once, and for each sheet its column under each of them. A header
/// that a sheet has twice is two headers. Columns that are `dropped` are left out.
pub fn merged(sheets: &[Sheet], dropped: impl Fn(&Sheet) -> Range<usize>) -> (Vec<&str>, Vec<Vec<Option<usize>>>) {
    let mut headers = Vec::new();
    let mut known: HashMap<(&str, usize), usize> = HashMap::new();
    let mut sources: Vec<Vec<Option<usize>>> = Vec::new();
    for sheet in sheets {
        let (mut seen, mut source) = (HashMap::new(), Vec::new());
        let dropped = dropped(sheet);
        for (column, header) in sheet.headers.iter().enumerate().filter(|(column, _)| !dropped.contains(column)) {
            let nth = seen.entry(header.as_str()).and_modify(|nth| *nth += 1).or_insert(0);
            let at = *known.entry((header, *nth)).or_insert_with(|| {
                headers.push(header.as_str());
                headers.len() - 1
            });
            if at >= source.len() {
                source.resize(at + 1, None);
            }
            source[at] = Some(column);
        }
        sources.push(source);
    }
    for source in &mut sources {
        source.resize(headers.len(), None);
    }
    (headers, sources)
}
