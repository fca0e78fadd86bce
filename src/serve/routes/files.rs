//! Files that are taken away: results, what is to be mended, and workbooks to fill in.

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::Visit;
use crate::download::{WORKBOOK, attachment};
use crate::person::Deed;
use crate::problem::Problem;

/// Which workbook to fill in.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    to: String,
}

/// `GET /runs/RUN/result.xlsx`
pub async fn result(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let (list, by) = (visit.list(name).await?, visit.actor());
    Ok(attachment(visit.desk(move |desk| desk.export(&list, "xlsx", &by)).await?, WORKBOOK))
}

/// `GET /runs/RUN/to-fix.xlsx`
pub async fn to_fix(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let (list, by) = (visit.list(name).await?, visit.actor());
    Ok(attachment(visit.desk(move |desk| desk.to_fix(&list, &by)).await?, WORKBOOK))
}

/// `GET /template`
pub async fn template(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    visit.may(Deed::Look)?;
    let lang = visit.lang();
    let template = visit.desk(move |desk| desk.template(&desk.target_named("")?, &wanted.to, lang)).await?;
    Ok(attachment(template, WORKBOOK))
}
