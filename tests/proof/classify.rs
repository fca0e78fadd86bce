//! Every way in which a request can fail on the wire, against the real binary: what the row becomes, how often it was
//! sent, how the run ends, beside what the server read.
//!
//! Each case is a file of three rows: the first is answered well, the second meets the case on the same connection
//! (pooled) or on a new one (fresh), the third is answered well if it comes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::cases::{Case, Third, all};
use crate::certificates::Authority;
use crate::raw_server::{RawServer, Received, Step, Turn, answer};
use crate::workdir::{Workdir, words};

/// How many cases run side by side: most of them wait.
const SIDE_BY_SIDE: usize = 6;

pub const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example/v1'}]
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /id, error: {code: /code, title: /message}}
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'201': {description: Made., content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}}
    put:
      operationId: replace
      x-caseload: {id: /id}
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'201': {description: Made.}}
";

/// How the second row's request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wire {
    pub pooled: bool,
    pub tls: bool,
}

pub const WIRES: [Wire; 4] = [
    Wire { pooled: false, tls: false },
    Wire { pooled: true, tls: false },
    Wire { pooled: false, tls: true },
    Wire { pooled: true, tls: true },
];

#[test]
fn every_failure_on_the_wire_is_told_for_what_it_proves() {
    // One wire a case, by turns, where it plays on all of them.
    classify(|nth, wire| nth % WIRES.len() == wire, 250);
}

#[test]
#[ignore = "long: each case on every wire"]
fn every_failure_on_every_wire() {
    classify(|_, _| true, 700);
}

/// Plays the cases; `takes` chooses by the number of a case and of a wire. `CASELOAD_CASE` is a part of the name of those
/// that are played, on all wires.
fn classify(takes: impl Fn(usize, usize) -> bool, least: usize) {
    let (authority, cases, only) = (Authority::new(), all(), std::env::var("CASELOAD_CASE").ok());
    let mut runs: Vec<(&Case, Wire)> = Vec::new();
    for (nth, case) in cases.iter().enumerate() {
        let narrow = WIRES.iter().any(|wire| !case.runs_on(*wire));
        let wires = WIRES
            .iter()
            .enumerate()
            .filter(|(at, wire)| case.runs_on(**wire) && (only.is_some() || narrow || takes(nth, *at)));
        let named = only.as_ref().is_none_or(|only| case.name.contains(only));
        runs.extend(wires.filter(|_| named).map(|(_, wire)| (case, *wire)));
    }
    assert!(only.is_some() || runs.len() >= least, "{} runs", runs.len());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((case, wire)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = play(case, *wire, &authority) {
                        let said = format!("{} {wire:?} (row {} of the table): {why}", case.name, case.row);
                        failures.lock().unwrap().push(said);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), runs.len(), failures.join("\n"));
}

/// The answer to the first row.
fn opening(wire: Wire) -> Vec<Step> {
    if wire.pooled {
        return vec![Step::All, Step::Good];
    }
    vec![Step::All, Step::Send(answer(201, "Connection: close\r\n", r#"{"id":2}"#)), Step::Close]
}

/// Runs a case; gives what is not as the table says.
fn play(case: &Case, wire: Wire, authority: &Authority) -> Result<(), String> {
    let dir = Workdir::new();
    dir.write("things.yaml", CONTRACT);
    dir.write("list.csv", format!("name\nfirst\n{}\nthird\n", case.cell()));
    dir.write("authority.pem", authority.pem());
    let steps = case.first.clone().unwrap_or_else(|| opening(wire));
    let first = Turn { row: 2, ..steps.into() };
    let turns = [vec![first], case.turns.clone()].concat();
    let server = RawServer::new(turns, wire.tls.then(|| authority.server(case.fit)));
    let base = case.address.clone().unwrap_or_else(|| server.address.clone());
    let mut args = vec!["submit", "list.csv", "--contract", "things.yaml", "--base-url", &base, "--yes", "-q"];
    args.extend(["-o", "out.jsonl", "--to", case.to, "--concurrency", "1", "--timeout", case.timeout]);
    args.extend(&case.more);
    let mut command = dir.command(&args);
    command.env_remove("CASELOAD_TOKEN").env("SSL_CERT_FILE", dir.path("authority.pem"));
    let output = command.output().unwrap();
    let rows = dir.rows("out.jsonl");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    judge(case, &server, &rows, output.status.code())
        .map_err(|why| format!("{why}\n    rows {rows:?}\n    said {said}"))
}

fn judge(case: &Case, server: &RawServer, rows: &[Value], code: Option<i32>) -> Result<(), String> {
    if rows.len() != 3 {
        return Err(format!("exit {code:?}, {} rows", rows.len()));
    }
    let want = &case.want;
    let (words, row) = (words(rows), &rows[1]);
    let opened = if want.third == Third::AllStay { want.words[0] } else { "done" };
    let third = match want.third {
        Third::Done => "done",
        Third::Stays | Third::AllStay => "not-sent",
    };
    if words[0] != opened || !want.words.contains(&words[1]) || words[2] != third {
        return Err(format!("{words:?}, not {opened}, {:?}, {third}", want.words));
    }
    // A row that was not sent is for the same command again.
    let stopped = words.contains(&"not-sent");
    let wanted = if stopped { 3 } else { i32::from(words[1] != "done") };
    if code != Some(wanted) {
        return Err(format!("exit {code:?}, not {wanted}"));
    }
    let told = row["error"]["code"].as_str().unwrap_or_default();
    if !want.codes.is_empty() && words[1] != "done" && !want.codes.contains(&told) {
        return Err(format!("code {told:?}, not {:?}", want.codes));
    }
    if want.status.is_some_and(|status| row["http_status"] != status) {
        return Err(format!("status {}, not {:?}", row["http_status"], want.status));
    }
    let attempts = row["attempts"].as_u64().unwrap_or(0);
    if !want.attempts.contains(&attempts) {
        return Err(format!("{attempts} attempts, not {:?}", want.attempts));
    }
    beside_the_server(case, server, rows, attempts)
}

/// What the server read: no request that is no attempt, and each id beside the row that it was given for.
fn beside_the_server(case: &Case, server: &RawServer, rows: &[Value], attempts: u64) -> Result<(), String> {
    let came: Vec<u32> = server.received().iter().filter(|it| it.is_whole()).filter_map(Received::row).collect();
    for (row, told) in (2..).zip(rows) {
        let arrived = came.iter().filter(|came| **came == row).count() as u64;
        if arrived > told["attempts"].as_u64().unwrap_or(0) {
            return Err(format!("row {row} arrived {arrived} times: {came:?}"));
        }
        if told["result"] == "done" && told["id"].to_string().trim_matches('"') != row.to_string() {
            return Err(format!("row {row} has the id {}", told["id"]));
        }
    }
    let arrived = came.iter().filter(|row| **row == 3).count() as u64;
    if case.want.once && arrived > 1 {
        return Err(format!("it arrived {arrived} times in {attempts} attempts"));
    }
    if server.left() > case.may_be_left {
        return Err(format!("{} turns were not played", server.left()));
    }
    Ok(())
}
