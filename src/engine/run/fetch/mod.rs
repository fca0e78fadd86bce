//! Reading: for each row of a file, or one list with all of its pages; then what was read is written.
//!
//! A read changes nothing at the server, so it needs no ledger and may be made again.

mod closing;
mod gathered;
mod pile;
mod rows;
mod single;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::event::{Caller, Event, Stage};
use super::first_pass::{Aim, CheckedFile, first_pass};
use super::handle::Handle;
use super::target::{Target, places};
use crate::contract::{Operation, answer_columns};
use crate::error::Error;
use crate::fetch::record::Columns;
use crate::fetch::{End, Record};
use crate::job::{Job, Output, Sending};
use crate::outcome::{Status, Unread};
use crate::report::{Layout, fetched};
use crate::row::Place;
use crate::submit::client::Address;
use crate::submit::control::Control;
use crate::submit::reading::ReadSession;
use crate::validate::Verdict;

pub use closing::Fetched;
pub use values::values;

use closing::{Closing, close};
use gathered::Gathered;
use rows::{Plan, Task};

/// What would be read: the caller looks at it, and starts the reading.
pub struct ToFetch {
    source: Source,
    operation: Operation,
    columns: Columns,
    output: Option<PathBuf>,
    job: Arc<Job>,
    control: Control,
    started: Instant,
}

/// Finds out what would be read: once for each row of a file, or without one a list.
///
/// # Errors
/// What keeps the reading from starting: of the file, the values, or the result's place.
pub fn prepare(file: Option<&Path>, job: Arc<Job>, caller: Caller) -> Result<ToFetch, Error> {
    let started = Instant::now();
    let operation = &job.operations[0];
    let source = match file {
        Some(path) => Source::File(Box::new(first_pass(path, &job, Aim::Fetch, None, caller)?)),
        None => Source::Single(single::request(operation, &job)?),
    };
    let operation = source.operation(operation).clone();
    let known = job.contracts.iter().find(|contract| contract.name == operation.system);
    let columns = Columns::new(known.map(|contract| answer_columns(contract, &operation)).unwrap_or_default());
    let output = place(file, &operation, &job);
    if let Some(path) = &output {
        let formats = source.formats();
        fetched::foresee(path, &layout(&source, &operation, &formats, &columns, &job))?;
    }
    Ok(ToFetch { source, operation, columns, output, job, control: caller.control.clone(), started })
}

impl ToFetch {
    /// Rows that would be read for.
    pub fn rows(&self) -> u64 {
        self.source.rows()
    }

    /// The operation that would be called.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The addresses to which requests would go, those of token servers too. No secret is read for it.
    ///
    /// # Errors
    /// An address that cannot be used, certificates that cannot be read, or a secret that nobody gave.
    pub fn addresses(&self) -> Result<Vec<Address>, Error> {
        places(&[&self.operation], &self.job)
    }

    /// Reads, in a thread of its own, and writes what was read. A caller who starts it agrees to its
    /// [`addresses`](Self::addresses).
    ///
    /// # Errors
    /// A secret cannot be had, or there is no room for temporary files. Nothing was read then.
    pub fn start(self, sending: Sending) -> Result<Handle<Fetched>, Error> {
        let Self { mut source, operation, columns, output, job, control, started } = self;
        let target = Target::of(&[&operation], &job, &sending)?;
        let mut gathered = Gathered::new(columns, &job.scratch)?;
        Handle::start(control, move |caller| {
            let way = Way { target: &target, sending: &sending, scratch: &job.scratch };
            let stop = gather(&mut source, &operation, way, &mut gathered, caller)?;
            close(source, &operation, gathered, Closing { output, stop, started, job: &job })
        })
    }
}

/// Where the rows come from.
enum Source {
    File(Box<CheckedFile>),
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
                let CheckedFile { verdicts, places, .. } = &mut **checked;
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
        Verdict::Accepted { .. }
        | Verdict::Hidden { .. }
        | Verdict::LeftOut { .. }
        | Verdict::Example { .. }
        | Verdict::Before { .. } => Task::Ended(End { error: Some(Unread::Hidden.into()), ..End::of(Status::NotSent) }),
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

/// By what the reading is done.
#[derive(Clone, Copy)]
struct Way<'a> {
    target: &'a Target,
    scratch: &'a Path,
    sending: &'a Sending,
}

/// Reads all that is to be read, and tells why it stopped before the end.
fn gather(
    source: &mut Source,
    operation: &Operation,
    way: Way,
    gathered: &mut Gathered,
    caller: Caller,
) -> Result<Option<Error>, Error> {
    let Way { target, sending, scratch } = way;
    let runtime = crate::run::runtime()?;
    let single = matches!(source, Source::Single(_));
    caller.tell(Event::Began(if single { Stage::Reading } else { Stage::Sending { rows: source.rows() } }));
    let operations = [operation];
    let stop = runtime.block_on(async {
        let pace = target.pace(sending, None);
        let line = ReadSession::new(&operations, &target.sender, pace, |time| caller.tell(Event::Holding(time)));
        let name = name();
        let (pages, concurrency) = (operation.pages.as_ref(), sending.concurrency);
        let plan = Plan { line: &line, name: &name, pages, concurrency, caller, single, scratch };
        plan.run(source.tasks()?, gathered).await?;
        Ok(line.reason())
    });
    caller.tell(Event::Ended);
    stop
}

/// What references of one reading begin with.
fn name() -> String {
    format!("fetch-{:08x}", getrandom::u32().unwrap_or_default())
}
