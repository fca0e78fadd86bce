//! Mends, as forms send them.

use axum::extract::{Form, Path};
use axum::response::Response;
use caseload_engine::report::column_index;
use serde::Deserialize;

use super::Visit;
use super::visit::back;
use crate::desk::{Fault, Mended, Replaced};
use crate::office::RowAt;
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;

/// One cell, or every row with the same mistake.
#[derive(Debug, Deserialize)]
pub struct Cell {
    #[serde(default)]
    sheet: String,
    row: u32,
    column: String,
    #[serde(default)]
    value: String,
    all: Option<String>,
    back: Option<String>,
}

/// The same mistake in a column.
#[derive(Debug, Deserialize)]
pub struct Same {
    #[serde(default)]
    sheet: String,
    column: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    back: Option<String>,
}

/// A row that is left out, or taken in again.
#[derive(Debug, Deserialize)]
pub struct OneRow {
    #[serde(default)]
    sheet: String,
    row: u32,
    r#in: Option<String>,
    back: Option<String>,
}

/// A form with nothing but the way back.
#[derive(Debug, Deserialize)]
pub struct Back {
    back: Option<String>,
}

/// `POST /runs/RUN/mend`
pub async fn mend(visit: Visit, Path(name): Path<String>, Form(cell): Form<Cell>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let (by, to) = (visit.actor(), cell.back.clone());
    let list = visit
        .desk(move |desk| {
            let column = column(&cell.column)?;
            let sheet = cell.sheet.clone();
            if cell.all.as_deref() == Some("yes") {
                let from = desk.cell(&list, &sheet, cell.row, column)?;
                return desk.replace(&list, &Replaced { sheet, column, from, to: cell.value }, None, &by);
            }
            desk.mend(&list, &Mended { sheet, row: cell.row, column, value: cell.value }, None, &by)
        })
        .await?;
    Ok(back(to.as_deref(), &path::of_run(&list.name, "check")))
}

/// `POST /runs/RUN/replace`
pub async fn replace(visit: Visit, Path(name): Path<String>, Form(same): Form<Same>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let (by, to) = (visit.actor(), same.back.clone());
    let list = visit
        .desk(move |desk| {
            let column = column(&same.column)?;
            desk.replace(&list, &Replaced { sheet: same.sheet, column, from: same.from, to: same.to }, None, &by)
        })
        .await?;
    Ok(back(to.as_deref(), &path::of_run(&list.name, "check")))
}

/// `POST /runs/RUN/leave-out`
pub async fn leave_out(visit: Visit, Path(name): Path<String>, Form(row): Form<OneRow>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let (by, to) = (visit.actor(), row.back.clone());
    let list = visit
        .desk(move |desk| {
            let at = RowAt { sheet: row.sheet, row: row.row };
            desk.leave_out(&list, &at, row.r#in.as_deref() != Some("yes"), None, &by)
        })
        .await?;
    Ok(back(to.as_deref(), &path::of_run(&list.name, "check")))
}

/// `POST /runs/RUN/undo`
pub async fn undo(visit: Visit, Path(name): Path<String>, Form(form): Form<Back>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let by = visit.actor();
    let (list, _) = visit.desk(move |desk| desk.undo(&list, None, &by)).await?;
    Ok(back(form.back.as_deref(), &path::of_run(&list.name, "check")))
}

/// `POST /runs/RUN/take-over`
pub async fn take_over(visit: Visit, Path(name): Path<String>, Form(form): Form<Back>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let (by, id) = (visit.actor(), list.id);
    visit.desk(move |desk| desk.take_over(id, &by)).await?;
    Ok(back(form.back.as_deref(), &path::of_run(&list.name, "check")))
}

/// A column by the letters above it, counted from 0.
fn column(letters: &str) -> Result<u16, Fault> {
    column_index(letters).and_then(|index| u16::try_from(index).ok()).ok_or(Fault::NotFound)
}
