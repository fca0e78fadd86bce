//! Reading: for each row of a file, or one list with all of its pages; then what was read is written.
//!
//! A read changes nothing at the server, so it needs no ledger and may be made again.

mod closing;
mod gathered;
mod pile;
mod rows;
mod single;
mod values;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::first_pass::{Aim, Checked, first_pass};
use super::second_pass::listen;
use super::target::Target;
use crate::contract::{Operation, answer_columns};
use crate::error::Error;
use crate::exit::Exit;
use crate::fetch::record::Columns;
use crate::fetch::{End, Record};
use crate::job::{Job, Output, Sending};
use crate::outcome::{Status, Unread};
use crate::progress::{Progress, Terminal};
use crate::report::{Layout, fetched};
use crate::row::Place;
use crate::say;
use crate::submit::reading::Line;
use crate::validate::Verdict;

pub use values::values;

use closing::{Closing, close};
use gathered::Gathered;
use rows::{Plan, Task};

/// Reads for each row of a file, or without one a list, and writes what was read.
///
/// # Errors
/// What keeps the reading from starting. What stops it later is told, with the exit code.
pub fn fetch(file: Option<&Path>, job: &Job, sending: &Sending, terminal: Terminal) -> Result<Exit, Error> {
    let started = Instant::now();
    let operation = &job.operations[0];
    let mut source = match file {
        Some(path) => Source::File(Box::new(first_pass(path, job, Aim::Fetch, None, terminal)?)),
        None => Source::Single(single::request(operation, job)?),
    };
    let operation = &source.operation(operation).clone();
    let known = job.contracts.iter().find(|contract| contract.name == operation.system);
    let columns = Columns::new(known.map(|contract| answer_columns(contract, operation)).unwrap_or_default());
    let output = place(file, operation, job);
    if let Some(path) = &output {
        let formats = source.formats();
        fetched::foresee(path, &layout(&source, operation, &formats, &columns, job))?;
    }
    let target = Target::to_read(operation, source.rows(), job, sending, terminal)?;
    let mut gathered = Gathered::new(columns)?;
    let stop = gather(&mut source, operation, &target, job, sending, &mut gathered, terminal)?;
    close(source, operation, gathered, &Closing { output, stop, started, job, terminal })
}

/// Where the rows come from.
enum Source {
    File(Box<Checked>),
    Single(crate::validate::Request),
}

impl Source {
    /// The operation as the file's headers widen it.
    fn operation<'o>(&'o self, single: &'o Operation) -> &'o Operation {
        match self {
            Self::File(checked) => checked.operations.first().unwrap_or(single),
            Self::Single(_) => single,
        }
    }

    /// Rows that are going to be read for.
    fn rows(&self) -> u64 {
        match self {
            Self::File(checked) => checked.valid,
            Self::Single(_) => 1,
        }
    }

    /// The input's number formats, and that of whole numbers behind them.
    fn formats(&self) -> Vec<String> {
        let mut formats = match self {
            Self::File(checked) => checked.formats.clone(),
            Self::Single(_) => vec!["General".to_owned()],
        };
        formats.push("0".to_owned());
        formats
    }

    fn tasks(&mut self) -> Result<Box<dyn Iterator<Item = Result<Task, Error>> + '_>, Error> {
        Ok(match self {
            Self::Single(request) => {
                Box::new(std::iter::once(Ok(Task::Read(Place { sheet: 0, row: 1 }, request.clone()))))
            }
            Self::File(checked) => {
                let Checked { verdicts, places, .. } = &mut **checked;
                let places = &*places;
                let rows = verdicts.records()?.enumerate();
                Box::new(rows.map(move |(ordinal, verdict)| Ok(task(verdict?, places.get(ordinal as u32)))))
            }
        })
    }
}

fn task(verdict: Verdict, place: Place) -> Task {
    match verdict {
        Verdict::Valid { request, .. } => Task::Read(place, request),
        Verdict::Invalid { problems, .. } => Task::Ended(End { problems, ..End::of(Status::Invalid) }),
        Verdict::Accepted { .. } | Verdict::Hidden { .. } | Verdict::Example { .. } | Verdict::Before { .. } => {
            Task::Ended(End { error: Some(Unread::Hidden.into()), ..End::of(Status::NotSent) })
        }
    }
}

/// The result's place: as asked, else beside the file, else in the current folder.
fn place(file: Option<&Path>, operation: &Operation, job: &Job) -> Option<PathBuf> {
    match (&job.output, file) {
        (Output::Beside, None) => Some(PathBuf::from(format!("{}.xlsx", operation.name))),
        (_, file) => job.output_for(file.unwrap_or(Path::new("")), &operation.name),
    }
}

fn layout<'l>(
    source: &'l Source,
    operation: &'l Operation,
    formats: &'l [String],
    columns: &'l Columns,
    job: &Job,
) -> fetched::Layout<'l> {
    let plain = Layout {
        lang: job.lang,
        sheets: &[],
        formats,
        operations: std::slice::from_ref(operation),
        input: Path::new(""),
        file_name: "",
        csv: false,
        checking: false,
        run: None,
        flags: "",
    };
    let (result, from_file) = match source {
        Source::Single(_) => (plain, false),
        Source::File(checked) => {
            let (sheets, input, file_name) = (&checked.sheets, &checked.path, &checked.file_name);
            (Layout { sheets, input, file_name, csv: checked.is_csv, ..plain }, true)
        }
    };
    fetched::Layout { result, columns, whole: formats.len().saturating_sub(1) as u16, from_file }
}

/// Reads all that is to be read, and tells why it stopped before the end.
fn gather(
    source: &mut Source,
    operation: &Operation,
    target: &Target,
    job: &Job,
    sending: &Sending,
    gathered: &mut Gathered,
    terminal: Terminal,
) -> Result<Option<Error>, Error> {
    let runtime = super::runtime()?;
    let single = matches!(source, Source::Single(_));
    let progress = RefCell::new(if single { terminal.checking() } else { terminal.sending(source.rows(), 0) });
    let operations = [operation];
    let stop = runtime.block_on(async {
        let pace = target.pace(sending);
        let line = Line::new(&operations, &target.sender, pace, |time| holding(&progress, time, job));
        let name = name();
        let (pages, concurrency) = (operation.pages.as_ref(), sending.concurrency);
        let plan = Plan { line: &line, name: &name, pages, concurrency, progress: &progress, single };
        plan.run(source.tasks()?, listen(), gathered).await?;
        Ok(line.reason())
    });
    progress.into_inner().finish();
    stop
}

fn holding(progress: &RefCell<Progress>, time: std::time::Duration, job: &Job) {
    let seconds = time.as_secs();
    progress.borrow().say(&say!(
        job.lang,
        "Sunucu {seconds} sn beklemeyi istiyor; bekleniyor.",
        "The server asks to wait {seconds} s; waiting."
    ));
}

/// What references of one reading begin with.
fn name() -> String {
    format!("fetch-{:08x}", getrandom::u32().unwrap_or_default())
}
