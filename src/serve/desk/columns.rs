//! What the columns of a list are, where the headers do not say it.

use std::collections::BTreeMap;

use caseload_engine::run::{self, Caller, Column, Columns, Event};
use caseload_engine::submit::control::Control;
use caseload_sheet::fold::fold;

use super::check::Subject;
use super::{Desk, Fault, now};
use crate::office::{Actor, List};
use crate::target::Reading;

/// What a person says of the columns, by header: a field, or nothing where the column is not sent.
#[derive(Debug, Clone, Default)]
pub struct ColumnChoice {
    /// By header.
    pub columns: BTreeMap<String, Option<String>>,
    /// Fields that have one value in every row.
    pub sets: Vec<(String, String)>,
    /// The same is done with the next files.
    pub remember: bool,
}

impl Desk {
    /// The columns of a list.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn columns(&self, list: &List) -> Result<Columns, Fault> {
        let overlay = self.office().mends_of(list.id)?;
        self.columns_of(&self.subject(list, &overlay)?)
    }

    fn columns_of(&self, subject: &Subject) -> Result<Columns, Fault> {
        let (observer, control) = (|_: Event| (), Control::default());
        let (job, _) = self.job_of(subject)?;
        Ok(run::columns(&subject.path, &job, Caller { observer: &observer, control: &control })?)
    }

    /// Whether a person has to say what a column is: its header means nothing, and nobody has said yet that it is not
    /// sent.
    pub(super) fn has_open_columns(&self, subject: &Subject) -> Result<bool, Fault> {
        let columns = self.columns_of(subject)?;
        let is_missing = columns.sheets.iter().any(|sheet| !sheet.missing.is_empty());
        let mut all = columns.sheets.iter().flat_map(|sheet| &sheet.columns);
        // A header that is like no field is that of a column for the office's own use: nobody is asked about it.
        Ok(is_missing || all.any(|column| is_open(column, subject.reading) && !column.likely.is_empty()))
    }

    /// Takes what a person says of the columns, and checks the list by it.
    ///
    /// # Errors
    /// Its rows may leave already, or the columns do not suffice.
    pub fn name_columns(&self, list: &List, choice: &ColumnChoice, by: &Actor) -> Result<List, Fault> {
        if list.state.has_begun() {
            return Err(Fault::NotNow(list.state));
        }
        let reading = read_by(&list.reading, choice);
        if choice.remember {
            let said: Vec<_> = choice.columns.clone().into_iter().collect();
            self.office().remember(&list.target, &said, by, now())?;
        }
        let list = self.office().read_as(list.id, &reading, by, now())?;
        self.check(&list)
    }

    /// How a new file is read: where its headers mean nothing, by what people said of such headers before.
    pub(super) fn remembered(&self, subject: &Subject) -> Result<Reading, Fault> {
        let columns = self.columns_of(subject)?;
        let all = columns.sheets.iter().flat_map(|sheet| &sheet.columns);
        let open = all.filter(|column| is_open(column, subject.reading)).map(|column| column.header.clone());
        let mut reading = subject.reading.clone();
        for mapping in self.office().mappings_for(subject.target, &open.collect::<Vec<_>>())? {
            match mapping.field {
                Some(field) if reading.maps.iter().any(|(known, _)| *known == field) => {}
                Some(field) => reading.maps.push((field, mapping.header)),
                None => reading.unused.push(mapping.header),
            }
        }
        Ok(reading)
    }
}

fn is_open(column: &Column, reading: &Reading) -> bool {
    column.field.is_none() && !reading.unused.iter().any(|header| fold(header) == fold(&column.header))
}

/// The reading as it was, and what a person says now.
fn read_by(reading: &Reading, choice: &ColumnChoice) -> Reading {
    let mut reading = reading.clone();
    for (header, field) in &choice.columns {
        let is_other = |known: &String| fold(known) != fold(header);
        reading.maps.retain(|(_, known)| is_other(known));
        reading.unused.retain(is_other);
        match field {
            Some(field) => {
                reading.maps.retain(|(known, _)| known != field);
                reading.maps.push((field.clone(), header.clone()));
            }
            None => reading.unused.push(header.clone()),
        }
    }
    for (field, value) in &choice.sets {
        reading.sets.retain(|(known, _)| known != field);
        reading.sets.push((field.clone(), value.clone()));
    }
    reading
}
