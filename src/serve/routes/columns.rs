//! What the columns are, where the headers do not say it.

use std::collections::BTreeMap;

use axum::extract::{Form, Path};
use axum::response::Response;
use caseload_engine::contract::Field;
use caseload_engine::row::column_letter;
use caseload_engine::run::{Column, SheetColumns};
use caseload_sheet::fold::fold;
use caseload_sheet::message::Lang;
use caseload_sheet::say;

use super::Visit;
use super::head::head;
use super::visit::lead;
use crate::desk::{ColumnChoice, Desk, Fault};
use crate::office::List;
use crate::pages::columns::{
    ColumnFault, ColumnsScreen, FieldName, FieldSource, KnownColumn, OpenColumn, RequiredField, Strength, Suggestion,
};
use crate::path;
use crate::person::Deed;
use crate::problem::Problem;
use crate::state::RunState;

/// What the form says of a column that is not sent.
const NOT_SENT: &str = "-";
/// Samples of a column that are shown.
const SAMPLES: usize = 3;

/// `GET /runs/RUN/columns`
pub async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let list = visit.list(name).await?;
    let (lang, may) = (visit.lang(), visit.asker.person.may(Deed::Prepare));
    let screen = visit.desk(move |desk| screen(desk, &list, lang, may, &BTreeMap::new(), Vec::new())).await?;
    Ok(visit.show(|frame| screen.render(frame)))
}

/// `POST /runs/RUN/columns`
pub async fn name(
    visit: Visit,
    Path(name): Path<String>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    visit.may(Deed::Prepare)?;
    let list = visit.list(name).await?;
    let (lang, by) = (visit.lang(), visit.actor());
    let answer = visit.desk(move |desk| take(desk, &list, &form, lang, &by)).await?;
    match answer {
        Answer::Named(list) => Ok(lead(&path::run(&list.name))),
        Answer::Again(screen) => Ok(visit.show(|frame| screen.render(frame))),
    }
}

/// What became of an answer.
enum Answer {
    Named(Box<List>),
    Again(Box<ColumnsScreen>),
}

fn take(
    desk: &Desk,
    list: &List,
    form: &BTreeMap<String, String>,
    lang: Lang,
    by: &crate::office::Actor,
) -> Result<Answer, Fault> {
    let columns = desk.columns(list)?;
    let mut choice = ColumnChoice { remember: form.contains_key("remember"), ..ColumnChoice::default() };
    let mut faults = Vec::new();
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for column in columns.sheets.iter().flat_map(|sheet| &sheet.columns).filter(|column| column.field.is_none()) {
        let letter = column_letter(column.index);
        let chosen = form.get(&format!("map.{letter}")).map(String::as_str).unwrap_or_default();
        let chosen = if chosen.is_empty() && form.contains_key("suggest") {
            column.likely.first().map(String::as_str).unwrap_or_default()
        } else {
            chosen
        };
        match chosen {
            "" => {}
            NOT_SENT => drop(choice.columns.insert(column.header.clone(), None)),
            field => {
                if let Some(other) = fields.insert(field.to_owned(), letter.clone()) {
                    let label = field_label(columns.sheets.first(), field, lang);
                    faults.push(ColumnFault::Twice { letters: (other, letter), label });
                }
                choice.columns.insert(column.header.clone(), Some(field.to_owned()));
            }
        }
    }
    choice.sets = form
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("set.")?.to_owned(), value.trim().to_owned())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    if !faults.is_empty() {
        return Ok(Answer::Again(Box::new(screen(desk, list, lang, true, form, faults)?)));
    }
    let list = desk.name_columns(list, &choice, by)?;
    if list.state == RunState::Columns {
        let faults = missing(desk, &list, lang)?;
        return Ok(Answer::Again(Box::new(screen(desk, &list, lang, true, form, faults)?)));
    }
    Ok(Answer::Named(Box::new(list)))
}

/// The required fields that still have no column.
fn missing(desk: &Desk, list: &List, lang: Lang) -> Result<Vec<ColumnFault>, Fault> {
    let columns = desk.columns(list)?;
    let of = |sheet: &SheetColumns| -> Vec<ColumnFault> {
        let label = |name: &String| field_label(Some(sheet), name, lang);
        let fault = |name: &String| ColumnFault::Missing(FieldName { name: name.clone(), label: label(name) });
        sheet.missing.iter().map(fault).collect()
    };
    Ok(columns.sheets.iter().flat_map(of).collect())
}

fn screen(
    desk: &Desk,
    list: &List,
    lang: Lang,
    may_prepare: bool,
    form: &BTreeMap<String, String>,
    faults: Vec<ColumnFault>,
) -> Result<ColumnsScreen, Fault> {
    let columns = desk.columns(list)?;
    let sheet =
        columns.sheets.iter().max_by_key(|sheet| sheet.columns.iter().filter(|column| column.field.is_none()).count());
    let sheet = sheet.ok_or(Fault::NotFound)?;
    let is_unused = |column: &Column| list.reading.unused.iter().any(|header| fold(header) == fold(&column.header));
    let all: Vec<&Field> = sheet.operation.fields.iter().collect();
    let label = |field: &Field| FieldName { name: field.name.clone(), label: label_of(field, lang) };
    let open = sheet.columns.iter().filter(|column| column.field.is_none());
    let known = sheet.columns.iter().filter_map(|column| {
        let field = column.field.as_ref()?;
        let label = field_label(Some(sheet), field, lang);
        Some(KnownColumn { letter: column_letter(column.index), header: column.header.clone(), label })
    });
    Ok(ColumnsScreen {
        run: head(desk, list, lang)?,
        header_row: sheet.header_row,
        open: open.map(|column| open_column(column, sheet, form, is_unused(column), lang)).collect(),
        known: known.collect(),
        fields: all.iter().map(|field| label(field)).collect(),
        required: all
            .iter()
            .filter(|field| field.required)
            .map(|field| RequiredField { field: label(field), source: source(field, sheet, list) })
            .collect(),
        required_sometimes: Vec::new(),
        remember: form.is_empty() || form.contains_key("remember"),
        faults,
        may_prepare,
    })
}

fn open_column(
    column: &Column,
    sheet: &SheetColumns,
    form: &BTreeMap<String, String>,
    is_unused: bool,
    lang: Lang,
) -> OpenColumn {
    let letter = column_letter(column.index);
    let chosen = form.get(&format!("map.{letter}")).cloned();
    let likely = column.likely.first().map(|field| {
        let label = field_label(Some(sheet), field, lang);
        Suggestion {
            field: field.clone(),
            strength: Strength::Middle,
            why: say!(lang, "başlık “{label}” alanının adına benziyor", "the header is like the name of {label}"),
        }
    });
    OpenColumn {
        letter,
        header: column.header.clone(),
        samples: column.samples.iter().take(SAMPLES).cloned().collect(),
        suggestion: likely,
        chosen: chosen.unwrap_or_else(|| if is_unused { NOT_SENT.to_owned() } else { String::new() }),
    }
}

fn source(field: &Field, sheet: &SheetColumns, list: &List) -> FieldSource {
    let column = sheet.columns.iter().find(|column| column.field.as_ref() == Some(&field.name));
    let fixed = list.reading.sets.iter().find(|(name, _)| *name == field.name);
    match (column, fixed) {
        (_, Some((_, value))) => FieldSource::Fixed(value.clone()),
        (Some(column), None) => FieldSource::Column(column_letter(column.index)),
        (None, None) if sheet.columns.iter().any(|column| column.field.is_none()) => FieldSource::NotChosen,
        (None, None) => FieldSource::NotInFile,
    }
}

fn field_label(sheet: Option<&SheetColumns>, name: &str, lang: Lang) -> String {
    let field = sheet.and_then(|sheet| sheet.operation.fields.iter().find(|field| field.name == name));
    field.map_or_else(|| name.to_owned(), |field| label_of(field, lang))
}

fn label_of(field: &Field, lang: Lang) -> String {
    match field.label.get(lang) {
        "" => field.name.clone(),
        label => label.to_owned(),
    }
}
