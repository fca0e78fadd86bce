//! A run as one JSON object: the keys of `--json`, and how far it has come.

use caseload_engine::history::Now;
use caseload_engine::ledger::{Run, State};
use caseload_engine::outcome::Status;
use caseload_sheet::files::base_name;
use caseload_sheet::message::Lang;
use serde_json::{Map, Value, json};

use crate::desk::{Desk, Fault, Figures};
use crate::office::List;
use crate::path;
use crate::problem::Problem;
use crate::state::RunState;

/// What is counted, in the order of `--json`.
const COUNTS: [&str; 9] =
    ["rows", "valid", "done", "done_without_id", "rejected", "invalid", "duplicate", "unknown", "not_sent"];

/// All that is known of a list: what its rows came to, and what would be sent now.
///
/// # Errors
/// The file or the ledger cannot be read.
pub(super) fn whole(desk: &Desk, list: &List, lang: Lang) -> Result<Value, Problem> {
    let mut object = brief(desk, list);
    if let Some(under_way) = desk.under_way(list) {
        go_on(&mut object, &under_way.figures());
    } else if list.destroyed_ms.is_none() && !matches!(list.state, RunState::Checking | RunState::Columns) {
        let summary = desk.with_rows(list, |rows| Ok(rows.table.summary().as_json(lang)))?;
        overlay(&mut object, summary);
        propose(&mut object, desk, list, lang);
    }
    Ok(Value::Object(object))
}

/// What the office knows of a list, without a look at its rows.
pub(super) fn brief(desk: &Desk, list: &List) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("run", json!(list.name));
    put("file", json!(list.file_name));
    put("sha256", json!(list.sha256));
    put("to", json!(list.reading.to));
    put("state", json!(list.state.as_str()));
    for key in COUNTS {
        // Rows are valid as long as they may still go.
        let is_told = key != "valid" || !list.state.has_begun();
        if is_told {
            put(key, list.counts.as_ref().map_or(Value::Null, |counts| counts[key].clone()));
        }
    }
    put("to_send", Value::Null);
    put("digest", json!(list.digest));
    put("in_question", json!({}));
    put("revision", json!(list.revision));
    put("result", json!(result_of(list)));
    put("target", json!(list.target));
    put("by", json!(list.by.name));
    put("ledger_run", json!(list.run.as_ref().map(|run| &run.name)));
    put("editor", json!(list.editor.as_ref().map(|editor| &editor.by.name)));
    if let Ok(target) = desk.target_of(list) {
        put("four_eyes", json!(target.four_eyes));
        put("test", json!(target.is_test));
    }
    object
}

fn result_of(list: &List) -> Option<String> {
    let has_rows = !matches!(list.state, RunState::Checking | RunState::Columns) && list.destroyed_ms.is_none();
    has_rows.then(|| format!("{}/runs/{}/result", path::API, list.name))
}

/// The keys of a summary, but for those that name a place on the server's disk.
fn overlay(object: &mut Map<String, Value>, summary: Value) {
    let Value::Object(summary) = summary else { return };
    for (key, value) in summary {
        if !matches!(key.as_str(), "run" | "file" | "result") {
            object.insert(key, value);
        }
    }
}

/// What would go at this moment. A server or a ledger that cannot be asked is no reason to show nothing.
fn propose(object: &mut Map<String, Value>, desk: &Desk, list: &List, lang: Lang) {
    if !matches!(list.state, RunState::Checked | RunState::WaitingApproval | RunState::Stopped) {
        return;
    }
    match desk.propose(list) {
        Ok(proposal) => {
            object.insert("to_send".to_owned(), json!(proposal.rows));
            object.insert("digest".to_owned(), json!(proposal.digest));
            object.insert("in_question".to_owned(), proposal.in_question.as_json());
            object.insert("to".to_owned(), json!(proposal.to));
            object.insert("servers".to_owned(), json!(proposal.servers));
            object.insert("sent_already".to_owned(), json!(proposal.is_sent_already));
        }
        Err(fault) => {
            object.insert("error".to_owned(), told(fault, lang));
        }
    }
}

fn told(fault: Fault, lang: Lang) -> Value {
    let problem = Problem::from(fault);
    json!({"code": problem.code, "title": problem.detail.get(lang)})
}

/// How far rows have come that are leaving now: what was so before, and what came since.
pub(super) fn go_on(object: &mut Map<String, Value>, figures: &Figures) {
    let now = [
        ("done", figures.done),
        ("done_without_id", figures.done_without_id),
        ("rejected", figures.rejected),
        ("unknown", figures.unknown),
    ];
    for (key, count) in now {
        let before = object.get(key).and_then(Value::as_u64).unwrap_or_default();
        object.insert(key.to_owned(), json!(before + count));
    }
    let rows = object.get("rows").and_then(Value::as_u64).unwrap_or_default();
    let others = ["done", "done_without_id", "rejected", "invalid", "duplicate", "unknown"];
    let settled: u64 = others.iter().filter_map(|key| object.get(*key).and_then(Value::as_u64)).sum();
    object.insert("not_sent".to_owned(), json!(rows.saturating_sub(settled)));
    object.insert("to_send".to_owned(), json!(figures.to_send));
    object.insert("answered".to_owned(), json!(figures.answered()));
    object.insert("holds_until_ms".to_owned(), json!(figures.holds_until_ms));
}

/// A run of the ledger that did not begin on this page.
pub(super) fn of_ledger(run: &Run, now: Option<&Now>) -> Value {
    let state = match now {
        Some(_) => RunState::Sending,
        None if run.finished => RunState::Finished,
        None => RunState::Stopped,
    };
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("run", json!(run.spec.name));
    put("file", json!(base_name(&run.spec.file)));
    put("sha256", json!(run.spec.sha256));
    put("to", json!(run.spec.target()));
    put("state", json!(state.as_str()));
    put("rows", json!(run.spec.rows));
    for status in Status::ALL.into_iter().filter(|status| *status != Status::Valid) {
        let count = run.tally.as_ref().filter(|_| now.is_none()).map(|tally| tally.count(status));
        put(&status.as_str().replace('-', "_"), json!(count));
    }
    if let Some(now) = now {
        put("done", json!(now.count(State::Done)));
        put("done_without_id", json!(now.count(State::DoneWithoutId)));
        put("rejected", json!(now.count(State::Rejected)));
        put("unknown", json!(now.count(State::Unknown)));
    }
    put("to_send", Value::Null);
    put("digest", Value::Null);
    put("in_question", json!({}));
    put("revision", json!(0));
    put("result", Value::Null);
    put("ledger_run", json!(run.spec.name));
    Value::Object(object)
}
