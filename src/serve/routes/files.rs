//! Files that are taken away: results, what is to be mended, and workbooks to fill in.

use std::io::Read as _;

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;

use super::Visit;
use crate::desk::{Export, Fault};
use crate::office::List;
use crate::person::Deed;
use crate::problem::Problem;

const XLSX: HeaderValue = HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");

/// Which workbook to fill in.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    to: String,
}

/// `GET /runs/RUN/result.xlsx`
pub async fn result(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    let kind = if list.state.has_begun() { "result" } else { "check" };
    let name = named(&list, kind);
    let bytes = visit.desk(move |desk| whole(desk.export(&list, "xlsx")?)).await?;
    Ok(workbook(&name, bytes))
}

/// `GET /runs/RUN/to-fix.xlsx`
pub async fn to_fix(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    let name = named(&list, "to-fix");
    let bytes = visit.desk(move |desk| whole(desk.to_fix(&list)?)).await?;
    Ok(workbook(&name, bytes))
}

/// `GET /template`
pub async fn template(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    visit.may(Deed::Look)?;
    let lang = visit.lang();
    let (name, bytes) = visit
        .desk(move |desk| {
            let target = desk.target_named("")?;
            let (name, export) = desk.template(&target, &wanted.to, lang)?;
            Ok((name, whole(export)?))
        })
        .await?;
    Ok(workbook(&format!("{name}.xlsx"), bytes))
}

/// `liste.xlsx` gives `liste.result.xlsx`.
fn named(list: &List, kind: &str) -> String {
    let stem = list.file_name.rsplit_once('.').map_or(list.file_name.as_str(), |(stem, _)| stem);
    format!("{stem}.{kind}.xlsx")
}

fn whole(mut export: Export) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(usize::try_from(export.bytes).unwrap_or_default());
    export.read_to_end(&mut bytes).map_err(|error| Fault::Office(error.into()))?;
    Ok(bytes)
}

fn workbook(name: &str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, XLSX);
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    headers.extend(HeaderValue::try_from(disposition).ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    response
}
