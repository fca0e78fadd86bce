//! The rows of a list, a page at a time.

use axum::Json;
use axum::extract::Path;
use caseload_engine::report;
use caseload_engine::row::{Place, column_letter};
use caseload_engine::run::{Only, Page, TableRow};
use caseload_engine::words::Reader;
use caseload_sheet::message::Lang;
use caseload_sheet::text;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::{Call, Params, not_taken};
use crate::desk::{Checked, Desk, Fault, sheet_of};
use crate::office::{List, RowAt};
use crate::person::Deed;
use crate::problem::Problem;

/// Rows in one answer, where nothing is said, and at most.
const USUAL: usize = 100;
const MOST: usize = 1000;
/// What `only` may be.
const KINDS: &str =
    "all, done, done-without-id, rejected, invalid, duplicate, unknown, not-sent, valid, warned, mended";

/// Which rows are asked for.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    only: String,
    sheet: Option<String>,
    /// Behind the row of this number among all of the file: `next` of the answer before.
    after: Option<u32>,
    limit: Option<usize>,
}

/// One row, as an address names it.
pub(super) struct Asked {
    pub run: String,
    pub row: u32,
    /// The sheet, which may stay away where there is but one.
    pub sheet: Option<String>,
}

/// The number of a row in an address.
pub(super) fn number(row: &str) -> Result<u32, Problem> {
    row.parse().map_err(|_| not_taken("ROW", row, "1, 2, 3, …"))
}

/// `GET …/rows`
pub(super) async fn page(
    call: Call,
    Path(run): Path<String>,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let lang = call.lang();
    let only = Only::named(&which.only).ok_or_else(|| not_taken("only", &which.only, KINDS))?;
    call.list(Deed::Look, run, move |desk, actor, list| {
        desk.viewed(&list, actor)?;
        let limit = which.limit.unwrap_or(USUAL).clamp(1, MOST);
        let (rows, next) = desk.with_rows(&list, |rows| {
            let sheet = which.sheet.as_deref().map(|name| sheet_of(rows, name)).transpose()?;
            let (page, next) =
                rows.table.page(rows.ledger.as_ref(), Page { only, sheet, after: which.after, limit })?;
            Ok((objects(desk, &list, rows, &page, lang), next))
        })?;
        Ok(json!({"rows": rows, "next": next}))
    })
    .await
    .map(Json)
}

/// The name of the sheet that is meant: the only one, where none is named.
pub(super) fn sheet_name(desk: &Desk, list: &List, named: Option<String>) -> Result<String, Problem> {
    if let Some(name) = named {
        return Ok(name);
    }
    let all = desk.with_rows(list, |rows| Ok(rows.table.sheets().iter().map(|sheet| sheet.name.clone()).collect()))?;
    let all: Vec<String> = all;
    match all.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Problem::not_understood(text!(
            "Çalışma kitabında birden çok sayfa var. Hangisi olduğunu ?sheet= ile yazın.",
            "The workbook has several sheets. Say which one is meant by ?sheet=."
        ))),
    }
}

/// The rows at these places, as they are now.
pub(super) fn rows_at(desk: &Desk, list: &List, places: &[RowAt], lang: Lang) -> Result<Vec<Value>, Problem> {
    let rows = desk.with_rows(list, |rows| {
        let mut found = Vec::with_capacity(places.len());
        for at in places {
            let place = Place { sheet: sheet_of(rows, &at.sheet)?, row: at.row };
            found.extend(rows.table.row_at(rows.ledger.as_ref(), place)?);
        }
        Ok(objects(desk, list, rows, &found, lang))
    });
    Ok(rows?)
}

fn objects(desk: &Desk, list: &List, rows: &Checked, page: &[TableRow], lang: Lang) -> Vec<Value> {
    page.iter().map(|row| object(desk, list, rows, row, lang)).collect()
}

/// A row: where it stands, its cells by header as the spreadsheet shows them, and what became of it.
fn object(desk: &Desk, list: &List, rows: &Checked, row: &TableRow, lang: Lang) -> Value {
    let sheet = rows.table.sheets().get(usize::from(row.place.sheet));
    let name = sheet.map(|sheet| sheet.name.as_str()).filter(|name| !name.is_empty());
    let headers = headers(sheet.map(|sheet| sheet.headers.as_slice()).unwrap_or_default());
    let header = |column: usize| headers.get(column).cloned().unwrap_or_else(|| column_letter(column));
    let width = headers.len().max(row.cells.len());
    let cell = |column: usize| json!(row.cells.get(column).map(String::as_str).unwrap_or_default());
    let cells: Map<String, Value> = (0..width).map(|column| (header(column), cell(column))).collect();
    let mended: Vec<String> = row.mended.iter().map(|column| header(usize::from(*column))).collect();
    let reader = Reader::of(lang);
    let told = report::row_json(
        &report::At { file: &list.file_name, sheet: name, row: row.place.row },
        &row.outcome,
        reader,
        desk.clock(),
    );
    let mut object = Map::new();
    object.insert("ordinal".to_owned(), json!(row.ordinal));
    for (key, value) in told {
        match key.as_str() {
            "file" => {}
            "row" => {
                object.insert(key, value);
                object.insert("cells".to_owned(), Value::Object(cells.clone()));
                object.insert("mended".to_owned(), json!(mended));
            }
            "result" => drop(object.insert("outcome".to_owned(), value)),
            _ => drop(object.insert(key, value)),
        }
    }
    Value::Object(object)
}

/// A name for each column: its header; its letter where it has none, and with its letter where another has the same.
fn headers(headers: &[impl AsRef<str>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(headers.len());
    for (column, header) in headers.iter().enumerate() {
        let (header, letter) = (header.as_ref(), column_letter(column));
        let name = match header {
            "" => letter,
            header if names.iter().any(|known| known == header) => format!("{header} ({letter})"),
            header => header.to_owned(),
        };
        names.push(name);
    }
    names
}

/// The column that a name means: a field of the contract, or a header.
pub(super) fn column_of(rows: &Checked, sheet: u16, name: &str) -> Result<u16, Fault> {
    let found = rows.table.sheets().get(usize::from(sheet)).ok_or(Fault::NotFound)?;
    let width = found.headers.len();
    let by_field = (0..width).find(|column| rows.table.field(sheet, *column).is_some_and(|field| field.name == name));
    let column = by_field.or_else(|| headers(&found.headers).iter().position(|header| header == name));
    column.map(|column| column as u16).ok_or(Fault::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        assert_eq!(headers(&["Mali No", "", "Mali No"]), ["Mali No", "B", "Mali No (C)"]);
    }
}
