//! What the columns of a list are.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use caseload_engine::run::SheetColumns;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Params, Sent, said};
use super::object::whole;
use crate::desk::ColumnChoice;
use crate::person::Deed;
use crate::problem::Problem;

/// `GET …/columns`
pub(super) async fn show(call: Call, Path(run): Path<String>) -> Result<Json<Value>, Problem> {
    let lang = call.lang();
    call.list(Deed::Look, run, move |desk, _, list| {
        let columns = desk.columns(&list)?;
        let sheets: Vec<Value> = columns.sheets.iter().map(sheet).collect();
        Ok(json!({"sheets": sheets, "why": columns.why.map(|why| why.sentence(lang).to_owned())}))
    })
    .await
    .map(Json)
}

fn sheet(sheet: &SheetColumns) -> Value {
    let columns: Vec<Value> = sheet
        .columns
        .iter()
        .map(|column| json!({"header": column.header, "field": column.field, "likely": column.likely, "samples": column.samples}))
        .collect();
    json!({
        "sheet": Some(&sheet.name).filter(|name| !name.is_empty()),
        "header_row": sheet.header_row,
        "to": sheet.operation.full_name(),
        "columns": columns,
        "missing": sheet.missing,
    })
}

/// How columns are named.
#[derive(Deserialize)]
pub(super) struct How {
    /// The same is done with the next files.
    #[serde(default)]
    remember: bool,
}

/// `PUT …/columns`
pub(super) async fn name(
    call: Call,
    Path(run): Path<String>,
    Params(how): Params<How>,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    let columns: BTreeMap<String, Option<String>> = said(&body)?;
    let lang = call.lang();
    call.list(Deed::Prepare, run, move |desk, actor, list| {
        let choice = ColumnChoice { columns, sets: Vec::new(), remember: how.remember };
        let list = desk.name_columns(&list, &choice, actor)?;
        whole(desk, &list, lang)
    })
    .await
    .map(Json)
}
