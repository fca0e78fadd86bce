//! Rows as files: the result, the rows that are to be mended, and a workbook to fill in.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::call::{Call, Params, not_taken};
use crate::desk::now;
use crate::download::attachment;
use crate::office::Act;
use crate::person::Deed;
use crate::problem::Problem;

/// The forms of a result, and what each is.
const FORMS: [(&str, &str); 3] = [
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("csv", "text/csv; charset=utf-8"),
    ("jsonl", "application/jsonl"),
];

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
    let (name, export) = call
        .list(Deed::Look, run, move |desk, actor, list| {
            let export = desk.export(&list, form)?;
            desk.office().note(actor, Some(&list.name), &Act::Exported { file: "result".to_owned() }, now())?;
            Ok((named(&list.file_name, "result", form), export))
        })
        .await?;
    Ok(attachment(export, &name, kind))
}

/// `GET …/to-fix`
pub(super) async fn to_fix(call: Call, Path(run): Path<String>) -> Result<Response, Problem> {
    let (name, export) = call
        .list(Deed::Look, run, move |desk, actor, list| {
            let export = desk.to_fix(&list)?;
            desk.office().note(actor, Some(&list.name), &Act::Exported { file: "to-fix".to_owned() }, now())?;
            Ok((named(&list.file_name, "to-fix", FORMS[0].0), export))
        })
        .await?;
    Ok(attachment(export, &name, FORMS[0].1))
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
    let (name, export) = call
        .desk(Deed::Look, move |desk, _| Ok(desk.template(&desk.target_named(&which.profile)?, &which.to, lang)?))
        .await?;
    Ok(attachment(export, &format!("{name}.xlsx"), FORMS[0].1))
}

/// `list.csv` gives `list.result.xlsx`.
fn named(file: &str, what: &str, form: &str) -> String {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}.{what}.{form}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_for_its_list() {
        assert_eq!(named("liste.xlsx", "result", "csv"), "liste.result.csv");
        assert_eq!(named("liste", "to-fix", "xlsx"), "liste.to-fix.xlsx");
    }
}
