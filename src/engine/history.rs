//! Earlier runs and their rows, as programs read them: the objects of `caseload runs --json` and `find --json`, and
//! those of the page.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::identity::Naming;
use crate::keyed::Key;
use crate::ledger::{self, Entry, Ledger, Run, State};
use crate::outcome::{Reason, Status};
use crate::report::local_time;
use crate::submit::event::reference;
use crate::validate::order_key;
use crate::words::{self, Reader};

/// How a run stands that somebody is sending at this moment.
pub struct Now {
    counts: BTreeMap<State, u64>,
}

impl Now {
    /// Nothing where nobody is sending the run.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn of(ledger: &Ledger, run: &Run) -> Result<Option<Self>, ledger::Error> {
        if !ledger.is_under_way(run.number) {
            return Ok(None);
        }
        Ok(Some(Self { counts: ledger.counts(run.number)? }))
    }

    /// How many rows are in a state.
    pub fn count(&self, state: State) -> u64 {
        self.counts.get(&state).copied().unwrap_or_default()
    }
}

/// A run as one JSON object.
pub fn run_json(run: &Run, now: Option<&Now>, zone: &TimeZone) -> Value {
    let count = |status: Status, state: State| match now {
        Some(now) => Some(now.count(state)),
        None => run.tally.as_ref().map(|tally| tally.count(status)),
    };
    json!({
        "run": run.spec.name,
        "file": run.spec.file,
        "sha256": run.spec.sha256,
        "to": run.spec.target(),
        "host": run.spec.addresses(),
        "rows": run.spec.rows,
        "started": local_time(run.spec.started_ms, zone),
        "ended": run.ended_ms.map(|ms| local_time(ms, zone)),
        "finished": run.finished,
        "under_way": now.is_some(),
        "done": count(Status::Done, State::Done),
        "unknown": count(Status::Unknown, State::Unknown),
        "in_flight": now.map(|now| now.count(State::Sending)),
        // How many rows are still to go is known when the run has ended: some may be invalid.
        "not_sent": if now.is_some() { None } else { count(Status::NotSent, State::Pending) },
        "result": run.result,
        "purged": run.purged_ms.map(|ms| local_time(ms, zone)),
    })
}

/// A row of a run as one JSON object; `under_way`: somebody is sending its run.
pub fn row_json(run: &Run, entry: &Entry, under_way: bool, reader: Reader, zone: &TimeZone) -> Value {
    let in_flight = under_way && entry.state == State::Sending;
    let error = if in_flight {
        Some(json!({"code": Reason::InFlight.code()}))
    } else {
        entry.settlement.error.as_ref().map(|error| json!(words::told(error, reader)))
    };
    json!({
        "run": run.spec.name,
        "file": run.spec.file,
        "sheet": sheet(run, entry),
        "row": entry.place.row,
        "result": if in_flight { Status::NotSent } else { entry.state.status() },
        "id": entry.settlement.id,
        "error": error,
        "http_status": entry.settlement.http_status,
        "attempts": entry.attempts,
        "sent_at": entry.sent_at_ms.map(|ms| local_time(ms, zone)),
        "reference": reference(&run.spec.name, entry.place),
        "resolved": entry.resolved,
    })
}

/// The name of a row's sheet; nothing in a CSV file.
pub fn sheet(run: &Run, entry: &Entry) -> Option<String> {
    run.spec.sheets.get(usize::from(entry.place.sheet)).filter(|name| !name.is_empty()).cloned()
}

/// The rows that an id or an order key came from, each with its run's place in `runs`.
///
/// # Errors
/// The ledger cannot be read.
pub fn find<'a>(ledger: &Ledger, runs: &'a [Run], text: &str) -> Result<Vec<(&'a Run, Entry)>, ledger::Error> {
    let found = ledger.find(text, &keys(ledger, runs, text))?;
    let of = |entry: Entry| Some((runs.iter().find(|run| run.number == entry.id.run)?, entry));
    Ok(found.into_iter().filter_map(of).collect())
}

/// The keys under which the runs would know rows of this order key: the ledger keeps keys, not cells.
fn keys(ledger: &Ledger, runs: &[Run], text: &str) -> Vec<Key> {
    let mut namings: Vec<Naming> = Vec::new();
    for to in runs.iter().flat_map(|run| &run.spec.destinations) {
        let naming = match &to.endpoint {
            Some(endpoint) => Naming::Now(endpoint.clone()),
            None => Naming::Landed { address: to.address.clone(), operation: to.operation.clone() },
        };
        if !namings.contains(&naming) {
            namings.push(naming);
        }
    }
    namings.iter().map(|naming| order_key(&naming.keyer(ledger.secret()), text.as_bytes())).collect()
}
