//! A result that is fed back: rows that were settled in it stay, the others are taken again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use compact_str::CompactString;
use serde_json::Value;

use crate::job::{Job, SANDBOX_RUN};
use crate::ledger::Ledger;
use crate::outcome::Word;
use crate::report;
use crate::row::{Cell, Row, Sheet};

/// The columns beside rows for which something was read: nothing was sent by it.
const READ: [&str; 4] = ["Result", "Error", "Error code", "HTTP status"];

/// The columns that an earlier result added to a sheet: what became of each row then.
pub struct EarlierResult {
    columns: Range<usize>,
    /// How many columns of ids follow the first.
    ids: usize,
    reference: Option<usize>,
}

impl EarlierResult {
    pub fn of(sheet: &Sheet) -> Option<Self> {
        let columns = report::of_earlier_result(&sheet.headers);
        let ids = columns.clone().skip(1).take_while(|&column| sheet.headers[column] != "Error").count();
        let reference = columns.clone().find(|&column| sheet.headers[column] == "Reference");
        let read = sheet.headers[columns.clone()].iter().map(CompactString::as_str).eq(READ);
        (!columns.is_empty() && !read).then_some(Self { columns, ids, reference })
    }

    /// What the row was settled as by the server in hand, and its id as JSON.
    pub fn word(&self, row: &Row, servers: &Servers) -> Option<(Word, Option<String>)> {
        let Some(Cell::Text(word)) = row.cells.get(self.columns.start) else { return None };
        let word = Word::from_name(word)?;
        let reference = match self.reference.and_then(|column| row.cells.get(column)) {
            Some(Cell::Text(reference)) => reference.as_str(),
            _ => "",
        };
        if !matches!(word, Word::Done | Word::DoneWithoutId | Word::Unknown) || !servers.may_be_this(reference) {
            return None;
        }
        // Each operation has its column of ids; they stand before the column `Error`.
        let id = row.cells.iter().skip(self.columns.start + 1).take(self.ids).find_map(|cell| match cell {
            Cell::Text(text) if !cell.is_blank() => Some(Value::from(text.as_str()).to_string()),
            Cell::Number { value, .. } => Some(value.to_string()),
            _ => None,
        });
        Some((word, id))
    }
}

/// Tells by a row's reference whether it was this server that settled it: what the sandbox did is not
/// done elsewhere. A reference that tells nothing counts as this server's, so that no row goes twice.
pub struct Servers<'a> {
    ledger: Option<&'a Ledger>,
    sandbox: bool,
    host: String,
    known: RefCell<HashMap<String, bool>>,
}

impl<'a> Servers<'a> {
    pub fn new(job: &Job, ledger: Option<&'a Ledger>) -> Self {
        let host = job.operations.first().map(|operation| job.host_of(operation)).unwrap_or_default();
        Self { ledger, sandbox: job.sandbox, host, known: RefCell::default() }
    }

    fn may_be_this(&self, reference: &str) -> bool {
        let Some((run, _)) = reference.rsplit_once('-') else { return true };
        if let Some(known) = self.known.borrow().get(run) {
            return *known;
        }
        let elsewhere = || {
            let found = self.ledger.and_then(|ledger| ledger.run_named(run).ok().flatten());
            found.is_some_and(|found| !found.spec.host.split(',').any(|host| host == self.host))
        };
        let may_be = run.starts_with(SANDBOX_RUN) == self.sandbox && !elsewhere();
        self.known.borrow_mut().insert(run.to_owned(), may_be);
        may_be
    }
}

/// The sheets as columns are matched with fields: an earlier result's own columns feed nothing.
pub fn without_results(sheets: &[Sheet], earlier: &[Option<EarlierResult>]) -> Vec<Sheet> {
    let mut sheets = sheets.to_vec();
    for (sheet, earlier) in sheets.iter_mut().zip(earlier) {
        for column in earlier.iter().flat_map(|earlier| earlier.columns.clone()) {
            sheet.headers[column] = CompactString::default();
        }
    }
    sheets
}

/// The cells of a CSV result as they were before they were guarded against spreadsheets.
pub fn take_apostrophes_away(row: &mut Row) {
    for cell in &mut row.cells {
        if let Cell::Text(text) = cell
            && text.starts_with('\'')
        {
            *text = report::without_apostrophe(text).into();
        }
    }
}
