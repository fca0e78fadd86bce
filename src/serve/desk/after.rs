//! After a run: its result, and its unknown rows, which a person closes.

use std::path::PathBuf;

use caseload_engine::ledger::{EntryId, Resolution, State};
use caseload_engine::outcome::Status;
use caseload_engine::report::local_time;
use caseload_engine::row::Place;
use caseload_engine::run::{not_closed, typed_id};
use caseload_engine::uptime::Uptime;
use serde_json::{Value, json};

use super::mend::sheet;
use super::{Desk, Fault, now, unreadable};
use crate::office::{Act, Actor, List, RowAt};

/// What a person says of an unknown row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It was done, and got this id; an empty one is not known.
    Done(String),
    /// It was not done: the row can be sent again.
    NotDone,
}

impl Desk {
    /// Writes the workbook of a list: of its check, or of its run as it stands.
    ///
    /// # Errors
    /// The rows cannot be read, or the file cannot be written.
    pub fn write(&self, list: &List, to: PathBuf) -> Result<PathBuf, Fault> {
        self.with_rows(list, |rows| {
            let summary = rows.table.write(rows.ledger.as_ref(), to)?;
            summary.result.ok_or(Fault::NotFound)
        })
    }

    /// Closes an unknown row by a person's word.
    ///
    /// # Errors
    /// The row is not unknown, was sent again meanwhile, or may still arrive; the run is being sent.
    pub fn resolve(&self, list: &List, at: &RowAt, decision: &Decision, why: &str, by: &Actor) -> Result<(), Fault> {
        let run = list.run.as_ref().ok_or(Fault::NotNow(list.state))?;
        let row = at.row;
        let ordinal = self.with_rows(list, |rows| {
            let place = Place { sheet: sheet(rows, &at.sheet)?, row: at.row };
            let found = rows.table.row_at(rows.ledger.as_ref(), place)?.ok_or(Fault::NotFound)?;
            Ok(found.ordinal)
        })?;
        let ledger = self.open()?;
        let held = ledger.hold(run.number).map_err(|error| self.busy(&error))?;
        let id = EntryId { run: run.number, ordinal };
        let entry = ledger.entry(id).map_err(|error| unreadable(&error))?.ok_or(Fault::NotFound)?;
        let at = local_time(now(), &self.0.places.zone.zone);
        let note = json!({"at": at, "by": by.name, "why": Some(why).filter(|why| !why.is_empty()), "was": entry.state.status()});
        let (state, answer) = decided(decision);
        let resolution = Resolution::of(&entry, state, answer, &note.to_string());
        let resolved = ledger.resolve(&[resolution], Uptime::now());
        drop(held);
        resolved.map_err(|error| not_closed(&error))?;
        let done = matches!(decision, Decision::Done(_));
        self.office().note(by, Some(&list.name), &Act::Resolved { row, done }, now())?;
        self.forget_rows(list.id);
        Ok(())
    }

    fn busy(&self, error: &caseload_engine::ledger::Error) -> Fault {
        let places = &self.0.places;
        Fault::Engine(caseload_engine::run::ledger_sentence(&places.ledger, error, &places.zone.zone))
    }

    /// How many rows of a list are unknown.
    ///
    /// # Errors
    /// The rows cannot be read.
    pub fn unknown(&self, list: &List) -> Result<u64, Fault> {
        self.with_rows(list, |rows| Ok(rows.table.summary().tally.count(Status::Unknown)))
    }
}

fn decided(decision: &Decision) -> (State, Option<Value>) {
    match decision {
        Decision::Done(id) if id.trim().is_empty() => (State::DoneWithoutId, None),
        Decision::Done(id) => (State::Done, Some(typed_id(id))),
        Decision::NotDone => (State::Pending, None),
    }
}
