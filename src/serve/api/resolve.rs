//! A person says what became of an unknown row.

use axum::Json;
use axum::response::{IntoResponse, Response};
use caseload_sheet::text;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, said};
use super::rows::{Asked, rows_at, sheet_name};
use crate::desk::Decision;
use crate::office::RowAt;
use crate::person::Deed;
use crate::problem::Problem;

/// What a person says.
#[derive(Deserialize)]
struct Word {
    /// It was done, and got this id; an empty one is not known.
    done: Option<Value>,
    #[serde(default)]
    not_done: bool,
    #[serde(default)]
    why: String,
}

impl Word {
    fn decision(&self) -> Result<Decision, Problem> {
        match (&self.done, self.not_done) {
            (Some(Value::String(id)), false) => Ok(Decision::Done(id.clone())),
            (Some(Value::Number(id)), false) => Ok(Decision::Done(id.to_string())),
            (None, true) => Ok(Decision::NotDone),
            _ => Err(Problem::not_understood(text!(
                "Satır için ya {{\"done\": \"4711\"}} ya da {{\"not_done\": true}} yazın. Numara bilinmiyorsa {{\"done\": \"\"}} olur.",
                "Say either {{\"done\": \"4711\"}} or {{\"not_done\": true}} of the row. If the id is not known, say {{\"done\": \"\"}}."
            ))),
        }
    }
}

/// `POST …/rows/ROW:resolve` `{"done": "4711"}` or `{"not_done": true}`, `"why"`
pub(super) async fn resolve(call: Call, at: Asked, body: &[u8]) -> Result<Response, Problem> {
    call.asker.may(Deed::Resolve)?;
    let word: Word = said(body)?;
    let (decision, lang) = (word.decision()?, call.lang());
    let Asked { run, row, sheet } = at;
    let answer = call
        .list(Deed::Resolve, run, move |desk, actor, list| {
            let at = RowAt { sheet: sheet_name(desk, &list, sheet)?, row };
            desk.resolve(&list, &at, &decision, &word.why, actor)?;
            Ok(json!({"rows": rows_at(desk, &list, &[at], lang)?}))
        })
        .await?;
    Ok(Json(answer).into_response())
}
