//! The account of a file: what was checked and what the ledger holds, joined row by row into outcomes.
//! A pure view: written again tomorrow, it says the same.

use std::collections::HashMap;

use crate::contract::Operation;
use crate::doubt::Doubt;
use crate::error::{Code, Error};
use crate::files;
use crate::keyed::Key;
use crate::ledger::{self, Entry, EntryId, Ledger, Run, State};
use crate::outcome::{Cause, Complaint, DuplicateOf, Failure, Outcome, Problem, Reason, Status, Unsent};
use crate::row::{Place, Sheet, column_letter};
use crate::submit::event::reference;
use crate::text;
use crate::validate::Verdict;
use crate::validate::across::{Finding, Findings};

/// The row numbers of a file, by ordinal: four bytes a row.
#[derive(Debug, Default)]
pub struct Places {
    rows: Vec<u32>,
    /// The first ordinal of each sheet.
    sheets: Vec<u32>,
}

impl Places {
    /// Adds the next row. Rows come sheet by sheet.
    pub fn push(&mut self, place: Place) {
        while self.sheets.len() <= usize::from(place.sheet) {
            self.sheets.push(self.rows.len() as u32);
        }
        self.rows.push(place.row);
    }

    /// How many rows there are.
    pub fn len(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Whether the file has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The ordinal of a place.
    pub fn find(&self, place: Place) -> Option<u32> {
        let first = *self.sheets.get(usize::from(place.sheet))?;
        let end = self.sheets.get(usize::from(place.sheet) + 1).copied().unwrap_or(self.len());
        let rows = self.rows.get(first as usize..end as usize)?;
        // A file's rows ascend; where one does not, the first of that number is meant.
        let found = rows.binary_search(&place.row).ok().or_else(|| rows.iter().position(|row| *row == place.row))?;
        Some(first + found as u32)
    }

    /// Where a row stands, by its ordinal: its number among the rows read, from 0.
    pub fn get(&self, ordinal: u32) -> Place {
        let sheet = self.sheets.partition_point(|first| *first <= ordinal).saturating_sub(1);
        Place { sheet: sheet as u16, row: self.rows.get(ordinal as usize).copied().unwrap_or_default() }
    }
}

/// Whether a row may be sent, as far as the file alone can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing in the file keeps it from being sent.
    MayGo,
    /// It repeats the row with this ordinal.
    Repeats(u32),
    /// It disagrees with an earlier row.
    Contradicts {
        /// The ordinal of that row.
        other: u32,
        /// The index of the `same` rule that it breaks.
        rule: u16,
    },
}

/// What the rows of a file say of each other about one of them.
pub fn standing(findings: &Findings, ordinal: u32, send_duplicates: bool) -> Standing {
    match findings.of(ordinal) {
        Some(Finding::Contradicts { other, rule }) => Standing::Contradicts { other, rule },
        Some(Finding::Repeats(first)) if !send_duplicates => Standing::Repeats(first),
        _ => Standing::MayGo,
    }
}

/// What an account is drawn up from.
pub struct Account<'a> {
    /// The operations of the run, as verdicts number them.
    pub operations: &'a [Operation],
    /// The sheets of the file, as places number them.
    pub sheets: &'a [Sheet],
    /// The name of the file, without its folder.
    pub file_name: &'a str,
    /// What the rows say of each other.
    pub findings: &'a Findings,
    /// Where each row stands.
    pub places: &'a Places,
    /// Rows that repeat others are sent all the same.
    pub send_duplicates: bool,
    /// The ledger of the run, or the one that a check compares with.
    pub ledger: Option<&'a Ledger>,
    /// The run. A check has none.
    pub run: Option<&'a Run>,
    /// Rows of a check that repeat rows in the ledger, and what is in question about them.
    pub past: HashMap<u32, (EntryId, Option<Doubt>)>,
    /// Order keys behind which rows are held, and the row that holds them.
    pub held: HashMap<Key, EntryId>,
    /// Why rows were not sent where nothing else says it.
    pub not_sent: Unsent,
    /// The run is being sent by another process.
    pub under_way: bool,
    page: Vec<Entry>,
    at: usize,
}

impl<'a> Account<'a> {
    /// An account that knows only the file.
    pub fn new(operations: &'a [Operation], sheets: &'a [Sheet], findings: &'a Findings, places: &'a Places) -> Self {
        Self {
            operations,
            sheets,
            file_name: "",
            findings,
            places,
            send_duplicates: false,
            ledger: None,
            run: None,
            past: HashMap::new(),
            held: HashMap::new(),
            not_sent: Unsent::default(),
            under_way: false,
            page: Vec::new(),
            at: 0,
        }
    }

    /// What became of a row. Rows are asked for in order. Gives the row's operation too.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn outcome(&mut self, ordinal: u32, verdict: Verdict) -> Result<(Option<usize>, Outcome), Error> {
        let (operation, order, warnings) = match verdict {
            Verdict::Invalid { operation, problems } => {
                return Ok((operation, Outcome { problems, ..Outcome::of(Status::Invalid) }));
            }
            Verdict::Hidden { operation } => {
                let error = Some(Reason::Hidden.into());
                return Ok((Some(operation), Outcome { error, ..Outcome::of(Status::NotSent) }));
            }
            Verdict::LeftOut { operation } => {
                let known = self.known(ordinal, operation, None)?;
                let left_out = || Outcome { error: Some(Reason::LeftOut.into()), ..Outcome::of(Status::NotSent) };
                return Ok((Some(operation), known.unwrap_or_else(left_out)));
            }
            Verdict::Example { operation } => (operation, None, Vec::new()),
            Verdict::Before { operation, status, id, reference, request } => {
                let order = request.and_then(|request| request.order());
                let known = self.known(ordinal, operation, order)?;
                let id = id.and_then(|id| serde_json::from_str(&id).ok());
                let reference = Some(reference).filter(|reference| !reference.is_empty());
                return Ok((Some(operation), known.unwrap_or(Outcome { id, reference, ..Outcome::of(status) })));
            }
            Verdict::Accepted { operation, warnings, .. } => (operation, None, warnings),
            Verdict::Valid { request, warnings } => (request.operation(), request.order(), warnings),
        };
        let mut outcome = match standing(self.findings, ordinal, self.send_duplicates) {
            Standing::Contradicts { other, rule } => self.contradicts(ordinal, operation, other, rule),
            Standing::Repeats(first) => self.repeats(first)?,
            Standing::MayGo => match self.known(ordinal, operation, order)? {
                Some(outcome) => outcome,
                None => self.unsettled(ordinal, operation, order)?,
            },
        };
        outcome.problems.extend(warnings);
        Ok((Some(operation), outcome))
    }

    /// Whether a row is the template's example and nothing more: one that an earlier version sent is a row like any
    /// other.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn is_left_out(&mut self, ordinal: u32, verdict: &Verdict) -> Result<bool, Error> {
        Ok(matches!(verdict, Verdict::Example { .. }) && self.entry(ordinal)?.is_none())
    }

    /// What the ledger has of a row, in this run or (for a check) in an earlier one.
    fn known(&mut self, ordinal: u32, operation: usize, order: Option<Key>) -> Result<Option<Outcome>, Error> {
        match (self.entry(ordinal)?, self.past.get(&ordinal)) {
            (Some(entry), _) if entry.state == State::Pending => self.pending(&entry, operation, order).map(Some),
            (Some(entry), _) => self.settled(&entry).map(Some),
            (None, Some((of, doubt))) => self.repeats_past(*of, *doubt).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The ledger's record of a row, from a page fetched ahead.
    fn entry(&mut self, ordinal: u32) -> Result<Option<Entry>, Error> {
        let (Some(ledger), Some(run)) = (self.ledger, self.run) else { return Ok(None) };
        while self.page.get(self.at).is_some_and(|entry| entry.id.ordinal < ordinal) {
            self.at += 1;
        }
        if self.at >= self.page.len() {
            self.page = ledger.page(run.number, ordinal).map_err(|error| unreadable(&error))?;
            self.at = 0;
        }
        Ok(self.page.get(self.at).filter(|entry| entry.id.ordinal == ordinal).cloned())
    }

    fn settled(&self, entry: &Entry) -> Result<Outcome, Error> {
        if let Some(of) = entry.duplicate_of {
            let doubt = match entry.settlement.error.as_ref().and_then(|error| error.reason.as_ref()) {
                Some(Reason::InQuestion(doubt)) => Some(*doubt),
                _ => None,
            };
            return self.repeats_past(of, doubt);
        }
        let settlement = entry.settlement.clone();
        let run = self.run.map_or("", |run| &run.spec.name);
        let in_flight = self.under_way && entry.state == State::Sending;
        Ok(Outcome {
            status: if in_flight { Status::NotSent } else { entry.state.status() },
            id: settlement.id,
            error: self.explained(entry, settlement.error),
            http_status: settlement.http_status,
            attempts: entry.attempts,
            sent_at_ms: entry.sent_at_ms,
            reference: (entry.attempts > 0).then(|| reference(run, entry.place)),
            ..Outcome::of(Status::NotSent)
        })
    }

    /// Sent without effect, or closed as not done by a person: not sent, for its own reason or that of the run.
    fn pending(&self, entry: &Entry, operation: usize, order: Option<Key>) -> Result<Outcome, Error> {
        let mut outcome = self.settled(entry)?;
        let is_held = order.is_some_and(|key| self.held.contains_key(&key));
        if is_held || outcome.error.is_none() {
            outcome.error = self.unsettled(entry.id.ordinal, operation, order)?.error;
        }
        Ok(outcome)
    }

    /// An attempt that is open is on its way, or was cut off with its process.
    fn explained(&self, entry: &Entry, error: Option<Cause>) -> Option<Cause> {
        if entry.state != State::Sending || error.is_some() {
            return error;
        }
        let reason = if self.under_way { Reason::InFlight } else { Reason::Failed(Failure::Interrupted) };
        Some(reason.into())
    }

    fn unsettled(&self, ordinal: u32, operation: usize, order: Option<Key>) -> Result<Outcome, Error> {
        if self.run.is_none() {
            return Ok(Outcome::of(Status::Valid));
        }
        let holder = order.and_then(|key| self.held.get(&key));
        let reason = match holder {
            Some(of) => self.held_behind(*of, operation)?,
            None => match self.refused_in_front(ordinal)? {
                Some(by) => Reason::HeldByRefused { row: self.places.get(by).row },
                None => Reason::NotSent(self.not_sent.clone()),
            },
        };
        Ok(Outcome { error: Some(reason.into()), ..Outcome::of(Status::NotSent) })
    }

    /// The row that had to be done before this one, and was refused.
    fn refused_in_front(&self, mut ordinal: u32) -> Result<Option<u32>, Error> {
        let (Some(run), Some(ledger), false) = (self.run, self.ledger, self.send_duplicates) else { return Ok(None) };
        while let Some(Finding::AfterReset { by, .. }) = self.findings.of(ordinal) {
            let entry = ledger.entry(EntryId { run: run.number, ordinal: by }).map_err(|error| unreadable(&error))?;
            match entry.map(|entry| entry.state) {
                Some(State::Rejected) => return Ok(Some(by)),
                None | Some(State::Pending) => ordinal = by,
                Some(_) => break,
            }
        }
        Ok(None)
    }

    fn held_behind(&self, of: EntryId, operation: usize) -> Result<Reason, Error> {
        let (run, entry) = self.past_row(of)?;
        Ok(Reason::HeldBehind {
            run: run.map(|run| run.spec.name).unwrap_or_default(),
            row: entry.map_or(0, |entry| entry.place.row),
            order_name: self.operations[operation].order_words(),
        })
    }

    /// Repeats an earlier row of this file.
    fn repeats(&self, first: u32) -> Result<Outcome, Error> {
        let place = self.places.get(first);
        let sheet = self.sheets.get(usize::from(place.sheet)).map(|sheet| sheet.name.clone()).unwrap_or_default();
        let mut of = DuplicateOf {
            run: self.run.map(|run| run.spec.name.clone()).unwrap_or_default(),
            file: self.file_name.to_owned(),
            sheet,
            row: place.row,
            result: None,
            sent_at_ms: None,
        };
        let mut id = None;
        if let (Some(ledger), Some(run)) = (self.ledger, self.run)
            && let Some(entry) =
                ledger.entry(EntryId { run: run.number, ordinal: first }).map_err(|e| unreadable(&e))?
        {
            let entry = match entry.duplicate_of {
                Some(of) => ledger.entry(of).map_err(|e| unreadable(&e))?.unwrap_or(entry),
                None => entry,
            };
            of.result = Some(entry.state.status());
            of.sent_at_ms = entry.sent_at_ms;
            id = entry.settlement.id;
        }
        Ok(Outcome { id, duplicate_of: Some(of), ..Outcome::of(Status::Duplicate) })
    }

    /// Repeats a row of an earlier run, or is in question for its sake.
    fn repeats_past(&self, of: EntryId, doubt: Option<Doubt>) -> Result<Outcome, Error> {
        let (run, entry) = self.past_row(of)?;
        let error = doubt.map(|doubt| Reason::InQuestion(doubt).into());
        let Some(entry) = entry else { return Ok(Outcome { error, ..Outcome::of(Status::Duplicate) }) };
        let spec = run.map(|run| run.spec);
        let sheet = spec.as_ref().and_then(|spec| spec.sheets.get(usize::from(entry.place.sheet)).cloned());
        let file = spec.as_ref().map(|spec| files::base_name(&spec.file)).unwrap_or_default();
        Ok(Outcome {
            id: entry.settlement.id.clone(),
            error,
            duplicate_of: Some(DuplicateOf {
                run: spec.map(|spec| spec.name).unwrap_or_default(),
                file,
                sheet: sheet.unwrap_or_default(),
                row: entry.place.row,
                result: Some(entry.state.status()),
                sent_at_ms: entry.sent_at_ms,
            }),
            ..Outcome::of(Status::Duplicate)
        })
    }

    fn past_row(&self, of: EntryId) -> Result<(Option<Run>, Option<Entry>), Error> {
        let Some(ledger) = self.ledger else { return Ok((None, None)) };
        let run = ledger.run_numbered(of.run).map_err(|error| unreadable(&error))?;
        let entry = ledger.entry(of).map_err(|error| unreadable(&error))?;
        Ok((run, entry))
    }

    fn contradicts(&self, ordinal: u32, operation: usize, other: u32, rule: u16) -> Outcome {
        let operation = &self.operations[operation];
        let rule = &operation.same[usize::from(rule)];
        let field = &operation.fields[rule.field];
        let place = self.places.get(other).row;
        let headers = self
            .sheets
            .get(usize::from(self.places.get(ordinal).sheet))
            .map(|sheet| sheet.headers.as_slice())
            .unwrap_or_default();
        let column = headers.iter().position(|header| field.answers_to(&crate::fold::fold(header)));
        let problem = Problem {
            column: column.map(column_letter).unwrap_or_default(),
            field: field.name.clone(),
            value: String::new(),
            rule: "same".to_owned(),
            complaint: Complaint::Contradicts { row: place, why: rule.message.clone() },
            warning: false,
        };
        Outcome { problems: vec![problem], ..Outcome::of(Status::Invalid) }
    }
}

/// The ledger could not be read.
pub fn unreadable(error: &ledger::Error) -> Error {
    let error = error.to_string();
    Code::LedgerUnreadable.early(text!(
        "Defter okunamadı: {error}. Diski denetleyip aynı komutu yeniden çalıştırın; gönderilmiş satırlar yeniden gönderilmez.",
        "The ledger cannot be read: {error}. Check the disk and run the same command again; rows that were sent are not sent again."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_by_its_ordinal_across_sheets() {
        let mut places = Places::default();
        for (sheet, row) in [(0, 2), (0, 5), (2, 3)] {
            places.push(Place { sheet, row });
        }
        assert_eq!(places.get(1), Place { sheet: 0, row: 5 });
        assert_eq!(places.get(2), Place { sheet: 2, row: 3 });
        assert_eq!(places.len(), 3);
        assert_eq!(
            [Place { sheet: 0, row: 5 }, Place { sheet: 2, row: 3 }].map(|place| places.find(place)),
            [Some(1), Some(2)]
        );
        assert_eq!(
            [Place { sheet: 0, row: 3 }, Place { sheet: 9, row: 3 }].map(|place| places.find(place)),
            [None, None]
        );
    }
}
