//! The run itself: its page is that of its state.

use axum::extract::Path;
use axum::response::Response;

use super::Visit;
use super::visit::lead as lead_to;
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;

/// `GET /runs/RUN`
pub async fn lead(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    Ok(lead_to(&path::of_run(&list.name, page_of(list.state))))
}

/// The page on which a run of a state is seen.
pub fn page_of(state: RunState) -> &'static str {
    match state {
        RunState::Columns => "columns",
        RunState::Checking | RunState::Checked => "check",
        RunState::WaitingApproval => "confirm",
        RunState::Sending | RunState::Paused | RunState::Stopped => "progress",
        RunState::Cancelled | RunState::Finished => "result",
    }
}

/// `POST /runs/RUN/delete`
pub async fn delete(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let by = visit.actor();
    visit.desk(move |desk| desk.delete(&list, &by)).await?;
    Ok(lead_to(path::START))
}
