//! The run under way: how far it is, and what a person may do with it.

use std::time::Duration;

use axum::extract::Path;
use axum::response::Response;
use caseload_engine::submit::event::now_ms;
use caseload_sheet::message::Lang;
use futures_util::stream;

use super::Visit;
use super::head::{head, of_status};
use super::run::page_of;
use super::visit::{lead, time};
use crate::desk::{Desk, Fault, Watch};
use crate::events::{Message, answer};
use crate::office::List;
use crate::pages::running::{Figures, Pace, Phase, RunningScreen};
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;
use caseload_engine::outcome::Status;
use caseload_sheet::say;

/// At most so often a browser hears that a run has come further.
const EVERY: Duration = Duration::from_millis(500);
/// At least so often it hears how far the run is.
const AT_LEAST: Duration = Duration::from_secs(9);

/// `GET /runs/RUN/progress`
pub async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    if !matches!(list.state, RunState::Sending | RunState::Paused | RunState::Stopped) {
        return Ok(lead(&path::of_run(&list.name, page_of(list.state))));
    }
    let (lang, may) = (visit.lang(), visit.asker.person.may(Deed::Send));
    let screen = visit.desk(move |desk| screen(desk, &list, lang, may)).await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

/// `GET /runs/RUN/events`
pub async fn events(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    let watch = visit.house.desk.under_way(&list).map(|run| run.watch());
    let house = std::sync::Arc::clone(&visit.house);
    let asker = visit.asker.clone();
    let state = Some((visit, list, watch, Next::First));
    let fragments = stream::unfold(state, |state| async move {
        let (visit, list, mut watch, next) = state?;
        if next == Next::Over {
            return Some((Message { id: None, name: Some("over"), data: list.state.as_str().to_owned() }, None));
        }
        let goes_on = next == Next::First || changed(watch.as_mut()).await;
        let (data, list) = fragment(&visit, &list).await.ok()?;
        let is_open = goes_on && matches!(list.state, RunState::Sending | RunState::Paused);
        let next = if is_open { Next::Change } else { Next::Over };
        Some((Message { id: None, name: Some("live"), data }, Some((visit, list, watch, next))))
    });
    Ok(answer(&house, &asker, Box::pin(fragments)))
}

/// What the stream says next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    First,
    Change,
    Over,
}

/// Waits for the next change, and a little longer, so that several are told at once. Without a change the same is told
/// again, for a page that hears nothing says that it is cut off. Whether the run goes on.
async fn changed(watch: Option<&mut Watch>) -> bool {
    let Some(watch) = watch else { return false };
    let goes_on = tokio::time::timeout(AT_LEAST, watch.changed()).await.unwrap_or(true);
    tokio::time::sleep(EVERY).await;
    goes_on
}

async fn fragment(visit: &Visit, list: &List) -> Result<(String, List), Problem> {
    let (lang, may, name) = (visit.lang(), visit.asker.person.may(Deed::Send), list.name.clone());
    let (screen, list) = visit
        .desk(move |desk| {
            let list = desk.list(&name)?;
            Ok((screen(desk, &list, lang, may)?, list))
        })
        .await?;
    Ok((visit.part(|frame| screen.live(frame)), list))
}

fn screen(desk: &Desk, list: &List, lang: Lang, may_send: bool) -> Result<RunningScreen, Fault> {
    let under_way = desk.under_way(list);
    let figures = under_way.as_ref().map(|run| run.figures());
    let phase = match list.state {
        RunState::Stopped => stopped(list, lang),
        RunState::Paused => Phase::Paused(list.paused_by.as_ref().map(|by| by.name.clone())),
        _ if under_way.as_ref().is_some_and(|run| run.is_ending()) => Phase::Stopping,
        _ => match figures.and_then(|figures| figures.holds_until_ms).filter(|until| *until > now_ms()) {
            Some(until) => {
                Phase::Waiting { asked: Duration::from_millis((until - now_ms()).unsigned_abs()), until: time(until) }
            }
            None => Phase::Sending,
        },
    };
    let now = now_ms();
    let shown = figures.map_or_else(
        || of_counts(list),
        |figures| {
            let answered = figures.answered();
            Figures {
                to_send: figures.to_send.max(answered),
                done: figures.done,
                done_without_id: figures.done_without_id,
                rejected: figures.rejected,
                unknown: figures.unknown,
                in_flight: 0,
                waiting: figures.to_send.saturating_sub(answered),
            }
        },
    );
    let pace = under_way.as_ref().zip(figures).map(|(run, figures)| {
        let seconds = (now - run.began_ms).max(1) as f64 / 1000.0;
        let rate = figures.answered() as f64 / seconds;
        let left = (rate > 0.0).then(|| Duration::from_secs_f64(shown.waiting as f64 / rate));
        Pace {
            per_second: Some(rate),
            limit: None,
            left,
            began: Some(time(run.began_ms)),
            pauses: (figures.pauses, figures.paused_for),
        }
    });
    Ok(RunningScreen {
        run: head_while_sending(desk, list, lang)?,
        phase,
        figures: shown,
        pace: pace.unwrap_or_default(),
        answers: Vec::new(),
        key_title: String::new(),
        may_send,
        notices: Vec::new(),
    })
}

/// The head of a run whose rows are on their way: it does not read them for it.
fn head_while_sending(desk: &Desk, list: &List, lang: Lang) -> Result<crate::pages::run_head::RunHead, Fault> {
    let as_columns = List { state: RunState::Checking, ..list.clone() };
    let head = head(desk, &as_columns, lang)?;
    Ok(crate::pages::run_head::RunHead { state: list.state, ..head })
}

fn of_counts(list: &List) -> Figures {
    let of = |status| of_status(list, status);
    let mut figures = Figures {
        done: of(Status::Done),
        done_without_id: of(Status::DoneWithoutId),
        rejected: of(Status::Rejected),
        unknown: of(Status::Unknown),
        waiting: of(Status::NotSent),
        ..Figures::default()
    };
    figures.to_send = figures.answered() + figures.waiting;
    figures
}

fn stopped(list: &List, lang: Lang) -> Phase {
    let error = list.counts.as_ref().and_then(|counts| counts.get("error"));
    let said = |key: &str| error.and_then(|error| error.get(key)).and_then(serde_json::Value::as_str);
    let text = said(if lang == Lang::Tr { "tr" } else { "en" }).unwrap_or_default().to_owned();
    let code = said("code").unwrap_or_default();
    Phase::Stopped {
        title: say!(lang, "Gönderim durdu", "The run has stopped"),
        text,
        at: time(list.state_ms),
        status: None,
        is_for_administrator: code.starts_with("ledger") || code.contains("secret") || code.contains("auth"),
    }
}

/// `POST /runs/RUN/pause`
pub async fn pause(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.may(Deed::Send)?;
    let list = visit.list(name).await?;
    let by = visit.actor();
    let list = visit.desk(move |desk| desk.pause(&list, &by)).await?;
    Ok(lead(&path::run(&list.name)))
}

/// `POST /runs/RUN/resume`
pub async fn resume(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.may(Deed::Send)?;
    let list = visit.list(name).await?;
    let by = visit.actor();
    let list = visit.desk(move |desk| desk.resume(&list, &by)).await?;
    Ok(lead(&path::run(&list.name)))
}

/// `POST /runs/RUN/cancel`
pub async fn cancel(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.may(Deed::Send)?;
    let list = visit.list(name).await?;
    let (name, by) = (list.name.clone(), visit.actor());
    visit.desk(move |desk| desk.cancel(&list, &by)).await?;
    Ok(lead(&path::run(&name)))
}
