//! What was read as JSON Lines: one object a record, the record as the server wrote it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use caseload_sheet::write::Target;
use serde::Serialize;
use serde_json::Value;

use super::super::publish::{self, failed};
use super::{Layout, Line};
use crate::error::Error;
use crate::message::write_json;
use crate::outcome::{ApiError, Status};
use crate::report::json_lines::{ToldProblem, told_problems};
use crate::words::{self, Reader};

pub struct Writer<'a> {
    target: Target,
    layout: Layout<'a>,
    out: BufWriter<File>,
}

/// A record that was read for a row.
#[derive(Serialize)]
struct OfRow<'l> {
    file: &'l str,
    /// Null for a CSV file.
    sheet: Option<&'l str>,
    row: u32,
    result: Status,
    http_status: Option<u16>,
    error: Option<ApiError>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ToldProblem<'l>>,
    item: Option<&'l Value>,
}

/// A record of a list.
#[derive(Serialize)]
struct OfPage<'l> {
    page: u64,
    item: &'l Value,
}

impl<'a> Writer<'a> {
    pub fn create(target: Target, layout: Layout<'a>) -> Result<Self, Error> {
        let file = target.file().map_err(|why| failed(target.path(), &layout.result, &why))?;
        Ok(Self { target, layout, out: BufWriter::with_capacity(1 << 16, file) })
    }

    pub fn line(&mut self, line: Line) -> Result<(), Error> {
        self.write(line).map_err(|why| failed(self.target.path(), &self.layout.result, &why))
    }

    fn write(&mut self, line: Line) -> io::Result<()> {
        let Line { row, outcome, page, item } = line;
        if let Some(row) = row {
            let layout = &self.layout.result;
            let sheet = layout.sheets.get(usize::from(row.place.sheet)).map(|sheet| sheet.name.as_str());
            let reader = Reader { lang: layout.lang, flags: layout.flags };
            let line = OfRow {
                file: layout.file_name,
                sheet: sheet.filter(|_| !layout.csv),
                row: row.place.row,
                result: outcome.status,
                http_status: outcome.http_status,
                error: outcome.error.as_ref().map(|error| words::told(error, reader)),
                problems: told_problems(&outcome.problems, reader),
                item,
            };
            write_json(&mut self.out, &line)?;
        } else if let Some(item) = item {
            write_json(&mut self.out, &OfPage { page, item })?;
        } else {
            return Ok(());
        }
        self.out.write_all(b"\n")
    }

    pub fn finish(mut self) -> Result<PathBuf, Error> {
        self.out.flush().map_err(|why| failed(self.target.path(), &self.layout.result, &why))?;
        publish::publish(self.target, &self.layout.result)
    }
}

/// Whether a line has the keys of one that is written here.
pub fn is_ours(line: &str) -> bool {
    let Ok(Value::Object(line)) = serde_json::from_str(line) else { return false };
    let has = |keys: &[&str]| keys.iter().all(|key| line.contains_key(*key));
    has(&["file", "sheet", "row", "result", "http_status", "item"]) || (line.len() == 2 && has(&["page", "item"]))
}
