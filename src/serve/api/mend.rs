//! Mends: a cell, the same mistake everywhere, a row that stays out, and the last change taken back.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use caseload_sheet::message::Lang;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Params, Sent, not_taken, said};
use super::rows::{Asked, column_of, number, rows_at, sheet_name};
use crate::desk::{Desk, Mended, Replaced, now, sheet_of};
use crate::office::{Actor, List, RowAt};
use crate::person::Deed;
use crate::problem::Problem;

/// How a list is mended.
#[derive(Deserialize, Default)]
pub(super) struct How {
    /// The sheet, which may stay away where there is but one.
    pub sheet: Option<String>,
    /// The revision that was looked at: a list that was changed since is not.
    revision: Option<u64>,
    /// The mending is taken over from whoever is at it.
    #[serde(default)]
    take_over: bool,
}

/// Makes the person who asks the one who mends, where that was said.
fn begin(desk: &Desk, list: &List, how: &How, by: &Actor) -> Result<(), Problem> {
    if how.take_over {
        desk.office().edit(list.id, by, true, now())?;
    }
    Ok(())
}

/// The list as it is now, and the rows that a change was about.
fn changed(desk: &Desk, list: &List, places: &[RowAt], lang: Lang) -> Result<Value, Problem> {
    Ok(json!({
        "rows": rows_at(desk, list, places, lang)?,
        "revision": list.revision,
        "state": list.state.as_str(),
        "counts": list.counts,
    }))
}

/// The rows of the change that was made last.
fn of_last_change(desk: &Desk, list: &List) -> Result<Vec<RowAt>, Problem> {
    let last = desk.office().last_change(list.id)?;
    Ok(last.map(|last| desk.office().rows_of_change(list.id, last.number)).transpose()?.unwrap_or_default())
}

/// `PATCH …/rows/ROW` `{"field": "value"}`
pub(super) async fn cells(
    call: Call,
    Path((run, row)): Path<(String, String)>,
    Params(how): Params<How>,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    call.asker.may(Deed::Prepare)?;
    let (row, values, lang) = (number(&row)?, said::<BTreeMap<String, Value>>(&body)?, call.lang());
    call.list(Deed::Prepare, run, move |desk, actor, list| {
        let sheet = sheet_name(desk, &list, how.sheet.clone())?;
        let mut mended = Vec::with_capacity(values.len());
        for (name, value) in &values {
            let at = desk.with_rows(&list, |rows| column_of(rows, sheet_of(rows, &sheet)?, name));
            mended.push(Mended { sheet: sheet.clone(), row, column: at?, value: typed(name, value)? });
        }
        begin(desk, &list, &how, actor)?;
        let list = desk.mend_cells(&list, &mended, how.revision, actor)?;
        changed(desk, &list, &[RowAt { sheet, row }], lang)
    })
    .await
    .map(Json)
}

/// What a cell says from now on, as one types it.
fn typed(name: &str, value: &Value) -> Result<String, Problem> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        other => Err(not_taken(name, &other.to_string(), "\"…\", 12, true, null")),
    }
}

/// The same mistake wherever it stands in a column.
#[derive(Deserialize)]
struct Same {
    field: String,
    from: String,
    to: String,
}

/// `POST …/rows:replace` `{"field", "from", "to"}`
pub(super) async fn replace(
    call: Call,
    Path(run): Path<String>,
    Params(how): Params<How>,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    call.asker.may(Deed::Prepare)?;
    let (Same { field, from, to }, lang) = (said(&body)?, call.lang());
    call.list(Deed::Prepare, run, move |desk, actor, list| {
        let sheet = sheet_name(desk, &list, how.sheet.clone())?;
        let column = desk.with_rows(&list, |rows| column_of(rows, sheet_of(rows, &sheet)?, &field))?;
        begin(desk, &list, &how, actor)?;
        let list = desk.replace(&list, &Replaced { sheet, column, from, to }, how.revision, actor)?;
        let places = of_last_change(desk, &list)?;
        changed(desk, &list, &places, lang)
    })
    .await
    .map(Json)
}

/// Whether a row stays out.
#[derive(Deserialize)]
struct Out {
    /// `false` takes it in again.
    #[serde(default = "yes")]
    out: bool,
}

fn yes() -> bool {
    true
}

/// `POST …/rows/ROW:leave-out`
pub(super) async fn leave_out(call: Call, at: Asked, how: How, body: &[u8]) -> Result<Response, Problem> {
    call.asker.may(Deed::Prepare)?;
    let (Out { out }, lang) = (said(body)?, call.lang());
    let Asked { run, row, sheet } = at;
    let answer = call
        .list(Deed::Prepare, run, move |desk, actor, list| {
            let at = RowAt { sheet: sheet_name(desk, &list, sheet)?, row };
            begin(desk, &list, &how, actor)?;
            let list = desk.leave_out(&list, &at, out, how.revision, actor)?;
            changed(desk, &list, &[at], lang)
        })
        .await?;
    Ok(Json(answer).into_response())
}

/// `POST …:undo`
pub(super) async fn undo(call: Call, run: String, how: How) -> Result<Response, Problem> {
    let lang = call.lang();
    let answer = call
        .list(Deed::Prepare, run, move |desk, actor, list| {
            begin(desk, &list, &how, actor)?;
            let (list, places) = desk.undo(&list, how.revision, actor)?;
            changed(desk, &list, &places, lang)
        })
        .await?;
    Ok(Json(answer).into_response())
}
