//! What the columns of a file are, for a person who says what the headers do not.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::tz::TimeZone;

use super::Caller;
use super::first_pass::{Aim, looks, opened, plan, unguarded};
use crate::coerce::Coerce;
use crate::contract::Operation;
use crate::error::Error;
use crate::job::Job;
use crate::map::{Guess, Source, guess};
use crate::report::of_earlier_result;
use crate::row::{Row, Sheet};

/// Values that are shown of a column, at most.
const SAMPLES: usize = 5;
/// Rows in which they are looked for.
const LOOKED_AT: usize = 500;

/// The columns of a file.
pub struct Columns {
    /// One a sheet.
    pub sheets: Vec<SheetColumns>,
    /// Why the file cannot be checked as it is; nothing where its headers suffice.
    pub why: Option<Error>,
}

/// The columns of a sheet.
pub struct SheetColumns {
    /// Empty for a CSV file.
    pub name: String,
    /// The number of the header row.
    pub header_row: u32,
    /// The operation that the headers fit best.
    pub operation: Operation,
    /// The columns that have a header.
    pub columns: Vec<Column>,
    /// The contract's names of the required fields that no column feeds.
    pub missing: Vec<String>,
}

/// A column.
pub struct Column {
    /// Counted from 0.
    pub index: usize,
    /// As the file has it.
    pub header: String,
    /// The contract's name of the field that it feeds.
    pub field: Option<String>,
    /// Fields that it may mean, the likeliest first; none is taken by itself.
    pub likely: Vec<String>,
    /// A few values, as the spreadsheet shows them.
    pub samples: Vec<String>,
}

/// Reads the headers of a file and a few of its rows.
///
/// # Errors
/// The file cannot be read.
pub fn columns(path: &Path, job: &Job, caller: Caller) -> Result<Columns, Error> {
    let input = opened(path, job, Aim::Check, caller)?;
    let (sheets, _) = unguarded(&input);
    let why = plan(&sheets, job).err();
    let overrides = job.recipe.overrides();
    let operations: Vec<&Operation> = job.operations.iter().collect();
    let looks = looks(&input);
    let guesses: Vec<Option<Guess>> = sheets.iter().map(|sheet| guess(sheet, &operations, &overrides)).collect();
    let mut samples: Vec<Vec<Vec<String>>> = sheets.iter().map(|sheet| vec![Vec::new(); sheet.headers.len()]).collect();
    let coerce = Coerce { formats: &looks, zone: const { &TimeZone::UTC } };
    let mut seen = 0;
    input.rows(|batch| {
        for row in &batch {
            take_samples(&mut samples, row, &coerce);
        }
        seen += batch.len();
        if seen < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let of = |((sheet, guess), samples): ((&Sheet, Option<Guess>), Vec<Vec<String>>)| {
        let guess = guess?;
        Some(columns_of(sheet, &guess, operations[guess.operation], samples))
    };
    let sheets = sheets.iter().zip(guesses).zip(samples).filter_map(of).collect();
    Ok(Columns { sheets, why })
}

fn take_samples(samples: &mut [Vec<Vec<String>>], row: &Row, coerce: &Coerce) {
    let Some(sheet) = samples.get_mut(usize::from(row.place.sheet)) else { return };
    for (cell, samples) in row.cells.iter().zip(sheet).filter(|(cell, _)| !cell.is_blank()) {
        let shown = coerce.shown(cell);
        if samples.len() < SAMPLES && !samples.iter().any(|known| *known == shown) {
            samples.push(shown.into_string());
        }
    }
}

fn columns_of(sheet: &Sheet, guess: &Guess, operation: &Operation, samples: Vec<Vec<String>>) -> SheetColumns {
    let field = |column: usize| {
        let fed = guess.sources.iter().position(|source| *source == Source::Column(column))?;
        Some(operation.fields[fed].name.clone())
    };
    let column = |(index, samples): (usize, Vec<String>)| {
        let likely = if guess.unknown.contains(&index) { guess.likely(sheet, index, operation) } else { Vec::new() };
        Column {
            index,
            header: sheet.headers[index].to_string(),
            field: field(index),
            likely: likely.into_iter().map(|field| field.name.clone()).collect(),
            samples,
        }
    };
    // The columns that an earlier result added are no columns of the list.
    let added = of_earlier_result(&sheet.headers);
    let own = samples.into_iter().enumerate().filter(|(index, _)| !added.contains(index));
    SheetColumns {
        name: sheet.name.clone(),
        header_row: sheet.header_row,
        operation: operation.clone(),
        columns: own.map(column).filter(|column| !column.header.is_empty()).collect(),
        missing: guess.missing.iter().map(|field| operation.fields[*field].name.clone()).collect(),
    }
}
