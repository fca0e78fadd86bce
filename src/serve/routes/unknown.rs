//! The desk of unknown rows: a person looks in the system, and says what became of each.

use axum::extract::{Form, Path, Query};
use axum::response::Response;
use caseload_engine::outcome::Status;
use caseload_engine::run::{Only, Page, TableRow};
use caseload_engine::words::{self, Reader};
use caseload_sheet::message::Lang;
use caseload_sheet::say;
use jiff::SignedDuration;
use serde::Deserialize;

use super::Visit;
use super::head::head;
use super::result::{id_title, titles};
use super::visit::{lead, time};
use crate::desk::{Checked, Decision, Desk, Fault};
use crate::office::{List, RowAt};
use crate::pages::unknown::{OpenRow, UnknownRow, UnknownScreen};
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;

/// Unknown rows that the desk lists.
const MOST: usize = 500;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    row: Option<u32>,
}

/// What a person says.
#[derive(Debug, Deserialize)]
pub struct Said {
    #[serde(default)]
    sheet: String,
    row: u32,
    answer: String,
    #[serde(default)]
    id: String,
}

/// `GET /runs/RUN/unknown`
pub async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    let (lang, by, may) = (visit.lang(), visit.actor(), visit.asker.person.may(Deed::Resolve));
    let screen = visit
        .desk(move |desk| {
            desk.viewed(&list, &by)?;
            screen(desk, &list, lang, may, (asked.row, None))
        })
        .await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

/// `POST /runs/RUN/resolve`
pub async fn resolve(visit: Visit, Path(name): Path<String>, Form(said): Form<Said>) -> Result<Response, Problem> {
    visit.may(Deed::Resolve)?;
    let list = visit.list(name).await?;
    let desk_page = path::of_run(&list.name, "unknown");
    let decision = match said.answer.as_str() {
        "done" => Decision::Done(said.id.clone()),
        "not-done" => Decision::NotDone,
        _ => return Ok(lead(&desk_page)),
    };
    let (lang, by) = (visit.lang(), visit.actor());
    let fault = visit
        .desk(move |desk| {
            if decision == Decision::Done(String::new()) {
                let why = say!(lang, "Numaranın tamamını yazın.", "Type the whole number.");
                return Ok(Some(screen(desk, &list, lang, true, (Some(said.row), Some((why, String::new()))))?));
            }
            let at = RowAt { sheet: said.sheet, row: said.row };
            match desk.resolve(&list, &at, &decision, "", &by) {
                Ok(()) => Ok(None),
                Err(Fault::Engine(why)) => {
                    let fault = Some((why.message.into_string(lang), said.id));
                    Ok(Some(screen(desk, &list, lang, true, (Some(said.row), fault))?))
                }
                Err(other) => Err(other),
            }
        })
        .await?;
    match fault {
        Some(screen) => Ok(visit.show(|frame| screen.render(frame))),
        None => Ok(lead(&desk_page)),
    }
}

fn screen(
    desk: &Desk,
    list: &List,
    lang: Lang,
    may_resolve: bool,
    (wanted, fault): (Option<u32>, Option<(String, String)>),
) -> Result<UnknownScreen, Fault> {
    let run = head(desk, list, lang)?;
    let system = run.place.title.clone();
    desk.with_rows(list, |rows| {
        let page = Page { only: Only::Status(Status::Unknown), limit: MOST, ..Page::default() };
        let (unknown, _) = rows.table.page(rows.ledger.as_ref(), page)?;
        let at = wanted.and_then(|row| unknown.iter().position(|one| one.place.row == row)).unwrap_or_default();
        let open = unknown.get(at).map(|row| {
            let next = unknown.get(at + 1).or_else(|| unknown.first()).filter(|next| next.place != row.place);
            open_row(rows, row, lang, (system, fault, next))
        });
        let reader = Reader { lang, flags: "" };
        let listed = unknown.iter().map(|row| UnknownRow {
            sheet: sheet_of(rows, row),
            row: row.place.row,
            key: key(rows, row),
            why: row.outcome.error.as_ref().map(|error| words::sentence(error, reader)).unwrap_or_default(),
            closed: None,
        });
        Ok(UnknownScreen { run, rows: listed.collect(), open, may_resolve })
    })
}

fn open_row(
    rows: &Checked,
    row: &TableRow,
    lang: Lang,
    (system, fault, next): (String, Option<(String, String)>, Option<&TableRow>),
) -> OpenRow {
    let outcome = &row.outcome;
    let sent = outcome.sent_at_ms.map(time).unwrap_or_default();
    let headers = rows.table.sheets().get(usize::from(row.place.sheet)).map(|sheet| sheet.headers.clone());
    let headers = headers.unwrap_or_default();
    let cells = headers.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty());
    let cells: Vec<(String, String)> = cells.map(|(header, cell)| (header.to_string(), cell.clone())).collect();
    let told = titles(rows);
    let title = told.iter().filter_map(|(column, _)| row.cells.get(*column)).filter(|cell| !cell.is_empty());
    let reader = Reader { lang, flags: "" };
    OpenRow {
        sheet: sheet_of(rows, row),
        row: row.place.row,
        title: title.cloned().collect::<Vec<_>>().join(", "),
        what: outcome.error.as_ref().map(|error| words::sentence(error, reader)).unwrap_or_default(),
        sent_at: sent,
        attempts: outcome.attempts,
        reference: outcome.reference.clone().unwrap_or_default(),
        cells,
        waiting: Vec::new(),
        system,
        search: key(rows, row),
        compare: told
            .iter()
            .filter_map(|(column, title)| Some((title.clone(), row.cells.get(*column)?.clone())))
            .collect(),
        between: (sent, sent.saturating_add(SignedDuration::from_mins(2)).unwrap_or(sent)),
        looked_up: None,
        id_title: id_title(rows),
        fault,
        next: next.map(|next| (sheet_of(rows, next), next.place.row)),
    }
}

/// The sheet of a row, where several are read.
fn sheet_of(rows: &Checked, row: &TableRow) -> String {
    let sheets = rows.table.sheets();
    let name = sheets.get(usize::from(row.place.sheet)).map(|sheet| sheet.name.clone()).unwrap_or_default();
    if sheets.len() > 1 { name } else { String::new() }
}

/// The cell by which rows are kept in order, as a person looks a row up by it.
fn key(rows: &Checked, row: &TableRow) -> String {
    let operation = row.operation.and_then(|operation| rows.table.operations().get(operation));
    let field = operation.and_then(|operation| Some(&operation.fields.get(operation.order_by?)?.name));
    let column = (0..row.cells.len())
        .find(|column| rows.table.field(row.place.sheet, *column).map(|field| &field.name) == field && field.is_some());
    column.and_then(|column| row.cells.get(column)).cloned().unwrap_or_default()
}
