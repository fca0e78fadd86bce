//! The end of a reading: the result, the counts, the exit code.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use super::gathered::Gathered;
use super::{Record, Source, layout};
use crate::contract::Operation;
use crate::error::Error;
use crate::exit::Exit;
use crate::fetch::record::Columns;
use crate::job::Job;
use crate::message::{grouped, shown};
use crate::outcome::{Cause, Status};
use crate::progress::Terminal;
use crate::report::fetched::{self, Line};
use crate::row::Row;
use crate::say;
use crate::spool::Spooled;
use crate::words::{self, Reader};

/// What a reading ends with.
pub struct Closing<'a> {
    pub output: Option<PathBuf>,
    pub stop: Option<Error>,
    pub started: Instant,
    pub job: &'a Job,
    pub terminal: Terminal,
}

/// Writes what was read and says what it came to.
pub fn close(mut source: Source, operation: &Operation, gathered: Gathered, closing: &Closing) -> Result<Exit, Error> {
    let Gathered { records, columns, tally, pages, items, total, changed, doubts, failure } = gathered;
    let sum = Sum { operation, tally, pages, items, total, changed };
    let exit = match &closing.stop {
        Some(stop) => stop.kind.into(),
        None if sum.tally.was_done == sum.tally.rows => Exit::Done,
        None => Exit::SomeNot,
    };
    // A list of which nothing came leaves what may stand there from before.
    let nothing = matches!(source, Source::Single(_)) && items == 0 && sum.tally.was_done == 0;
    let result = match closing.output.as_deref().filter(|_| !nothing) {
        Some(path) => Some(write(path, &mut source, operation, records.finish()?, &columns, closing.job)?),
        None => None,
    };
    let terminal = closing.terminal;
    if closing.job.json {
        terminal.json(&sum.json(result.as_deref(), closing, exit));
    } else if !terminal.is_quiet() {
        terminal.answers(&sum.told(result.as_deref(), matches!(source, Source::File(_)), closing));
    }
    for doubt in &doubts {
        terminal.error(&shown(words::list_doubt(doubt).get(closing.job.lang)));
    }
    if columns.left_out() {
        terminal.error(&say!(
            terminal.lang,
            "Yanıtlarda bir sayfanın alamayacağı kadar çok alan var; fazlası tabloya yazılmadı. Hepsi için -o ile .jsonl seçin.",
            "The answers have more properties than a sheet has columns; the rest is not in the table. For all of them choose .jsonl by -o."
        ));
    }
    say_end(&source, failure.as_ref(), doubts.is_empty(), closing);
    Ok(exit)
}

/// Why it stopped, or why nothing came.
fn say_end(source: &Source, failure: Option<&Cause>, sure: bool, closing: &Closing) {
    let terminal = closing.terminal;
    if let Some(stop) = &closing.stop {
        terminal.error(&shown(stop.sentence(terminal.lang)));
    } else if let (Source::Single(_), Some(error), true) = (source, failure, sure) {
        let (code, sentence) = (error.code().unwrap_or("-".into()), words::sentence(error, Reader::of(terminal.lang)));
        let why = shown(&format!("{code}: {sentence}"));
        terminal.error(&say!(terminal.lang, "Okunamadı: {why}", "It could not be read: {why}"));
    }
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

/// What a reading came to.
struct Sum<'a> {
    operation: &'a Operation,
    tally: crate::outcome::Tally,
    pages: u64,
    items: u64,
    total: Option<u64>,
    changed: u64,
}

impl Sum<'_> {
    fn json(&self, result: Option<&Path>, closing: &Closing, exit: Exit) -> Value {
        let count = |status: Status| self.tally.count(status);
        json!({
            "operation": self.operation.full_name(),
            "rows": self.tally.rows,
            "done": count(Status::Done),
            "rejected": count(Status::Rejected),
            "invalid": count(Status::Invalid),
            "unknown": count(Status::Unknown),
            "not_sent": count(Status::NotSent),
            "items": self.items,
            "pages": self.pages,
            "total": self.total.filter(|_| self.tally.rows == 1),
            "changed": self.changed > 0,
            "result": result.map(|path| path.to_string_lossy()),
            "elapsed_s": (closing.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
            "exit": exit.code(),
        })
    }

    /// As a person reads it, line by line.
    fn told(&self, result: Option<&Path>, from_file: bool, closing: &Closing) -> Vec<String> {
        let lang = closing.terminal.lang;
        let mut lines = vec![self.operation.full_name()];
        let mut line = |label: &str, count: u64| lines.push(format!("  {label:<16} {:>9}", grouped(count, lang)));
        if from_file {
            for status in Status::ALL {
                let count = self.tally.count(status);
                if count > 0 || status == Status::Done {
                    line(status.as_str(), count);
                }
            }
            line(&say!(lang, "okunan satır", "rows read"), self.tally.rows);
        }
        line(&say!(lang, "kayıt", "records"), self.items);
        line(&say!(lang, "sayfa", "pages"), self.pages);
        if let Some(path) = result {
            let path = shown(&path.display().to_string());
            lines.push(say!(lang, "Sonuç: {path}", "Result: {path}"));
        }
        lines
    }
}
