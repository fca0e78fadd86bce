//! A list comes in.

use axum::Json;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::call::{Call, Params};
use super::object::whole;
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::upload;

/// What is said of a list that comes.
#[derive(Deserialize)]
pub(super) struct Said {
    /// The file's name.
    #[serde(default)]
    name: String,
    /// The operation as `system/operation`, where the target leaves it open.
    to: Option<String>,
    /// The target, by its name in the settings; the usual one where nothing is said.
    #[serde(default)]
    profile: String,
    /// The sheet, where only one of a workbook is meant.
    sheet: Option<String>,
}

/// `POST /api/v1/runs?name=…`, with the file as the body.
pub(super) async fn take(call: Call, Params(said): Params<Said>, body: Body) -> Result<Response, Problem> {
    call.asker.may(Deed::Prepare)?;
    let arrived = upload::take(&call.house, &said.name, body.into_data_stream()).await?;
    let lang = call.lang();
    let (name, object) = call
        .desk(Deed::Prepare, move |desk, actor| {
            let target = desk.target_named(&said.profile)?;
            let reading = crate::target::Reading { to: said.to, sheet: said.sheet, ..Default::default() };
            let new = desk.new_list(&target, arrived.name, arrived.kind, reading, lang);
            let list = desk.take_in(&new, arrived.file, actor)?;
            Ok((list.name.clone(), whole(desk, &list, lang)?))
        })
        .await?;
    let location = format!("{}/runs/{name}", path::API);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(object)).into_response())
}
