//! Rows of runs that a number is of.

use caseload_engine::history;
use caseload_engine::outcome::Status;
use caseload_sheet::files::base_name;

use super::head::place;
use super::visit::time;
use crate::desk::{Desk, Fault};
use crate::pages::history::FoundRow;
use crate::pages::run_head::Place;
use crate::pages::words::Mark;

/// The rows, as the ledger knows them.
pub fn rows(desk: &Desk, text: &str) -> Result<Vec<FoundRow>, Fault> {
    let Some(ledger) = desk.look()? else { return Ok(Vec::new()) };
    let unreadable = |error| Fault::Engine(caseload_engine::account::unreadable(&error));
    let runs = ledger.runs().map_err(unreadable)?;
    let mut rows = Vec::new();
    for (run, entry) in history::find(&ledger, &runs, text).map_err(unreadable)? {
        let list = desk.office().list_of_run(&run.spec.name)?;
        let in_flight = ledger.is_under_way(run.number) && entry.state == caseload_engine::ledger::State::Sending;
        let status = if in_flight { Status::NotSent } else { entry.state.status() };
        let servers = run.spec.addresses();
        rows.push(FoundRow {
            at: time(entry.sent_at_ms.unwrap_or(run.spec.started_ms)),
            run: list.as_ref().map(|list| list.name.clone()).unwrap_or_default(),
            file_name: list.as_ref().map_or_else(|| base_name(&run.spec.file), |list| list.file_name.clone()),
            sheet: history::sheet(run, &entry).unwrap_or_default(),
            row: entry.place.row,
            place: match &list {
                Some(list) => place(desk, list),
                None => Place { title: servers, is_test: run.spec.is_sandbox() },
            },
            mark: Mark::Is(status),
            id: entry.settlement.id.as_ref().map(id_text).unwrap_or_default(),
            by: list.map(|list| list.by.name).unwrap_or_default(),
        });
    }
    Ok(rows)
}

fn id_text(id: &serde_json::Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
