//! What became of every row.

use axum::extract::{Path, Query};
use axum::response::Response;
use caseload_engine::outcome::{DuplicateOf, Status};
use caseload_engine::run::{Only, Page, TableRow};
use caseload_engine::words::{self, Reader};
use caseload_sheet::message::Lang;
use caseload_sheet::say;
use serde::Deserialize;
use std::time::Duration;

use super::Visit;
use super::head::{head, of_status};
use super::run::page_of;
use super::visit::{lead, time};
use crate::desk::{Checked, Desk, Fault};
use crate::office::List;
use crate::pages::result::{Record, ResultFilter, ResultRow, ResultScreen};
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;

/// Rows of a page.
const ROWS: usize = 200;
/// Columns that tell a row.
const CELLS: usize = 3;
/// What is not done, or lacks something: what the first look shows.
const TO_DO: [Status; 6] =
    [Status::DoneWithoutId, Status::Rejected, Status::Invalid, Status::Duplicate, Status::Unknown, Status::NotSent];

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    only: String,
    after: Option<u32>,
}

/// `GET /runs/RUN/result`
pub async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    let is_over = matches!(list.state, RunState::Finished | RunState::Cancelled | RunState::Stopped);
    if !is_over {
        return Ok(lead(&path::of_run(&list.name, page_of(list.state))));
    }
    let (lang, by, may_send) = (visit.lang(), visit.actor(), visit.asker.person.may(Deed::Send));
    let screen = visit
        .desk(move |desk| {
            desk.viewed(&list, &by)?;
            screen(desk, &list, &asked, lang, may_send)
        })
        .await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

fn screen(desk: &Desk, list: &List, asked: &Asked, lang: Lang, may_send: bool) -> Result<ResultScreen, Fault> {
    let run = head(desk, list, lang)?;
    let record = record(desk, list)?;
    let first = ResultFilter::named(&asked.only);
    desk.with_rows(list, |rows| {
        let tally = rows.table.summary().tally.clone();
        let to_do: u64 = TO_DO.iter().map(|status| tally.count(*status)).sum();
        let filter = first.unwrap_or(if to_do > 0 { ResultFilter::ToDo } else { ResultFilter::All });
        let (shown, matching, next) = page(rows, filter, asked.after.unwrap_or_default())?;
        let titles = titles(rows);
        let reader = Reader { lang, flags: "" };
        let can_go = if matches!(list.state, RunState::Finished) { 0 } else { of_status(list, Status::NotSent) };
        Ok(ResultScreen {
            run,
            counts: Status::ALL
                .iter()
                .filter(|status| **status != Status::Valid)
                .map(|status| (*status, tally.count(*status)))
                .collect(),
            behind_unknown: 0,
            can_go,
            filter,
            rows: shown.iter().map(|row| result_row(rows, row, &titles, reader)).collect(),
            titles: titles.into_iter().map(|(_, title)| title).collect(),
            id_title: id_title(rows),
            matching,
            next,
            record,
            may_send,
            notices: Vec::new(),
        })
    })
}

fn page(rows: &mut Checked, filter: ResultFilter, passed: u32) -> Result<(Vec<TableRow>, u64, Option<u32>), Fault> {
    let mut after = passed.checked_sub(1);
    let (only, matching) = match filter {
        ResultFilter::All => (Only::All, rows.table.count(Only::All)),
        ResultFilter::Only(status) => (Only::Status(status), rows.table.count(Only::Status(status))),
        ResultFilter::ToDo => (Only::NotDone, rows.table.count(Only::NotDone)),
    };
    let (found, next) =
        rows.table.page(rows.ledger.as_ref(), Page { only, sheet: None, after: after.take(), limit: ROWS })?;
    Ok((found, matching, next.map(|last| last + 1)))
}

/// The columns that tell a row: those that are sent, the required ones first.
pub fn titles(rows: &Checked) -> Vec<(usize, String)> {
    let Some(sheet) = rows.table.sheets().first() else { return Vec::new() };
    let is_required = |column: &usize| rows.table.field(0, *column).is_some_and(|field| field.required);
    let mut columns: Vec<usize> =
        (0..sheet.headers.len()).filter(|column| rows.table.field(0, *column).is_some()).collect();
    columns.sort_by_key(|column| (!is_required(column), *column));
    columns.truncate(CELLS);
    columns.sort_unstable();
    columns.into_iter().map(|column| (column, sheet.headers[column].to_string())).collect()
}

fn result_row(rows: &Checked, row: &TableRow, titles: &[(usize, String)], reader: Reader) -> ResultRow {
    let sheets = rows.table.sheets();
    let sheet = sheets.get(usize::from(row.place.sheet)).map(|sheet| sheet.name.clone()).unwrap_or_default();
    let outcome = &row.outcome;
    let mut why: Vec<String> = outcome.error.iter().map(|error| words::sentence(error, reader)).collect();
    why.extend(outcome.duplicate_of.iter().map(|of| same_as(of, rows.table.summary().run.as_deref(), reader.lang)));
    why.extend(outcome.problems.iter().map(|problem| words::problem(problem, reader.lang)));
    ResultRow {
        sheet: if sheets.len() > 1 { sheet } else { String::new() },
        number: row.place.row,
        status: outcome.status,
        cells: titles.iter().map(|(column, _)| row.cells.get(*column).cloned().unwrap_or_default()).collect(),
        id: outcome.id_text(),
        why: why.join(" "),
        sent_at: outcome.sent_at_ms.map(time),
    }
}

/// The row that a duplicate is the same as.
fn same_as(of: &DuplicateOf, run: Option<&str>, lang: Lang) -> String {
    let (row, file) = (of.row, &of.file);
    if of.run.is_empty() || run == Some(of.run.as_str()) {
        say!(lang, "Bu listenin {row}. satırıyla aynı.", "The same as row {row} of this list.")
    } else {
        say!(lang, "Daha önce gönderilmiş: {file}, {row}. satır.", "Sent before: {file}, row {row}.")
    }
}

/// What a row's id is called.
pub fn id_title(rows: &Checked) -> String {
    rows.table.operations().first().map(|operation| operation.id_column().to_owned()).unwrap_or_default()
}

fn record(desk: &Desk, list: &List) -> Result<Record, Fault> {
    let elapsed = list.counts.as_ref().and_then(|counts| counts.get("elapsed_s")).and_then(serde_json::Value::as_f64);
    let keeps = list.ended_ms.map(|ended| ended.saturating_add(list.keep_ms));
    let servers = desk.with_rows(list, |rows| Ok(rows.table.summary().addresses.clone()))?;
    Ok(Record {
        began: None,
        ended: list.ended_ms.map(time),
        took: elapsed.map(Duration::from_secs_f64),
        servers: servers
            .split(',')
            .map(|server| server.trim().to_owned())
            .filter(|server| !server.is_empty())
            .collect(),
        prepared_by: list.by.name.clone(),
        sent_by: None,
        approved_by: None,
        sha256: list.sha256.clone(),
        deeds: Vec::new(),
        kept_until: keeps.map(time),
    })
}
