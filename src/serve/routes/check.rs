//! The check: the clerk's rows, what is wrong with them, and the editor of one cell.

use std::collections::HashMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use caseload_engine::contract::{Field, Kind};
use caseload_engine::outcome::{CellFault, Complaint, DuplicateOf, Outcome, Problem as Wrongness, Status};
use caseload_engine::report::column_index;
use caseload_engine::row::{Place, column_letter};
use caseload_engine::run::{self, Page, TableRow, Wrong};
use caseload_engine::words;
use caseload_sheet::fold::fold;
use caseload_sheet::message::Lang;
use caseload_sheet::say;
use serde::Deserialize;

use super::Visit;
use super::head::head;
use super::run::page_of;
use super::visit::{lead, time};
use crate::desk::{Checked, Desk, Fault};
use crate::office::{ChangeKind, List, Mend, RowAt};
use crate::pages::check::{
    CellState, CheckCounts, CheckScreen, Editor, Fix, Hand, Header, LastMend, ProblemKind, RowNote, SameMistake,
    SameRow, SheetCell, SheetRow, Span,
};
use crate::pages::only::Only;
use crate::pages::parts::notice::{Notice, Tone};
use crate::pages::words::Mark;
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;

/// Rows of a page.
const ROWS: usize = 200;
/// Kinds of problems that are shown as filters.
const KINDS: usize = 8;
/// A person who changed nothing for so long mends the list no more.
const EDITS_FOR_MS: i64 = 15 * 60 * 1000;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    only: String,
    /// The name of the sheet.
    #[serde(default)]
    sheet: String,
    /// Rows of the file before the first that is shown.
    after: Option<u32>,
    /// The cell to mend: `19.A`.
    edit: Option<String>,
}

/// `GET /runs/RUN/check`
pub async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    if list.state == RunState::Columns {
        return Ok(lead(&path::of_run(&list.name, page_of(list.state))));
    }
    let (lang, limit) = (visit.lang(), visit.house.limits.upload);
    let (actor, may) = (visit.actor(), visit.asker.person.may(Deed::Prepare));
    let screen = visit
        .desk(move |desk| {
            desk.viewed(&list, &actor)?;
            let hand = hand(&list, &actor, may);
            screen(desk, &list, &asked, (lang, limit, hand))
        })
        .await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

fn hand(list: &List, actor: &crate::office::Actor, may_prepare: bool) -> Hand {
    let is_open = matches!(list.state, RunState::Checked | RunState::WaitingApproval);
    if !is_open || !may_prepare {
        return Hand::Looks;
    }
    let now = caseload_engine::submit::event::now_ms();
    match &list.editor {
        Some(editor) if !editor.by.is_same(actor) && now - editor.seen_ms < EDITS_FOR_MS => {
            Hand::Held(editor.by.name.clone())
        }
        _ => Hand::Mends,
    }
}

fn screen(
    desk: &Desk,
    list: &List,
    asked: &Asked,
    (lang, limit, hand): (Lang, u64, Hand),
) -> Result<CheckScreen, Fault> {
    let run = head(desk, list, lang)?;
    let mends = desk.office().all_mends(list.id)?;
    let undo = last_mend(desk, list, &mends)?;
    desk.with_rows(list, |rows| {
        let counts = counts(rows);
        let first = if counts.invalid > 0 { Only::Invalid } else { Only::All };
        let only = Only::named(&asked.only).filter(|_| !asked.only.is_empty()).unwrap_or(first);
        let sheet = rows.table.sheets().iter().position(|sheet| sheet.name == asked.sheet).unwrap_or_default() as u16;
        let shown = page(rows, &only, sheet, asked.after.unwrap_or_default())?;
        let reader = Shows { desk, rows, lang, sheet, mends: by_place(&mends) };
        let same = reader.same(rows.table.wrong().into_iter().find(|(_, rows)| *rows > 1));
        let editor = asked.edit.as_deref().and_then(|cell| reader.editor(cell, &shown.rows));
        let sheets = rows.table.sheets();
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        Ok(CheckScreen {
            run,
            counts,
            only,
            sheets: (names.len() > 1).then_some((names, usize::from(sheet))),
            kinds: kinds(rows, lang),
            problems: rows.table.wrong().iter().map(|(_, rows)| u64::from(*rows)).sum(),
            headers: reader.headers(),
            rows: shown.rows.iter().map(|row| reader.row(row)).collect(),
            span: shown.span,
            editor,
            same: same.filter(|_| hand == Hand::Mends),
            undo,
            hand,
            limit,
            notices: not_sent(list, &reader, lang),
        })
    })
}

/// The columns that nobody asked about, for they are like no field: they do not go.
fn not_sent(list: &List, reader: &Shows, lang: Lang) -> Vec<Notice> {
    let is_known = |header: &Header| {
        header.is_sent
            || header.title.is_empty()
            || list.reading.unused.iter().any(|unused| fold(unused) == fold(&header.title))
    };
    let open: Vec<String> =
        reader.headers().into_iter().filter(|header| !is_known(header)).map(|header| header.title).collect();
    if open.is_empty() || list.state.has_begun() {
        return Vec::new();
    }
    let (count, names) = (open.len(), open.join(", "));
    let title = match count {
        1 => say!(lang, "Bir sütun gitmez: {names}", "One column is not sent: {names}"),
        _ => say!(lang, "{count} sütun gitmez: {names}", "{count} columns are not sent: {names}"),
    };
    let text = say!(
        lang,
        "Başlık hiçbir alana benzemiyor. Bir alanı gösteriyorsa ne olduğunu söyleyin.",
        "The header is like no field. If it means one, say which."
    );
    let act = say!(lang, "Sütunu eşle", "Name the column");
    vec![Notice::new(Tone::Info, title, text).with(act, path::of_run(&list.name, "columns"))]
}

fn counts(rows: &Checked) -> CheckCounts {
    let of = |status| rows.table.count(run::Only::Status(status));
    CheckCounts {
        read: rows.table.summary().tally.rows,
        valid: of(Status::Valid),
        invalid: of(Status::Invalid),
        duplicate: of(Status::Duplicate),
        left_out: of(Status::NotSent),
        warned: rows.table.count(run::Only::Warned),
        mended: rows.table.count(run::Only::Mended),
    }
}

/// The rows of a page, and where they stand.
struct Shown {
    rows: Vec<TableRow>,
    span: Span,
}

fn page(rows: &mut Checked, only: &Only, sheet: u16, passed: u32) -> Result<Shown, Fault> {
    let engine = match only {
        Only::All => run::Only::All,
        Only::Valid => run::Only::Status(Status::Valid),
        Only::Invalid | Only::Problem(_) => run::Only::Status(Status::Invalid),
        Only::Warned => run::Only::Warned,
        Only::Duplicate => run::Only::Status(Status::Duplicate),
        Only::LeftOut => run::Only::Status(Status::NotSent),
        Only::Mended => run::Only::Mended,
    };
    let column = match only {
        Only::Problem(column) => Some(column.as_str()),
        _ => None,
    };
    let is_wanted = |row: &TableRow| {
        column.is_none_or(|column| row.outcome.problems.iter().any(|problem| problem.column == column))
    };
    let (mut found, mut after) = (Vec::new(), passed.checked_sub(1));
    loop {
        let page = Page { only: engine, sheet: Some(sheet), after, limit: ROWS };
        let (some, next) = rows.table.page(rows.ledger.as_ref(), page)?;
        found.extend(some.into_iter().filter(is_wanted));
        after = next;
        if found.len() > ROWS || after.is_none() {
            break;
        }
    }
    let more = found.len() > ROWS || after.is_some();
    found.truncate(ROWS);
    let next = found.last().map(|row| row.ordinal + 1).filter(|_| more);
    let turn = rows.table.turn(engine, Some(sheet), found.first().map_or(passed, |row| row.ordinal), ROWS);
    let span =
        Span { rows: turn.rows, first: if found.is_empty() { 0 } else { turn.passed + 1 }, next, before: turn.before };
    Ok(Shown { rows: found, span })
}

/// The kinds of problems by column, the commonest first.
fn kinds(rows: &Checked, lang: Lang) -> Vec<ProblemKind> {
    let mut by_column: Vec<(String, String, u64, Vec<String>)> = Vec::new();
    for (wrong, count) in rows.table.wrong() {
        let value = if wrong.value.is_empty() {
            say!(lang, "boş {count}", "empty {count}")
        } else {
            format!("“{}” {count}", wrong.value)
        };
        match by_column.iter_mut().find(|(column, ..)| *column == wrong.column) {
            Some((_, _, rows, values)) => {
                *rows += u64::from(count);
                if values.len() < 3 {
                    values.push(value);
                }
            }
            None => by_column.push((wrong.column.clone(), wrong.field.clone(), u64::from(count), vec![value])),
        }
    }
    by_column.sort_by_key(|(_, _, rows, _)| std::cmp::Reverse(*rows));
    let label = |field: &str| {
        let fields = rows.table.operations().iter().flat_map(|operation| &operation.fields);
        fields.into_iter().find(|known| known.name == field).map(|known| known.label.get(lang).to_owned())
    };
    let kind = |(column, field, rows, values): (String, String, u64, Vec<String>)| ProblemKind {
        title: label(&field).filter(|label| !label.is_empty()).unwrap_or(field),
        detail: format!("{column} · {}", values.join(", ")),
        code: column,
        rows,
    };
    by_column.into_iter().take(KINDS).map(kind).collect()
}

/// The last word about each mended cell.
fn by_place(mends: &[Mend]) -> HashMap<(&str, u32, u16), &Mend> {
    let live = mends.iter().filter(|mend| mend.undone_ms.is_none());
    live.map(|mend| ((mend.mend.at.sheet.as_str(), mend.mend.at.row, mend.mend.at.column), mend)).collect()
}

fn last_mend(desk: &Desk, list: &List, mends: &[Mend]) -> Result<Option<LastMend>, Fault> {
    let Some(change) = desk.office().last_change(list.id)? else { return Ok(None) };
    let of_change: Vec<&Mend> = mends.iter().filter(|mend| mend.change == change.number).collect();
    let title = of_change.first().map(|mend| mend.mend.header.clone()).unwrap_or_default();
    Ok(match (change.kind, of_change.as_slice()) {
        (ChangeKind::Mended, [one]) => Some(LastMend::Cell { row: one.mend.at.row, title }),
        (ChangeKind::Mended, _) => Some(LastMend::Rows { rows: change.size, title }),
        _ => {
            let rows = desk.office().rows_of_change(list.id, change.number)?;
            rows.first().map(|RowAt { row, .. }| LastMend::LeftOut { row: *row })
        }
    })
}

/// What is read of a sheet for the page.
struct Shows<'a> {
    desk: &'a Desk,
    rows: &'a Checked,
    lang: Lang,
    sheet: u16,
    mends: HashMap<(&'a str, u32, u16), &'a Mend>,
}

impl Shows<'_> {
    fn name(&self) -> &str {
        self.rows.table.sheets().get(usize::from(self.sheet)).map_or("", |sheet| sheet.name.as_str())
    }

    fn titles(&self) -> Vec<String> {
        let sheet = self.rows.table.sheets().get(usize::from(self.sheet));
        sheet.map(|sheet| sheet.headers.iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    fn headers(&self) -> Vec<Header> {
        let header = |(index, title)| Header {
            letter: column_letter(index),
            title,
            is_sent: self.rows.table.field(self.sheet, index).is_some(),
        };
        self.titles().into_iter().enumerate().map(header).collect()
    }

    fn row(&self, row: &TableRow) -> SheetRow {
        let outcome = &row.outcome;
        let is_left_out = outcome.status == Status::NotSent;
        let is_warned = outcome.status == Status::Valid && outcome.problems.iter().any(|problem| problem.warning);
        let mark = match outcome.status {
            _ if is_left_out => Mark::LeftOut,
            _ if is_warned => Mark::Warned,
            status => Mark::Is(status),
        };
        let width = self.titles().len().max(row.cells.len());
        let cell = |index: usize| {
            let text = row.cells.get(index).cloned().unwrap_or_default();
            SheetCell { text, state: cell_state(row, index) }
        };
        SheetRow {
            number: row.place.row,
            mark,
            cells: (0..width).map(cell).collect(),
            notes: self.notes(row, is_left_out),
            is_left_out,
        }
    }

    fn notes(&self, row: &TableRow, is_left_out: bool) -> Vec<RowNote> {
        let mut notes: Vec<RowNote> = row.outcome.problems.iter().map(|problem| self.note(problem)).collect();
        notes.extend(row.outcome.duplicate_of.as_ref().map(|of| RowNote::Duplicate(self.same_row(of, &row.outcome))));
        let (sheet, number) = (self.name(), row.place.row);
        notes.extend(row.mended.iter().filter_map(|column| {
            let mend = self.mends.get(&(sheet, number, *column))?;
            Some(RowNote::Mended {
                column: column_letter(usize::from(*column)),
                by: mend.by.name.clone(),
                at: time(mend.at_ms),
                was: mend.mend.old.clone(),
            })
        }));
        let at = RowAt { sheet: sheet.to_owned(), row: number };
        let by = self.rows.overlay.left_out.get(&at).filter(|_| is_left_out);
        let since = self.rows.table.summary().started_ms;
        notes.extend(by.map(|by| RowNote::LeftOut { by: by.name.clone(), at: time(since) }));
        notes
    }

    fn note(&self, problem: &Wrongness) -> RowNote {
        let column = Some(problem.column.clone()).filter(|column| !column.is_empty());
        let text = words::problem(problem, self.lang);
        let fix = near(problem, self.lang).zip(column.clone()).map(|(value, column)| Fix::Write { column, value });
        if problem.warning { RowNote::Warning { column, text, fix } } else { RowNote::Problem { column, text, fix } }
    }

    fn same_row(&self, of: &DuplicateOf, outcome: &Outcome) -> SameRow {
        let list = self.desk.office().list_of_run(&of.run).ok().flatten();
        let is_here = of.run.is_empty();
        SameRow {
            run: list.map(|list| list.name),
            file_name: if is_here { String::new() } else { of.file.clone() },
            row: of.row,
            at: of.sent_at_ms.map(time),
            id: outcome.id_text(),
        }
    }

    /// The editor of the cell at `19.A`, if that row is shown.
    fn editor(&self, cell: &str, shown: &[TableRow]) -> Option<Editor> {
        let (number, letter) = cell.split_once('.')?;
        let number: u32 = number.parse().ok()?;
        let column = column_index(letter).filter(|column| *column < self.titles().len())?;
        let row = shown.iter().find(|row| row.place == Place { sheet: self.sheet, row: number })?;
        let value = row.cells.get(column).cloned().unwrap_or_default();
        let problem = row.outcome.problems.iter().find(|problem| problem.column == letter);
        let choices = self.choices(column);
        let suggested = problem.and_then(|problem| near(problem, self.lang));
        Some(Editor {
            row: number,
            column: letter.to_owned(),
            chosen: suggested.unwrap_or_else(|| value.clone()),
            choices,
            hint: String::new(),
            refused: None,
            same_rows: problem.map_or(0, |problem| u64::from(self.rows.table.rows_with(&Wrong::of(problem)))),
            value,
        })
    }

    /// What may be written into a column, as people read it.
    fn choices(&self, column: usize) -> Vec<String> {
        self.rows.table.field(self.sheet, column).map(|field| values(field, self.lang)).unwrap_or_default()
    }

    fn same(&self, most: Option<(&Wrong, u32)>) -> Option<SameMistake> {
        let (wrong, rows) = most.filter(|(wrong, _)| !wrong.value.is_empty())?;
        let column = column_index(&wrong.column)?;
        let choices = self.choices(column);
        let likely = choices.iter().max_by(|a, b| {
            let alike = |choice: &str| caseload_engine::run::likeness(choice, &wrong.value);
            alike(a).total_cmp(&alike(b))
        });
        Some(SameMistake {
            title: self.titles().get(column).cloned().unwrap_or_default(),
            to: likely.cloned().unwrap_or_default(),
            column: wrong.column.clone(),
            from: wrong.value.clone(),
            rows: u64::from(rows),
            choices,
        })
    }
}

fn cell_state(row: &TableRow, index: usize) -> CellState {
    let letter = column_letter(index);
    let has = |warning: bool| {
        row.outcome.problems.iter().any(|problem| problem.column == letter && problem.warning == warning)
    };
    if has(false) {
        CellState::Wrong
    } else if row.mended.contains(&(index as u16)) {
        CellState::Mended
    } else if has(true) {
        CellState::Warned
    } else {
        CellState::Plain
    }
}

/// The value that may be meant, where the contract has one like it.
fn near(problem: &Wrongness, lang: Lang) -> Option<String> {
    match &problem.complaint {
        Complaint::Cell(CellFault::NotListed(listed)) => {
            let near = listed.near.as_ref()?.get(lang);
            // The sentence names the API's own value behind the label; a cell takes the label.
            Some(
                near.rsplit_once(" (")
                    .filter(|(_, value)| value.ends_with(')'))
                    .map_or(near, |(label, _)| label)
                    .to_owned(),
            )
        }
        _ => None,
    }
}

/// The values of a field's list.
pub fn values(field: &Field, lang: Lang) -> Vec<String> {
    match &field.kind {
        Kind::Enum(values) => {
            let word = |label: &str, value: &str| if label.is_empty() { value.to_owned() } else { label.to_owned() };
            values.iter().map(|value| word(value.label.get(lang), &value.value)).collect()
        }
        Kind::Boolean if lang == Lang::Tr => vec!["Evet".to_owned(), "Hayır".to_owned()],
        Kind::Boolean => vec!["Yes".to_owned(), "No".to_owned()],
        _ => Vec::new(),
    }
}
