//! Which run and row an id or an order key came from.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Params};
use crate::person::Deed;
use crate::problem::Problem;

/// What is looked for.
#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    q: String,
}

/// `GET /api/v1/find?q=…`
pub(super) async fn find(call: Call, Params(sought): Params<Sought>) -> Result<Json<Value>, Problem> {
    let lang = call.lang();
    call.desk(Deed::Look, move |desk, actor| {
        desk.searched(actor)?;
        Ok(json!({"found": desk.find(sought.q.trim(), lang)?}))
    })
    .await
    .map(Json)
}
