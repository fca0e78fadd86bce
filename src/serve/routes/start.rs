//! The start, and the list that is dropped on it.

use axum::extract::State;
use axum::response::Response;
use caseload_engine::error::Error as Stop;
use caseload_sheet::message::{Lang, Text};
use std::sync::Arc;

use super::head::row;
use super::visit::{Visit, lead};
use crate::desk::{Desk, Fault};
use crate::house::House;
use crate::office::{Actor, Filter, List};
use crate::pages::parts::notice::{Notice, Tone};
use crate::pages::run_head::Place;
use crate::pages::start::{StartScreen, TargetChoice};
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::target::{Reading, Target};
use crate::upload::{Arrived, Dropped};
use caseload_sheet::{say, text};

/// Runs that the start shows.
const RECENT: usize = 8;

/// `GET /`
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.may(Deed::Look)?;
    screen(&visit, Vec::new()).await
}

async fn screen(visit: &Visit, notices: Vec<Notice>) -> Result<Response, Problem> {
    let (lang, limit) = (visit.lang(), visit.house.limits.upload);
    let may_prepare = visit.asker.person.may(Deed::Prepare);
    let screen = visit
        .desk(move |desk| {
            let targets = desk.targets();
            let lists = desk.office().recent(&Filter::default(), RECENT)?;
            Ok(StartScreen {
                chosen: targets.first().map(|target| target.name.clone()).unwrap_or_default(),
                templates: templates(&targets),
                targets: targets.iter().map(choice).collect(),
                limit,
                sample: None,
                runs: lists.iter().map(|list| row(desk, list, lang)).collect(),
                may_prepare,
                notices,
            })
        })
        .await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

fn choice(target: &Target) -> TargetChoice {
    TargetChoice {
        name: target.name.clone(),
        place: Place { title: target.title.clone(), is_test: target.is_test },
        server: if target.is_sandbox { String::new() } else { target.servers.join(", ") },
        four_eyes: target.four_eyes,
    }
}

/// The workbooks to fill in, of the operations that targets name.
fn templates(targets: &[Target]) -> Vec<(String, String)> {
    let mut names: Vec<&String> = targets.iter().flat_map(|target| &target.operations).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| (format!("/template?to={name}"), name.clone())).collect()
}

/// `POST /runs`
pub async fn drop_off(State(house): State<Arc<House>>, dropped: Dropped) -> Result<Response, Problem> {
    let visit = Visit::by(&house, dropped.asker.clone(), path::START);
    let target = dropped.field("target").unwrap_or_default().to_owned();
    if dropped.lists.is_empty() {
        let lang = visit.lang();
        let title = say!(lang, "Önce bir liste seçin", "Choose a list first");
        let text = say!(
            lang,
            "Bir Excel ya da CSV dosyası bırakın ya da hücreleri kopyalayıp yapıştırın.",
            "Drop an Excel or CSV file, or paste cells from a spreadsheet."
        );
        return screen(&visit, vec![Notice::new(Tone::Warn, title, text)]).await;
    }
    let (actor, lang) = (visit.actor(), visit.lang());
    let mut taken: Vec<List> = Vec::new();
    for arrived in dropped.lists {
        let (target, actor, desk) = (target.clone(), actor.clone(), house.desk.clone());
        let list = crate::blocking(move || Ok(take_in(&desk, arrived, &target, lang, &actor)?)).await?;
        taken.push(list);
    }
    match taken.as_slice() {
        [one] => Ok(lead(&path::run(&one.name))),
        _ => Ok(lead(path::RUNS)),
    }
}

/// Makes a list of a file that has arrived, and checks it.
pub fn take_in(desk: &Desk, arrived: Arrived, target: &str, lang: Lang, by: &Actor) -> Result<List, Fault> {
    let target = desk.target_named(target)?;
    let new = desk.new_list(&target, arrived.name, arrived.kind, Reading::default(), lang);
    desk.take_in(&new, arrived.file, by).map_err(|fault| match fault {
        Fault::Engine(stop) => Fault::Engine(nothing_went(stop)),
        other => other,
    })
}

/// Whoever dropped a file that cannot be read wonders whether anything of it went.
fn nothing_went(stop: Stop) -> Stop {
    let Text { tr, en } = &stop.message;
    Stop { message: text!("{tr} Hiçbir şey gönderilmedi.", "{en} Nothing was sent."), ..stop }
}
