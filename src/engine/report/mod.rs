//! The result file of a run: one line for each row read, in constant memory, and whole or not there at all.
//!
//! A [`Report`] takes rows as they come, and writes a workbook, a CSV or JSON Lines, as the file's name asks.
//! All three go to a private file beside the target, which takes the target's name only when it is
//! complete and on disk ([`Target`](caseload_sheet::write::Target)). Nothing in a result is a formula, whatever the rows say.

mod added;
mod cells;
mod columns;
mod earlier;
mod explain;
pub mod fetched;
mod frequent;
mod ids;
mod json_lines;
mod moment;
mod publish;
mod styles;
mod summary;
mod summary_words;
mod table;
pub mod to_fix;
mod workbook;

use std::path::{Path, PathBuf};

use caseload_sheet::write::ROW_LIMIT;
use jiff::tz::TimeZone;

pub use columns::{column_index, of_earlier_result};
pub use earlier::run_of;
pub use explain::{Context, explanation};
pub use json_lines::{At, row_json};

use crate::contract::Operation;
use crate::ending::Ending;
use crate::error::{Code, Error};
use crate::fail;
use crate::message::{Lang, shown};
use crate::outcome::{Outcome, Tally};
use crate::read::ReadAs;
use crate::row::{Row, Sheet};
use crate::text;

/// What a result looks like; all of it is known before the first row.
#[derive(Debug, Clone)]
pub struct Layout<'a> {
    /// The language of headers and sentences.
    pub lang: Lang,
    /// The input's sheets, as places number them.
    pub sheets: &'a [Sheet],
    /// The number formats of the input, as cells name them.
    pub formats: &'a [String],
    /// The operations of this run.
    pub operations: &'a [Operation],
    /// The input, which is never written over.
    pub input: &'a Path,
    /// The input's name, as `.jsonl` repeats it.
    pub file_name: &'a str,
    /// The input is a CSV file: its rows stand one after the other, not at their line numbers.
    pub csv: bool,
    /// `check`: nothing was sent, so there are no ids, statuses and times.
    pub checking: bool,
    /// The run's name; a check has none.
    pub run: Option<&'a str>,
    /// What the commands that are named have to carry ([`hint`](crate::hint)).
    pub flags: &'a str,
}

/// What a run came to, for the summary.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The run's name; a check has none.
    pub run: Option<&'a str>,
    /// The path of the input.
    pub file: &'a str,
    /// In hexadecimal.
    pub sha256: &'a str,
    /// `system/operation`, several apart by commas.
    pub to: &'a str,
    /// Where the requests went; empty for a check.
    pub base_url: &'a str,
    /// The profile of the settings that was used.
    pub profile: Option<&'a str>,
    /// How the file was understood.
    pub read_as: &'a ReadAs,
    /// Milliseconds since 1970-01-01 UTC, as is `ended_ms`.
    pub started_ms: i64,
    /// When it ended.
    pub ended_ms: i64,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
    /// How many rows ended how.
    pub tally: &'a Tally,
    /// Why the run stopped before its end.
    pub stopped: Option<&'a str>,
    /// What is to be known of the file.
    pub warnings: &'a [String],
    /// How the run ended.
    pub ending: Ending,
}

/// The forms of a result, by the file's extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Workbook,
    Table,
    JsonLines,
}

impl Form {
    fn of(path: &Path) -> Result<Self, Error> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("xlsx") => Ok(Self::Workbook),
            Some("csv") => Ok(Self::Table),
            Some("jsonl") => Ok(Self::JsonLines),
            _ => {
                let path = shown(&path.to_string_lossy());
                Err(Code::ResultForm.cannot_start(text!(
                    "{path}: sonuç dosyasının adı .xlsx, .csv veya .jsonl ile bitmeli. -o ile böyle bir ad verin.",
                    "{path}: the name of a result ends in .xlsx, .csv or .jsonl. Give such a name with -o."
                )))
            }
        }
    }
}

/// A result in the making. Dropped before [`Report::finish`], it leaves nothing behind.
pub struct Report<'a>(Writer<'a>);

enum Writer<'a> {
    Workbook(Box<workbook::Writer<'a>>),
    Table(Box<table::Writer<'a>>),
    JsonLines(Box<json_lines::Writer<'a>>),
}

/// Begins the result at `path`.
///
/// # Errors
/// An extension that names no form; a folder in which nothing can be written; a `path` that is the
/// input itself, or a file that is no earlier result of this program.
pub fn create<'a>(path: &Path, layout: Layout<'a>, zone: TimeZone) -> Result<Report<'a>, Error> {
    create_in(path, layout, zone, ROW_LIMIT)
}

/// As [`create`], with the rows that a sheet holds.
fn create_in<'a>(path: &Path, layout: Layout<'a>, zone: TimeZone, row_limit: u32) -> Result<Report<'a>, Error> {
    let form = Form::of(path)?;
    earlier::may_replace(path, layout.input, form)?;
    let target = publish::create(path)?;
    fail::point("result-created");
    Ok(Report(match form {
        Form::Workbook => Writer::Workbook(Box::new(workbook::Writer::create(target, layout, zone, row_limit)?)),
        Form::Table => Writer::Table(Box::new(table::Writer::create(target, layout, zone)?)),
        Form::JsonLines => Writer::JsonLines(Box::new(json_lines::Writer::create(target, layout, zone)?)),
    }))
}

/// Sees that a result could be written at `path`, so that rows are not sent first and their result
/// refused afterwards.
///
/// # Errors
/// As [`create`].
pub fn foresee(path: &Path, input: &Path) -> Result<(), Error> {
    earlier::may_replace(path, input, Form::of(path)?)?;
    publish::create(path).map(drop)
}

/// A time as people read it: `2026-11-22 14:05:09`, on a clock of this zone.
pub fn local_time(ms: i64, zone: &TimeZone) -> String {
    moment::plain(ms, zone)
}

impl Report<'_> {
    /// Adds a row. `operation` is the row's, as an index into [`Layout::operations`]; a row whose
    /// operation is not known has none.
    ///
    /// # Errors
    /// A disk that is full or gone.
    pub fn row(&mut self, row: &Row, operation: Option<usize>, outcome: &Outcome) -> Result<(), Error> {
        fail::point("result-row");
        match &mut self.0 {
            Writer::Workbook(writer) => writer.row(row, operation, outcome),
            Writer::Table(writer) => writer.row(row, operation, outcome),
            Writer::JsonLines(writer) => writer.row(row, outcome),
        }
    }

    /// Completes the result and gives it its name. Returns the path.
    ///
    /// # Errors
    /// A disk that is full or gone, or a target that cannot be replaced (open in another program).
    pub fn finish(self, facts: &Facts) -> Result<PathBuf, Error> {
        match self.0 {
            Writer::Workbook(writer) => writer.finish(facts),
            Writer::Table(writer) => writer.finish(),
            Writer::JsonLines(writer) => writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
