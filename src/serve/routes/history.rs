//! History: all lists, and what the ledger knows of a number.

use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::Visit;
use super::head::row;
use crate::office::Filter;
use crate::pages::history::{Found, HistoryQuery, HistoryScreen};
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;

/// Lists of a page.
const LISTS: usize = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    days: String,
    after: Option<String>,
}

/// `GET /runs`
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    visit.may(Deed::Look)?;
    let (lang, by) = (visit.lang(), visit.actor());
    let screen = visit
        .desk(move |desk| {
            let query = HistoryQuery {
                text: asked.q.trim().to_owned(),
                state: asked.state,
                target: asked.target,
                by: asked.by,
                days: asked.days,
            };
            let targets = desk.targets().into_iter().map(|target| (target.name, target.title)).collect();
            let found = if query.text.is_empty() {
                let before = match &asked.after {
                    Some(name) => desk.office().list(name)?.map(|list| list.id),
                    None => None,
                };
                let states = RunState::named(&query.state).into_iter().collect();
                let filter = Filter { states, by: query.by.parse().ok(), before };
                let mut lists = desk.office().recent(&filter, LISTS + 1)?;
                let more = lists.len() > LISTS;
                lists.truncate(LISTS);
                let next = lists.last().map(|list| list.name.clone()).filter(|_| more);
                lists.retain(|list| query.target.is_empty() || list.target == query.target);
                let rows: Vec<_> = lists.iter().map(|list| row(desk, list, lang)).collect();
                Found::Runs { all: rows.len() as u64, rows, next }
            } else {
                desk.searched(&by)?;
                Found::Rows(super::found::rows(desk, &query.text)?)
            };
            Ok(HistoryScreen { query, targets, people: Vec::new(), found, kept_days: None })
        })
        .await?;
    Ok(visit.show(|frame| screen.render(frame)))
}
