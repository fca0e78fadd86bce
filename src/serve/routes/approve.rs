//! Four eyes: another person looks at what would go, and says yes or turns it back.

use axum::extract::{Form, Path, RawForm};
use axum::response::Response;
use caseload_engine::doubt::Doubt;
use caseload_engine::outcome::Status;
use caseload_engine::run::{Only, Page};
use caseload_sheet::message::Lang;
use serde::Deserialize;

use super::Visit;
use super::confirm::{Typed, doubts, staying, ticket};
use super::head::head;
use super::run::page_of;
use super::visit::{lead, time};
use crate::desk::{Agreed, Checked, Desk, Fault};
use crate::office::List;
use crate::pages::approve::{ApproveScreen, Hands, Look, Samples};
use crate::pages::confirm::{ConfirmFault, Kinds};
use crate::path;
use crate::person::{Deed, Person};
use crate::problem::Problem;
use crate::state::RunState;

/// Rows to look at.
const SAMPLES: usize = 5;

/// Why a list is turned back.
#[derive(Debug, Deserialize)]
pub struct Why {
    #[serde(default)]
    why: String,
}

/// `GET /runs/RUN/approve`
pub async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    if list.state != RunState::WaitingApproval {
        return Ok(lead(&path::of_run(&list.name, page_of(list.state))));
    }
    let (lang, person) = (visit.lang(), visit.asker.person.clone());
    let screen = visit.desk(move |desk| screen(desk, &list, lang, &person, (&[], None))).await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

/// `POST /runs/RUN/approve`
pub async fn approve(visit: Visit, Path(name): Path<String>, RawForm(form): RawForm) -> Result<Response, Problem> {
    visit.may(Deed::Approve)?;
    let list = visit.list(name).await?;
    let (lang, by, person, typed) = (visit.lang(), visit.actor(), visit.asker.person.clone(), Typed::of(&form));
    let answered = visit
        .desk(move |desk| {
            let approved = match typed.count() {
                Some(rows) => {
                    let agreed = Agreed { rows, digest: typed.digest.clone(), doubts: typed.doubts.clone() };
                    desk.approve(&list, &agreed, &by)
                }
                None => Err(Fault::WrongCount { rows: 0, given: 0 }),
            };
            match approved.map_err(|fault| typed.fault(fault)) {
                Ok(list) => Ok(Ok(list)),
                Err(Ok(fault)) => {
                    let list = desk.list(&list.name)?;
                    Ok(Err(screen(desk, &list, lang, &person, (&typed.doubts, Some(fault)))?))
                }
                Err(Err(other)) => Err(other),
            }
        })
        .await?;
    match answered {
        Ok(list) => Ok(lead(&path::run(&list.name))),
        Err(screen) => Ok(visit.show(|frame| screen.render(frame))),
    }
}

/// `POST /runs/RUN/turn-back`
pub async fn turn_back(visit: Visit, Path(name): Path<String>, Form(form): Form<Why>) -> Result<Response, Problem> {
    visit.may(Deed::Approve)?;
    let list = visit.list(name).await?;
    let by = visit.actor();
    let list = visit.desk(move |desk| desk.turn_back(&list, form.why.trim(), &by)).await?;
    Ok(lead(&path::run(&list.name)))
}

fn screen(
    desk: &Desk,
    list: &List,
    lang: Lang,
    person: &Person,
    (agreed, fault): (&[Doubt], Option<ConfirmFault>),
) -> Result<ApproveScreen, Fault> {
    let proposal = desk.propose(list)?;
    let target = desk.target_of(list)?;
    let run = head(desk, list, lang)?;
    let (staying, first_row, order) = staying(desk, list, lang)?;
    let asked = desk.office().approvals(list.id)?.into_iter().next();
    let hands = desk.office().hands_of(list.id)?;
    let had_a_hand = person.id.is_none_or(|id| hands.contains(&id));
    let (samples, warned, mended) = desk
        .with_rows(list, |rows| Ok((samples(rows)?, rows.table.count(Only::Warned), rows.table.count(Only::Mended))))?;
    let (invalid, duplicate, left_out) = (staying.invalid, staying.duplicate, staying.left_out);
    Ok(ApproveScreen {
        ticket: ticket(&proposal, &target, run.operation.clone(), (first_row, order)),
        run,
        digest: proposal.digest.clone(),
        asked_by: asked.as_ref().map(|asked| asked.asked_by.name.clone()).unwrap_or_default(),
        asked_at: asked.as_ref().map(|asked| time(asked.asked_ms)).unwrap_or_default(),
        note: asked.map(|asked| asked.note).unwrap_or_default(),
        agreed: doubts(&proposal, agreed, lang),
        samples,
        look: Look { last: None, mended, warned, duplicate, invalid, left_out },
        kinds: Kinds::default(),
        fault,
        not_by_you: match () {
            () if !person.may(Deed::Approve) => Some(Hands::NotApprover),
            () if had_a_hand && list.by.id == person.id => Some(Hands::Uploaded),
            () if had_a_hand => Some(Hands::Mended),
            () => None,
        },
    })
}

/// The first rows that go.
fn samples(rows: &mut Checked) -> Result<Samples, Fault> {
    let titles = super::result::titles(rows);
    let page = Page { only: Only::Status(Status::Valid), limit: SAMPLES, ..Page::default() };
    let (shown, _) = rows.table.page(rows.ledger.as_ref(), page)?;
    let cells = |row: &caseload_engine::run::TableRow| {
        let cell = |(column, _): &(usize, String)| row.cells.get(*column).cloned().unwrap_or_default();
        (row.place.row, titles.iter().map(cell).collect())
    };
    Ok(Samples {
        rows: shown.iter().map(cells).collect(),
        titles: titles.into_iter().map(|(_, title)| title).collect(),
    })
}
