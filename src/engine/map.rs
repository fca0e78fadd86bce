//! Columns to fields: which cell of a row feeds which field of which operation.
//!
//! Headers are matched by name, label and alias ([`fold`]); `--map` and `--set` say what they do not.
//! A close miss is suggested, never taken.

mod complaint;
mod draft;
mod guess;

use compact_str::CompactString;

pub use complaint::check_overrides;
use complaint::{no_cell_holds, nothing_fits, nothing_known, place, two_columns};
pub use draft::Draft;
pub use guess::{Guess, guess, likeness};

use crate::coerce::Coerce;
use crate::contract::{Field, Operation, Step, body_steps};
use crate::error::{Code, Error};
use crate::fold::fold;
use crate::row::{Cell, Row, Sheet};
use crate::text;

/// Headers that name the column in which each row says its operation.
const SELECTOR: [&str; 2] = ["operation", "islem"];

/// How alike two names must be before one is suggested for the other.
const ALIKE: f64 = 0.85;

/// What the command line says about columns.
#[derive(Debug, Clone, Default)]
pub struct ColumnOverrides {
    /// `--map FIELD=HEADER`.
    pub maps: Vec<(String, String)>,
    /// `--set FIELD=VALUE`; the value may hold `{Header}`.
    pub sets: Vec<(String, String)>,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// No column feeds it.
    Nowhere,
    /// From the column of this index.
    Column(usize),
    /// From `--set`, for every row.
    Set(Vec<Piece>),
}

/// A part of a `--set` value.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// As it was typed.
    Words(String),
    /// What the cell of this column shows.
    Column(usize),
}

/// How the rows of a sheet become requests of one operation.
#[derive(Debug, Clone)]
pub struct Route {
    /// Index into the operations that [`sheet_map`] was given.
    pub operation: usize,
    /// One a field, in the contract's order.
    pub sources: Vec<Source>,
}

/// How the rows of a sheet become requests.
#[derive(Debug, Clone)]
pub struct SheetMap {
    /// The column in which each row names its operation.
    pub selector: Option<usize>,
    /// One route, or with a selector one for each operation whose required columns are there.
    pub routes: Vec<Route>,
    /// Headers that feed nothing.
    pub unknown: Vec<String>,
}

/// Finds the routes of a sheet. `operations` are those that may be meant: one with `--to`, else all.
///
/// # Errors
/// No header means a field, so that the row taken for the header row may be data; no operation, or more
/// than one, fits the headers; a required column is missing; two columns mean one field; a column means a
/// property that no cell can hold.
pub fn sheet_map(sheet: &Sheet, operations: &[&Operation], overrides: &ColumnOverrides) -> Result<SheetMap, Error> {
    let headers: Vec<String> = sheet.headers.iter().map(|header| fold(header)).collect();
    let selector = selector(&headers, operations, overrides);
    let all: Vec<(usize, &Operation)> = operations.iter().copied().enumerate().collect();
    let mut routes = Vec::new();
    for (index, operation) in &all {
        routes.push(route(sheet, &headers, *index, operation, overrides)?);
    }
    // What is given by `--set` alone has no header row.
    if sheet.header_row > 0 {
        if !routes.iter().any(is_fed) {
            return Err(nothing_known(sheet, operations, &routes));
        }
        routes.retain(is_fed);
    }
    let complete = |route: &Route| missing(operations[route.operation], &route.sources).is_empty();
    let routes: Vec<Route> = if selector.is_some() {
        let fitting: Vec<Route> = routes.iter().filter(|route| complete(route)).cloned().collect();
        if fitting.is_empty() {
            return Err(nothing_fits(sheet, operations, &routes));
        }
        fitting
    } else {
        vec![only_fit(sheet, operations, routes, complete)?]
    };
    let unknown = unknown(sheet, selector, &routes);
    for column in &unknown {
        let object = |route: &Route| operations[route.operation].object_for_header(&headers[*column]);
        if let Some((route, object)) = routes.iter().find_map(|route| Some((route, object(route)?))) {
            return Err(no_cell_holds(sheet, operations[route.operation], *column, object));
        }
    }
    let unknown = unknown.into_iter().map(|column| sheet.headers[column].to_string()).collect();
    Ok(SheetMap { selector, routes, unknown })
}

impl SheetMap {
    /// The row's route: the only one, or the one that its operation cell names.
    ///
    /// # Errors
    /// The cell's text, where it names no operation that the sheet has the columns for.
    pub fn route(&self, row: &Row, operations: &[&Operation], coerce: &Coerce) -> Result<&Route, CompactString> {
        let Some(column) = self.selector else { return Ok(&self.routes[0]) };
        let cell = row.cells.get(column).unwrap_or(&Cell::Empty);
        if cell.is_blank() && self.routes.len() == 1 {
            return Ok(&self.routes[0]);
        }
        let named = coerce.shown(cell);
        let key = fold(&named);
        self.routes.iter().find(|route| is_called(operations[route.operation], &key)).ok_or(named)
    }
}

impl Route {
    /// The column that feeds a field.
    pub fn column(&self, field: usize) -> Option<usize> {
        match self.sources.get(field) {
            Some(Source::Column(column)) => Some(*column),
            _ => None,
        }
    }
}

/// Whether a folded name is one of the operation's.
fn is_called(operation: &Operation, key: &str) -> bool {
    let full = operation.full_name();
    let names = [full.as_str(), &operation.name, &operation.label.tr, &operation.label.en];
    names.into_iter().chain(operation.aliases.iter().map(String::as_str)).any(|name| fold(name) == key)
}

fn selector(headers: &[String], operations: &[&Operation], overrides: &ColumnOverrides) -> Option<usize> {
    if let Some((_, header)) = overrides.maps.iter().find(|(field, _)| field == "operation") {
        return headers.iter().position(|h| *h == fold(header));
    }
    let column = headers.iter().position(|header| SELECTOR.contains(&header.as_str()))?;
    let is_field = operations.iter().any(|operation| operation.field_for_header(&headers[column]).is_some());
    (!is_field).then_some(column)
}

fn route(
    sheet: &Sheet,
    headers: &[String],
    index: usize,
    operation: &Operation,
    overrides: &ColumnOverrides,
) -> Result<Route, Error> {
    let mut sources = Vec::with_capacity(operation.fields.len());
    for field in &operation.fields {
        sources.push(source(sheet, headers, field, overrides)?);
    }
    one_in_the_other(sheet, operation, &sources)?;
    Ok(Route { operation: index, sources })
}

/// Sees that no column feeds a list or an object of which another feeds a part.
fn one_in_the_other(sheet: &Sheet, operation: &Operation, sources: &[Source]) -> Result<(), Error> {
    let fed: Vec<(usize, &[Step])> = sources
        .iter()
        .zip(&operation.fields)
        .filter_map(|(source, field)| match source {
            Source::Column(column) => Some((*column, body_steps(field))),
            _ => None,
        })
        .filter(|(_, steps)| !steps.is_empty())
        .collect();
    for (whole, steps) in &fed {
        let inside = |other: &&(usize, &[Step])| other.1.len() > steps.len() && other.1.starts_with(steps);
        if let Some((part, part_steps)) = fed.iter().find(inside) {
            let field = operation.fields.iter().find(|field| body_steps(field) == *part_steps);
            return Err(two_columns(sheet, field.unwrap_or(&operation.fields[0]), *whole, *part));
        }
    }
    Ok(())
}

fn source(sheet: &Sheet, headers: &[String], field: &Field, overrides: &ColumnOverrides) -> Result<Source, Error> {
    if let Some((_, value)) = overrides.sets.iter().find(|(name, _)| field.is_meant_by(name)) {
        return Ok(Source::Set(pieces(value, headers)));
    }
    let mapped = overrides.maps.iter().find(|(name, _)| field.is_meant_by(name));
    // Where this sheet has no such header, another has it.
    if let Some(column) = mapped.and_then(|(_, header)| headers.iter().position(|h| *h == fold(header))) {
        return Ok(Source::Column(column));
    }
    let taken = |column: usize| overrides.maps.iter().any(|(_, header)| fold(header) == headers[column]);
    let names = Names::of(field);
    let mut ranked: Vec<(u8, usize)> =
        (0..headers.len()).filter_map(|c| Some((names.rank(&headers[c])?, c))).filter(|(_, c)| !taken(*c)).collect();
    ranked.sort_unstable();
    match ranked.as_slice() {
        [] => Ok(Source::Nowhere),
        [(first, a), (second, b), ..] if first == second => Err(two_columns(sheet, field, *a, *b)),
        [(_, column), ..] => Ok(Source::Column(*column)),
    }
}

/// The folded names of a field.
struct Names {
    name: String,
    labels: [String; 2],
    aliases: Vec<String>,
}

impl Names {
    fn of(field: &Field) -> Self {
        Self {
            name: fold(&field.name),
            labels: [fold(&field.label.tr), fold(&field.label.en)],
            aliases: field.aliases.iter().map(|alias| fold(alias)).collect(),
        }
    }

    /// How well a folded header names the field: by the API's name, by a label, by an alias.
    fn rank(&self, header: &str) -> Option<u8> {
        if header.is_empty() {
            None
        } else if self.name == header {
            Some(0)
        } else if self.labels.iter().any(|label| label == header) {
            Some(1)
        } else {
            self.aliases.iter().any(|alias| alias == header).then_some(2)
        }
    }
}

/// `Kasa {Mali No}` to its words and columns; a brace that names no header stays as it is.
fn pieces(value: &str, headers: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        let Some(column) = headers.iter().position(|header| *header == fold(name)) else { break };
        if !before.is_empty() {
            pieces.push(Piece::Words(before.to_owned()));
        }
        pieces.push(Piece::Column(column));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    pieces
}

/// Whether a column of the sheet feeds a field.
fn is_fed(route: &Route) -> bool {
    route.sources.iter().any(|source| match source {
        Source::Nowhere => false,
        Source::Column(_) => true,
        Source::Set(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Column(_))),
    })
}

fn missing<'o>(operation: &'o Operation, sources: &[Source]) -> Vec<&'o Field> {
    let pairs = operation.fields.iter().zip(sources);
    pairs.filter(|(field, source)| field.required && **source == Source::Nowhere).map(|(field, _)| field).collect()
}

fn only_fit(
    sheet: &Sheet,
    operations: &[&Operation],
    routes: Vec<Route>,
    complete: impl Fn(&Route) -> bool,
) -> Result<Route, Error> {
    let mut fitting: Vec<&Route> = routes.iter().filter(|route| complete(route)).collect();
    match fitting.as_slice() {
        [] => Err(nothing_fits(sheet, operations, &routes)),
        [one] => Ok((*one).clone()),
        _ => {
            let fed = |route: &Route| route.sources.iter().filter(|source| **source != Source::Nowhere).count();
            let most = fitting.iter().map(|route| fed(route)).max();
            fitting.retain(|route| Some(fed(route)) == most);
            if let [one] = fitting.as_slice() {
                return Ok((*one).clone());
            }
            let names: Vec<String> = fitting.iter().map(|route| operations[route.operation].full_name()).collect();
            let names = names.join(", ");
            let (tr, en) = place(sheet);
            Err(Code::OperationUnclear.cannot_start(text!(
                "{tr}sütun başlıkları birden çok işleme uyuyor: {names}. --to ile birini seçin.",
                "{en}the headers fit more than one operation: {names}. Choose one with --to."
            )))
        }
    }
}

/// The columns that feed nothing.
fn unknown(sheet: &Sheet, selector: Option<usize>, routes: &[Route]) -> Vec<usize> {
    let feeds = |source: &Source, column: usize| match source {
        Source::Nowhere => false,
        Source::Column(c) => *c == column,
        Source::Set(pieces) => pieces.contains(&Piece::Column(column)),
    };
    let used = |c: usize| selector == Some(c) || routes.iter().any(|r| r.sources.iter().any(|s| feeds(s, c)));
    let free = sheet.headers.iter().enumerate().filter(|(c, header)| !header.is_empty() && !used(*c));
    free.map(|(column, _)| column).collect()
}

#[cfg(test)]
mod tests;
