//! JSON for programs: what the page does, without the page. `docs/api.md` tells the story, and `openapi.json` beside
//! this file is the contract, which [`GET /openapi.json`](openapi) hands out.
//!
//! Every route says which [`Deed`] it is, and hands the work to the desk. An address that ends in `:verb` does
//! something with what stands before the colon.

mod call;
mod columns;
mod events;
mod files;
mod find;
mod mend;
mod object;
mod openapi;
mod operations;
mod resolve;
mod rows;
mod runs;
mod send;
mod upload;

#[cfg(test)]
pub(crate) use openapi::DOCUMENT;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, patch, post, put};

use crate::house::House;
use crate::problem::Problem;
use call::{Call, Params, Sent};

/// Every address of JSON.
pub(crate) fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/api/v1/runs", post(upload::take).get(runs::list))
        .route("/api/v1/runs/{run}", get(runs::show).delete(runs::delete).post(run_deed))
        .route("/api/v1/runs/{run}/columns", put(columns::name).get(columns::show))
        .route("/api/v1/runs/{run}/rows", get(rows::page))
        .route("/api/v1/runs/{run}/rows:replace", post(mend::replace))
        .route("/api/v1/runs/{run}/rows/{row}", patch(mend::cells).post(row_deed))
        .route("/api/v1/runs/{run}/events", get(events::watch))
        .route("/api/v1/runs/{run}/result", get(files::result))
        .route("/api/v1/runs/{run}/to-fix", get(files::to_fix))
        .route("/api/v1/find", get(find::find))
        .route("/api/v1/operations", get(operations::list))
        .route("/api/v1/template", get(files::template))
        .route("/openapi.json", get(openapi::document))
}

/// `POST …/RUN:verb`
async fn run_deed(
    call: Call,
    Path(address): Path<String>,
    Params(how): Params<mend::How>,
    Sent(body): Sent,
) -> Result<Response, Problem> {
    let (run, verb) = parted(&address)?;
    match verb {
        "undo" => mend::undo(call, run, how).await,
        "send" => send::send(call, run, &body).await,
        "approve" => send::approve(call, run, &body).await,
        "turn-back" => send::turn_back(call, run, &body).await,
        "withdraw" => send::withdraw(call, run).await,
        "pause" => send::pause(call, run).await,
        "resume" => send::resume(call, run).await,
        "cancel" => send::cancel(call, run).await,
        _ => Err(Problem::not_found()),
    }
}

/// `POST …/rows/ROW:verb`
async fn row_deed(
    call: Call,
    Path((run, address)): Path<(String, String)>,
    Params(how): Params<mend::How>,
    Sent(body): Sent,
) -> Result<Response, Problem> {
    let (row, verb) = parted(&address)?;
    let at = rows::Asked { run, row: rows::number(&row)?, sheet: how.sheet.clone() };
    match verb {
        "leave-out" => mend::leave_out(call, at, how, &body).await,
        "resolve" => resolve::resolve(call, at, &body).await,
        _ => Err(Problem::not_found()),
    }
}

/// What stands before the last colon, and the verb behind it.
fn parted(address: &str) -> Result<(String, &str), Problem> {
    let (what, verb) = address.rsplit_once(':').ok_or_else(Problem::method)?;
    Ok((what.to_owned(), verb))
}
