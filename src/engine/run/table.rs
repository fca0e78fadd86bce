//! The rows of a file as people look at them: a page at a time, by what became of each.
//!
//! A table is made once of a checked file or of a run. It keeps a byte a row in memory, and where every sixteenth row
//! begins in the spools, so a page out of a million rows is read without a walk through all of them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::tz::TimeZone;

use super::closing::{Closing, Seen, Start, close, each_of, look, write_to_fix};
use super::first_pass::{Aim, CheckedFile, first_pass};
use super::summary::Summary;
use super::{Caller, changed, forgotten};
use crate::coerce::{Coerce, Formats};
use crate::contract::{Field, Operation};
use crate::doubt::Doubt;
use crate::error::Error;
use crate::job::{Job, Locale, Mends, Output};
use crate::ledger::{EntryId, Ledger, Run};
use crate::map::Source;
use crate::outcome::{Outcome, Problem, Status, Unsent};
use crate::row::{Place, Sheet};

/// Rows from one known start to the next.
const STRIDE: u32 = 16;
/// How many different wrong values are counted.
const MOST_VALUES: usize = 10_000;

const WARNED: u8 = 0x40;
const MENDED: u8 = 0x80;
/// The template's example: no row of the list.
const NO_ROW: u8 = 0x3f;

/// The rows of a file, and what became of each.
pub struct Table {
    file: CheckedFile,
    job: Arc<Job>,
    run: Option<Run>,
    /// Rows of a check that repeat rows in the ledger, and what is in question about them.
    past: HashMap<u32, (EntryId, Option<Doubt>)>,
    looks: Formats,
    /// A status a row, by ordinal, with marks.
    kinds: Vec<u8>,
    starts: Vec<Start>,
    summary: Summary,
    wrong: HashMap<Wrong, u32>,
}

/// A value that breaks a rule of its column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wrong {
    /// The letters above the column.
    pub column: String,
    /// The contract's name of the field.
    pub field: String,
    /// The cell as it was found.
    pub value: String,
}

/// Which rows are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// Every row of the list.
    #[default]
    All,
    /// Those that ended, or stand, like this.
    Status(Status),
    /// Those that are not done, and those that are done without an id.
    NotDone,
    /// Those with a warning.
    Warned,
    /// Those with a mended cell.
    Mended,
}

/// Which page of rows is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    /// Which rows.
    pub only: Only,
    /// Of one sheet, by its index.
    pub sheet: Option<u16>,
    /// Behind this ordinal.
    pub after: Option<u32>,
    /// So many rows at most.
    pub limit: usize,
}

/// Where a page of rows stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Rows that the filter lets through.
    pub rows: u64,
    /// Those before the page.
    pub passed: u64,
    /// Where the page before begins, as the number of all rows before it; nothing on the first page.
    pub before: Option<u32>,
}

/// A row as people see it.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// Where the row stands among all of the file, from 0.
    pub ordinal: u32,
    /// The sheet's index and the row's number.
    pub place: Place,
    /// The cells as the spreadsheet shows them, as they were mended.
    pub cells: Vec<String>,
    /// The columns that were mended, from 0.
    pub mended: Vec<u16>,
    /// The operation that the row becomes, as an index of [`Table::operations`].
    pub operation: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Table {
    /// The rows of a file that was checked, beside what the ledger knows of them.
    pub(super) fn of_check(file: CheckedFile, job: Arc<Job>, closing: Closing) -> Result<Self, Error> {
        let mut table = Self::empty(file, job, None);
        table.past.clone_from(&closing.past);
        table.draw_up(&closing)?;
        Ok(table)
    }

    /// The rows of a run, by its file and the ledger. `path` is where the file is now.
    ///
    /// # Errors
    /// The file is gone or is not the one that was sent, or the run's rows were forgotten.
    pub fn of_run(ledger: &Ledger, run: &Run, at: FileAt, locale: &Locale, caller: Caller) -> Result<Self, Error> {
        if let Some(forgotten) = forgotten(run, &locale.zone.zone) {
            return Err(forgotten);
        }
        let file_name = Some(at.name.to_owned());
        let job = Job { mends: at.mends, file_name, ..Job::again(run, Output::Beside, locale)? };
        let file = first_pass(at.path, &job, Aim::Again, Some(ledger), caller)?;
        if file.sha256 != run.spec.sha256 {
            return Err(changed(at.path, run, &job.flags));
        }
        let mut table = Self::empty(file, Arc::new(job), Some(run.clone()));
        let closing = Closing {
            under_way: ledger.is_under_way(run.number),
            not_sent: Unsent::NotYet,
            ..Closing::new(Some(ledger), Some(run), Instant::now(), run.spec.started_ms)
        };
        table.draw_up(&closing)?;
        Ok(table)
    }

    fn empty(file: CheckedFile, job: Arc<Job>, run: Option<Run>) -> Self {
        let looks = if file.is_csv { Formats::of_text_file() } else { Formats::of(&file.formats) };
        let summary = Summary::of(&file, &job, 0);
        let (kinds, starts, wrong) = (Vec::new(), Vec::new(), HashMap::new());
        Self { file, job, run, past: HashMap::new(), looks, kinds, starts, summary, wrong }
    }

    /// Goes through all rows once.
    fn draw_up(&mut self, closing: &Closing) -> Result<(), Error> {
        let mut kinds = vec![NO_ROW; self.file.places.len() as usize];
        let mut starts: Vec<Start> = Vec::new();
        let mut wrong = HashMap::new();
        let sheets: Vec<String> = self.file.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        let job = Arc::clone(&self.job);
        let is_mended = |seen: &Seen| {
            let place = seen.row.map(|row| row.place);
            let mends = place.and_then(|place| job.mends.of_sheet(&sheets[usize::from(place.sheet)]));
            place.zip(mends).is_some_and(|(place, mends)| mends.columns(place.row).next().is_some())
        };
        self.summary = look(&mut self.file, &self.job, closing, |seen| {
            kinds[seen.ordinal as usize] = kind_of(seen.outcome, is_mended(seen));
            note_wrong(&mut wrong, seen.outcome);
            if starts.last().is_none_or(|last| last.ordinal / STRIDE < seen.ordinal / STRIDE) {
                starts.push(seen.at);
            }
        })?;
        (self.kinds, self.starts, self.wrong) = (kinds, starts, wrong);
        Ok(())
    }

    /// What the rows came to.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// How many rows are of a kind.
    pub fn count(&self, only: Only) -> u64 {
        self.kinds.iter().filter(|kind| only.holds(**kind)).count() as u64
    }

    /// The sheets, in the file's order.
    pub fn sheets(&self) -> &[Sheet] {
        &self.file.sheets
    }

    /// The operations that the rows become.
    pub fn operations(&self) -> &[Operation] {
        &self.file.operations
    }

    /// What the file is sent by.
    pub fn job(&self) -> &Arc<Job> {
        &self.job
    }

    /// The field that a column of a sheet feeds, counted from 0; the first operation's, where several have one.
    pub fn field(&self, sheet: u16, column: usize) -> Option<&Field> {
        let routes = &self.file.maps.get(usize::from(sheet))?.routes;
        routes.iter().find_map(|route| {
            let field = route.sources.iter().position(|source| *source == Source::Column(column))?;
            self.file.operations.get(route.operation)?.fields.get(field)
        })
    }

    /// Wrong values and how many rows have each, the most frequent first.
    pub fn wrong(&self) -> Vec<(&Wrong, u32)> {
        let mut all: Vec<_> = self.wrong.iter().map(|(wrong, rows)| (wrong, *rows)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        all
    }

    /// How many rows have a wrong value.
    pub fn rows_with(&self, wrong: &Wrong) -> u32 {
        self.wrong.get(wrong).copied().unwrap_or_default()
    }

    /// A page of rows, in the file's order, and the ordinal behind which the next page begins.
    ///
    /// # Errors
    /// The rows or the ledger cannot be read.
    pub fn page(&mut self, ledger: Option<&Ledger>, page: Page) -> Result<(Vec<TableRow>, Option<u32>), Error> {
        let from = page.after.map_or(0, |after| after.saturating_add(1));
        let places = &self.file.places;
        let is_of = |ordinal: &u32| {
            page.only.holds(self.kinds[*ordinal as usize])
                && page.sheet.is_none_or(|sheet| places.get(*ordinal).sheet == sheet)
        };
        let mut ordinals: Vec<u32> = (from..places.len()).filter(is_of).take(page.limit + 1).collect();
        let next = (ordinals.len() > page.limit).then(|| ordinals.pop()).flatten();
        let next = next.and(ordinals.last().copied());
        Ok((self.rows(ledger, &ordinals)?, next))
    }

    /// Where a page stands that begins with a row.
    pub fn turn(&self, only: Only, sheet: Option<u16>, first: u32, limit: usize) -> Turn {
        let is_of = |ordinal: &u32| {
            only.holds(self.kinds[*ordinal as usize])
                && sheet.is_none_or(|sheet| self.file.places.get(*ordinal).sheet == sheet)
        };
        let (mut rows, mut passed, mut starts) = (0, 0, Vec::new());
        for ordinal in (0..self.file.places.len()).filter(is_of) {
            rows += 1;
            if ordinal < first {
                passed += 1;
                starts.push(ordinal);
            }
        }
        let before = starts.len().checked_sub(limit).map_or(0, |at| starts[at]);
        Turn { rows, passed, before: (passed > 0).then_some(before) }
    }

    /// The row at a place, if the list has one there.
    ///
    /// # Errors
    /// The rows or the ledger cannot be read.
    pub fn row_at(&mut self, ledger: Option<&Ledger>, place: Place) -> Result<Option<TableRow>, Error> {
        let Some(ordinal) = self.file.places.find(place).filter(|ordinal| self.kinds[*ordinal as usize] != NO_ROW)
        else {
            return Ok(None);
        };
        Ok(self.rows(ledger, &[ordinal])?.pop())
    }

    /// The places of the rows that have a wrong value.
    ///
    /// # Errors
    /// The rows or the ledger cannot be read.
    pub fn places_with(&mut self, ledger: Option<&Ledger>, wrong: &Wrong) -> Result<Vec<Place>, Error> {
        let ordinals: Vec<u32> = (0..self.file.places.len())
            .filter(|ordinal| Only::Status(Status::Invalid).holds(self.kinds[*ordinal as usize]))
            .collect();
        let has = |row: &TableRow| row.outcome.problems.iter().any(|problem| Wrong::of(problem) == *wrong);
        let rows = self.rows(ledger, &ordinals)?;
        Ok(rows.iter().filter(|row| has(row)).map(|row| row.place).collect())
    }

    /// The rows of these ordinals, which ascend.
    fn rows(&mut self, ledger: Option<&Ledger>, ordinals: &[u32]) -> Result<Vec<TableRow>, Error> {
        let stretches = self.stretches(ordinals);
        let run = self.run.as_ref();
        let closing = Closing {
            past: self.past.clone(),
            under_way: run.zip(ledger).is_some_and(|(run, ledger)| ledger.is_under_way(run.number)),
            not_sent: Unsent::NotYet,
            ..Closing::new(ledger, run, Instant::now(), self.summary.started_ms)
        };
        let coerce = Coerce { formats: &self.looks, zone: const { &TimeZone::UTC } };
        let sheets: Vec<String> = self.file.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        let mut rows = Vec::with_capacity(ordinals.len());
        let is_wanted = |ordinal: u32| ordinals.binary_search(&ordinal).is_ok();
        each_of(&mut self.file, &self.job, &closing, &stretches, is_wanted, |seen| {
            let Some(row) = seen.row else { return Ok(()) };
            let mends = self.job.mends.of_sheet(&sheets[usize::from(row.place.sheet)]);
            rows.push(TableRow {
                ordinal: seen.ordinal,
                place: row.place,
                cells: row.cells.iter().map(|cell| coerce.shown(cell).into_string()).collect(),
                mended: mends.into_iter().flat_map(|mends| mends.columns(row.place.row)).collect(),
                operation: seen.operation,
                outcome: seen.outcome.clone(),
            });
            Ok(())
        })?;
        Ok(rows)
    }

    /// Where to read for these rows: from the start before each, as far as the next start.
    fn stretches(&self, ordinals: &[u32]) -> Vec<(Start, u32)> {
        let mut stretches: Vec<(Start, u32)> = Vec::new();
        for ordinal in ordinals {
            let nth = self.starts.partition_point(|start| start.ordinal <= *ordinal).saturating_sub(1);
            let Some(start) = self.starts.get(nth) else { continue };
            if stretches.last().is_some_and(|(last, _)| last.ordinal == start.ordinal) {
                continue;
            }
            let next = self.starts.get(nth + 1).map_or(self.file.places.len(), |next| next.ordinal);
            stretches.push((*start, next - start.ordinal));
        }
        stretches
    }

    /// Writes the workbook of a check, or the result of a run as it stands.
    ///
    /// # Errors
    /// The rows or the ledger cannot be read, or the file cannot be written.
    pub fn write(&mut self, ledger: Option<&Ledger>, to: PathBuf) -> Result<Summary, Error> {
        let run = self.run.clone();
        let closing = Closing {
            past: self.past.clone(),
            target: Some(to),
            under_way: run.as_ref().zip(ledger).is_some_and(|(run, ledger)| ledger.is_under_way(run.number)),
            not_sent: Unsent::NotYet,
            question: self.summary.in_question.clone(),
            ..Closing::new(ledger, run.as_ref(), Instant::now(), self.summary.started_ms)
        };
        let summary = close(&mut self.file, &self.job, closing)?;
        match (&summary.result, &summary.stop) {
            (None, Some(failed)) => Err(failed.clone()),
            _ => Ok(summary),
        }
    }
}

impl Table {
    /// Writes the rows that a person has to mend as a workbook of their own, with the columns of the list.
    ///
    /// # Errors
    /// The rows or the ledger cannot be read, or the file cannot be written.
    pub fn write_to_fix(&mut self, ledger: Option<&Ledger>, to: &Path) -> Result<PathBuf, Error> {
        let run = self.run.clone();
        let closing = Closing {
            past: self.past.clone(),
            under_way: run.as_ref().zip(ledger).is_some_and(|(run, ledger)| ledger.is_under_way(run.number)),
            not_sent: Unsent::NotYet,
            ..Closing::new(ledger, run.as_ref(), Instant::now(), self.summary.started_ms)
        };
        write_to_fix(to, &mut self.file, &self.job, &closing)
    }
}

/// A run's file where it is now, and what people changed of it.
pub struct FileAt<'a> {
    /// What people call it.
    pub name: &'a str,
    /// The file.
    pub path: &'a Path,
    /// What people changed.
    pub mends: Arc<Mends>,
}

impl Wrong {
    /// The value that a problem is about.
    pub fn of(problem: &Problem) -> Self {
        let Problem { column, field, value, .. } = problem;
        Self { column: column.clone(), field: field.clone(), value: value.clone() }
    }
}

impl Only {
    /// The rows of a name: a result's word, `warned`, `mended`, or `all`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "all" | "" => Some(Only::All),
            "warned" => Some(Only::Warned),
            "mended" => Some(Only::Mended),
            other => Status::from_name(other).map(Only::Status),
        }
    }

    fn holds(self, kind: u8) -> bool {
        let is_row = kind & !(WARNED | MENDED) != NO_ROW;
        is_row
            && match self {
                Only::All => true,
                Only::Status(status) => kind & !(WARNED | MENDED) == status as u8,
                Only::NotDone => kind & !(WARNED | MENDED) != Status::Done as u8,
                Only::Warned => kind & WARNED > 0,
                Only::Mended => kind & MENDED > 0,
            }
    }
}

fn kind_of(outcome: &Outcome, is_mended: bool) -> u8 {
    let is_warned = outcome.problems.iter().any(|problem| problem.warning);
    outcome.status as u8 | if is_warned { WARNED } else { 0 } | if is_mended { MENDED } else { 0 }
}

fn note_wrong(wrong: &mut HashMap<Wrong, u32>, outcome: &Outcome) {
    let problems = outcome.problems.iter().filter(|problem| !problem.warning && !problem.field.is_empty());
    for problem in problems.filter(|_| outcome.status == Status::Invalid) {
        let value = Wrong::of(problem);
        if let Some(rows) = wrong.get_mut(&value) {
            *rows += 1;
        } else if wrong.len() < MOST_VALUES {
            wrong.insert(value, 1);
        }
    }
}
