//! The runs: all of them, one, and an end to one that was never sent.

use std::collections::HashSet;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use caseload_engine::account::unreadable;
use caseload_engine::history::Now;
use caseload_engine::ledger::Ledger;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Params, found};
use super::object::{brief, of_ledger, whole};
use crate::desk::{Desk, Fault};
use crate::office::{Filter, List};
use crate::person::Deed;
use crate::problem::Problem;

/// Runs in one answer, where nothing is said, and at most.
const USUAL: usize = 50;
const MOST: usize = 500;

/// Which runs are asked for.
#[derive(Deserialize)]
pub(super) struct Which {
    /// Behind this run: the last of the answer before.
    after: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/v1/runs`
pub(super) async fn list(call: Call, Params(which): Params<Which>) -> Result<Json<Value>, Problem> {
    call.desk(Deed::Look, move |desk, _| page(desk, &which)).await.map(Json)
}

/// Lists of the page and runs of the ledger that began elsewhere, the newest first.
fn page(desk: &Desk, which: &Which) -> Result<Value, Problem> {
    let lists = all(desk)?;
    let own: HashSet<&str> = lists.iter().filter_map(|list| list.run.as_ref()).map(|run| run.name.as_str()).collect();
    let ledger = desk.look()?;
    let runs = ledger
        .as_ref()
        .map(|ledger| ledger.runs())
        .transpose()
        .map_err(|error| unreadable(&error))?
        .unwrap_or_default();
    let of_list = lists.iter().map(|list| (list.uploaded_ms, list.name.as_str(), Item::List(list)));
    let others = runs.iter().filter(|run| !own.contains(run.spec.name.as_str()));
    let of_run = others.map(|run| (run.spec.started_ms, run.spec.name.as_str(), Item::Run(run)));
    let mut items: Vec<_> = of_list.chain(of_run).collect();
    items.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)));
    let from = match &which.after {
        None => 0,
        Some(after) => items.iter().position(|item| item.1 == after.as_str()).ok_or(Fault::NotFound)? + 1,
    };
    let limit = which.limit.unwrap_or(USUAL).clamp(1, MOST);
    let shown = items.get(from..items.len().min(from + limit)).unwrap_or_default();
    let next = shown.last().filter(|_| from + limit < items.len()).map(|item| item.1);
    let objects: Vec<Value> =
        shown.iter().map(|(_, _, item)| object(desk, ledger.as_ref(), item)).collect::<Result<_, _>>()?;
    Ok(json!({"runs": objects, "next": next}))
}

enum Item<'a> {
    List(&'a List),
    Run(&'a caseload_engine::ledger::Run),
}

fn object(desk: &Desk, ledger: Option<&Ledger>, item: &Item) -> Result<Value, Problem> {
    match item {
        Item::List(list) => {
            let mut object = brief(desk, list);
            if let Some(under_way) = desk.under_way(list) {
                super::object::go_on(&mut object, &under_way.figures());
            }
            Ok(Value::Object(object))
        }
        Item::Run(run) => {
            let now = ledger.map(|ledger| Now::of(ledger, run)).transpose().map_err(|error| unreadable(&error))?;
            Ok(of_ledger(run, now.flatten().as_ref()))
        }
    }
}

/// Every list, the newest first.
fn all(desk: &Desk) -> Result<Vec<List>, Problem> {
    let mut lists: Vec<List> = Vec::new();
    loop {
        let before = lists.last().map(|list| list.id);
        let page = desk.office().recent(&Filter { before, ..Filter::default() }, MOST)?;
        let is_last = page.len() < MOST;
        lists.extend(page);
        if is_last {
            return Ok(lists);
        }
    }
}

/// `GET /api/v1/runs/RUN`
pub(super) async fn show(call: Call, Path(run): Path<String>) -> Result<Json<Value>, Problem> {
    let lang = call.lang();
    call.desk(Deed::Look, move |desk, actor| {
        let list = match found(desk, &run) {
            Ok(list) => list,
            Err(problem) => return elsewhere(desk, &run)?.ok_or(problem),
        };
        desk.viewed(&list, actor)?;
        whole(desk, &list, lang)
    })
    .await
    .map(Json)
}

/// A run of the ledger that did not begin on this page.
fn elsewhere(desk: &Desk, name: &str) -> Result<Option<Value>, Problem> {
    let Some(ledger) = desk.look()? else { return Ok(None) };
    let Some(run) = ledger.run_named(name).map_err(|error| unreadable(&error))? else { return Ok(None) };
    let now = Now::of(&ledger, &run).map_err(|error| unreadable(&error))?;
    Ok(Some(of_ledger(&run, now.as_ref())))
}

/// `DELETE /api/v1/runs/RUN`
pub(super) async fn delete(call: Call, Path(run): Path<String>) -> Result<StatusCode, Problem> {
    call.list(Deed::Prepare, run, |desk, actor, list| Ok(desk.delete(&list, actor)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
