//! Administration: what is set, and whence; people and what is remembered.

use axum::response::Response;

use super::Visit;
use super::visit::time;
use crate::desk::{Desk, Fault};
use crate::pages::admin::{AdminScreen, LedgerHealth, MappingRow, NewPerson, TargetRow};
use crate::pages::run_head::Place;
use crate::person::Deed;
use crate::problem::Problem;
use crate::target::Target;

/// `GET /admin`
pub async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.may(Deed::Look)?;
    let may_manage = visit.asker.person.may(Deed::Manage);
    let screen = visit.desk(move |desk| screen(desk, may_manage)).await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

fn screen(desk: &Desk, may_manage: bool) -> Result<AdminScreen, Fault> {
    let mappings = desk.office().mappings()?.into_iter().map(|mapping| MappingRow {
        id: mapping.id,
        header: mapping.header,
        label: mapping.field.unwrap_or_default(),
        operation: mapping.scope,
        by: mapping.by.name,
        at: time(mapping.at_ms),
    });
    Ok(AdminScreen {
        targets: desk.targets().into_iter().map(target).collect(),
        people: Vec::new(),
        mappings: mappings.collect(),
        ledger: health(desk),
        deeds: Vec::new(),
        may_manage,
        fault: None,
        typed: NewPerson::default(),
        added: None,
    })
}

fn target(target: Target) -> TargetRow {
    TargetRow {
        place: Place { title: target.title, is_test: target.is_test },
        servers: target.servers,
        rate: target.rate.unwrap_or_default(),
        four_eyes: target.four_eyes,
        secrets: target.secrets,
        keeps: target.keep_uploads,
        settings: target.settings.unwrap_or_default(),
    }
}

fn health(desk: &Desk) -> LedgerHealth {
    let (path, looked) = (desk.ledger(), desk.look());
    let bytes = std::fs::metadata(path).map(|found| found.len()).unwrap_or_default();
    let known = LedgerHealth { path: path.display().to_string(), bytes, ..LedgerHealth::default() };
    match looked {
        Ok(Some(ledger)) => {
            let runs = ledger.runs().unwrap_or_default();
            let under_way = runs.iter().filter(|run| !run.finished && ledger.is_under_way(run.number));
            LedgerHealth {
                rows: runs.iter().map(|run| u64::from(run.spec.rows)).sum(),
                under_way: under_way.map(|run| run.spec.name.clone()).collect(),
                runs: runs.len() as u64,
                ..known
            }
        }
        Ok(None) => known,
        Err(fault) => LedgerHealth { fault: Some(fault.to_string()), ..known },
    }
}
