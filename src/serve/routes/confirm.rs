//! The question before anything is sent, and its answer.

use axum::extract::{Path, RawForm};
use axum::response::Response;
use caseload_engine::doubt::Doubt;
use caseload_engine::job::GENTLE;
use caseload_engine::outcome::Status;
use caseload_engine::run::{Only, Page};
use caseload_sheet::message::Lang;

use super::Visit;
use super::head::head;
use super::run::page_of;
use super::visit::{lead, time};
use crate::desk::{Agreed, Desk, Fault, Proposal};
use crate::office::List;
use crate::pages::check::SameRow;
use crate::pages::confirm::{ConfirmFault, ConfirmScreen, InDoubt, Kinds, Same, Stage, Staying, Ticket};
use crate::path;
use crate::person::{Deed, Person, Role};
use crate::problem::Problem;
use crate::state::RunState;
use crate::target::Target;

/// Duplicates that are shown.
const SHOWN: usize = 5;

/// `GET /runs/RUN/confirm`
pub async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    if list.state == RunState::Columns || list.state.has_begun() && list.state != RunState::Stopped {
        return Ok(lead(&path::of_run(&list.name, page_of(list.state))));
    }
    let (lang, person) = (visit.lang(), visit.asker.person.clone());
    let screen = visit.desk(move |desk| screen(desk, &list, lang, &person, (Vec::new(), None))).await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

/// What a person typed at the question.
#[derive(Default)]
pub struct Typed {
    rows: String,
    pub digest: String,
    pub doubts: Vec<Doubt>,
    note: String,
}

impl Typed {
    pub fn of(form: &[u8]) -> Self {
        let mut typed = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            match name.as_ref() {
                "rows" => typed.rows = value.into_owned(),
                "digest" => typed.digest = value.into_owned(),
                "note" => typed.note = value.into_owned(),
                "agree" => typed.doubts.extend(Doubt::from_name(&value)),
                _ => {}
            }
        }
        typed
    }

    /// What of a fault the page says beside the form; the others are problems of their own.
    pub fn fault(&self, fault: Fault) -> Result<ConfirmFault, Fault> {
        match fault {
            Fault::Changed { .. } => Ok(ConfirmFault::Changed),
            Fault::WrongCount { .. } => Ok(ConfirmFault::WrongCount(self.rows.clone())),
            other => Err(other),
        }
    }

    /// The number of rows, however it is grouped.
    pub fn count(&self) -> Option<u64> {
        let digits: String = self.rows.chars().filter(|c| !matches!(c, '.' | ',' | ' ' | '\u{a0}')).collect();
        digits.parse().ok()
    }
}

/// `POST /runs/RUN/confirm`
pub async fn send(visit: Visit, Path(name): Path<String>, RawForm(form): RawForm) -> Result<Response, Problem> {
    visit.may(Deed::Send)?;
    let list = visit.list(name).await?;
    let (lang, by, person, typed) = (visit.lang(), visit.actor(), visit.asker.person.clone(), Typed::of(&form));
    let asked = visit
        .desk(move |desk| {
            let answered = match typed.count() {
                Some(rows) => {
                    let agreed = Agreed { rows, digest: typed.digest.clone(), doubts: typed.doubts.clone() };
                    desk.hand_over(&list, &agreed, &typed.note, &by)
                }
                None => Err(Fault::WrongCount { rows: 0, given: 0 }),
            };
            match answered.map_err(|fault| typed.fault(fault)) {
                Ok(list) => Ok(Ok(list)),
                Err(Ok(fault)) => {
                    let list = desk.list(&list.name)?;
                    Ok(Err(screen(desk, &list, lang, &person, (typed.doubts, Some(fault)))?))
                }
                Err(Err(other)) => Err(other),
            }
        })
        .await?;
    match asked {
        Ok(list) => Ok(lead(&path::run(&list.name))),
        Err(screen) => Ok(visit.show(|frame| screen.render(frame))),
    }
}

/// `POST /runs/RUN/withdraw`
pub async fn withdraw(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let by = visit.actor();
    let list = visit.desk(move |desk| desk.withdraw(&list, &by)).await?;
    Ok(lead(&path::of_run(&list.name, "confirm")))
}

fn screen(
    desk: &Desk,
    list: &List,
    lang: Lang,
    person: &Person,
    (agreed, fault): (Vec<Doubt>, Option<ConfirmFault>),
) -> Result<ConfirmScreen, Fault> {
    let proposal = desk.propose(list)?;
    let target = desk.target_of(list)?;
    let run = head(desk, list, lang)?;
    let (staying, first_row, order) = staying(desk, list, lang)?;
    Ok(ConfirmScreen {
        ticket: ticket(&proposal, &target, run.operation.clone(), (first_row, order)),
        run,
        digest: proposal.digest.clone(),
        stage: stage(desk, list, &proposal, &target, person)?,
        doubts: doubts(&proposal, &agreed, lang),
        staying,
        kinds: Kinds::default(),
        fault,
        notices: Vec::new(),
    })
}

/// What is in question, each with a box.
pub fn doubts(proposal: &Proposal, agreed: &[Doubt], lang: Lang) -> Vec<InDoubt> {
    let question = &proposal.in_question;
    let doubt = |(doubt, rows): &(Doubt, u64)| InDoubt {
        doubt: *doubt,
        text: question.sentence(*doubt, *rows).into_string(lang),
        rows: *rows,
        agreed: agreed.contains(doubt),
    };
    question.rows.iter().map(doubt).collect()
}

/// What is asked of the person who looks.
fn stage(desk: &Desk, list: &List, proposal: &Proposal, target: &Target, person: &Person) -> Result<Stage, Fault> {
    let approvers: Vec<(String, String)> = desk
        .office()
        .people()?
        .into_iter()
        .filter(|member| member.roles.contains(&Role::Approver) && !member.is_barred)
        .map(|member| (member.name, member.email))
        .collect();
    if list.state == RunState::WaitingApproval {
        let asked = desk.office().approvals(list.id)?.into_iter().next();
        let may_withdraw = person.may(Deed::Prepare);
        let hands = desk.office().hands_of(list.id)?;
        let may_approve = person.may(Deed::Approve) && person.id.is_some_and(|id| !hands.contains(&id));
        return Ok(Stage::Waiting {
            approvers: approvers.into_iter().map(|(name, _)| name).collect(),
            by: asked.as_ref().map(|asked| asked.asked_by.name.clone()).unwrap_or_default(),
            at: asked.map(|asked| time(asked.asked_ms)).unwrap_or_default(),
            may_withdraw,
            may_approve,
        });
    }
    Ok(match proposal.rows {
        0 if proposal.in_question.is_empty() => Stage::Nothing,
        _ if !person.may(Deed::Send) => Stage::Looks,
        _ if target.four_eyes => Stage::Ask { approvers, note: String::new() },
        _ => Stage::Send,
    })
}

pub fn ticket(proposal: &Proposal, target: &Target, operation: String, (first_row, order): (u32, String)) -> Ticket {
    Ticket {
        rows: proposal.rows,
        operation,
        servers: proposal.servers.clone(),
        secrets: target.secrets.iter().map(|(name, _)| name.clone()).collect(),
        first_row,
        order,
        rate: match &target.rate {
            Some(rate) => rate.clone(),
            None if target.is_sandbox => String::new(),
            None => GENTLE.to_owned(),
        },
        takes: None,
    }
}

/// The rows that stay, the first row that goes, and by what rows are kept in order.
pub fn staying(desk: &Desk, list: &List, lang: Lang) -> Result<(Staying, u32, String), Fault> {
    desk.with_rows(list, |rows| {
        let of = |status| rows.table.count(Only::Status(status));
        let (invalid, duplicate, left_out) = (of(Status::Invalid), of(Status::Duplicate), of(Status::NotSent));
        let order = rows.table.operations().iter().find(|operation| operation.order_by.is_some());
        let order = order.map(|operation| operation.order_words().into_string(lang)).unwrap_or_default();
        let only = |only, limit| Page { only, limit, ..Page::default() };
        let (first, _) = rows.table.page(rows.ledger.as_ref(), only(Only::Status(Status::Valid), 1))?;
        let (same, _) = rows.table.page(rows.ledger.as_ref(), only(Only::Status(Status::Duplicate), SHOWN))?;
        let same = same.iter().filter_map(|row| {
            let of = row.outcome.duplicate_of.as_ref()?;
            let run = desk.office().list_of_run(&of.run).ok().flatten().map(|list| list.name);
            let file_name = if of.run.is_empty() { String::new() } else { of.file.clone() };
            let at = of.sent_at_ms.map(time);
            let of = SameRow { run, file_name, row: of.row, at, id: row.outcome.id_text() };
            Some(Same { row: row.place.row, keys: Vec::new(), of })
        });
        let staying =
            Staying { invalid, duplicate, left_out, rule: String::new(), same: same.collect(), key_titles: Vec::new() };
        Ok((staying, first.first().map_or(0, |row| row.place.row), order))
    })
}
