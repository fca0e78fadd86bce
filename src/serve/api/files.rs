//! Rows as files: the result, the rows that are to be mended, and a workbook to fill in.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::call::{Call, Params, not_taken};
use crate::download::{WORKBOOK, attachment};
use crate::person::Deed;
use crate::problem::Problem;

/// The forms of a result, and what each is.
const FORMS: [(&str, &str); 3] =
    [("xlsx", WORKBOOK), ("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl")];

/// In which form.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default = "workbook")]
    form: String,
}

fn workbook() -> String {
    FORMS[0].0.to_owned()
}

/// `GET …/result?form=xlsx|csv|jsonl`
pub(super) async fn result(
    call: Call,
    Path(run): Path<String>,
    Params(form): Params<Form>,
) -> Result<Response, Problem> {
    let known = FORMS.iter().find(|known| known.0 == form.form);
    let (form, kind) = *known.ok_or_else(|| not_taken("form", &form.form, "xlsx, csv, jsonl"))?;
    let export = call.list(Deed::Look, run, move |desk, actor, list| Ok(desk.export(&list, form, actor)?)).await?;
    Ok(attachment(export, kind))
}

/// `GET …/to-fix`
pub(super) async fn to_fix(call: Call, Path(run): Path<String>) -> Result<Response, Problem> {
    let export = call.list(Deed::Look, run, |desk, actor, list| Ok(desk.to_fix(&list, actor)?)).await?;
    Ok(attachment(export, WORKBOOK))
}

/// For which operation.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    to: String,
    #[serde(default)]
    profile: String,
}

/// `GET /api/v1/template?to=…`
pub(super) async fn template(call: Call, Params(which): Params<Which>) -> Result<Response, Problem> {
    let lang = call.lang();
    let export = call
        .desk(Deed::Look, move |desk, _| Ok(desk.template(&desk.target_named(&which.profile)?, &which.to, lang)?))
        .await?;
    Ok(attachment(export, WORKBOOK))
}
