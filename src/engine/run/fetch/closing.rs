//! The end of a reading: the result, and what it came to.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::gathered::Gathered;
use super::{Record, Source, layout};
use crate::contract::Operation;
use crate::ending::Ending;
use crate::error::Error;
use crate::fetch::record::Columns;
use crate::job::Job;
use crate::outcome::{Cause, ListDoubt, Tally};
use crate::report::fetched::{self, Line};
use crate::row::Row;
use crate::spool::Spooled;

/// What a reading ends with.
pub struct Closing<'a> {
    pub output: Option<PathBuf>,
    pub stop: Option<Error>,
    pub started: Instant,
    pub job: &'a Job,
}

/// What a reading came to.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// As `system/operation`.
    pub operation: String,
    /// It read for each row of a file; else one list.
    pub from_file: bool,
    /// How many rows ended how; a list counts as one.
    pub tally: Tally,
    /// Pages that were read.
    pub pages: u64,
    /// Records that were read.
    pub items: u64,
    /// The server's own count of the only list that was read.
    pub total: Option<u64>,
    /// Lists that changed while they were read.
    pub changed: u64,
    /// What is doubtful of the lists; the first few.
    pub doubts: Vec<ListDoubt>,
    /// The table has no room for all properties of the answers.
    pub left_out: bool,
    /// Why the last row that failed did.
    pub failure: Option<Cause>,
    /// What ended it before its time.
    pub stop: Option<Error>,
    /// How it ended.
    pub ending: Ending,
    /// The file that was written.
    pub result: Option<PathBuf>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Writes what was read.
///
/// # Errors
/// The result cannot be written.
pub fn close(
    mut source: Source,
    operation: &Operation,
    gathered: Gathered,
    closing: Closing,
) -> Result<Fetched, Error> {
    let Gathered { records, columns, tally, pages, items, total, changed, doubts, failure } = gathered;
    let Closing { output, stop, started, job } = closing;
    let ending = match &stop {
        Some(stop) => Ending::Stopped(stop.kind),
        None if tally.was_done == tally.rows => Ending::AllDone,
        None => Ending::SomeNot,
    };
    // A list of which nothing came leaves what may stand there from before.
    let nothing = matches!(source, Source::Single(_)) && items == 0 && tally.was_done == 0;
    let result = match output.as_deref().filter(|_| !nothing) {
        Some(path) => Some(write(path, &mut source, operation, records.finish()?, &columns, job)?),
        None => None,
    };
    Ok(Fetched {
        operation: operation.full_name(),
        from_file: matches!(source, Source::File(_)),
        tally,
        pages,
        items,
        total,
        changed,
        doubts,
        left_out: columns.left_out(),
        failure,
        stop,
        ending,
        result,
        elapsed: started.elapsed(),
    })
}

fn write(
    path: &Path,
    source: &mut Source,
    operation: &Operation,
    mut records: Spooled<Record>,
    columns: &Columns,
    job: &Job,
) -> Result<PathBuf, Error> {
    let formats = source.formats();
    let mut rows = match source {
        Source::File(checked) => checked.rows.take(),
        Source::Single(_) => None,
    };
    let mut rows = rows.as_mut().map(Spooled::records).transpose()?;
    let mut report = fetched::create(path, layout(source, operation, &formats, columns, job))?;
    let mut records = records.records()?;
    while let Some(record) = records.next() {
        let Record::Row(end) = record? else { continue };
        let row: Option<Row> = rows.as_mut().and_then(Iterator::next).transpose()?;
        let outcome = end.outcome();
        let line = Line { row: row.as_ref(), outcome: &outcome, page: 0, item: None };
        if end.items == 0 {
            report.line(line)?;
        }
        for record in records.by_ref().take(usize::try_from(end.items).unwrap_or(usize::MAX)) {
            if let Record::Item { page, json } = record? {
                let item: Value = serde_json::from_str(&json).unwrap_or_default();
                report.line(Line { page, item: Some(&item), ..line })?;
            }
        }
    }
    report.finish()
}
