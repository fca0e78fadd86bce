//! A result that is fed back: rows that were settled in it stay, the others are taken again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use compact_str::CompactString;
use serde_json::Value;

use crate::contract::Operation;
use crate::identity::Server;
use crate::job::{Job, SANDBOX_RUN};
use crate::ledger::{Destination, Ledger, Run, Servers};
use crate::outcome::Status;
use crate::report;
use crate::row::{Cell, Place, Row, Sheet};
use crate::validate::{Request, Verdict};

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

    /// What the row was settled as.
    pub fn settled(&self, row: &Row) -> Option<Settled> {
        let Some(Cell::Text(word)) = row.cells.get(self.columns.start) else { return None };
        let status = Status::from_name(word)
            .filter(|status| matches!(status, Status::Done | Status::DoneWithoutId | Status::Unknown))?;
        let reference = match self.reference.and_then(|column| row.cells.get(column)) {
            Some(Cell::Text(reference)) => reference.to_string(),
            _ => String::new(),
        };
        // Each operation has its column of ids; they stand before the column `Error`.
        let id = row.cells.iter().skip(self.columns.start + 1).take(self.ids).find_map(|cell| match cell {
            Cell::Text(text) if !cell.is_blank() => Some(Value::from(text.as_str()).to_string()),
            Cell::Number { value, .. } => Some(value.to_string()),
            _ => None,
        });
        Some(Settled { status, id, reference })
    }
}

/// What an earlier result says of a row.
pub struct Settled {
    status: Status,
    /// As JSON.
    id: Option<String>,
    /// Which run and row it was; empty where the result does not say it.
    pub reference: String,
}

impl Settled {
    pub fn verdict(self, operation: usize, request: Option<Request>) -> Verdict {
        let Self { status, id, reference } = self;
        Verdict::Before { operation, status, id, reference, request }
    }
}

/// Who settled a row of an earlier result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The server to which the row goes now, by a run of this ledger; from the row at this place of its file.
    Here { run: u32, place: Place },
    /// Another LIVE server, or a run that this ledger does not know: neither done here nor to be sent unasked.
    Elsewhere,
}

/// Tells by a row's reference who settled it. What was rehearsed (at a sandbox or a test server) is not done anywhere.
pub struct Origins<'a> {
    ledger: Option<&'a Ledger>,
    job: &'a Job,
    servers: &'a Servers,
    runs: RefCell<HashMap<String, Option<Run>>>,
}

impl<'a> Origins<'a> {
    pub fn new(job: &'a Job, ledger: Option<&'a Ledger>, servers: &'a Servers) -> Self {
        Self { ledger, job, servers, runs: RefCell::default() }
    }

    /// None where the row is one like any other.
    pub fn of(&self, reference: &str, operation: &Operation) -> Option<Origin> {
        let (name, place) = reference.rsplit_once('-').unwrap_or_default();
        if name.starts_with(SANDBOX_RUN) != self.job.servers.sandbox {
            return None;
        }
        let Some(run) = self.run(name) else { return (!self.job.servers.sandbox).then_some(Origin::Elsewhere) };
        let here = self.job.server_of(operation);
        let theirs: Vec<Server> = run.spec.destinations.iter().map(Destination::server).collect();
        if theirs.iter().any(|server| self.servers.are_same(server, &here)) {
            return Some(Origin::Here { run: run.number, place: place_of(place)? });
        }
        let is_rehearsed = theirs.iter().all(|server| self.servers.is_rehearsal(server));
        (!is_rehearsed).then_some(Origin::Elsewhere)
    }

    fn run(&self, name: &str) -> Option<Run> {
        let mut runs = self.runs.borrow_mut();
        let look = || self.ledger.and_then(|ledger| ledger.run_named(name).ok().flatten());
        runs.entry(name.to_owned()).or_insert_with(look).clone()
    }
}

/// The place in a reference: sheet and row, counted from 1.
fn place_of(text: &str) -> Option<Place> {
    let (sheet, row) = text.split_once('.')?;
    Some(Place { sheet: sheet.parse::<u16>().ok()?.checked_sub(1)?, row: row.parse().ok()? })
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

/// The cells of a CSV result as they were before they were guarded against spreadsheets and terminals.
pub fn take_guards_away(row: &mut Row) {
    for cell in &mut row.cells {
        if let Cell::Text(text) = cell {
            take_guard_away(text);
        }
    }
}

/// The same of its headers.
pub fn take_guards_of_headers_away(sheets: &mut [Sheet]) {
    sheets.iter_mut().flat_map(|sheet| &mut sheet.headers).for_each(take_guard_away);
}

fn take_guard_away(text: &mut CompactString) {
    if text.contains(['\'', '\\']) {
        *text = caseload_sheet::write::as_it_was(text).into();
    }
}
