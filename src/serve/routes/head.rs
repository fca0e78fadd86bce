//! The head of a run's pages, and a run in a list of runs.

use caseload_engine::outcome::Status;
use caseload_sheet::message::Lang;
use serde_json::Value;

use super::visit::time;
use crate::desk::{Desk, Fault};
use crate::office::List;
use crate::pages::run_head::{Place, RunHead};
use crate::pages::start::{Approval, RunCounts, RunRow};
use crate::state::RunState;

/// Where a list goes, as people read it. Of a target that the settings have no more, the name is left.
pub fn place(desk: &Desk, list: &List) -> Place {
    match desk.target_of(list) {
        Ok(target) => Place { title: target.title, is_test: target.is_test },
        Err(_) => Place { title: list.target.clone(), is_test: false },
    }
}

/// The head of a run's pages.
pub fn head(desk: &Desk, list: &List, lang: Lang) -> Result<RunHead, Fault> {
    let (operation, sheet, sheets) = if list.state == RunState::Columns || list.state == RunState::Checking {
        (String::new(), list.reading.sheet.clone(), 1)
    } else {
        desk.with_rows(list, |rows| {
            let names: Vec<&str> = rows.table.operations().iter().map(|one| one.label.get(lang)).collect();
            let sheets = rows.table.sheets();
            let only =
                sheets.first().map(|sheet| sheet.name.clone()).filter(|name| sheets.len() == 1 && !name.is_empty());
            Ok((names.join(", "), only, sheets.len()))
        })?
    };
    Ok(RunHead {
        name: list.name.clone(),
        file_name: list.file_name.clone(),
        place: place(desk, list),
        operation,
        sheet,
        sheets,
        rows: counted(list, "rows"),
        by: list.by.name.clone(),
        at: time(list.uploaded_ms),
        state: list.state,
        asks_columns: list.state == RunState::Columns
            || !list.reading.maps.is_empty()
            || !list.reading.unused.is_empty(),
    })
}

/// A number that was counted when the list was checked, or when its run ended.
pub fn counted(list: &List, key: &str) -> u64 {
    list.counts.as_ref().and_then(|counts| counts.get(key)).and_then(Value::as_u64).unwrap_or_default()
}

/// The rows that ended, or stand, as something.
pub fn of_status(list: &List, status: Status) -> u64 {
    counted(list, &status.as_str().replace('-', "_"))
}

/// A run in a list of runs.
pub fn row(desk: &Desk, list: &List, lang: Lang) -> RunRow {
    let of = |status| of_status(list, status);
    let error = list.counts.as_ref().and_then(|counts| counts.get("error"));
    let said = error
        .filter(|_| list.state == RunState::Stopped)
        .map(|error| &error[if lang == Lang::Tr { "tr" } else { "en" }]);
    let four_eyes = desk.target_of(list).is_ok_and(|target| target.four_eyes);
    RunRow {
        name: list.name.clone(),
        file_name: list.file_name.clone(),
        place: place(desk, list),
        state: list.state,
        why: said
            .and_then(Value::as_str)
            .and_then(|words| words.split(['.', ':']).next())
            .unwrap_or_default()
            .to_owned(),
        rows: RunCounts {
            read: counted(list, "rows"),
            to_send: of(Status::Valid),
            done: of(Status::Done) + of(Status::DoneWithoutId),
            rejected: of(Status::Rejected),
            invalid: of(Status::Invalid),
            duplicate: of(Status::Duplicate),
            unknown: of(Status::Unknown),
            not_sent: of(Status::NotSent),
        },
        by: list.by.name.clone(),
        approval: match list.state {
            _ if !four_eyes => Approval::NotNeeded,
            RunState::WaitingApproval => Approval::Awaited,
            _ => Approval::NotAsked,
        },
        at: time(list.uploaded_ms),
    }
}
