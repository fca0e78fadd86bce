//! What was read, as a table: the input's columns and what became of each row, where there is an input,
//! then a column for each property of the answers. A record is a row; a row without one keeps a line.

mod json_lines;
mod table;
mod workbook;

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::columns::column_index;
use super::explain::{Context, code, explanation};
use super::publish;
use super::table::merged;
use super::{Form, earlier};
use crate::error::Error;
use crate::fetch::record::Columns;
use crate::fold::fold;
use crate::outcome::Outcome;
use crate::row::{Cell, Row};

/// What the result looks like; all of it is known before its first row is written.
pub struct Layout<'a> {
    /// What it has in common with the result of a run.
    pub result: super::Layout<'a>,
    /// The properties of the records.
    pub columns: &'a Columns,
    /// The number format of whole numbers, among those of the result's layout.
    pub whole: u16,
    /// Records were read for the rows of a file.
    pub from_file: bool,
}

/// A line of the result.
#[derive(Debug, Clone, Copy)]
pub struct Line<'l> {
    /// The row for which it was read.
    pub row: Option<&'l Row>,
    /// How the reading for that row ended.
    pub outcome: &'l Outcome,
    /// Counted from 1.
    pub page: u64,
    /// The record; `None` where nothing was read.
    pub item: Option<&'l Value>,
}

/// A result in the making. Dropped before [`Fetched::finish`], it leaves nothing behind.
pub struct Fetched<'a>(Writer<'a>);

enum Writer<'a> {
    Workbook(Box<workbook::Writer<'a>>),
    Table(Box<table::Writer<'a>>),
    JsonLines(Box<json_lines::Writer<'a>>),
}

/// Sees that a result could be written at `path`, before anything is read.
///
/// # Errors
/// An extension that names no form; a folder in which nothing can be written; a file that is no earlier result.
pub fn foresee(path: &Path, layout: &Layout) -> Result<(), Error> {
    may_replace(path, layout)?;
    publish::create(path).map(drop)
}

fn may_replace(path: &Path, layout: &Layout) -> Result<Form, Error> {
    let form = Form::of(path)?;
    let known = layout.columns.names();
    let ours = |line: &str| match form {
        Form::Workbook => false,
        Form::Table => !known.is_empty() && !layout.from_file && table::begins_with(line, known),
        Form::JsonLines => json_lines::is_ours(line),
    };
    earlier::may_replace_or(path, layout.result.input, form, ours)?;
    Ok(form)
}

/// Begins the result at `path`.
///
/// # Errors
/// As [`foresee`].
pub fn create<'a>(path: &Path, layout: Layout<'a>) -> Result<Fetched<'a>, Error> {
    let form = Form::of(path)?;
    let target = publish::create(path)?;
    Ok(Fetched(match form {
        Form::Workbook => Writer::Workbook(Box::new(workbook::Writer::create(target, layout)?)),
        Form::Table => Writer::Table(Box::new(table::Writer::create(target, layout)?)),
        Form::JsonLines => Writer::JsonLines(Box::new(json_lines::Writer::create(target, layout)?)),
    }))
}

impl Fetched<'_> {
    /// # Errors
    /// A disk that is full or gone.
    pub fn line(&mut self, line: Line) -> Result<(), Error> {
        if line.row.is_none() && line.item.is_none() {
            return Ok(());
        }
        match &mut self.0 {
            Writer::Workbook(writer) => writer.line(line),
            Writer::Table(writer) => writer.line(line),
            Writer::JsonLines(writer) => writer.line(line),
        }
    }

    /// Completes the result and gives it its name. Returns the path.
    ///
    /// # Errors
    /// A disk that is full or gone, or a target that cannot be replaced (open in another program).
    pub fn finish(self) -> Result<PathBuf, Error> {
        match self.0 {
            Writer::Workbook(writer) => writer.finish(),
            Writer::Table(writer) => writer.finish(),
            Writer::JsonLines(writer) => writer.finish(),
        }
    }
}

/// What stands in one cell of the table.
enum Content<'l> {
    /// A cell of the input, and whether it has a problem.
    Input(&'l Cell, bool),
    /// The name of the input's sheet.
    Sheet(&'l str),
    Result,
    Explanation(String),
    Code(String),
    HttpStatus(u16),
    Item(Cell),
    Nothing,
}

/// The columns of the table.
struct Grid<'a> {
    layout: Layout<'a>,
    /// Header, and whether the program adds the column to those of the input.
    headers: Vec<(String, bool)>,
    /// For each sheet of the input, its column under each of its headers in the table.
    sources: Vec<Vec<Option<usize>>>,
    several: bool,
}

impl<'a> Grid<'a> {
    fn new(layout: Layout<'a>) -> Self {
        let several = layout.result.sheets.len() > 1;
        let mut headers = Vec::new();
        let mut sources = Vec::new();
        if layout.from_file {
            let (input, from) = merged(layout.result.sheets, |_| 0..0);
            headers.extend(several.then(|| ("Sheet".to_owned(), false)));
            headers.extend(input.into_iter().map(|header| (header.to_owned(), false)));
            headers.extend(["Result", "Error", "Error code", "HTTP status"].map(|header| (header.to_owned(), true)));
            sources = from;
        }
        // Two columns of one name would be one too many for whoever reads the table by its headers.
        let input: Vec<String> = headers.iter().map(|(header, _)| fold(header)).collect();
        headers.extend(layout.columns.names().iter().map(|name| {
            let taken = input.contains(&fold(name));
            (if taken { format!("{name} (2)") } else { name.clone() }, true)
        }));
        Self { layout, headers, sources, several }
    }

    /// The cells of a line, one a header.
    fn contents<'l>(&'l self, line: Line<'l>) -> Vec<Content<'l>> {
        let mut contents = Vec::with_capacity(self.headers.len());
        if let Some(row) = line.row {
            self.of_row(row, line.outcome, &mut contents);
        }
        match line.item {
            Some(item) => {
                contents.extend(self.layout.columns.cells(item, self.layout.whole).into_iter().map(Content::Item));
            }
            None => contents.resize_with(self.headers.len(), || Content::Nothing),
        }
        contents
    }

    fn of_row<'l>(&'l self, row: &'l Row, outcome: &Outcome, contents: &mut Vec<Content<'l>>) {
        let index = usize::from(row.place.sheet);
        let Some(sheet) = self.layout.result.sheets.get(index) else { return };
        let wrong: Vec<usize> = outcome.problems.iter().filter_map(|problem| column_index(&problem.column)).collect();
        contents.extend(self.several.then_some(Content::Sheet(&sheet.name)));
        let input = self.sources[index].iter().map(|source| {
            let cell = source.and_then(|column| row.cells.get(column)).unwrap_or(&Cell::Empty);
            Content::Input(cell, source.is_some_and(|column| wrong.contains(&column)))
        });
        contents.extend(input);
        let context = Context {
            lang: self.layout.result.lang,
            headers: &sheet.headers,
            operation: self.layout.result.operations.first(),
            run: None,
            flags: self.layout.result.flags,
        };
        contents.push(Content::Result);
        contents.push(Content::Explanation(explanation(outcome, context)));
        contents.push(Content::Code(code(outcome).into_owned()));
        contents.push(outcome.http_status.map_or(Content::Nothing, Content::HttpStatus));
    }
}
