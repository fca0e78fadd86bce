//! What was checked is sent, by one person or by two; it is held, goes on, or is ended.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use caseload_engine::doubt::Doubt;
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, said};
use super::object::brief;
use crate::desk::{Agreed, Desk};
use crate::office::{Actor, List};
use crate::person::Deed;
use crate::problem::Problem;

/// What a person agrees to.
#[derive(Deserialize)]
struct Word {
    /// How many rows go.
    rows: u64,
    /// Their digest.
    digest: String,
    /// What is in question, and goes all the same.
    #[serde(default)]
    agree: Vec<Doubt>,
    /// For the one who approves.
    #[serde(default)]
    note: String,
}

impl Word {
    fn taken(body: &[u8]) -> Result<(Agreed, String), Problem> {
        let Word { rows, digest, agree, note } = said(body)?;
        Ok((Agreed { rows, digest, doubts: agree }, note))
    }
}

/// `POST …:send` `{"rows", "digest", "agree"}`: sends, or asks for approval where two have to say so.
pub(super) async fn send(call: Call, run: String, body: &[u8]) -> Result<Response, Problem> {
    call.asker.may(Deed::Send)?;
    let (agreed, note) = Word::taken(body)?;
    moved(call, Deed::Send, run, move |desk, actor, list| Ok(desk.hand_over(&list, &agreed, &note, actor)?)).await
}

/// `POST …:approve` `{"rows", "digest"}`
pub(super) async fn approve(call: Call, run: String, body: &[u8]) -> Result<Response, Problem> {
    call.asker.may(Deed::Approve)?;
    let (agreed, _) = Word::taken(body)?;
    moved(call, Deed::Approve, run, move |desk, actor, list| Ok(desk.approve(&list, &agreed, actor)?)).await
}

/// Why a list is turned back.
#[derive(Deserialize)]
struct Why {
    #[serde(default)]
    why: String,
}

/// `POST …:turn-back` `{"why"}`
pub(super) async fn turn_back(call: Call, run: String, body: &[u8]) -> Result<Response, Problem> {
    call.asker.may(Deed::Approve)?;
    let Why { why } = said(body)?;
    moved(call, Deed::Approve, run, move |desk, actor, list| Ok(desk.turn_back(&list, &why, actor)?)).await
}

/// `POST …:withdraw`
pub(super) async fn withdraw(call: Call, run: String) -> Result<Response, Problem> {
    moved(call, Deed::Prepare, run, |desk, actor, list| Ok(desk.withdraw(&list, actor)?)).await
}

/// `POST …:pause`
pub(super) async fn pause(call: Call, run: String) -> Result<Response, Problem> {
    moved(call, Deed::Send, run, |desk, actor, list| Ok(desk.pause(&list, actor)?)).await
}

/// `POST …:resume`
pub(super) async fn resume(call: Call, run: String) -> Result<Response, Problem> {
    moved(call, Deed::Send, run, |desk, actor, list| Ok(desk.resume(&list, actor)?)).await
}

/// `POST …:cancel`
pub(super) async fn cancel(call: Call, run: String) -> Result<Response, Problem> {
    moved(call, Deed::Send, run, |desk, actor, list| {
        desk.cancel(&list, actor)?;
        Ok(desk.list(&list.name)?)
    })
    .await
}

/// Does something with a run, and tells how it stands: it goes on behind the answer.
async fn moved(
    call: Call,
    deed: Deed,
    run: String,
    what: impl FnOnce(&Desk, &Actor, List) -> Result<List, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let object = call
        .list(deed, run, move |desk, actor, list| {
            let list = what(desk, actor, list)?;
            Ok(Value::Object(brief(desk, &list)))
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(object)).into_response())
}
