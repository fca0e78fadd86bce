//! What became of unknown rows, asked of the server: where the contract names an operation that finds a row
//! by a value of its own (`x-caseload.reconcile: {lookup, by}`).
//!
//! The ledger keeps no cells, so the file is read again for the value. Looking changes nothing, on the server
//! or here; who asked decides what the finding means.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::event::Caller;
use super::first_pass::{Aim, CheckedFile, first_pass};
use crate::coerce::{Coerce, Formats};
use crate::contract::{Operation, Reconcile, Slot};
use crate::error::Error;
use crate::identity::{RowKeyers, Server};
use crate::job::Job;
use crate::ledger::{Entry, Ledger, Run};
use crate::map::{Draft, Route, Source};
use crate::message::{Text, shown};
use crate::outcome::{Cause, id_text};
use crate::row::{Place, Row};
use crate::submit::address::stays_here;
use crate::submit::auth::Secrets;
use crate::submit::client::{Places, Sender};
use crate::submit::network::Network;
use crate::submit::pace::{Host, Paces, Rate, chance};
use crate::submit::reading::{ReadSession, Reply};
use crate::submit::status::{Sought, meaning};
use crate::validate::{Context, Request, Rules, Verdict};

/// Gentle with servers elsewhere; a look-up is a few requests.
const RATE: &str = "10/s";
const TIMEOUT: Duration = Duration::from_secs(60);
/// Characters of a record that are shown.
const LONGEST_RECORD: usize = 300;

/// What the server says of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It is there: its id, and the record as the server has it.
    There {
        /// As the server wrote it.
        id: Value,
        /// One line of JSON, cut where it is long.
        record: String,
    },
    /// The server answered, and does not know it.
    Absent,
    /// It could not be asked, or did not answer.
    NoAnswer(Unasked),
}

/// Why the server has no say about a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Unasked {
    /// The row carries no value to look for.
    NoValue,
    /// The answer holds no id.
    NoId,
    /// The request failed.
    Failed(Cause),
    /// The look-up stopped first.
    Stopped(Text),
}

/// Looks rows of a run up, in the order given. Nothing where no operation of the run has a look-up.
///
/// # Errors
/// The run's file is gone or has changed, a secret is missing, or the server gives no token.
pub fn look_up(
    ledger: &Ledger,
    run: &Run,
    entries: &[Entry],
    job: &Job,
    caller: Caller,
) -> Result<Option<Vec<Found>>, Error> {
    let sent = |operation: &&Operation| run.spec.destinations.iter().any(|to| to.operation == operation.full_name());
    if job.servers.sandbox || !job.operations.iter().filter(sent).any(|operation| lookup_of(operation, job).is_some()) {
        return Ok(None);
    }
    let path = Path::new(&run.spec.file);
    let mut checked = first_pass(path, job, Aim::Again, Some(ledger), caller)?;
    if checked.sha256 != run.spec.sha256 {
        return Err(super::changed(path, run, &job.flags));
    }
    let questions = questions(&mut checked, job, entries)?;
    let operations: Vec<&Operation> = questions.operations.iter().collect();
    let base = |operation: &Operation| base_of(operation, job);
    let secrets = Secrets::gather(&operations, |name| job.secret(name))?;
    let mut network = Network::of(&job.access)?;
    network.log_in(|name| job.secret(name))?;
    let sender = Sender::new(
        &operations,
        &Places { base: &base, sandbox: false, allow_http: job.access.allow_http },
        &secrets,
        &network,
        TIMEOUT,
    )?;
    let here = operations.iter().all(|operation| stays_here(&base(operation)));
    let rate = if here { None } else { Rate::parse(RATE) };
    let host =
        |(at, operation): (usize, &&Operation)| Host::new(&Server::of(&base(operation)), secrets.of_operation(at));
    let hosts: Vec<Host> = operations.iter().enumerate().map(host).collect();
    let line = ReadSession::new(&operations, &sender, Paces::new(chance).join(&hosts, rate, None), |_| {});
    let runtime = super::runtime()?;
    Ok(Some(runtime.block_on(ask(&line, &questions, caller))))
}

/// The look-up requests of some rows, in their order. A row without a value to look for has none.
struct Questions {
    operations: Vec<Operation>,
    asked: Vec<Option<(Request, Place)>>,
}

fn lookup_of<'j>(operation: &Operation, job: &'j Job) -> Option<(&'j Operation, String)> {
    let Some(Reconcile::Lookup { operation: name, by }) = &operation.reconcile else { return None };
    let contract = job.contracts.iter().find(|contract| contract.name == operation.system)?;
    contract.operations.iter().find(|known| known.name == *name).map(|found| (found, by.clone()))
}

/// The address that the run used: a ledger from before keeps it in small letters, by which a path could be another.
fn base_of(operation: &Operation, job: &Job) -> String {
    let used = job.base_of(operation);
    let given = [job.servers.spelled.as_deref(), Some(operation.base_url.as_str())];
    let same = |address: &&str| address.trim_end_matches('/').eq_ignore_ascii_case(&used);
    given.into_iter().flatten().find(same).map_or(used.clone(), str::to_owned)
}

fn questions(checked: &mut CheckedFile, job: &Job, entries: &[Entry]) -> Result<Questions, Error> {
    let wanted: HashMap<u32, usize> = entries.iter().enumerate().map(|(at, entry)| (entry.id.ordinal, at)).collect();
    let mut questions = Questions { operations: Vec::new(), asked: vec![None; entries.len()] };
    for (ordinal, verdict) in checked.verdicts.records()?.enumerate() {
        let Some(at) = wanted.get(&(ordinal as u32)) else { continue };
        let Verdict::Valid { request, .. } = verdict? else { continue };
        let operation = &checked.operations[request.operation()];
        let Some((lookup, by)) = lookup_of(operation, job) else { continue };
        let Some(value) = value_of(&request, operation, &by) else { continue };
        let index = questions.operations.iter().position(|known| known.name == lookup.name).unwrap_or_else(|| {
            questions.operations.push(lookup.clone());
            questions.operations.len() - 1
        });
        let place = entries[*at].place;
        questions.asked[*at] = question(index, lookup, job, &by, value)?.map(|request| (request, place));
    }
    Ok(questions)
}

/// The value that a row was sent with.
fn value_of(request: &Request, operation: &Operation, by: &str) -> Option<Value> {
    let body: Value = serde_json::from_str(request.body()?).ok()?;
    let field = &operation.fields[operation.field(by)?];
    let in_body = field.slots.iter().find(|slot| matches!(slot, Slot::Body(_)))?;
    body.pointer(&in_body.pointer()).cloned()
}

/// The look-up's request for a value, if its contract accepts it.
fn question(index: usize, lookup: &Operation, job: &Job, by: &str, value: Value) -> Result<Option<Request>, Error> {
    let Some(contract) = job.contracts.iter().find(|contract| contract.name == lookup.system) else { return Ok(None) };
    let mut rules = Rules::new(index, lookup, contract, RowKeyers::of_nothing(), false)?;
    let mut draft = Draft { values: vec![None; lookup.fields.len()], ..Draft::default() };
    if let Some(field) = lookup.field(by) {
        draft.values[field] = Some(value);
    }
    let row = Row { place: Place { sheet: 0, row: 0 }, hidden: false, cells: Vec::new() };
    let route = Route { operation: index, sources: vec![Source::Nowhere; lookup.fields.len()] };
    let formats = Formats::default();
    let coerce = Coerce { formats: &formats, zone: &TimeZone::UTC };
    let context = Context { row: &row, route: &route, coerce: &coerce };
    Ok(rules.check(&mut draft, &context).ok().map(|accepted| accepted.request()))
}

async fn ask(line: &ReadSession<'_>, questions: &Questions, caller: Caller<'_>) -> Vec<Found> {
    let mut found = Vec::with_capacity(questions.asked.len());
    for (at, question) in (0_u32..).zip(&questions.asked) {
        let Some((request, place)) = question else {
            found.push(Found::NoAnswer(Unasked::NoValue));
            continue;
        };
        if let Err(cancelled) = caller.still_wants() {
            found.push(Found::NoAnswer(Unasked::Stopped(cancelled.message)));
            continue;
        }
        let reference = format!("look-up-{}.{}", place.sheet + 1, place.row);
        let reply = line.read(request, at, &reference).await;
        found.push(understood(reply, &questions.operations[request.operation()], line));
    }
    found
}

fn understood(reply: Reply, lookup: &Operation, line: &ReadSession) -> Found {
    match reply {
        Reply::Answer { body, .. } => {
            let id = lookup.id.as_ref().and_then(|form| body.pointer(&form.pointer).cloned());
            match id.filter(|id| !id.is_null()) {
                Some(id) => Found::There { id, record: record(&body) },
                None => Found::NoAnswer(Unasked::NoId),
            }
        }
        Reply::Failed { http_status: Some(status), .. } if meaning(status).sought == Sought::Absent => Found::Absent,
        Reply::Failed { error, .. } => Found::NoAnswer(Unasked::Failed(error)),
        Reply::Stopped => Found::NoAnswer(Unasked::Stopped(line.reason().map(|stop| stop.message).unwrap_or_default())),
    }
}

/// The values of a record that are there, in a line.
fn record(body: &Value) -> String {
    let line = match body {
        Value::Object(map) => {
            let values = map.iter().filter(|(_, value)| !value.is_null() && **value != Value::Array(Vec::new()));
            values.map(|(name, value)| format!("{name} {}", id_text(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    shown(line.trim()).chars().take(LONGEST_RECORD).collect()
}
