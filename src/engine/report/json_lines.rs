//! The result as JSON Lines: one object a row, with the keys that the README lists.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use caseload_sheet::write::Target;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value};

use super::publish::{self, failed};
use super::{Layout, moment};
use crate::error::Error;
use crate::message::write_json;
use crate::outcome::{ApiError, Outcome, Problem, Status};
use crate::row::Row;
use crate::words::{self, Reader};

pub struct Writer<'a> {
    target: Target,
    layout: Layout<'a>,
    zone: TimeZone,
    out: BufWriter<File>,
}

/// The keys of a line, in their order.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    /// Null for a CSV file.
    sheet: Option<&'a str>,
    row: u32,
    result: Status,
    id: Option<&'a Value>,
    error: Option<ApiError>,
    problems: Vec<ToldProblem<'a>>,
    http_status: Option<u16>,
    attempts: u32,
    sent_at: Option<String>,
    reference: Option<&'a str>,
    duplicate_of: Option<Original<'a>>,
}

/// Where a row stands, as people and programs are told.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The name of its file.
    pub file: &'a str,
    /// Nothing in a CSV file.
    pub sheet: Option<&'a str>,
    /// As the spreadsheet numbers it.
    pub row: u32,
}

/// A row and what became of it, with the keys of a line of JSON Lines.
pub fn row_json(at: &At, outcome: &Outcome, reader: Reader, zone: &TimeZone) -> Map<String, Value> {
    match serde_json::to_value(Line::of(at, outcome, reader, zone)) {
        Ok(Value::Object(line)) => line,
        _ => Map::new(),
    }
}

impl<'a> Line<'a> {
    fn of(at: &At<'a>, outcome: &'a Outcome, reader: Reader, zone: &TimeZone) -> Self {
        Line {
            file: at.file,
            sheet: at.sheet,
            row: at.row,
            result: outcome.status,
            id: outcome.id.as_ref(),
            error: outcome.error.as_ref().map(|error| words::told(error, reader)),
            problems: told_problems(&outcome.problems, reader),
            http_status: outcome.http_status,
            attempts: outcome.attempts,
            sent_at: outcome.sent_at_ms.and_then(|ms| moment::rfc3339(ms, zone)),
            reference: outcome.reference.as_deref(),
            duplicate_of: outcome.duplicate_of.as_ref().map(|of| Original {
                run: &of.run,
                file: &of.file,
                sheet: Some(of.sheet.as_str()).filter(|sheet| !sheet.is_empty()),
                row: of.row,
                result: of.result,
            }),
        }
    }
}

/// A problem, with its sentence in the reader's language.
#[derive(Serialize)]
pub(super) struct ToldProblem<'a> {
    column: &'a str,
    field: &'a str,
    value: &'a str,
    rule: &'a str,
    message: String,
}

pub(super) fn told_problems<'a>(problems: &'a [Problem], reader: Reader) -> Vec<ToldProblem<'a>> {
    let told = |problem: &'a Problem| {
        let Problem { column, field, value, rule, .. } = problem;
        ToldProblem { column, field, value, rule, message: words::problem(problem, reader.lang) }
    };
    problems.iter().map(told).collect()
}

/// The row that a duplicate repeats.
#[derive(Serialize)]
struct Original<'a> {
    run: &'a str,
    file: &'a str,
    sheet: Option<&'a str>,
    row: u32,
    result: Option<Status>,
}

impl<'a> Writer<'a> {
    pub fn create(target: Target, layout: Layout<'a>, zone: TimeZone) -> Result<Self, Error> {
        let file = target.file().map_err(|why| failed(target.path(), &layout, &why))?;
        Ok(Self { target, layout, zone, out: BufWriter::with_capacity(1 << 16, file) })
    }

    pub fn row(&mut self, row: &Row, outcome: &Outcome) -> Result<(), Error> {
        self.write(row, outcome).map_err(|why| failed(self.target.path(), &self.layout, &why))
    }

    fn write(&mut self, row: &Row, outcome: &Outcome) -> io::Result<()> {
        let sheet = self.layout.sheets.get(usize::from(row.place.sheet)).map(|sheet| sheet.name.as_str());
        let reader = Reader { lang: self.layout.lang, flags: self.layout.flags };
        let at = At { file: self.layout.file_name, sheet: sheet.filter(|_| !self.layout.csv), row: row.place.row };
        write_json(&mut self.out, &Line::of(&at, outcome, reader, &self.zone))?;
        self.out.write_all(b"\n")
    }

    pub fn finish(mut self) -> Result<PathBuf, Error> {
        self.out.flush().map_err(|why| failed(self.target.path(), &self.layout, &why))?;
        publish::publish(self.target, &self.layout)
    }
}
