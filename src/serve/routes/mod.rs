//! What each address of the page does: it asks the desk, fills a screen, and shows it; or does what a form says, and
//! leads to the page where that is seen.
//!
//! Nothing here decides: what a person may do, the gate and [`Person::may`](crate::person::Person::may) say; what a list
//! allows, the desk.

mod admin;
mod approve;
mod check;
mod columns;
mod confirm;
mod files;
mod found;
mod head;
mod history;
mod mend;
mod result;
mod run;
mod running;
mod start;
mod unknown;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::house::House;
use visit::Visit;

/// The addresses of the page.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/", get(start::show))
        .route("/runs", get(history::show).post(start::drop_off))
        .route("/template", get(files::template))
        .route("/admin", get(admin::show))
        .route("/runs/{name}", get(run::lead))
        .route("/runs/{name}/columns", get(columns::show).post(columns::name))
        .route("/runs/{name}/check", get(check::show))
        .route("/runs/{name}/mend", post(mend::mend))
        .route("/runs/{name}/replace", post(mend::replace))
        .route("/runs/{name}/leave-out", post(mend::leave_out))
        .route("/runs/{name}/undo", post(mend::undo))
        .route("/runs/{name}/take-over", post(mend::take_over))
        .route("/runs/{name}/confirm", get(confirm::show).post(confirm::send))
        .route("/runs/{name}/withdraw", post(confirm::withdraw))
        .route("/runs/{name}/approve", get(approve::show).post(approve::approve))
        .route("/runs/{name}/turn-back", post(approve::turn_back))
        .route("/runs/{name}/progress", get(running::show))
        .route("/runs/{name}/events", get(running::events))
        .route("/runs/{name}/pause", post(running::pause))
        .route("/runs/{name}/resume", post(running::resume))
        .route("/runs/{name}/cancel", post(running::cancel))
        .route("/runs/{name}/delete", post(run::delete))
        .route("/runs/{name}/result", get(result::show))
        .route("/runs/{name}/result.xlsx", get(files::result))
        .route("/runs/{name}/list.xlsx", get(files::result))
        .route("/runs/{name}/to-fix.xlsx", get(files::to_fix))
        .route("/runs/{name}/unknown", get(unknown::show))
        .route("/runs/{name}/resolve", post(unknown::resolve))
}
